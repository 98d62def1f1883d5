#![doc = include_str!("stale_all.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS108: a star import takes names that only an older version of the module defines.
pub const RULE: Rule = Rule {
    code: "RS108",
    name: "stale-all",
    default_severity: Severity::Warning,
    summary: "a star import takes names that only an older version of the module defines",
    docs: include_str!("stale_all.md"),
    status: Status::Stable { since: "0.1.0" },
};
