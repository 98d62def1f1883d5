//! Another module's import of an old name: it takes the new one.

use std::sync::Arc;

use super::{Candidate, Subject};
use crate::comparison::GhostImport;
use crate::diagnostic::{Diagnostic, Edit, Location};
use crate::program::visit;
use crate::syntax::ast::{Alias, ImportNames, Name, StmtKind};
use crate::syntax::parse::{ParseOptions, Parsed, parse};

/// `from m import old` becomes `from m import new as old`, and `m.old` becomes `m.new`, in all
/// places of the one module that the finding is about.
pub(super) fn of_the_new_name(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let [orphan] = subject.told_of(diagnostic)[..] else { return None };
    let rename = orphan.renamed.as_ref()?;
    let comparison = subject.comparison;
    let source = &diagnostic.location.source;
    let is_meant = |found: &&GhostImport| {
        found.name == orphan.name && Arc::ptr_eq(&found.location.source, source)
    };
    let uses: Vec<&GhostImport> = comparison.ghost_imports.iter().filter(is_meant).collect();
    let parsed = parse(source, &ParseOptions::new(comparison.python)).ok()?;
    let edits: Option<Vec<Edit>> =
        uses.iter().map(|used| edit(&parsed, used, &orphan.name, &rename.to)).collect();
    let module = &uses.first()?.module;
    let title = format!("Take `{}` instead in `{module}`", rename.to);
    Some(Candidate::new(diagnostic, title, edits?).preferred().leaving(&orphan.name))
}

/// The edit of one use; None for one that comes through `import *`.
fn edit(parsed: &Parsed, used: &GhostImport, old: &Name, new: &Name) -> Option<Edit> {
    let span = used.location.span;
    let text = parsed.source.text();
    let replace = |span, new_text: String| {
        Some(Edit {
            location: Location { source: Arc::clone(&used.location.source), span },
            new_text,
        })
    };
    if let Some(alias) = alias_at(parsed, used) {
        let bound = alias.asname.as_ref().map_or(old, |asname| &asname.name);
        let new_text = if bound == new { new.to_string() } else { format!("{new} as {bound}") };
        return replace(span, new_text);
    }
    let is_attribute = text[..span.start as usize].trim_end().ends_with('.');
    (is_attribute && parsed.source.slice(span) == &**old)
        .then(|| replace(span, new.to_string()))
        .flatten()
}

/// The part of a `from … import` that is a use.
fn alias_at<'p>(parsed: &'p Parsed, used: &GhostImport) -> Option<&'p Alias> {
    let mut pending = parsed.ast.body.clone();
    while let Some(id) = pending.pop() {
        let stmt = parsed.ast.stmt(id);
        if !stmt.span.contains(used.location.span) {
            continue;
        }
        if let StmtKind::ImportFrom { names: ImportNames::Names(aliases), .. } = &stmt.kind {
            return aliases.iter().find(|alias| alias.span == used.location.span);
        }
        visit::child_blocks(&parsed.ast, id, &mut |block| pending.extend_from_slice(block));
    }
    None
}
