//! Where a run stops or may stop, and what it leaves new and old there.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{is_machinery, is_own};
use crate::diagnostic::Certainty;
use crate::simulation::{AbortCause, AbortPoint, Outcome, Stage};
use crate::syntax::ast::Name;
use crate::text::span::Span;
use crate::worlds::live::Version;
use crate::worlds::machine::{Machine, Raise, Risk};
use crate::worlds::run::{Run, is_open};
use crate::worlds::state::{State, Symbol};

/// A run, seen as the places at which it may end.
pub(in crate::worlds) struct Stops<'s, 'a> {
    machine: &'s Machine<'a>,
    run: &'s Run,
    /// The namespace before the run.
    live: &'s State,
    /// How the run before it ended.
    previous: Option<Outcome>,
}

impl<'s, 'a> Stops<'s, 'a> {
    pub(in crate::worlds) fn new(
        machine: &'s Machine<'a>,
        run: &'s Run,
        live: &'s State,
        previous: Option<Outcome>,
    ) -> Stops<'s, 'a> {
        Stops { machine, run, live, previous }
    }

    /// How the run ended.
    pub(in crate::worlds) fn stage(&self, version: u32) -> Stage {
        Stage { version, outcome: self.run.outcome, abort: self.first_abort() }
    }

    /// As [`Self::stage`], given [`Self::points`].
    pub(super) fn stage_at(&self, version: u32, points: &[AbortPoint]) -> Stage {
        // Not one at which only a change outside would stop it.
        let first = self.first_place().map(|(point, _)| point);
        let abort = first.and_then(|first| {
            let point = points.iter().find(|point| point.span == first.span)?;
            Some(AbortPoint { certainty: first.certainty, ..point.clone() })
        });
        Stage { version, outcome: self.run.outcome, abort }
    }

    /// The stage of a text that is not executed.
    pub(in crate::worlds) fn of_broken(version: u32, text: &Version) -> Stage {
        match text {
            Version::Broken { span, message } => Stops::broken(version, *span, message),
            Version::Healthy(_) | Version::Forgotten => {
                Stage { version, outcome: Outcome::SyntaxError, abort: None }
            }
        }
    }

    /// The stage of a text that does not compile.
    pub(in crate::worlds) fn broken(version: u32, span: Span, message: &str) -> Stage {
        let abort = Some(syntax_abort(span, message));
        Stage { version, outcome: Outcome::SyntaxError, abort }
    }

    /// Where a run stops for certain, or else may stop first.
    fn first_abort(&self) -> Option<AbortPoint> {
        self.first_place().map(|place| self.torn(place))
    }

    fn first_place(&self) -> Option<(AbortPoint, usize)> {
        let mut places = self.places();
        let index = self.first_of(places.iter().map(|(point, _)| point))?;
        // What has not got through before may stop it earlier.
        if places[..index].iter().any(|(point, _)| !point.unchanged) {
            places[index].0.certainty = Certainty::Maybe;
        }
        Some(places.swap_remove(index))
    }

