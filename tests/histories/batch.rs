//! Many histories in one process: JSON lines of `{"id", "versions"}` in, of simulations out.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use reloadsafe::config::{Config, Options};
use reloadsafe::report::json::simulation_value;
use reloadsafe::simulate;
use reloadsafe::text::source::{Revision, Source};
use reloadsafe::workspace::Surroundings;
use reloadsafe::workspace::context::Context;
use reloadsafe::worlds::{self, History, SummaryCache};
use serde_json::{Value, json};

/// Simulates every history as the interpreter `python` (or the one on the path) would have run
/// it; `id` is passed on, a panic is an answer too.
pub(crate) fn run(
    input: impl BufRead,
    mut output: impl Write,
    python: Option<PathBuf>,
) -> std::io::Result<()> {
    let around = Around::open(python)?;
    for line in input.lines() {
        let history: Value = serde_json::from_str(&line?)?;
        let simulated = catch_unwind(AssertUnwindSafe(|| one(&history["versions"], &around)));
        let mut answer = match simulated {
            Ok(Ok(simulated)) => simulated,
            Ok(Err(reason)) => json!({"failed": reason}),
            Err(panic) => json!({"failed": format!("panic: {}", said(panic.as_ref()))}),
        };
        answer["id"] = history["id"].clone();
        writeln!(output, "{answer}")?;
    }
    output.flush()
}

fn one(versions: &Value, around: &Around) -> Result<Value, String> {
    let texts = versions.as_array().ok_or("no versions")?.iter().enumerate();
    let sources = texts.map(|(number, text)| {
        let revision = Revision::Version(number as u32);
        Source::new("m.py", revision, text.as_str().unwrap_or_default().to_owned())
    });
    let sources: Vec<Arc<Source>> = sources.collect();
    let around = worlds::Around {
        module: "m",
        is_package: false,
        is_placed: false,
        live_modules: &around.context.finder,
        restart_modules: &around.context.finder,
        live_cache: &around.summaries,
        restart_cache: &around.summaries,
        python: around.context.version,
        platform: simulate::PLATFORM,
        renames: &[],
        second_runs: false,
        catalogue: None,
    };
    let history = History { versions: &sources, around };
    let simulated = simulate::simulate(&history).map_err(|failure| failure.to_string())?;
    Ok(simulation_value(&simulated.simulation))
}

/// What `reloadsafe simulate` sees without `--root`: the interpreter's own library.
struct Around {
    context: Context,
    summaries: SummaryCache,
}

impl Around {
    fn open(python: Option<PathBuf>) -> std::io::Result<Around> {
        let first = Source::new("m.py", Revision::Version(0), String::new());
        let variables = |name: &str| std::env::var_os(name);
        let around = Surroundings { directory: std::env::current_dir()?, variable: &variables };
        let config = Config::resolve(&[Options { python, ..Options::default() }]);
        let context = Context::open(None, "m", &first, &config, &around);
        let context = context.map_err(std::io::Error::other)?;
        Ok(Around { context, summaries: SummaryCache::default() })
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
