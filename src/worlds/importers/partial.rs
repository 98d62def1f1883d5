//! What a module reads of another that is being imported, before it is there: `a partially
//! initialized module … has no attribute …` (`module_getattro` in `Objects/moduleobject.c`).

use rustc_hash::FxHashMap;

use super::fresh::Fresh;
use super::meaning::{binds_nothing_else, each_statement};
use crate::program::{Program, visit};
use crate::syntax::ast::{Ast, ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::worlds::changes::bound_names;

/// The modules that names certainly mean in one module; None for anything else.
type Meant = FxHashMap<Name, Option<String>>;

impl Fresh<'_> {
    /// Why executing a statement certainly fails: it reads an attribute of a module that is being
    /// imported and has not got it yet.
    pub(super) fn reads_too_early(&self, program: &Program, id: StmtId) -> Option<String> {
        let ast = program.ast();
        let mut pending = certainly_evaluated(ast, id);
        let has_attribute =
            |&id: &ExprId| program.slice(ast.expr(id).span).contains(['.', '(', '[']);
        pending.retain(has_attribute);
        if pending.is_empty() {
            return None;
        }
        let meant = meant(program);
        while let Some(id) = pending.pop() {
            match &ast.expr(id).kind {
                ExprKind::Lambda(_)
                | ExprKind::ListComp(_)
                | ExprKind::SetComp(_)
                | ExprKind::DictComp(_)
                | ExprKind::GeneratorExp(_)
                | ExprKind::IfExp { .. }
                | ExprKind::BoolOp { .. } => continue,
                ExprKind::Attribute { value, attr } => {
                    let module = self.module_of(ast, &meant, *value);
                    if let Some(module) = module.filter(|module| self.lacks(module, &attr.name)) {
                        let name = &attr.name;
                        return Some(format!(
                            "a circular import: `{module}` is being imported and has no `{name}` yet"
                        ));
                    }
                }
                _ => {}
            }
            visit::child_exprs(ast, id, &mut |child| pending.push(child));
        }
        None
    }

    fn module_of(&self, ast: &Ast, meant: &Meant, id: ExprId) -> Option<String> {
        match &ast.expr(id).kind {
            ExprKind::Name(name) => meant.get(name)?.clone(),
            ExprKind::Attribute { value, attr } => {
                let package = self.module_of(ast, meant, *value)?;
                let is_submodule = self.resolver.is_submodule(&package, &attr.name)
                    && binds_nothing_else(&package, &attr.name, self.resolver);
                is_submodule.then(|| format!("{package}.{}", attr.name))
            }
            _ => None,
        }
    }

    /// Whether a module is being imported and certainly has not got an attribute that it will have.
    fn lacks(&self, module: &str, name: &Name) -> bool {
        if !self.is_under_way(module) {
            return false;
        }
        if !self.resolver.is_submodule(module, name) {
            return self.is_not_yet_bound(module, name);
        }
        // A package gets its submodule once that has been imported to its end.
        let submodule = format!("{module}.{name}");
        (!self.is_loaded(&submodule) || self.is_under_way(&submodule))
            && binds_nothing_else(module, name, self.resolver)
            && !self.may_be_imported_unseen(name)
    }

    /// Whether anything that has been executed has an import in a place that is not followed which
    /// might be one of a submodule, or of what imports it.
    fn may_be_imported_unseen(&self, leaf: &str) -> bool {
        let imports = |text: &str| {
            let is_nested = |line: &&str| line.starts_with([' ', '\t']);
            let mut nested = text.lines().filter(is_nested);
            nested.any(|line| line.contains("import") && line.contains(leaf))
        };
        imports(self.own.program.source().text())
            || self.executed().any(|program| imports(program.source().text()))
    }
}

/// What a module's imports say that its names mean.
fn meant(program: &Program) -> Meant {
    let ast = program.ast();
    let mut meant = Meant::default();
    let mut note = |name: &Name, module: Option<String>| {
        let known = meant.entry(name.clone()).or_insert_with(|| module.clone());
        if *known != module {
            *known = None;
        }
    };
    each_statement(ast, &ast.body, &mut |id| match &ast.stmt(id).kind {
        StmtKind::Import(aliases) => {
            for alias in aliases {
                let top = alias.name.split('.').next().unwrap_or(&alias.name);
                match &alias.asname {
                    Some(asname) => note(&asname.name, Some(alias.name.to_string())),
                    None => note(&Name::from(top), Some(top.to_owned())),
                }
            }
        }
        _ => bound_names(ast, id, &mut |name| note(name, None)),
    });
    meant
}

/// The expressions that a statement of a module evaluates whatever is the case.
fn certainly_evaluated(ast: &Ast, id: StmtId) -> Vec<ExprId> {
    match &ast.stmt(id).kind {
        StmtKind::Expr(value) | StmtKind::Assign { value, .. } => vec![*value],
        StmtKind::AugAssign { value, .. } => vec![*value],
        StmtKind::AnnAssign { value, .. } => value.iter().copied().collect(),
        StmtKind::ClassDef(def) => {
            let keywords = def.keywords.iter().map(|keyword| keyword.value);
            def.decorators.iter().chain(&def.bases).copied().chain(keywords).collect()
        }
        StmtKind::FunctionDef(def) => {
            let mut exprs = def.decorators.clone();
            visit::param_exprs(&def.params, &mut |expr| exprs.push(expr));
            exprs
        }
        _ => Vec::new(),
    }
}
