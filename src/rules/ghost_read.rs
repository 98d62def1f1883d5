#![doc = include_str!("ghost_read.md")]

use super::findings::{Findings, edit, left_over, related};
use super::{Rule, Status};
use crate::comparison::{Comparison, Orphan};
use crate::diagnostic::{Diagnostic, Severity};
use crate::simulation::{GhostRead, ReadScope, RestartMeaning};
use crate::syntax::ast::Name;

/// RS104: a name is read that only an older version of the module defines.
pub const RULE: Rule = Rule {
    code: "RS104",
    name: "ghost-read",
    default_severity: Severity::Error,
    summary: "a name is read that only an older version of the module defines",
    docs: include_str!("ghost_read.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each name: the other reads of it are related.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for reads in by_name(comparison, findings, RestartMeaning::NameError) {
        let first = reads[0];
        let orphan = orphan_of(comparison, &first.name);
        let message = match orphan {
            Some(orphan) => format!("{}{}", edit(orphan), still_read(first)),
            None => before_definition(comparison, first),
        };
        let found = told(&RULE, comparison, &reads, message);
        findings.tell_of(&first.name);
        findings.add(found);
    }
}

/// The reads that come to the same after a restart and are told of nowhere else, by name; in
/// each group the surest first.
pub(super) fn by_name<'c>(
    comparison: &'c Comparison,
    findings: &Findings,
    restart: RestartMeaning,
) -> Vec<Vec<&'c GhostRead>> {
    let mut groups: Vec<Vec<&GhostRead>> = Vec::new();
    for read in &comparison.ghost_reads {
        if read.restart != restart || read.guarded || findings.tells_of_read(read.span) {
            continue;
        }
        match groups.iter_mut().find(|group| group[0].name == read.name) {
            Some(group) => group.push(read),
            None => groups.push(vec![read]),
        }
    }
    for group in &mut groups {
        // A stable sort: the first in the text stays the first of its kind.
        group.sort_by_key(|read| std::cmp::Reverse(read.certainty));
    }
    groups
}

/// A finding at the first of some reads, with the others and what they find.
pub(super) fn told(
    rule: &Rule,
    comparison: &Comparison,
    reads: &[&GhostRead],
    message: String,
) -> Diagnostic {
    let first = reads[0];
    let location = comparison.here(first.span);
    let mut found = rule.finding(location, first.certainty, &*first.name, message);
    let others = reads[1..].iter();
    found
        .related
        .extend(others.map(|other| related(comparison.here(other.span), "and is read here")));
    let orphan = orphan_of(comparison, &first.name);
    if let Some(rename) = orphan.and_then(|orphan| orphan.renamed.as_ref()) {
        found.related.push(related(comparison.here(rename.span), "the new name"));
    }
    let exports = &comparison.exports;
    let all = exports.all.iter().flatten().any(|name| *name == first.name);
    if let Some(span) = exports.all_span.filter(|_| all && orphan.is_some()) {
        found.related.push(related(comparison.here(span), "and is still in `__all__`"));
    }
    found.related.push(left_over(comparison, first.from_version, first.from_span));
    found
}

pub(super) fn orphan_of<'c>(comparison: &'c Comparison, name: &Name) -> Option<&'c Orphan> {
    comparison.orphans.iter().find(|orphan| orphan.name == *name)
}

fn still_read(read: &GhostRead) -> &'static str {
    match read.scope {
        ReadScope::Module => {
            "; this still reads what is left over, and after a restart it raises `NameError`"
        }
        ReadScope::Function => {
            "; this still finds what is left over, and after a restart it raises `NameError`"
        }
    }
}

/// The new source binds the name too, but only further down, or by this very statement.
fn before_definition(comparison: &Comparison, read: &GhostRead) -> String {
    let name = &read.name;
    if comparison.rebinds.iter().any(|rebind| rebind.read == read.span) {
        return format!(
            "`{name}` is nowhere begun anew; each reload builds on the last, and a restart raises \
             `NameError`"
        );
    }
    format!(
        "`{name}` is read before it is defined; the reload finds the old one, and a restart \
         raises `NameError`"
    )
}
