//! Moving nodes of a tree to other places in the text and in the arenas.

use super::ast::*;
use crate::text::span::Span;

/// How ids and positions change: those below a limit stay, the others move by as much.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    pub(super) exprs: Step,
    pub(super) stmts: Step,
    /// Byte offsets.
    pub(super) bytes: Step,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) by: i64,
}

impl Step {
    pub(super) fn moved(self, at: u32) -> u32 {
        // What results lies in a text and in arenas of fewer than `u32::MAX`.
        if at < self.from { at } else { (i64::from(at) + self.by) as u32 }
    }

    fn is_nothing(self) -> bool {
        self.by == 0
    }
}

impl Shift {
    pub(super) fn is_nothing(self) -> bool {
        self.exprs.is_nothing() && self.stmts.is_nothing() && self.bytes.is_nothing()
    }

    pub(super) fn id(self, id: &mut StmtId) {
        id.0 = self.stmts.moved(id.0);
    }

    pub(super) fn ids(self, ids: &mut [StmtId]) {
        ids.iter_mut().for_each(|id| self.id(id));
    }

    pub(super) fn span(self, span: &mut Span) {
        span.start = self.bytes.moved(span.start);
        span.end = self.bytes.moved(span.end);
    }

    fn ident(self, ident: &mut Ident) {
        self.span(&mut ident.span);
    }

    fn link(self, id: &mut ExprId) {
        id.0 = self.exprs.moved(id.0);
    }

