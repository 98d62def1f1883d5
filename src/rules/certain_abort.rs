#![doc = include_str!("certain_abort.md")]

use super::findings::{Findings, listed};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::{Certainty, Severity};
use crate::simulation::{AbortCause, AbortPoint, BindingKind, Outcome};
use crate::syntax::ast::Name;

/// RS201: executing the new source stops here.
pub const RULE: Rule = Rule {
    code: "RS201",
    name: "certain-abort",
    default_severity: Severity::Error,
    summary: "executing the new source stops here",
    docs: include_str!("certain_abort.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// The first statement that ends the reload for certain.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let own = |point: &&AbortPoint| point.cause != AbortCause::SecondRun;
    let Some(point) = end(comparison).filter(own) else { return };
    let exception = match &point.exceptions[..] {
        [exception] => format!(" with `{exception}`"),
        _ => String::new(),
    };
    let here = match point.certainty {
        Certainty::Always => "here",
        Certainty::Maybe => "here at the latest",
    };
    let message =
        format!("The reload stops {here}{exception}: {}{}", point.reason, torn(comparison, point));
    let location = comparison.here(point.span);
    let key = point.exceptions.first().map_or("", String::as_str);
    let key = format!("{key} {}", point.reason);
    let mut found = RULE.finding(location, point.certainty, key, message);
    // Only the place is in doubt.
    found.severity = RULE.default_severity;
    findings.add(found);
}

/// Where the reload stops, if it certainly does; where paths end in several places, the last.
pub(super) fn end(comparison: &Comparison) -> Option<&AbortPoint> {
    let last = comparison.stages.last()?;
    if last.outcome != Outcome::Aborts {
        return None;
    }
    let points = &comparison.abort_points;
    let is_end =
        |point: &&AbortPoint| matches!(point.cause, AbortCause::Certain | AbortCause::SecondRun);
    let sure = points.iter().find(|point| is_end(point) && point.certainty == Certainty::Always);
    sure.or_else(|| points.iter().rfind(is_end))
        .or_else(|| points.iter().rfind(|point| point.depends.is_none()))
}

/// What would be new and what old, as the end of a message: what is imported only where there is
/// nothing else to name.
pub(super) fn torn(comparison: &Comparison, point: &AbortPoint) -> String {
    let updated = point.updated.iter().filter(|name| !point.stale.contains(*name));
    let updated = own_first(comparison, updated.cloned().collect());
    let stale = own_first(comparison, point.stale.clone());
    match (&updated[..], &stale[..]) {
        ([], []) => String::new(),
        (new, []) => format!("; {} {} new then", listed(new), are(new)),
        ([], old) => format!("; {} {} still old then", listed(old), are(old)),
        (new, old) => {
            format!("; {} {} new then, {} still old", listed(new), are(new), listed(old))
        }
    }
}

/// The names without those that are imported, unless there are no others.
fn own_first(comparison: &Comparison, names: Vec<Name>) -> Vec<Name> {
    let is_own =
        |name: &&Name| comparison.entry(name).is_none_or(|entry| entry.kind != BindingKind::Import);
    let own: Vec<Name> = names.iter().filter(is_own).cloned().collect();
    if own.is_empty() { names } else { own }
}

fn are(names: &[Name]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}
