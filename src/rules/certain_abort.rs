#![doc = include_str!("certain_abort.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS201: executing the new source stops here.
pub const RULE: Rule = Rule {
    code: "RS201",
    name: "certain-abort",
    default_severity: Severity::Error,
    summary: "executing the new source stops here",
    docs: include_str!("certain_abort.md"),
    status: Status::Stable { since: "0.1.0" },
};
