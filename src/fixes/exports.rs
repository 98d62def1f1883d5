//! `__all__` names an orphan: it names what it has become, or nothing.

use super::layout::Layout;
use super::{Candidate, Subject};
use crate::comparison::Orphan;
use crate::diagnostic::{Diagnostic, Edit};
use crate::program::visit;
use crate::syntax::ast::{Constant, ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::body_exprs;

/// Names what the orphans have become where that is known of all, and otherwise leaves them out.
pub(super) fn in_all(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    orphans: &[&Orphan],
) -> Vec<Candidate> {
    let Some(layout) = subject.layout() else { return Vec::new() };
    let is_own = |orphan: &&Orphan| &*orphan.name == "__all__";
    if orphans.is_empty() || orphans.iter().any(is_own) {
        return Vec::new();
    }
    let lists = lists(layout);
    let mut found = Vec::new();
    let listed: Vec<String> = orphans.iter().map(|orphan| format!("`{}`", orphan.name)).collect();
    let leaving = |candidate: Candidate| {
        orphans.iter().fold(candidate, |one, orphan| one.leaving(&orphan.name))
    };
    if let Some(edits) = renamed(subject, layout, &lists, orphans) {
        let new: Vec<String> = orphans
            .iter()
            .filter_map(|orphan| orphan.renamed.as_ref())
            .map(|rename| format!("`{}`", rename.to))
            .collect();
        let title = format!("Name {} in `__all__` instead", new.join(", "));
        found.push(leaving(Candidate::new(diagnostic, title, edits).preferred()));
    }
    let names: Vec<&Name> = orphans.iter().map(|orphan| &orphan.name).collect();
    let edits: Vec<Edit> = lists
        .iter()
        .flat_map(|list| without(layout, list, &names))
        .map(|span| subject.edit((span, String::new())))
        .collect();
    let title = format!("Remove {} from `__all__`", listed.join(", "));
    found.push(leaving(Candidate::new(diagnostic, title, edits).preferred()));
    found
}

/// A list or tuple that `__all__` is made from: its elements, each with its text where that is
/// written out.
struct List {
    elements: Vec<(Span, Option<Name>)>,
}

fn lists(layout: Layout<'_>) -> Vec<List> {
    let ast = layout.ast();
    let mut pending: Vec<ExprId> = Vec::new();
    for &id in ast.body.iter().filter(|&&id| is_about_all(layout, id)) {
        body_exprs(ast, id, &mut pending);
    }
    let mut found = Vec::new();
    while let Some(id) = pending.pop() {
        if let ExprKind::List(items) | ExprKind::Tuple(items) = &ast.expr(id).kind {
            let element = |&id: &ExprId| match &ast.expr(id).kind {
                ExprKind::Constant(Constant::Str(text)) => {
                    (ast.expr(id).span, Some(Name::clone(text)))
                }
                _ => (ast.expr(id).span, None),
            };
            found.push(List { elements: items.iter().map(element).collect() });
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    found
}

/// `__all__ = …`, `__all__ += …`, `__all__.extend(…)`.
fn is_about_all(layout: Layout<'_>, id: StmtId) -> bool {
    let stmt = layout.ast().stmt(id);
    let is_simple = matches!(
        stmt.kind,
        StmtKind::Assign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::AugAssign { .. }
            | StmtKind::Expr(_)
    );
    is_simple && layout.source().slice(stmt.span).starts_with("__all__")
}

/// The new names in the places of the old ones.
fn renamed(
    subject: &Subject<'_>,
    layout: Layout<'_>,
    lists: &[List],
    orphans: &[&Orphan],
) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for orphan in orphans {
        let new = &orphan.renamed.as_ref()?.to;
        let all = || lists.iter().flat_map(|list| &list.elements);
        if all().any(|(_, name)| name.as_ref() == Some(new)) {
            return None;
        }
        for (span, _) in all().filter(|(_, name)| name.as_ref() == Some(&orphan.name)) {
            // The quotes stay what they are.
            let text = layout.source().slice(*span).replace(&*orphan.name, new);
            edits.push(subject.edit((*span, text)));
        }
    }
    Some(edits)
}

/// What goes with the elements that are left out: the lines that they have for themselves, or
/// the comma that follows, or for the last ones the comma before.
fn without(layout: Layout<'_>, list: &List, names: &[&Name]) -> Vec<Span> {
    let elements = &list.elements;
    let goes = |index: usize| elements[index].1.as_ref().is_some_and(|name| names.contains(&name));
    let mut spans = Vec::new();
    let mut at = 0;
    while at < elements.len() {
        if !goes(at) {
            at += 1;
            continue;
        }
        let end = (at..elements.len()).find(|&index| !goes(index)).unwrap_or(elements.len());
        let (first, last) = (elements[at].0, elements[end - 1].0);
        let whole = own_lines(layout.source().text(), first.start, last.end);
        spans.push(match (whole, elements.get(end)) {
            (Some(lines), _) => lines,
            (None, Some((next, _))) => Span::new(first.start, next.start),
            (None, None) if at > 0 => Span::new(elements[at - 1].0.end, last.end),
            (None, None) => Span::new(first.start, after_comma(layout, last.end)),
        });
        at = end;
    }
    spans
}

/// The lines from one offset to another, where nothing but commas and comments is beside.
fn own_lines(text: &str, start: u32, end: u32) -> Option<Span> {
    let (before, after) = (&text[..start as usize], &text[end as usize..]);
    let line = before.rfind(['\n', '\r'])? + 1;
    let rest = after.split(['\n', '\r']).next()?;
    let beside = rest.trim_start().strip_prefix(',').unwrap_or(rest).trim_start();
    let is_own = before[line..].trim().is_empty() && (beside.is_empty() || beside.starts_with('#'));
    let ending = &after[rest.len()..];
    let width = if ending.starts_with("\r\n") { 2 } else { 1 };
    (is_own && !ending.is_empty())
        .then(|| Span::new(line as u32, end + (rest.len() + width) as u32))
}

fn after_comma(layout: Layout<'_>, end: u32) -> u32 {
    let rest = &layout.source().text()[end as usize..];
    let blanks = rest.len() - rest.trim_start().len();
    if rest[blanks..].starts_with(',') { end + blanks as u32 + 1 } else { end }
}
