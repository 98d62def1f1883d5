//! Which scope every name belongs to, as CPython's `Python/symtable.c` decides it.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::visit;
use crate::syntax::ast::{
    Ast, Comprehension, ExceptHandler, ExprId, ExprKind, FunctionDef, Ident, ImportNames, Name,
    Params, Pattern, PatternKind, StmtId, StmtKind, TypeParam,
};
use crate::text::span::Span;

/// What opens a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    Module,
    Function,
    Class,
    Lambda,
    Comprehension,
}

/// The names of a function, class body, lambda or comprehension.
#[derive(Debug, Clone)]
pub struct Scope {
    pub kind: ScopeKind,
    /// Names bound here (parameters included) and not declared `global` or `nonlocal`.
    pub locals: FxHashSet<Name>,
    /// Names declared `global` here.
    pub globals: FxHashSet<Name>,
    /// Names declared `nonlocal` here.
    pub nonlocals: FxHashSet<Name>,
    /// Contains `yield`: calling it does not run the body.
    pub is_generator: bool,
    pub is_async: bool,
    /// Scopes open inside it: what is made in them may still use its names after it has ended.
    pub encloses: bool,
    /// Reads of module names when a function here is called, nested functions included.
    pub later_reads: Vec<LaterRead>,
    /// Module names that this function or one nested in it binds through `global`.
    pub global_writes: FxHashSet<Name>,
    /// Those of them that it unbinds, or may leave unbound (`del x`, `except … as x`).
    pub global_deletes: FxHashSet<Name>,
}

/// A read of a module name from inside a function body.
#[derive(Debug, Clone)]
pub struct LaterRead {
    pub name: Name,
    pub span: Span,
    /// In a `try` that catches what the name's absence would raise.
    pub guarded: bool,
}

/// The scopes of a tree, by the node that opens them.
#[derive(Debug, Default)]
pub(super) struct ScopeTable {
    pub(super) statements: FxHashMap<StmtId, Arc<Scope>>,
    pub(super) expressions: FxHashMap<ExprId, Arc<Scope>>,
}

/// Resolves every scope in some statements of a module. What the others do makes no difference.
pub(super) fn resolve(ast: &Ast, body: &[StmtId], lazy_annotations: bool) -> ScopeTable {
    let mut resolver = Resolver {
        ast,
        lazy_annotations,
        open: vec![OpenScope::new(ScopeKind::Module)],
        table: ScopeTable::default(),
    };
    resolver.block(body);
    resolver.table
}

struct OpenScope {
    scope: Scope,
    /// Names read here or in scopes nested here; resolved when the scope closes.
    reads: Vec<PendingRead>,
    /// How many `try` blocks around catch a `NameError`.
    guards: u32,
}

struct PendingRead {
    read: LaterRead,
    /// Declared `global` where it is read.
    is_global: bool,
    /// Read when a function nested here is called, not when this scope is executed.
    deferred: bool,
}

impl Scope {
    /// A scope that binds these names and does nothing else.
    pub fn binding(names: impl IntoIterator<Item = Name>) -> Scope {
        let mut scope = OpenScope::new(ScopeKind::Comprehension).scope;
        scope.locals.extend(names);
        scope
    }
}

impl OpenScope {
    fn new(kind: ScopeKind) -> Self {
        let scope = Scope {
            kind,
            locals: FxHashSet::default(),
            globals: FxHashSet::default(),
            nonlocals: FxHashSet::default(),
            is_generator: false,
            is_async: false,
            encloses: false,
            later_reads: Vec::new(),
            global_writes: FxHashSet::default(),
            global_deletes: FxHashSet::default(),
        };
        OpenScope { scope, reads: Vec::new(), guards: 0 }
    }
}

struct Resolver<'a> {
    ast: &'a Ast,
    lazy_annotations: bool,
    open: Vec<OpenScope>,
    table: ScopeTable,
}

