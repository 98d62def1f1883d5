//! The *live* world of a module: its import and every reload since, folded into one state.
//!
//! A fold is extended version by version, as the process would be, so that judging the next text
//! costs one execution however long the history is.

use std::rc::{Rc, Weak};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::changes::{Baseline, Facts};
use super::checkpoint::Checkpoints;
use super::code::Text;
use super::compare::{Compared, Stops, annotated};
use super::history::Around;
use super::machine::{Identity, Machine, Memory};
use super::newer::Newer;
use super::pending::Pending;
use super::reading::{Read, Reading};
use super::resolve::Resolver;
use super::run::Run;
use super::second_runs::{Anchored, Care, Load, Outer, Rerun, reaches_others};
use super::state::{OUTSIDE, State};
use super::summaries::SummaryCache;
use crate::modules::Modules;
use crate::program::Program;
use crate::python::PythonVersion;
use crate::simulation::{Outcome, Stage};
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use crate::syntax::versions::parse_after;
use crate::text::source::Source;
use crate::text::span::Span;

/// One version's text, understood or not.
#[derive(Debug, Clone)]
pub(super) enum Version {
    Healthy(Rc<Program>),
    /// CPython raises `SyntaxError`: nothing of it runs.
    Broken {
        span: Span,
        message: String,
    },
    /// Nothing of *live* is from it any more.
    Forgotten,
}

/// What has been said of a version when it was loaded.
#[derive(Debug, Clone)]
pub(super) struct Loaded {
    pub(super) stage: Stage,
    /// Why the namespace cannot be fully seen, and where.
    pub(super) unseen: Vec<(Span, String)>,
}

/// The last version that ran, against which the next is judged.
#[derive(Debug, Clone)]
pub(super) struct Before {
    pub(super) program: Rc<Program>,
    facts: Rc<Facts>,
    /// Fingerprints of what was executed and could have raised.
    ran: Rc<FxHashSet<u64>>,
    /// As `ran`, of the version before.
    earlier: Rc<FxHashSet<u64>>,
    /// What it has imported for certain: modules, or names of modules.
    pub(super) imported: Rc<[(Name, Name)]>,
    outcome: Outcome,
}

/// The live world of one module. It stays on the thread that made it.
#[derive(Debug, Clone, Default)]
pub struct Live {
    pub(super) sources: Vec<Arc<Source>>,
    pub(super) versions: Vec<Version>,
    /// What of each version's text is still reached by values.
    texts: Vec<Weak<Text>>,
    pub(super) loaded: Vec<Loaded>,
    /// None before the first version that ran.
    pub(super) state: Option<State>,
    pub(super) before: Option<Before>,
    /// The names that the first import may have read without their being bound.
    pub(super) lacked: FxHashSet<Name>,
    /// The names that any version annotated, each with the version and the place at which it
    /// first did.
    pub(super) annotated: Vec<(Name, u32, Span)>,
    pub(super) memory: Memory,
    /// The same world with the other modules in it; none before the first version that ran.
    pub(super) outer: Option<Rc<Outer>>,
    /// What came of the last version that ran because it was not the first.
    pub(super) found_again: Rc<[Anchored]>,
}

impl Live {
    /// Loads the next version: imports the first, reloads the others on top of it.
    ///
    /// # Errors
    /// Where the text is Python 2 or too costly to analyse; the fold is then as it was. A text
    /// that does not compile is an outcome.
    pub fn load(
        &mut self,
        source: &Arc<Source>,
        around: &Around<'_>,
    ) -> Result<Outcome, ParseFailure> {
        let text = understand(self.parse(source, around.python), around.python)?;
        let resolver = around.resolver(around.live_modules, around.live_cache);
        let restart = around.resolver(around.restart_modules, around.restart_cache);
        // The first import was before anything has come to the files.
        let newer = (self.next() > 0 && around.has_changed()).then(|| Newer::new(&restart));
        Ok(self.load_text(source, text, around, &resolver, newer))
    }

    /// Takes a text into the history that could not be analysed: it is as if it had not compiled.
    pub fn skip(&mut self, source: &Arc<Source>, reason: &str) {
        let version = Version::Broken { span: Span::default(), message: reason.to_owned() };
        let stage = Stops::broken(self.next(), Span::default(), reason);
        self.push(source, version, Weak::new(), Loaded { stage, unseen: Vec::new() });
    }

    /// Compares what a text would do in this world, as the next reload and after a restart.
    ///
    /// # Errors
    /// Where the text is Python 2 or too costly to analyse.
    pub fn compare(
        &self,
        source: &Arc<Source>,
        around: &Around<'_>,
    ) -> Result<Compared, ParseFailure> {
        self.compare_parsed(source, self.parse(source, around.python), around)
    }

