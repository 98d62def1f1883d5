//! Statements: where they may stand and what they bind.

use super::scope::{ANNOTATED, BOUND, Block, GLOBAL, IMPORTED, NONLOCAL, PARAM, ScopeKind};
use super::{Checker, Outcome, syntax};
use crate::syntax::ast::*;
use crate::text::span::Span;

/// CPython's `CO_MAXBLOCKS`.
const MAX_BLOCKS: usize = 20;

impl Checker<'_> {
    pub(super) fn block(&mut self, body: &[StmtId]) -> Outcome {
        body.iter().try_for_each(|&id| self.stmt(id))
    }

    /// A block inside another kind of block.
    fn inner(&mut self, block: Block, body: &[StmtId]) -> Outcome {
        self.scope().blocks.push(block);
        if self.scope().blocks.len() > MAX_BLOCKS {
            let span = body.first().map_or(Span::empty(0), |&id| self.ast.stmt(id).span);
            return syntax(span, "too many statically nested blocks");
        }
        self.block(body)?;
        self.scope().blocks.pop();
        Ok(())
    }

    fn stmt(&mut self, id: StmtId) -> Outcome {
        let ast = self.ast;
        let stmt = ast.stmt(id);
        match &stmt.kind {
            StmtKind::FunctionDef(def) => self.function(def),
            StmtKind::ClassDef(class) => self.class(class),
            StmtKind::Return(value) => self.return_statement(*value, stmt.span),
            StmtKind::Delete(targets) => self.targets(targets),
            StmtKind::Assign { targets, value } => {
                self.expr(*value)?;
                self.targets(targets)
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.bind(&name.name, name.span)?;
                self.enter(ScopeKind::Annotation);
                self.type_params(type_params)?;
                self.expr(*value)?;
                self.leave()
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.target(*target)?;
                self.expr(*value)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(*target, *simple)?;
                self.annotation(*annotation)?;
                self.optional(*value)
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(*exc)?;
                self.optional(*cause)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(*test)?;
                self.optional(*msg)
            }
            StmtKind::Import(aliases) => aliases.iter().try_for_each(|alias| self.alias(alias)),
            StmtKind::ImportFrom { names, .. } => match names {
                ImportNames::Star(span) if self.scope().kind != ScopeKind::Module => {
                    syntax(*span, "`import *` is only allowed at module level")
                }
                ImportNames::Star(_) => Ok(()),
                ImportNames::Names(aliases) => {
                    aliases.iter().try_for_each(|alias| self.alias(alias))
                }
            },
            StmtKind::Global(names) => self.declare(names, false),
            StmtKind::Nonlocal(names) => self.declare(names, true),
            StmtKind::Expr(value) => self.expr(*value),
            StmtKind::Pass => Ok(()),
            StmtKind::Break => self.leave_loop(stmt.span, "break"),
            StmtKind::Continue => self.leave_loop(stmt.span, "continue"),
            _ => self.compound(stmt),
        }
    }

    fn compound(&mut self, stmt: &Stmt) -> Outcome {
        match &stmt.kind {
            StmtKind::For { target, iter, body, orelse, is_async } => {
                self.only_async(*is_async, stmt.span)?;
                self.expr(*iter)?;
                self.target(*target)?;
                self.inner(Block::Loop, body)?;
                self.block(orelse)
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(*test)?;
                self.inner(Block::Loop, body)?;
                self.block(orelse)
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.expr(*test)?;
                    self.block(body)?;
                }
                self.block(orelse)
            }
            StmtKind::With { items, body, is_async } => {
                self.only_async(*is_async, stmt.span)?;
                let depth = self.scope().blocks.len();
                for item in items {
                    self.expr(item.context)?;
                    item.target.map_or(Ok(()), |target| self.target(target))?;
                    self.scope().blocks.push(Block::Other);
                }
                self.scope().blocks.pop();
                self.inner(Block::Other, body)?;
                self.scope().blocks.truncate(depth);
                Ok(())
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject)?;
                self.cases(cases)
            }
            StmtKind::Try { body, handlers, orelse, finalbody, is_star } => {
                if !finalbody.is_empty() {
                    self.scope().blocks.push(Block::Other);
                }
                self.inner(Block::Other, body)?;
                for handler in handlers {
                    self.handler(handler, *is_star)?;
                }
                self.block(orelse)?;
                if finalbody.is_empty() {
                    return Ok(());
                }
                self.scope().blocks.pop();
                self.inner(Block::Other, finalbody)
            }
            _ => Ok(()),
        }
    }

    fn handler(&mut self, handler: &ExceptHandler, is_star: bool) -> Outcome {
        self.optional(handler.typ)?;
        if let Some(name) = &handler.name {
            self.bind(&name.name, name.span)?;
        }
        self.scope().blocks.push(if is_star { Block::StarHandler } else { Block::Other });
        self.inner(Block::Other, &handler.body)?;
        self.scope().blocks.pop();
        Ok(())
    }

    fn alias(&mut self, alias: &Alias) -> Outcome {
        match &alias.asname {
            Some(name) => self.import(&name.name, name.span),
            None => {
                let first = alias.name.split('.').next().unwrap_or(&alias.name);
                self.import(&Name::from(first), alias.span)
            }
        }
    }

    /// Unlike what else is bound, what is imported may be declared `global` after that.
    fn import(&mut self, name: &Name, span: Span) -> Outcome {
        self.not_debug(name, span)?;
        self.note(name, IMPORTED);
        Ok(())
    }

    fn return_statement(&mut self, value: Option<ExprId>, span: Span) -> Outcome {
        let scope = self.scope();
        if !matches!(scope.kind, ScopeKind::Function { .. }) {
            return syntax(span, "`return` outside a function");
        }
        if scope.blocks.contains(&Block::StarHandler) {
            return syntax(span, "`return` cannot leave an `except*` block");
        }
        if value.is_some() {
            scope.returns_value = Some(span);
        }
        self.optional(value)
    }

    fn leave_loop(&mut self, span: Span, keyword: &str) -> Outcome {
        for block in self.scope().blocks.iter().rev() {
            match block {
                Block::Loop => return Ok(()),
                Block::StarHandler => {
                    return syntax(span, format!("`{keyword}` cannot leave an `except*` block"));
                }
                Block::Other => {}
            }
        }
        syntax(span, format!("`{keyword}` outside a loop"))
    }

    /// `async for` and `async with` need an async function.
    fn only_async(&mut self, is_async: bool, span: Span) -> Outcome {
        let fits = matches!(self.scope().kind, ScopeKind::Function { is_async: true });
        if is_async && !fits {
            return syntax(span, "`async` statement outside an async function");
        }
        Ok(())
    }

    /// The target of an annotated assignment.
    fn annotated(&mut self, target: ExprId, simple: bool) -> Outcome {
        let expr = self.ast.expr(target);
        let ExprKind::Name(name) = &expr.kind else { return self.target(target) };
        self.not_debug(name, expr.span)?;
        let module = self.scope().kind == ScopeKind::Module;
        let flags = self.scope().symbols.get(name).copied().unwrap_or(0);
        if simple && !module && flags & (GLOBAL | NONLOCAL) != 0 {
            return syntax(expr.span, format!("`{name}` is annotated, but it is not local"));
        }
        self.note(name, if simple { ANNOTATED | BOUND } else { BOUND });
        Ok(())
    }

    /// An annotation, which binds nothing where it is not evaluated on the spot.
    pub(super) fn annotation(&mut self, annotation: ExprId) -> Outcome {
        if !self.lazy_annotations {
            return self.expr(annotation);
        }
        self.enter(ScopeKind::Annotation);
        self.expr(annotation)?;
        self.leave()
    }

    pub(super) fn type_params(&mut self, params: &[TypeParam]) -> Outcome {
        for (index, param) in params.iter().enumerate() {
            let Ident { name, span } = &param.name;
            if params[..index].iter().any(|earlier| earlier.name.name == *name) {
                return syntax(*span, format!("the type parameter `{name}` is there twice"));
            }
            self.not_debug(name, *span)?;
            self.note(name, PARAM);
        }
        for param in params {
            self.optional(param.bound)?;
            self.optional(param.default)?;
        }
        Ok(())
    }

    fn function(&mut self, def: &FunctionDef) -> Outcome {
        def.decorators.iter().try_for_each(|&id| self.expr(id))?;
        self.bind(&def.name.name, def.name.span)?;
        for param in &def.params.list {
            self.optional(param.default)?;
        }
        let generic = !def.type_params.is_empty();
        if generic {
            self.enter(ScopeKind::Annotation);
            self.type_params(&def.type_params)?;
        }
        for param in &def.params.list {
            param.annotation.map_or(Ok(()), |id| self.annotation(id))?;
        }
        def.returns.map_or(Ok(()), |id| self.annotation(id))?;
        self.enter(ScopeKind::Function { is_async: def.is_async });
        self.bind_params(&def.params)?;
        self.block(&def.body)?;
        let scope = self.scope();
        if let (true, true, Some(span)) = (def.is_async, scope.yields, scope.returns_value) {
            return syntax(span, "`return` with a value in an async generator");
        }
        self.leave()?;
        if generic { self.leave() } else { Ok(()) }
    }

    pub(super) fn bind_params(&mut self, params: &Params) -> Outcome {
        for (index, param) in params.list.iter().enumerate() {
            let Ident { name, span } = &param.name;
            if params.list[..index].iter().any(|earlier| earlier.name.name == *name) {
                return syntax(*span, format!("the parameter `{name}` is there twice"));
            }
            self.not_debug(name, *span)?;
            self.note(name, PARAM);
        }
        Ok(())
    }

    fn class(&mut self, class: &ClassDef) -> Outcome {
        class.decorators.iter().try_for_each(|&id| self.expr(id))?;
        self.bind(&class.name.name, class.name.span)?;
        let generic = !class.type_params.is_empty();
        if generic {
            self.enter(ScopeKind::Annotation);
            self.type_params(&class.type_params)?;
        }
        class.bases.iter().try_for_each(|&id| self.expr(id))?;
        self.keywords(&class.keywords)?;
        self.enter(ScopeKind::Class);
        self.block(&class.body)?;
        self.leave()?;
        if generic { self.leave() } else { Ok(()) }
    }
}
