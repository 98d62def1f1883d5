//! Modules that put something else under their own name in `sys.modules`.
//!
//! `importlib.reload` then executes the next text in the namespace of what is there
//! (`Lib/importlib/__init__.py`, `_exec` and `_init_module_attrs` in
//! `Lib/importlib/_bootstrap.py`), and that is what everybody who imports the module holds. The
//! namespace in which the text has run lives on as the globals of its functions only.

use std::rc::Rc;

use super::function::{Class, Local, Namespace};
use super::machine::Machine;
use super::state::{Binding, Items, Object, Slot, State};
use super::value::{ObjectId, Value};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::text::span::Span;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Risk};

/// What `type_new` (`Objects/typeobject.c`) puts into the `__dict__` of a class, with its type.
const IN_EVERY_CLASS: &[(&str, &str)] = &[("__module__", "str"), ("__doc__", "NoneType")];
/// The same for a class none of whose bases has these.
const IN_FIRST_CLASS: &[(&str, &str)] = &[
    ("__module__", "str"),
    ("__doc__", "NoneType"),
    ("__dict__", "getset_descriptor"),
    ("__weakref__", "getset_descriptor"),
];

/// What a module has put into `sys.modules` under its own name, and where.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) value: Value,
    pub(super) span: Span,
}

impl Registered {
    /// After one of two paths; on a path without, it is the module itself.
    pub(super) fn join(one: Option<Registered>, other: Option<&Registered>) -> Option<Registered> {
        let (value, span) = match (&one, other) {
            (None, None) => return None,
            (Some(one), Some(other)) => (one.value.join(&other.value), one.span),
            (Some(one), None) => (one.value.join(&Value::ThisModule), one.span),
            (None, Some(other)) => (Value::ThisModule.join(&other.value), other.span),
        };
        Some(Registered { value, span })
    }
}

