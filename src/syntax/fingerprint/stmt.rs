//! Fingerprints of statements, parameters and patterns.

use super::super::ast::*;
use super::Print;

impl Print<'_> {
    pub(super) fn comprehension(&mut self, comprehension: &Comprehension) {
        self.expr(comprehension.element);
        self.optional(comprehension.value);
        for generator in &comprehension.generators {
            self.word(u64::from(generator.is_async));
            self.expr(generator.target);
            self.expr(generator.iter);
            self.exprs(&generator.ifs);
        }
    }

    pub(super) fn params(&mut self, params: &Params) {
        self.word(params.list.len() as u64);
        for param in &params.list {
            self.word(param.kind as u64);
            self.text(&param.name.name);
            self.optional(param.annotation);
            self.optional(param.default);
        }
    }

    fn type_params(&mut self, params: &[TypeParam]) {
        self.word(params.len() as u64);
        for param in params {
            self.word(param.kind as u64);
            self.text(&param.name.name);
            self.optional(param.bound);
            self.optional(param.default);
        }
    }

    pub(super) fn function(&mut self, def: &FunctionDef) {
        self.word(u64::from(def.is_async));
        self.exprs(&def.decorators);
        self.type_params(&def.type_params);
        self.params(&def.params);
        self.optional(def.returns);
        self.block(&def.body);
    }

    pub(super) fn class(&mut self, class: &ClassDef) {
        self.exprs(&class.decorators);
        self.type_params(&class.type_params);
        self.exprs(&class.bases);
        self.keywords(&class.keywords);
        self.block(&class.body);
    }

    pub(super) fn stmt_kind(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::FunctionDef(def) => self.function(def),
            StmtKind::ClassDef(class) => self.class(class),
            StmtKind::Return(value) => self.optional(*value),
            StmtKind::Delete(targets) => self.exprs(targets),
            StmtKind::Assign { targets, value } => {
                self.exprs(targets);
                self.expr(*value);
            }
            StmtKind::TypeAlias { name, type_params, value } => {
                self.text(&name.name);
                self.type_params(type_params);
                self.expr(*value);
            }
            StmtKind::AugAssign { target, op, value } => {
                self.word(*op as u64);
                self.exprs(&[*target, *value]);
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.word(u64::from(*simple));
                self.exprs(&[*target, *annotation]);
                self.optional(*value);
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(*exc);
                self.optional(*cause);
            }
            StmtKind::Assert { test, msg } => {
                self.expr(*test);
                self.optional(*msg);
            }
            StmtKind::Import(aliases) => self.aliases(aliases),
            StmtKind::ImportFrom { module, names, level } => {
                self.word(u64::from(*level));
                self.text(module.as_deref().unwrap_or(""));
                match names {
                    ImportNames::Star(_) => self.word(u64::MAX),
                    ImportNames::Names(aliases) => self.aliases(aliases),
                }
            }
            StmtKind::Global(names) | StmtKind::Nonlocal(names) => {
                names.iter().for_each(|name| self.text(&name.name));
            }
            StmtKind::Expr(value) => self.expr(*value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => {}
            _ => self.compound(kind),
        }
    }

    fn compound(&mut self, kind: &StmtKind) {
        match kind {
            StmtKind::For { target, iter, body, orelse, is_async } => {
                self.word(u64::from(*is_async));
                self.exprs(&[*target, *iter]);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(*test);
                self.block(body);
                self.block(orelse);
            }
            StmtKind::If { branches, orelse } => {
                self.word(branches.len() as u64);
                for (test, body) in branches {
                    self.expr(*test);
                    self.block(body);
                }
                self.block(orelse);
            }
            StmtKind::With { items, body, is_async } => {
                self.word(u64::from(*is_async));
                self.word(items.len() as u64);
                for item in items {
                    self.expr(item.context);
                    self.optional(item.target);
                }
                self.block(body);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject);
                self.word(cases.len() as u64);
                for case in cases {
                    self.pattern(&case.pattern);
                    self.optional(case.guard);
                    self.block(&case.body);
                }
            }
            StmtKind::Try { body, handlers, orelse, finalbody, is_star } => {
                self.word(u64::from(*is_star));
                self.block(body);
                self.word(handlers.len() as u64);
                for handler in handlers {
                    self.optional(handler.typ);
                    self.text(handler.name.as_ref().map_or("", |name| &name.name));
                    self.block(&handler.body);
                }
                self.block(orelse);
                self.block(finalbody);
            }
            _ => {}
        }
    }

    fn aliases(&mut self, aliases: &[Alias]) {
        self.word(aliases.len() as u64);
        for alias in aliases {
            self.text(&alias.name);
            self.text(alias.asname.as_ref().map_or("", |name| &name.name));
        }
    }

    fn name(&mut self, name: Option<&Ident>) {
        self.text(name.map_or("", |name| &name.name));
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        self.word(patterns.len() as u64);
        patterns.iter().for_each(|pattern| self.pattern(pattern));
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Value(value) => {
                self.word(1);
                self.expr(*value);
            }
            PatternKind::Singleton(constant) => {
                self.word(2);
                self.constant(constant);
            }
            PatternKind::Sequence(patterns) => {
                self.word(3);
                self.patterns(patterns);
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                self.word(4);
                self.exprs(keys);
                self.patterns(patterns);
                self.name(rest.as_ref());
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.word(5);
                self.expr(*cls);
                self.patterns(patterns);
                self.word(keywords.len() as u64);
                for (name, pattern) in keywords {
                    self.text(name);
                    self.pattern(pattern);
                }
            }
            PatternKind::Star(name) => {
                self.word(6);
                self.name(name.as_ref());
            }
            PatternKind::As { pattern, name } => {
                self.word(7);
                self.name(name.as_ref());
                if let Some(pattern) = pattern {
                    self.pattern(pattern);
                }
            }
            PatternKind::Or(patterns) => {
                self.word(8);
                self.patterns(patterns);
            }
        }
    }
}
