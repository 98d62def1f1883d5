//! Simulates the reloads of a comparison, several at a time.

use std::any::Any;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use rayon::prelude::*;

use super::comparison::{Comparison, Fate, Module};
use super::known::Matching;
use super::{CheckRequest, Progress};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::fixes::{self, Extent, Mended, Offer};
use crate::modules::{Found, ModuleFile, Modules};
use crate::python::PythonVersion;
use crate::report::{CheckReport, FailedFile, KnownFindings};
use crate::simulate::{STACK_SIZE, Simulated};
use crate::simulation::{Outcome, Simulation};
use crate::suppression::Suppressions;
use crate::syntax::parse::ParseFailure;
use crate::text::source::Source;
use crate::workspace::Surroundings;
use crate::workspace::finder::Finder;
use crate::workspace::rewrite;
use crate::worlds::{self, Around, Compared, History, Live, SummaryCache};

/// One module, and what its reload is simulated against.
#[derive(Clone, Copy)]
pub struct Reload<'a> {
    /// What the process imported, then what it reloads.
    pub versions: &'a [Arc<Source>],
    pub module: &'a str,
    pub is_package: bool,
    /// The other modules as the process has them.
    pub live_modules: &'a dyn Modules,
    /// The other modules as a fresh process would find them.
    pub restart_modules: &'a dyn Modules,
    pub version: PythonVersion,
    pub config: &'a Config,
}

/// What is asked about each reload.
pub trait Engine: Sync {
    /// Simulates one reload.
    ///
    /// # Errors
    ///
    /// Why it cannot: Python 2, too costly.
    fn simulate(&self, reload: &Reload<'_>) -> Result<Simulated, String>;

    /// Gives findings their fixes.
    ///
    /// # Errors
    ///
    /// As [`Engine::simulate`].
    fn fix(
        &self,
        _reload: &Reload<'_>,
        _findings: &mut [Diagnostic],
        _offer: Offer,
    ) -> Result<(), String> {
        Ok(())
    }

    /// Applies fixes of the findings that `reported` picks to the text that is reloaded.
    ///
    /// # Errors
    ///
    /// As [`Engine::simulate`].
    fn mend(
        &self,
        _reload: &Reload<'_>,
        _extent: Extent,
        _reported: &dyn Fn(&Compared) -> Vec<Diagnostic>,
    ) -> Result<Option<Mended>, String> {
        Ok(None)
    }
}

impl<F: Fn(&Reload<'_>) -> Result<Simulated, String> + Sync> Engine for F {
    fn simulate(&self, reload: &Reload<'_>) -> Result<Simulated, String> {
        self(reload)
    }
}

/// What other modules bind, remembered for all reloads of one run.
#[derive(Debug, Default)]
pub(super) struct Summaries {
    live: SummaryCache,
    restart: SummaryCache,
}

impl Summaries {
    fn around<'a>(&'a self, reload: &Reload<'a>) -> Around<'a> {
        Around {
            module: reload.module,
            is_package: reload.is_package,
            is_placed: true,
            live_modules: reload.live_modules,
            restart_modules: reload.restart_modules,
            live_cache: &self.live,
            restart_cache: &self.restart,
            python: reload.version,
            platform: crate::simulate::PLATFORM,
            renames: &[],
            second_runs: crate::simulate::needs_second_runs(&reload.config.rules),
            catalogue: reload.config.catalogue.as_deref(),
        }
    }
}

/// The engine of this version.
impl Engine for Summaries {
    fn simulate(&self, reload: &Reload<'_>) -> Result<Simulated, String> {
        let history = History { versions: reload.versions, around: self.around(reload) };
        crate::simulate::simulate(&history).map_err(|failure| failure.to_string())
    }

    fn fix(
        &self,
        reload: &Reload<'_>,
        findings: &mut [Diagnostic],
        offer: Offer,
    ) -> Result<(), String> {
        let history = History { versions: reload.versions, around: self.around(reload) };
        let followed = worlds::follow(&history).map_err(|failure| failure.to_string())?;
        let (live, compared) = followed;
        fixes::attach(&live, &compared, &history.around, findings, offer);
        Ok(())
    }

