//! What `check --statistics` prints.

use std::io::{self, Write};

use serde::Serialize;

use super::{JsonFailed, JsonOrigin, JsonSummary, failed};
use crate::report::CheckReport;
use crate::report::statistics::{Count, count};
use crate::rules;

/// Writes the object that `check --statistics --output-format json` prints, and a line end.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write_statistics(out: &mut dyn Write, report: &CheckReport) -> io::Result<()> {
    let object = JsonStatistics {
        origin: JsonOrigin::new(report),
        statistics: count(&report.diagnostics).iter().map(JsonCount::new).collect(),
        failed: failed(&report.failed),
        summary: JsonSummary::new(report),
    };
    serde_json::to_writer_pretty(&mut *out, &object)?;
    writeln!(out)
}

#[derive(Serialize)]
struct JsonStatistics<'a> {
    #[serde(flatten)]
    origin: JsonOrigin<'a>,
    statistics: Vec<JsonCount>,
    failed: Vec<JsonFailed<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize)]
struct JsonCount {
    code: &'static str,
    name: &'static str,
    count: usize,
    fixable: usize,
    severity: &'static str,
    url: String,
}

impl JsonCount {
    fn new(count: &Count) -> Self {
        JsonCount {
            code: count.code,
            name: rules::name_of(count.code),
            count: count.count,
            fixable: count.fixable,
            severity: count.severity.as_str(),
            url: rules::url(count.code),
        }
    }
}