    pub(super) fn compare_parsed(
        &self,
        source: &Arc<Source>,
        parsed: Result<Parsed, ParseFailure>,
        around: &Around<'_>,
    ) -> Result<Compared, ParseFailure> {
        let text = understand(parsed, around.python)?;
        Ok(self.compare_and(source, text, around, &mut Pending::default(), |_| ()).0)
    }

    /// As [`Live::compare`], of one text after the other. With a hash of what importers see of the
    /// text after a restart: as long as it is the same, nothing changes for them.
    ///
    /// `others` is a number that is another one whenever one of the other modules is.
    ///
    /// # Errors
    /// As [`Live::compare`].
    pub fn compare_as_imported(
        &self,
        source: &Arc<Source>,
        around: &Around<'_>,
        others: u64,
        reading: &mut Reading,
    ) -> Result<(Compared, u64), ParseFailure> {
        let Read { version, alike } = reading.understand(source, around.python)?;
        let pending = &mut reading.pending;
        pending.expect(alike, (self.versions.len(), others), &self.memory);
        Ok(self.compare_and(source, version, around, pending, |executed| {
            let Some(restart) = &executed.restart else { return 0 };
            executed.machine.state = restart.intended.clone();
            executed.machine.summary().interface()
        }))
    }

    /// The texts of all versions so far, by version number. Those of which nothing is left are
    /// empty.
    pub fn sources(&self) -> &[Arc<Source>] {
        &self.sources
    }

    /// How loading each version so far has ended.
    pub fn stages(&self) -> impl Iterator<Item = &Stage> {
        self.loaded.iter().map(|loaded| &loaded.stage)
    }

    /// The functions, classes and variables of the last version's text, each with the place of
    /// its name; none where that text does not compile.
    pub fn definitions(&self) -> Vec<(Name, Span)> {
        match self.versions.last() {
            Some(Version::Healthy(program)) => super::matching::definition_names(program),
            _ => Vec::new(),
        }
    }

    /// Lets go of the texts of versions that nothing in this world is from.
    pub fn forget_unreachable(&mut self) {
        let mut held: FxHashSet<u32> = self.annotated.iter().map(|(_, at, _)| *at).collect();
        let slots = self.state.iter().flat_map(State::globals);
        let bindings = slots.flat_map(|(_, slot)| &slot.bindings);
        held.extend(bindings.map(|binding| binding.version).filter(|&at| at != OUTSIDE));
        let last = self.versions.len().saturating_sub(1);
        for (number, version) in self.versions.iter_mut().enumerate() {
            // Values reach the text that made them.
            let is_reachable = match version {
                Version::Healthy(_) => self.texts[number].strong_count() > 0,
                Version::Broken { .. } => false,
                Version::Forgotten => continue,
            };
            if is_reachable || number == last || held.contains(&(number as u32)) {
                continue;
            }
            *version = Version::Forgotten;
            let old = &self.sources[number];
            self.sources[number] = Source::new(old.path(), old.revision().clone(), String::new());
        }
    }

    /// Parses the next text, of which most is likely to be as it was.
    fn parse(&self, source: &Arc<Source>, python: PythonVersion) -> Result<Parsed, ParseFailure> {
        let options = ParseOptions::new(python);
        match self.versions.last() {
            Some(Version::Healthy(last)) => parse_after(&last.parsed, source, &options),
            _ => parse(source, &options),
        }
    }

    /// The version of a text in a history, whose program runs.
    pub(super) fn program(&self, version: u32) -> Option<&Program> {
        match self.versions.get(version as usize)? {
            Version::Healthy(program) => Some(program),
            Version::Broken { .. } | Version::Forgotten => None,
        }
    }

    /// How the last version that ran ended.
    pub(super) fn last_outcome(&self) -> Option<Outcome> {
        self.before.as_ref().map(|before| before.outcome)
    }

    pub(super) fn next(&self) -> u32 {
        self.versions.len() as u32
    }

    fn push(&mut self, source: &Arc<Source>, version: Version, made: Weak<Text>, loaded: Loaded) {
        self.sources.push(Arc::clone(source));
        self.versions.push(version);
        self.texts.push(made);
        self.loaded.push(loaded);
    }

