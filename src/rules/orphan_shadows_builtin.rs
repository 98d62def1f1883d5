#![doc = include_str!("orphan_shadows_builtin.md")]

use super::findings::{Findings, edit, remains};
use super::ghost_read::{by_name, orphan_of, told};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::RestartMeaning;

/// RS105: a read means a leftover now and the builtin after a restart.
pub const RULE: Rule = Rule {
    code: "RS105",
    name: "orphan-shadows-builtin",
    default_severity: Severity::Error,
    summary: "a read means a leftover now and the builtin after a restart",
    docs: include_str!("orphan_shadows_builtin.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each name: the other reads of it are related.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for reads in by_name(comparison, findings, RestartMeaning::Builtin) {
        let first = reads[0];
        let name = &first.name;
        let Some(orphan) = orphan_of(comparison, name) else { continue };
        let message = format!(
            "{}; this means {} until a restart, and the builtin after it",
            edit(orphan),
            remains(orphan.kind)
        );
        let found = told(&RULE, comparison, &reads, message);
        findings.tell_of(name);
        findings.add(found);
    }
}
