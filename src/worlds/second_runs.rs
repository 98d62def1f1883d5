//! What fails when it runs a second time: because of what the first time has left in other
//! modules, which the reload does not reset.
//!
//! Every version is executed once more, in a world in which the modules that it calls execute
//! with it ([`super::linked`]). There the live world is not only the module's namespace: it is
//! everything that the module's code has reached. Each statement goes one way, on which it gets
//! through in a fresh process, and the same way again ([`super::guided`]); one that does not get
//! through on top of what is there is a second-run failure. It is none where something that is
//! not followed may know of the first run, or where it gets through with what is not known the
//! other way round.

mod grown;
mod otherwise;
mod reached;
mod typed;

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::effort::Meter;
use super::guided::{Guide, Passed, Ways};
use super::linked::{CELLS_PER_STEP, Linked, is_other};
use super::machine::{Flow, Identity, Machine, Memory, Raise};
use super::resolve::Resolver;
use super::state::State;
use super::value::Value;
use crate::program::Program;
use crate::syntax::ast::{Name, StmtId};
use crate::text::span::Span;

use grown::{Grown, Growth};
pub(super) use reached::reaches_others;
pub(super) use typed::{Anchored, Memo};

/// Steps for one version of a module with everything that it needs.
const STEPS: u32 = 200_000;
/// As [`STEPS`], for a text that somebody is typing: a few milliseconds.
const TYPED_STEPS: u32 = 4_000;

/// What containers, iterators, classes and objects raise that do not have any more what the first
/// run has taken out of them.
const REFUSALS: &[&str] =
    &["KeyError", "ValueError", "IndexError", "StopIteration", "AttributeError"];

/// How far a text is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    Full,
    /// The next text is about to come.
    Typed,
}

/// What comes of a statement because the module has run before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    stmt: StmtId,
    /// Where the module's own frame stands.
    site: Span,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Fails(SecondRun),
    Grows(Grown),
}

/// Why a statement does not get through a second time.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SecondRun {
    /// The exception classes, as far as they are known.
    exceptions: Vec<String>,
    reason: Rc<str>,
    /// What raises: the module whose code it is, and where it stands.
    place: Option<(Name, Span)>,
}

/// The live world with the other modules in it.
#[derive(Debug, Clone)]
pub(super) struct Outer {
    state: State,
    memory: Memory,
    linked: Box<Linked>,
    /// Fingerprints of statements that seemed to fail in a fresh process: somewhere in them is
    /// what is beyond what is followed. With whether it is known where.
    misjudged: FxHashMap<u64, bool>,
    /// The text that was imported.
    first: Rc<Program>,
    /// What may have raised in a fresh process, and has not.
    avoided: FxHashSet<Origin>,
    /// A version took more than is followed: nothing is known of this world.
    has_given_up: bool,
    /// Which ways statements went when they ran first, by fingerprint.
    ways: FxHashMap<u64, Ways>,
    /// Whether conditions of which nothing is known were tried as false first.
    doubts: bool,
    /// Where statements came through that got through once more, by fingerprint.
    passed: FxHashMap<u64, Passed>,
    /// Of statements that do not get through a second time, by fingerprint: whether they do on
    /// another way.
    verdicts: Rc<RefCell<FxHashMap<u64, bool>>>,
    /// As [`Self::verdicts`], of those that add something once more.
    grows_anyway: Rc<RefCell<FxHashMap<u64, bool>>>,
}

/// A text that a process loads, whether it is the first of the module or not.
#[derive(Clone, Copy)]
pub(super) struct Load<'l> {
    pub(super) resolver: &'l Resolver<'l>,
    pub(super) identity: &'l Identity,
    pub(super) program: &'l Rc<Program>,
    pub(super) version: u32,
}

impl Load<'_> {
    fn fingerprint(&self, id: StmtId) -> u64 {
        self.program.ast().stmt(id).fingerprint
    }
}

/// What a statement comes to that has not got through on top of what is there.
enum Verdict {
    Fails(Finding),
    /// It is beyond what is followed.
    GoesOn,
    /// Finding out would cost too much while somebody types.
    TooCostly,
}