    fn mend(
        &self,
        reload: &Reload<'_>,
        extent: Extent,
        reported: &dyn Fn(&Compared) -> Vec<Diagnostic>,
    ) -> Result<Option<Mended>, String> {
        let Some((last, earlier)) = reload.versions.split_last() else { return Ok(None) };
        let around = self.around(reload);
        let mut live = Live::default();
        let loaded: Result<(), ParseFailure> =
            earlier.iter().try_for_each(|source| live.load(source, &around).map(|_| ()));
        loaded
            .and_then(|()| fixes::all(&live, &around, last, extent, reported))
            .map_err(|failure| failure.to_string())
    }
}

/// What became of one module.
enum Verdict {
    Reported {
        diagnostics: Vec<Diagnostic>,
        /// What settings keep from being reported.
        withheld: Vec<Diagnostic>,
        mended: Option<Box<Rewrite>>,
    },
    /// The bytes differ, the texts do not.
    Unchanged,
    Failed(String),
}

/// A file that fixes give another text.
struct Rewrite {
    before: Arc<Source>,
    mended: Mended,
}

/// Checks what the request names with the engine that is given.
///
/// # Errors
///
/// As [`super::run()`].
pub fn run_with(
    request: &CheckRequest,
    around: &Surroundings<'_>,
    engine: &dyn Engine,
    progress: &mut dyn Progress,
) -> anyhow::Result<CheckReport> {
    let mut comparison = Comparison::open(request, around)?;
    let failed = std::mem::take(&mut comparison.failed);
    let mut report = CheckReport {
        base: comparison.base.clone(),
        head: request.head.clone(),
        failed,
        modules: comparison.modules.iter().filter(|m| m.fate != Fate::Deleted).count(),
        shard: request.shard,
        ..CheckReport::default()
    };
    let is_reloaded = |module: &&Module| matches!(module.fate, Fate::Changed | Fate::Itself);
    let reloaded: Vec<&Module> = comparison.modules.iter().filter(is_reloaded).collect();
    progress.start(reloaded.len());
    let heard = Mutex::new(&mut *progress);
    let judge = |module: &&Module| {
        let verdict = judge(module, &comparison, request, engine);
        let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.advance(comparison.shown(&module.path));
        verdict
    };
    let jobs = request.jobs.map_or(0, NonZeroUsize::get);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).stack_size(STACK_SIZE).build();
    let pool = pool.context("no threads can be started")?;
    let verdicts: Vec<Verdict> = pool.install(|| reloaded.par_iter().map(judge).collect());
    progress.finish();
    let known = request.known.as_ref();
    let mut matching = known.map(|known| Matching::new(known, &comparison.shown_from));
    for (module, verdict) in reloaded.iter().zip(verdicts) {
        let path = comparison.shown(&module.path).to_path_buf();
        match verdict {
            Verdict::Reported { mut diagnostics, withheld, mended } => {
                report.reloaded += 1;
                if let Some(matching) = &mut matching {
                    diagnostics.sort_by(by_place);
                    matching.module(&module.path, &mut diagnostics, &withheld);
                }
                report.diagnostics.extend(diagnostics);
                if let Some(rewrite) = mended {
                    write(&mut report, &module.path, path, &rewrite);
                }
            }
            Verdict::Unchanged => {}
            Verdict::Failed(reason) => report.failed.push(FailedFile { path, reason }),
        }
    }
    report.known = matching.map(|matching| KnownFindings {
        path: PathBuf::new(),
        silenced: matching.silenced,
        stale: matching.stale(&comparison.scope, &request.config.rules),
    });
    put_in_order(&mut report);
    Ok(report)
}

/// Writes a text with fixes: after all modules have been judged, so that each was judged against
/// the same others.
fn write(report: &mut CheckReport, place: &Path, shown: PathBuf, rewrite: &Rewrite) {
    let Rewrite { before, mended } = rewrite;
    match rewrite::replace(place, before.text(), mended.source.text()) {
        Ok(()) => report.fixed += mended.titles.len(),
        Err(reason) => {
            let reason = format!("its fixes could not be applied: {reason}");
            report.failed.push(FailedFile { path: shown, reason });
        }
    }
}

/// Simulates one reload. Whatever goes wrong concerns this module only.
fn judge(
    module: &Module,
    comparison: &Comparison,
    request: &CheckRequest,
    engine: &dyn Engine,
) -> Verdict {
    let judged = catch_unwind(AssertUnwindSafe(|| analyse(module, comparison, request, engine)));
    match judged {
        Ok(Ok(verdict)) => verdict,
        Ok(Err(reason)) => Verdict::Failed(reason),
        Err(panic) => Verdict::Failed(format!("internal error: {}", panic_message(&*panic))),
    }
}

