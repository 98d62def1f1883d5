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
pub(super) struct Features {
    pub(super) annotations: bool,
    /// `!=` is an error.
    pub(super) flufl: bool,
}

/// Reads the future imports, which must come first and name what exists.
pub(super) fn check(ast: &Ast) -> Result<Features, ParseFailure> {
    let mut features = Features::default();
    let first = ast.body.iter().take_while(|&&id| may_precede(ast, id)).count();
    let allowed = &ast.body[..first];
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

fn is_future(kind: &StmtKind) -> bool {
    matches!(kind, StmtKind::ImportFrom { module: Some(module), level: 0, .. }
        if &**module == "__future__")
}

/// A docstring or another future import.
fn may_precede(ast: &Ast, id: StmtId) -> bool {
    match &ast.stmt(id).kind {
        StmtKind::Expr(value) => {
            matches!(ast.expr(*value).kind, ExprKind::Constant(Constant::Str(_)))
        }
        kind => is_future(kind),
    }
}
