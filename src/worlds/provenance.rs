//! Which statement made what a read of a module name finds.
//!
//! A statement that stands as it stood, and of whose names the texts that make them stand as
//! they stood, ran before, unless it finds another binding. With
//!
//! ```python
//! if "h" not in globals():
//!     h = "x"
//! e = h.splitlines()
//! h = object()
//! ```
//!
//! the first import reads what the second line made, a reload what the last one has left.

use super::changes::{Baseline, hashed};
use super::machine::Machine;
use super::makers::making_fingerprint;
use super::state::Symbol;
use crate::program::{ScopeKind, visit};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name, StmtId};

/// The statement under way of the module's own frame, or of a class body.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    /// It ran unchanged in the version before.
    pub(super) unchanged: bool,
    pub(super) fingerprint: u64,
    /// What the bindings that it makes are known by.
    maker: u64,
    /// It has read what another statement made than when it ran before.
    differs: bool,
}

/// Whose binding it is that there is none.
const NOBODY: u64 = 0;
/// As [`NOBODY`], for what the import machinery binds.
pub(super) const MACHINERY: u64 = 1;

impl Machine<'_> {
    /// A statement of the module's own frame, or of a class body, begins.
    pub(super) fn begin_standing(&mut self, id: StmtId) {
        let unchanged = self.statement_unchanged(id);
        let ast = self.program.ast();
        self.standing = Standing {
            unchanged,
            fingerprint: ast.stmt(id).fingerprint,
            maker: making_fingerprint(ast, id),
            differs: false,
        };
    }

    /// Whether this statement stood in the version before and reads nothing that has changed.
    fn statement_unchanged(&mut self, id: StmtId) -> bool {
        self.trace.judged_older |= self.version != self.stage;
        self.baseline.as_ref().is_some_and(|baseline| baseline.statement_ran(&self.program, id))
    }

    /// Whether the statement under way has read what another one made than when it ran before.
    pub(super) fn finds_another(&self) -> bool {
        self.standing.differs
    }

    /// What a binding is known by that is made now.
    pub(super) fn maker(&self, kind: BindingKind) -> u64 {
        match kind {
            // Told by what it imports, not by what else the statement does.
            BindingKind::Import => hashed(("import", self.standing.differs)),
            _ if self.standing.differs => hashed(("differs", self.standing.maker)),
            _ => self.standing.maker,
        }
    }

    /// The statement under way reads a module name, however it does.
    pub(super) fn note_found(&mut self, symbol: Symbol, name: &Name) {
        if self.linked.is_some() {
            return;
        }
        let slot = self.state.global(symbol).cloned();
        let none = slot.as_ref().is_none_or(|slot| slot.maybe_unbound).then_some(NOBODY);
        let bindings = slot.iter().flat_map(|slot| &slot.bindings);
        let makers = bindings.map(|binding| binding.maker);
        for maker in none.into_iter().chain(makers) {
            let anywhere = hashed(("found", symbol.0, maker));
            let here = hashed((self.standing.fingerprint, anywhere));
            if let Some(baseline) = &self.baseline {
                let stood = baseline.has_stood(self.standing.fingerprint);
                let known = baseline.has_found(if stood { here } else { anywhere });
                // That it is another text is known of a text that has changed; not that it is gone.
                if !known && (maker == NOBODY || !baseline.is_changed(name)) {
                    self.standing.differs = true;
                    self.standing.unchanged = false;
                }
            }
            self.trace.ran.note(anywhere);
            self.trace.ran.note(here);
        }
    }

    /// Who made what an expression of the module's own frame finds under the names that it reads.
    pub(super) fn note_found_in(&mut self, at: ExprId) {
        let in_frame = matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        if in_frame && self.linked.is_none() {
            self.found_in(at).into_iter().for_each(|found| self.trace.ran.note(found));
        }
    }

    /// Whether an expression that ran in another statement finds what it found there.
    pub(super) fn finds_the_same(&self, baseline: &Baseline, at: ExprId) -> bool {
        baseline.has_stood(self.standing.fingerprint)
            || !baseline.reads_remade(self.program.ast(), at)
            || self.found_in(at).into_iter().all(|found| baseline.has_found(found))
    }

    fn found_in(&self, at: ExprId) -> Vec<u64> {
        let ast = self.program.ast();
        let fingerprint = ast.expr(at).fingerprint;
        let mut found = Vec::new();
        visit::names(ast, &[at], &mut |name| {
            if let Some(symbol) = self.known_symbol(name)
                && let Some(slot) = self.state.global(symbol)
            {
                let makers = slot.bindings.iter().map(|binding| binding.maker);
                found.extend(makers.map(|maker| hashed(("in", fingerprint, symbol.0, maker))));
            }
        });
        found
    }
}