fn analyse(
    module: &Module,
    comparison: &Comparison,
    request: &CheckRequest,
    engine: &dyn Engine,
) -> Result<Verdict, String> {
    let config = &request.config;
    let directory = module.path.parent().unwrap_or(Path::new(""));
    let root = &module.name.root;
    let head = load(&comparison.restart, module)?;
    let live_modules = comparison.live.seen_from(root, directory);
    let restart_modules = comparison.restart.seen_from(root, directory);
    let base = match module.fate {
        Fate::Changed => load(&comparison.live, module)
            .map_err(|reason| format!("the baseline's text could not be read: {reason}"))?,
        _ => Arc::clone(&head),
    };
    if module.fate == Fate::Changed && base.source.text() == head.source.text() {
        return Ok(Verdict::Unchanged);
    }
    let versions = [Arc::clone(&base.source), Arc::clone(&head.source)];
    let reload = Reload {
        versions: &versions,
        module: &module.name.name,
        is_package: module.name.is_package,
        live_modules: &live_modules,
        restart_modules: &restart_modules,
        version: comparison.version,
        config,
    };
    let mended = match request.mend {
        Some(extent) => engine.mend(&reload, extent, &|compared| {
            reported(crate::simulate::judge(compared), module, config).0
        })?,
        None => None,
    };
    let last = mended.as_ref().map_or(&head.source, |mended| &mended.source);
    let versions = [Arc::clone(&base.source), Arc::clone(last)];
    let reload = Reload { versions: &versions, ..reload };
    let simulated = engine.simulate(&reload)?;
    if let Some(reason) = syntax_error(&simulated.simulation) {
        return Err(reason);
    }
    let (mut diagnostics, withheld) = reported(simulated, module, config);
    if let Some(offer) = request.fixes {
        engine.fix(&reload, &mut diagnostics, offer)?;
    }
    let before = Arc::clone(&head.source);
    let mended = mended.map(|mended| Box::new(Rewrite { before, mended }));
    Ok(Verdict::Reported { diagnostics, withheld, mended })
}

/// The findings of a simulation that comments let through: those that settings let through, too,
/// and the others.
fn reported(
    simulated: Simulated,
    module: &Module,
    config: &Config,
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let Simulated { simulation, directives, .. } = simulated;
    let Some(last) = simulation.sources.last() else { return Default::default() };
    let suppressions = Suppressions::new(last, &directives);
    let mut diagnostics = suppressions.apply(simulation.diagnostics, &config.rules);
    for finding in &mut diagnostics {
        if finding.location.source.path() != last.path() {
            finding.module = Some(last.path().to_path_buf());
        }
    }
    let is_reported =
        |finding: &Diagnostic| config.reports(finding.code, finding.severity, &module.path);
    diagnostics.into_iter().partition(is_reported)
}

fn load(finder: &Finder, module: &Module) -> Result<Arc<ModuleFile>, String> {
    match finder.load(&module.path, &module.name.name)? {
        Some(Found::Source(file)) => Ok(file),
        _ => Err("is gone".to_owned()),
    }
}

/// Why a text was not executed. Reloading it raises `SyntaxError` and changes nothing, so
/// there is no world to compare.
fn syntax_error(simulation: &Simulation) -> Option<String> {
    let stages = simulation.stages.iter().chain([&simulation.restart]);
    let stage = stages.into_iter().find(|stage| stage.outcome == Outcome::SyntaxError)?;
    let is_last = stage.version as usize + 1 == simulation.sources.len();
    let text = if is_last { "" } else { "the baseline's text: " };
    let reason = stage.abort.as_ref().map_or("it does not compile", |abort| abort.reason.as_str());
    Some(format!("could not be analysed: {text}{reason}"))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic")
}

/// By place, whatever the threads were doing; failures by path, each once.
fn put_in_order(report: &mut CheckReport) {
    report.diagnostics.sort_by(by_place);
    report.failed.sort_by(|a, b| (&a.path, &a.reason).cmp(&(&b.path, &b.reason)));
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    report.failed.retain(|failed| seen.insert(failed.path.clone()));
}

fn by_place(a: &Diagnostic, b: &Diagnostic) -> Ordering {
    let place = |d: &Diagnostic| (d.location.span.start, d.location.span.end, d.code);
    let path = |d: &Diagnostic| d.location.source.path().to_path_buf();
    (path(a), place(a), &a.message).cmp(&(path(b), place(b), &b.message))
}
