//! What the statements at which a reload may stop have in common.

use super::Worlds;
use crate::program::{Program, visit};
use crate::simulation::{AbortCause, AbortPoint};
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

impl Worlds<'_, '_> {
    /// What a statement depends on is not said where it may stop for a better reason.
    pub(super) fn hush_dependencies(&self, points: &mut Vec<AbortPoint>) {
        let Some(new) = self.program(self.last) else { return };
        if points.iter().all(|point| point.depends.is_none()) {
            return;
        }
        let is_loud = |point: &&AbortPoint| match point.cause {
            AbortCause::Environment => false,
            AbortCause::NewRisk => !point.unchanged,
            AbortCause::Certain | AbortCause::SecondRun => true,
        };
        let loud: Vec<Option<StmtId>> =
            points.iter().filter(is_loud).map(|point| statement_at(new, point.span)).collect();
        let is_told = |point: &AbortPoint| {
            point.depends.is_some() && loud.contains(&statement_at(new, point.span))
        };
        // Those that were new anyway stay, for their own reason.
        points.retain(|point| !(point.unchanged && is_told(point)));
        for point in points.iter_mut().filter(|point| is_told(point)) {
            point.depends = None;
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
