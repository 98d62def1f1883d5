//! One path in place of all of them.
//!
//! Where much is not known, the paths through the code of other modules part at every other
//! statement, and what holds after all of them is next to nothing. But a module that is loaded
//! has got through on one of them, and what is not known the first time is as a rule the same
//! the second time. A machine with a [`Guide`] goes one way at every fork, one on which nothing
//! raises, and the same way again when the statement runs a second time: what comes out
//! otherwise there is what the first run has left.

use rustc_hash::{FxHashMap, FxHashSet};

use super::code::Code;
use super::exec::Mark;
use super::machine::{Flow, Machine, Stop};
use super::state::State;
use crate::program::visit;
use crate::syntax::ast::{CompareOp, ExprId, ExprKind, Name, StmtId};
use crate::text::span::Span;

/// Where paths part: whose code, and what in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fork {
    version: u32,
    kind: Kind,
    index: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Condition,
    Alternatives,
    Loop,
    Handler,
    Lookup,
}

/// The ways that a statement of the module has gone, by place and in order.
pub(super) type Ways = FxHashMap<Fork, Vec<u8>>;

/// One decision of a statement under way.
#[derive(Debug, Clone)]
struct Step {
    fork: Fork,
    way: u8,
    /// The ways that have not been tried here, the next one last.
    untried: Vec<u8>,
    /// Where it is as the first time: whether that may be otherwise the second time.
    repeats: Option<Repeats>,
}

/// How sure it is that what decided the first time decides the same again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeats {
    Surely,
    /// Something is asked that is not followed, and may have been told of the first run.
    Perhaps,
}

/// Where a statement came through.
#[derive(Debug, Clone, Default)]
pub(super) struct Passed {
    /// The functions that were called, by module and place.
    functions: FxHashSet<(Name, Span)>,
    /// Conditions of which nothing was known.
    forks: FxHashSet<(Name, Span)>,
}

impl Passed {
    /// Whether a place was passed where something raises, for all that is known.
    pub(super) fn avoids(&self, (module, place): &(Name, Span)) -> bool {
        self.functions.iter().any(|(other, function)| {
            let decides = |(at, fork): &(Name, Span)| {
                at == module && function.contains(*fork) && fork.start < place.start
            };
            other == module && function.contains(*place) && !self.forks.iter().any(decides)
        })
    }
}

/// Which way paths go.
#[derive(Debug, Clone, Default)]
pub(super) struct Guide {
    /// Whether a condition of which nothing is known is tried as false first.
    pub(super) doubts: bool,
    /// What the statement under way did the first time.
    pub(super) earlier: Ways,
    /// What it has done so far.
    log: Vec<Step>,
    counts: FxHashMap<Fork, u32>,
    /// What it is to do before it decides anything on its own.
    script: Vec<Step>,
    attempts: u32,
    /// The statement runs for the first time.
    pub(super) is_first: bool,
    /// What is not found is taken to be there: it did not get through otherwise.
    supposes: bool,
    /// How many constructs around catch that something is not found.
    pub(super) catching: u32,
    /// The script of the next statement.
    preset: Vec<Step>,
    /// Where the statement under way came through.
    pub(super) passed: Passed,
    /// What the statement did on the first path on which it did not get through.
    failed: Vec<Step>,
}

/// A statement that does not get through on the first path is executed on so many others.
const MAX_ATTEMPTS: u32 = 12;
/// As [`MAX_ATTEMPTS`], while another module is executed.
const MAX_LIBRARY_ATTEMPTS: u32 = 3;
/// So many decisions that may be otherwise the second time are tried the other way.
const MAX_DOUBTS: usize = 8;
/// Functions that answer the same of the same objects.
const STEADY: &[&str] = &["isinstance", "issubclass", "hasattr", "callable", "getattr", "type"];

impl Guide {
    pub(super) fn new(doubts: bool) -> Guide {
        Guide { doubts, ..Guide::default() }
    }

    /// A statement begins.
    pub(super) fn begin(&mut self, is_loading: bool) {
        self.script = if is_loading { Vec::new() } else { self.preset.clone() };
        self.failed.clear();
        self.passed = Passed::default();
        self.attempts = 0;
        self.supposes = false;
        self.start();
    }

    fn start(&mut self) {
        self.catching = 0;
        self.log.clear();
        self.counts.clear();
    }

