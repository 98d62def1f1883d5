//! Attributes of modules, this one among them.

use std::rc::Rc;

use crate::modules::Found;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::resolve::Presence;
use crate::worlds::state::Symbol;
use crate::worlds::value::{External, Value};

impl Machine<'_> {
    pub(super) fn module_attribute(
        &mut self,
        module: &Name,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        if &**name == "__dict__" {
            return Ok(Value::Unknown);
        }
        if self.linked.is_some()
            && let Some(value) = self.linked_attribute(module, name, at)?
        {
            return Ok(value);
        }
        let object = Value::Module(module.clone());
        let ran = self.is_unchanged(at) && !self.lacks_gift(&object, name);
        let presence = if ran && self.tries == 0 {
            Presence::Yes
        } else if self.baseline.is_none() && (self.tries == 0 || self.linked.is_some()) {
            self.likely_presence(module, name)
        } else {
            self.attribute_presence(module, name)
        };
        match presence.or(self.has_given(&object, name)) {
            Presence::Yes => {}
            Presence::No if self.bound_over(module).is_some() => {
                self.may_raise("AttributeError", Risk::Environment, at, || {
                    format!("`{module}` may have no attribute `{name}`")
                });
            }
            Presence::No => {
                let reason: Rc<str> = format!("module `{module}` has no attribute `{name}`").into();
                let span = self.program.ast().expr(at).span;
                self.note_lacking(module, name, span, &reason);
                return Err(self.raise_builtin("AttributeError", reason));
            }
            Presence::Maybe => self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("module `{module}` may have no attribute `{name}`")
            }),
        }
        if &**module == "sys" && &**name == "modules" {
            return Ok(Value::Opaque(Some("sys.modules")));
        }
        if &**name == "__all__"
            && let Some(names) = self.resolver_of(module).all_of(module)
        {
            return Ok(self.name_list(names));
        }
        if self.is_submodule(module, name) {
            let submodule = Name::from(format!("{module}.{name}"));
            return Ok(match submodule == self.identity.name && !self.is_elsewhere() {
                true => Value::ThisModule,
                false => Value::Module(submodule),
            });
        }
        if let Some(value) = self.settled_attribute(module, name) {
            return Ok(value);
        }
        let external = External { module: module.clone(), attribute: name.clone() };
        Ok(Value::External(Rc::new(external)))
    }

    /// What an attribute of another module is wherever the program runs: the builtins, and what
    /// the platform and the version of Python decide.
    pub(in crate::worlds) fn settled_attribute(&self, module: &str, name: &Name) -> Option<Value> {
        match module {
            "builtins" => self.builtin(name),
            _ => self.resolver.target_constant(module, name),
        }
    }

    /// Plain data or a module under another module's name, where that is what an attribute is
    /// likely read of.
    pub(super) fn plain_data_behind(&self, external: &External, name: &str) -> Option<Value> {
        let resolver = self.resolver_of(&external.module);
        if self.linked.is_some() || resolver.is_plain_definition(external) {
            return None;
        }
        let plain = resolver.plain(&external.module, &external.attribute)?;
        let class = plain.type_name()?;
        (class == "module" || types::has_attribute(class, name) == Some(true)).then_some(plain)
    }

    /// What a package has bound in the place of its submodule, where that can be called.
    pub(super) fn bound_over(&self, submodule: &Name) -> Option<Value> {
        let (package, name) = submodule.rsplit_once('.')?;
        let resolver = self.resolver_of(package);
        let Found::Source(file) = resolver.find(package) else { return None };
        let summary = resolver.summary(&file)?;
        let exported = summary.names.get(name)?;
        let is_it = |(from, bound): &(Name, Name)| **from == *package && **bound == *name;
        let is_other = exported.from.as_ref().is_some_and(|from| !is_it(from));
        let is_other = is_other || exported.signature.is_some();
        let external = External { module: package.into(), attribute: name.into() };
        is_other.then(|| Value::External(Rc::new(external)))
    }

    /// An attribute of the module that executes: its namespace, or its `__getattr__`.
    pub(in crate::worlds) fn own_attribute(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        if &**name == "__dict__" {
            return Ok(Value::Globals);
        }
        if &**name == "__class__" {
            return Ok(Value::Type("module"));
        }
        self.note_read(name, at);
        let symbol = self.symbol(name);
        self.note_found(symbol, name);
        let slot = self.state.global(symbol).cloned();
        let certain = slot.as_ref().is_some_and(|slot| !slot.maybe_unbound);
        let value = slot.map(|slot| slot.value());
        if certain {
            return Ok(value.unwrap_or(Value::Unknown));
        }
        let getattr = self.symbol(&Name::from("__getattr__"));
        let served = self.state.global(getattr).is_some() || self.state.unseen;
        let submodule = self.is_submodule(&self.identity.name.clone(), name);
        if value.is_none() && !served && !submodule {
            // What a package has bound under its name may be something else.
            if self.bound_over(&self.identity.name).is_none() {
                return Err(self.no_attribute("the module", name));
            }
            self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("the module may have no attribute `{name}`")
            });
            return Ok(Value::Unknown);
        }
        if value.is_none()
            && !submodule
            && let Some(hook) = self.certain_function(getattr)
        {
            return self.call(&hook, vec![Value::Str(name.clone())], at);
        }
        self.may_raise("AttributeError", Risk::Inside, at, || {
            format!("the module may have no attribute `{name}`")
        });
        Ok(value.unwrap_or(Value::Unknown))
    }

    /// The function that a name of the module holds for certain.
    fn certain_function(&self, symbol: Symbol) -> Option<Value> {
        let slot = self.state.global(symbol).filter(|slot| !slot.maybe_unbound)?;
        Some(slot.value()).filter(|value| matches!(value, Value::Function(_)))
    }
}
