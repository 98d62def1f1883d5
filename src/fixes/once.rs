//! What must not run twice, where it has not run yet.

use super::aborts::{has_long_strings, names_bound};
use super::{Aim, Candidate, Subject};
use crate::comparison::StackedWrapper;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{ExprKind, Name, StmtKind};
use crate::text::span::Span;

/// `if "name" not in globals():` around the statement that binds it: a reload keeps what the
/// first run has made.
pub(super) fn where_it_is_not_bound(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
) -> Option<Candidate> {
    let layout = subject.layout()?;
    let (_, id) = layout.top_level(diagnostic.location.span)?;
    let stmt = layout.ast().stmt(id);
    let binds = matches!(
        stmt.kind,
        StmtKind::Assign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::FunctionDef(_)
            | StmtKind::ClassDef(_)
    );
    if !binds || !layout.stands_alone(id) || has_long_strings(layout, id) {
        return None;
    }
    let mut bound = names_bound(layout, id).into_iter();
    let (Some(name), None) = (bound.next(), bound.next()) else { return None };
    let span = Span::new(layout.lines(id).start, stmt.span.end);
    let edit = subject.edit(layout.under(format!("if \"{name}\" not in globals():"), span, &[]));
    let title = format!("Make `{name}` only where there is none yet");
    Some(Candidate::new(diagnostic, title, vec![edit]))
}

/// `if "_once" not in globals():` around a statement that binds nothing of its own, with a name
/// that remembers it: what the process has had done before this text it does once more.
pub(super) fn marked(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let layout = subject.layout()?;
    let (_, id) = layout.top_level(diagnostic.location.span)?;
    let stmt = layout.ast().stmt(id);
    let is_plain = match &stmt.kind {
        StmtKind::Expr(_) => true,
        StmtKind::Assign { targets, .. } => targets
            .iter()
            .all(|&id| matches!(layout.ast().expr(id).kind, ExprKind::Attribute { .. })),
        _ => false,
    };
    if !is_plain || !layout.stands_alone(id) || has_long_strings(layout, id) {
        return None;
    }
    if names_bound(layout, id).into_iter().next().is_some() {
        return None;
    }
    let text = layout.source().text();
    let mark = ["_once", "_done_once", "_is_set_up", "_has_run"]
        .into_iter()
        .find(|name| !text.contains(name))?;
    let span = Span::new(layout.lines(id).start, stmt.span.end);
    let tail = format!("{}{mark} = True", layout.indent_step());
    let head = format!("if \"{mark}\" not in globals():");
    let edit = subject.edit(layout.under(head, span, &[tail]));
    let title = format!("Do this once in a process, and remember it in `{mark}`");
    let mut candidate =
        Candidate::new(diagnostic, title, vec![edit]).gaining(&Name::from(mark)).preferred();
    candidate.aim = Aim::Settled;
    Some(candidate)
}

/// The replacement that a finding is about.
pub(super) fn stacked<'s>(
    subject: &'s Subject<'_>,
    diagnostic: &Diagnostic,
) -> Option<&'s StackedWrapper> {
    let place = diagnostic.location.span;
    subject.comparison.stacked.iter().find(|stacked| stacked.span == place)
}

/// `if "name" not in globals():` around the statement that keeps the original of what is
/// replaced: a reload keeps the one that the first run has found.
pub(super) fn the_original(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let layout = subject.layout()?;
    let (index, id) = layout.top_level(diagnostic.location.span)?;
    let ast = layout.ast();
    let wanted = match &ast.stmt(id).kind {
        StmtKind::Assign { targets, .. } => {
            let [place] = targets[..] else { return None };
            layout.source().slice(ast.expr(place).span)
        }
        // A call has put it there, and another one tells what is there.
        _ => &stacked(subject, diagnostic)?.place,
    };
    let keeps = |&&id: &&crate::syntax::ast::StmtId| match &ast.stmt(id).kind {
        StmtKind::Assign { targets, value } => {
            let is_name = targets.iter().all(|&id| matches!(ast.expr(id).kind, ExprKind::Name(_)));
            is_name && targets.len() == 1 && layout.source().slice(ast.expr(*value).span) == wanted
        }
        _ => false,
    };
    let &kept = ast.body[..index].iter().find(keeps)?;
    if !layout.stands_alone(kept) || has_long_strings(layout, kept) {
        return None;
    }
    let name = names_bound(layout, kept).into_iter().next()?;
    let span = Span::new(layout.lines(kept).start, ast.stmt(kept).span.end);
    let edit = subject.edit(layout.under(format!("if \"{name}\" not in globals():"), span, &[]));
    let title = format!("Keep the original in `{name}` from the first load on");
    Some(Candidate::new(diagnostic, title, vec![edit]).preferred())
}