    fn links<'a>(self, ids: impl IntoIterator<Item = &'a mut ExprId>) {
        ids.into_iter().for_each(|id| self.link(id));
    }

    pub(super) fn stmt(self, stmt: &mut Stmt) {
        self.span(&mut stmt.span);
        match &mut stmt.kind {
            StmtKind::FunctionDef(def) => self.function(def),
            StmtKind::ClassDef(class) => self.class(class),
            StmtKind::Return(value) => self.links(value),
            StmtKind::Delete(targets) => self.links(targets),
            StmtKind::Assign { targets, value } => {
                self.links(targets);
                self.link(value);
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.ident(name);
                self.type_params(type_params);
                self.link(value);
            }
            StmtKind::AugAssign { target, op: _, value } => self.links([target, value]),
            StmtKind::AnnAssign { target, annotation, value, simple: _ } => {
                self.links([target, annotation].into_iter().chain(value));
            }
            StmtKind::For { target, iter, body, orelse, is_async: _ } => {
                self.links([target, iter]);
                self.ids(body);
                self.ids(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.link(test);
                self.ids(body);
                self.ids(orelse);
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.link(test);
                    self.ids(body);
                }
                self.ids(orelse);
            }
            StmtKind::With { items, body, is_async: _ } => {
                for item in items {
                    self.links([&mut item.context].into_iter().chain(&mut item.target));
                }
                self.ids(body);
            }
            StmtKind::Match { subject, cases } => {
                self.link(subject);
                for case in cases {
                    self.pattern(&mut case.pattern);
                    self.links(&mut case.guard);
                    self.ids(&mut case.body);
                }
            }
            StmtKind::Raise { exc, cause } => self.links(exc.iter_mut().chain(cause)),
            StmtKind::Try { body, handlers, orelse, finalbody, is_star: _ } => {
                self.ids(body);
                handlers.iter_mut().for_each(|handler| self.handler(handler));
                self.ids(orelse);
                self.ids(finalbody);
            }
            StmtKind::Assert { test, msg } => self.links([test].into_iter().chain(msg)),
            StmtKind::Import(aliases) => self.aliases(aliases),
            StmtKind::ImportFrom { module: _, names, level: _ } => match names {
                ImportNames::Star(span) => self.span(span),
                ImportNames::Names(aliases) => self.aliases(aliases),
            },
            StmtKind::Global(names) | StmtKind::Nonlocal(names) => {
                names.iter_mut().for_each(|name| self.ident(name));
            }
            StmtKind::Expr(value) => self.link(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
        }
    }

    pub(super) fn expr(self, expr: &mut Expr) {
        self.span(&mut expr.span);
        match &mut expr.kind {
            ExprKind::BoolOp { op: _, values: ids }
            | ExprKind::Set(ids)
            | ExprKind::List(ids)
            | ExprKind::Tuple(ids) => self.links(ids),
            ExprKind::Named { target, value } | ExprKind::Attribute { value, attr: target } => {
                self.ident(target);
                self.link(value);
            }
            ExprKind::BinOp { left, op: _, right } => self.links([left, right]),
            ExprKind::UnaryOp { op: _, operand: value }
            | ExprKind::Await(value)
            | ExprKind::YieldFrom(value)
            | ExprKind::Starred(value) => self.link(value),
            ExprKind::Lambda(lambda) => {
                self.params(&mut lambda.params);
                self.link(&mut lambda.body);
            }
            ExprKind::IfExp { test, body, orelse } => self.links([test, body, orelse]),
            ExprKind::Dict { keys, values } => {
                self.links(keys.iter_mut().flatten().chain(values));
            }
            ExprKind::ListComp(inner)
            | ExprKind::SetComp(inner)
            | ExprKind::DictComp(inner)
            | ExprKind::GeneratorExp(inner) => self.comprehension(inner),
            ExprKind::Yield(value) => self.links(value),
            ExprKind::Compare { left, ops: _, comparators } => {
                self.links([left].into_iter().chain(comparators));
            }
            ExprKind::Call { func, args, keywords } => {
                self.links([func].into_iter().chain(args));
                self.keywords(keywords);
            }
            ExprKind::JoinedStr(parts) | ExprKind::TemplateStr(parts) => self.parts(parts),
            ExprKind::Subscript { value, index } => self.links([value, index]),
            ExprKind::Slice { lower, upper, step } => {
                self.links(lower.iter_mut().chain(upper).chain(step));
            }
            ExprKind::Constant(_) | ExprKind::Name(_) => {}
        }
    }

    fn function(self, def: &mut FunctionDef) {
        self.ident(&mut def.name);
        self.params(&mut def.params);
        self.ids(&mut def.body);
        self.links(def.decorators.iter_mut().chain(&mut def.returns));
        self.type_params(&mut def.type_params);
        self.span(&mut def.header);
    }

    fn class(self, class: &mut ClassDef) {
        self.ident(&mut class.name);
        self.links(class.bases.iter_mut().chain(&mut class.decorators));
        self.keywords(&mut class.keywords);
        self.ids(&mut class.body);
        self.type_params(&mut class.type_params);
        self.span(&mut class.header);
    }

    fn params(self, params: &mut Params) {
        for param in &mut params.list {
            self.ident(&mut param.name);
            self.links(param.annotation.iter_mut().chain(&mut param.default));
        }
    }

    fn type_params(self, params: &mut [TypeParam]) {
        for param in params {
            self.ident(&mut param.name);
            self.links(param.bound.iter_mut().chain(&mut param.default));
        }
    }

    fn keywords(self, keywords: &mut [Keyword]) {
        for keyword in keywords {
            keyword.name.iter_mut().for_each(|name| self.ident(name));
            self.link(&mut keyword.value);
        }
    }

    fn aliases(self, aliases: &mut [Alias]) {
        for alias in aliases {
            alias.asname.iter_mut().for_each(|name| self.ident(name));
            self.span(&mut alias.span);
        }
    }

    fn handler(self, handler: &mut ExceptHandler) {
        self.links(&mut handler.typ);
        handler.name.iter_mut().for_each(|name| self.ident(name));
        self.ids(&mut handler.body);
        self.span(&mut handler.span);
    }

    fn comprehension(self, comprehension: &mut Comprehension) {
        let own = [&mut comprehension.element].into_iter().chain(&mut comprehension.value);
        self.links(own);
        for generator in &mut comprehension.generators {
            let own = [&mut generator.target, &mut generator.iter].into_iter();
            self.links(own.chain(&mut generator.ifs));
        }
    }

    fn parts(self, parts: &mut [FStringPart]) {
        for part in parts {
            if let FStringPart::Field { value, conversion: _, spec } = part {
                self.link(value);
                self.parts(spec);
            }
        }
    }

    fn pattern(self, pattern: &mut Pattern) {
        self.span(&mut pattern.span);
        match &mut pattern.kind {
            PatternKind::Value(value) => self.link(value),
            PatternKind::Singleton(_) => {}
            PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => self.patterns(patterns),
            PatternKind::Mapping { keys, patterns, rest } => {
                self.links(keys);
                self.patterns(patterns);
                rest.iter_mut().for_each(|name| self.ident(name));
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.link(cls);
                self.patterns(patterns);
                keywords.iter_mut().for_each(|(_, pattern)| self.pattern(pattern));
            }
            PatternKind::Star(name) => name.iter_mut().for_each(|name| self.ident(name)),
            PatternKind::As { pattern, name } => {
                pattern.iter_mut().for_each(|pattern| self.pattern(pattern));
                name.iter_mut().for_each(|name| self.ident(name));
            }
        }
    }

    fn patterns(self, patterns: &mut [Pattern]) {
        patterns.iter_mut().for_each(|pattern| self.pattern(pattern));
    }
}
