//! Comparing the worlds of an executed history.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::history::{Executed, History, StageRun, Version, execute, read};
use super::machine::{Machine, Raise, Risk};
use super::matching::{Matcher, gap};
use super::resolve::Resolver;
use super::run::{Run, is_open};
use super::state::{OUTSIDE, Slot, State, Symbol};
use crate::comparison::{Comparison, Divergence, Exports, Orphan, Rebind, Unseen};
use crate::diagnostic::Certainty;
use crate::program::Program;
use crate::simulation::{
    AbortCause, AbortPoint, GhostRead, NamespaceEntry, Origin, Outcome, ReadScope, RestartMeaning,
    Stage,
};
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseFailure, Parsed};
use crate::text::span::Span;

/// The worlds of a history, and the last version's tree where its text compiles.
#[derive(Debug)]
pub struct Compared {
    pub comparison: Comparison,
    pub last: Option<Arc<Parsed>>,
}

/// Executes a history and compares its worlds.
///
/// # Errors
/// Where a text is Python 2 or too costly to analyse. One that does not compile is an outcome.
pub fn compare(history: &History<'_>) -> Result<Compared, ParseFailure> {
    let texts = read(history)?;
    let own = Name::from(history.module);
    let resolver = |modules, cache| {
        Resolver::new(modules, cache, own.clone(), history.python, history.platform)
    };
    let live = resolver(history.live_modules, history.live_cache);
    let restart = resolver(history.restart_modules, history.restart_cache);
    let mut executed = execute(history, &texts, &live, &restart);
    let mut comparison = Worlds::new(history, &mut executed).compared();
    super::importers::complete(
        &mut comparison,
        &mut executed,
        &live,
        &restart,
        history.is_package,
    );
    let last = texts.last().and_then(|text| text.as_ref().ok()).map(Arc::clone);
    Ok(Compared { comparison, last })
}

struct Worlds<'w, 'a> {
    history: &'w History<'w>,
    versions: &'w [Version],
    stages: &'w [StageRun],
    machine: &'w mut Machine<'a>,
    /// The namespace before the last version.
    live: &'w State,
    /// The run of the last version; None where it does not compile.
    reload: Option<&'w Run>,
    restart: Option<&'w Run>,
    last: u32,
}

impl<'w, 'a> Worlds<'w, 'a> {
    fn new(history: &'w History<'w>, executed: &'w mut Executed<'a>) -> Worlds<'w, 'a> {
        let Executed { versions, stages, live, restart, machine } = executed;
        Worlds {
            history,
            versions,
            stages,
            machine,
            live,
            reload: stages.last().and_then(|stage| stage.run.as_ref()),
            restart: restart.as_ref(),
            last: versions.len() as u32 - 1,
        }
    }

    fn compared(mut self) -> Comparison {
        let abort_points = self.abort_points();
        let stages = self.stages.iter().map(|stage| self.stage(stage)).collect();
        let namespace = self.namespace();
        let ghost_reads = self.ghost_reads();
        let orphans = self.orphans(&namespace);
        Comparison {
            module: self.history.module.to_owned(),
            python: self.history.python,
            sources: self.history.versions.to_vec(),
            stages,
            restart: self.restart_stage(),
            ghost_reads,
            abort_points,
            orphans,
            divergences: self.divergences(),
            rebinds: self.rebinds(),
            unseen: self.unseen(),
            exports: self.exports(),
            stale_metadata: Vec::new(),
            ghost_imports: Vec::new(),
            torn: Vec::new(),
            namespace,
        }
    }

