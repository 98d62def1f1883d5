//! `reloadsafe simulate`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::Outcome;
use super::args::SimulateArguments;
use super::output::Output;
use super::{findings, settings};
use crate::config::OutputFormat;
use crate::report::{CheckReport, json, revision_label, simulate_text};
use crate::simulate::{self, SimulateRequest, VersionInput};
use crate::simulation::Simulation;

/// The argument that means standard input.
const STDIN: &str = "-";

pub(super) fn run(arguments: SimulateArguments) -> anyhow::Result<Outcome> {
    let (quiet, exit_zero) = (arguments.common.run.quiet, arguments.common.exit_zero);
    let output = Output::new(arguments.common.run.color.into());
    if arguments.versions.iter().filter(|path| is_stdin(path)).count() > 1 {
        bail!("only one version can be read from standard input");
    }
    let root = arguments.root.as_deref();
    if let Some(root) = root.filter(|root| !root.is_dir()) {
        bail!("`--root {}` is not a directory", root.display());
    }
    let module = match arguments.module {
        Some(module) => module,
        None => default_module(&arguments.versions, root),
    };
    if module.split('.').any(str::is_empty) {
        bail!("`{module}` is not the dotted name of a module");
    }
    let near = match root {
        Some(root) => vec![root.to_owned()],
        None => {
            arguments.versions.iter().rfind(|path| !is_stdin(path)).cloned().into_iter().collect()
        }
    };
    let no_fixes = arguments.common.no_fixes;
    let config = settings::load(&arguments.common, &settings::common_directory(&near)?)?;
    let versions: anyhow::Result<Vec<VersionInput>> =
        arguments.versions.iter().map(|path| read(path)).collect();
    let request = SimulateRequest {
        versions: versions?,
        root: arguments.root,
        module,
        fixes: settings::offer(no_fixes, config.output_format),
        config,
    };
    let simulation = simulate::run(&request)?;
    write(output, &simulation, request.config.output_format, quiet)?;
    let worst = simulation.diagnostics.iter().map(|diagnostic| diagnostic.severity).max();
    Ok(settings::outcome(worst, request.config.fail_on, exit_zero))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

fn read(path: &Path) -> anyhow::Result<VersionInput> {
    if is_stdin(path) {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(VersionInput { path: PathBuf::from("<stdin>"), bytes });
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(VersionInput { path: path.to_owned(), bytes })
}

/// The name that the last version would be imported by, if it lies below the root; else the
/// name of its file.
fn default_module(versions: &[PathBuf], root: Option<&Path>) -> String {
    let Some(last) = versions.iter().rfind(|path| !is_stdin(path)) else {
        return "stdin".to_owned();
    };
    let below_root = root.and_then(|root| {
        let root = root.canonicalize().ok()?;
        Some(last.canonicalize().ok()?.strip_prefix(root).ok()?.with_extension(""))
    });
    let path = below_root.unwrap_or_else(|| PathBuf::from(last.file_stem().unwrap_or_default()));
    let mut parts: Vec<String> =
        path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.len() > 1 && parts.last().is_some_and(|part| part == "__init__") {
        parts.pop();
    }
    parts.join(".")
}

fn write(
    output: Output,
    simulation: &Simulation,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<()> {
    match format {
        OutputFormat::Json => output.write(|out| json::write_simulation(out, simulation)),
        OutputFormat::Text => output.write(|out| {
            simulate_text::write(out, simulation, output.layout())?;
            if quiet { Ok(()) } else { simulate_text::write_summary(out, simulation) }
        }),
        // The others know findings only.
        format => findings::write(output, &findings_of(simulation), format, quiet),
    }
}

fn findings_of(simulation: &Simulation) -> CheckReport {
    let source = simulation.sources.first();
    CheckReport {
        base: source.and_then(|source| revision_label(source.revision())),
        diagnostics: simulation.diagnostics.clone(),
        modules: 1,
        reloaded: 1,
        ..CheckReport::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(versions: &[&str], root: Option<&str>, expected: &str) {
        let versions: Vec<PathBuf> = versions.iter().map(PathBuf::from).collect();
        assert_eq!(default_module(&versions, root.map(Path::new)), expected);
    }

    #[test]
    fn the_module_is_named_by_the_last_version() {
        check(&["a/v0.py", "b/shapes.py"], None, "shapes");
        check(&["a/v0.py", "-"], None, "v0");
        check(&["-"], None, "stdin");
        check(&["src/rules.rs", "src/cli/check.rs"], Some("src"), "cli.check");
        check(&["src/rules.rs", "src/cli/check.rs"], Some("tests"), "check");
    }
}
