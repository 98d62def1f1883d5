//! Attributes of other modules that execute in the same world.

use std::rc::Rc;

use super::{Status, Whose};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Binding, Slot};
use crate::worlds::value::Value;

impl Machine<'_> {
    /// An attribute of another module that is followed; None where that module does not say.
    pub(in crate::worlds) fn linked_attribute(
        &mut self,
        module: &Name,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let Some(Whose::Other(version)) = self.whose(module) else { return Ok(None) };
        self.want(version)?;
        let slot = self
            .foreign_symbol(version, name)
            .and_then(|symbol| self.state.global(symbol))
            .map(|slot| (slot.value(), slot.maybe_unbound, slot.bindings.is_empty()));
        match slot {
            Some((_, _, true)) => {
                Err(self.raise_builtin("AttributeError", "the attribute was deleted"))
            }
            Some((value, false, false)) => self.linked_value(value, at).map(Some),
            Some((_, true, false)) => Ok(None),
            None => self.served_attribute(version, module, name, at),
        }
    }

    /// What a module's `__getattr__` (PEP 562) gives for a name that it does not bind.
    pub(super) fn served_attribute(
        &mut self,
        version: u32,
        module: &Name,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let is_done = self.linked.as_ref().and_then(|linked| linked.other(version));
        if !is_done.is_some_and(|other| other.status == Status::Done)
            || name.starts_with("__")
            || self.resolver_of(module).is_submodule(module, name)
        {
            return Ok(None);
        }
        let getattr = self
            .foreign_symbol(version, &Name::from("__getattr__"))
            .and_then(|symbol| self.state.global(symbol))
            .filter(|slot| !slot.maybe_unbound)
            .map(|slot| slot.value());
        match getattr {
            Some(function @ Value::Function(_)) => {
                self.call(&function, vec![Value::Str(name.clone())], at).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Binds a name of another module from outside.
    pub(in crate::worlds) fn set_linked_attribute(
        &mut self,
        module: &Name,
        name: &Name,
        value: Value,
    ) -> Flow<()> {
        let Some(Whose::Other(version)) = self.whose(module) else { return Ok(()) };
        self.want(version)?;
        let slot = self.slot_of(version, value);
        self.set_foreign(version, name, slot);
        Ok(())
    }

    /// A name of a version, or of another module, that is bound here.
    pub(super) fn slot_of(&self, version: u32, value: Value) -> Slot {
        let kind = BindingKind::Variable;
        let (span, maker) = (self.site, self.maker(kind));
        let binding = Binding { version, span, kind, value, maker };
        Slot { bindings: vec![binding], maybe_unbound: false }
    }

    /// Unbinds a name of another module from outside; says whether that module is followed.
    pub(in crate::worlds) fn delete_linked_attribute(
        &mut self,
        module: &Name,
        name: &Name,
        at: ExprId,
    ) -> Flow<bool> {
        let Some(Whose::Other(version)) = self.whose(module) else { return Ok(false) };
        let is_known = self.linked_attribute(module, name, at)?.is_some();
        // What a module that is not written in Python has had is not known; what it has lost is.
        if is_known || matches!(&**module, "builtins" | "sys") {
            self.set_foreign(version, name, Slot { bindings: Vec::new(), maybe_unbound: true });
        }
        Ok(is_known)
    }

    fn set_foreign(&mut self, version: u32, name: &Name, slot: Slot) {
        if let Some(symbol) = self.foreign_symbol(version, name) {
            self.state.set_global(symbol, Some(Rc::new(slot)));
        }
    }
}
