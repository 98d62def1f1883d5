//! Comparing the worlds of an executed history.

mod causes;
mod divergences;
mod exports;
mod ghosts;
mod metadata;
mod orphans;
mod stops;
mod torn;

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::history::Around;
use super::known_calls::Repeat;
use super::live::{Live, Version};
use super::machine::{Machine, Raise};
use super::patches::Stacked;
use super::pending::Executed;
use super::resolve::Resolver;
use super::run::{Run, is_open};
use super::state::{OUTSIDE, Slot, State, Symbol};
use super::value::Value;
use crate::comparison::{Comparison, RepeatedEffect, StackedWrapper, TornDependency, Unseen};
use crate::diagnostic::Certainty;
use crate::program::Program;
use crate::simulation::{AbortPoint, NamespaceEntry, Origin, Outcome, Stage, TornUse};
use crate::syntax::ast::Name;
use crate::syntax::parse::Parsed;

pub(super) use metadata::annotated;
pub(super) use stops::Stops;

/// The worlds of a history, and the last version's tree where its text compiles.
#[derive(Debug)]
pub struct Compared {
    pub comparison: Comparison,
    pub last: Option<Arc<Parsed>>,
    /// The dotted names of the other modules on which this depends: where none of them changes,
    /// and no file that uses the module, the comparison stays the same.
    pub asked: FxHashSet<String>,
}

/// Compares the worlds that an executed version makes.
pub(super) fn compared(
    before: &Live,
    executed: &mut Executed<'_>,
    around: &Around<'_>,
    live: &Resolver<'_>,
    restart: &Resolver<'_>,
) -> Compared {
    let mut comparison = Worlds::new(before, executed, around).compared();
    comparison.stale_imports = std::mem::take(&mut executed.stale);
    super::importers::complete(&mut comparison, before, executed, around, live, restart);
    let last = match &executed.version {
        Version::Healthy(program) => Some(Arc::clone(&program.parsed)),
        Version::Broken { .. } | Version::Forgotten => None,
    };
    let mut asked = FxHashSet::default();
    live.collect_asked(&mut asked);
    restart.collect_asked(&mut asked);
    Compared { comparison, last, asked }
}

struct Worlds<'w, 'a> {
    around: &'w Around<'w>,
    /// The versions before the last.
    before: &'w Live,
    version: &'w Version,
    sources: Vec<Arc<crate::text::source::Source>>,
    machine: &'w mut Machine<'a>,
    /// The namespace before the last version.
    live: &'w State,
    /// The run of the last version; None where it does not compile.
    reload: Option<&'w Run>,
    restart: Option<&'w Run>,
    last: u32,
}

impl<'w, 'a> Worlds<'w, 'a> {
    fn new(
        before: &'w Live,
        executed: &'w mut Executed<'a>,
        around: &'w Around<'w>,
    ) -> Worlds<'w, 'a> {
        let Executed { version, source, live, reload, restart, machine, .. } = executed;
        let mut sources = before.sources.clone();
        sources.push(Arc::clone(source));
        Worlds {
            around,
            before,
            version,
            last: sources.len() as u32 - 1,
            sources,
            machine,
            live,
            reload: reload.as_ref(),
            restart: restart.as_ref(),
        }
    }

    fn compared(mut self) -> Comparison {
        let mut abort_points = self.abort_points();
        self.hush_dependencies(&mut abort_points);
        let torn = self.torn_dependencies(&abort_points);
        for TornDependency { abort, kind, caller, usage, callee, why, .. } in torn.iter().cloned() {
            let used = TornUse { caller, span: usage, callee, kind, why };
            abort_points[abort].torn.push(used);
        }
        let stages = self.stages(&abort_points);
        self.name_causes(&mut abort_points);
        let namespace = self.namespace();
        let fresh_names = self.fresh_names();
        let ghost_reads = self.ghost_reads();
        let orphans = self.orphans(&namespace);
        Comparison {
            module: self.around.module.to_owned(),
            python: self.around.python,
            sources: self.sources.clone(),
            stages,
            restart: self.restart_stage(),
            fresh_names,
            ghost_reads,
            abort_points,
            orphans,
            divergences: self.divergences(),
            rebinds: self.rebinds(),
            unseen: self.unseen(),
            exports: self.exports(),
            stale_metadata: self.stale_metadata(),
            ghost_imports: Vec::new(),
            stale_imports: Vec::new(),
            repeats: self.repeats(),
            stacked: self.stacked(),
            rewrites: self.reload.map(|run| run.trace.rewrites.clone()).unwrap_or_default(),
            torn,
            namespace,
        }
    }

