#![doc = include_str!("orphaned_variable.md")]

use super::findings::{Findings, quieter_if_maybe, stays, untold};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::BindingKind;

/// RS102: a variable that the new source no longer binds stays in the module.
pub const RULE: Rule = Rule {
    code: "RS102",
    name: "orphaned-variable",
    default_severity: Severity::Warning,
    summary: "a variable that the new source no longer binds stays in the module",
    docs: include_str!("orphaned_variable.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for orphan in untold(comparison, findings, &[BindingKind::Variable]) {
        let mut found = stays(&RULE, comparison, orphan);
        let is_read = comparison.ghost_reads.iter().any(|read| read.name == orphan.name);
        if orphan.name.starts_with('_') && !is_read {
            found.severity = quieter_if_maybe(Severity::Info, orphan.certainty);
        }
        findings.add(found);
    }
}
