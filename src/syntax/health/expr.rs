//! Expressions: `yield`, `await`, `:=`, comprehensions.

use super::scope::{BOUND, GLOBAL, ITERATED, NONLOCAL, ScopeKind, USED, WALRUS};
use super::{Checker, Outcome, syntax};
use crate::syntax::ast::*;
use crate::text::span::Span;

impl Checker<'_> {
    pub(super) fn optional(&mut self, id: Option<ExprId>) -> Outcome {
        id.map_or(Ok(()), |id| self.expr(id))
    }

    fn exprs(&mut self, ids: &[ExprId]) -> Outcome {
        ids.iter().try_for_each(|&id| self.expr(id))
    }

    pub(super) fn expr(&mut self, id: ExprId) -> Outcome {
        let ast = self.ast;
        let expr = ast.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => {
                self.note(name, USED);
                Ok(())
            }
            ExprKind::Constant(_) => Ok(()),
            ExprKind::Attribute { value, .. } | ExprKind::Starred(value) => self.expr(*value),
            ExprKind::UnaryOp { operand, .. } => self.expr(*operand),
            ExprKind::Call { func, args, keywords } => {
                self.expr(*func)?;
                self.exprs(args)?;
                self.keywords(keywords)
            }
            ExprKind::BoolOp { values: ids, .. }
            | ExprKind::Set(ids)
            | ExprKind::List(ids)
            | ExprKind::Tuple(ids) => self.exprs(ids),
            ExprKind::BinOp { left, right, .. } => self.exprs(&[*left, *right]),
            ExprKind::Subscript { value, index } => self.exprs(&[*value, *index]),
            ExprKind::IfExp { test, body, orelse } => self.exprs(&[*test, *body, *orelse]),
            ExprKind::Compare { left, ops, comparators } => {
                if self.features.flufl && ops.contains(&CompareOp::NotEq) {
                    return syntax(expr.span, "with Barry as BDFL, use `<>` instead of `!=`");
                }
                self.expr(*left)?;
                self.exprs(comparators)
            }
            ExprKind::Dict { keys, values } => {
                keys.iter().try_for_each(|&key| self.optional(key))?;
                self.exprs(values)
            }
            ExprKind::Slice { lower, upper, step } => {
                self.optional(*lower)?;
                self.optional(*upper)?;
                self.optional(*step)
            }
            ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => self.parts(parts),
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::Named { target, value } => self.walrus(target, *value, expr.span),
            ExprKind::Await(value) => self.awaited(*value, expr.span),
            ExprKind::Yield(value) => self.yielded(*value, false, expr.span),
            ExprKind::YieldFrom(value) => self.yielded(Some(*value), true, expr.span),
            ExprKind::ListComp(inner) | ExprKind::SetComp(inner) | ExprKind::DictComp(inner) => {
                self.comprehension(inner, false, expr.span)
            }
            ExprKind::GeneratorExp(inner) => self.comprehension(inner, true, expr.span),
        }
    }

    fn parts(&mut self, parts: &[FStringPart]) -> Outcome {
        parts.iter().try_for_each(|part| match part {
            FStringPart::Literal(_) => Ok(()),
            FStringPart::Field { value, spec, .. } => {
                self.expr(*value)?;
                self.parts(spec)
            }
        })
    }

    /// The keyword arguments of a call or a class.
    pub(super) fn keywords(&mut self, keywords: &[Keyword]) -> Outcome {
        for (index, keyword) in keywords.iter().enumerate() {
            if let Some(Ident { name, span }) = &keyword.name {
                let same = |other: &Keyword| other.name.as_ref().is_some_and(|n| n.name == *name);
                if keywords[..index].iter().any(same) {
                    return syntax(*span, format!("the keyword argument `{name}` is there twice"));
                }
                self.not_debug(name, *span)?;
            }
            self.expr(keyword.value)?;
        }
        Ok(())
    }

    pub(super) fn targets(&mut self, targets: &[ExprId]) -> Outcome {
        targets.iter().try_for_each(|&target| self.target(target))
    }

    /// What is assigned to or deleted.
    pub(super) fn target(&mut self, id: ExprId) -> Outcome {
        let expr = self.ast.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => self.bind(name, expr.span),
            ExprKind::List(ids) | ExprKind::Tuple(ids) => self.targets(ids),
            ExprKind::Starred(inner) => self.target(*inner),
            ExprKind::Attribute { value, attr } => {
                self.not_debug(&attr.name, attr.span)?;
                self.expr(*value)
            }
            _ => self.expr(id),
        }
    }

    fn lambda(&mut self, lambda: &Lambda) -> Outcome {
        for param in &lambda.params.list {
            self.optional(param.default)?;
        }
        self.enter(ScopeKind::Lambda);
        self.bind_params(&lambda.params)?;
        self.expr(lambda.body)?;
        self.leave()
    }

    fn yielded(&mut self, value: Option<ExprId>, from: bool, span: Span) -> Outcome {
        let scope = self.scope();
        match scope.kind {
            ScopeKind::Function { is_async } => {
                if from && is_async {
                    return syntax(span, "`yield from` inside an async function");
                }
            }
            ScopeKind::Lambda => {}
            ScopeKind::Comprehension => {
                return syntax(span, "`yield` inside a comprehension");
            }
            ScopeKind::Annotation => return syntax(span, "`yield` inside an annotation"),
            ScopeKind::Module | ScopeKind::Class => {
                return syntax(span, "`yield` outside a function");
            }
        }
        scope.yields = true;
        self.optional(value)
    }

    fn awaited(&mut self, value: ExprId, span: Span) -> Outcome {
        match self.scope().kind {
            ScopeKind::Function { is_async: true } => {}
            ScopeKind::Comprehension => self.scope().awaits = true,
            ScopeKind::Annotation => return syntax(span, "`await` inside an annotation"),
            _ => return syntax(span, "`await` outside an async function"),
        }
        self.expr(value)
    }

    fn walrus(&mut self, target: &Ident, value: ExprId, span: Span) -> Outcome {
        if self.scope().kind == ScopeKind::Annotation {
            return syntax(span, "`:=` inside an annotation");
        }
        if self.scope().in_iterable > 0 {
            return syntax(span, "`:=` in the iterable of a comprehension");
        }
        self.not_debug(&target.name, target.span)?;
        self.expr(value)?;
        self.bind_walrus(target)
    }

    /// In a comprehension, `:=` binds in the function or module around it.
    fn bind_walrus(&mut self, target: &Ident) -> Outcome {
        let name = &target.name;
        let mut index = self.scopes.len() - 1;
        while matches!(self.scopes[index].kind, ScopeKind::Comprehension) {
            let flags = self.scopes[index].symbols.entry(name.clone()).or_default();
            if *flags & ITERATED != 0 {
                let message = format!("`:=` rebinds `{name}`, which the comprehension iterates");
                return syntax(target.span, message);
            }
            *flags |= WALRUS;
            index -= 1;
        }
        let inside = index + 1 < self.scopes.len();
        let scope = &mut self.scopes[index];
        if inside && scope.kind == ScopeKind::Class {
            return syntax(target.span, "`:=` in a comprehension in a class body");
        }
        if inside && scope.kind == ScopeKind::Annotation {
            return syntax(target.span, "`:=` inside an annotation");
        }
        let flags = scope.symbols.entry(name.clone()).or_default();
        if *flags & (GLOBAL | NONLOCAL) == 0 || !inside {
            *flags |= BOUND;
        }
        Ok(())
    }

    fn comprehension(&mut self, inner: &Comprehension, generator: bool, span: Span) -> Outcome {
        let Some((first, rest)) = inner.generators.split_first() else { return Ok(()) };
        self.scope().in_iterable += 1;
        self.expr(first.iter)?;
        self.scope().in_iterable -= 1;
        self.enter(ScopeKind::Comprehension);
        self.scope().awaits = inner.generators.iter().any(|part| part.is_async);
        self.iterate(first.target)?;
        self.exprs(&first.ifs)?;
        for part in rest {
            self.iterate(part.target)?;
            self.scope().in_iterable += 1;
            self.expr(part.iter)?;
            self.scope().in_iterable -= 1;
            self.exprs(&part.ifs)?;
        }
        self.expr(inner.element)?;
        self.optional(inner.value)?;
        let awaits = self.scope().awaits;
        self.leave()?;
        if awaits && !generator { self.async_comprehension(span) } else { Ok(()) }
    }

    /// A comprehension that awaits must be in something that can.
    fn async_comprehension(&mut self, span: Span) -> Outcome {
        let nests = self.python.minor >= 11;
        match self.scope().kind {
            ScopeKind::Function { is_async: true } => Ok(()),
            ScopeKind::Comprehension if nests => {
                self.scope().awaits = true;
                Ok(())
            }
            _ => syntax(span, "asynchronous comprehension outside an async function"),
        }
    }

    /// The target of a comprehension's `for`.
    fn iterate(&mut self, id: ExprId) -> Outcome {
        let expr = self.ast.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => {
                self.not_debug(name, expr.span)?;
                let flags = self.scope().symbols.get(name).copied().unwrap_or(0);
                if flags & WALRUS != 0 {
                    let message = format!("the comprehension rebinds `{name}`, the target of `:=`");
                    return syntax(expr.span, message);
                }
                self.note(name, BOUND | ITERATED);
                Ok(())
            }
            ExprKind::List(ids) | ExprKind::Tuple(ids) => {
                ids.iter().try_for_each(|&inner| self.iterate(inner))
            }
            ExprKind::Starred(inner) => self.iterate(*inner),
            _ => self.target(id),
        }
    }
}
