#![doc = include_str!("cannot_verify.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS900: something that cannot be seen decides what the module holds.
pub const RULE: Rule = Rule {
    code: "RS900",
    name: "cannot-verify",
    default_severity: Severity::Info,
    summary: "something that cannot be seen decides what the module holds",
    docs: include_str!("cannot_verify.md"),
    status: Status::Stable { since: "0.1.0" },
};
