//! `import` and `from … import …`, as `Lib/importlib/_bootstrap.py` and `import_from` in
//! `Python/ceval.c` do it.

use std::rc::Rc;

use crate::modules::leads_to;
use crate::simulation::BindingKind;
use crate::syntax::ast::{Alias, ImportNames, Name};
use crate::text::span::Span;
use crate::worlds::builtins::types;
use crate::worlds::changes::import_fingerprint;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::resolve::Presence;
use crate::worlds::summaries::ImportEnd;
use crate::worlds::value::{External, Value};

/// An `importlib.machinery.ModuleSpec`, as the class of a value.
pub(in crate::worlds) const SPEC: &str = "module spec";

impl Machine<'_> {
    pub(super) fn import(&mut self, aliases: &[Alias]) -> Flow<()> {
        for alias in aliases {
            self.require_module(&alias.name)?;
            let top = alias.name.split('.').next().unwrap_or(&alias.name);
            let (name, module, at) = match &alias.asname {
                Some(asname) => (asname.name.clone(), alias.name.clone(), asname.span),
                None => (Name::from(top), Name::from(top), alias.span),
            };
            self.bind_name(&name, self.module_value(module), at, BindingKind::Import);
        }
        Ok(())
    }

    pub(in crate::worlds) fn module_value(&self, name: Name) -> Value {
        let is_own = name == self.identity.name && !self.is_elsewhere();
        if is_own { self.registered() } else { Value::Module(name) }
    }

    /// `__import__(name, globals, locals, fromlist, level)` of an absolute name: the module where
    /// names are wanted from it, else the first of its parents (`PyImport_ImportModuleLevelObject`
    /// in `Python/import.c`); None where the arguments do not say.
    pub(in crate::worlds) fn import_call(&mut self, args: &Args) -> Flow<Option<Value>> {
        let given = |at: usize, keyword: &str| {
            let by_name = args.keywords.iter().find(|(name, _)| &**name == keyword);
            args.positional.get(at).or(by_name.map(|(_, value)| value))
        };
        let Some(Value::Str(name)) = given(0, "name") else { return Ok(None) };
        let level = given(4, "level").unwrap_or(&Value::Int(0));
        let wanted = given(3, "fromlist").map_or(Some(false), |names| self.truth(names));
        let (Value::Int(0), Some(wanted)) = (level, wanted) else { return Ok(None) };
        let name = Name::clone(name);
        self.require_module(&name)?;
        let top = name.split('.').next().unwrap_or(&name);
        let module = if wanted { name } else { Name::from(top) };
        Ok(Some(self.module_value(module)))
    }

    /// What `importlib.util.find_spec` gives for an absolute name, where that is known: None where
    /// there is no such module. Its parents are imported (`Lib/importlib/util.py`).
    pub(in crate::worlds) fn spec_of(&mut self, name: &Name) -> Flow<Option<Value>> {
        if name.starts_with('.') {
            return Ok(None);
        }
        if let Some((package, _)) = name.rsplit_once('.') {
            self.require_module(&Name::from(package))?;
        }
        Ok(match self.module_presence(name) {
            Presence::Yes => Some(Value::Opaque(Some(SPEC))),
            Presence::No => Some(Value::None),
            Presence::Maybe => None,
        })
    }

    /// Importing a module by its absolute name, its parents first.
    pub(in crate::worlds) fn require_module(&mut self, name: &Name) -> Flow<()> {
        let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
        for end in ends {
            let part = &name[..end];
            if self.is_loaded(part) {
                continue;
            }
            match self.module_presence(part) {
                Presence::Yes => self.execute_module(part)?,
                Presence::No => return Err(self.no_module(part)),
                Presence::Maybe => {
                    let unchanged = self.import_ran(part, "");
                    // A module that lies in a source root has been loaded with all it imports.
                    let risk = match self.identity.is_placed {
                        true => Risk::Environment,
                        false => Risk::Inside,
                    };
                    self.may_raise_if("ModuleNotFoundError", risk, unchanged, || {
                        format!("module `{part}` may not be installed")
                    });
                    if risk == Risk::Inside {
                        continue;
                    }
                }
            }
            self.note_import(part, "");
            self.set_submodule(part);
        }
        Ok(())
    }

    /// Where somebody is ready for it, an import that fails inside the module counts, too.
    fn execute_module(&mut self, name: &str) -> Flow<()> {
        self.import_new(name)?;
        if self.linked.is_some() {
            return Ok(());
        }
        let is_awaited = self.tries > 0;
        // The module that is simulated has been loaded with all it imports. Another one that is
        // only looked into cannot be where what it imports is lacking.
        if !is_awaited && (self.resolver.is_own(&self.identity.name) || self.is_elsewhere()) {
            return Ok(());
        }
        match self.resolver_of(name).import_end(name) {
            ImportEnd::Fails(Some(class)) if !is_awaited && class == "ModuleNotFoundError" => {
                Err(self.raise_builtin("ModuleNotFoundError", format!("importing `{name}` fails")))
            }
            _ if !is_awaited => Ok(()),
            ImportEnd::Completes => Ok(()),
            ImportEnd::MayFail => {
                self.may_raise_if("ImportError", Risk::Environment, false, || {
                    format!("importing `{name}` may fail")
                });
                Ok(())
            }
            ImportEnd::Fails(class) => {
                let class = class.as_deref().and_then(types::class_named);
                let exception = class.map_or(Value::Unknown, Value::of_type);
                Err(self.raise(exception, format!("importing `{name}` fails")))
            }
        }
    }

    /// The module itself and the packages it lies in have been imported before it runs.
    pub(in crate::worlds) fn is_loaded(&self, name: &str) -> bool {
        leads_to(name, &self.identity.name)
    }

    pub(in crate::worlds) fn note_import(&mut self, module: &str, name: &str) {
        self.trace.ran.note(import_fingerprint(module, name));
        if self.outside_forks == 0 && !self.shadow {
            self.trace.imported.push((Name::from(module), Name::from(name)));
        }
    }

    pub(in crate::worlds) fn import_ran(&self, module: &str, name: &str) -> bool {
        let fingerprint = import_fingerprint(module, name);
        self.baseline.as_ref().is_some_and(|baseline| baseline.has_noted(fingerprint))
    }

    pub(super) fn import_from(
        &mut self,
        module: Option<&Name>,
        names: &ImportNames,
        level: u32,
    ) -> Flow<()> {
        let Some(module) = self.absolute(module, level)? else {
            return self.import_unplaced(names);
        };
        self.require_module(&module)?;
        match names {
            ImportNames::Star(at) => self.import_star(&module, *at),
            ImportNames::Names(aliases) => {
                for alias in aliases {
                    let value = self.imported(&module, alias)?;
                    let (name, at) = bound(alias);
                    self.bind_name(name, value, at, BindingKind::Import);
                }
                Ok(())
            }
        }
    }

    /// The absolute name of what is imported from; None where it depends on where the module
    /// lies, which is not known.
    fn absolute(&mut self, module: Option<&Name>, level: u32) -> Flow<Option<Name>> {
        if level == 0 {
            return Ok(module.cloned());
        }
        if !self.identity.is_placed {
            return Ok(None);
        }
        let up = if self.identity.is_package { level - 1 } else { level };
        let mut package = &*self.identity.name;
        for _ in 0..up {
            let Some((parent, _)) = package.rsplit_once('.') else {
                let reason = "the relative import leads out of the package";
                return Err(self.raise_builtin("ImportError", reason));
            };
            package = parent;
        }
        Ok(Some(match module {
            Some(module) => Name::from(format!("{package}.{module}")),
            None => Name::from(package),
        }))
    }

    fn import_unplaced(&mut self, names: &ImportNames) -> Flow<()> {
        let unchanged = self.baseline.as_ref().is_some_and(|_| self.standing.unchanged);
        self.may_raise_if("ImportError", Risk::Environment, unchanged, || {
            "where the module lies is not known, so neither is what it imports".to_owned()
        });
        match names {
            ImportNames::Star(at) => self.see_nothing(*at, "a star import does not resolve"),
            ImportNames::Names(aliases) => {
                for alias in aliases {
                    let (name, at) = bound(alias);
                    self.bind_name(name, Value::Unknown, at, BindingKind::Import);
                }
            }
        }
        Ok(())
    }

    /// What `from module import name` gives.
    fn imported(&mut self, module: &Name, alias: &Alias) -> Flow<Value> {
        let name = &alias.name;
        if *module == self.identity.name {
            return self.imported_from_self(module, name);
        }
        let submodule = format!("{module}.{name}");
        if self.identity.name.as_ref() == submodule && !self.is_elsewhere() {
            return Ok(Value::ThisModule);
        }
        let ran = self.import_ran(module, name);
        let first = self.baseline.is_none();
        let presence = if ran && self.tries == 0 {
            Presence::Yes
        } else if first && (self.tries == 0 || self.linked.is_some()) {
            self.likely_presence(module, name)
        } else {
            self.attribute_presence(module, name)
        };
        let presence = presence.or(self.has_given(&Value::Module(module.clone()), name));
        match presence {
            Presence::No => {
                let reason: Rc<str> = format!("`{module}` has no `{name}` to import").into();
                self.note_lacking(module, name, alias.span, &reason);
                return Err(self.raise_builtin("ImportError", reason));
            }
            Presence::Maybe => {
                let before = self.raises.len();
                self.may_raise_if("ImportError", Risk::Environment, ran, || {
                    format!("`{module}` may have no `{name}` to import")
                });
                // Who imports from what is compiled has hardly ever been wrong about it.
                let is_unlikely = self.is_compiled(module);
                self.raises[before..].iter_mut().for_each(|raise| raise.is_unlikely = is_unlikely);
            }
            Presence::Yes => {}
        }
        if presence == Presence::Yes || ran || self.baseline.is_none() {
            self.note_import(module, name);
        }
        if self.is_submodule(module, name) {
            self.execute_module(&submodule)?;
            return Ok(Value::Module(Name::from(submodule)));
        }
        if let Some(value) = self.settled_attribute(module, name) {
            return Ok(value);
        }
        if &**module == "sys" && &**name == "modules" {
            return Ok(Value::Opaque(Some("sys.modules")));
        }
        if &**name == "__all__"
            && let Some(names) = self.resolver_of(module).all_of(module)
        {
            return Ok(self.name_list(names));
        }
        let external = External { module: module.clone(), attribute: name.clone() };
        Ok(Value::External(Rc::new(external)))
    }

    /// `from . import x` in the package's own `__init__`: a name of its own, else a submodule.
    fn imported_from_self(&mut self, module: &Name, name: &Name) -> Flow<Value> {
        let symbol = self.symbol(name);
        if let Some(slot) = self.state.global(symbol)
            && !slot.maybe_unbound
        {
            return Ok(slot.value());
        }
        let submodule = Name::from(format!("{module}.{name}"));
        match self.module_presence(&submodule) {
            Presence::Yes => self.execute_module(&submodule)?,
            Presence::Maybe => {
                let unchanged = self.import_ran(module, name);
                self.may_raise_if("ImportError", Risk::Environment, unchanged, || {
                    format!("there may be no module `{submodule}`")
                });
            }
            Presence::No => {
                let reason = format!("`{module}` has no `{name}` to import");
                return Err(self.raise_builtin("ImportError", reason));
            }
        }
        self.set_submodule(&submodule);
        self.note_import(&submodule, "");
        self.note_import(module, name);
        Ok(Value::Module(submodule))
    }

    fn import_star(&mut self, module: &Name, span: Span) -> Flow<()> {
        if *module == self.identity.name {
            return Ok(());
        }
        let own = self.identity.name.clone();
        let is_halfway = self.is_fresh
            && leads_to(module, &own)
            && self.resolver_of(module).is_met_on_the_way(&own, module);
        let exports = match is_halfway.then(|| self.halfway_names(module)) {
            Some(Some(exports)) => Some(exports),
            Some(None) => {
                let why =
                    format!("`{module}`, which is imported with `*`, is being imported itself");
                self.see_nothing(span, &why);
                self.star_names(module)
            }
            None => self.star_names(module),
        };
        let Some(exports) = exports else {
            let why = format!("`from {module} import *` does not resolve");
            self.see_nothing(span, &why);
            return Ok(());
        };
        for (name, certain) in exports.names {
            let external = External { module: module.clone(), attribute: name.clone() };
            if certain {
                let value = Value::External(Rc::new(external));
                self.bind_name(&name, value, span, BindingKind::Import);
            } else {
                self.maybe_bind_global(&name, span);
            }
        }
        if exports.unseen {
            let why = format!("`{module}`, which is imported with `*`, cannot be fully seen");
            self.see_nothing(span, &why);
        }
        Ok(())
    }

    /// Any name may have been unbound by something that is not seen.
    pub(in crate::worlds) fn unbind_any(&mut self) {
        let bound: Vec<_> = self.state.globals().map(|(symbol, _)| symbol).collect();
        for symbol in bound {
            let name = self.name(symbol).clone();
            self.maybe_unbind_global(&name);
        }
    }

    /// From here on any name may have been bound by something that is not seen.
    pub(in crate::worlds) fn see_nothing(&mut self, span: Span, why: &str) {
        self.trace.named += 1;
        self.state.unseen = true;
        if !self.trace.unseen.iter().any(|(known, _)| *known == span) {
            self.trace.unseen.push((span, why.to_owned()));
        }
    }
}

/// The name that `name as asname` in a `from` import binds, and where it stands.
fn bound(alias: &Alias) -> (&Name, Span) {
    match &alias.asname {
        Some(asname) => (&asname.name, asname.span),
        None => (&alias.name, alias.span),
    }
}
