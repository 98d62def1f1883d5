#![doc = include_str!("diverging_branch.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS110: a branch is taken on reload and another one after a restart.
pub const RULE: Rule = Rule {
    code: "RS110",
    name: "diverging-branch",
    default_severity: Severity::Warning,
    summary: "a branch is taken on reload and another one after a restart",
    docs: include_str!("diverging_branch.md"),
    status: Status::Stable { since: "0.1.0" },
};
