//! What a module finds in a package that imports it before the package has all its names.

use rustc_hash::FxHashSet;

use super::fresh::{Fatal, Fresh, Own};
use super::meaning::each_statement;
use super::{absolute, fresh};
use crate::modules::ModuleFile;
use crate::program::Program;
use crate::syntax::ast::{ImportNames, Name, StmtKind};
use crate::worlds::changes::bound_names;
use crate::worlds::machine::Identity;
use crate::worlds::resolve::{Resolver, StarNames};

/// What `from package import *` binds in a module that the package, which it lies in, is importing
/// in a fresh process; None where that cannot be told.
pub(in crate::worlds) fn star_names(
    package: &str,
    identity: &Identity,
    program: &Program,
    resolver: &Resolver<'_>,
) -> Option<StarNames> {
    // What `__all__` holds by then is not followed.
    if resolver.all_of(package).is_some() {
        return None;
    }
    let file = resolver.workspace_file(package)?;
    let is_package = identity.is_package;
    let own = Own { module: &identity.name, is_package, program, decisions: None, is_seen: true };
    let fatal = Fatal::default();
    let (active, loaded) = Fresh::new(own, &fatal, resolver).halfway(package)?;
    let text = resolver.program(&file)?;
    let bound = bound_before(&text, &file, &active, resolver);
    let mut exports = resolver.star_names(package)?;
    exports.names.retain(|(name, _)| bound.contains(name));
    let below = loaded.iter().filter_map(|module| module.strip_prefix(package)?.strip_prefix('.'));
    let mut leaves: Vec<&str> =
        below.filter(|leaf| !leaf.contains('.') && !leaf.starts_with('_')).collect();
    leaves.sort_unstable();
    let is_certain = !exports.is_chosen || !bound.contains("__all__");
    for leaf in leaves {
        if !exports.names.iter().any(|(known, _)| **known == *leaf) {
            exports.names.push((Name::from(leaf), is_certain));
        }
    }
    Some(exports)
}

/// The names that the statements of a package bind which have been executed.
fn bound_before(
    program: &Program,
    file: &ModuleFile,
    active: &fresh::Active,
    resolver: &Resolver<'_>,
) -> FxHashSet<Name> {
    let ast = program.ast();
    let mut bound = FxHashSet::default();
    each_statement(ast, &ast.body[..=active.index], &mut |id| {
        let stmt = ast.stmt(id);
        if stmt.span.end > active.at.start {
            return;
        }
        if let StmtKind::ImportFrom { module, names: ImportNames::Star(_), level } = &stmt.kind {
            let base = absolute(&file.name, file.is_package, module.as_ref(), *level);
            let exports = base.and_then(|base| resolver.star_names(&base));
            let names = exports.map(|exports| exports.names).unwrap_or_default();
            bound.extend(names.into_iter().map(|(name, _)| name));
        }
        bound_names(ast, id, &mut |name| {
            bound.insert(name.clone());
        });
    });
    bound
}
