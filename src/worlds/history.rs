//! A module's history: the import, every reload on top of it, and a restart beside them.

use std::rc::Rc;
use std::sync::Arc;

use super::changes::Baseline;
use super::machine::{Identity, Machine};
use super::resolve::{Resolver, SummaryCache};
use super::run::Run;
use super::state::State;
use crate::modules::Modules;
use crate::program::Program;
use crate::python::PythonVersion;
use crate::simulation::Outcome;
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use crate::text::source::Source;

/// The versions of one module and what is around it.
pub struct History<'a> {
    /// The first is imported, the others are reloaded in order. At least one.
    pub versions: &'a [Arc<Source>],
    /// The dotted name of the module.
    pub module: &'a str,
    pub is_package: bool,
    /// Whether the name says where the module lies; otherwise relative imports are unknown.
    pub is_placed: bool,
    /// The other modules as the process has them.
    pub live_modules: &'a dyn Modules,
    /// The other modules as a fresh process would find them.
    pub restart_modules: &'a dyn Modules,
    pub live_cache: &'a SummaryCache,
    pub restart_cache: &'a SummaryCache,
    pub python: PythonVersion,
    /// As `sys.platform` says it.
    pub platform: &'a str,
}

impl std::fmt::Debug for History<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("module", &self.module).finish_non_exhaustive()
    }
}

/// One version's text, understood or not.
pub(super) enum Version {
    Healthy(Rc<Program>),
    /// CPython raises `SyntaxError`: nothing of it runs.
    Broken {
        span: crate::text::span::Span,
        message: String,
    },
}

/// One version's execution.
pub(super) struct StageRun {
    pub(super) version: u32,
    /// None where the text does not compile.
    pub(super) run: Option<Run>,
}

/// All runs of a history.
pub(super) struct Executed<'a> {
    pub(super) versions: Vec<Version>,
    pub(super) stages: Vec<StageRun>,
    /// The namespace before the last version was loaded.
    pub(super) live: State,
    /// The fresh import of the last version.
    pub(super) restart: Option<Run>,
    pub(super) machine: Machine<'a>,
}

/// Understands every version's text.
///
/// # Errors
/// Where a text is Python 2 or too costly to analyse.
pub(super) fn read(
    history: &History<'_>,
) -> Result<Vec<Result<Arc<Parsed>, ParseFailure>>, ParseFailure> {
    let options = ParseOptions::new(history.python);
    let count = history.versions.len();
    let mut parsed: Vec<Option<Result<Parsed, ParseFailure>>> = Vec::new();
    parsed.resize_with(count, || None);
    // Versions are parsed side by side: that is where the time goes.
    std::thread::scope(|scope| {
        let Some((last, others)) = parsed.split_last_mut() else { return };
        let options = &options;
        for (slot, source) in others.iter_mut().zip(history.versions) {
            scope.spawn(move || *slot = Some(parse(source, options)));
        }
        if let Some(source) = history.versions.last() {
            *last = Some(parse(source, options));
        }
    });
    parsed
        .into_iter()
        .map(|result| match result {
            Some(Ok(parsed)) => Ok(Ok(Arc::new(parsed))),
            Some(Err(failure @ ParseFailure::Syntax { .. })) => Ok(Err(failure)),
            Some(Err(failure)) => Err(failure),
            None => Err(ParseFailure::TooCostly { reason: "it was not parsed".to_owned() }),
        })
        .collect()
}

/// Executes a history.
pub(super) fn execute<'a>(
    history: &History<'_>,
    texts: &[Result<Arc<Parsed>, ParseFailure>],
    live_resolver: &'a Resolver<'a>,
    restart_resolver: &'a Resolver<'a>,
) -> Executed<'a> {
    let versions: Vec<Version> =
        texts.iter().map(|text| understand(text, history.python)).collect();
    let identity = Identity {
        name: Name::from(history.module),
        is_package: history.is_package,
        is_placed: history.is_placed,
    };
    let empty =
        Rc::new(Program::new(Arc::new(Parsed::empty(&history.versions[0])), history.python));
    let mut machine = Machine::new(live_resolver, identity, empty);
    let mut state: Option<State> = None;
    let mut live = State::default();
    let mut before: Option<(Rc<Program>, rustc_hash::FxHashSet<u64>)> = None;
    let mut stages = Vec::new();
    for (number, version) in versions.iter().enumerate() {
        let number = number as u32;
        live = state.clone().unwrap_or_default();
        let Version::Healthy(program) = version else {
            stages.push(StageRun { version: number, run: None });
            continue;
        };
        let baseline = before.take().map(|(old, ran)| Rc::new(Baseline::new(&old, program, ran)));
        machine.baseline = baseline;
        let mut run = match state.take() {
            None => machine.load_fresh(Rc::clone(program), number),
            Some(state) => machine.load(state, Rc::clone(program), number),
        };
        state = Some(run.state.clone());
        // A stage that did not reach a statement says nothing about it.
        let ran = std::mem::take(&mut run.trace.ran).into_iter().collect();
        before = Some((Rc::clone(program), ran));
        stages.push(StageRun { version: number, run: Some(run) });
    }
    let restart = match versions.last() {
        Some(Version::Healthy(program)) => {
            machine.resolver = restart_resolver;
            let number = versions.len() as u32 - 1;
            // With the baseline of the last reload: what can stop that can stop a restart, too.
            Some(machine.load_fresh(Rc::clone(program), number))
        }
        _ => None,
    };
    Executed { versions, stages, live, restart, machine }
}

fn understand(text: &Result<Arc<Parsed>, ParseFailure>, python: PythonVersion) -> Version {
    match text {
        Ok(parsed) => Version::Healthy(Rc::new(Program::new(Arc::clone(parsed), python))),
        Err(ParseFailure::Syntax { span, message }) => {
            Version::Broken { span: *span, message: message.clone() }
        }
        Err(other) => {
            Version::Broken { span: crate::text::span::Span::default(), message: other.to_string() }
        }
    }
}

impl StageRun {
    pub(super) fn outcome(&self) -> Outcome {
        self.run.as_ref().map_or(Outcome::SyntaxError, |run| run.outcome)
    }
}
