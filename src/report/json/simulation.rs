//! The object that `simulate` prints.

use std::io::{self, Write};

use serde::Serialize;

use super::{JsonDiagnostic, SCHEMA, diagnostics};
use crate::simulation::{AbortPoint, Outcome, Simulation, Stage, TornUse};
use crate::syntax::ast::Name;
use crate::text::source::Source;
use crate::text::span::Span;

/// Writes the object that `simulate --output-format json` prints, and a line end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_simulation(out: &mut dyn Write, simulation: &Simulation) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &JsonSimulation::new(simulation))?;
    writeln!(out)
}

/// The same object as a value: what `reloadsafe/namespace` answers.
pub fn simulation_value(simulation: &Simulation) -> serde_json::Value {
    // Maps with string keys and plain numbers: nothing in it can fail to be JSON.
    serde_json::to_value(JsonSimulation::new(simulation)).unwrap_or(serde_json::Value::Null)
}

#[derive(Serialize)]
struct JsonSimulation<'a> {
    schema: u32,
    module: &'a str,
    stages: Vec<JsonStage<'a>>,
    restart: JsonRestart<'a>,
    namespace: Vec<JsonEntry<'a>>,
    ghost_reads: Vec<JsonGhostRead<'a>>,
    abort_points: Vec<JsonAbort<'a>>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
}

impl<'a> JsonSimulation<'a> {
    fn new(simulation: &'a Simulation) -> Self {
        let line = |version: u32, span: Span| {
            simulation.sources.get(version as usize).map_or(0, |source| source.line(span.start))
        };
        let namespace = simulation.namespace.iter().map(|entry| JsonEntry {
            name: &entry.name,
            kind: entry.kind.as_str(),
            origin: entry.origin.as_str(),
            certainty: entry.certainty.as_str(),
            version: entry.version,
            line: line(entry.version, entry.span),
        });
        let last = simulation.sources.len().saturating_sub(1) as u32;
        let ghost_reads = simulation.ghost_reads.iter().map(|read| JsonGhostRead {
            name: &read.name,
            line: line(last, read.span),
            scope: read.scope.as_str(),
            certainty: read.certainty.as_str(),
            from: JsonFrom {
                version: read.from_version,
                line: line(read.from_version, read.from_span),
            },
            restart: read.restart.as_str(),
        });
        let source = simulation.sources.last();
        let stage = |stage: &'a Stage| {
            let source = simulation.sources.get(stage.version as usize);
            let abort = stage.abort.as_ref().zip(source);
            let abort = abort.map(|(point, source)| JsonAbort::new(point, source));
            (stage.outcome, abort)
        };
        let stages = simulation.stages.iter().map(|each| {
            let (outcome, abort) = stage(each);
            JsonStage { version: each.version, outcome: outcome.as_str(), abort }
        });
        let (outcome, abort): (Outcome, _) = stage(&simulation.restart);
        let points = simulation.abort_points.iter();
        JsonSimulation {
            schema: SCHEMA,
            module: &simulation.module,
            stages: stages.collect(),
            restart: JsonRestart { outcome: outcome.as_str(), abort },
            namespace: namespace.collect(),
            ghost_reads: ghost_reads.collect(),
            abort_points: points
                .flat_map(|point| source.map(|source| JsonAbort::new(point, source)))
                .collect(),
            diagnostics: diagnostics(&simulation.diagnostics),
        }
    }
}

#[derive(Serialize)]
struct JsonStage<'a> {
    version: u32,
    outcome: &'static str,
    abort: Option<JsonAbort<'a>>,
}

#[derive(Serialize)]
struct JsonRestart<'a> {
    outcome: &'static str,
    abort: Option<JsonAbort<'a>>,
}

#[derive(Serialize)]
struct JsonEntry<'a> {
    name: &'a str,
    kind: &'static str,
    origin: &'static str,
    certainty: &'static str,
    version: u32,
    line: u32,
}

#[derive(Serialize)]
struct JsonGhostRead<'a> {
    name: &'a str,
    line: u32,
    scope: &'static str,
    certainty: &'static str,
    from: JsonFrom,
    restart: &'static str,
}

#[derive(Serialize)]
struct JsonFrom {
    version: u32,
    line: u32,
}

/// An A of the contract.
#[derive(Serialize)]
struct JsonAbort<'a> {
    line: u32,
    cause: &'static str,
    certainty: &'static str,
    exceptions: &'a [String],
    reason: &'a str,
    updated: Vec<&'a str>,
    stale: Vec<&'a str>,
    missing: Vec<&'a str>,
    torn: Vec<JsonTorn<'a>>,
    depends_on: Option<&'a str>,
}

/// What new code would meet in a torn module; `line` is where it is written.
#[derive(Serialize)]
struct JsonTorn<'a> {
    caller: &'a str,
    line: u32,
    callee: &'a str,
    kind: &'static str,
    reason: &'a str,
}

impl<'a> JsonAbort<'a> {
    fn new(point: &'a AbortPoint, source: &Source) -> Self {
        fn texts(names: &[Name]) -> Vec<&str> {
            names.iter().map(|name| &**name).collect()
        }
        JsonAbort {
            line: source.line(point.span.start),
            cause: point.cause.as_str(),
            certainty: point.certainty.as_str(),
            exceptions: &point.exceptions,
            reason: &point.reason,
            updated: texts(&point.updated),
            stale: texts(&point.stale),
            missing: texts(&point.missing),
            torn: point.torn.iter().map(|torn| JsonTorn::new(torn, source)).collect(),
            depends_on: point.depends.as_deref(),
        }
    }
}

impl<'a> JsonTorn<'a> {
    fn new(torn: &'a TornUse, source: &Source) -> Self {
        JsonTorn {
            caller: &torn.caller,
            line: source.line(torn.span.start),
            callee: &torn.callee,
            kind: torn.kind.as_str(),
            reason: &torn.why,
        }
    }
}
