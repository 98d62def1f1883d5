#![doc = include_str!("torn_dependency.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS205: after a stop here, new code would use something old that does not fit.
pub const RULE: Rule = Rule {
    code: "RS205",
    name: "torn-dependency",
    default_severity: Severity::Warning,
    summary: "after a stop here, new code would use something old that does not fit",
    docs: include_str!("torn_dependency.md"),
    status: Status::Stable { since: "0.1.0" },
};
