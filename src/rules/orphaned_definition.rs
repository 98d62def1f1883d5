#![doc = include_str!("orphaned_definition.md")]

use super::findings::{Findings, stays, untold};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::BindingKind;

/// RS101: a function or class that the new source no longer has stays in the module.
pub const RULE: Rule = Rule {
    code: "RS101",
    name: "orphaned-definition",
    default_severity: Severity::Warning,
    summary: "a function or class that the new source no longer has stays in the module",
    docs: include_str!("orphaned_definition.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for orphan in untold(comparison, findings, &[BindingKind::Function, BindingKind::Class]) {
        findings.add(stays(&RULE, comparison, orphan));
    }
}
