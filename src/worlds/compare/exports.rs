//! What a module says that it exports.

use super::Worlds;
use crate::comparison::Exports;
use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, Constant, ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::changes::body_exprs;

impl Worlds<'_, '_> {
    pub(super) fn exports(&mut self) -> Exports {
        let (Some(reload), Some(restart)) = (self.reload, self.restart) else {
            return Exports::default();
        };
        let Some(program) = self.program(self.last) else { return Exports::default() };
        let all_symbol = self.machine.symbol(&Name::from("__all__"));
        let getattr = self.machine.symbol(&Name::from("__getattr__"));
        let all_span = reload.state.global(all_symbol).and_then(|slot| {
            let own = slot.bindings.iter().find(|binding| binding.version == self.last)?;
            Some(own.span)
        });
        self.machine.state = reload.state.clone();
        let all = self.machine.all_names();
        let getattr = restart.intended.global(getattr).and_then(|slot| slot.bindings.first());
        let getattr = getattr.map(|binding| binding.span);
        let served = getattr.map(|span| served_names(program, span)).unwrap_or_default();
        Exports { all, all_span, getattr, served }
    }
}

/// The names that a module `__getattr__` compares its argument with, or looks up in a table
/// that stands at module level.
fn served_names(program: &Program, getattr: Span) -> Vec<Name> {
    let ast = program.ast();
    let is_getattr = |id: &&StmtId| match &ast.stmt(**id).kind {
        StmtKind::FunctionDef(def) => def.name.span == getattr,
        _ => false,
    };
    let Some(&id) = ast.body.iter().find(is_getattr) else { return Vec::new() };
    let mut names = Vec::new();
    let mut exprs = Vec::new();
    body_exprs(ast, id, &mut exprs);
    while let Some(expr) = exprs.pop() {
        match &ast.expr(expr).kind {
            ExprKind::Constant(Constant::Str(text)) => names.push(Name::clone(text)),
            ExprKind::Name(table) => names.extend(table_keys(ast, table)),
            _ => {}
        }
        visit::child_exprs(ast, expr, &mut |child| exprs.push(child));
    }
    names
}

/// The strings of a list, tuple or set, or the keys of a dict, that a module-level name is bound to.
fn table_keys(ast: &Ast, table: &Name) -> Vec<Name> {
    let value = ast.body.iter().rev().find_map(|&id| match &ast.stmt(id).kind {
        StmtKind::Assign { targets, value } => {
            let is_table =
                |id: &ExprId| matches!(&ast.expr(*id).kind, ExprKind::Name(name) if name == table);
            targets.iter().any(is_table).then_some(*value)
        }
        StmtKind::AnnAssign { target, value: Some(value), .. } => {
            let is_table = matches!(&ast.expr(*target).kind, ExprKind::Name(name) if name == table);
            is_table.then_some(*value)
        }
        _ => None,
    });
    let Some(value) = value else { return Vec::new() };
    let items: Vec<ExprId> = match &ast.expr(value).kind {
        ExprKind::Dict { keys, .. } => keys.iter().copied().flatten().collect(),
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items.clone(),
        _ => Vec::new(),
    };
    let string = |id: ExprId| match &ast.expr(id).kind {
        ExprKind::Constant(Constant::Str(text)) => Some(Name::clone(text)),
        _ => None,
    };
    items.into_iter().filter_map(string).collect()
}
