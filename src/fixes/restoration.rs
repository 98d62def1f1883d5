//! Writing a definition again that an older version had, at the gap that it left.

use rustc_hash::FxHashSet;

use super::layout::Layout;
use super::{Candidate, Subject};
use crate::comparison::Orphan;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Alias, ExprKind, ImportNames, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::bound_names;

/// For one name: the statement that bound it, decorators and comments included.
pub(super) fn of_the_old(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    orphans: &[&Orphan],
) -> Option<Candidate> {
    let [orphan] = orphans else { return None };
    let old = Layout::new(subject.program(orphan.version)?);
    let new = subject.layout()?;
    let (index, id) = old.top_level(orphan.span)?;
    let lines = statement(old, id, &orphan.name)?;
    let edit = at_the_gap(old, new, index, lines);
    let candidate = Candidate::new(
        diagnostic,
        format!("Restore `{}` as it was", orphan.name),
        vec![subject.edit(edit)],
    )
    .gaining(&orphan.name);
    // Of what is still asked for, where nothing else fits.
    let is_needed = matches!(diagnostic.code, "RS104" | "RS107");
    Some(if is_needed { candidate.preferred() } else { candidate })
}

/// The lines of the statement of an older text that binds a name, and nothing else.
pub(super) fn statement(old: Layout<'_>, id: StmtId, name: &Name) -> Option<Vec<String>> {
    let ast = old.ast();
    let stmt = ast.stmt(id);
    let is_name = |target| matches!(&ast.expr(target).kind, ExprKind::Name(own) if own == name);
    let is_whole = match &stmt.kind {
        StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) | StmtKind::TypeAlias { .. } => true,
        StmtKind::Assign { targets, .. } => targets.len() == 1 && is_name(targets[0]),
        StmtKind::AnnAssign { target, value: Some(_), .. } => is_name(*target),
        StmtKind::Import(aliases) => {
            let alias = aliases.iter().find(|alias| bound_by(alias, true) == &**name)?;
            return Some(vec![format!("import {}", old.source().slice(alias.span))]);
        }
        StmtKind::ImportFrom { module, names: ImportNames::Names(aliases), level } => {
            let alias = aliases.iter().find(|alias| bound_by(alias, false) == &**name)?;
            let dots = ".".repeat(*level as usize);
            let module = module.as_deref().unwrap_or_default();
            let alias = old.source().slice(alias.span);
            return Some(vec![format!("from {dots}{module} import {alias}")]);
        }
        _ => false,
    };
    if !is_whole || !old.stands_alone(id) {
        return None;
    }
    let span = Span::new(old.with_comments(id), old.lines(id).end);
    let text = old.source().slice(span);
    Some(text.replace("\r\n", "\n").replace('\r', "\n").lines().map(str::to_owned).collect())
}

/// The name that an alias binds.
fn bound_by(alias: &Alias, is_plain: bool) -> &str {
    match &alias.asname {
        Some(asname) => &asname.name,
        None if is_plain => alias.name.split('.').next().unwrap_or_default(),
        None => &alias.name,
    }
}

/// After what stood before the statement, or before what stood after it.
fn at_the_gap(
    old: Layout<'_>,
    new: Layout<'_>,
    index: usize,
    mut lines: Vec<String>,
) -> (Span, String) {
    let (above, below) = old.ast().body.split_at(index);
    let start = |id: StmtId| old.with_comments(id);
    for (at, &id) in above.iter().enumerate().rev() {
        let Some(id) = survivor(old, new, id) else { continue };
        // The gap is as wide as the one below it was.
        let mut padded = vec![String::new(); old.blanks_above(start(old.ast().body[at + 1]))];
        padded.append(&mut lines.clone());
        if let Some(edit) = new.insert_after(id, &padded) {
            return edit;
        }
    }
    if let Some((&after, id)) =
        below.iter().skip(1).find_map(|id| Some((id, survivor(old, new, *id)?)))
    {
        lines.extend(vec![String::new(); old.blanks_above(start(after))]);
        return new.insert(new.with_comments(id), &lines);
    }
    new.insert_at_the_top(&lines, u32::MAX)
}

/// The statement of the new body that an old one has become: the same text, or a name in common.
fn survivor(old: Layout<'_>, new: Layout<'_>, id: StmtId) -> Option<StmtId> {
    let fingerprint = old.ast().stmt(id).fingerprint;
    let body = &new.ast().body;
    let same =
        body.iter().copied().find(|&new_id| new.ast().stmt(new_id).fingerprint == fingerprint);
    same.or_else(|| {
        let mut names: FxHashSet<Name> = FxHashSet::default();
        bound_names(old.ast(), id, &mut |name| {
            names.insert(name.clone());
        });
        body.iter().copied().find(|&new_id| {
            let mut is_shared = false;
            bound_names(new.ast(), new_id, &mut |name| is_shared |= names.contains(name));
            is_shared
        })
    })
}
