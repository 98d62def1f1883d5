//! Many histories in one process: JSON lines of `{"id", "versions"}` in, of simulations out.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use reloadsafe::modules::{Found, Modules};
use reloadsafe::text::source::{Revision, Source};
use serde_json::{Value, json};

/// Simulates every history; `id` is passed on, a panic is an answer too.
pub(crate) fn run(input: impl BufRead, mut output: impl Write) -> std::io::Result<()> {
    for line in input.lines() {
        let history: Value = serde_json::from_str(&line?)?;
        let simulated = catch_unwind(AssertUnwindSafe(|| one(&history["versions"])));
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

fn one(versions: &Value) -> Result<Value, String> {
    let texts = versions.as_array().ok_or("no versions")?.iter().enumerate();
    let sources = texts.map(|(number, text)| {
        let revision = Revision::Version(number as u32);
        Source::new("m.py", revision, text.as_str().unwrap_or_default().to_owned())
    });
    simulate(&sources.collect::<Vec<_>>(), &NamedModules)
}

/// THE CALL SITE: the engine and its JSON, once they are there, are
///
/// ```ignore
/// let simulation = reloadsafe::simulate::simulate(sources, "m", modules, &Options::default());
/// Ok(reloadsafe::report::json::simulation_value(&simulation))
/// ```
fn simulate(_sources: &[Arc<Source>], _modules: &dyn Modules) -> Result<Value, String> {
    Err("the engine is not connected yet: see THE CALL SITE in tests/histories/batch.rs".to_owned())
}

/// The standard library as far as `generate.py` imports it, without its sources; nothing else.
struct NamedModules;

const STANDARD: &[&str] =
    &["collections", "contextlib", "functools", "json", "math", "os", "string", "sys", "xml"];

impl Modules for NamedModules {
    fn find(&self, name: &str) -> Found {
        let top = name.split('.').next().unwrap_or(name);
        if STANDARD.contains(&top) { Found::Opaque } else { Found::Missing }
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
