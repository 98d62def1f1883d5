//! Comparing the worlds of an executed history.

mod causes;
mod divergences;
mod exports;
mod ghosts;
mod metadata;
mod orphans;
mod torn;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::history::{Executed, History, StageRun, Version, execute, read};
use super::machine::{Machine, Raise, Risk};
use super::resolve::Resolver;
use super::run::{Run, is_open};
use super::state::{OUTSIDE, Slot, State, Symbol};
use super::value::Value;
use crate::comparison::{Comparison, Unseen};
use crate::diagnostic::Certainty;
use crate::program::Program;
use crate::simulation::{AbortCause, AbortPoint, NamespaceEntry, Origin, Outcome, Stage};
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
    super::importers::complete(&mut comparison, &mut executed, &live, &restart, history.is_package);
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
        let mut abort_points = self.abort_points();
        self.name_causes(&mut abort_points);
        let torn = self.torn_dependencies(&abort_points);
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
            stale_metadata: self.stale_metadata(),
            ghost_imports: Vec::new(),
            torn,
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
        // A stage that stopped half-way says nothing of what it did not reach.
        let previous = self.stages.iter().rev().nth(1);
        let ran_to_its_end = previous.is_some_and(|stage| stage.outcome() != Outcome::Aborts);
        let mut points: Vec<AbortPoint> = Vec::new();
        for stop in &open {
            let is_end = stop.risk.is_none() && last_certain.is_some_and(|log| stop.log <= log);
            let is_last = stop.risk.is_none() && last_certain.is_some();
            // Another stop may come before, where nothing says that the module gets so far.
            let is_placed = self.machine.identity.is_placed;
            let sole = open.iter().all(|other| match other.risk {
                Some(Risk::Inside) => false,
                Some(_) => is_placed,
                None => true,
            });
            let certain = is_end && is_last && ends == 1 && sole;
            let exceptions: Vec<String> = stop.class_name.iter().cloned().collect();
            let unchanged = stop.unchanged || (stop.site_unchanged && ran_to_its_end);
            let known = points.iter_mut().find(|point| point.span == stop.site);
            if let Some(point) = known {
                merge(point, exceptions, certain, unchanged, stop);
                continue;
            }
            let (updated, stale) = self.torn_names(run, stop.log);
            points.push(AbortPoint {
                span: stop.site,
                cause: if is_end && is_last { AbortCause::Certain } else { cause(stop) },
                certainty: Certainty::always_if(certain),
                exceptions,
                reason: stop.reason.to_string(),
                unchanged,
                about: None,
                updated,
                stale,
            });
        }
        points
    }

    /// The names of symbols, each once, in order.
    fn unique_names(&self, symbols: impl IntoIterator<Item = Symbol>) -> Vec<Name> {
        let mut seen = FxHashSet::default();
        symbols
            .into_iter()
            .filter(|symbol| seen.insert(*symbol))
            .map(|symbol| self.machine.name(symbol).clone())
            .collect()
    }

    /// What a run had bound at a point, and what it would still have bound.
    fn torn_names(&self, run: &Run, log: usize) -> (Vec<Name>, Vec<Name>) {
        let log = log.min(run.trace.log.len());
        let (before, after) = run.trace.log.split_at(log);
        let done: FxHashSet<Symbol> = before.iter().copied().collect();
        let updated = self.unique_names(before.iter().copied());
        let pending = after.iter().copied().filter(|symbol| {
            !done.contains(symbol) && self.live.global(*symbol).is_some_and(|slot| is_own(slot))
        });
        let stale = self.unique_names(pending);
        let plain =
            |names: Vec<Name>| names.into_iter().filter(|name| !is_machinery(name)).collect();
        (plain(updated), plain(stale))
    }

    // --- Namespace ---

    /// The reload world, and what live had besides.
    fn namespace(&self) -> Vec<NamespaceEntry> {
        let reload = self.reload.map_or(self.live, |run| &run.state);
        let mut entries = Vec::new();
        for (symbol, slot) in reload.globals() {
            let name = self.machine.name(symbol);
            if is_machinery(name) || !is_own(slot) || self.is_submodule(name, slot) {
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

    /// An attribute that importing a submodule sets on its package, whatever the package's own
    /// source binds.
    fn is_submodule(&self, name: &str, slot: &Slot) -> bool {
        let is_it = |value: &Value| match value {
            Value::Module(module) => {
                let parts = module.rsplit_once('.');
                parts.is_some_and(|(package, own)| package == self.history.module && own == name)
            }
            _ => false,
        };
        self.history.is_package && slot.bindings.iter().all(|binding| is_it(&binding.value))
    }

    fn entry(&self, symbol: Symbol, slot: &Slot) -> NamespaceEntry {
        let own = slot.bindings.iter().filter(|binding| binding.version != OUTSIDE);
        let newest = own.clone().max_by_key(|binding| (binding.version, binding.span));
        let binding = newest.unwrap_or(&slot.bindings[0]);
        let origin = self.origin(symbol, binding.version);
        let single = own.count() == 1 && slot.bindings.len() == 1;
        let restart_knows = origin != Origin::Orphan || self.restart_lacks(symbol);
        let certain = single
            && !slot.maybe_unbound
            && restart_knows
            && !self.may_not_be_reached(symbol)
            && self.origin_is_certain(symbol, origin);
        NamespaceEntry {
            name: self.machine.name(symbol).clone(),
            kind: binding.kind,
            origin,
            certainty: Certainty::always_if(certain),
            version: binding.version,
            span: binding.span,
        }
    }

    /// Whether a name is bound, or bound again, only after a place at which the outside may stop
    /// the reload.
    fn may_not_be_reached(&self, symbol: Symbol) -> bool {
        let Some(reload) = self.reload else { return false };
        // Stops for reasons of the module's own have been joined into the state.
        let open = |stop: &&Raise| is_open(stop) && stop.risk.is_some() && stop.state.is_none();
        let first = reload.stops.iter().find(open).map(|stop| stop.log.min(reload.trace.log.len()));
        first.is_some_and(|log| reload.trace.log[log..].contains(&symbol))
    }

    fn origin(&self, symbol: Symbol, version: u32) -> Origin {
        let Some(restart) = self.restart else { return Origin::Kept };
        // What a restart that completes does not bind is an orphan, whoever bound it here.
        if restart.outcome != Outcome::Aborts && self.restart_lacks(symbol) {
            return Origin::Orphan;
        }
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

    // --- The rest ---

    fn unseen(&self) -> Vec<Unseen> {
        let runs =
            self.stages.iter().filter_map(|stage| Some((stage.version, stage.run.as_ref()?)));
        let mut found = Vec::new();
        for (version, run) in runs {
            for (span, why) in &run.trace.unseen {
                found.push(Unseen { version, span: *span, why: why.clone() });
            }
        }
        found
    }
}

fn merge(
    point: &mut AbortPoint,
    exceptions: Vec<String>,
    certain: bool,
    unchanged: bool,
    stop: &Raise,
) {
    point.unchanged &= unchanged;
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
        unchanged: false,
        about: None,
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
        "__name__"
            | "__doc__"
            | "__file__"
            | "__loader__"
            | "__spec__"
            | "__package__"
            | "__path__"
            | "__builtins__"
            | "__cached__"
            | "__annotations__"
            | "__annotate__"
            | "__conditional_annotations__"
            | "__warningregistry__"
    )
}
