//! `reloadsafe baseline`, and the file for `check`.
//!
//! Not to be confused with the live world, which `--base` names: a baseline file says which
//! findings are known, not what a process has loaded.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::args::{
    BaselineCreateArguments, BaselineFileAction, BaselineFileArguments, BaselineFileCommand,
    BaselineRunArguments,
};
use super::check::{Targets, live_world};
use super::output::{Output, complain, note};
use super::{Outcome, progress, settings};
use crate::check::known::Known;
use crate::check::{self, CheckRequest};
use crate::config::Config;
use crate::report::{CheckReport, baseline_file, visible};
use crate::workspace::rewrite;
use crate::workspace::walk::real_directory;

/// What the file is called where nobody says it.
const NAME: &str = ".reloadsafe-baseline.json";

/// The file that a check is to use, if any, and what it has.
pub(super) fn read(
    arguments: &BaselineFileArguments,
    config: &Config,
) -> anyhow::Result<Option<(PathBuf, Known)>> {
    if arguments.no_baseline_file {
        return Ok(None);
    }
    let Some(path) = arguments.baseline_file.as_ref().or(config.baseline_file.as_ref()) else {
        if arguments.fail_on_stale {
            bail!("`--fail-on-stale` needs a baseline file: `--baseline-file` or `baseline-file`");
        }
        return Ok(None);
    };
    let path = shown(path)?;
    let known = load(&path)?.ok_or_else(|| {
        anyhow!("there is no {}: `reloadsafe baseline create` makes it", path.display())
    })?;
    Ok(Some((path, known)))
}

pub(super) fn run(command: BaselineFileCommand) -> anyhow::Result<Outcome> {
    match command.action {
        BaselineFileAction::Create(arguments) => create(&arguments),
        BaselineFileAction::Update(arguments) => change(&arguments, true),
        BaselineFileAction::Prune(arguments) => change(&arguments, false),
    }
}

fn create(arguments: &BaselineCreateArguments) -> anyhow::Result<Outcome> {
    let BaselineCreateArguments { force, rest } = arguments;
    let (targets, config) = prepare(rest)?;
    let path = place(rest, &config)?;
    if path.exists() && !force {
        let path = path.display();
        bail!("{path} exists: `reloadsafe baseline update` changes it, `--force` writes it anew");
    }
    let is_configured = config.baseline_file.is_some();
    let mut known = Known { directory: directory(&path)?, ..Known::default() };
    let report = check(rest, targets, config, None)?;
    known.add(&report.diagnostics, &real_directory(&std::env::current_dir()?));
    store(&path, &known)?;
    let outcome = finish(rest, &report, &path, &known, "")?;
    if !is_configured && !rest.run.quiet {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        note(&format!(
            "`check` uses it with `--baseline-file {}`, or where the configuration has \
             `baseline-file = \"{name}\"`",
            path.display()
        ));
    }
    Ok(outcome)
}

/// Takes out what is stale; adds what is new where that is wanted.
fn change(arguments: &BaselineRunArguments, adding: bool) -> anyhow::Result<Outcome> {
    let (targets, config) = prepare(arguments)?;
    let path = place(arguments, &config)?;
    let Some(mut known) = load(&path)? else {
        bail!("there is no {}: `reloadsafe baseline create` makes it", path.display());
    };
    let report = check(arguments, targets, config, Some(known.clone()))?;
    let stale = report.known.as_ref().map(|known| &*known.stale).unwrap_or_default();
    let removed: u32 = stale.iter().map(|stale| stale.count).sum();
    known.remove(stale);
    let added = if adding { report.diagnostics.len() } else { 0 };
    if adding {
        known.add(&report.diagnostics, &real_directory(&std::env::current_dir()?));
    }
    store(&path, &known)?;
    let what = match adding {
        true => format!(", {added} added, {removed} taken out"),
        false => format!(", {removed} taken out, {} new left out", report.diagnostics.len()),
    };
    finish(arguments, &report, &path, &known, &what)
}

fn prepare(arguments: &BaselineRunArguments) -> anyhow::Result<(Targets, Config)> {
    if arguments.live.history {
        bail!("`--history` is not implemented yet");
    }
    let targets = Targets::new(&arguments.targets, arguments.files_from.as_deref())?;
    let config = settings::load_run(&arguments.run, None, &targets.directory)?;
    Ok((targets, config))
}

/// The findings, as `check` would report them.
fn check(
    arguments: &BaselineRunArguments,
    targets: Targets,
    config: Config,
    known: Option<Known>,
) -> anyhow::Result<CheckReport> {
    let request = CheckRequest {
        targets: targets.targets,
        files_from: targets.files_from,
        head: arguments.live.head.clone(),
        baseline: live_world(&arguments.live),
        jobs: arguments.run.jobs,
        fixes: None,
        mend: None,
        shard: arguments.shard,
        known,
        config,
    };
    let run = &arguments.run;
    let mut progress = progress::for_terminal(!run.quiet && !run.no_progress);
    check::run(&request, &mut *progress)
}

/// Says what the file has now, and what could not be looked at.
fn finish(
    arguments: &BaselineRunArguments,
    report: &CheckReport,
    path: &Path,
    known: &Known,
    what: &str,
) -> anyhow::Result<Outcome> {
    for failed in &report.failed {
        let path = failed.path.display();
        complain(&format!("could not analyse {path}: {}", failed.reason));
    }
    if !arguments.run.quiet {
        let (number, path) = (known.len(), path.to_string_lossy());
        let noun = if number == 1 { "finding" } else { "findings" };
        let output = Output::new(arguments.run.color.into());
        output.write(|out| writeln!(out, "{}: {number} {noun}{what}.", visible(&path)))?;
    }
    Ok(if report.failed.is_empty() { Outcome::Clean } else { Outcome::Failed })
}

/// Where the file is, or is to be.
fn place(arguments: &BaselineRunArguments, config: &Config) -> anyhow::Result<PathBuf> {
    let beside = || config.project_root.as_deref().map(|root| root.join(NAME));
    let named = arguments.baseline_file.clone().or_else(|| config.baseline_file.clone());
    shown(&named.or_else(beside).unwrap_or_else(|| PathBuf::from(NAME)))
}

/// The path relative to the current directory where it lies below.
fn shown(path: &Path) -> anyhow::Result<PathBuf> {
    let current = std::env::current_dir()?;
    Ok(path.strip_prefix(current).unwrap_or(path).to_path_buf())
}

/// The directory to which the paths in the file are relative.
fn directory(path: &Path) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    Ok(real_directory(absolute.parent().unwrap_or(&absolute)))
}

/// `None`: there is no such file.
fn load(path: &Path) -> anyhow::Result<Option<Known>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    let known = baseline_file::parse(&text, &directory(path)?);
    known.map(Some).map_err(|error| anyhow!("{}:{error}", path.display()))
}

fn store(path: &Path, known: &Known) -> anyhow::Result<()> {
    rewrite::store(path, &baseline_file::text(known))
        .with_context(|| format!("cannot write {}", path.display()))
}