    fn program(&self, version: u32) -> Option<&'w Program> {
        match &self.versions[version as usize] {
            Version::Healthy(program) => Some(program),
            Version::Broken { .. } => None,
        }
    }

    // --- Stages ---

    fn stage(&self, stage: &StageRun) -> Stage {
        let version = stage.version;
        let abort = match (&stage.run, &self.versions[version as usize]) {
            (Some(run), _) => self.first_abort(run),
            (None, Version::Broken { span, message }) => Some(syntax_abort(*span, message)),
            (None, Version::Healthy(_)) => None,
        };
        Stage { version, outcome: stage.outcome(), abort }
    }

    fn restart_stage(&self) -> Stage {
        let (outcome, abort) = match (self.restart, &self.versions[self.last as usize]) {
            (Some(run), _) => (run.outcome, self.first_abort(run)),
            (None, Version::Broken { span, message }) => {
                (Outcome::SyntaxError, Some(syntax_abort(*span, message)))
            }
            (None, Version::Healthy(_)) => (Outcome::SyntaxError, None),
        };
        Stage { version: self.last, outcome, abort }
    }

    /// Where a run stops for certain, or else may stop first.
    fn first_abort(&self, run: &Run) -> Option<AbortPoint> {
        let points = self.points(run);
        let certain = points.iter().position(|point| point.cause == AbortCause::Certain);
        let index = if run.outcome == Outcome::Aborts { certain.unwrap_or(0) } else { 0 };
        points.into_iter().nth(index)
    }

    fn abort_points(&self) -> Vec<AbortPoint> {
        self.reload.map(|run| self.points(run)).unwrap_or_default()
    }

    /// The places at which a run may stop, each once.
    fn points(&self, run: &Run) -> Vec<AbortPoint> {
        let open: Vec<&Raise> = run.stops.iter().filter(|stop| is_open(stop)).collect();
        let last_certain = run.aborted_at;
        let ends = open.iter().filter(|stop| stop.risk.is_none()).count();
        let mut points: Vec<AbortPoint> = Vec::new();
        for stop in &open {
            let is_end = stop.risk.is_none() && last_certain.is_some_and(|log| stop.log <= log);
            let is_last = stop.risk.is_none() && last_certain.is_some();
            let certain = is_end && is_last && ends == 1;
            let exceptions: Vec<String> = self.exception_name(&stop.exception).into_iter().collect();
            let known = points.iter_mut().find(|point| point.span == stop.site);
            if let Some(point) = known {
                merge(point, exceptions, certain, stop);
                continue;
            }
            let (updated, stale) = self.torn_names(run, stop.log);
            points.push(AbortPoint {
                span: stop.site,
                cause: if certain { AbortCause::Certain } else { cause(stop) },
                certainty: Certainty::always_if(certain),
                exceptions,
                reason: stop.reason.to_string(),
                updated,
                stale,
            });
        }
        points
    }

    fn exception_name(&self, exception: &super::value::Value) -> Option<String> {
        self.machine.exception_name(exception)
    }

    /// What a run had bound at a point, and what it would still have bound.
    fn torn_names(&self, run: &Run, log: usize) -> (Vec<Name>, Vec<Name>) {
        let log = log.min(run.trace.log.len());
        let (before, after) = run.trace.log.split_at(log);
        let done: FxHashSet<Symbol> = before.iter().copied().collect();
        let updated = self.machine.unique_names(before.iter().copied());
        let pending = after.iter().copied().filter(|symbol| {
            !done.contains(symbol) && self.live.global(*symbol).is_some_and(|slot| is_own(slot))
        });
        let stale = self.machine.unique_names(pending);
        let plain = |names: Vec<Name>| names.into_iter().filter(|name| !is_machinery(name)).collect();
        (plain(updated), plain(stale))
    }

    // --- Namespace ---

    /// The reload world, and what live had besides.
    fn namespace(&self) -> Vec<NamespaceEntry> {
        let reload = self.reload.map_or(self.live, |run| &run.state);
        let mut entries = Vec::new();
        for (symbol, slot) in reload.globals() {
            let name = self.machine.name(symbol);
            if is_machinery(name) || !is_own(slot) {
                continue;
            }
            entries.push(self.entry(symbol, slot));
        }
        for (symbol, slot) in self.live.globals() {
            let name = self.machine.name(symbol);
            if reload.global(symbol).is_some() || is_machinery(name) || !is_own(slot) {
                continue;
            }
            let Some(binding) = slot.bindings.last() else { continue };
            entries.push(NamespaceEntry {
                name: name.clone(),
                kind: binding.kind,
                origin: Origin::Unbound,
                certainty: Certainty::always_if(!slot.maybe_unbound && !reload.unseen),
                version: binding.version,
                span: binding.span,
            });
        }
        entries.sort_by(|a, b| (a.version, a.span, &a.name).cmp(&(b.version, b.span, &b.name)));
        entries
    }

    fn entry(&self, symbol: Symbol, slot: &Slot) -> NamespaceEntry {
        let own = slot.bindings.iter().filter(|binding| binding.version != OUTSIDE);
        let newest = own.clone().max_by_key(|binding| (binding.version, binding.span));
        let binding = newest.unwrap_or(&slot.bindings[0]);
        let origin = self.origin(symbol, binding.version);
        let single = own.count() == 1 && slot.bindings.len() == 1;
        let restart_knows = origin != Origin::Orphan || self.restart_lacks(symbol);
        let certain = single && !slot.maybe_unbound && restart_knows && self.origin_is_certain(symbol, origin);
        NamespaceEntry {
            name: self.machine.name(symbol).clone(),
            kind: binding.kind,
            origin,
            certainty: Certainty::always_if(certain),
            version: binding.version,
            span: binding.span,
        }
    }

    fn origin(&self, symbol: Symbol, version: u32) -> Origin {
        let Some(restart) = self.restart else { return Origin::Kept };
        if version == self.last && self.reload.is_some() {
            let was = self.live.global(symbol).is_some_and(|slot| is_own(slot));
            return if was { Origin::Rebound } else { Origin::Added };
        }
        if restart.intended.global(symbol).is_some() || restart.intended.unseen {
            return Origin::Kept;
        }
        Origin::Orphan
    }

    /// `Added` or `Rebound` where it is certain whether live had the name.
    fn origin_is_certain(&self, symbol: Symbol, origin: Origin) -> bool {
        match origin {
            Origin::Rebound => self.live.global(symbol).is_some_and(|slot| !slot.maybe_unbound),
            Origin::Added => !self.live.unseen,
            Origin::Kept => self.restart.is_none_or(|restart| {
                restart.intended.global(symbol).is_some_and(|slot| !slot.maybe_unbound)
            }),
            Origin::Orphan | Origin::Unbound => true,
        }
    }

    fn restart_lacks(&self, symbol: Symbol) -> bool {
        self.restart.is_some_and(|restart| {
            restart.intended.global(symbol).is_none() && !restart.intended.unseen
        })
    }

    // --- Orphans ---

    fn orphans(&mut self, namespace: &[NamespaceEntry]) -> Vec<Orphan> {
        let Some(new) = self.program(self.last) else { return Vec::new() };
        let found = namespace.iter().filter(|entry| entry.origin == Origin::Orphan);
        let mut orphans = Vec::new();
        let mut matcher: Option<(u32, Matcher<'_>)> = None;
        for entry in found {
            let Some(old) = self.program(entry.version) else { continue };
            if matcher.as_ref().is_none_or(|(version, _)| *version != entry.version) {
                let is_new = |name: &Name| {
                    !namespace.iter().any(|known| {
                        known.name == *name && matches!(known.origin, Origin::Rebound | Origin::Kept)
                    })
                };
                matcher = Some((entry.version, Matcher::new(old, new, &is_new)));
            }
            let renamed =
                matcher.as_mut().and_then(|(_, matcher)| matcher.rename(&entry.name, entry.span));
            let anchor = match &renamed {
                Some(rename) => rename.span,
                None => gap(old, new, entry.span),
            };
            orphans.push(Orphan {
                name: entry.name.clone(),
                kind: entry.kind,
                certainty: entry.certainty,
                version: entry.version,
                span: entry.span,
                renamed,
                anchor,
            });
        }
        orphans
    }

    // --- Ghost reads ---

    fn ghost_reads(&mut self) -> Vec<GhostRead> {
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
            let Some(fresh) = restart.trace.reads.get(&span) else { continue };
            let raises = restart.unbound_reads.contains(&span);
            if !fresh.found.is_empty() || !(raises || fresh.maybe_builtin) {
                continue;
            }
            let Some(name) = &read.name else { continue };
            let only_older = read.found.iter().all(|place| place.0 < self.last);
            ghosts.push(GhostRead {
                name: name.clone(),
                span,
                scope: ReadScope::Module,
                certainty: Certainty::always_if(only_older && !read.maybe_unbound),
                from_version,
                from_span,
                restart: if raises { RestartMeaning::NameError } else { RestartMeaning::Builtin },
            });
        }
        ghosts
    }

    /// Reads in functions of the new text that, once it has run, only an orphan satisfies.
    fn ghosts_later(&mut self, reload: &Run, restart: &Run) -> Vec<GhostRead> {
        let Some(program) = self.program(self.last) else { return Vec::new() };
        let trace = &reload.trace;
        let functions = trace.defined.iter().filter_map(|&id| program.statement_scope(id));
        let lambdas = trace.lambdas.iter().filter_map(|&id| program.expression_scope(id));
        let mut ghosts = Vec::new();
        for read in functions.chain(lambdas).flat_map(|scope| &scope.later_reads) {
            let symbol = self.machine.symbol(&read.name);
            let Some(slot) = reload.state.global(symbol) else { continue };
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
            });
        }
        ghosts
    }

    // --- The rest ---

    fn divergences(&self) -> Vec<Divergence> {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else { return Vec::new() };
        let mut found = Vec::new();
        for (&span, decision) in &reload.trace.decisions {
            let Some(fresh) = restart.trace.decisions.get(&span) else { continue };
            let decided = decision.may_be_true != decision.may_be_false
                && fresh.may_be_true != fresh.may_be_false;
            if decided && decision.may_be_true != fresh.may_be_true && !decision.asks_namespace {
                let in_reload = decision.may_be_true;
                found.push(Divergence { span, in_reload, certainty: Certainty::Always });
            }
        }
        found.sort_by_key(|divergence| divergence.span);
        found
    }

    fn rebinds(&self) -> Vec<Rebind> {
        let Some(reload) = self.reload else { return Vec::new() };
        let rebinds = reload.trace.rebinds.iter();
        rebinds.map(|(name, span)| Rebind { name: name.clone(), span: *span }).collect()
    }

    fn unseen(&self) -> Vec<Unseen> {
        let runs = self.stages.iter().filter_map(|stage| Some((stage.version, stage.run.as_ref()?)));
        let mut found = Vec::new();
        for (version, run) in runs {
            for (span, why) in &run.trace.unseen {
                found.push(Unseen { version, span: *span, why: why.clone() });
            }
        }
        found
    }

    fn exports(&mut self) -> Exports {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else {
            return Exports::default();
        };
        let Some(program) = self.program(self.last) else { return Exports::default() };
        let all_symbol = self.machine.symbol(&Name::from("__all__"));
        let getattr = self.machine.symbol(&Name::from("__getattr__"));
        let all_span = reload.state.global(all_symbol).and_then(|slot| {
            let own = slot.bindings.iter().find(|binding| binding.version == self.last)?;
            Some(own.span)
        });
        self.machine.state = reload.state.clone();
        let all = self.machine.all_names();
        let getattr = restart.intended.global(getattr).and_then(|slot| slot.bindings.first());
        let getattr = getattr.map(|binding| binding.span);
        let served = getattr.map(|span| served_names(program, span)).unwrap_or_default();
        Exports { all, all_span, getattr, served }
    }
}

