#![doc = include_str!("torn_dependency.md")]

use super::findings::{Findings, related};
use super::{Rule, Status};
use crate::comparison::{Comparison, TornDependency};
use crate::diagnostic::{Certainty, Severity};

/// RS205: after a stop here, new code would use something old that does not fit.
pub const RULE: Rule = Rule {
    code: "RS205",
    name: "torn-dependency",
    default_severity: Severity::Warning,
    summary: "after a stop here, new code would use something old that does not fit",
    docs: include_str!("torn_dependency.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each definition below that new code above does not fit, and one for all that are not
/// there yet; other uses are related.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let mut torn: Vec<&TornDependency> = comparison.torn.iter().collect();
    while !torn.is_empty() {
        let first = torn.remove(0);
        let same = |other: &&TornDependency| {
            let both_missing = other.old.is_none() && first.old.is_none();
            other.callee == first.callee || (both_missing && other.abort == first.abort)
        };
        let others: Vec<&TornDependency> = torn.extract_if(.., |other| same(other)).collect();
        let Some(point) = comparison.abort_points.get(first.abort) else { continue };
        let line = comparison.last().line(point.span.start);
        let is_certain = point.certainty == Certainty::Always;
        let stops = if is_certain { "stops" } else { "may stop" };
        let (caller, callee) = (&first.caller, &first.callee);
        let then = match first.old {
            Some(_) => format!("`{caller}` is new and `{callee}` is still old"),
            None => format!("`{caller}` is new"),
        };
        let message = format!("The reload {stops} at line {line}, where {then}: {}", first.why);
        let location = comparison.here(first.usage);
        let key = format!("{} {}", first.caller, first.callee);
        let mut found = RULE.finding(location, point.certainty, key, message);
        // Louder than the risk of stopping alone: it is what the risk would come to.
        found.severity = RULE.default_severity;
        found
            .related
            .push(related(comparison.here(point.span), format!("the reload {stops} here")));
        found.related.extend(others.iter().map(|other| {
            related(
                comparison.here(other.usage),
                format!("`{}` uses `{}`", other.caller, other.callee),
            )
        }));
        found.related.push(related(comparison.here(first.new_span), "not reached by then"));
        if let Some((version, span)) = first.old {
            let old = comparison.there(version, span);
            found.related.push(related(old, "what is used instead"));
        }
        findings.add(found);
    }
}
