#![doc = include_str!("orphaned_import.md")]

use super::findings::{Findings, stays, untold};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::BindingKind;

/// RS103: an import that the new source no longer makes stays in the module.
pub const RULE: Rule = Rule {
    code: "RS103",
    name: "orphaned-import",
    default_severity: Severity::Hint,
    summary: "an import that the new source no longer makes stays in the module",
    docs: include_str!("orphaned_import.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for orphan in untold(comparison, findings, &[BindingKind::Import]) {
        findings.add(stays(&RULE, comparison, orphan));
    }
}
