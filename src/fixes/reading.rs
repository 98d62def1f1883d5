//! Reading the new name where the old one is still read.

use super::{Aim, Candidate, Subject};
use crate::comparison::Orphan;
use crate::diagnostic::{Diagnostic, Edit};
use crate::simulation::{GhostRead, ReadScope, RestartMeaning};

/// All reads in the module, and where there are several the first alone.
pub(super) fn the_new_name(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    orphans: &[&Orphan],
) -> Vec<Candidate> {
    let [orphan] = orphans else { return Vec::new() };
    let Some(rename) = &orphan.renamed else { return Vec::new() };
    let restart = match diagnostic.code {
        "RS105" => RestartMeaning::Builtin,
        _ => RestartMeaning::NameError,
    };
    let is_meant = |read: &&GhostRead| read.name == orphan.name && read.restart == restart;
    let all = subject.comparison.ghost_reads.iter().filter(is_meant);
    let reads: Vec<&GhostRead> = all.filter(|read| !read.guarded).collect();
    // A read while the module is executed may stand above the new definition; and where the
    // function has a name of its own like the new one, that would be read.
    let can_read = |read: &GhostRead| {
        let is_in_time = read.scope == ReadScope::Function || read.span.start > rename.span.start;
        let source = subject.comparison.last();
        is_in_time
            && source.slice(read.span) == &*orphan.name
            && subject.is_global_at(&rename.to, read.span)
            && !subject.is_declared_global_at(&orphan.name, read.span)
    };
    let edit = |read: &&GhostRead| Edit {
        location: subject.comparison.here(read.span),
        new_text: rename.to.to_string(),
    };
    let mut found = Vec::new();
    let title = format!("Read `{}` instead", rename.to);
    if reads.iter().all(|read| can_read(read)) {
        let edits = reads.iter().map(edit).collect();
        found.push(Candidate::new(diagnostic, title, edits).preferred().leaving(&orphan.name));
    }
    let here = reads.iter().find(|read| read.span == diagnostic.location.span);
    if let Some(read) = here.filter(|read| reads.len() > 1 && can_read(read)) {
        let title = format!("Read `{}` instead, here only", rename.to);
        let mut candidate = Candidate::new(diagnostic, title, vec![edit(read)]);
        candidate.aim = Aim::OneReadLess(orphan.name.clone());
        found.push(candidate);
    }
    found
}
