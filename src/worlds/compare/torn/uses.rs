//! The uses of module names in definitions: where, of what, and what is done with it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, Constant, ExprId, ExprKind, Ident, Name, StmtId, StmtKind, UnaryOp};
use crate::text::span::Span;
use crate::worlds::changes::{body_exprs, statement_exprs};
use crate::worlds::trace::Trace;
use crate::worlds::value::Value;

/// A definition at the level of the module, in a branch perhaps, or a name for a lambda.
pub(super) struct Definition {
    pub(super) name: Name,
    pub(super) span: Span,
    /// A decorator has seen it: others may hold it.
    pub(super) is_decorated: bool,
    pub(super) uses: Vec<Use>,
}

/// A read of a module name in a function that is called later.
pub(super) struct Use {
    pub(super) name: Name,
    pub(super) span: Span,
    pub(super) how: How,
    /// The fingerprint of the statement in which it stands.
    pub(super) statement: u64,
    /// The code around it reckons with the name's absence.
    pub(super) is_guarded: bool,
}

/// What is done with the value of a name.
pub(super) enum How {
    /// `name(…)`, and what is asked of the result in `name(…).attribute`.
    Call(ExprId, Option<Name>),
    /// `name.attribute`
    Attribute(Name),
    /// `name[index]`, where the index is written there.
    Item(Value),
    Read,
}

/// The definitions of a text that a run has made, with their uses.
pub(super) fn definitions(program: &Program, trace: &Trace) -> Vec<Definition> {
    let functions = trace.defined.iter().filter_map(|&id| program.statement_scope(id));
    let lambdas = trace.lambdas.iter().filter_map(|&id| program.expression_scope(id));
    let reads: FxHashMap<Span, bool> = functions
        .chain(lambdas)
        .flat_map(|scope| &scope.later_reads)
        .map(|read| (read.span, read.guarded))
        .collect();
    let ast = program.ast();
    let mut found = Vec::new();
    each_definition(ast, &mut |id, name| {
        let uses = uses(ast, id, &reads);
        if !uses.is_empty() {
            let span = ast.stmt(id).span;
            let is_decorated = is_decorated(ast, id);
            found.push(Definition { name: name.clone(), span, is_decorated, uses });
        }
    });
    found.sort_by_key(|definition| definition.span);
    found
}

/// The fingerprints of the statements of the definition whose name stands at a place.
pub(super) fn statements_at(program: &Program, name: Span, found: &mut FxHashSet<u64>) {
    let ast = program.ast();
    each_definition(ast, &mut |id, _| {
        if !ast.stmt(id).span.contains(name) {
            return;
        }
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            found.insert(ast.stmt(id).fingerprint);
            visit::child_blocks(ast, id, &mut |block| pending.extend_from_slice(block));
        }
    });
}

/// Calls `f` with the definitions of the module, those in branches included.
fn each_definition<'a>(ast: &'a Ast, f: &mut dyn FnMut(StmtId, &'a Name)) {
    let mut pending: Vec<StmtId> = ast.body.clone();
    while let Some(id) = pending.pop() {
        match &ast.stmt(id).kind {
            StmtKind::FunctionDef(def) => f(id, &def.name.name),
            StmtKind::ClassDef(def) => f(id, &def.name.name),
            StmtKind::Assign { targets, value } => {
                let target = targets.first().map(|&target| &ast.expr(target).kind);
                if let (Some(ExprKind::Name(name)), true) = (target, holds_lambda(ast, *value)) {
                    f(id, name);
                }
            }
            _ => visit::child_blocks(ast, id, &mut |block| pending.extend_from_slice(block)),
        }
    }
}

fn holds_lambda(ast: &Ast, id: ExprId) -> bool {
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        if matches!(ast.expr(id).kind, ExprKind::Lambda(_)) {
            return true;
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    false
}

fn is_decorated(ast: &Ast, id: StmtId) -> bool {
    match &ast.stmt(id).kind {
        StmtKind::FunctionDef(def) => !def.decorators.is_empty(),
        StmtKind::ClassDef(def) => !def.decorators.is_empty(),
        _ => false,
    }
}

fn uses(ast: &Ast, id: StmtId, reads: &FxHashMap<Span, bool>) -> Vec<Use> {
    let mut found = Vec::new();
    let mut known = FxHashSet::default();
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        let statement = ast.stmt(id).fingerprint;
        let mut exprs = Vec::new();
        statement_exprs(ast, id, &mut |expr| exprs.push(expr));
        while let Some(id) = exprs.pop() {
            // Whoever stands around a name comes first, and says what is done with it.
            if let Some((span, name, how)) = used(ast, id)
                && let Some(&is_guarded) = reads.get(&span)
                && known.insert(span)
            {
                found.push(Use { name: name.clone(), span, how, statement, is_guarded });
            }
            visit::child_exprs(ast, id, &mut |child| exprs.push(child));
        }
        visit::child_blocks(ast, id, &mut |block| pending.extend_from_slice(block));
    }
    found.sort_by_key(|used| used.span);
    found
}

/// The name that an expression does something with.
fn used(ast: &Ast, id: ExprId) -> Option<(Span, &Name, How)> {
    let name = |id: ExprId| match &ast.expr(id).kind {
        ExprKind::Name(name) => Some((ast.expr(id).span, name)),
        _ => None,
    };
    match &ast.expr(id).kind {
        ExprKind::Name(_) => name(id).map(|(span, name)| (span, name, How::Read)),
        ExprKind::Call { func, .. } => {
            name(*func).map(|(span, name)| (span, name, How::Call(id, None)))
        }
        ExprKind::Attribute { value, attr: Ident { name: attr, .. } } => {
            if let Some((span, name)) = name(*value) {
                return Some((span, name, How::Attribute(attr.clone())));
            }
            let ExprKind::Call { func, .. } = &ast.expr(*value).kind else { return None };
            name(*func).map(|(span, name)| (span, name, How::Call(*value, Some(attr.clone()))))
        }
        ExprKind::Subscript { value, index } => {
            let (span, name) = name(*value)?;
            Some((span, name, How::Item(literal(ast, *index)?)))
        }
        _ => None,
    }
}

fn literal(ast: &Ast, id: ExprId) -> Option<Value> {
    match &ast.expr(id).kind {
        ExprKind::Constant(Constant::Str(text)) => Some(Value::Str(text.clone())),
        ExprKind::Constant(Constant::Int(number)) => Some(Value::Int(*number)),
        ExprKind::UnaryOp { op: UnaryOp::USub, operand } => match literal(ast, *operand)? {
            Value::Int(number) => number.checked_neg().map(Value::Int),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a definition's text names an attribute of anything.
pub(super) fn names_attribute(program: &Program, name: Span, wanted: &Name) -> bool {
    let ast = program.ast();
    let mut is_named = false;
    each_definition(ast, &mut |id, _| {
        if !ast.stmt(id).span.contains(name) {
            return;
        }
        let mut pending = Vec::new();
        body_exprs(ast, id, &mut pending);
        while let Some(id) = pending.pop() {
            let attribute = &ast.expr(id).kind;
            is_named |=
                matches!(attribute, ExprKind::Attribute { attr, .. } if attr.name == *wanted);
            visit::child_exprs(ast, id, &mut |child| pending.push(child));
        }
    });
    is_named
}
