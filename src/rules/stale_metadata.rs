#![doc = include_str!("stale_metadata.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS109: `__doc__` or `__annotations__` still describe an older version.
pub const RULE: Rule = Rule {
    code: "RS109",
    name: "stale-metadata",
    default_severity: Severity::Info,
    summary: "`__doc__` or `__annotations__` still describe an older version",
    docs: include_str!("stale_metadata.md"),
    status: Status::Stable { since: "0.1.0" },
};
