//! GitLab's code quality report: the part of Code Climate's issues that GitLab reads
//! (`docs.gitlab.com/ci/testing/code_quality`, "Code Quality report format").

use std::io::{self, Write};

use serde::Serialize;

use super::CheckReport;
use super::fingerprint::{fingerprints, hash};
use super::place::{Root, lines};
use crate::diagnostic::Severity;
use crate::rules;

/// Writes the array. Paths are relative to `root`, the repository's root.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport, root: &Root) -> io::Result<()> {
    let found = report.diagnostics.iter().zip(fingerprints(&report.diagnostics));
    let found = found.map(|(found, fingerprint)| {
        let (begin, end) = lines(&found.location);
        Issue {
            description: format!("{}: {}", found.code, found.message),
            check_name: rules::name_of(found.code),
            fingerprint,
            severity: severity(found.severity),
            location: Location {
                path: root.file(&found.location.source),
                lines: Lines { begin, end },
            },
        }
    });
    let failed = report.failed.iter().map(|failed| {
        let path = root.relative(&failed.path);
        Issue {
            description: format!("could not analyse: {}", failed.reason),
            check_name: "not-analysed",
            fingerprint: format!("{:016x}", hash(&["not-analysed", &path])),
            severity: "blocker",
            location: Location { path, lines: Lines { begin: 1, end: 1 } },
        }
    });
    let issues: Vec<Issue> = found.chain(failed).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

/// From 1, both inclusive.
#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Hint => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, plain};

    #[test]
    fn findings_and_what_could_not_be_analysed_are_issues() {
        let report = Renamed::new().report();
        let text = plain(|out| write(out, &report, &Root::current("/nowhere".into())));
        let issues: serde_json::Value = serde_json::from_str(&text).unwrap();
        let expected = serde_json::json!([
            {
                "description": "RS104: `area` was renamed; this call works until the next restart",
                "check_name": "ghost-read",
                "fingerprint": "fb661174dfd478b4",
                "severity": "critical",
                "location": { "path": "shapes.py", "lines": { "begin": 4, "end": 4 } },
            },
            {
                "description": "could not analyse: this is Python 2",
                "check_name": "not-analysed",
                "fingerprint": issues[1]["fingerprint"],
                "severity": "blocker",
                "location": { "path": "old.py", "lines": { "begin": 1, "end": 1 } },
            },
        ]);
        assert_eq!(issues, expected);
        assert_eq!(issues[1]["fingerprint"].as_str().map(str::len), Some(16));
    }
}
