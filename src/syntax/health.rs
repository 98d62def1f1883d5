//! Would CPython compile this? What its grammar lets pass and its symbol table
//! (`Python/symtable.c`) and compiler (`Python/codegen.c`) do not.
//!
//! The walk recurses over the tree, whose depth the builder has bounded.

mod expr;
pub(super) mod future;
mod pattern;
pub(super) mod recovery;
mod scope;
mod stmt;

use super::ast::*;
use super::parse::ParseFailure;
use crate::python::PythonVersion;
use crate::text::span::Span;
use future::Features;
use scope::{Scope, ScopeKind};

type Outcome = Result<(), ParseFailure>;

/// Checks a tree that fits the grammar, and says which future features it asks for.
///
/// # Errors
///
/// What CPython's symbol table or compiler would refuse.
pub(super) fn check(ast: &Ast, python: PythonVersion) -> Result<Features, ParseFailure> {
    let features = future::check(ast)?;
    check_with(ast, features, python)?;
    Ok(features)
}

/// Checks a part of a text that has none of the future imports, with the features of the whole.
///
/// # Errors
///
/// As [`check`].
pub(super) fn check_with(ast: &Ast, features: Features, python: PythonVersion) -> Outcome {
    let declares = |stmt: &Stmt| matches!(stmt.kind, StmtKind::Global(_) | StmtKind::Nonlocal(_));
    let walrus = |expr: &Expr| matches!(expr.kind, ExprKind::Named { .. });
    let mut checker = Checker {
        ast,
        python,
        track: ast.stmts.iter().any(declares) || ast.exprs.iter().any(walrus),
        lazy_annotations: python.minor >= 14 || (features.annotations && python.minor >= 10),
        features,
        scopes: vec![Scope::new(ScopeKind::Module, 0)],
    };
    checker.block(&ast.body)?;
    checker.leave()
}

struct Checker<'a> {
    ast: &'a Ast,
    python: PythonVersion,
    /// Whether names matter: somewhere there is a `global`, a `nonlocal` or a `:=`.
    track: bool,
    /// Annotations are not evaluated where they stand.
    lazy_annotations: bool,
    features: Features,
    /// From the module inwards; never empty.
    scopes: Vec<Scope>,
}

fn syntax(span: Span, message: impl Into<String>) -> Outcome {
    Err(ParseFailure::Syntax { span, message: message.into() })
}
