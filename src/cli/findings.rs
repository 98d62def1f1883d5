//! Findings in every output format.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::{Output, complain};
use crate::config::OutputFormat;
use crate::report::{
    CheckReport, Root, github, gitlab, json, jsonl, junit, sarif, statistics, text,
};

/// Writes what a run found.
pub(super) fn write(
    output: Output,
    report: &CheckReport,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<()> {
    match format {
        OutputFormat::Text => output.write(|out| {
            text::write(out, report, output.layout())?;
            if quiet { Ok(()) } else { text::write_summary(out, report) }
        }),
        OutputFormat::Json => output.write(|out| json::write_check(out, report)),
        OutputFormat::Jsonl => {
            // The lines have no room for them, and nothing is lost silently.
            for failed in &report.failed {
                let path = failed.path.display();
                complain(&format!("could not analyse {path}: {}", failed.reason));
            }
            output.write(|out| jsonl::write(out, &report.diagnostics))
        }
        OutputFormat::Sarif => {
            let root = root(None)?;
            output.write(|out| sarif::write(out, report, &root))
        }
        OutputFormat::Github => {
            let root = root(Some("GITHUB_WORKSPACE"))?;
            output.write(|out| github::write(out, report, &root))?;
            step_summary(report, &root)
        }
        OutputFormat::Gitlab => {
            let root = root(Some("CI_PROJECT_DIR"))?;
            output.write(|out| gitlab::write(out, report, &root))
        }
        OutputFormat::Junit => {
            let root = root(None)?;
            output.write(|out| junit::write(out, report, &root))
        }
    }
}

/// Writes how many findings of each rule a run found.
pub(super) fn write_statistics(
    output: Output,
    report: &CheckReport,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<()> {
    if format == OutputFormat::Json {
        return output.write(|out| json::write_statistics(out, report));
    }
    for failed in &report.failed {
        let path = failed.path.display();
        complain(&format!("could not analyse {path}: {}", failed.reason));
    }
    output.write(|out| {
        statistics::write(out, report)?;
        if quiet { Ok(()) } else { text::write_summary(out, report) }
    })
}

/// The directory to which paths are relative: the one that a CI service says the repository is
/// in, else the current one.
fn root(variable: Option<&str>) -> anyhow::Result<Root> {
    let current = std::env::current_dir().context("cannot tell the current directory")?;
    let named = variable.and_then(std::env::var_os).map(PathBuf::from);
    let root = named.filter(|path| path.is_absolute()).unwrap_or_else(|| current.clone());
    Ok(Root { current, root })
}

/// Adds to the summary of the step, where GitHub wants one.
fn step_summary(report: &CheckReport, root: &Root) -> anyhow::Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(github::step_summary(report, root).as_bytes()))
        .with_context(|| format!("cannot write {}", Path::new(&path).display()))
}
