//! Which names of a text mean the module that is looked for, or a package around it.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{absolute, leads_to};
use crate::modules::ModuleFile;
use crate::program::{Program, Scope, ScopeKind, visit};
use crate::syntax::ast::{Ast, ExprKind, ImportNames, Name, StmtId, StmtKind};
use crate::worlds::changes::bound_names;
use crate::worlds::resolve::Resolver;

/// The names of a scope: the module that each certainly means, or None for anything else.
pub(super) type Names = FxHashMap<Name, Option<String>>;

/// Says what names mean in one file.
pub(super) struct Reader<'a> {
    pub(super) file: &'a ModuleFile,
    pub(super) program: &'a Program,
    pub(super) resolver: &'a Resolver<'a>,
    /// The module that is looked for.
    pub(super) target: &'a str,
    /// Through how many modules more it is followed that hand it on.
    pub(super) hops: usize,
}

/// Modules are followed through so many others that hand them on.
pub(super) const MAX_HOPS: usize = 3;

impl Reader<'_> {
    /// What a scope's own statements bind, those of nested definitions left out.
    pub(super) fn names(&self, body: &[StmtId]) -> Names {
        let ast = self.program.ast();
        let mut names = Names::default();
        let mut note = |name: &Name, module: Option<String>| {
            let known = names.entry(name.clone()).or_insert_with(|| module.clone());
            if *known != module {
                *known = None;
            }
        };
        each_statement(ast, body, &mut |id| match &ast.stmt(id).kind {
            StmtKind::Import(aliases) => {
                for alias in aliases {
                    match &alias.asname {
                        Some(asname) => note(&asname.name, Some(alias.name.to_string())),
                        None => {
                            let top = alias.name.split('.').next().unwrap_or(&alias.name);
                            note(&Name::from(top), Some(top.to_owned()));
                        }
                    }
                }
            }
            StmtKind::ImportFrom { module, names: ImportNames::Names(aliases), level } => {
                let base = self.absolute(module.as_ref(), *level);
                for alias in aliases {
                    let bound = alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name);
                    let base = base.as_deref();
                    note(bound, base.and_then(|base| self.submodule(base, &alias.name)));
                }
            }
            StmtKind::Delete(targets) => {
                for &target in targets {
                    if let ExprKind::Name(name) = &ast.expr(target).kind {
                        note(name, None);
                    }
                }
            }
            kind => {
                if let StmtKind::Try { handlers, .. } = kind {
                    let bound = handlers.iter().filter_map(|handler| handler.name.as_ref());
                    bound.for_each(|ident| note(&ident.name, None));
                }
                bound_names(ast, id, &mut |name| note(name, None));
            }
        });
        names
    }

    /// The names of a function, where `own` are those that its statements bind: a parameter
    /// means nothing that is known.
    pub(super) fn local_names(&self, scope: &Scope, body: &[StmtId], params: &[Name]) -> Names {
        let mut names = self.names(body);
        names.retain(|name, _| scope.locals.contains(name));
        for name in &scope.locals {
            names.entry(name.clone()).or_insert(None);
        }
        for name in params {
            names.insert(name.clone(), None);
        }
        names
    }

    pub(super) fn absolute(&self, module: Option<&Name>, level: u32) -> Option<String> {
        absolute(&self.file.name, self.file.is_package, module, level)
    }

    /// The module that an attribute of another certainly is, where it is on the way to the one
    /// that is looked for.
    pub(super) fn submodule(&self, package: &str, leaf: &str) -> Option<String> {
        if !self.resolver.is_submodule(package, leaf) {
            return self.handed_on(package, leaf);
        }
        let name = format!("{package}.{leaf}");
        let is_on_the_way = leads_to(&name, self.target);
        (is_on_the_way && binds_nothing_else(package, leaf, self.resolver)).then_some(name)
    }

    /// As [`Self::submodule`], of a name that an import of the other module binds:
    /// `from . import expressions as exp`.
    fn handed_on(&self, module: &str, name: &str) -> Option<String> {
        let hops = self.hops.checked_sub(1)?;
        let file = self.resolver.workspace_file(module)?;
        let text = file.source.text();
        let leaf = self.target.rsplit('.').next()?;
        if !text.contains(name) || !text.contains(leaf) {
            return None;
        }
        let program = self.resolver.program(&file)?;
        let reader = Reader { file: &file, program: &program, hops, ..*self };
        let body = &program.ast().body;
        let name = Name::from(name);
        let meant = reader.names(body).remove(&name).flatten();
        let meant = meant.filter(|meant| leads_to(meant, self.target))?;
        let mut is_certain = !program.binds_through_global(&name);
        each_statement(program.ast(), body, &mut |id| {
            is_certain &= !a_star_binds(&program, id, &file, &name, self.resolver);
        });
        is_certain.then_some(meant)
    }
}