impl Resolver<'_> {
    fn current(&mut self) -> &mut OpenScope {
        self.open.last_mut().expect("the module scope stays open")
    }

    fn bind(&mut self, name: &Name) {
        let scope = &mut self.current().scope;
        if scope.globals.contains(name) {
            scope.global_writes.insert(name.clone());
        } else if !scope.nonlocals.contains(name) {
            scope.locals.insert(name.clone());
        }
    }

    fn read(&mut self, name: &Name, span: Span) {
        let guarded = self.current().guards > 0;
        let read = LaterRead { name: name.clone(), span, guarded };
        self.current().reads.push(PendingRead { read, is_global: false, deferred: false });
    }

    fn block(&mut self, body: &[StmtId]) {
        for &id in body {
            self.stmt(id);
        }
    }

    fn stmt(&mut self, id: StmtId) {
        match &self.ast.stmt(id).kind {
            StmtKind::FunctionDef(def) => self.function(id, def),
            StmtKind::ClassDef(def) => self.class(id, def),
            StmtKind::Global(names) => {
                let scope = &mut self.current().scope;
                for Ident { name, .. } in names {
                    // An import may come before it.
                    if scope.locals.remove(name) {
                        scope.global_writes.insert(name.clone());
                    }
                    scope.globals.insert(name.clone());
                }
            }
            StmtKind::Nonlocal(names) => {
                let scope = &mut self.current().scope;
                scope.nonlocals.extend(names.iter().map(|ident| ident.name.clone()));
            }
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    match &alias.asname {
                        Some(asname) => self.bind(&asname.name),
                        None => self.bind(&Name::from(alias.name.split('.').next().unwrap_or(""))),
                    }
                }
            }
            StmtKind::ImportFrom { names: ImportNames::Names(aliases), .. } => {
                for alias in aliases {
                    self.bind(alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name));
                }
            }
            StmtKind::ImportFrom { names: ImportNames::Star(_), .. } => {}
            StmtKind::TypeAlias { name, type_params, value } => {
                self.bind(&name.name);
                self.deferred(type_params, Some(*value));
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
                for handler in handlers {
                    handler.typ.iter().for_each(|&typ| self.expr(typ));
                    handler.name.iter().for_each(|name| self.unbind(&name.name));
                }
                let catches = handlers.iter().any(|handler| self.catches_name_error(handler));
                self.current().guards += u32::from(catches);
                self.block(body);
                self.current().guards -= u32::from(catches);
                handlers.iter().for_each(|handler| self.block(&handler.body));
                self.block(orelse);
                self.block(finalbody);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject);
                for case in cases {
                    self.pattern(&case.pattern);
                    case.guard.iter().for_each(|&guard| self.expr(guard));
                }
                self.child_blocks(id);
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                self.target(*target);
                value.iter().for_each(|&value| self.expr(value));
                if self.annotation_is_evaluated() {
                    self.expr(*annotation);
                }
            }
            _ => {
                self.stmt_exprs(id);
                self.child_blocks(id);
            }
        }
    }

    fn catches_name_error(&self, handler: &ExceptHandler) -> bool {
        let Some(typ) = handler.typ else { return true };
        let is_caught = |id: ExprId| match &self.ast.expr(id).kind {
            ExprKind::Name(name) => matches!(&**name, "NameError" | "Exception" | "BaseException"),
            _ => false,
        };
        match &self.ast.expr(typ).kind {
            ExprKind::Tuple(items) => items.iter().any(|&item| is_caught(item)),
            _ => is_caught(typ),
        }
    }

    fn child_blocks(&mut self, id: StmtId) {
        let mut blocks: Vec<&[StmtId]> = Vec::new();
        visit::child_blocks(self.ast, id, &mut |block| blocks.push(block));
        blocks.into_iter().for_each(|block| self.block(block));
    }

    /// In a function no annotation is evaluated, whatever it is of
    /// (`Python/compile.c:check_annotation`).
    fn annotation_is_evaluated(&mut self) -> bool {
        let is_flow = matches!(self.current().scope.kind, ScopeKind::Module | ScopeKind::Class);
        is_flow && !self.lazy_annotations
    }

    fn stmt_exprs(&mut self, id: StmtId) {
        match &self.ast.stmt(id).kind {
            StmtKind::Return(Some(value)) | StmtKind::Expr(value) => self.expr(*value),
            StmtKind::Delete(targets) => targets.iter().for_each(|&target| self.deleted(target)),
            StmtKind::Assign { targets, value } => {
                self.expr(*value);
                targets.iter().for_each(|&target| self.target(target));
            }
            StmtKind::AugAssign { target, value, .. } => {
                if let ExprKind::Name(name) = &self.ast.expr(*target).kind {
                    self.read(name, self.ast.expr(*target).span);
                }
                self.expr(*value);
                self.target(*target);
            }
            StmtKind::For { target, iter, .. } => {
                self.expr(*iter);
                self.target(*target);
            }
            StmtKind::While { test, .. } => self.expr(*test),
            StmtKind::If { branches, .. } => {
                branches.iter().for_each(|(test, _)| self.expr(*test));
            }
            StmtKind::With { items, .. } => {
                for item in items {
                    self.expr(item.context);
                    item.target.iter().for_each(|&target| self.target(target));
                }
            }
            StmtKind::Raise { exc, cause } => {
                exc.iter().chain(cause).for_each(|&value| self.expr(value));
            }
            StmtKind::Assert { test, msg } => {
                self.expr(*test);
                msg.iter().for_each(|&msg| self.expr(msg));
            }
            _ => {}
        }
    }

    fn target(&mut self, id: ExprId) {
        match &self.ast.expr(id).kind {
            ExprKind::Name(name) => self.bind(name),
            ExprKind::Starred(inner) => self.target(*inner),
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().for_each(|&item| self.target(item));
            }
            _ => self.expr(id),
        }
    }

    fn deleted(&mut self, id: ExprId) {
        match &self.ast.expr(id).kind {
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().for_each(|&item| self.deleted(item));
            }
            ExprKind::Name(name) => self.unbind(name),
            _ => self.expr(id),
        }
    }

    fn unbind(&mut self, name: &Name) {
        self.bind(name);
        let scope = &mut self.current().scope;
        if scope.globals.contains(name) {
            scope.global_deletes.insert(name.clone());
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        let mut exprs = Vec::new();
        visit::pattern_exprs(pattern, &mut |expr| exprs.push(expr));
        exprs.into_iter().for_each(|expr| self.expr(expr));
        pattern_names(pattern, &mut |ident| self.bind(&ident.name));
    }

    fn expr(&mut self, id: ExprId) {
        match &self.ast.expr(id).kind {
            ExprKind::Name(name) => self.read(name, self.ast.expr(id).span),
            ExprKind::Named { target, value } => {
                self.expr(*value);
                self.bind_walrus(&target.name);
            }
            ExprKind::Lambda(lambda) => {
                self.defaults(&lambda.params);
                self.open.push(OpenScope::new(ScopeKind::Lambda));
                self.params(&lambda.params);
                self.expr(lambda.body);
                let scope = self.close();
                self.table.expressions.insert(id, Arc::new(scope));
            }
            ExprKind::ListComp(comp)
            | ExprKind::SetComp(comp)
            | ExprKind::DictComp(comp)
            | ExprKind::GeneratorExp(comp) => self.comprehension(id, comp),
            ExprKind::Yield(_) | ExprKind::YieldFrom(_) => {
                self.current().scope.is_generator = true;
                self.children(id);
            }
            _ => self.children(id),
        }
    }

    fn children(&mut self, id: ExprId) {
        let mut children = Vec::new();
        visit::child_exprs(self.ast, id, &mut |child| children.push(child));
        children.into_iter().for_each(|child| self.expr(child));
    }

    /// A walrus in a comprehension binds in the scope around it (PEP 572).
    fn bind_walrus(&mut self, name: &Name) {
        let around = self.open.iter().rposition(|open| open.scope.kind != ScopeKind::Comprehension);
        let Some(index) = around else { return };
        for open in &mut self.open[index + 1..] {
            open.scope.nonlocals.insert(name.clone());
        }
        let scope = &mut self.open[index].scope;
        if scope.globals.contains(name) {
            scope.global_writes.insert(name.clone());
        } else if !scope.nonlocals.contains(name) {
            scope.locals.insert(name.clone());
        }
    }

    fn comprehension(&mut self, id: ExprId, comp: &Comprehension) {
        // The first iterable is evaluated in the scope around the comprehension.
        if let Some(first) = comp.generators.first() {
            self.expr(first.iter);
        }
        let guards = self.current().guards;
        self.open.push(OpenScope { guards, ..OpenScope::new(ScopeKind::Comprehension) });
        for (index, generator) in comp.generators.iter().enumerate() {
            if index > 0 {
                self.expr(generator.iter);
            }
            self.target(generator.target);
            generator.ifs.iter().for_each(|&test| self.expr(test));
        }
        self.expr(comp.element);
        comp.value.iter().for_each(|&value| self.expr(value));
        let scope = self.close();
        self.table.expressions.insert(id, Arc::new(scope));
    }

    fn function(&mut self, id: StmtId, def: &FunctionDef) {
        def.decorators.iter().for_each(|&decorator| self.expr(decorator));
        self.defaults(&def.params);
        self.bind(&def.name.name);
        if !self.lazy_annotations {
            let annotations = def.params.list.iter().filter_map(|param| param.annotation);
            annotations.chain(def.returns).for_each(|annotation| self.expr(annotation));
        }
        self.open.push(OpenScope::new(ScopeKind::Function));
        self.type_params(&def.type_params);
        self.params(&def.params);
        self.block(&def.body);
        let mut scope = self.close();
        scope.is_async = def.is_async;
        self.table.statements.insert(id, Arc::new(scope));
    }

    fn class(&mut self, id: StmtId, def: &crate::syntax::ast::ClassDef) {
        def.decorators.iter().for_each(|&decorator| self.expr(decorator));
        def.bases.iter().for_each(|&base| self.expr(base));
        def.keywords.iter().for_each(|keyword| self.expr(keyword.value));
        self.bind(&def.name.name);
        self.open.push(OpenScope::new(ScopeKind::Class));
        self.type_params(&def.type_params);
        self.block(&def.body);
        let scope = self.close();
        self.table.statements.insert(id, Arc::new(scope));
    }

    /// What a `type` statement defers until it is asked for (PEP 695).
    fn deferred(&mut self, type_params: &[TypeParam], value: Option<ExprId>) {
        self.open.push(OpenScope::new(ScopeKind::Function));
        self.type_params(type_params);
        value.iter().for_each(|&value| self.expr(value));
        self.close();
    }

    fn type_params(&mut self, params: &[TypeParam]) {
        params.iter().for_each(|param| self.bind(&param.name.name));
        let mut exprs = Vec::new();
        visit::type_param_exprs(params, &mut |expr| exprs.push(expr));
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn defaults(&mut self, params: &Params) {
        params.list.iter().filter_map(|param| param.default).for_each(|value| self.expr(value));
    }

    fn params(&mut self, params: &Params) {
        params.list.iter().for_each(|param| self.bind(&param.name.name));
    }

    /// Closes the innermost scope: what it does not bind is read from the scopes around it,
    /// and only when those close too is it known which names are the module's.
    fn close(&mut self) -> Scope {
        let OpenScope { mut scope, reads, .. } = self.open.pop().expect("a scope is open");
        self.current().scope.encloses = true;
        let is_function = matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda);
        let mut outward: Vec<PendingRead> = Vec::new();
        for mut pending in reads {
            pending.is_global |= !pending.deferred && scope.globals.contains(&pending.read.name);
            let bound_here = !pending.is_global
                && scope.kind != ScopeKind::Class
                && scope.locals.contains(&pending.read.name);
            if bound_here {
                continue;
            }
            pending.deferred |= is_function;
            outward.push(pending);
        }
        let later = outward.iter().filter(|pending| pending.deferred);
        scope.later_reads = later.map(|pending| pending.read.clone()).collect();
        let parent = self.current();
        if parent.scope.kind != ScopeKind::Module {
            parent.scope.global_writes.extend(scope.global_writes.iter().cloned());
            parent.scope.global_deletes.extend(scope.global_deletes.iter().cloned());
            parent.reads.extend(outward);
        }
        scope
    }
}

/// Calls `f` with every name that a pattern captures.
pub fn pattern_names<'a>(pattern: &'a Pattern, f: &mut dyn FnMut(&'a Ident)) {
    match &pattern.kind {
        PatternKind::Star(name) => name.iter().for_each(f),
        PatternKind::As { pattern, name } => {
            if let Some(pattern) = pattern {
                pattern_names(pattern, f);
            }
            name.iter().for_each(f);
        }
        PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
            patterns.iter().for_each(|pattern| pattern_names(pattern, f));
        }
        PatternKind::Mapping { patterns, rest, .. } => {
            patterns.iter().for_each(|pattern| pattern_names(pattern, f));
            rest.iter().for_each(f);
        }
        PatternKind::Class { patterns, keywords, .. } => {
            patterns.iter().for_each(|pattern| pattern_names(pattern, f));
            keywords.iter().for_each(|(_, pattern)| pattern_names(pattern, f));
        }
        PatternKind::Value(_) | PatternKind::Singleton(_) => {}
    }
}