/// The names that a module `__getattr__` compares its argument with, or looks up.
fn served_names(program: &Program, getattr: Span) -> Vec<Name> {
    use crate::program::visit;
    use crate::syntax::ast::{Constant, ExprKind, StmtKind};
    let ast = program.ast();
    let is_getattr = |id: &&crate::syntax::ast::StmtId| match &ast.stmt(**id).kind {
        StmtKind::FunctionDef(def) => def.name.span == getattr,
        _ => false,
    };
    let Some(&id) = ast.body.iter().find(is_getattr) else { return Vec::new() };
    let mut names = Vec::new();
    let mut exprs = Vec::new();
    super::changes::body_exprs(ast, id, &mut exprs);
    while let Some(expr) = exprs.pop() {
        if let ExprKind::Constant(Constant::Str(text)) = &ast.expr(expr).kind {
            names.push(Name::clone(text));
        }
        visit::child_exprs(ast, expr, &mut |child| exprs.push(child));
    }
    names
}

fn merge(point: &mut AbortPoint, exceptions: Vec<String>, certain: bool, stop: &Raise) {
    if point.exceptions.is_empty() || exceptions.is_empty() {
        // Any exception at all.
        point.exceptions.clear();
    } else {
        for name in exceptions {
            if !point.exceptions.contains(&name) {
                point.exceptions.push(name);
            }
        }
    }
    if certain {
        point.cause = AbortCause::Certain;
        point.certainty = Certainty::Always;
        point.reason = stop.reason.to_string();
    }
}

fn cause(stop: &Raise) -> AbortCause {
    match stop.risk {
        Some(Risk::Environment) => AbortCause::Environment,
        _ => AbortCause::NewRisk,
    }
}

fn syntax_abort(span: Span, message: &str) -> AbortPoint {
    AbortPoint {
        span,
        cause: AbortCause::Certain,
        certainty: Certainty::Always,
        exceptions: vec!["SyntaxError".to_owned()],
        reason: message.to_owned(),
        updated: Vec::new(),
        stale: Vec::new(),
    }
}

/// Whether the module's own code may have bound it.
fn is_own(slot: &Slot) -> bool {
    slot.bindings.iter().any(|binding| binding.version != OUTSIDE)
}

/// The import machinery's own names.
fn is_machinery(name: &str) -> bool {
    matches!(
        name,
        "__name__" | "__doc__" | "__file__" | "__loader__" | "__spec__" | "__package__" | "__path__"
            | "__builtins__" | "__cached__" | "__annotations__" | "__annotate__"
            | "__conditional_annotations__" | "__warningregistry__"
    )
}
