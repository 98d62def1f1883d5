#![doc = include_str!("unused_suppression.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS901: a suppression comment suppresses nothing, or cannot be understood.
pub const RULE: Rule = Rule {
    code: "RS901",
    name: "unused-suppression",
    default_severity: Severity::Warning,
    summary: "a suppression comment suppresses nothing, or cannot be understood",
    docs: include_str!("unused_suppression.md"),
    status: Status::Stable { since: "0.1.0" },
};
