#![doc = include_str!("orphaned_definition.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS101: a function or class that the new source no longer has stays in the module.
pub const RULE: Rule = Rule {
    code: "RS101",
    name: "orphaned-definition",
    default_severity: Severity::Warning,
    summary: "a function or class that the new source no longer has stays in the module",
    docs: include_str!("orphaned_definition.md"),
    status: Status::Stable { since: "0.1.0" },
};