/// Whether two texts begin with so many statements that are the same.
fn begins_alike(one: &Program, other: &Program, count: usize) -> bool {
    let prints = |program: &Program| -> Vec<u64> {
        let ast = program.ast();
        ast.body.iter().take(count).map(|&id| ast.stmt(id).fingerprint).collect()
    };
    prints(one) == prints(other)
}

/// What executing a version in the world of [`Outer`] came to.
pub(super) struct Rerun {
    pub(super) outer: Option<Outer>,
    pub(super) found: Vec<Finding>,
    /// How many statements of the text decide about this, from the first on.
    read: usize,
}

impl Rerun {
    /// What is known without executing a text a second time.
    pub(super) fn none(outer: Option<Outer>) -> Rerun {
        Rerun { outer, found: Vec::new(), read: 0 }
    }
}

impl Outer {
    /// The first import of a module.
    pub(super) fn import(
        resolver: &Resolver<'_>,
        identity: &Identity,
        program: &Rc<Program>,
    ) -> Outer {
        Outer::imported(resolver, identity, program, false)
    }

    fn imported(
        resolver: &Resolver<'_>,
        identity: &Identity,
        program: &Rc<Program>,
        doubts: bool,
    ) -> Outer {
        let outer = Outer {
            state: State::default(),
            memory: Memory::default(),
            linked: Box::new(Linked::new(identity.clone())),
            misjudged: FxHashMap::default(),
            first: Rc::clone(program),
            avoided: FxHashSet::default(),
            has_given_up: false,
            ways: FxHashMap::default(),
            doubts,
            passed: FxHashMap::default(),
            verdicts: Rc::default(),
            grows_anyway: Rc::default(),
        };
        outer.fresh(resolver, identity, program)
    }

    fn fresh(
        mut self,
        resolver: &Resolver<'_>,
        identity: &Identity,
        program: &Rc<Program>,
    ) -> Outer {
        let mut machine = self.machine(resolver, identity, program, 0);
        machine.grant(STEPS, STEPS);
        machine.bind_machinery();
        for &id in &program.ast().body {
            if machine.has_given_up() {
                break;
            }
            machine.raises.clear();
            self.prepare(&mut machine, program.ast().stmt(id).fingerprint);
            let end = machine.linked_statement(id);
            self.note_ways(&machine, program.ast().stmt(id).fingerprint);
            self.avoided.extend(machine.raises.iter().filter_map(origin_of));
            let is_exhausted = machine.take_exhausted();
            if end.is_err() || is_exhausted {
                let stops = machine.raises.iter().any(|raise| raise.risk.is_none());
                let fingerprint = program.ast().stmt(id).fingerprint;
                self.misjudged.insert(fingerprint, stops && !is_exhausted);
            }
            if end.is_err() {
                machine.suppose_bound(id);
            }
        }
        self.keep(machine);
        self
    }

    /// A reload on top of what is there.
    pub(super) fn reload(&self, load: Load<'_>, care: Care) -> Rerun {
        let mut outer = self.clone();
        if self.has_given_up {
            return Rerun::none(Some(outer));
        }
        let Load { resolver, identity, program, version } = load;
        let mut machine = outer.machine(resolver, identity, program, version);
        let steps = if care == Care::Typed { TYPED_STEPS } else { STEPS };
        machine.grant(steps, steps);
        machine.announce_reload();
        if let Some(linked) = &mut machine.linked {
            linked.touched = Some(Vec::new());
        }
        let mut growth = Growth::new(&self.state, version);
        let mut failure = None;
        let mut read = 0;
        for (index, &id) in program.ast().body.iter().enumerate() {
            machine.raises.clear();
            read = index + 1;
            let fingerprint = load.fingerprint(id);
            outer.prepare(&mut machine, fingerprint);
            let before = machine.state.clone();
            let end = machine.linked_statement(id);
            if machine.has_given_up() {
                break;
            }
            if end.is_ok() {
                outer.note_ways(&machine, fingerprint);
                growth.note(&mut machine, id, &before);
                if let Some(guide) = machine.guide.as_ref().filter(|_| self.doubts) {
                    outer.passed.insert(fingerprint, guide.passed.clone());
                }
                continue;
            }
            match self.judge(&outer, &mut machine, load, (index, &before), care) {
                Verdict::Fails(found) => {
                    failure = Some(found);
                    break;
                }
                Verdict::GoesOn => machine.suppose_bound(id),
                Verdict::TooCostly => {
                    outer.give_up();
                    return Rerun { outer: Some(outer), found: Vec::new(), read };
                }
            }
        }
        let mut found = self.grown(load, growth.found(&machine));
        found.extend(failure);
        outer.keep(machine);
        Rerun { outer: Some(outer), found, read }
    }

