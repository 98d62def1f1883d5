//! Annotations of GitHub Actions (workflow commands on standard output) and the Markdown of the
//! step's summary.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest
//! (`actions/runner`, `ExecutionContext.cs`: `_maxIssueCount`). So the loudest come first, and
//! everything is in the summary, of which GitHub takes a mebibyte.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use super::CheckReport;
use super::place::{Root, lines};
use super::text::summary;
use crate::diagnostic::{Diagnostic, Severity};
use crate::rules;

/// How many annotations of one level GitHub shows for a step.
const SHOWN: usize = 10;
/// How long a summary may be, in bytes, with room for the sentence that says what is missing.
const SUMMARY_LIMIT: usize = (1 << 20) - 1024;

/// Writes the annotations, and a line for each finding that GitHub would not show. Paths are
/// relative to `root`, the repository's root.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport, root: &Root) -> io::Result<()> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for failed in &report.failed {
        let path = property(&root.relative(&failed.path));
        let message = data(&format!("could not analyse: {}", failed.reason));
        writeln!(out, "::error file={path},title=reloadsafe::{message}")?;
        *counts.entry("error").or_default() += 1;
    }
    let found = by_severity(report);
    for found in found {
        let count = counts.entry(command(found.severity)).or_default();
        *count += 1;
        if *count <= SHOWN {
            writeln!(out, "{}", annotation(found, root))?;
        } else {
            let (path, at) = (root.file(&found.location.source), &found.location);
            let line = at.source.line(at.span.start);
            // As text it is in the step's log; a line that began with `::` would be a command.
            writeln!(out, "{path}:{line}: {} {}", found.code, one_line(&found.message))?;
        }
    }
    writeln!(out, "{}", summary(report))
}

fn annotation(found: &Diagnostic, root: &Root) -> String {
    let at = &found.location;
    let (first, last) = lines(at);
    let start = at.source.line_column(at.span.start);
    let end = at.source.line_column(at.span.end);
    let path = property(&root.file(&at.source));
    // Columns mean something on one line only.
    let columns = if first == last && end.line == first {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let title = property(&format!("{} {}", found.code, rules::name_of(found.code)));
    let (command, message) = (command(found.severity), data(&found.message));
    format!("::{command} file={path},line={first},endLine={last}{columns},title={title}::{message}")
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "notice",
    }
}

/// As `escapeData` of `@actions/core`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `escapeProperty` of `@actions/core`.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], " ")
}

/// The Markdown for the step's summary, ending with a line end.
pub fn step_summary(report: &CheckReport, root: &Root) -> String {
    let mut text = format!("### reloadsafe\n\n{}\n", one_line(&summary(report)));
    for failed in &report.failed {
        let path = cell(&root.relative(&failed.path));
        text.push_str(&format!("\n- could not analyse {path}: {}", cell(&failed.reason)));
    }
    if !report.failed.is_empty() {
        text.push('\n');
    }
    if report.diagnostics.is_empty() {
        return text;
    }
    text.push_str("\n| | rule | where | what |\n|---|---|---|---|\n");
    let found = by_severity(report);
    for (index, found) in found.iter().enumerate() {
        let at = &found.location;
        let row = format!(
            "| {} | {} {} | {}:{} | {} |\n",
            found.severity.as_str(),
            found.code,
            rules::name_of(found.code),
            cell(&root.file(&at.source)),
            at.source.line(at.span.start),
            cell(&found.message),
        );
        if text.len() + row.len() > SUMMARY_LIMIT {
            let missing = report.diagnostics.len() - index;
            let rest = "do not fit here; they are in the log of the step.";
            text.push_str(&format!("\n{missing} more {rest}\n"));
            break;
        }
        text.push_str(&row);
    }
    text
}

/// The loudest first, the order kept among equals.
fn by_severity(report: &CheckReport) -> Vec<&Diagnostic> {
    let mut found: Vec<&Diagnostic> = report.diagnostics.iter().collect();
    found.sort_by_key(|found| Reverse(found.severity));
    found
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, orphan, plain};

    #[test]
    fn annotations_are_workflow_commands() {
        let report = Renamed::new().report();
        let lines = plain(|out| write(out, &report, &Root::current("/nowhere".into())));
        let expected = [
            "::error file=old.py,title=reloadsafe::could not analyse: this is Python 2",
            "::error file=shapes.py,line=4,endLine=4,col=9,endColumn=13,title=RS104 ghost-read::\
             `area` was renamed; this call works until the next restart",
        ];
        assert_eq!(lines.lines().take(2).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_would_end_a_command_is_escaped() {
        let mut found = orphan("area = 1\n", "area");
        found.message = "100 %,\nthen: more".to_owned();
        let line = annotation(&found, &Root::current("/nowhere".into()));
        assert!(line.ends_with("::100 %25,%0Athen: more"), "{line}");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }

    #[test]
    fn beyond_what_github_shows_findings_are_lines_of_the_log_and_rows_of_the_summary() {
        let mut report = Renamed::new().report();
        report.failed.clear();
        report.diagnostics = (0..25).map(|_| orphan("area = 1\n", "area")).collect();
        report.diagnostics.push(Renamed::new().ghost_read());
        let text = plain(|out| write(out, &report, &Root::current("/nowhere".into())));
        let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
        assert_eq!(commands.len(), 11);
        assert!(commands[0].starts_with("::error "), "the loudest first: {}", commands[0]);
        assert_eq!(text.lines().filter(|line| line.starts_with("shapes.py:1: RS101")).count(), 15);
        let summary = step_summary(&report, &Root::current("/nowhere".into()));
        assert_eq!(summary.lines().filter(|line| line.contains("RS101")).count(), 25);
    }

    #[test]
    fn a_summary_ends_before_github_refuses_it_and_says_what_is_missing() {
        let mut report = Renamed::new().report();
        let mut long = orphan("area = 1\n", "area");
        long.message = "x|".repeat(50_000);
        report.diagnostics = vec![long; 20];
        let summary = step_summary(&report, &Root::current("/nowhere".into()));
        assert!(summary.len() < 1 << 20);
        assert!(summary.ends_with("more do not fit here; they are in the log of the step.\n"));
    }
}
