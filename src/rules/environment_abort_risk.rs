#![doc = include_str!("environment_abort_risk.md")]

use super::findings::{Findings, listed, related};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::AbortPoint;
use crate::syntax::ast::Name;

/// RS204: whether the reload gets through here depends on files, the network, the environment.
pub const RULE: Rule = Rule {
    code: "RS204",
    name: "environment-abort-risk",
    default_severity: Severity::Info,
    summary: "whether the reload gets through depends on files, the network, the environment",
    docs: include_str!("environment_abort_risk.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each thing that the reload depends on; the other statements that do are related.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let mut points: Vec<(&str, &AbortPoint)> = comparison
        .abort_points
        .iter()
        .filter_map(|point| Some((point.depends.as_deref()?, point)))
        .collect();
    while !points.is_empty() {
        let (what, first) = points.remove(0);
        let others: Vec<(&str, &AbortPoint)> =
            points.extract_if(.., |(other, _)| *other == what).collect();
        let exceptions = match &first.exceptions[..] {
            [] => String::new(),
            classes => format!(" (`{}`)", classes.join("` or `")),
        };
        let stale: Vec<Name> = first.stale.clone();
        let torn = match &stale[..] {
            [] => String::new(),
            [one] => format!("; `{one}` is still old then"),
            more => format!("; {} are still old then", listed(more)),
        };
        let message =
            format!("The reload depends on {what} here{exceptions}: {}{torn}", first.reason);
        let mut found = RULE.finding(comparison.here(first.span), first.certainty, what, message);
        found.severity = RULE.default_severity;
        found.related.extend(
            others
                .iter()
                .map(|(_, point)| related(comparison.here(point.span), "depends on it as well")),
        );
        findings.add(found);
    }
}