    fn program(&self, version: u32) -> Option<&'w Program> {
        match self.version {
            Version::Healthy(program) if version == self.last => Some(program),
            _ => self.before.program(version),
        }
    }

    // --- Stages ---

    fn stages(&self, points: &[AbortPoint]) -> Vec<Stage> {
        let mut stages: Vec<Stage> =
            self.before.loaded.iter().map(|loaded| loaded.stage.clone()).collect();
        stages.push(match self.reload {
            Some(run) => self.stops(run).stage_at(self.last, points),
            None => Stops::of_broken(self.last, self.version),
        });
        stages
    }

    fn restart_stage(&self) -> Stage {
        match self.restart {
            Some(run) => self.stops(run).stage(self.last),
            None => Stops::of_broken(self.last, self.version),
        }
    }

    fn abort_points(&self) -> Vec<AbortPoint> {
        self.reload.map(|run| self.stops(run).points()).unwrap_or_default()
    }

    fn stops<'s>(&'s self, run: &'s Run) -> Stops<'s, 'a> {
        Stops::new(self.machine, run, self.live, self.before.last_outcome())
    }

    // --- Namespace ---

    /// The reload world, and what live had besides.
    fn namespace(&self) -> Vec<NamespaceEntry> {
        let reload = self.reload.map_or(self.live, |run| &run.state);
        let mut entries = Vec::new();
        for (symbol, slot) in reload.globals() {
            let name = self.machine.name(symbol);
            let is_bound = !reload.is_unlikely(symbol);
            if is_machinery(name) || !is_own(slot) || self.is_submodule(name, slot) || !is_bound {
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
                certainty: Certainty::always_if(
                    !slot.maybe_unbound && !reload.unseen && !self.may_not_be_reached(symbol),
                ),
                version: binding.version,
                span: binding.span,
            });
        }
        entries.sort_by(|a, b| (a.version, a.span, &a.name).cmp(&(b.version, b.span, &b.name)));
        entries
    }

    /// What a restart binds, as far as it is the module's own.
    fn fresh_names(&self) -> Vec<Name> {
        let Some(fresh) = self.restart.map(|run| &run.intended) else { return Vec::new() };
        let own = fresh.globals().filter(|(_, slot)| is_own(slot));
        let names = own.map(|(symbol, _)| self.machine.name(symbol));
        let mut names: Vec<Name> = names.filter(|name| !is_machinery(name)).cloned().collect();
        names.sort();
        names
    }

    /// An attribute that importing a submodule sets on its package, whatever the package's own
    /// source binds.
    fn is_submodule(&self, name: &str, slot: &Slot) -> bool {
        let is_it = |value: &Value| match value {
            Value::Module(module) => {
                let parts = module.rsplit_once('.');
                parts.is_some_and(|(package, own)| package == self.around.module && own == name)
            }
            _ => false,
        };
        self.around.is_package && slot.bindings.iter().all(|binding| is_it(&binding.value))
    }

    fn entry(&self, symbol: Symbol, slot: &Slot) -> NamespaceEntry {
        let own = slot.bindings.iter().filter(|binding| binding.version != OUTSIDE);
        let newest = own.clone().max_by_key(|binding| (binding.version, binding.span));
        let binding = newest.unwrap_or(&slot.bindings[0]);
        let origin = self.origin(symbol, binding.version, slot.maybe_unbound);
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
        // Other stops have been joined into the state, or are the end of the run.
        let is_placed = self.machine.identity.is_placed;
        let goes_on = reload.outcome != Outcome::Aborts;
        let open = |stop: &&Raise| {
            is_open(stop) && (stop.risk.is_some() || goes_on) && (stop.state.is_none() || is_placed)
        };
        let first = reload.stops.iter().find(open).map(|stop| stop.log.min(reload.trace.log.len()));
        first.is_some_and(|log| reload.trace.log[log..].contains(&symbol))
    }

    fn origin(&self, symbol: Symbol, version: u32, maybe_unbound: bool) -> Origin {
        let Some(restart) = self.restart else { return Origin::Kept };
        // What a restart that completes does not bind is an orphan, whoever bound it here, unless
        // it is open whether this text binds it.
        let is_open = maybe_unbound && version == self.last;
        if restart.outcome != Outcome::Aborts && self.restart_lacks(symbol) && !is_open {
            return Origin::Orphan;
        }
        if version == self.last && self.reload.is_some() {
            let was = self.live.global(symbol).is_some_and(|slot| is_own(slot));
            return if was { Origin::Rebound } else { Origin::Added };
        }
        if restart.offered().global(symbol).is_some() || restart.offered().unseen {
            return Origin::Kept;
        }
        Origin::Orphan
    }

    /// `Added` or `Rebound` where it is certain whether live had the name.
    fn origin_is_certain(&self, symbol: Symbol, origin: Origin) -> bool {
        // What a restart may not bind may be an orphan.
        let restarted = self.restart.is_none_or(|restart| {
            restart.outcome == Outcome::Aborts
                || restart.intended.global(symbol).is_some_and(|slot| !slot.maybe_unbound)
        });
        match origin {
            Origin::Rebound => {
                restarted && self.live.global(symbol).is_some_and(|slot| !slot.maybe_unbound)
            }
            Origin::Added => restarted && !self.live.unseen,
            Origin::Kept => self.restart.is_none_or(|restart| {
                restart.offered().global(symbol).is_some_and(|slot| !slot.maybe_unbound)
            }),
            Origin::Orphan | Origin::Unbound => true,
        }
    }

    fn restart_lacks(&self, symbol: Symbol) -> bool {
        self.restart.is_some_and(|restart| {
            restart.offered().global(symbol).is_none() && !restart.offered().unseen
        })
    }

    // --- The rest ---

    /// What the reload does once more, as far as it gets.
    fn repeats(&self) -> Vec<RepeatedEffect> {
        let told = |repeat: &Repeat| RepeatedEffect {
            span: repeat.site,
            noun: repeat.noun.to_string(),
            reason: repeat.reason.to_string(),
            certainty: Certainty::always_if(repeat.is_certain),
            kept: repeat.kept.clone(),
        };
        self.reload.map(|run| run.trace.repeats.iter().map(told).collect()).unwrap_or_default()
    }

    fn stacked(&self) -> Vec<StackedWrapper> {
        let told = |stacked: &Stacked| StackedWrapper {
            span: stacked.site,
            place: stacked.place.to_string(),
            is_by_name: stacked.is_by_name,
            certainty: Certainty::always_if(stacked.is_certain),
        };
        self.reload.map(|run| run.trace.stacked.iter().map(told).collect()).unwrap_or_default()
    }

    fn unseen(&self) -> Vec<Unseen> {
        let earlier =
            self.before.loaded.iter().map(|loaded| (loaded.stage.version, &loaded.unseen));
        let last = self.reload.map(|run| (self.last, &run.trace.unseen));
        earlier
            .chain(last)
            .flat_map(|(version, unseen)| unseen.iter().map(move |found| (version, found)))
            .map(|(version, (span, why))| Unseen { version, span: *span, why: why.clone() })
            .collect()
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
