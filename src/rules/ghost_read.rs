#![doc = include_str!("ghost_read.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS104: a name is read that only an older version of the module defines.
pub const RULE: Rule = Rule {
    code: "RS104",
    name: "ghost-read",
    default_severity: Severity::Error,
    summary: "a name is read that only an older version of the module defines",
    docs: include_str!("ghost_read.md"),
    status: Status::Stable { since: "0.1.0" },
};