    pub(super) fn load_text(
        &mut self,
        source: &Arc<Source>,
        text: Version,
        around: &Around<'_>,
        resolver: &Resolver<'_>,
        newer: Option<Newer<'_>>,
    ) -> Outcome {
        let number = self.next();
        let Version::Healthy(program) = &text else {
            let stage = Stops::of_broken(number, &text);
            self.push(source, text, Weak::new(), Loaded { stage, unseen: Vec::new() });
            return Outcome::SyntaxError;
        };
        let mut machine = self.machine(around, resolver, source).with_memory(self.memory.clone());
        machine.newer = newer;
        let outer = self.rerun(around, &machine, program, number);
        let again = outer.found.iter().map(|found| Anchored::new(program, found.clone()));
        self.found_again = again.collect();
        machine.second_runs = outer.found;
        machine.baseline = self.baseline(program);
        let state = self.state.as_ref();
        let mut run = machine.load(state, program, number, &mut Checkpoints::default());
        let live = self.state.clone().unwrap_or_default();
        let stage = Stops::new(&machine, &run, &live, self.last_outcome()).stage(number);
        if number == 0 {
            self.lacked = lacked(&run);
        }
        if run.outcome != Outcome::Aborts {
            self.note_annotations(program, number);
        }
        // A stage that did not reach a statement says nothing about it.
        let ran = std::mem::take(&mut run.trace.ran).into_set();
        let outcome = run.outcome;
        let program = Rc::clone(program);
        let imported = self.imported(&mut run);
        self.outer = outer.outer.map(Rc::new);
        let facts = Rc::new(Facts::of(program.ast()));
        let earlier = self.before.take().map(|before| before.ran).unwrap_or_default();
        self.before =
            Some(Before { program, facts, ran: Rc::new(ran), earlier, imported, outcome });
        let made = Rc::downgrade(&machine.text);
        self.memory = machine.into_memory();
        let unseen = std::mem::take(&mut run.trace.unseen);
        self.state = Some(run.live());
        self.push(source, text, made, Loaded { stage, unseen });
        outcome
    }

    /// What executing the next version comes to in the world that holds the other modules.
    fn rerun(
        &self,
        around: &Around<'_>,
        machine: &Machine<'_>,
        program: &Rc<Program>,
        number: u32,
    ) -> Rerun {
        let (resolver, identity) = (machine.resolver, &machine.identity);
        match &self.outer {
            Some(outer) => {
                outer.reload(Load { resolver, identity, program, version: number }, Care::Full)
            }
            None => {
                let reaches = around.second_runs && reaches_others(resolver, identity, program);
                let outer = reaches.then(|| Outer::import(resolver, identity, program));
                Rerun::none(outer)
            }
        }
    }

    /// What the versions so far have imported, and what a run of the next has.
    fn imported(&self, run: &mut Run) -> Rc<[(Name, Name)]> {
        let mut imported = std::mem::take(&mut run.trace.imported);
        if let Some(before) = &self.before {
            imported.extend(before.imported.iter().cloned());
        }
        imported.sort();
        imported.dedup();
        imported.into()
    }

    pub(super) fn machine<'a>(
        &self,
        around: &Around<'_>,
        resolver: &'a Resolver<'a>,
        source: &Arc<Source>,
    ) -> Machine<'a> {
        let identity = Identity {
            name: Name::from(around.module),
            is_package: around.is_package,
            is_placed: around.is_placed,
        };
        let empty =
            Rc::new(Program::new(Arc::new(Parsed::empty(source, around.python)), around.python));
        Machine::new(resolver, identity, empty)
    }

    /// What ran before a text, and what of it is another thing now.
    pub(super) fn baseline(&self, program: &Program) -> Option<Rc<Baseline>> {
        let before = self.before.as_ref()?;
        let ran = [Rc::clone(&before.ran), Rc::clone(&before.earlier)];
        Some(Rc::new(Baseline::new(&before.facts, program, ran, Rc::clone(&before.imported))))
    }

    fn note_annotations(&mut self, program: &Program, number: u32) {
        for (name, span) in annotated(program) {
            if self.annotated.iter().all(|(known, _, _)| *known != name) {
                self.annotated.push((name, number, span));
            }
        }
    }
}

impl<'a> Around<'a> {
    /// Whether a fresh process may find other modules than the process has.
    pub(super) fn has_changed(&self) -> bool {
        !std::ptr::addr_eq(self.live_modules, self.restart_modules)
    }

    pub(super) fn resolver(
        &self,
        modules: &'a dyn Modules,
        cache: &'a SummaryCache,
    ) -> Resolver<'a> {
        let own = Name::from(self.module);
        let mut resolver = Resolver::new(modules, cache, own, self.python, self.platform);
        resolver.catalogue = self.catalogue;
        resolver
    }
}

/// # Errors
/// Where the text is not understood for another reason than that it does not compile.
pub(super) fn understand(
    parsed: Result<Parsed, ParseFailure>,
    python: PythonVersion,
) -> Result<Version, ParseFailure> {
    match parsed {
        Ok(parsed) => Ok(Version::Healthy(Rc::new(Program::new(Arc::new(parsed), python)))),
        Err(ParseFailure::Syntax { span, message }) => Ok(Version::Broken { span, message }),
        Err(other) => Err(other),
    }
}

/// The names that a run may have read without their being bound.
fn lacked(run: &Run) -> FxHashSet<Name> {
    let reads = run.unbound_reads.iter().filter_map(|(span, _)| run.trace.reads.get(span));
    reads.filter_map(|read| read.name.clone()).collect()
}
