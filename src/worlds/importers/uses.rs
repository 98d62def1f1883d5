//! Finds where a file uses names that its imports will not find any more.

use rustc_hash::FxHashSet;

use super::Gone;
use super::meaning::{Frames, MAX_HOPS, Meaning, Names, Reader};
use crate::diagnostic::Certainty;
use crate::modules::ModuleFile;
use crate::program::{Program, visit};
use crate::syntax::ast::{
    Ast, Constant, ExceptHandler, ExprId, ExprKind, FunctionDef, ImportNames, Name, StmtId,
    StmtKind,
};
use crate::text::span::Span;
use crate::worlds::resolve::Resolver;

/// A use of a name that is gone.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) name: Name,
    pub(super) span: Span,
    pub(super) certainty: Certainty,
    place: Place,
    is_attribute: bool,
}

impl Use {
    /// Whether importing the file afresh certainly fails here.
    pub(super) fn stops_import(&self) -> bool {
        self.certainty == Certainty::Always && !self.place.in_function && !self.place.in_branch
    }
}

/// What is around a statement or an expression.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// Executed when a function is called.
    in_function: bool,
    /// Under a condition that is not decided here.
    in_branch: bool,
    /// The branch is taken where something else is not to be had.
    is_alternative: bool,
    catches_import_error: bool,
    catches_attribute_error: bool,
}

/// The uses in one file, in the order in which they stand.
pub(super) fn find(
    gone: &Gone,
    file: &ModuleFile,
    program: &Program,
    resolver: &Resolver<'_>,
) -> Vec<Use> {
    let reader = Reader { file, program, resolver, target: &gone.module, hops: MAX_HOPS };
    let mut module = reader.names(&program.ast().body);
    for (name, meaning) in &mut module {
        if program.binds_through_global(name) {
            *meaning = None;
        }
    }
    let mut walker = Walker {
        gone,
        reader,
        ast: program.ast(),
        frames: Frames::new(module),
        leaks: false,
        asked: FxHashSet::default(),
        uses: Vec::new(),
    };
    walker.leaks = walker.is_only_star_the_modules();
    walker.block(&program.ast().body, Place::default());
    let Walker { asked, mut uses, .. } = walker;
    // Who asks whether an attribute is there, or sets it, knows what to do without.
    uses.retain(|used| !used.is_attribute || !asked.contains(&used.name));
    uses.sort_by_key(|used| (used.span, used.name.clone()));
    uses.dedup_by_key(|used| (used.span, used.name.clone()));
    // First what fails as soon as the file is imported.
    uses.sort_by_key(|used| (!used.stops_import(), used.place.in_function));
    uses
}

struct Walker<'a> {
    gone: &'a Gone,
    reader: Reader<'a>,
    ast: &'a Ast,
    frames: Frames,
    /// A name that the file does not bind comes from the module, through `import *`.
    leaks: bool,
    /// Attributes of any object that are asked for by name, or set.
    asked: FxHashSet<Name>,
    uses: Vec<Use>,
}

impl<'a> Walker<'a> {
    fn block(&mut self, body: &'a [StmtId], place: Place) {
        for &id in body {
            self.stmt(id, place);
        }
    }