    /// Whether a statement has not got through because it is not the first time. `outer` is what
    /// the reload has made of this world, `before` the state before the statement.
    fn judge(
        &self,
        outer: &Outer,
        machine: &mut Machine<'_>,
        load: Load<'_>,
        (index, before): (usize, &State),
        care: Care,
    ) -> Verdict {
        let Load { resolver, identity, program, .. } = load;
        let id = program.ast().body[index];
        let fingerprint = load.fingerprint(id);
        let raises = std::mem::take(&mut machine.raises);
        if !outer.is_before_what_is_misjudged(fingerprint, &raises) {
            return Verdict::GoesOn;
        }
        // Of what was imported first it is known how it does in a fresh process.
        let is_known = begins_alike(&outer.first, program, index + 1);
        let fails_in_a_fresh_process = || {
            let fresh = Outer::import(resolver, identity, program);
            fresh.has_given_up || !fresh.is_before_what_is_misjudged(fingerprint, &raises)
        };
        let Some((site, second)) = SecondRun::of(&raises, &outer.avoided, machine, is_known) else {
            return Verdict::GoesOn;
        };
        if !is_known && care == Care::Typed {
            return Verdict::TooCostly;
        }
        let is_certain = (is_known || !fails_in_a_fresh_process())
            && !machine.gets_through_otherwise(id, before)
            && !self.is_contradicted(load, (id, second.place.as_ref()));
        match is_certain {
            true => Verdict::Fails(Finding { stmt: id, site, what: What::Fails(second) }),
            false => Verdict::GoesOn,
        }
    }

    /// A statement goes the way that it went when it ran first.
    fn prepare(&self, machine: &mut Machine<'_>, fingerprint: u64) {
        if let Some(guide) = &mut machine.guide {
            let earlier = self.ways.get(&fingerprint);
            guide.is_first = earlier.is_none();
            guide.earlier = earlier.cloned().unwrap_or_default();
        }
    }

    fn note_ways(&mut self, machine: &Machine<'_>, fingerprint: u64) {
        if let Some(guide) = &machine.guide {
            self.ways.entry(fingerprint).or_insert_with(|| guide.ways());
        }
    }

    /// Whether a statement that did not get through ends before it reaches what is beyond what
    /// is followed: in a `raise` that was not met when it ran in a fresh process.
    fn is_before_what_is_misjudged(&self, fingerprint: u64, raises: &[Raise]) -> bool {
        let mut certain = raises.iter().filter(|raise| raise.risk.is_none());
        let is_new =
            |raise: &Raise| origin_of(raise).is_some_and(|origin| !self.avoided.contains(&origin));
        match self.misjudged.get(&fingerprint) {
            None => true,
            Some(is_known_where) => *is_known_where && certain.all(is_new),
        }
    }

    fn machine<'a>(
        &mut self,
        resolver: &'a Resolver<'a>,
        identity: &Identity,
        program: &Rc<Program>,
        version: u32,
    ) -> Machine<'a> {
        let mut machine = Machine::new(resolver, identity.clone(), Rc::clone(program))
            .with_memory(std::mem::take(&mut self.memory));
        machine.begin(std::mem::take(&mut self.state), Rc::clone(program), version);
        machine.linked = Some(self.linked.clone());
        machine.guide = Some(Box::new(Guide::new(self.doubts)));
        machine.meter = Some(Meter::new(CELLS_PER_STEP));
        machine
    }

    fn keep(&mut self, mut machine: Machine<'_>) {
        if let Some(linked) = &mut machine.linked {
            linked.touched = None;
        }
        // A reload of what replaces itself executes in another namespace than the import did.
        if machine.has_given_up() || machine.state.registered.is_some() {
            self.give_up();
            return;
        }
        self.state = std::mem::take(&mut machine.state);
        if let Some(linked) = machine.linked.take() {
            self.linked = linked;
        }
        self.memory = machine.into_memory();
    }
}

