//! Names that *reload* and *restart* bind in different places, and what decides it.

use super::Worlds;
use crate::comparison::{Divergence, Rebind};
use crate::diagnostic::Certainty;
use crate::program::{Program, visit};
use crate::simulation::{BindingKind, Outcome, RestartMeaning};
use crate::syntax::ast::{Constant, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::changes::body_exprs;
use crate::worlds::run::Run;
use crate::worlds::state::{Slot, Symbol};

/// What sends the two worlds different ways.
struct Decider {
    span: Span,
    /// The names and strings in it.
    words: Vec<Name>,
    asks_namespace: bool,
}

impl Worlds<'_, '_> {
    pub(super) fn divergences(&mut self) -> Vec<Divergence> {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else { return Vec::new() };
        if reload.outcome == Outcome::Aborts || restart.intended.unseen {
            return Vec::new();
        }
        let Some(program) = self.program(self.last) else { return Vec::new() };
        let bound: Vec<Symbol> = reload.state.globals().map(|(symbol, _)| symbol).collect();
        let mut found: Vec<Divergence> = bound
            .into_iter()
            .filter_map(|symbol| self.divergence(program, reload, restart, symbol))
            .collect();
        found.sort_by_key(|divergence| (divergence.decided, divergence.in_reload));
        found
    }

    fn divergence(
        &mut self,
        program: &Program,
        reload: &Run,
        restart: &Run,
        symbol: Symbol,
    ) -> Option<Divergence> {
        let mine = self.fresh_places(reload.state.global(symbol)?)?;
        let slot = restart.intended.global(symbol);
        let theirs = match slot {
            Some(slot) => self.fresh_places(slot)?,
            None => Vec::new(),
        };
        if mine.iter().any(|place| theirs.contains(place)) {
            return None;
        }
        let name = self.machine.name(symbol).clone();
        let (in_reload, in_restart) = (mine[0], theirs.first().copied());
        let around = [Some(in_reload), in_restart];
        let compound =
            around.into_iter().flatten().find_map(|place| compound_around(program, place))?;
        let decider = self.decider(program, compound, reload, restart)?;
        let by = decider.words.iter().find(|word| self.live_has(word)).cloned();
        let keeps_state = decider.words.contains(&name)
            || self.reads_older(program, compound, reload, &name)
            || by.as_ref().is_some_and(|by| self.restart_binds_in(program, compound, restart, by));
        let is_import = reload.state.global(symbol)?.bindings[0].kind == BindingKind::Import;
        // What is imported on a reload only is what the reload itself needs.
        let for_reloading = is_import && in_restart.is_none() && decider.asks_namespace;
        if keeps_state || for_reloading {
            return None;
        }
        let certain = mine.len() == 1
            && theirs.len() < 2
            && !reload.state.global(symbol)?.maybe_unbound
            && slot.is_none_or(|slot| !slot.maybe_unbound);
        Some(Divergence {
            name,
            decided: decider.span,
            by,
            in_reload,
            in_restart,
            certainty: Certainty::always_if(certain),
        })
    }

    /// Where the last version binds a name, unless an older version may have.
    fn fresh_places(&self, slot: &Slot) -> Option<Vec<Span>> {
        let is_fresh = slot.bindings.iter().all(|binding| binding.version == self.last);
        is_fresh.then(|| slot.bindings.iter().map(|binding| binding.span).collect())
    }

    /// What in a statement goes one way in *reload* and the other in *restart*.
    fn decider(
        &self,
        program: &Program,
        statement: StmtId,
        reload: &Run,
        restart: &Run,
    ) -> Option<Decider> {
        let within = program.ast().stmt(statement).span;
        let conditions = reload.trace.decisions.iter().filter(|(span, _)| within.contains(**span));
        let differing = conditions.filter(|(span, here)| {
            restart.trace.decisions.get(span).is_some_and(|fresh| {
                here.may_be_true != here.may_be_false
                    && fresh.may_be_true != fresh.may_be_false
                    && here.may_be_true != fresh.may_be_true
            })
        });
        if let Some((&span, decision)) = differing.min_by_key(|(span, _)| **span) {
            let words = words(program, statement, span);
            return Some(Decider { span, words, asks_namespace: decision.asks_namespace });
        }
        let reads = reload.trace.reads.iter().filter(|(span, _)| within.contains(**span));
        let missing = reads.filter(|(span, read)| {
            let is_older = read.found.iter().all(|place| place.0 < self.last);
            let fresh = restart.trace.reads.get(span);
            is_older
                && !read.found.is_empty()
                && !read.maybe_unbound
                && fresh.is_some_and(|fresh| fresh.found.is_empty() && !fresh.maybe_builtin)
        });
        let (&span, read) = missing.min_by_key(|(span, _)| **span)?;
        Some(Decider { span, words: read.name.iter().cloned().collect(), asks_namespace: true })
    }

    fn live_has(&mut self, name: &Name) -> bool {
        let symbol = self.machine.symbol(name);
        self.live.global(symbol).is_some_and(|slot| super::is_own(slot))
    }

    fn reads_older(&self, program: &Program, statement: StmtId, reload: &Run, name: &Name) -> bool {
        let within = program.ast().stmt(statement).span;
        reload.trace.reads.iter().any(|(span, read)| {
            within.contains(*span)
                && read.name.as_ref() == Some(name)
                && read.found.iter().any(|place| place.0 < self.last)
        })
    }

    /// Whether a restart makes, in the same statement, what the reload finds there already: the
    /// idiom that keeps state.
    fn restart_binds_in(
        &mut self,
        program: &Program,
        statement: StmtId,
        restart: &Run,
        name: &Name,
    ) -> bool {
        let within = program.ast().stmt(statement).span;
        let symbol = self.machine.symbol(name);
        let slot = restart.intended.global(symbol);
        slot.is_some_and(|slot| slot.bindings.iter().any(|binding| within.contains(binding.span)))
    }

    /// Bindings that build on an older value and that nothing in the source begins anew.
    pub(super) fn rebinds(&self) -> Vec<Rebind> {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else { return Vec::new() };
        let mut found = Vec::new();
        for (name, span, read) in &reload.trace.rebinds {
            let older = reload.trace.reads.get(read).and_then(|read| read.found.first());
            let Some(&from) = older else { continue };
            let Some(fresh) = restart.trace.reads.get(read) else { continue };
            let raises = restart.unbound_reads.iter().any(|(unbound, _)| unbound == read);
            let restart = match raises {
                _ if !fresh.found.is_empty() => continue,
                true => RestartMeaning::NameError,
                false if fresh.maybe_builtin => RestartMeaning::Builtin,
                // The name's absence is caught, and it begins anew there.
                false => continue,
            };
            found.push(Rebind { name: name.clone(), span: *span, read: *read, from, restart });
        }
        found
    }
}

/// The statement at module level around a place, where it has branches.
fn compound_around(program: &Program, place: Span) -> Option<StmtId> {
    let ast = program.ast();
    let around = ast.body.iter().copied().find(|&id| ast.stmt(id).span.contains(place))?;
    has_branches(&ast.stmt(around).kind).then_some(around)
}

/// The names and strings in an expression of a statement.
fn words(program: &Program, statement: StmtId, within: Span) -> Vec<Name> {
    let ast = program.ast();
    let mut exprs = Vec::new();
    body_exprs(ast, statement, &mut exprs);
    let mut words = Vec::new();
    while let Some(id) = exprs.pop() {
        let expr = ast.expr(id);
        if within.contains(expr.span) {
            match &expr.kind {
                ExprKind::Name(name) => words.push(name.clone()),
                ExprKind::Constant(Constant::Str(text)) => words.push(Name::clone(text)),
                _ => {}
            }
        }
        visit::child_exprs(ast, id, &mut |child| exprs.push(child));
    }
    words
}

/// Whether a statement has parts that may not be executed.
pub(super) fn has_branches(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::If { .. }
            | StmtKind::Try { .. }
            | StmtKind::Match { .. }
            | StmtKind::While { .. }
            | StmtKind::For { .. }
            | StmtKind::With { .. }
    )
}
