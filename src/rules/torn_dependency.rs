#![doc = include_str!("torn_dependency.md")]

use super::findings::{Findings, related};
use super::{Rule, Status};
use crate::comparison::{Comparison, TornDependency};
use crate::diagnostic::{Certainty, Diagnostic, Severity};
use crate::simulation::{AbortPoint, TornKind};

/// RS205: after a stop here, new code would use something old that does not fit.
pub const RULE: Rule = Rule {
    code: "RS205",
    name: "torn-dependency",
    default_severity: Severity::Warning,
    summary: "after a stop here, new code would use something old that does not fit",
    docs: include_str!("torn_dependency.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each stop: what breaks before what only has another value; the rest is related.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for (index, point) in comparison.abort_points.iter().enumerate() {
        let here = comparison.torn.iter().filter(|torn| torn.abort == index);
        let mut torn: Vec<&TornDependency> = here.collect();
        torn.sort_by_key(|torn| (torn.kind, torn.usage));
        if let [first, others @ ..] = &torn[..] {
            findings.add(finding(comparison, point, first, others));
        }
    }
}

fn finding(
    comparison: &Comparison,
    point: &AbortPoint,
    first: &TornDependency,
    others: &[&TornDependency],
) -> Diagnostic {
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
    // Louder than the risk of stopping alone: it is what the risk would come to. Where it would
    // come to no more than another value, the risk is told of already.
    found.severity = match first.kind {
        TornKind::OtherValue if !is_certain => Severity::Info,
        _ => RULE.default_severity,
    };
    found.related.push(related(comparison.here(point.span), format!("the reload {stops} here")));
    found.related.extend(others.iter().map(|other| {
        let text = format!("`{}` uses `{}`: {}", other.caller, other.callee, other.why);
        related(comparison.here(other.usage), text)
    }));
    found.related.push(related(comparison.here(first.new_span), "not reached by then"));
    if let Some((version, span)) = first.old {
        let old = comparison.there(version, span);
        found.related.push(related(old, "what is used instead"));
    }
    found
}
