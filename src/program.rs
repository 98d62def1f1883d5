//! What executing a module does: its syntax tree with every name's scope resolved.
//!
//! Made once for each version of a text and shared by every world in which it is executed.

pub mod scopes;
pub mod visit;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::python::PythonVersion;
use crate::syntax::ast::{Ast, ExprId, Name, StmtId, StmtKind};
use crate::syntax::parse::Parsed;
use crate::text::source::Source;
use crate::text::span::Span;

pub use scopes::{LaterRead, Scope, ScopeKind};

/// A module's text, ready to be executed over a namespace.
#[derive(Debug)]
pub struct Program {
    pub parsed: Arc<Parsed>,
    /// Whether annotations are not evaluated when a definition is executed
    /// (`from __future__ import annotations`, PEP 563; always from 3.14 on, PEP 649).
    pub lazy_annotations: bool,
    functions: FxHashMap<StmtId, Arc<Scope>>,
    expressions: FxHashMap<ExprId, Arc<Scope>>,
    /// The names that any function binds in the module through `global`.
    global_writes: FxHashSet<Name>,
}

impl Program {
    /// Resolves the scopes of a tree.
    pub fn new(parsed: Arc<Parsed>, python: PythonVersion) -> Program {
        let lazy_annotations = python.minor >= 14 || imports_future_annotations(&parsed.ast);
        let table = scopes::resolve(&parsed.ast, lazy_annotations);
        let scopes = table.statements.values();
        let global_writes = scopes.flat_map(|scope| scope.global_writes.iter().cloned()).collect();
        Program {
            parsed,
            global_writes,
            lazy_annotations,
            functions: table.statements,
            expressions: table.expressions,
        }
    }

    /// The tree.
    pub fn ast(&self) -> &Ast {
        &self.parsed.ast
    }

    /// The text.
    pub fn source(&self) -> &Arc<Source> {
        &self.parsed.source
    }

    /// The scope that a `def` or `class` statement opens.
    pub fn statement_scope(&self, id: StmtId) -> Option<&Arc<Scope>> {
        self.functions.get(&id)
    }

    /// The scope that a lambda or a comprehension opens.
    pub fn expression_scope(&self, id: ExprId) -> Option<&Arc<Scope>> {
        self.expressions.get(&id)
    }

    /// The text of a range.
    pub fn slice(&self, span: Span) -> &str {
        self.source().slice(span)
    }

    /// Whether any function of the text binds `name` in the module through `global`.
    pub fn binds_through_global(&self, name: &Name) -> bool {
        self.global_writes.contains(name)
    }
}

fn imports_future_annotations(ast: &Ast) -> bool {
    use crate::syntax::ast::ImportNames;
    ast.body.iter().any(|&id| match &ast.stmt(id).kind {
        StmtKind::ImportFrom {
            module: Some(module),
            names: ImportNames::Names(names),
            level: 0,
        } => &**module == "__future__" && names.iter().any(|alias| &*alias.name == "annotations"),
        _ => false,
    })
}