    /// Which of the points ends the run, or else may end it first.
    fn first_of<'p>(&self, points: impl Iterator<Item = &'p AbortPoint>) -> Option<usize> {
        let mut first = None;
        for (index, point) in points.enumerate() {
            let is_end = match point.cause {
                AbortCause::Certain => true,
                AbortCause::SecondRun => point.certainty == Certainty::Always,
                _ => false,
            };
            if self.run.outcome == Outcome::Aborts && is_end {
                return Some(index);
            }
            first = first.or(Some(index));
        }
        first
    }

    /// The places at which a run may stop, each once.
    pub(in crate::worlds) fn points(&self) -> Vec<AbortPoint> {
        let mut places = self.places();
        self.add_dependencies(&mut places);
        places.into_iter().map(|place| self.torn(place)).collect()
    }

    /// The places that stop the run only where something outside has changed, among the others.
    fn add_dependencies(&self, places: &mut Vec<(AbortPoint, usize)>) {
        for stop in &self.run.stops {
            let Some(depends) = &stop.depends else { continue };
            if let Some((point, _)) = places.iter_mut().find(|(point, _)| point.span == stop.site) {
                // Louder where it is new.
                if point.cause == AbortCause::Environment {
                    point.depends = Some(depends.to_string());
                    point.reason = stop.reason.to_string();
                }
                continue;
            }
            let after = places.iter().position(|(_, log)| *log > stop.log);
            let point = AbortPoint {
                exceptions: stop.class_name.iter().cloned().collect(),
                unchanged: true,
                depends: Some(depends.to_string()),
                ..AbortPoint::new(stop.site, AbortCause::Environment, stop.reason.to_string())
            };
            places.insert(after.unwrap_or(places.len()), (point, stop.log));
        }
    }

    /// A place with what is new and what is old there, given how many bindings had been made.
    fn torn(&self, (point, log): (AbortPoint, usize)) -> AbortPoint {
        let TornNames { updated, stale, missing } = self.torn_names(log);
        AbortPoint { updated, stale, missing, ..point }
    }

    /// The places at which a run may stop, each once, with how many bindings had been made there.
    fn places(&self) -> Vec<(AbortPoint, usize)> {
        let run = self.run;
        let all = run.stops.iter().enumerate();
        let open: Vec<(usize, &Raise)> = all.filter(|(_, stop)| is_open(stop)).collect();
        let last_certain = run.aborted_at;
        let ends = open.iter().filter(|(_, stop)| stop.risk.is_none()).count();
        // A stage that stopped half-way says nothing of what it did not reach.
        let ran_to_its_end = self.previous.is_some_and(|outcome| outcome != Outcome::Aborts);
        let mut points: Vec<(AbortPoint, usize)> = Vec::new();
        let mut known = FxHashMap::default();
        // Another stop may come before, where nothing says that the module gets so far.
        let is_placed = self.machine.identity.is_placed;
        let sole = open.iter().all(|(_, other)| match other.risk {
            Some(Risk::Inside) => false,
            Some(_) => is_placed,
            None => true,
        });
        for (index, stop) in &open {
            let is_end = stop.risk.is_none() && *index >= run.last_stops;
            let is_last = stop.risk.is_none() && last_certain.is_some();
            let certain = is_end && is_last && ends == 1 && sole;
            let exceptions: Vec<String> = stop.class_name.iter().cloned().collect();
            let unchanged = stop.unchanged || (stop.site_unchanged && ran_to_its_end);
            if let Some(&at) = known.get(&stop.site) {
                let (point, _): &mut (AbortPoint, usize) = &mut points[at];
                merge(point, exceptions, certain, unchanged, stop);
                continue;
            }
            known.insert(stop.site, points.len());
            let cause = match stop {
                _ if stop.is_second_run => AbortCause::SecondRun,
                _ if is_end && is_last => AbortCause::Certain,
                _ => cause(stop),
            };
            let point = AbortPoint {
                certainty: Certainty::always_if(certain),
                exceptions,
                unchanged,
                ..AbortPoint::new(stop.site, cause, stop.reason.to_string())
            };
            points.push((point, stop.log));
        }
        for (point, _) in &mut points {
            // What got through before is no new risk: something that is not seen decides about it.
            if point.unchanged && point.cause == AbortCause::NewRisk {
                point.cause = AbortCause::Environment;
            }
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
    fn torn_names(&self, log: usize) -> TornNames {
        let run = self.run;
        let log = log.min(run.trace.log.len());
        let (before, after) = run.trace.log.split_at(log);
        let done: FxHashSet<Symbol> = before.iter().copied().collect();
        let updated = self.unique_names(before.iter().copied());
        let pending = || after.iter().copied().filter(|symbol| !done.contains(symbol));
        let is_old = |symbol: &Symbol| self.live.global(*symbol).is_some_and(|slot| is_own(slot));
        let stale = self.unique_names(pending().filter(is_old));
        let missing = pending().filter(|symbol| {
            self.live.global(*symbol).is_none() && run.intended.global(*symbol).is_some()
        });
        let missing = self.unique_names(missing);
        let plain =
            |names: Vec<Name>| names.into_iter().filter(|name| !is_machinery(name)).collect();
        TornNames { updated: plain(updated), stale: plain(stale), missing: plain(missing) }
    }
}

/// The names of a torn module.
struct TornNames {
    updated: Vec<Name>,
    stale: Vec<Name>,
    missing: Vec<Name>,
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
    if stop.is_second_run {
        point.cause = AbortCause::SecondRun;
        point.reason = stop.reason.to_string();
        point.exceptions = stop.class_name.iter().cloned().collect();
    }
}

fn cause(stop: &Raise) -> AbortCause {
    match stop.risk {
        Some(Risk::Environment) => AbortCause::Environment,
        // Whether it comes to this is not decided here; a name that is not there is a fault.
        None if stop.is_forked && stop.read.is_none() => AbortCause::Environment,
        _ => AbortCause::NewRisk,
    }
}

fn syntax_abort(span: Span, message: &str) -> AbortPoint {
    AbortPoint {
        certainty: Certainty::Always,
        exceptions: vec!["SyntaxError".to_owned()],
        ..AbortPoint::new(span, AbortCause::Certain, message.to_owned())
    }
}
