//! What has come to the files of other modules since the process loaded them.
//!
//! A reload meets the other modules as they are in `sys.modules`. What is not there is imported
//! then, from the files as they are now (`_find_and_load_unlocked` in
//! `Lib/importlib/_bootstrap.py`). And what a loaded module has only in its file is there once
//! that module has been reloaded itself: without it the reload stops, in the right order it does
//! not.

use std::borrow::Cow;
use std::rc::Rc;

use rustc_hash::FxHashSet;

use super::builtins::types;
use super::c_modules::is_c_module;
use super::eval::Args;
use super::machine::{Flow, Machine, Raise, Stop};
use super::resolve::{Presence, Resolver, StarNames};
use super::risk::RAISED_AGAIN;
use super::run::{Run, is_open};
use super::value::{External, Value};
use crate::comparison::StaleImport;
use crate::diagnostic::Certainty;
use crate::modules::{Found, ModuleOrigin};
use crate::simulation::{AbortPoint, Outcome};
use crate::syntax::ast::{ExprId, Name};
use crate::text::span::Span;

/// The other modules in the new state of the files.
#[derive(Clone)]
pub(super) struct Newer<'a> {
    resolver: &'a Resolver<'a>,
    /// Modules that are taken to have been reloaded before.
    reloaded: FxHashSet<Name>,
    /// Modules that have come since and were imported on the way.
    imported: FxHashSet<Name>,
}

/// An exception that would not be raised if another module had been reloaded before.
#[derive(Debug, Clone)]
pub(super) struct Lacking {
    module: Name,
    /// What is wrong with the module as it is loaded, in words.
    lack: String,
    /// What needs it.
    span: Span,
    /// Where the module's own frame stands.
    site: Span,
    /// Why it is raised: the very object that the exception has.
    reason: Rc<str>,
}

impl<'a> Newer<'a> {
    pub(super) fn new(resolver: &'a Resolver<'a>) -> Newer<'a> {
        let (reloaded, imported) = Default::default();
        Newer { resolver, reloaded, imported }
    }

    /// Another run begins.
    pub(super) fn begin(&mut self) {
        self.imported.clear();
    }

    /// A run goes on that has imported these modules.
    pub(super) fn resume(&mut self, imported: &FxHashSet<Name>) {
        self.imported.clone_from(imported);
    }

    /// The modules that have come since and were imported on the way.
    pub(super) fn imported(&self) -> &FxHashSet<Name> {
        &self.imported
    }

    pub(super) fn resolver(&self) -> &'a Resolver<'a> {
        self.resolver
    }
}

impl<'a> Machine<'a> {
    /// Who knows a module as the code that runs meets it.
    pub(super) fn resolver_of(&self, module: &str) -> &'a Resolver<'a> {
        match &self.newer {
            Some(newer) if newer.reloaded.contains(module) || self.is_new(module) => newer.resolver,
            _ => self.resolver,
        }
    }

    /// Whether a module is not loaded and would be found by now.
    fn is_new(&self, name: &str) -> bool {
        self.has_come(name)
            && name.rsplit_once('.').is_none_or(|(parent, _)| self.is_package(parent))
    }

    /// Whether the file of a module that is not loaded is there by now.
    fn has_come(&self, name: &str) -> bool {
        let Some(newer) = &self.newer else { return false };
        matches!(self.resolver.find(name), Found::Missing | Found::Unknown)
            && match newer.resolver.find(name) {
                Found::Source(file) => file.origin == ModuleOrigin::Workspace,
                Found::Namespace => true,
                Found::Opaque | Found::Missing | Found::Unknown => false,
            }
    }

    /// Whether submodules of a module are looked for: it has a `__path__`.
    fn is_package(&self, name: &str) -> bool {
        if *name == *self.identity.name {
            return self.identity.is_package;
        }
        match self.resolver_of(name).find(name) {
            Found::Source(file) => file.is_package,
            Found::Namespace => true,
            Found::Opaque | Found::Missing | Found::Unknown => false,
        }
    }

    /// Whether importing a module finds it. Its parents are the caller's matter.
    pub(super) fn module_presence(&self, name: &str) -> Presence {
        self.resolver_of(name).module_presence(name)
    }

    /// Whether a module is there, and nothing can be seen of it.
    pub(super) fn is_compiled(&self, module: &str) -> bool {
        matches!(self.resolver_of(module).find(module), Found::Opaque) && !is_c_module(module)
    }

    /// Whether `module.name` is a module.
    pub(super) fn is_submodule(&self, module: &str, name: &str) -> bool {
        self.resolver_of(module).is_submodule(module, name)
            || self.newer.is_some() && self.is_new(&format!("{module}.{name}"))
    }

