//! Arguments and configuration file to settings; what is not implemented yet is refused.

use std::path::{Path, PathBuf};

use anyhow::bail;

use super::Outcome;
use super::args::{CommonArguments, PythonArguments, RuleArguments, RunArguments};
use crate::config::{Choice, Config, Options, OutputFormat, Reloader, discovery};
use crate::diagnostic::Severity;
use crate::fixes::Offer;

/// The settings of a run whose configuration is looked for at `directory` and above.
pub(super) fn load(arguments: &CommonArguments, directory: &Path) -> anyhow::Result<Config> {
    if arguments.witness {
        bail!("`--witness` is not implemented yet");
    }
    load_run(&arguments.run, arguments.output_format, directory)
}

/// As [`load`], without what is about output.
pub(super) fn load_run(
    arguments: &RunArguments,
    output_format: Option<OutputFormat>,
    directory: &Path,
) -> anyhow::Result<Config> {
    let file = match &arguments.config {
        Some(path) => Some(discovery::named(path)?),
        None if arguments.isolated => None,
        None => discovery::nearest(directory)?,
    };
    let layer = layer(arguments, output_format);
    let config = Config::resolve(&Vec::from_iter(file.into_iter().chain([layer])));
    if config.reloader != Reloader::Importlib {
        bail!("the reloader `{}` is not implemented yet", config.reloader.word());
    }
    Ok(config)
}

/// The fixes that an output shows, if any are wanted: text has one line for the one that most
/// people would want.
pub(super) fn offer(no_fixes: bool, format: OutputFormat) -> Option<Offer> {
    let shown = match format {
        OutputFormat::Text => Some(Offer::Preferred),
        OutputFormat::Json | OutputFormat::Jsonl | OutputFormat::Sarif => Some(Offer::All),
        OutputFormat::Github | OutputFormat::Gitlab | OutputFormat::Junit => None,
    };
    shown.filter(|_| !no_fixes)
}

/// The command line as a layer of settings.
fn layer(arguments: &RunArguments, output_format: Option<OutputFormat>) -> Options {
    let RuleArguments { select, extend_select, ignore, min_severity, fail_on, no_catalogue } =
        arguments.rules.clone();
    let PythonArguments { python_version, python, reloader } = arguments.python.clone();
    Options {
        select,
        extend_select,
        ignore,
        min_severity,
        fail_on,
        python_version,
        python,
        reloader,
        no_catalogue: no_catalogue.then_some(true),
        output_format,
        ..Options::default()
    }
}

/// The directory that holds all of the paths, a file's being the one that it lies in; the
/// current one where there are none.
pub(super) fn common_directory(paths: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let mut directories = Vec::new();
    for path in paths {
        let mut absolute = std::path::absolute(path)?;
        if !absolute.is_dir() {
            absolute.pop();
        }
        directories.push(absolute);
    }
    let Some((first, others)) = directories.split_first() else {
        return Ok(std::env::current_dir()?);
    };
    let common = first
        .ancestors()
        .find(|ancestor| others.iter().all(|directory| directory.starts_with(ancestor)));
    Ok(common.unwrap_or(first).to_owned())
}

/// What findings mean for the exit code.
pub(super) fn outcome(worst: Option<Severity>, fail_on: Severity, exit_zero: bool) -> Outcome {
    if worst.is_some_and(|worst| worst >= fail_on) && !exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    }
}
