//! What must not run twice, where it has not run yet.

use super::aborts::{has_long_strings, names_bound};
use super::{Candidate, Subject};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::StmtKind;
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
