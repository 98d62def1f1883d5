//! The JSON of the contract. The structs here are the contract's; the domain's types are not
//! serialisable on purpose, so that renaming one of them changes no output.

mod adoption;
mod simulation;
mod statistics;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::fingerprint::fingerprints;
use super::{CheckReport, FailedFile, revision_label};
use crate::diagnostic::{Diagnostic, Fix, Location, Related};
use crate::rules;
use crate::text::source::LineColumn;
use adoption::{JsonDiff, JsonKnown, JsonShard};
pub use simulation::{simulation_value, write_simulation};
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
