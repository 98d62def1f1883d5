//! JUnit XML, as CI services show test results: a file is a suite, a finding a failed case.

use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::CheckReport;
use super::place::Root;
use crate::rules;

/// Writes the report. Paths are relative to `root`.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport, root: &Root) -> io::Result<()> {
    let mut suites: Vec<TestSuite> = Vec::new();
    for found in &report.diagnostics {
        let at = found.location.source.line_column(found.location.span.start);
        let path = root.file(&found.location.source);
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(found.severity.as_str()).set_message(&found.message).set_description(
            format!("{path}:{}:{}: {} {}", at.line, at.column, found.code, found.message),
        );
        let name = format!("{} {}, line {}", found.code, rules::name_of(found.code), at.line);
        let mut case = TestCase::new(name, status);
        case.set_classname(path.clone());
        case.extra.insert("line".into(), at.line.to_string().into());
        suite(&mut suites, &path).add_test_case(case);
    }
    for failed in &report.failed {
        let path = root.relative(&failed.path);
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type("error").set_message(format!("could not analyse: {}", failed.reason));
        let mut case = TestCase::new("analysis", status);
        case.set_classname(path.clone());
        suite(&mut suites, &path).add_test_case(case);
    }
    if suites.is_empty() {
        // A report without a case counts as missing.
        let mut nothing = TestSuite::new(env!("CARGO_PKG_NAME"));
        let name = format!("no findings in {} modules", report.modules);
        nothing.add_test_case(TestCase::new(name, TestCaseStatus::success()));
        suites.push(nothing);
    }
    let mut xml = Report::new(env!("CARGO_PKG_NAME"));
    xml.add_test_suites(suites);
    let text = xml.to_string().map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

fn suite<'s>(suites: &'s mut Vec<TestSuite>, path: &str) -> &'s mut TestSuite {
    let known = suites.iter().position(|suite| suite.name.as_str() == path);
    let index = known.unwrap_or_else(|| {
        suites.push(TestSuite::new(path.to_owned()));
        suites.len() - 1
    });
    &mut suites[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, plain};

    #[test]
    fn findings_fail_and_files_that_could_not_be_analysed_are_errors() {
        let report = Renamed::new().report();
        let text = plain(|out| write(out, &report, &Root::current("/nowhere".into())));
        for part in [
            r#"<testsuites name="reloadsafe" tests="2" failures="1" errors="1""#,
            r#"<testsuite name="shapes.py" tests="1" disabled="0" errors="0" failures="1""#,
            r#"<testcase name="RS104 ghost-read, line 4" classname="shapes.py" line="4""#,
            r#"<error message="could not analyse: this is Python 2""#,
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
    }

    #[test]
    fn nothing_found_is_a_success() {
        let mut report = Renamed::new().report();
        report.diagnostics.clear();
        report.failed.clear();
        let text = plain(|out| write(out, &report, &Root::current("/nowhere".into())));
        assert!(text.contains(r#"<testcase name="no findings in 14 modules">"#), "{text}");
    }
}
