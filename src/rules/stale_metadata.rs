#![doc = include_str!("stale_metadata.md")]

use super::findings::{Findings, left_over, listed};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::{Certainty, Severity};

/// RS109: `__doc__` or `__annotations__` still describe an older version.
pub const RULE: Rule = Rule {
    code: "RS109",
    name: "stale-metadata",
    default_severity: Severity::Info,
    summary: "`__doc__` or `__annotations__` still describe an older version",
    docs: include_str!("stale_metadata.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for stale in &comparison.stale_metadata {
        let message = if stale.names.is_empty() {
            "The docstring was removed; the reloaded module keeps the old `__doc__` until a \
             restart"
                .to_owned()
        } else {
            let verb = if stale.names.len() == 1 { "is" } else { "are" };
            format!(
                "{} {verb} no longer annotated; the reloaded module keeps the old entries of \
                 `__annotations__` until a restart",
                listed(&stale.names)
            )
        };
        let location = comparison.here(stale.anchor);
        let mut found = RULE.finding(location, Certainty::Always, stale.attribute, message);
        found.related.push(left_over(comparison, stale.version, stale.span));
        findings.add(found);
    }
}
