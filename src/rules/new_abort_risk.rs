#![doc = include_str!("new_abort_risk.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS202: a new or changed statement can stop the reload.
pub const RULE: Rule = Rule {
    code: "RS202",
    name: "new-abort-risk",
    default_severity: Severity::Warning,
    summary: "a new or changed statement can stop the reload",
    docs: include_str!("new_abort_risk.md"),
    status: Status::Stable { since: "0.1.0" },
};
