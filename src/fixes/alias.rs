//! Keeping the old name of what was renamed: `old = new` below the new definition.

use super::{Candidate, Subject};
use crate::comparison::Orphan;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::StmtKind;

/// For one name that has become another: the name is bound in every world then.
pub(super) fn of_the_new(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    orphans: &[&Orphan],
) -> Option<Candidate> {
    let [orphan] = orphans else { return None };
    let rename = orphan.renamed.as_ref()?;
    let layout = subject.layout()?;
    let (_, id) = layout.top_level(rename.span)?;
    let kind = &layout.ast().stmt(id).kind;
    let is_definition = matches!(kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
    let mut lines = vec![String::new(); if is_definition { 2 } else { 0 }];
    lines.push(format!("{} = {}", orphan.name, rename.to));
    let edit = subject.edit(layout.insert_after(id, &lines)?);
    let title = format!("Keep `{}` as another name of `{}`", orphan.name, rename.to);
    let candidate = Candidate::new(diagnostic, title, vec![edit]).gaining(&orphan.name);
    // Others still ask for the old name, and get what it was renamed to.
    let is_meant = diagnostic.code == "RS107" && rename.is_exact;
    Some(if is_meant { candidate.preferred() } else { candidate })
}
