#![doc = include_str!("cannot_verify.md")]

use super::findings::Findings;
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::{Certainty, Severity};

/// RS900: something that cannot be seen decides what the module holds.
pub const RULE: Rule = Rule {
    code: "RS900",
    name: "cannot-verify",
    default_severity: Severity::Info,
    summary: "something that cannot be seen decides what the module holds",
    docs: include_str!("cannot_verify.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each line of the last version; what older ones did is not in anybody's hands.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let last = comparison.sources.len() as u32 - 1;
    let mut lines = Vec::new();
    for unseen in comparison.unseen.iter().filter(|unseen| unseen.version == last) {
        let line = comparison.last().line(unseen.span.start);
        if lines.contains(&line) {
            continue;
        }
        lines.push(line);
        let message = format!(
            "{}: names that it may bind are not seen, and leftovers of the same names are not \
             reported",
            unseen.why
        );
        let location = comparison.here(unseen.span);
        findings.add(RULE.finding(location, Certainty::Always, &*unseen.why, message));
    }
}