impl Machine<'_> {
    /// `sys.modules[own name] = value`
    pub(super) fn register(&mut self, value: Value, span: Span) {
        if self.is_elsewhere() {
            return;
        }
        self.state.registered = match value {
            Value::ThisModule => None,
            value => Some(Registered { value, span }),
        };
    }

    /// Whether a key of `sys.modules` is the name of the module that may be replaced.
    pub(super) fn is_own_key(&self, key: &Value) -> bool {
        let own = self.watched.as_ref().unwrap_or(&self.identity.name);
        !self.is_elsewhere() && matches!(key, Value::Str(name) if name == own)
    }

    /// What `sys.modules` holds under the module's own name.
    pub(super) fn registered(&self) -> Value {
        match (&self.state.registered, &self.watched) {
            (Some(registered), _) => registered.value.clone(),
            (None, Some(other)) => Value::Module(other.clone()),
            (None, None) => Value::ThisModule,
        }
    }

    /// The namespace that a run leaves in `sys.modules`, where that is not the one in which it
    /// has executed.
    pub(super) fn held(&mut self, state: &State, version: u32) -> Option<State> {
        let registered = state.registered.clone()?;
        self.state = state.clone();
        self.state.registered = None;
        self.state.unseen = false;
        self.state.clear_globals();
        self.bind_machinery();
        let seen = match registered.value {
            Value::Object(id) => self.hold_attributes(id, state, registered.span, version),
            _ => false,
        };
        if !seen {
            self.state.unseen = true;
        }
        Some(std::mem::take(&mut self.state))
    }

    /// Makes an instance's attributes the namespace; false where there may be others.
    fn hold_attributes(&mut self, id: ObjectId, ran: &State, span: Span, version: u32) -> bool {
        let Some(Object::Instance(instance)) = ran.object(id) else { return false };
        let seen = !self.has_unseen_attributes(&Value::Object(id));
        for (name, Local { value, maybe_unbound }) in instance.attributes.iter() {
            let symbol = self.symbol(name);
            if self.state.global(symbol).is_some() && &**name != "__doc__" {
                continue;
            }
            // Where a name was bound says more than where all of them were copied.
            let own = ran.global(symbol).and_then(|slot| slot.bindings.last());
            let is_it = |own: &&Binding| own.value.same(value) || matches!(value, Value::Unknown);
            let binding = match own.filter(is_it) {
                Some(own) => own.clone(),
                None => {
                    let kind = BindingKind::Variable;
                    Binding { version, span, kind, value: value.clone(), maker: self.maker(kind) }
                }
            };
            let slot = Slot { bindings: vec![binding], maybe_unbound: *maybe_unbound };
            self.state.set_global(symbol, Some(Rc::new(slot)));
        }
        seen
    }

    // --- `object.__dict__` ---

    /// A method of a `__dict__`; that of a class takes no changes.
    pub(super) fn attributes_method(
        &mut self,
        id: ObjectId,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        match (&**name, &args.positional[..]) {
            ("update", sources) => {
                for source in sources {
                    self.update_attributes(id, source, at)?;
                }
                for (name, value) in &args.keywords {
                    self.set_own(id, name.clone(), value.clone());
                }
                Ok(Value::None)
            }
            ("keys" | "values" | "items", []) => Ok(self.own_items(id, name)),
            ("copy", []) => Ok(Value::of_type("dict")),
            ("get", [Value::Str(name), rest @ ..]) => {
                let default = rest.first().cloned().unwrap_or(Value::None);
                Ok(match self.own(id, name) {
                    Some(own) if !own.maybe_unbound => own.value,
                    None if !self.has_unseen_attributes(&Value::Object(id)) => default,
                    _ => Value::Opaque(None),
                })
            }
            ("get" | "__contains__" | "__len__", _) => Ok(Value::Opaque(None)),
            ("setdefault", [Value::Str(name), rest @ ..]) => {
                if let Some(known) = self.own(id, name).filter(|known| !known.maybe_unbound) {
                    return Ok(known.value);
                }
                let value = rest.first().cloned().unwrap_or(Value::None);
                self.set_own(id, Name::clone(name), value.clone());
                Ok(value)
            }
            ("pop", [Value::Str(name), rest @ ..]) => self.pop_own(id, name, rest.first(), at),
            ("__setitem__", [Value::Str(name), value]) => {
                self.set_own(id, Name::clone(name), value.clone());
                Ok(Value::None)
            }
            ("__delitem__", [name]) => self.delete_own(id, name, at).map(|()| Value::None),
            ("clear", []) => {
                if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
                    instance.attributes = Namespace::default();
                }
                Ok(Value::None)
            }
            _ => {
                self.loosen_own(id);
                Ok(Value::Opaque(None))
            }
        }
    }

    /// `object.__dict__.pop(name)`, perhaps with a default.
    fn pop_own(
        &mut self,
        id: ObjectId,
        name: &Name,
        default: Option<&Value>,
        at: ExprId,
    ) -> Flow<Value> {
        let known = self.own(id, name);
        let Some(default) = default else {
            let value = known.map_or(Value::Opaque(None), |own| own.value);
            return self.delete_own(id, &Value::Str(Name::clone(name)), at).map(|()| value);
        };
        if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
            instance.attributes.remove(name);
        }
        Ok(match known {
            Some(own) if own.maybe_unbound => own.value.join(default),
            Some(own) => own.value,
            None if self.has_unseen_attributes(&Value::Object(id)) => Value::Opaque(None),
            None => default.clone(),
        })
    }

    fn update_attributes(&mut self, id: ObjectId, source: &Value, at: ExprId) -> Flow<()> {
        if let Value::Globals = source {
            let names = self.state.globals().map(|(symbol, slot)| {
                let local = Local { value: slot.value(), maybe_unbound: slot.maybe_unbound };
                (self.name(symbol).clone(), local)
            });
            let names: Vec<(Name, Local)> = names.collect();
            if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
                names
                    .into_iter()
                    .for_each(|(name, local)| instance.attributes.set_local(name, local));
            }
            if self.state.unseen {
                self.forget_own(id);
            }
            return Ok(());
        }
        for pair in self
            .dict_source(source, at)?
            .map_or_else(|| vec![None], |pairs| pairs.into_iter().map(Some).collect())
        {
            match pair {
                Some((Value::Str(name), value)) => self.set_own(id, Name::clone(&name), value),
                _ => self.forget_own(id),
            }
        }
        Ok(())
    }

    /// What an object itself holds under a name.
    pub(super) fn own(&self, id: ObjectId, name: &str) -> Option<Local> {
        match self.state.object(id) {
            Some(Object::Instance(instance)) => instance.attributes.get(name).cloned(),
            Some(Object::Class(class)) => class.namespace.get(name).cloned(),
            _ => None,
        }
    }

    /// `keys()`, `values()` or `items()` of a `__dict__`.
    fn own_items(&mut self, id: ObjectId, which: &str) -> Value {
        let Some(pairs) = self.own_entries(id) else { return Value::of_type("dict_items") };
        let items = pairs.into_iter().map(|(key, value)| match which {
            "keys" => key,
            "values" => value,
            _ => Value::tuple(vec![key, value]),
        });
        let items = Items::exactly(items.collect());
        self.allocate(Object::List(items))
    }

    /// All that a `__dict__` holds, where that is known.
    pub(super) fn own_entries(&self, id: ObjectId) -> Option<Vec<(Value, Value)>> {
        if self.has_unseen_attributes(&Value::Object(id)) {
            return None;
        }
        let (own, implicit): (&Namespace, &[(&str, &'static str)]) = match self.state.object(id)? {
            Object::Instance(instance) => (&instance.attributes, &[]),
            Object::Class(class) => (&class.namespace, self.implicit(class)?),
            _ => return None,
        };
        let mut entries = Vec::new();
        for (name, local) in own.iter() {
            if local.maybe_unbound {
                return None;
            }
            entries.push((Value::Str(name.clone()), local.value.clone()));
        }
        for (name, class) in implicit.iter().filter(|(name, _)| own.get(name).is_none()) {
            entries.push((Value::str(name), Value::Opaque(Some(class))));
        }
        Some(entries)
    }

    /// What is in the `__dict__` of a class beside what its body binds, where that is known.
    fn implicit(&self, class: &Class) -> Option<&'static [(&'static str, &'static str)]> {
        let is_first = class.bases.iter().all(|base| matches!(base, Value::Type("object")));
        if class.namespace.get("__slots__").is_some() {
            return None;
        }
        let has_dict = |base: &Value| match base {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(base)) => self.implicit(base).is_some(),
                _ => false,
            },
            _ => false,
        };
        match is_first {
            true => Some(IN_FIRST_CLASS),
            false => class.bases.iter().any(has_dict).then_some(IN_EVERY_CLASS),
        }
    }

    /// `object.__dict__[name]`
    pub(super) fn own_item(&mut self, id: ObjectId, name: &str, at: ExprId) -> Flow<Value> {
        let own = self.own(id, name);
        if let Some(own) = own.as_ref().filter(|own| !own.maybe_unbound) {
            return Ok(own.value.clone());
        }
        let implicit = match self.state.object(id) {
            Some(Object::Class(class)) => {
                let known = self.implicit(class).unwrap_or(IN_EVERY_CLASS);
                known.iter().find(|(known, _)| *known == name)
            }
            _ => None,
        };
        if let Some((_, class)) = implicit {
            return Ok(Value::Opaque(Some(class)));
        }
        if own.is_none() && self.own_entries(id).is_some() {
            return match self.is_supposed(at) {
                true => Ok(Value::Opaque(None)),
                false => Err(self.raise_builtin("KeyError", format!("there is no `{name}`"))),
            };
        }
        let risk = self.unseen_risk(&self.class_of(&Value::Object(id)));
        self.may_raise("KeyError", risk, at, || format!("there may be no `{name}`"));
        Ok(own.map_or(Value::Opaque(None), |own| own.value))
    }

    pub(super) fn set_own(&mut self, id: ObjectId, name: Name, value: Value) {
        if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
            instance.attributes.set(name, value);
        }
    }

    /// `del object.__dict__[name]`
    pub(super) fn delete_own(&mut self, id: ObjectId, name: &Value, at: ExprId) -> Flow<()> {
        let is_seen =
            matches!(name, Value::Str(_)) && !self.has_unseen_attributes(&Value::Object(id));
        let own = match name {
            Value::Str(name) => self.own(id, name).map(|own| (name, own.maybe_unbound)),
            _ => None,
        };
        match (own, self.state.object_mut(id)) {
            (Some((name, false)), Some(Object::Instance(instance))) => {
                instance.attributes.remove(name);
            }
            (None, Some(Object::Instance(instance))) if is_seen && !instance.is_opaque => {
                return Err(self.raise_builtin("KeyError", "there is no such name"));
            }
            _ => {
                self.may_raise("KeyError", Risk::Inside, at, || "the name may not be there".into());
                self.loosen_own(id);
            }
        }
        Ok(())
    }

    /// An instance may have got or lost any attribute.
    fn loosen_own(&mut self, id: ObjectId) {
        self.forget_own(id);
        if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
            let names: Vec<Name> =
                instance.attributes.iter().map(|(name, _)| Name::clone(name)).collect();
            for name in names {
                let lost = Local { value: Value::Opaque(None), maybe_unbound: true };
                instance.attributes.set_local(name, lost);
            }
        }
    }

    /// An instance may have got any attribute.
    pub(super) fn forget_own(&mut self, id: ObjectId) {
        if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
            instance.is_opaque = true;
        }
    }
}
