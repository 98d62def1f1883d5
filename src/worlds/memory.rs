//! What a machine keeps from one run to the next.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::state::Symbol;
use crate::syntax::ast::Name;

/// What a machine keeps from one run to the next: states refer to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// Fingerprints of statements that are live and seemed to abort in a function that they
    /// call: they are beyond what is followed.
    pub(super) misjudged: FxHashSet<u64>,
    /// Statements that take more steps than are followed as a rule, by the fingerprints of what is
    /// executed of them.
    pub(super) costly: FxHashMap<u64, Costly>,
    /// Attributes that a version has given to what other modules hold: a fresh process has none
    /// of them, whatever the statement that reads one found before.
    pub(super) given: FxHashSet<Rc<str>>,
    pub(super) next_object: u32,
    pub(super) symbols: FxHashMap<Name, Symbol>,
    pub(super) names: Vec<Name>,
}

/// What is known of a statement that takes many steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Costly {
    /// It binds names that no text spells (`globals()[name] = …`): it is followed further.
    Names,
    /// It is beyond what is followed.
    Beyond,
}

impl Memory {
    /// The symbol of a name that has been met before.
    pub(super) fn symbol(&self, name: &Name) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// A symbol that nothing else has.
    pub(super) fn reserve(&mut self, name: Name) -> Symbol {
        let symbol = Symbol(self.names.len() as u32);
        self.names.push(name);
        symbol
    }
}