impl Outer {
    /// Whether nothing is known of what was executed here.
    pub(super) fn has_given_up(&self) -> bool {
        self.has_given_up
    }

    /// Lets go of a world that costs too much.
    fn give_up(&mut self) {
        self.has_given_up = true;
        *self.linked = Linked::new(self.linked.own().clone());
        self.state = State::default();
    }
}

impl Finding {
    fn fails(&self) -> bool {
        matches!(self.what, What::Fails(_))
    }
}

impl SecondRun {
    /// What a statement came to that has no way to get through, if its second time is why.
    fn of(
        raises: &[Raise],
        before: &FxHashSet<Origin>,
        machine: &Machine<'_>,
        is_known: bool,
    ) -> Option<(Span, SecondRun)> {
        let certain = || raises.iter().filter(|raise| raise.risk.is_none());
        // What else would be raised for certain is raised the first time, too; where that seems
        // to be otherwise, something was not followed to its end.
        let is_refusal = |raise: &Raise| {
            raise.origin.is_some() && !machine.is_passed_on(raise)
                || match raise.class_name.as_deref() {
                    // Objects that the module itself makes may have other attributes in a new text.
                    Some("AttributeError" | "NameError") => is_known,
                    Some(name) => REFUSALS.contains(&name),
                    None => false,
                }
        };
        // A module's own names are reset: what they decide is decided where nothing else is.
        let has_others = machine.linked.as_ref().is_some_and(|linked| linked.has_others);
        if !has_others || !certain().all(is_refusal) {
            return None;
        }
        let is_new = |raise: &&Raise| match origin_of(raise) {
            Some(origin) => !before.contains(&origin),
            None => true,
        };
        // What the first run might have met, and has not, is the second choice.
        let first = certain().find(is_new).or_else(|| certain().next())?;
        let is_first = |raise: &&Raise| is_new(raise) || origin_of(raise) == origin_of(first);
        let mut exceptions: Vec<String> = Vec::new();
        for name in certain().filter(is_first).filter_map(|raise| raise.class_name.as_ref()) {
            if !exceptions.contains(name) {
                exceptions.push(name.clone());
            }
        }
        let reason = machine.raised_where(first).unwrap_or_else(|| Rc::clone(&first.reason));
        let place = machine.raised_at(first);
        Some((first.site, SecondRun { exceptions, reason, place }))
    }
}

/// The statement that raises, whatever version of the module it is in.
type Origin = (Option<u32>, Span);

fn origin_of(raise: &Raise) -> Option<Origin> {
    let (version, span) = raise.origin?;
    Some((is_other(version).then_some(version), span))
}

impl Machine<'_> {
    /// A statement of the module has got through as far as the module alone decides.
    /// `before` is the state before it, with the number of bindings that had been made by then.
    pub(super) fn run_again(&mut self, id: StmtId, before: &State, bound: usize) -> Flow<()> {
        let found: Vec<Finding> =
            self.second_runs.iter().filter(|found| found.stmt == id).cloned().collect();
        for Finding { site, what, .. } in found {
            self.site = site;
            match what {
                What::Grows(grown) => self.note_repeat(&grown.noun, &grown.reason, grown.kept),
                What::Fails(second) => {
                    let stop = self.raise(Value::Unknown, Rc::clone(&second.reason));
                    if let Some(raise) = self.raises.last_mut() {
                        raise.class_name = second.exceptions.first().cloned();
                        raise.is_second_run = true;
                        (raise.state, raise.log) = (Some(before.clone()), bound);
                        raise.unchanged = false;
                    }
                    return Err(stop);
                }
            }
        }
        Ok(())
    }
}
