//! Where a run can be taken up again.
//!
//! Who types in a module sends one text after the other, and what stands above the place is the
//! same in all of them. A run of such a text need not begin at the beginning: it goes on from
//! where the last one came to the first statement that is another now.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::changes::Baseline;
use super::code::Text;
use super::machine::{Machine, Raise};
use super::newer::Newer;
use super::resolve::Resolver;
use super::run::is_annotated;
use super::state::State;
use super::trace::Trace;
use crate::program::Program;
use crate::syntax::ast::Name;
use crate::text::span::Span;

/// How far a run has come: what is known of the statements that are behind it.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress {
    /// How many statements of the module are behind it.
    pub(super) done: usize,
    pub(super) stops: Vec<Raise>,
    /// The namespace where it certainly aborted, with the bindings that had been made.
    pub(super) torn: Option<(State, usize)>,
    pub(super) unbound_reads: Vec<(Span, bool)>,
    /// Where the stops of the last statement begin that was begun.
    pub(super) last_stops: usize,
}

/// A run as it was before one of the statements of the module.
#[derive(Debug)]
struct Checkpoint {
    progress: Progress,
    state: State,
    trace: Trace,
    shadow: bool,
    steps: u32,
    text: Rc<Text>,
    /// How much had been made from the text.
    made: usize,
    baseline: Rc<Baseline>,
    /// `__annotations__` is bound at the beginning where anything in the text is annotated.
    is_annotated: bool,
    /// The modules that had come since and been imported.
    came: FxHashSet<Name>,
    asked: FxHashSet<String>,
    /// What was asked of the new state of the files.
    asked_newer: Option<FxHashSet<String>>,
}

/// The checkpoints of the runs of one text after the other over the same namespace.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    /// In the order in which a run comes to them.
    kept: Vec<Checkpoint>,
    /// How many statements the text has in common with the one before, from the first on. There
    /// the next text, too, is likely to begin to differ.
    alike: Option<usize>,
}

/// More places than this are not remembered: somebody types here, and there, and here again.
const MAX_KEPT: usize = 3;

impl Checkpoints {
    /// The next text begins with this many of the statements that the last began with.
    pub(super) fn expect(&mut self, alike: Option<usize>) {
        let count = alike.unwrap_or(0);
        self.kept.retain(|checkpoint| checkpoint.progress.done <= count);
        self.alike = alike;
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &Rc<Text>> {
        self.kept.iter().map(|checkpoint| &checkpoint.text)
    }

    fn is_wanted(&self, done: usize) -> bool {
        let last = self.kept.last().map_or(0, |checkpoint| checkpoint.progress.done);
        self.alike == Some(done) && done > last
    }

    fn push(&mut self, checkpoint: Checkpoint) {
        if self.kept.len() == MAX_KEPT {
            self.kept.remove(0);
        }
        self.kept.push(checkpoint);
    }
}

impl Machine<'_> {
    /// Keeps how far the run has come, if somebody is going to ask for it.
    pub(super) fn keep_checkpoint(&self, progress: &Progress, kept: &mut Checkpoints) {
        let Some(baseline) = self.baseline.as_ref().filter(|_| kept.is_wanted(progress.done))
        else {
            return;
        };
        let newer = self.newer.as_ref().map(Newer::resolver);
        if is_asked_about(&self.identity.name, [self.resolver].into_iter().chain(newer)) {
            return;
        }
        kept.push(Checkpoint {
            progress: progress.clone(),
            state: self.state.clone(),
            trace: self.trace.clone(),
            shadow: self.shadow,
            steps: self.steps,
            text: Rc::clone(&self.text),
            made: self.text.mark(),
            baseline: Rc::clone(baseline),
            is_annotated: is_annotated(&self.program),
            came: self.newer.as_ref().map(|newer| newer.imported().clone()).unwrap_or_default(),
            asked: self.resolver.asked(),
            asked_newer: newer.map(Resolver::asked),
        });
    }

    /// Goes on from the last checkpoint that holds for a text; None where there is none.
    pub(super) fn resume_run(
        &mut self,
        program: &Rc<Program>,
        version: u32,
        checkpoints: &mut Checkpoints,
    ) -> Option<Progress> {
        loop {
            let checkpoint = checkpoints.kept.last()?;
            if self.holds(checkpoint, program) {
                break;
            }
            checkpoints.kept.pop();
        }
        let checkpoint = checkpoints.kept.last()?;
        self.begin(checkpoint.state.clone(), Rc::clone(program), version);
        checkpoint.text.set(Rc::clone(program));
        checkpoint.text.rewind(checkpoint.made);
        self.text = Rc::clone(&checkpoint.text);
        self.trace = checkpoint.trace.clone();
        self.shadow = checkpoint.shadow;
        self.steps = checkpoint.steps;
        self.resolver.ask_again(&checkpoint.asked);
        if let (Some(newer), Some(asked)) = (&mut self.newer, &checkpoint.asked_newer) {
            newer.resume(&checkpoint.came);
            newer.resolver().ask_again(asked);
        }
        Some(checkpoint.progress.clone())
    }

    /// Whether a run of this text comes to a checkpoint as the one did that left it.
    fn holds(&self, checkpoint: &Checkpoint, program: &Program) -> bool {
        let Some(baseline) = &self.baseline else { return false };
        let ast = program.ast();
        let end = ast.body.get(checkpoint.progress.done).map(|&id| ast.stmt(id).span.start);
        let judged_older = checkpoint.trace.judged_older;
        self.newer.is_some() == checkpoint.asked_newer.is_some()
            && checkpoint.is_annotated == is_annotated(program)
            && checkpoint.baseline.agrees(baseline, ast, end, judged_older)
    }
}

/// Whether another module that was asked for asks for this one: what it makes of this one is not
/// the same for every text.
pub(super) fn is_asked_about<'r>(
    own: &str,
    resolvers: impl IntoIterator<Item = &'r Resolver<'r>>,
) -> bool {
    let mut asked = FxHashSet::default();
    resolvers.into_iter().for_each(|resolver| resolver.collect_asked(&mut asked));
    asked.contains(own)
}
