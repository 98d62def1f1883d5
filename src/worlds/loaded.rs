//! Which other modules a process has loaded, as far as that is certain.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::importers::halfway;
use super::machine::{Machine, Stop};
use super::resolve::{Resolver, StarNames};
use super::value::Value;
use crate::modules::{Found, leads_to};
use crate::simulation::BindingKind;
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
        let own = [package.clone()].into_iter().chain(self.own_packages(package));
        let mut names: Vec<Name> = self
            .loaded_so_far(resolver, own)
            .iter()
            .filter_map(|module| module.strip_prefix(&**package)?.strip_prefix('.'))
            .filter(|leaf| !leaf.contains('.') && !leaf.starts_with('_'))
            .filter(|leaf| !exports.names.iter().any(|(known, _)| **known == **leaf))
            .map(Name::from)
            .collect();
        names.sort();
        let is_certain = !exports.is_chosen;
        exports.names.extend(names.into_iter().map(|name| (name, is_certain)));
    }

    /// The modules that this one's imports have loaded, now or before it was reloaded, and those
    /// that some others load.
    fn loaded_so_far(
        &self,
        resolver: &Resolver<'_>,
        others: impl Iterator<Item = Name>,
    ) -> FxHashSet<Name> {
        let before = self.baseline.as_ref().filter(|_| !self.is_fresh);
        let before = before.map(|baseline| baseline.imported()).unwrap_or_default();
        let imported = resolver.modules_of(&self.trace.imported);
        resolver.loaded_with(imported.chain(resolver.modules_of(before)).chain(others))
    }

    /// Whether a module is certainly in `sys.modules`.
    pub(super) fn has_been_loaded(&self, name: &Name) -> bool {
        if self.is_loaded(name) {
            return true;
        }
        let own = &self.identity.name;
        let around = own.match_indices('.').map(|(at, _)| Name::from(&own[..at]));
        // What is being imported has not imported everything yet.
        let is_complete = |package: &Name| {
            !self.is_fresh || !self.resolver_of(package).is_met_on_the_way(own, package)
        };
        self.loaded_so_far(self.resolver_of(name), around.filter(is_complete)).contains(name)
    }

    /// The modules below a package that lead to this one, as far as they are attributes of their
    /// packages by now: what is being imported is not yet.
    fn own_packages(&self, package: &Name) -> Vec<Name> {
        let own = &self.identity.name;
        if self.is_elsewhere() || !leads_to(package, own) {
            return Vec::new();
        }
        let ends = own.match_indices('.').map(|(at, _)| at).chain([own.len()]);
        let below = ends.filter(|&end| end > package.len()).map(|end| Name::from(&own[..end]));
        let is_bound = |name: &Name| match self.is_fresh {
            true => name != own && !self.resolver_of(name).is_met_on_the_way(own, name),
            false => true,
        };
        below.filter(is_bound).collect()
    }

    /// As [`Self::star_names`], of a package that is importing this module.
    pub(super) fn halfway_names(&self, package: &Name) -> Option<StarNames> {
        if self.is_elsewhere() {
            return None;
        }
        let resolver = self.resolver_of(package);
        halfway::star_names(package, &self.identity, &self.program, resolver)
    }

    /// Loading a submodule makes it an attribute of its package, which this module may be. Where
    /// the process has loaded it already, importing it again binds nothing
    /// (`_find_and_load_unlocked` in `Lib/importlib/_bootstrap.py`).
    pub(super) fn set_submodule(&mut self, module: &str) {
        let own = module.strip_prefix(&*self.identity.name);
        let own = own.and_then(|rest| rest.strip_prefix('.'));
        let Some(own) = own.filter(|own| !own.contains('.')) else { return };
        let symbol = self.symbol(&Name::from(own));
        if self.state.global(symbol).is_none() && !self.was_loaded(module) {
            let value = Value::Module(Name::from(module));
            self.bind_outside(own, value, BindingKind::Import);
        }
    }

    /// Whether the versions before have loaded a module, by its name.
    fn was_loaded(&self, module: &str) -> bool {
        let baseline = self.baseline.as_ref().filter(|_| !self.is_fresh);
        baseline.is_some_and(|baseline| baseline.has_imported(module))
    }

    /// A package's name that its text has not bound may be a submodule that something else has
    /// loaded meanwhile: binds it then, and says so.
    pub(super) fn bind_submodule(&mut self, name: &Name) -> bool {
        let package = self.identity.name.clone();
        if !self.identity.is_package || self.is_elsewhere() {
            return false;
        }
        let module = Name::from(format!("{package}.{name}"));
        if !self.is_submodule(&package, name) || self.was_loaded(&module) {
            return false;
        }
        if !self.loaded_so_far(self.resolver_of(&package), [].into_iter()).contains(&module) {
            return false;
        }
        self.bind_outside(name, Value::Module(module.clone()), BindingKind::Import);
        // From now on it is known what became of the name.
        self.note_import(&module, "");
        true
    }

    /// No name is there. For a submodule that may be so because it is there once only.
    pub(super) fn raise_lacking(
        &mut self,
        name: &str,
        class: &'static str,
        reason: impl Into<Rc<str>>,
    ) -> Stop {
        let module = format!("{}.{name}", self.identity.name);
        if !self.identity.is_package || !self.was_loaded(&module) {
            return self.raise_builtin(class, reason);
        }
        let reason = format!(
            "`{name}` is bound when `{module}` is loaded, and importing it again does not load it"
        );
        let stop = self.raise_builtin(class, reason);
        if let Some(raise) = self.raises.last_mut() {
            raise.is_second_run = raise.site_unchanged;
        }
        stop
    }
}