    /// Whether `from module import name` finds the name.
    pub(super) fn attribute_presence(&self, module: &str, name: &str) -> Presence {
        let resolver = self.resolver_of(module);
        let presence = resolver.attribute_presence(module, name);
        if presence == Presence::Yes || self.newer.is_none() {
            return presence;
        }
        // A reload leaves in the namespace what the new text does not bind.
        let is_kept = !std::ptr::eq(resolver, self.resolver)
            && self.resolver.module_presence(module) == Presence::Yes
            && self.resolver.attribute_presence(module, name) == Presence::Yes;
        match is_kept || self.is_new(&format!("{module}.{name}")) {
            true => Presence::Yes,
            false => presence,
        }
    }

    /// As [`Self::attribute_presence`], for code that is imported for the first time.
    pub(super) fn likely_presence(&self, module: &str, name: &str) -> Presence {
        match self.resolver_of(module).likely_presence(module, name) {
            Presence::Yes => Presence::Yes,
            presence if self.newer.is_none() => presence,
            _ => self.attribute_presence(module, name),
        }
    }

    /// What `from module import *` binds; None where that cannot be told at all.
    pub(super) fn star_names(&mut self, module: &Name) -> Option<StarNames> {
        let resolver = self.resolver_of(module);
        let mut exports = resolver.star_names(module);
        if let Some(exports) = &mut exports {
            self.add_submodules(module, exports);
        }
        let Some(newer) = self.newer.as_ref().map(|newer| newer.resolver) else { return exports };
        if std::ptr::eq(resolver, newer) {
            return self.with_leftovers(module, exports?);
        }
        let exports = exports?;
        if let Some(names) = newer.star_names(module) {
            let is_known = |name: &Name| exports.names.iter().any(|(known, _)| known == name);
            let lacking = names.names.into_iter().filter(|(name, _)| !is_known(name));
            let lacking = lacking.map(|(name, _)| (name, module.clone()));
            self.trace.unexported.extend(lacking);
        }
        Some(exports)
    }

    /// Without `__all__` a reloaded module exports what its older text bound, too.
    fn with_leftovers(&self, module: &Name, mut exports: StarNames) -> Option<StarNames> {
        let newer = self.newer.as_ref()?.resolver;
        if newer.all_of(module).is_none()
            && self.resolver.all_of(module).is_none()
            && let Some(older) = self.resolver.star_names(module)
        {
            for (name, certain) in older.names {
                if !exports.names.iter().any(|(known, _)| *known == name) {
                    exports.names.push((name, certain));
                }
            }
            exports.unseen |= older.unseen;
        }
        Some(exports)
    }

    /// The value of a name of another module, where it is plain data.
    pub(super) fn constant_of(&self, external: &External) -> Option<Value> {
        let plain = self.resolver_of(&external.module).plain(&external.module, &external.attribute);
        plain.filter(Value::is_constant)
    }

