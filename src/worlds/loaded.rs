//! Which other modules a process has loaded, as far as that is certain.

use rustc_hash::FxHashSet;

use super::machine::Machine;
use super::resolve::{Resolver, StarNames};
use crate::modules::Found;
use crate::syntax::ast::Name;

impl Resolver<'_> {
    /// The modules that importing some modules loads, themselves included.
    pub(super) fn loaded_with(&self, modules: impl Iterator<Item = Name>) -> FxHashSet<Name> {
        let mut pending: Vec<Name> = modules.collect();
        let mut loaded: FxHashSet<Name> = pending.iter().cloned().collect();
        while let Some(name) = pending.pop() {
            let summary = self.workspace_file(&name).and_then(|file| self.summary(&file));
            let Some(summary) = summary else { continue };
            let unseen = summary.imported.iter().filter(|name| loaded.insert((*name).clone()));
            pending.extend(unseen.cloned());
        }
        loaded
    }
}

impl Machine<'_> {
    /// Without `__all__` a package exports the submodules that have been imported so far,
    /// whoever did: importing one binds it in its package (`_find_and_load_unlocked` in
    /// `Lib/importlib/_bootstrap.py`).
    pub(super) fn add_submodules(&self, package: &Name, exports: &mut StarNames) {
        let resolver = self.resolver_of(package);
        let Found::Source(file) = resolver.find(package) else { return };
        if !file.is_package || resolver.all_of(package).is_some() {
            return;
        }
        let so_far = resolver.modules_of(&self.trace.imported).chain([package.clone()]);
        let mut names: Vec<Name> = resolver
            .loaded_with(so_far)
            .iter()
            .filter_map(|module| module.strip_prefix(&**package)?.strip_prefix('.'))
            .filter(|leaf| !leaf.contains('.') && !leaf.starts_with('_'))
            .filter(|leaf| !exports.names.iter().any(|(known, _)| **known == **leaf))
            .map(Name::from)
            .collect();
        names.sort();
        exports.names.extend(names.into_iter().map(|name| (name, true)));
    }
}
