//! The JSON of the contract. The structs here are the contract's; the domain's types are not
//! serialisable on purpose, so that renaming one of them changes no output.

mod adoption;
mod statistics;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::{CheckReport, FailedFile, revision_label};
use crate::diagnostic::{Diagnostic, Fix, Location, Related};
use crate::rules;
use crate::simulation::{AbortPoint, Outcome, Simulation, Stage, TornUse};
use crate::syntax::ast::Name;
use crate::text::source::{LineColumn, Source};
use crate::text::span::Span;
use adoption::{JsonDiff, JsonKnown, JsonShard};
pub use statistics::write_statistics;

/// The version of the output's schema: grows where something is changed, not added.
const SCHEMA: u32 = 1;

/// Writes the object that `check --output-format json` prints, and a line end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_check(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let object = JsonCheck {
        origin: JsonOrigin::new(report),
        diagnostics: diagnostics(&report.diagnostics),
        failed: failed(&report.failed),
        baseline_file: report.known.as_ref().map(JsonKnown::new),
        diff: report.diff.as_ref().map(JsonDiff::new),
        summary: JsonSummary::new(report),
    };
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}

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

/// A path as it stands in every output: as the user named it, with `/` between its parts.
pub(crate) fn path_text(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// The findings as the contract's D objects.
pub(super) fn diagnostics(findings: &[Diagnostic]) -> Vec<JsonDiagnostic<'_>> {
    let fingerprints = fingerprints(findings);
    findings
        .iter()
        .zip(fingerprints)
        .map(|(diagnostic, fingerprint)| JsonDiagnostic::new(diagnostic, fingerprint))
        .collect()
}

/// The files that could not be analysed.
fn failed(files: &[FailedFile]) -> Vec<JsonFailed<'_>> {
    files
        .iter()
        .map(|failed| JsonFailed { path: path_text(&failed.path), reason: &failed.reason })
        .collect()
}

/// What every object begins with that a check prints.
#[derive(Serialize)]
struct JsonOrigin<'a> {
    schema: u32,
    tool: JsonTool,
    base: Option<&'a str>,
    head: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<JsonShard>,
}

impl<'a> JsonOrigin<'a> {
    fn new(report: &'a CheckReport) -> Self {
        JsonOrigin {
            schema: SCHEMA,
            tool: TOOL,
            base: report.base.as_deref(),
            head: report.head.as_deref(),
            shard: report.shard.map(JsonShard::from),
        }
    }
}

#[derive(Serialize)]
struct JsonCheck<'a> {
    #[serde(flatten)]
    origin: JsonOrigin<'a>,
    diagnostics: Vec<JsonDiagnostic<'a>>,
    failed: Vec<JsonFailed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_file: Option<JsonKnown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diff: Option<JsonDiff<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonTool {
    name: &'static str,
    version: &'static str,
}

const TOOL: JsonTool =
    JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") };

#[derive(Serialize)]
struct JsonFailed<'a> {
    path: String,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsonSummary {
    modules: usize,
    reloaded: usize,
    /// Only where fixes were asked for and applied.
    #[serde(skip_serializing_if = "is_zero")]
    fixed: usize,
    by_code: BTreeMap<&'static str, usize>,
}

impl JsonSummary {
    fn new(report: &CheckReport) -> JsonSummary {
        let mut by_code = BTreeMap::new();
        for diagnostic in &report.diagnostics {
            *by_code.entry(diagnostic.code).or_insert(0) += 1;
        }
        let CheckReport { modules, reloaded, fixed, .. } = *report;
        JsonSummary { modules, reloaded, fixed, by_code }
    }
}

// The signature is serde's.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// A D of the contract.
#[derive(Serialize)]
pub(super) struct JsonDiagnostic<'a> {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    message: &'a str,
    path: String,
    range: JsonRange,
    certainty: &'static str,
    related: Vec<JsonRelated<'a>>,
    fixes: Vec<JsonFix<'a>>,
    fingerprint: String,
    url: String,
}

impl<'a> JsonDiagnostic<'a> {
    fn new(diagnostic: &'a Diagnostic, fingerprint: String) -> Self {
        JsonDiagnostic {
            code: diagnostic.code,
            name: rules::name_of(diagnostic.code),
            severity: diagnostic.severity.as_str(),
            message: &diagnostic.message,
            path: path_text(diagnostic.location.source.path()),
            range: JsonRange::new(&diagnostic.location),
            certainty: diagnostic.certainty.as_str(),
            related: diagnostic.related.iter().map(JsonRelated::new).collect(),
            fixes: diagnostic.fixes.iter().map(JsonFix::new).collect(),
            fingerprint,
            url: rules::url(diagnostic.code),
        }
    }
}

#[derive(Serialize)]
struct JsonRange {
    start: JsonPosition,
    end: JsonPosition,
}

impl JsonRange {
    fn new(location: &Location) -> Self {
        let Location { source, span } = location;
        JsonRange {
            start: source.line_column(span.start).into(),
            end: source.line_column(span.end).into(),
        }
    }
}

#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
}

impl From<LineColumn> for JsonPosition {
    fn from(at: LineColumn) -> Self {
        JsonPosition { line: at.line, column: at.column }
    }
}

#[derive(Serialize)]
struct JsonRelated<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<String>,
    range: JsonRange,
    message: &'a str,
}

