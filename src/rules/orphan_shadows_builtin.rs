#![doc = include_str!("orphan_shadows_builtin.md")]

use super::{Rule, Status};
use crate::diagnostic::Severity;

/// RS105: a read means a leftover now and the builtin after a restart.
pub const RULE: Rule = Rule {
    code: "RS105",
    name: "orphan-shadows-builtin",
    default_severity: Severity::Error,
    summary: "a read means a leftover now and the builtin after a restart",
    docs: include_str!("orphan_shadows_builtin.md"),
    status: Status::Stable { since: "0.1.0" },
};