    fn stmt(&mut self, id: StmtId, place: Place) {
        match &self.ast.stmt(id).kind {
            StmtKind::ImportFrom { module, names, level } => {
                let base = self.reader.absolute(module.as_ref(), *level);
                if base.as_deref() == Some(&*self.gone.module) {
                    self.import_from(names, place);
                }
            }
            StmtKind::FunctionDef(def) => self.function(id, def, place),
            StmtKind::ClassDef(def) => {
                self.exprs(&def.decorators, place);
                self.exprs(&def.bases, place);
                def.keywords.iter().for_each(|keyword| self.expr(keyword.value, place));
                let Some(scope) = self.reader.program.statement_scope(id) else { return };
                let names = self.reader.local_names(scope, &def.body, &[]);
                self.frames.push(scope, names);
                self.block(&def.body, place);
                self.frames.pop();
            }
            StmtKind::If { branches, orelse } => self.branches(branches, orelse, place),
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
                self.block(body, self.guarded(place, handlers));
                for handler in handlers {
                    handler.typ.iter().for_each(|&typ| self.expr(typ, place));
                    let place = Place { in_branch: true, is_alternative: true, ..place };
                    self.block(&handler.body, place);
                }
                let after = Place { in_branch: place.in_branch || !handlers.is_empty(), ..place };
                self.block(orelse, after);
                self.block(finalbody, place);
            }
            StmtKind::With { items, body, .. } => {
                items.iter().for_each(|item| {
                    self.expr(item.context, place);
                    item.target.iter().for_each(|&target| self.target(target, place));
                });
                let swallows = items.iter().any(|item| self.may_swallow(item.context));
                let inner = Place {
                    catches_import_error: place.catches_import_error || swallows,
                    catches_attribute_error: place.catches_attribute_error || swallows,
                    ..place
                };
                self.block(body, inner);
            }
            _ => self.other_stmt(id, place),
        }
    }

    fn other_stmt(&mut self, id: StmtId, place: Place) {
        match &self.ast.stmt(id).kind {
            StmtKind::Assign { targets, value } => {
                self.expr(*value, place);
                targets.iter().for_each(|&target| self.target(target, place));
            }
            StmtKind::AnnAssign { target, annotation, value, .. } => {
                value.iter().for_each(|&value| self.expr(value, place));
                if !self.reader.program.lazy_annotations && !place.in_function {
                    self.expr(*annotation, place);
                }
                self.target(*target, place);
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(*value, place);
                self.target(*target, place);
            }
            StmtKind::Delete(targets) => targets.iter().for_each(|&t| self.target(t, place)),
            StmtKind::Return(Some(value)) | StmtKind::Expr(value) => self.expr(*value, place),
            StmtKind::Raise { exc, cause } => {
                exc.iter().chain(cause).for_each(|&value| self.expr(value, place));
            }
            StmtKind::Assert { test, msg } => {
                self.expr(*test, place);
                let place = Place { in_branch: true, ..place };
                msg.iter().for_each(|&msg| self.expr(msg, place));
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.expr(*iter, place);
                self.target(*target, place);
                let inner = Place { in_branch: true, ..place };
                self.block(body, inner);
                self.block(orelse, inner);
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(*test, place);
                let inner = Place { in_branch: true, ..place };
                self.block(body, inner);
                self.block(orelse, inner);
            }
            StmtKind::Match { subject, cases } => {
                self.expr(*subject, place);
                let inner = Place { in_branch: true, ..place };
                for case in cases {
                    let mut exprs = Vec::new();
                    visit::pattern_exprs(&case.pattern, &mut |expr| exprs.push(expr));
                    exprs.extend(case.guard);
                    self.exprs(&exprs, inner);
                    self.block(&case.body, inner);
                }
            }
            _ => {}
        }
    }

    fn function(&mut self, id: StmtId, def: &'a FunctionDef, place: Place) {
        self.exprs(&def.decorators, place);
        let mut exprs = Vec::new();
        visit::param_exprs(&def.params, &mut |expr| exprs.push(expr));
        if !self.reader.program.lazy_annotations {
            exprs.extend(def.params.list.iter().filter_map(|param| param.annotation));
            exprs.extend(def.returns);
        }
        self.exprs(&exprs, place);
        let Some(scope) = self.reader.program.statement_scope(id) else { return };
        let params = def.params.list.iter().map(|param| param.name.name.clone());
        let params: Vec<Name> = params.collect();
        let names = self.reader.local_names(scope, &def.body, &params);
        self.frames.push(scope, names);
        // An exception handler around a definition is not around its calls.
        let inner = Place { in_function: true, ..Place::default() };
        self.block(&def.body, inner);
        self.frames.pop();
    }

    fn branches(
        &mut self,
        branches: &'a [(ExprId, Vec<StmtId>)],
        orelse: &'a [StmtId],
        place: Place,
    ) {
        let mut inner = place;
        for (test, body) in branches {
            self.expr(*test, inner);
            match static_test(self.ast, *test) {
                Some(true) => return self.block(body, inner),
                Some(false) => {}
                None => {
                    let is_alternative = inner.is_alternative || asks_environment(self.ast, *test);
                    inner = Place { in_branch: true, is_alternative, ..inner };
                    self.block(body, inner);
                }
            }
        }
        self.block(orelse, inner);
    }

    fn guarded(&self, place: Place, handlers: &[ExceptHandler]) -> Place {
        let catches = |names: &[&str]| {
            handlers.iter().any(|handler| match handler.typ {
                None => true,
                Some(typ) => may_catch(self.ast, typ, names),
            })
        };
        let is_import = catches(&["ImportError"]);
        let is_attribute = catches(&["AttributeError"]);
        Place {
            catches_import_error: place.catches_import_error || is_import,
            catches_attribute_error: place.catches_attribute_error || is_attribute,
            ..place
        }
    }

    /// `with suppress(…)`, `with pytest.raises(…)`.
    fn may_swallow(&self, context: ExprId) -> bool {
        let ExprKind::Call { func, .. } = &self.ast.expr(context).kind else { return false };
        matches!(last_name(self.ast, *func), Some("suppress" | "raises" | "assertRaises"))
    }

    fn import_from(&mut self, names: &ImportNames, place: Place) {
        match names {
            ImportNames::Names(aliases) if !place.catches_import_error => {
                for alias in aliases {
                    if self.gone.names.contains_key(&alias.name) {
                        let span = alias.span;
                        self.found(&alias.name, span, place, false);
                    }
                }
            }
            ImportNames::Star(span) if !place.catches_attribute_error => {
                if let Some(name) = self.gone.broken.first() {
                    self.found(name, *span, place, false);
                }
            }
            _ => {}
        }
    }

    fn found(&mut self, name: &Name, span: Span, place: Place, is_attribute: bool) {
        let Some(lost) = self.gone.names.get(name) else { return };
        // What is gone even now fails now as well, where it is still to be read.
        if !lost.is_orphan && place.in_function {
            return;
        }
        let may_not_run = place.is_alternative || place.in_branch && !place.in_function;
        let certain = lost.certainty == Certainty::Always && !may_not_run;
        let certainty = Certainty::always_if(certain);
        self.uses.push(Use { name: name.clone(), span, certainty, place, is_attribute });
    }

    fn target(&mut self, id: ExprId, place: Place) {
        match &self.ast.expr(id).kind {
            ExprKind::Attribute { value, attr } => {
                self.asked.insert(attr.name.clone());
                self.expr(*value, place);
            }
            ExprKind::Starred(inner) => self.target(*inner, place),
            ExprKind::List(items) | ExprKind::Tuple(items) => {
                items.iter().for_each(|&item| self.target(item, place));
            }
            ExprKind::Name(_) => {}
            _ => self.expr(id, place),
        }
    }

    fn exprs(&mut self, ids: &[ExprId], place: Place) {
        ids.iter().for_each(|&id| self.expr(id, place));
    }

    fn expr(&mut self, id: ExprId, place: Place) {
        let expr = self.ast.expr(id);
        match &expr.kind {
            ExprKind::Name(name) => {
                let is_leak = self.leaks && self.gone.leaked.contains(name);
                if is_leak && self.frames.meaning(name) == Meaning::Unbound {
                    self.found(name, expr.span, place, false);
                }
            }
            ExprKind::Attribute { value, attr } => {
                if self.is_module(*value) && !place.catches_attribute_error {
                    self.found(&attr.name, attr.span, place, true);
                }
                self.expr(*value, place);
            }
            ExprKind::Lambda(_)
            | ExprKind::ListComp(_)
            | ExprKind::SetComp(_)
            | ExprKind::DictComp(_)
            | ExprKind::GeneratorExp(_) => self.scoped(id, place),
            ExprKind::IfExp { .. } | ExprKind::BoolOp { .. } => {
                self.children(id, Place { in_branch: true, ..place });
            }
            ExprKind::Call { func, args, .. } => {
                let asks = matches!(
                    last_name(self.ast, *func),
                    Some("hasattr" | "getattr" | "setattr" | "delattr" | "object")
                );
                for &arg in args.iter().filter(|_| asks) {
                    if let ExprKind::Constant(Constant::Str(text)) = &self.ast.expr(arg).kind {
                        self.asked.insert(text.clone());
                    }
                }
                self.children(id, place);
            }
            _ => self.children(id, place),
        }
    }

    fn scoped(&mut self, id: ExprId, place: Place) {
        let Some(scope) = self.reader.program.expression_scope(id) else { return };
        let names: Names = scope.locals.iter().map(|name| (name.clone(), None)).collect();
        let is_lambda = matches!(self.ast.expr(id).kind, ExprKind::Lambda(_));
        self.frames.push(scope, names);
        let in_function = place.in_function || is_lambda;
        self.children(id, Place { in_function, in_branch: true, ..place });
        self.frames.pop();
    }

    fn children(&mut self, id: ExprId, place: Place) {
        let mut children = Vec::new();
        visit::child_exprs(self.ast, id, &mut |child| children.push(child));
        self.exprs(&children, place);
    }

    /// Whether an expression certainly is the module.
    fn is_module(&self, id: ExprId) -> bool {
        self.module_of(id).is_some_and(|module| module == *self.gone.module)
    }

    fn module_of(&self, id: ExprId) -> Option<String> {
        match &self.ast.expr(id).kind {
            ExprKind::Name(name) => match self.frames.meaning(name) {
                Meaning::Module(module) => Some(module.to_owned()),
                _ => None,
            },
            ExprKind::Attribute { value, attr } => {
                let package = self.module_of(*value)?;
                self.reader.submodule(&package, &attr.name)
            }
            _ => None,
        }
    }

    /// Whether the file's only star import is that of the module: then a name that nothing
    /// else binds is the module's.
    fn is_only_star_the_modules(&self) -> bool {
        if self.gone.leaked.is_empty() {
            return false;
        }
        let (mut own, mut other) = (false, false);
        super::meaning::each_statement(self.ast, &self.ast.body, &mut |id| {
            let kind = &self.ast.stmt(id).kind;
            if let StmtKind::ImportFrom { module, names: ImportNames::Star(_), level } = kind {
                let base = self.reader.absolute(module.as_ref(), *level);
                let is_own = base.as_deref() == Some(&*self.gone.module);
                own |= is_own;
                other |= !is_own;
            }
        });
        own && !other
    }
}

