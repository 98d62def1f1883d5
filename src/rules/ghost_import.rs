#![doc = include_str!("ghost_import.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS107: another module takes a name that only an older version of this module defines.
pub const RULE: Rule = Rule {
    code: "RS107",
    name: "ghost-import",
    default_severity: Severity::Error,
    summary: "another module takes a name that only an older version of this module defines",
    docs: include_str!("ghost_import.md"),
    status: Status::Stable { since: "0.1.0" },
};
