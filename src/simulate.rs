//! One module, its versions in order: what each load leaves behind.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use rustc_hash::FxHashSet;

use crate::config::{Config, RuleSelection};
use crate::fixes::{self, Offer};
use crate::modules::{Found, Modules};
use crate::rules;
use crate::simulation::Simulation;
use crate::suppression::Suppressions;
use crate::syntax::parse::ParseFailure;
use crate::text::decode::decode;
use crate::text::source::{Revision, Source};
use crate::text::span::Span;
use crate::workspace::Surroundings;
use crate::workspace::context::Context;
use crate::worlds::{self, Around, Compared, History, SummaryCache};

/// Whether one of the rules is asked for, for which the code of other modules is followed.
pub(crate) fn needs_second_runs(selected: &RuleSelection) -> bool {
    let found_by_it = [rules::second_run_failure::RULE.code, rules::repeated_effect::RULE.code];
    found_by_it.into_iter().any(|code| selected.is_enabled(code))
}

/// The platform whose branches are taken, as `sys.platform` says it.
pub const PLATFORM: &str = if cfg!(windows) {
    "win32"
} else if cfg!(target_os = "macos") {
    "darwin"
} else {
    "linux"
};

/// The stack of the thread that analyses, in bytes: what the parser lets through is nested a few
/// hundred levels deep at most, and is walked recursively.
pub const STACK_SIZE: usize = 64 * 1024 * 1024;

/// What `reloadsafe simulate` is asked to do.
#[derive(Debug, Clone)]
pub struct SimulateRequest {
    /// The first is imported, the others are reloaded on top of it in order. At least one.
    pub versions: Vec<VersionInput>,
    /// The source root as the process has it loaded; imports resolve against it.
    pub root: Option<PathBuf>,
    /// The dotted name of the module for which the versions stand in.
    pub module: String,
    /// The fixes that are looked for.
    pub fixes: Option<Offer>,
    /// The settings, resolved.
    pub config: Config,
}

/// The text of one version, not yet decoded.
#[derive(Debug, Clone)]
pub struct VersionInput {
    /// As the user named it; `<stdin>` for standard input.
    pub path: PathBuf,
    /// The text as it was read.
    pub bytes: Vec<u8>,
}

/// A simulation, with what the last version's comments ask for.
#[derive(Debug)]
pub struct Simulated {
    pub simulation: Simulation,
    /// The comments of the last version that begin with `# reloadsafe:`.
    pub directives: Vec<Span>,
    /// The dotted names of the other modules on which the simulation depends.
    pub asked: FxHashSet<String>,
}

/// Imports the first version and reloads the others.
///
/// # Errors
/// Where a version cannot be analysed (not decodable, Python 2, too costly), naming its path.
/// A version that CPython would refuse with `SyntaxError` is no error but an outcome.
pub fn run(request: &SimulateRequest) -> anyhow::Result<Simulation> {
    let sources = decode_versions(&request.versions)?;
    let first = sources.first().context("there is no version to import")?;
    let around = Surroundings {
        directory: std::env::current_dir()?,
        variable: &|name| std::env::var_os(name),
    };
    let root = request.root.as_deref();
    let context = Context::open(root, &request.module, first, &request.config, &around)?;
    let is_package = match context.finder.find(&request.module) {
        Found::Source(file) => file.is_package,
        _ => request.versions.iter().any(|version| is_package_file(&version.path)),
    };
    // Nothing but the module itself differs between the worlds.
    let summaries = SummaryCache::default();
    let surrounding = Around {
        module: &request.module,
        is_package,
        is_placed: root.is_some(),
        live_modules: &context.finder,
        restart_modules: &context.finder,
        live_cache: &summaries,
        restart_cache: &summaries,
        python: context.version,
        platform: PLATFORM,
        renames: &[],
        second_runs: needs_second_runs(&request.config.rules),
        catalogue: request.config.catalogue.as_deref(),
    };
    let history = History { versions: &sources, around: surrounding };
    let simulation = on_deep_stack(|| reported(&history, request))?;
    simulation.map_err(|failure| anyhow!("{}: {failure}", shown(&request.versions)))
}

/// A simulation with the findings that are asked for, and their fixes.
fn reported(history: &History<'_>, request: &SimulateRequest) -> Result<Simulation, ParseFailure> {
    let config = &request.config;
    let (live, compared) = worlds::follow(history)?;
    let Simulated { mut simulation, directives, .. } = judge(&compared);
    let last = &history.versions[history.versions.len() - 1];
    let suppressions = Suppressions::new(last, &directives);
    simulation.diagnostics = suppressions.apply(simulation.diagnostics, &config.rules);
    simulation
        .diagnostics
        .retain(|found| config.reports(found.code, found.severity, found.location.source.path()));
    if let Some(offer) = request.fixes {
        let findings = &mut simulation.diagnostics;
        fixes::attach(&live, &compared, &history.around, findings, offer);
    }
    Ok(simulation)
}

/// Executes a history, compares its worlds and lets the rules judge. Pure.
///
/// # Errors
/// Where a text is Python 2 or too costly to analyse.
pub fn simulate(history: &History<'_>) -> Result<Simulated, ParseFailure> {
    Ok(judge(&worlds::compare(history)?))
}

/// Lets the rules judge compared worlds. Pure.
pub fn judge(compared: &Compared) -> Simulated {
    let Compared { comparison, last, asked } = compared;
    let simulation = Simulation {
        module: comparison.module.clone(),
        sources: comparison.sources.clone(),
        stages: comparison.stages.clone(),
        restart: comparison.restart.clone(),
        namespace: comparison.namespace.clone(),
        ghost_reads: comparison.ghost_reads.clone(),
        abort_points: comparison.abort_points.clone(),
        diagnostics: rules::check(comparison),
    };
    let directives = last.as_ref().map(|parsed| parsed.directives.clone()).unwrap_or_default();
    Simulated { simulation, directives, asked: asked.clone() }
}

/// Runs something on a thread that has room for deep recursion.
fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(STACK_SIZE);
        let thread = builder.spawn_scoped(scope, work).context("no thread can be started")?;
        match thread.join() {
            Ok(result) => Ok(result),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn decode_versions(versions: &[VersionInput]) -> anyhow::Result<Vec<Arc<Source>>> {
    let numbered = versions.iter().enumerate();
    numbered
        .map(|(number, version)| {
            let text = decode(version.bytes.clone())
                .with_context(|| format!("{}", version.path.display()))?;
            Ok(Source::new(&version.path, Revision::Version(number as u32), text))
        })
        .collect()
}

fn is_package_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "__init__.py")
}

fn shown(versions: &[VersionInput]) -> String {
    let paths = versions.iter().map(|version| version.path.display().to_string());
    paths.collect::<Vec<_>>().join(", ")
}