/// Which way a condition goes that says so itself.
pub(super) fn static_test(ast: &Ast, test: ExprId) -> Option<bool> {
    use crate::syntax::ast::UnaryOp;
    match &ast.expr(test).kind {
        ExprKind::UnaryOp { op: UnaryOp::Not, operand } => {
            static_test(ast, *operand).map(|value| !value)
        }
        ExprKind::Constant(Constant::True) => Some(true),
        ExprKind::Constant(Constant::False) => Some(false),
        _ => (last_name(ast, test) == Some("TYPE_CHECKING")).then_some(false),
    }
}

/// Whether a condition is about what there is: versions, platforms, what can be imported.
fn asks_environment(ast: &Ast, test: ExprId) -> bool {
    let mut pending = vec![test];
    while let Some(id) = pending.pop() {
        let name = last_name(ast, id).unwrap_or_default();
        let is_known = matches!(name, "sys" | "platform" | "os" | "hasattr" | "version_info");
        if is_known || name.to_ascii_uppercase().starts_with("PY") || name.starts_with("HAS") {
            return true;
        }
        visit::child_exprs(ast, id, &mut |child| pending.push(child));
    }
    false
}

/// The last part of a dotted name.
fn last_name(ast: &Ast, id: ExprId) -> Option<&str> {
    match &ast.expr(id).kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attr, .. } => Some(&attr.name),
        _ => None,
    }
}

/// Whether a handler for this type may catch one of the exceptions: unless it names only
/// others that are known.
fn may_catch(ast: &Ast, typ: ExprId, names: &[&str]) -> bool {
    if let ExprKind::Tuple(items) = &ast.expr(typ).kind {
        return items.iter().any(|&item| may_catch(ast, item, names));
    }
    match last_name(ast, typ) {
        Some(
            "ModuleNotFoundError"
            | "NameError"
            | "KeyError"
            | "TypeError"
            | "ValueError"
            | "OSError"
            | "SyntaxError"
            | "RuntimeError"
            | "IndexError"
            | "NotImplementedError",
        ) => false,
        Some(name @ ("ImportError" | "AttributeError")) => names.contains(&name),
        _ => true,
    }
}
