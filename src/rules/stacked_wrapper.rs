#![doc = include_str!("stacked_wrapper.md")]

use super::findings::Findings;
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;

/// RS307: a replacement of something outside holds the replacement of the last load.
pub const RULE: Rule = Rule {
    code: "RS307",
    name: "stacked-wrapper",
    default_severity: Severity::Warning,
    summary: "patches something outside of the module with a wrapper around its own last one",
    docs: include_str!("stacked_wrapper.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// What has been replaced before, by something that held what was there.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for stacked in &comparison.stacked {
        let place = &stacked.place;
        let consequence = match stacked.is_by_name {
            true => {
                "which finds the original under a name that means the wrapper itself by now: the \
                 next call does not end (`RecursionError`)"
            }
            false => "and so does each further reload",
        };
        let message = format!(
            "`{place}` is the wrapper of the last load by now: the reload wraps that, {consequence}"
        );
        let location = comparison.here(stacked.span);
        findings.add(RULE.finding(location, stacked.certainty, place.clone(), message));
    }
}
