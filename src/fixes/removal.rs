//! Removing an orphan when the module is reloaded: *reload* becomes what *restart* is.

use super::layout::Layout;
use super::{Candidate, Subject};
use crate::comparison::Orphan;
use crate::diagnostic::{Certainty, Diagnostic};
use crate::program::{Program, visit};
use crate::simulation::RestartMeaning;
use crate::syntax::ast::{ExprKind, Name, StmtKind};
use crate::worlds::body_exprs;

/// Why the statement is there, for those who read the source later.
const COMMENT: &str = "  # left over from before a reload";

/// `globals().pop("old", None)`, before anything else that the module does.
pub(super) fn at_reload(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    orphans: &[&Orphan],
) -> Option<Candidate> {
    // What `__all__` names has to be there.
    let is_named = diagnostic.code == "RS108" && orphans.iter().any(|one| &*one.name != "__all__");
    if is_named {
        return None;
    }
    let layout = subject.layout()?;
    let statements = statements(subject, orphans)?;
    let names: Vec<String> = orphans.iter().map(|orphan| format!("`{}`", orphan.name)).collect();
    let is_still_read = diagnostic.code == "RS104";
    let title = match is_still_read {
        true => format!("Remove {} at reload, so that reading it fails at once", names.join(", ")),
        false => format!("Remove {} at reload", names.join(", ")),
    };
    let edit = subject.at_the_top(layout, &statements);
    let is_safe = !is_still_read
        && orphans.iter().all(|orphan| {
            orphan.certainty == Certainty::Always && !is_used_by_old_code(subject, &orphan.name)
        });
    let candidate = Candidate::new(diagnostic, title, vec![edit]).safe_if(is_safe);
    // Who renamed something to the name of a builtin and reads it still, forgot the read.
    let is_meant = match diagnostic.code {
        "RS104" => false,
        "RS105" => orphans.iter().all(|orphan| orphan.renamed.is_none()),
        _ => true,
    };
    Some(if is_meant { candidate.preferred() } else { candidate })
}

/// The statements that remove what orphans left; None where there is nothing to remove.
fn statements(subject: &Subject<'_>, orphans: &[&Orphan]) -> Option<Vec<String>> {
    let mut statements = Vec::new();
    for orphan in orphans {
        let name = &orphan.name;
        statements.push(format!("globals().pop(\"{name}\", None){COMMENT}"));
        if is_annotated(subject, name) {
            statements.push(super::metadata::forget_annotation(name));
        }
    }
    (!statements.is_empty()).then_some(statements)
}

/// A removal of one name, for a statement that is to find nothing of it.
pub(super) fn statement(name: &Name) -> String {
    format!("globals().pop(\"{name}\", None){COMMENT}")
}

fn is_annotated(subject: &Subject<'_>, name: &Name) -> bool {
    (0..subject.last_version()).filter_map(|version| subject.program(version)).any(|program| {
        program.ast().body.iter().any(|&id| match &program.ast().stmt(id).kind {
            StmtKind::AnnAssign { target, simple: true, .. } => {
                matches!(&program.ast().expr(*target).kind, ExprKind::Name(own) if own == name)
            }
            _ => false,
        })
    })
}

/// Whether a function of an older version reads the name: one that somebody still holds would
/// miss it.
fn is_used_by_old_code(subject: &Subject<'_>, name: &Name) -> bool {
    let is_read_now =
        subject.comparison.ghost_reads.iter().any(|read| {
            read.name == *name && read.restart != RestartMeaning::Builtin && !read.guarded
        });
    is_read_now
        || (0..subject.last_version())
            .any(|version| subject.program(version).is_none_or(|program| reads(program, name)))
}

/// Whether a function, lambda or generator of a text reads a name of the module when it runs.
fn reads(program: &Program, name: &Name) -> bool {
    let layout = Layout::new(program);
    let ast = layout.ast();
    let mut pending = Vec::new();
    for &id in &ast.body {
        let mut inner = vec![id];
        while let Some(id) = inner.pop() {
            let scope = program.statement_scope(id);
            let later = scope.iter().flat_map(|scope| &scope.later_reads);
            if later.into_iter().any(|read| read.name == *name) {
                return true;
            }
            visit::child_blocks(ast, id, &mut |block| inner.extend_from_slice(block));
        }
        body_exprs(ast, id, &mut pending);
    }
    while let Some(id) = pending.pop() {
        let is_later = matches!(ast.expr(id).kind, ExprKind::Lambda(_) | ExprKind::GeneratorExp(_));
        let scope = program.expression_scope(id).filter(|_| is_later);
        let is_generator = matches!(ast.expr(id).kind, ExprKind::GeneratorExp(_));
        if scope.is_some_and(|scope| scope.later_reads.iter().any(|read| read.name == *name)) {
            return true;
        }
        if is_generator && mentions(program, id, name) {
            return true;
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    false
}

fn mentions(program: &Program, id: crate::syntax::ast::ExprId, name: &Name) -> bool {
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        if matches!(&program.ast().expr(id).kind, ExprKind::Name(own) if own == name) {
            return true;
        }
        visit::child_exprs(program.ast(), id, &mut |child| pending.push(child));
    }
    false
}