/// Whether a statement is a star import that may bring a name.
fn a_star_binds(
    program: &Program,
    id: StmtId,
    file: &ModuleFile,
    wanted: &str,
    resolver: &Resolver<'_>,
) -> bool {
    let kind = &program.ast().stmt(id).kind;
    let StmtKind::ImportFrom { module, names: ImportNames::Star(_), level } = kind else {
        return false;
    };
    let base = absolute(&file.name, file.is_package, module.as_ref(), *level);
    let exports = base.and_then(|base| resolver.star_names(&base));
    exports.is_none_or(|exports| {
        exports.unseen || exports.names.iter().any(|(name, _)| **name == *wanted)
    })
}

/// Whether a package's own code never gives the name of a submodule to anything else.
pub(super) fn binds_nothing_else(package: &str, leaf: &str, resolver: &Resolver<'_>) -> bool {
    // What is no source of the workspace (a namespace package) binds nothing.
    let Some(file) = resolver.workspace_file(package) else { return true };
    let Some(program) = resolver.program(&file) else { return false };
    let ast = program.ast();
    let mut is_plain = !program.binds_through_global(&Name::from(leaf));
    each_statement(ast, &ast.body, &mut |id| match &ast.stmt(id).kind {
        StmtKind::ImportFrom { module, names: ImportNames::Names(aliases), level } => {
            let base = absolute(&file.name, file.is_package, module.as_ref(), *level);
            let is_own = base.as_deref() == Some(package);
            is_plain &= aliases.iter().all(|alias| {
                let bound = alias.asname.as_ref().map_or(&alias.name, |name| &name.name);
                **bound != *leaf || is_own && *alias.name == *leaf
            });
        }
        StmtKind::ImportFrom { .. } => {
            is_plain &= !a_star_binds(&program, id, &file, leaf, resolver);
        }
        _ => bound_names(ast, id, &mut |name| is_plain &= **name != *leaf),
    });
    is_plain
}

/// Calls `f` with every statement of a scope, outer ones first.
pub(super) fn each_statement<'a>(ast: &'a Ast, body: &'a [StmtId], f: &mut dyn FnMut(StmtId)) {
    let mut pending: Vec<StmtId> = body.iter().rev().copied().collect();
    while let Some(id) = pending.pop() {
        f(id);
        let is_definition =
            matches!(ast.stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
        if !is_definition {
            visit::child_blocks(ast, id, &mut |block| pending.extend(block.iter().rev()));
        }
    }
}

/// The scopes around a place in a file, the module's first.
pub(super) struct Frames {
    frames: Vec<Frame>,
}

struct Frame {
    scope: Option<Arc<Scope>>,
    names: Names,
}

/// What a name means at a place.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning<'a> {
    Module(&'a str),
    Other,
    /// Nothing in the file binds it.
    Unbound,
}

impl Frames {
    pub(super) fn new(module: Names) -> Frames {
        Frames { frames: vec![Frame { scope: None, names: module }] }
    }

    pub(super) fn push(&mut self, scope: &Arc<Scope>, names: Names) {
        self.frames.push(Frame { scope: Some(Arc::clone(scope)), names });
    }

    pub(super) fn pop(&mut self) {
        self.frames.pop();
    }

    /// What a name means, read in the innermost of the scopes.
    pub(super) fn meaning(&self, name: &Name) -> Meaning<'_> {
        let innermost = self.frames.len() - 1;
        let mut is_global = false;
        for (depth, frame) in self.frames.iter().enumerate().rev() {
            if let Some(scope) = &frame.scope {
                is_global |= depth == innermost && scope.globals.contains(name);
                let hidden = scope.kind == ScopeKind::Class && depth != innermost;
                if is_global || hidden {
                    continue;
                }
            }
            match frame.names.get(name) {
                Some(Some(module)) => return Meaning::Module(module),
                Some(None) => return Meaning::Other,
                None => {}
            }
        }
        Meaning::Unbound
    }
}