    /// Starts the statement again on another path; false where there is none.
    pub(super) fn try_another(&mut self, is_loading: bool) -> bool {
        if self.attempts == 0 && self.failed.is_empty() {
            self.failed.clone_from(&self.log);
        }
        self.attempts += 1;
        let is_open = |step: &Step| step.repeats.is_none() && !step.untried.is_empty();
        let last = self.log.iter().rposition(is_open);
        let most = if is_loading { MAX_LIBRARY_ATTEMPTS } else { MAX_ATTEMPTS };
        let Some(last) = last.filter(|_| self.attempts < most) else {
            let is_first = self.is_first || is_loading;
            if !is_first || self.supposes {
                return false;
            }
            self.supposes = true;
            self.attempts = 0;
            self.script.clear();
            self.start();
            return true;
        };
        self.script = std::mem::take(&mut self.log);
        self.script.truncate(last + 1);
        if let Some(step) = self.script.last_mut()
            && let Some(way) = step.untried.pop()
        {
            step.way = way;
        }
        self.start();
        true
    }

    /// The ways that the statement under way has gone.
    pub(super) fn ways(&self) -> Ways {
        let mut ways = Ways::default();
        for step in &self.log {
            ways.entry(step.fork).or_default().push(step.way);
        }
        ways
    }

    /// Whether the statement under way came to a fork of which it is not known where it leads.
    pub(super) fn has_decided(&self) -> bool {
        !self.log.is_empty()
    }

    /// The scripts on which what may be otherwise the second time is so.
    fn doubts(&self) -> Vec<Vec<Step>> {
        let doubtful = |(_, step): &(usize, &Step)| step.repeats == Some(Repeats::Perhaps);
        let places = self.failed.iter().enumerate().filter(doubtful).map(|(place, _)| place);
        let other = |place: usize| {
            let mut script = self.failed[..=place].to_vec();
            if let Some(step) = script.last_mut()
                && let Some(way) = step.untried.pop()
            {
                step.way = way;
                step.repeats = Some(Repeats::Surely);
            }
            script
        };
        places.rev().take(MAX_DOUBTS).map(other).collect()
    }

    /// The ways that are left to go here, the first one first, and whether there is no other.
    fn open_ways(&self, fork: Fork, ways: &[u8]) -> (Vec<u8>, bool) {
        if let Some(step) = self.script.get(self.log.len()) {
            let rest = step.untried.iter().rev().copied();
            return (std::iter::once(step.way).chain(rest).collect(), step.repeats.is_some());
        }
        let count = self.counts.get(&fork).copied().unwrap_or_default() as usize;
        let earlier = self.earlier.get(&fork);
        let known = earlier.and_then(|known| known.get(count).or(known.last()).copied());
        match known.filter(|known| ways.contains(known)) {
            Some(known) => {
                let others = ways.iter().copied().filter(|&way| way != known);
                (std::iter::once(known).chain(others).collect(), true)
            }
            None => (ways.to_vec(), false),
        }
    }

    fn take(&mut self, fork: Fork, way: u8, untried: &[u8], repeats: Option<Repeats>) {
        let untried = untried.iter().rev().copied().collect();
        self.log.push(Step { fork, way, untried, repeats });
        *self.counts.entry(fork).or_default() += 1;
    }

    fn go_back(&mut self, length: usize) {
        for step in self.log.drain(length..) {
            if let Some(count) = self.counts.get_mut(&step.fork) {
                *count -= 1;
            }
        }
    }
}

