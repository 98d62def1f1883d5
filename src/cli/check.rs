//! `reloadsafe check`.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Outcome;
use super::args::{BaselineArguments, CheckArguments};
use super::output::{Output, note};
use super::{baseline, findings, progress, settings, watch};
use crate::check::{self, Baseline, CheckRequest, FilesFrom, diff};
use crate::config::{Choice, Config, OutputFormat};
use crate::fixes::{Extent, Offer};
use crate::report::KnownFindings;

pub(super) fn run(arguments: CheckArguments) -> anyhow::Result<Outcome> {
    if arguments.baseline.history {
        bail!("`--history` is not implemented yet");
    }
    if arguments.watch { watch::run(arguments) } else { once(&arguments) }
}

/// Checks once. Files are read anew: the configuration, too.
pub(super) fn once(arguments: &CheckArguments) -> anyhow::Result<Outcome> {
    let run = &arguments.common.run;
    let output = Output::new(run.color.into());
    let (request, file) = prepare(arguments)?;
    let format = request.config.output_format;
    if arguments.statistics && !matches!(format, OutputFormat::Text | OutputFormat::Json) {
        bail!("`--statistics` has no {}: it is text or json", format.word());
    }
    let mut progress = progress::for_terminal(!run.quiet && !run.no_progress);
    let mut report = match &arguments.known.diff {
        Some(from) => diff::run_diff(&request, from, &mut *progress)?,
        None => check::run(&request, &mut *progress)?,
    };
    drop(progress);
    if let (Some(known), Some(file)) = (&mut report.known, file) {
        known.path = file;
    }
    match arguments.statistics {
        true => findings::write_statistics(output, &report, format, run.quiet)?,
        false => findings::write(output, &report, format, run.quiet)?,
    }
    if let Some(known) = report.known.as_ref().filter(|_| !run.quiet) {
        tell_stale(known);
    }
    let is_stale = report.known.as_ref().is_some_and(|known| !known.stale.is_empty());
    Ok(match settings::outcome(report.worst(), request.config.fail_on, false) {
        _ if !report.failed.is_empty() => Outcome::Failed,
        _ if arguments.common.exit_zero => Outcome::Clean,
        _ if arguments.known.fail_on_stale && is_stale => Outcome::Findings,
        outcome => outcome,
    })
}

/// What is asked for, and the baseline file as the user named it.
fn prepare(arguments: &CheckArguments) -> anyhow::Result<(CheckRequest, Option<PathBuf>)> {
    let Targets { targets, files_from, directory } =
        Targets::new(&arguments.targets, arguments.files_from.as_deref())?;
    let extent = if arguments.unsafe_fixes { Extent::Preferred } else { Extent::Safe };
    let config = settings::load(&arguments.common, &directory)?;
    let known = baseline::read(&arguments.known, &config)?;
    let (file, known) = known.unzip();
    let fixes = settings::offer(arguments.common.no_fixes, config.output_format);
    let request = CheckRequest {
        targets,
        files_from,
        head: arguments.baseline.head.clone(),
        baseline: live_world(&arguments.baseline),
        jobs: arguments.common.run.jobs,
        mend: arguments.fix.then_some(extent),
        // Whether there is a safe one is counted, and it need not be the preferred one.
        fixes: fixes.map(|offer| if arguments.statistics { Offer::All } else { offer }),
        shard: arguments.shard,
        known,
        config,
    };
    Ok((request, file))
}

/// The settings with which a run would be made now.
pub(super) fn config(arguments: &CheckArguments) -> anyhow::Result<Config> {
    let targets = Targets::new(&arguments.targets, arguments.files_from.as_deref())?;
    settings::load(&arguments.common, &targets.directory)
}

/// What is named on the command line.
pub(super) struct Targets {
    pub(super) targets: Vec<PathBuf>,
    pub(super) files_from: Option<FilesFrom>,
    /// Where the configuration is looked for, and above.
    pub(super) directory: PathBuf,
}

impl Targets {
    pub(super) fn new(targets: &[PathBuf], list: Option<&Path>) -> anyhow::Result<Targets> {
        let files_from = list.map(|path| match path == Path::new("-") {
            true => FilesFrom::Stdin,
            false => FilesFrom::File(path.to_path_buf()),
        });
        let mut targets = targets.to_vec();
        if targets.is_empty() && files_from.is_none() {
            targets.push(PathBuf::from("."));
        }
        let directory = settings::common_directory(&targets)?;
        Ok(Targets { targets, files_from, directory })
    }
}

/// What in a baseline file is not there any more, a line each.
fn tell_stale(known: &KnownFindings) {
    for stale in &known.stale {
        let number = if stale.count == 1 { String::new() } else { format!(" ({})", stale.count) };
        let identity = &stale.identity;
        note(&format!("stale: {} in {}{number}: {}", identity.code, identity.path, stale.message));
    }
    if !known.stale.is_empty() {
        let path = known.path.display();
        note(&format!("`reloadsafe baseline prune` takes what is stale out of {path}"));
    }
}

pub(super) fn live_world(arguments: &BaselineArguments) -> Baseline {
    if let Some(rev) = &arguments.base {
        return Baseline::Git { rev: rev.clone(), exact: false };
    }
    if let Some(rev) = &arguments.base_exact {
        return Baseline::Git { rev: rev.clone(), exact: true };
    }
    if let Some(directory) = &arguments.base_dir {
        return Baseline::Dir(directory.clone());
    }
    if arguments.no_base { Baseline::None } else { Baseline::Head }
}
