//! What the statements at which a reload may stop have in common.

use super::Worlds;
use crate::program::{Program, visit};
use crate::simulation::AbortPoint;
use crate::syntax::ast::{Ast, ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::changes::body_exprs;

impl Worlds<'_, '_> {
    /// Says of each point what has changed there: for a statement that was there before, the
    /// changed name that it reads; for a new one, what it calls.
    pub(super) fn name_causes(&self, points: &mut [AbortPoint]) {
        if points.is_empty() {
            return;
        }
        let Some(new) = self.program(self.last) else { return };
        let baseline = self.machine.baseline.as_deref();
        for point in points {
            let Some(id) = statement_at(new, point.span) else { continue };
            let ast = new.ast();
            let stood = baseline.filter(|old| old.has_stood(ast.stmt(id).fingerprint));
            point.about = if let Some(old) = stood {
                names_read(ast, id).into_iter().find(|name| old.is_directly_changed(name))
            } else {
                callee(ast, id)
            };
        }
    }
}

/// The innermost statement around a place, function bodies included.
fn statement_at(program: &Program, place: Span) -> Option<StmtId> {
    let ast = program.ast();
    let mut block: &[StmtId] = &ast.body;
    let mut found = None;
    while let Some(&id) = block.iter().find(|&&id| ast.stmt(id).span.contains(place)) {
        found = Some(id);
        let mut inner: &[StmtId] = &[];
        visit::child_blocks(ast, id, &mut |child| {
            if child.iter().any(|&id| ast.stmt(id).span.contains(place)) {
                inner = child;
            }
        });
        block = inner;
    }
    found
}

fn names_read(ast: &Ast, id: StmtId) -> Vec<Name> {
    let mut exprs = Vec::new();
    body_exprs(ast, id, &mut exprs);
    let mut names = Vec::new();
    while let Some(expr) = exprs.pop() {
        if let ExprKind::Name(name) = &ast.expr(expr).kind {
            names.push(name.clone());
        }
        visit::child_exprs(ast, expr, &mut |child| exprs.push(child));
    }
    names
}

/// The dotted name that a simple statement calls.
fn callee(ast: &Ast, id: StmtId) -> Option<Name> {
    let (StmtKind::Expr(value) | StmtKind::Assign { value, .. }) = &ast.stmt(id).kind else {
        return None;
    };
    let ExprKind::Call { func, .. } = &ast.expr(*value).kind else { return None };
    dotted(ast, *func).map(Name::from)
}

fn dotted(ast: &Ast, id: ExprId) -> Option<String> {
    match &ast.expr(id).kind {
        ExprKind::Name(name) => Some(name.to_string()),
        ExprKind::Attribute { value, attr } => {
            Some(format!("{}.{}", dotted(ast, *value)?, attr.name))
        }
        _ => None,
    }
}
