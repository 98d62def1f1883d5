#![doc = include_str!("ghost_import.md")]

use super::findings::{Findings, edit, left_over, related};
use super::{Rule, Status};
use crate::comparison::{Comparison, GhostImport};
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

/// One for each name in each module that uses it, in that module's text.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let mut imports: Vec<&GhostImport> = comparison.ghost_imports.iter().collect();
    while !imports.is_empty() {
        let first = imports.remove(0);
        let same = |other: &&GhostImport| other.name == first.name && other.module == first.module;
        let others: Vec<&GhostImport> = imports.extract_if(.., |other| same(other)).collect();
        let orphan = comparison.orphans.iter().find(|orphan| orphan.name == first.name);
        let what = match orphan {
            Some(orphan) => edit(orphan),
            None => format!("`{}` is no longer defined", first.name),
        };
        let message = format!(
            "{what} in `{}`; this works until the next restart, and fails then",
            comparison.module
        );
        let key = format!("{}.{}", comparison.module, first.name);
        let mut found = RULE.finding(first.location.clone(), first.certainty, key, message);
        found
            .related
            .extend(others.iter().map(|other| related(other.location.clone(), "and is used here")));
        if let Some(orphan) = orphan {
            if let Some(rename) = &orphan.renamed {
                found.related.push(related(comparison.here(rename.span), "the new name"));
            }
            found.related.push(left_over(comparison, orphan.version, orphan.span));
        }
        findings.tell_of(&first.name);
        findings.add(found);
    }
}
