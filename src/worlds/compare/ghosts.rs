//! Reads that only an older version satisfies.

use super::Worlds;
use super::divergences::has_branches;
use crate::diagnostic::Certainty;
use crate::simulation::{GhostRead, Outcome, ReadScope, RestartMeaning};
use crate::syntax::ast::Name;
use crate::text::span::Span;
use crate::worlds::run::Run;
use crate::worlds::trace::NowRead;

impl Worlds<'_, '_> {
    pub(super) fn ghost_reads(&mut self) -> Vec<GhostRead> {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else { return Vec::new() };
        let mut ghosts = self.ghosts_now(reload, restart);
        ghosts.extend(self.ghosts_later(reload, restart));
        ghosts.sort_by_key(|ghost| (ghost.span, ghost.scope == ReadScope::Function));
        ghosts.dedup_by_key(|ghost| ghost.span);
        ghosts
    }

    /// Reads while the module is executed that an older binding satisfies, and that in a restart
    /// raise, or give the builtin.
    fn ghosts_now(&self, reload: &Run, restart: &Run) -> Vec<GhostRead> {
        let mut ghosts = Vec::new();
        for (&span, read) in &reload.trace.reads {
            let older = |place: &&(u32, Span)| place.0 < self.last;
            let Some(&(from_version, from_span)) = read.found.iter().find(older) else { continue };
            let stopped = self.stops_before(restart, span);
            let fresh = match restart.trace.reads.get(&span) {
                Some(fresh) => fresh,
                // The same statement stops before it comes to this.
                None if stopped => &NowRead::default(),
                None => continue,
            };
            let unbound = restart.unbound_reads.iter().find(|(unbound, _)| *unbound == span);
            let reached = unbound.is_none_or(|(_, certain)| *certain);
            let Some(name) = &read.name else { continue };
            let bound_later = self.restart_binds(name);
            let raises = unbound.is_some() || (stopped && !bound_later && !fresh.maybe_builtin);
            if !fresh.found.is_empty() || !(raises || (fresh.maybe_builtin && !bound_later)) {
                continue;
            }
            if !reached && self.first_import_lacked(name) {
                continue;
            }
            let only_older = read.found.iter().all(|place| place.0 < self.last);
            ghosts.push(GhostRead {
                name: name.clone(),
                span,
                scope: ReadScope::Module,
                certainty: Certainty::always_if(only_older && reached && !read.maybe_unbound),
                from_version,
                from_span,
                restart: if raises { RestartMeaning::NameError } else { RestartMeaning::Builtin },
                guarded: false,
            });
        }
        ghosts
    }

    /// Whether the first import, too, might have read a name that is not bound there. It has
    /// not, or there would be nothing to reload, and nor will a restart.
    fn first_import_lacked(&self, name: &Name) -> bool {
        self.before.lacked.contains(name)
    }

    /// Whether a run certainly ends at a name that is not bound, earlier in the same statement.
    fn stops_before(&self, run: &Run, span: Span) -> bool {
        let Some(program) = self.program(self.last) else { return false };
        let ast = program.ast();
        let mut stops =
            run.unbound_reads.iter().filter(|(stop, certain)| *certain && *stop != span);
        stops.any(|(stop, _)| {
            let around = ast.body.iter().find(|&&id| ast.stmt(id).span.contains(*stop));
            // A branch that is not taken is not stopped at.
            around.is_some_and(|&id| {
                let stmt = ast.stmt(id);
                stmt.span.contains(span) && !has_branches(&stmt.kind)
            })
        })
    }

    /// Whether the new source binds a name of its own.
    fn restart_binds(&self, name: &Name) -> bool {
        let symbol = self.machine.known_symbol(name);
        let restart = self.restart.map(|restart| &restart.intended);
        restart.zip(symbol).is_some_and(|(restart, symbol)| restart.global(symbol).is_some())
    }

    /// Reads in functions of the new text that, once it has run, only an orphan satisfies.
    fn ghosts_later(&mut self, reload: &Run, restart: &Run) -> Vec<GhostRead> {
        let Some(program) = self.program(self.last) else { return Vec::new() };
        let trace = &reload.trace;
        let functions = trace.defined.iter().filter_map(|&id| program.statement_scope(id));
        let lambdas = trace.lambdas.iter().filter_map(|&id| program.expression_scope(id));
        // What a stop on the way would leave is not what these reads are written for.
        let aborts = reload.outcome == Outcome::Aborts;
        let finished = if aborts { &reload.state } else { &reload.intended };
        let mut ghosts = Vec::new();
        for read in functions.chain(lambdas).flat_map(|scope| &scope.later_reads) {
            let symbol = self.machine.symbol(&read.name);
            let Some(slot) = finished.global(symbol) else { continue };
            let older = slot.bindings.iter().find(|binding| binding.version < self.last);
            let Some(binding) = older else { continue };
            if restart.intended.global(symbol).is_some() || restart.intended.unseen {
                continue;
            }
            let certain = slot.bindings.len() == 1
                && !slot.maybe_unbound
                && !program.binds_through_global(&read.name);
            let builtin = self.machine.builtin(&read.name).is_some();
            ghosts.push(GhostRead {
                name: read.name.clone(),
                span: read.span,
                scope: ReadScope::Function,
                certainty: Certainty::always_if(certain),
                from_version: binding.version,
                from_span: binding.span,
                restart: if builtin { RestartMeaning::Builtin } else { RestartMeaning::NameError },
                guarded: read.guarded,
            });
        }
        ghosts
    }
}
