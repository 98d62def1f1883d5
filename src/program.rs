//! What executing a module does: its syntax tree with every name's scope resolved.
//!
//! Made once for each version of a text and shared by every world in which it is executed.

pub mod scopes;
pub mod visit;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::python::PythonVersion;
use crate::syntax::ast::{Ast, ExprId, Name, StmtId};
use crate::syntax::body_edit::BodyEdit;
use crate::syntax::parse::{ParseOptions, Parsed};
use crate::syntax::reparse::{Patch, reparse};
use crate::text::source::Source;
use crate::text::span::Span;

pub use scopes::{LaterRead, Scope, ScopeKind};

/// A module's text, ready to be executed over a namespace.
#[derive(Debug, Clone)]
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

/// A program that was made from an earlier one.
#[derive(Debug)]
pub struct Edited {
    pub program: Program,
    /// How many statements of the module the two have in common, from the first on.
    pub alike: usize,
    /// What the edit was, where it is one inside a function.
    pub body_edit: Option<BodyEdit>,
}

impl Program {
    /// Resolves the scopes of a tree.
    pub fn new(parsed: Arc<Parsed>, python: PythonVersion) -> Program {
        let lazy_annotations = python.minor >= 14 || parsed.has_future_annotations();
        let table = scopes::resolve(&parsed.ast, &parsed.ast.body, lazy_annotations);
        Program::of(parsed, table, lazy_annotations)
    }

    /// The program of a text that differs little from this one's: what has not changed is not
    /// looked at again. None where that brings nothing; the program is as it was then.
    pub fn edited(&mut self, source: &Arc<Source>, options: &ParseOptions) -> Option<Edited> {
        // Who else looks at this program must not see it change.
        let shared = Arc::get_mut(&mut self.parsed)?;
        let empty = Parsed::empty(source, options.python);
        let parsed = Box::new(std::mem::replace(shared, empty));
        let (parsed, patch) = match reparse(parsed, source, options) {
            Ok(reparsed) => reparsed,
            Err(parsed) => {
                *shared = *parsed;
                return None;
            }
        };
        let mut table = scopes::resolve(
            &parsed.ast,
            &parsed.ast.body[patch.body.clone()],
            self.lazy_annotations,
        );
        for (id, mut scope) in std::mem::take(&mut self.functions) {
            let Some(id) = patch.stmt(id) else { continue };
            scope_moved(&mut scope, &patch);
            table.statements.insert(id, scope);
        }
        for (id, mut scope) in std::mem::take(&mut self.expressions) {
            let Some(id) = patch.expr(id) else { continue };
            scope_moved(&mut scope, &patch);
            table.expressions.insert(id, scope);
        }
        let program = Program::of(Arc::new(*parsed), table, self.lazy_annotations);
        Some(Edited { program, alike: patch.body.start, body_edit: patch.body_edit })
    }

    fn of(parsed: Arc<Parsed>, table: scopes::ScopeTable, lazy_annotations: bool) -> Program {
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

/// Moves the places that a scope names to where they are after an edit.
fn scope_moved(scope: &mut Arc<Scope>, patch: &Patch) {
    let moves = |read: &LaterRead| patch.moved(read.span).is_some();
    if scope.later_reads.iter().any(moves) {
        for read in &mut Arc::make_mut(scope).later_reads {
            read.span = patch.moved(read.span).unwrap_or(read.span);
        }
    }
}
