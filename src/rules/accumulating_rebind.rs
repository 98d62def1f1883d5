#![doc = include_str!("accumulating_rebind.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS111: a rebinding builds on its own result of the last load.
pub const RULE: Rule = Rule {
    code: "RS111",
    name: "accumulating-rebind",
    default_severity: Severity::Warning,
    summary: "a rebinding builds on its own result of the last load",
    docs: include_str!("accumulating_rebind.md"),
    status: Status::Stable { since: "0.1.0" },
};
