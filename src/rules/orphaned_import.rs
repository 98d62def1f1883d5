#![doc = include_str!("orphaned_import.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS103: an import that the new source no longer makes stays in the module.
pub const RULE: Rule = Rule {
    code: "RS103",
    name: "orphaned-import",
    default_severity: Severity::Hint,
    summary: "an import that the new source no longer makes stays in the module",
    docs: include_str!("orphaned_import.md"),
    status: Status::Stable { since: "0.1.0" },
};