impl Machine<'_> {
    pub(super) fn fork(&self, kind: Kind, index: usize) -> Fork {
        let version = if self.is_elsewhere() { self.version } else { 0 };
        Fork { version, kind, index: index as u32 }
    }

    /// Goes one of several ways, each from the state in which it begins.
    pub(super) fn one_way<T>(
        &mut self,
        fork: Fork,
        repeats: Repeats,
        ways: Vec<(u8, State)>,
        mut run: impl FnMut(&mut Self, u8) -> Flow<T>,
    ) -> Flow<T> {
        let Some(guide) = &self.guide else { return Err(Stop) };
        let all: Vec<u8> = ways.iter().map(|(way, _)| *way).collect();
        let (open, is_known) = guide.open_ways(fork, &all);
        let (mark, length) = (self.mark(), guide.log.len());
        let mut ways: Vec<(u8, Option<State>)> =
            ways.into_iter().map(|(way, state)| (way, Some(state))).collect();
        let mut raised = Vec::new();
        for (index, &way) in open.iter().enumerate() {
            let place = ways.iter_mut().find(|(known, _)| *known == way);
            let Some(state) = place.and_then(|(_, state)| state.take()) else { continue };
            if let Some(guide) = &mut self.guide {
                guide.take(fork, way, &open[index + 1..], is_known.then_some(repeats));
            }
            self.state = state;
            match run(self, way) {
                Err(Stop) if self.is_dead_end(mark) && !is_known => {}
                end => return end,
            }
            if let Some(guide) = &mut self.guide {
                guide.go_back(length);
            }
            let failed = self.raises.split_off(mark.raises());
            if raised.is_empty() {
                raised = failed;
            }
        }
        self.raises.extend(raised);
        Err(Stop)
    }

    /// Whether something that is not found is taken to be there: it was the first time, since
    /// the code got through, and what has put it there was not followed.
    pub(super) fn is_supposed(&mut self, at: ExprId) -> bool {
        let fork = self.fork(Kind::Lookup, at.0 as usize);
        let is_loading = self.linked.as_ref().is_some_and(|linked| linked.is_loading());
        let Some(guide) = &mut self.guide else { return false };
        let is_first = guide.is_first || is_loading;
        let count = guide.counts.get(&fork).copied().unwrap_or_default() as usize;
        let was = guide.earlier.get(&fork).is_some_and(|known| known.len() > count);
        let is_supposed = was || guide.supposes && is_first && guide.catching == 0;
        if is_supposed {
            guide.take(fork, 1, &[], None);
        }
        is_supposed
    }

    /// Notes that the code of a function begins to run.
    pub(super) fn note_entered(&mut self, code: Code) {
        let ast = self.program.ast();
        let span = match code {
            Code::Def(id) => ast.stmt(id).span,
            Code::Lambda(id) => ast.expr(id).span,
        };
        let module = self.identity.name.clone();
        if let Some(guide) = &mut self.guide {
            guide.passed.functions.insert((module, span));
        }
    }

    /// Notes that nothing is known of a condition.
    pub(super) fn note_open(&mut self, test: ExprId) {
        let place = (self.identity.name.clone(), self.program.ast().expr(test).span);
        if let Some(guide) = &mut self.guide {
            guide.passed.forks.insert(place);
        }
    }

    /// Whether conditions of which nothing is known are tried as false first.
    pub(super) fn doubts_conditions(&self) -> bool {
        self.guide.as_ref().is_some_and(|guide| guide.doubts)
    }

    /// Whether a condition asks nothing but what objects are, which stays as it is.
    pub(super) fn repeats(&self, test: ExprId) -> Repeats {
        let ast = self.program.ast();
        let mut parts = vec![test];
        while let Some(part) = parts.pop() {
            let is_steady = match &ast.expr(part).kind {
                ExprKind::Compare { ops, .. } => {
                    !ops.iter().any(|op| matches!(op, CompareOp::In | CompareOp::NotIn))
                }
                ExprKind::Call { func, .. } => match &ast.expr(*func).kind {
                    ExprKind::Name(name) => STEADY.contains(&&**name),
                    _ => false,
                },
                _ => true,
            };
            if !is_steady {
                return Repeats::Perhaps;
            }
            visit::child_exprs(ast, part, &mut |part| parts.push(part));
        }
        Repeats::Surely
    }

    /// Whether a statement that did not get through a second time does where something that is
    /// not followed knows of the first. `before` is the state before the statement.
    pub(super) fn gets_through_otherwise(&mut self, id: StmtId, before: &State) -> bool {
        let scripts = self.guide.as_ref().map(|guide| guide.doubts()).unwrap_or_default();
        let after = std::mem::take(&mut self.state);
        let gets_through = scripts.into_iter().any(|script| {
            if let Some(guide) = &mut self.guide {
                guide.preset = script;
            }
            self.state = before.clone();
            self.raises.clear();
            self.linked_statement(id).is_ok() || self.has_given_up()
        });
        if let Some(guide) = &mut self.guide {
            guide.preset.clear();
        }
        self.state = after;
        self.raises.clear();
        gets_through
    }

    /// Whether a path has ended and left the construct only by an exception, if at all.
    fn is_dead_end(&self, mark: Mark) -> bool {
        let waits = self.linked.as_ref().is_some_and(|linked| linked.is_waiting());
        !waits && !self.has_given_up() && self.left_by_exception(mark)
    }
}
