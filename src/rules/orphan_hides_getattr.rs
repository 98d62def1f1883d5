#![doc = include_str!("orphan_hides_getattr.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS106: a leftover hides a name that the module's `__getattr__` is meant to serve.
pub const RULE: Rule = Rule {
    code: "RS106",
    name: "orphan-hides-getattr",
    default_severity: Severity::Warning,
    summary: "a leftover hides a name that the module's `__getattr__` is meant to serve",
    docs: include_str!("orphan_hides_getattr.md"),
    status: Status::Stable { since: "0.1.0" },
};
