#![doc = include_str!("orphaned_variable.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS102: a variable that the new source no longer binds stays in the module.
pub const RULE: Rule = Rule {
    code: "RS102",
    name: "orphaned-variable",
    default_severity: Severity::Warning,
    summary: "a variable that the new source no longer binds stays in the module",
    docs: include_str!("orphaned_variable.md"),
    status: Status::Stable { since: "0.1.0" },
};
