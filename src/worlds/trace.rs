//! What a run leaves behind besides the namespace.

use rustc_hash::{FxHashMap, FxHashSet};

use super::known_calls::Repeat;
use super::newer::Lacking;
use super::patches::Stacked;
use super::state::Symbol;
use crate::comparison::SafeRewrite;
use crate::syntax::ast::{ExprId, Name, StmtId};
use crate::text::span::Span;

#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// The module names that were bound or unbound, in order.
    pub(super) log: Vec<Symbol>,
    /// How often names were, or may have been, bound that no statement spells.
    pub(super) named: usize,
    /// Reads of module names while the module was executed, by where they stand.
    pub(super) reads: FxHashMap<Span, NowRead>,
    /// Fingerprints of the expressions that were executed and could have raised.
    pub(super) ran: Ran,
    /// Which way conditions went, by where they stand.
    pub(super) decisions: FxHashMap<Span, Decision>,
    /// The functions of this text that were made.
    pub(super) defined: FxHashSet<StmtId>,
    /// The lambdas and generators of this text that were made.
    pub(super) lambdas: FxHashSet<ExprId>,
    /// Why the namespace cannot be fully seen, and where.
    pub(super) unseen: Vec<(Span, String)>,
    /// Assignments that built on the value a name had from an older version: the name, what is
    /// bound, and where the value is read.
    pub(super) rebinds: Vec<(Name, Span, Span)>,
    /// What was done outside that had been done before.
    pub(super) repeats: Vec<Repeat>,
    /// Wrappers around what an earlier version has put there.
    pub(super) stacked: Vec<Stacked>,
    /// How that is made safe.
    pub(super) rewrites: Vec<SafeRewrite>,
    /// The modules that were imported, or names of modules (`""`: the module itself).
    pub(super) imported: Vec<(Name, Name)>,
    /// Exceptions for want of what another module has once it is reloaded itself.
    pub(super) lacking: Vec<Lacking>,
    /// Names that a star import binds only once the module that it names is reloaded itself.
    pub(super) unexported: Vec<(Name, Name)>,
    /// Module names that functions bind which code that is not followed was given.
    pub(super) lent_names: FxHashSet<Name>,
    /// It was asked whether code of an older version does what it did before.
    pub(super) judged_older: bool,
    /// Code of another version was executed: what is noted here may be about that one's text.
    pub(super) entered_older: bool,
}

/// Fingerprints in the order in which they were first met.
#[derive(Debug, Clone, Default)]
pub(super) struct Ran {
    order: Vec<u64>,
    /// Whether nothing speaks against each: what was taken back once is not noted again, wherever
    /// else the same is written.
    known: FxHashMap<u64, bool>,
}

impl Ran {
    pub(super) fn note(&mut self, fingerprint: u64) {
        self.known.entry(fingerprint).or_insert_with(|| {
            self.order.push(fingerprint);
            true
        });
    }

    pub(super) fn take_back(&mut self, fingerprint: u64) {
        self.note(fingerprint);
        self.known.insert(fingerprint, false);
    }

    /// A point to which [`Self::rewind`] goes back.
    pub(super) fn mark(&self) -> usize {
        self.order.len()
    }

    /// Forgets what was first met after a point.
    pub(super) fn rewind(&mut self, mark: usize) {
        for fingerprint in self.order.drain(mark..) {
            self.known.remove(&fingerprint);
        }
    }

    pub(super) fn into_set(self) -> FxHashSet<u64> {
        let holding = self.known.into_iter().filter(|(_, holds)| *holds);
        holding.map(|(fingerprint, _)| fingerprint).collect()
    }
}

/// What a read of a module name found.
#[derive(Debug, Clone, Default)]
pub(super) struct NowRead {
    pub(super) name: Option<Name>,
    /// The places of the bindings it may have found: version and range.
    pub(super) found: Vec<(u32, Span)>,
    /// It may have found nothing.
    pub(super) maybe_unbound: bool,
    /// It may have found the builtin.
    pub(super) maybe_builtin: bool,
}

/// The ways a condition may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Decision {
    pub(super) may_be_true: bool,
    pub(super) may_be_false: bool,
    /// It asked what the namespace holds (`"x" in globals()`): the keep-state idiom.
    pub(super) asks_namespace: bool,
}