impl<'a> JsonRelated<'a> {
    fn new(related: &'a Related) -> Self {
        JsonRelated {
            path: path_text(related.location.source.path()),
            revision: revision_label(related.location.source.revision()),
            range: JsonRange::new(&related.location),
            message: &related.message,
        }
    }
}

#[derive(Serialize)]
struct JsonFix<'a> {
    title: &'a str,
    kind: &'static str,
    preferred: bool,
    safe: bool,
    edits: Vec<JsonEdit<'a>>,
}

impl<'a> JsonFix<'a> {
    fn new(fix: &'a Fix) -> Self {
        let edits = fix.edits.iter().map(|edit| JsonEdit {
            path: path_text(edit.location.source.path()),
            range: JsonRange::new(&edit.location),
            new_text: &edit.new_text,
        });
        JsonFix {
            title: &fix.title,
            kind: fix.kind,
            preferred: fix.preferred,
            safe: fix.safe,
            edits: edits.collect(),
        }
    }
}

#[derive(Serialize)]
struct JsonEdit<'a> {
    path: String,
    range: JsonRange,
    new_text: &'a str,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, plain};

    /// The JSON, whitespace apart, in the order in which it is written.
    fn compact(text: &str) -> String {
        serde_json::from_str::<serde_json::Value>(text).unwrap().to_string()
    }

    const DIAGNOSTIC: &str = concat!(
        r#"{"code":"RS104","name":"ghost-read","severity":"error","#,
        r#""message":"`area` was renamed; this call works until the next restart","#,
        r#""path":"shapes.py","#,
        r#""range":{"start":{"line":4,"column":9},"end":{"line":4,"column":13}},"#,
        r#""certainty":"maybe","related":[{"path":"shapes.py","#,
        r#""range":{"start":{"line":1,"column":5},"end":{"line":1,"column":12}},"#,
        r#""message":"the new name"},{"path":"shapes.py","revision":"v0","#,
        r#""range":{"start":{"line":1,"column":5},"end":{"line":1,"column":9}},"#,
        r#""message":"what is left over"}],"#,
        r#""fixes":[{"title":"Call `surface`","kind":"quickfix","preferred":true,"safe":false,"#,
        r#""edits":[{"path":"shapes.py","#,
        r#""range":{"start":{"line":4,"column":9},"end":{"line":4,"column":13}},"#,
        r#""new_text":"surface"}]}],"#,
        r#""fingerprint":"fb661174dfd478b4","url":"docs/rules/ghost-read.md"}"#,
    );

    #[test]
    fn check_is_the_object_of_the_contract() {
        let report = Renamed::new().report();
        let version = env!("CARGO_PKG_VERSION");
        let expected = format!(
            "{{{}{version}{}[{DIAGNOSTIC}],{},{}}}",
            r#""schema":1,"tool":{"name":"reloadsafe","version":""#,
            r#""},"base":"HEAD","head":null,"diagnostics":"#,
            r#""failed":[{"path":"old.py","reason":"this is Python 2"}]"#,
            r#""summary":{"modules":14,"reloaded":2,"by_code":{"RS104":1}}"#,
        );
        assert_eq!(compact(&plain(|out| write_check(out, &report))), expected);
    }

    #[test]
    fn jsonl_is_a_finding_a_line() {
        let found = Renamed::new().report().diagnostics;
        let lines = plain(|out| crate::report::jsonl::write(out, &found));
        assert_eq!(lines, format!("{DIAGNOSTIC}\n"));
    }

    #[test]
    fn simulate_is_the_object_of_the_contract() {
        let simulation = Renamed::new().simulation();
        let abort = concat!(
            r#"{"line":5,"cause":"new-risk","certainty":"maybe","exceptions":["ValueError"],"#,
            r#""reason":"`check` is new here and can raise","#,
            r#""updated":["surface","TOTAL"],"stale":[],"missing":["LIMIT"],"#,
            r#""torn":[{"caller":"surface","line":1,"callee":"LIMIT","kind":"missing","#,
            r#""reason":"`LIMIT` is not there yet"}],"depends_on":null}"#,
        );
        let expected = format!(
            "{{{}{abort}{}{abort}{}[{abort}],{}[{DIAGNOSTIC}]}}",
            concat!(
                r#""schema":1,"module":"shapes","#,
                r#""stages":[{"version":0,"outcome":"completes","abort":null},"#,
                r#"{"version":1,"outcome":"may-abort","abort":"#,
            ),
            r#"}],"restart":{"outcome":"aborts","abort":"#,
            concat!(
                r#"},"namespace":[{"name":"surface","kind":"function","origin":"added","#,
                r#""certainty":"always","version":1,"line":1},"#,
                r#"{"name":"area","kind":"function","origin":"orphan","#,
                r#""certainty":"always","version":0,"line":1}],"#,
                r#""ghost_reads":[{"name":"area","line":4,"scope":"module","certainty":"always","#,
                r#""from":{"version":0,"line":1},"restart":"NameError"}],"abort_points":"#,
            ),
            r#""diagnostics":"#,
        );
        assert_eq!(compact(&plain(|out| write_simulation(out, &simulation))), expected);
        assert_eq!(simulation_value(&simulation).to_string(), expected);
    }
}
