#![doc = include_str!("accumulating_rebind.md")]

use super::findings::{Findings, related};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::{Certainty, Severity};
use crate::simulation::RestartMeaning;

/// RS111: a rebinding builds on its own result of the last load.
pub const RULE: Rule = Rule {
    code: "RS111",
    name: "accumulating-rebind",
    default_severity: Severity::Warning,
    summary: "a rebinding builds on its own result of the last load",
    docs: include_str!("accumulating_rebind.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// A restart that has nothing to begin with raises `NameError`: that is RS104's.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for rebind in &comparison.rebinds {
        if rebind.restart == RestartMeaning::NameError {
            continue;
        }
        let name = &rebind.name;
        let message = format!(
            "`{name}` is made from what it was before: each reload builds on the result of the \
             last, a restart on the builtin"
        );
        let location = comparison.here(rebind.span);
        let mut found = RULE.finding(location, Certainty::Always, &**name, message);
        let older = comparison.there(rebind.from.0, rebind.from.1);
        found.related.push(related(older, "what the reload builds on"));
        findings.tell_of_read(rebind.read);
        findings.add(found);
    }
}
