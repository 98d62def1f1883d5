#![doc = include_str!("new_abort_risk.md")]

use super::certain_abort::{end, torn};
use super::findings::{Findings, related};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::{AbortCause, AbortPoint};

/// RS202: a new or changed statement can stop the reload.
pub const RULE: Rule = Rule {
    code: "RS202",
    name: "new-abort-risk",
    default_severity: Severity::Warning,
    summary: "a new or changed statement can stop the reload",
    docs: include_str!("new_abort_risk.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each cause: points at which the same thing has changed are told of together.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let end = end(comparison).map(|point| point.span);
    let is_risk = |point: &&AbortPoint| {
        point.cause == AbortCause::NewRisk && !point.unchanged && Some(point.span) != end
    };
    let mut points: Vec<&AbortPoint> = comparison.abort_points.iter().filter(is_risk).collect();
    let line = |point: &AbortPoint| comparison.last().line(point.span.start);
    while !points.is_empty() {
        let first = points.remove(0);
        let same = |point: &&AbortPoint| {
            line(point) == line(first)
                || point.reason == first.reason
                || (point.about.is_some() && point.about == first.about)
        };
        let others: Vec<&AbortPoint> = points.extract_if(.., |point| same(point)).collect();
        let elsewhere = others.iter().filter(|point| line(point) != line(first));
        let exceptions = match &first.exceptions[..] {
            [] => String::new(),
            classes => format!(" (`{}`)", classes.join("` or `")),
        };
        let message = format!(
            "New since the last load: {}{exceptions}{}",
            first.reason,
            torn(comparison, first)
        );
        let location = comparison.here(first.span);
        let key = first.about.as_deref().unwrap_or(&first.reason);
        let mut found = RULE.finding(location, first.certainty, key, message);
        // That it is no more than a risk is what the rule says anyway.
        found.severity = RULE.default_severity;
        found.related.extend(
            elsewhere.map(|point| related(comparison.here(point.span), "for the same reason")),
        );
        findings.add(found);
    }
}
