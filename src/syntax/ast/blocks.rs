//! The blocks of compound statements.

use super::{StmtId, StmtKind};

impl StmtKind {
    /// Calls `f` with each block of a compound statement, in the order of the text; a
    /// definition's body is one.
    pub fn blocks<'a>(&'a self, f: &mut dyn FnMut(&'a [StmtId])) {
        match self {
            StmtKind::FunctionDef(def) => f(&def.body),
            StmtKind::ClassDef(def) => f(&def.body),
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                f(body);
                f(orelse);
            }
            StmtKind::If { branches, orelse } => {
                branches.iter().for_each(|(_, body)| f(body));
                f(orelse);
            }
            StmtKind::With { body, .. } => f(body),
            StmtKind::Match { cases, .. } => cases.iter().for_each(|case| f(&case.body)),
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
                f(body);
                handlers.iter().for_each(|handler| f(&handler.body));
                f(orelse);
                f(finalbody);
            }
            _ => {}
        }
    }
}
