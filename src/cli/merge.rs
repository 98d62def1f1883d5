//! `reloadsafe merge`.

use anyhow::{Context, anyhow};

use super::args::MergeArguments;
use super::output::Output;
use super::{Outcome, settings};
use crate::report::merge;
use crate::workspace::rewrite;

pub(super) fn run(arguments: &MergeArguments) -> anyhow::Result<Outcome> {
    let mut reports = Vec::new();
    for path in &arguments.reports {
        let name = path.display().to_string();
        let text = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
        let value = serde_json::from_slice(&text).map_err(|error| anyhow!("{name}: {error}"))?;
        reports.push(merge::Part { name, value });
    }
    let merged = merge::merge(reports)?;
    let mut text = serde_json::to_string_pretty(&merged.value)?;
    text.push('\n');
    match &arguments.output {
        Some(path) => rewrite::store(path, &text)
            .with_context(|| format!("cannot write {}", path.display()))?,
        None => {
            let output = Output::new(anstream::ColorChoice::Never);
            output.write(|out| out.write_all(text.as_bytes()))?;
        }
    }
    if merged.has_failed {
        return Ok(Outcome::Failed);
    }
    Ok(settings::outcome(merged.worst, arguments.fail_on, arguments.exit_zero))
}
