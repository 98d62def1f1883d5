//! `from __future__ import ..`

use super::{ParseFailure, syntax};
use crate::syntax::ast::*;

const KNOWN: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

/// The features that change what compiles.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::syntax) struct Features {
    pub(in crate::syntax) annotations: bool,
    /// `!=` is an error.
    pub(super) flufl: bool,
}

/// Reads the future imports, which must come first and name what exists.
pub(super) fn check(ast: &Ast) -> Result<Features, ParseFailure> {
    let mut features = Features::default();
    let docstring = usize::from(ast.body.first().is_some_and(|&id| is_string(ast, id)));
    let rest = &ast.body[docstring..];
    let imports = rest.iter().take_while(|&&id| is_future(&ast.stmt(id).kind)).count();
    let allowed = &rest[..imports];
    for (index, stmt) in ast.stmts.iter().enumerate() {
        let StmtKind::ImportFrom { names, .. } = &stmt.kind else { continue };
        if !is_future(&stmt.kind) {
            continue;
        }
        if !allowed.contains(&StmtId(index as u32)) {
            syntax(stmt.span, "`from __future__` imports must come first")?;
        }
        let ImportNames::Names(aliases) = names else {
            syntax(stmt.span, "`*` is no future feature")?;
            continue;
        };
        for alias in aliases {
            if !KNOWN.contains(&&*alias.name) {
                syntax(alias.span, format!("`{}` is no future feature", alias.name))?;
            }
            features.annotations |= &*alias.name == "annotations";
            features.flufl |= &*alias.name == "barry_as_FLUFL";
        }
    }
    Ok(features)
}

pub(in crate::syntax) fn is_future(kind: &StmtKind) -> bool {
    matches!(kind, StmtKind::ImportFrom { module: Some(module), level: 0, .. }
        if &**module == "__future__")
}

/// A string on its own: a docstring, if it comes first.
fn is_string(ast: &Ast, id: StmtId) -> bool {
    matches!(ast.stmt(id).kind, StmtKind::Expr(value)
        if matches!(ast.expr(value).kind, ExprKind::Constant(Constant::Str(_))))
}
