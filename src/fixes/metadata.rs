//! `__doc__` and `__annotations__` as a fresh process would have them.

use super::{Candidate, Subject};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::Name;

/// Forgets what an older version left, before anything else that the module does.
pub(super) fn reset(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let stale = &subject.comparison.stale_metadata;
    let stale = stale.iter().find(|stale| stale.attribute == diagnostic.key)?;
    let layout = subject.layout()?;
    let (title, statements) = if stale.names.is_empty() {
        let title = "Reset `__doc__` at reload".to_owned();
        (title, vec!["__doc__ = None  # an older version had a docstring".to_owned()])
    } else {
        let statements = stale.names.iter().map(forget_annotation).collect();
        ("Forget the old annotations at reload".to_owned(), statements)
    };
    let edit = subject.at_the_top(layout, &statements);
    Some(Candidate::new(diagnostic, title, vec![edit]).preferred().safe_if(true))
}

/// A module that annotates nothing has no `__annotations__` after a restart.
pub(super) fn forget_annotation(name: &Name) -> String {
    format!("globals().get(\"__annotations__\", {{}}).pop(\"{name}\", None)")
}