    /// What another module's name holds, where that is plain data; else the value itself.
    pub(super) fn looked_up<'v>(&self, value: &'v Value) -> Cow<'v, Value> {
        let known = match value {
            Value::External(external) => self.constant_of(external),
            _ => None,
        };
        known.map_or(Cow::Borrowed(value), Cow::Owned)
    }

    // --- What only the new state has ---

    /// An import of a module that is not there ends the path.
    pub(super) fn no_module(&mut self, name: &str) -> Stop {
        let reason: Rc<str> = format!("there is no module `{name}`").into();
        if self.has_come(name)
            && let Some((parent, _)) = name.rsplit_once('.')
        {
            let lack = format!("`{parent}` is no package");
            self.note(parent, lack, self.site, &reason);
        }
        self.raise_builtin("ModuleNotFoundError", reason)
    }

    /// Imports a module that has come since: it, too, meets what the process has loaded.
    pub(super) fn import_new(&mut self, name: &str) -> Flow<()> {
        if !self.is_new(name) || self.import_ran(name, "") {
            return Ok(());
        }
        let Some(newer) = &mut self.newer else { return Ok(()) };
        let Found::Source(file) = newer.resolver.find(name) else { return Ok(()) };
        if !newer.imported.insert(Name::from(name)) {
            return Ok(());
        }
        let Some((mut machine, program)) = self.resolver.prepared(&file) else { return Ok(()) };
        machine.newer = self.newer.clone();
        let run = machine.load_fresh(program, 0);
        self.newer = machine.newer;
        if run.outcome != Outcome::Aborts {
            return Ok(());
        }
        let Some((stop, lacking)) = lacking_stops(&run).next() else { return Ok(()) };
        let reason: Rc<str> = format!("importing `{name}` fails: {}", stop.reason).into();
        self.note(&lacking.module, lacking.lack.clone(), self.site, &reason);
        let class = stop.class_name.as_deref().and_then(types::class_named);
        Err(self.raise(class.map_or(Value::Unknown, Value::of_type), reason))
    }

    /// Another module lacks a name; an exception with this reason follows.
    pub(super) fn note_lacking(&mut self, module: &str, name: &str, span: Span, reason: &Rc<str>) {
        if let Some(newer) = self.later(module)
            && newer.module_presence(module) == Presence::Yes
            && newer.attribute_presence(module, name) != Presence::No
        {
            self.note(module, format!("`{module}` has no `{name}`"), span, reason);
        }
    }

    /// A function or class of another module refuses arguments.
    pub(super) fn note_misfit(
        &mut self,
        callee: &External,
        args: &Args,
        at: ExprId,
        reason: &Rc<str>,
    ) {
        let (module, name) = (&callee.module, &callee.attribute);
        if let Some(newer) = self.later(module)
            && newer.module_presence(module) == Presence::Yes
            && newer.attribute_presence(module, name) != Presence::No
            && newer.misfit(callee, args).is_none()
        {
            let span = self.program.ast().expr(at).span;
            self.note(module, format!("`{module}` has an older `{name}`"), span, reason);
        }
    }

    /// What another module binds lacks an attribute.
    pub(super) fn note_bare(
        &mut self,
        object: &External,
        name: &Name,
        at: ExprId,
        reason: &Rc<str>,
    ) {
        let module = &object.module;
        if let Some(newer) = self.later(module)
            && newer.attribute_presence(module, &object.attribute) != Presence::No
            && !newer.lacks(object, name)
        {
            let span = self.program.ast().expr(at).span;
            self.note(
                module,
                format!("`{module}` has an older `{}`", object.attribute),
                span,
                reason,
            );
        }
    }

    /// A name is not bound here, which a star import would bind.
    pub(super) fn note_unexported(&mut self, name: &str, span: Span, reason: &Rc<str>) {
        let from = self.trace.unexported.iter().find(|(known, _)| **known == *name);
        if let Some((_, module)) = from.cloned() {
            self.note(&module, format!("`{module}` has no `{name}`"), span, reason);
        }
    }

    /// Who knows the new state of a module that is loaded in an older one.
    fn later(&self, module: &str) -> Option<&'a Resolver<'a>> {
        let newer = self.newer.as_ref()?.resolver;
        (!std::ptr::eq(self.resolver_of(module), newer)).then_some(newer)
    }

    fn note(&mut self, module: &str, lack: String, span: Span, reason: &Rc<str>) {
        let is_here = self.version == self.stage && !self.in_function();
        self.trace.lacking.push(Lacking {
            module: Name::from(module),
            lack,
            span: if is_here { span } else { self.site },
            site: self.site,
            reason: Rc::clone(reason),
        });
    }

    /// The places at which a run stops for want of what other modules have once they are
    /// reloaded. From now on they are taken to have been.
    pub(super) fn stale_imports(
        &mut self,
        run: &Run,
        imported: &[(Name, Name)],
        points: impl FnOnce(&Machine<'a>) -> Vec<AbortPoint>,
    ) -> Vec<StaleImport> {
        if run.trace.lacking.is_empty() {
            return Vec::new();
        }
        let points = points(self);
        let mut found: Vec<StaleImport> = Vec::new();
        for (stop, lacking) in lacking_stops(run) {
            let Some(newer) = &mut self.newer else { break };
            if !newer.reloaded.insert(lacking.module.clone()) {
                continue;
            }
            let point = points.iter().find(|point| point.span == stop.site);
            let is_certain = point.is_some_and(|point| point.certainty == Certainty::Always);
            let is_loaded = self.has_been_imported(&lacking.module, imported);
            found.push(StaleImport {
                module: lacking.module.to_string(),
                lack: lacking.lack.clone(),
                exception: stop.class_name.clone(),
                span: lacking.span,
                is_loaded,
                certainty: Certainty::always_if(is_certain && is_loaded),
            });
        }
        found
    }

    /// Whether a module is loaded for certain: what the live code has imported leads to it.
    fn has_been_imported(&self, module: &str, imported: &[(Name, Name)]) -> bool {
        if self.is_loaded(module) {
            return true;
        }
        self.resolver.loaded_with(self.resolver.modules_of(imported)).contains(module)
    }
}

/// Where a run stops for want of something newer.
fn lacking_stops(run: &Run) -> impl Iterator<Item = (&Raise, &Lacking)> {
    let certain = run.stops.iter().filter(|stop| stop.risk.is_none() && is_open(stop));
    certain.filter_map(|stop| {
        let is_passed_on = *stop.reason == *RAISED_AGAIN;
        let is_it = |lacking: &&Lacking| {
            Rc::ptr_eq(&lacking.reason, &stop.reason) || (is_passed_on && lacking.site == stop.site)
        };
        run.trace.lacking.iter().find(is_it).map(|lacking| (stop, lacking))
    })
}

impl Resolver<'_> {
    /// The modules among what was imported: those that are named, and submodules.
    pub(super) fn modules_of<'i>(
        &'i self,
        imported: &'i [(Name, Name)],
    ) -> impl Iterator<Item = Name> + 'i {
        imported.iter().filter_map(|(module, name)| {
            if name.is_empty() {
                return Some(module.clone());
            }
            self.is_submodule(module, name).then(|| Name::from(format!("{module}.{name}")))
        })
    }
}
