#![doc = include_str!("second_run_failure.md")]

use super::certain_abort::torn;
use super::findings::Findings;
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::{Certainty, Severity};
use crate::simulation::{AbortCause, AbortPoint};

/// RS203: ran once, and raises when it runs again in the same process.
pub const RULE: Rule = Rule {
    code: "RS203",
    name: "second-run-failure",
    default_severity: Severity::Error,
    summary: "ran once, and raises when it runs again in the same process",
    docs: include_str!("second_run_failure.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// The first statement that does not get through again.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let is_it = |point: &&AbortPoint| point.cause == AbortCause::SecondRun;
    let Some(point) = comparison.abort_points.iter().find(is_it) else { return };
    let exception = match &point.exceptions[..] {
        [] => String::new(),
        classes => format!(" `{}`", classes.join("` or `")),
    };
    let verb = match point.certainty {
        Certainty::Always => "raises",
        Certainty::Maybe => "may raise",
    };
    let message = format!(
        "This ran when the module was loaded and {verb}{exception} when it runs again: {}{}",
        point.reason,
        torn(comparison, point)
    );
    let key = point.exceptions.first().map_or("", String::as_str);
    let key = format!("{key} {}", point.reason);
    findings.add(RULE.finding(comparison.here(point.span), point.certainty, key, message));
}
