//! Attributes that code of the module's own serves: hooks, descriptors, metaclasses.

use std::rc::Rc;

use super::Args;
use super::attributes::returned;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::function::{Class, Local, Namespace};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::{External, ObjectId, Value};

/// The getter (0), the setter (1) or the deleter (2) of a property; None where there is none.
pub(in crate::worlds) fn property_part(functions: &Value, part: usize) -> Value {
    match functions {
        Value::Tuple(parts) => parts.get(part).cloned().unwrap_or(Value::None),
        getter if part == 0 => getter.clone(),
        _ => Value::None,
    }
}

/// A change of an attribute that a descriptor of the class may be asked for.
struct Change {
    /// Which part of a property does it, see [`property_part`].
    part: usize,
    noun: &'static str,
    /// Which method of another descriptor does, and the one that makes it a data descriptor, too
    /// (`slot_tp_descr_set`, `Objects/typeobject.c`).
    method: &'static str,
    other: &'static str,
}

const SET: Change = Change { part: 1, noun: "setter", method: "__set__", other: "__delete__" };
const DELETE: Change = Change { part: 2, noun: "deleter", method: "__delete__", other: "__set__" };

impl Machine<'_> {
    /// Some attribute may be missing; it gives what is not known.
    pub(super) fn unseen_attribute_by(&mut self, risk: Risk, name: &Name, at: ExprId) -> Value {
        self.may_raise("AttributeError", risk, at, || {
            format!("there may be no attribute `{name}`")
        });
        if risk == Risk::Inside { Value::Opaque(None) } else { Value::Unknown }
    }

    /// Whether a class may have attributes that neither its statements nor those of a builtin
    /// base show.
    pub(in crate::worlds) fn has_hidden_attributes(&self, class: &Value) -> bool {
        let ancestors = self.own_ancestors(class);
        ancestors.is_empty()
            || ancestors.iter().any(|&id| match self.state.object(id) {
                Some(Object::Class(class)) => {
                    let is_seen = |base: &Value| matches!(base, Value::Type(_) | Value::Object(_));
                    class.is_opaque && (class.is_hidden || !class.bases.iter().all(is_seen))
                }
                _ => true,
            })
    }

    /// Whether something that is not followed has had a part in making a class.
    pub(in crate::worlds) fn is_hidden_class(&self, class: &Value) -> bool {
        if self.linked.is_some() {
            // What the body says holds, but for an enumeration.
            return self.enum_base(class).is_some();
        }
        let ancestors = self.own_ancestors(class);
        ancestors.iter().any(|&id| match self.state.object(id) {
            Some(Object::Class(class)) => class.is_hidden || class.from_outside,
            _ => true,
        })
    }

    /// Whether an enumeration certainly lacks an attribute: there is no member of this name, and
    /// nothing that `enum` or the type of the members gives it (`EnumType.__getattr__` of
    /// `Lib/enum.py` looks for members only).
    pub(in crate::worlds) fn is_no_member(&self, class: &Value, name: &str) -> bool {
        let is_plain = |base: &Value| match base {
            Value::Type(base) => {
                matches!(*base, "int" | "str" | "float" | "object")
                    && types::has_attribute(base, name) == Some(false)
            }
            Value::Object(_) => true,
            Value::External(base) => {
                let known = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"];
                &*base.module == "enum" && known.contains(&&*base.attribute)
            }
            _ => false,
        };
        let is_seen = |id: &ObjectId| match self.state.object(*id) {
            Some(Object::Class(class)) => !class.is_hidden && class.bases.iter().all(is_plain),
            _ => false,
        };
        let from_members = ["int", "str"].map(|class| types::has_attribute(class, name));
        !name.starts_with('_')
            && !matches!(name, "name" | "value" | "mro")
            && from_members == [Some(false); 2]
            && self.enum_base(class).is_some()
            && self.own_ancestors(class).iter().all(is_seen)
    }

    /// Whether a name of an enumeration is that of a member (`EnumType.__setattr__`).
    pub(in crate::worlds) fn is_member(&self, class: &Value, name: &str) -> bool {
        let Value::Object(id) = class else { return false };
        let Some(Object::Class(own)) = self.state.object(*id) else { return false };
        let is_auto = |value: &Value| matches!(value, Value::Returned(made) if &*made.callee.attribute == "auto");
        let local = own.namespace.get(name).filter(|_| !name.starts_with('_'));
        local.is_some_and(|local| local.value.is_constant() || is_auto(&local.value))
            && self.enum_base(class).is_some()
    }

    /// What a class derives from in `enum`: what it binds are members.
    pub(in crate::worlds) fn enum_base(&self, class: &Value) -> Option<Rc<External>> {
        let ancestors = self.own_ancestors(class);
        let bases = ancestors.iter().filter_map(|&id| match self.state.object(id) {
            Some(Object::Class(class)) => Some(class.bases.iter()),
            _ => None,
        });
        bases.flatten().find_map(|base| match base {
            Value::External(base) if &*base.module == "enum" => Some(Rc::clone(base)),
            _ => None,
        })
    }

    /// What may have become of a value that such a class was given.
    pub(super) fn remade(&self, value: Value, class: &Value) -> Value {
        if let Some(base) = self.enum_base(class) {
            return returned(&base, Args::default());
        }
        match self.unseen_risk(class) {
            Risk::Inside => value.join(&Value::Opaque(None)),
            _ => Value::Unknown,
        }
    }

    /// `__getattribute__` of a class's own, and `__getattr__` where that raises.
    pub(super) fn hooked_attribute(
        &mut self,
        object: &Value,
        hook: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        let fallback = self.special(object, "__getattr__");
        let raised = self.raises.len();
        let before = fallback.as_ref().map(|_| self.state.clone());
        let answer = self.call(hook, vec![Value::Str(name.clone())], at);
        let (Some(fallback), Some(before)) = (fallback, before) else { return answer };
        if self.raises.len() == raised {
            return answer;
        }
        // It may or may not have been an AttributeError.
        let reached = answer.is_ok().then(|| std::mem::take(&mut self.state));
        self.state = reached.map_or(before.clone(), |state| state.join(&before));
        self.suppose_effects([&fallback]);
        self.may_raise("", Risk::Inside, at, || "`__getattr__` may raise".to_owned());
        Ok(Value::Opaque(None))
    }

    /// The metaclass of a class, where that is one of the module's own.
    pub(in crate::worlds) fn metaclass_of(&self, class: &Value) -> Option<Value> {
        let ancestors = self.own_ancestors(class);
        ancestors.iter().find_map(|&id| match self.state.object(id) {
            Some(Object::Class(class)) => class.metaclass.clone(),
            _ => None,
        })
    }

    /// An attribute of a class that its metaclass, one of the module's own, serves.
    pub(super) fn metaclass_attribute(
        &mut self,
        class: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let Some(metaclass) = self.metaclass_of(class) else { return Ok(None) };
        let is_served = self.class_attribute(&metaclass, name).is_some()
            || self.class_attribute(&metaclass, "__getattr__").is_some()
            || self.class_attribute(&metaclass, "__getattribute__").is_some();
        if !is_served {
            return Ok(None);
        }
        if let Some(local) = self.class_attribute(&metaclass, name)
            && self.class_attribute(&metaclass, "__getattribute__").is_none()
            && !local.maybe_unbound
        {
            match &local.value {
                Value::Function(_) => {
                    let method = (local.value.clone(), class.clone());
                    return Ok(Some(Value::Method(Rc::new(method))));
                }
                value if self.is_plain_data(value) => return Ok(Some(local.value)),
                _ => {}
            }
        }
        self.suppose_effects([&metaclass]);
        self.may_raise("", Risk::Inside, at, || format!("there may be no attribute `{name}`"));
        Ok(Some(Value::Opaque(None)))
    }

    /// Whether something is an object that is no descriptor for certain.
    fn is_plain_data(&self, value: &Value) -> bool {
        match value {
            Value::Object(id) => matches!(
                self.state.object(*id),
                Some(Object::List(_) | Object::Dict(_) | Object::Set(_))
            ),
            value => value.is_constant(),
        }
    }

    /// What a `functools.cached_property` of the class gives, and keeps in the instance.
    pub(super) fn cached_attribute(
        &mut self,
        object: &Value,
        inherited: Option<&Local>,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let Some(getter) = inherited.and_then(cached_getter) else { return Ok(None) };
        let value = self.call(&getter, vec![object.clone()], at)?;
        if let Value::Object(id) = object
            && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
        {
            instance.attributes.set(name.clone(), value.clone());
        }
        Ok(Some(value))
    }

    pub(super) fn is_property(&self, value: &Value) -> bool {
        matches!(value, Value::Method(pair) if matches!(pair.0, Value::Type("property")))
    }

    /// Whether an attribute of a class comes before those of the instance.
    pub(super) fn is_data_descriptor(&self, value: &Value) -> bool {
        match value {
            Value::Method(_) => self.is_property(value),
            Value::Object(_) => {
                ["__set__", "__delete__"].iter().any(|name| self.special(value, name).is_some())
            }
            _ => false,
        }
    }

    /// Sets an attribute by a descriptor of the class; None where there is none.
    pub(in crate::worlds) fn set_by_descriptor(
        &mut self,
        object: &Value,
        name: &Name,
        value: &Value,
        at: ExprId,
    ) -> Flow<Option<()>> {
        self.by_descriptor(&SET, (object, name), Some(value), at)
    }

    /// Deletes an attribute as the class of the object says; None where it does not.
    pub(in crate::worlds) fn delete_by_descriptor(
        &mut self,
        object: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<()>> {
        self.by_descriptor(&DELETE, (object, name), None, at)
    }

    fn by_descriptor(
        &mut self,
        change: &Change,
        (object, name): (&Value, &Name),
        value: Option<&Value>,
        at: ExprId,
    ) -> Flow<Option<()>> {
        let class = self.class_of(object);
        let Some(local) = self.class_attribute(&class, name) else { return Ok(None) };
        let function = match &local.value {
            Value::Method(pair) if self.is_property(&local.value) => {
                property_part(&pair.1, change.part)
            }
            Value::Object(_) => match self.special(&local.value, change.method) {
                Some(function) => function,
                None if self.special(&local.value, change.other).is_some() => {
                    let reason = format!("the descriptor has no `{}`", change.method);
                    return Err(self.raise_builtin("AttributeError", reason));
                }
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        if matches!(function, Value::None) {
            if self.is_supposed(at) {
                return Ok(Some(()));
            }
            let reason = format!("the property `{name}` has no {}", change.noun);
            return Err(self.raise_builtin("AttributeError", reason));
        }
        let args = std::iter::once(object).chain(value).cloned().collect();
        self.call(&function, args, at).map(|_| Some(()))
    }

    /// Whether a body of a class lists slots.
    pub(in crate::worlds) fn has_slots(&self, namespace: &Namespace) -> bool {
        match namespace.get("__slots__").map(|local| &local.value) {
            Some(Value::Str(_)) => true,
            Some(Value::Tuple(names)) => !names.is_empty(),
            _ => false,
        }
    }

    /// Whether objects of a class differ in size, as tuples do.
    pub(in crate::worlds) fn is_variable_size(&self, class: &Value) -> bool {
        match class {
            Value::Returned(returned) => &*returned.callee.attribute == "namedtuple",
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => {
                    class.bases.iter().any(|base| self.is_variable_size(base))
                }
                _ => false,
            },
            Value::External(base) => (&*base.module, &*base.attribute) == ("typing", "NamedTuple"),
            Value::Type(name) => matches!(*name, "int" | "tuple" | "bytes" | "type"),
            _ => false,
        }
    }

    /// What a class lists in `__slots__`; None where it has none, or not all of them are known.
    fn listed_slots(&self, class: &Class) -> Option<Vec<Value>> {
        match &class.namespace.get("__slots__")?.value {
            Value::Str(name) => Some(vec![Value::Str(name.clone())]),
            Value::Tuple(items) => Some(items.to_vec()),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) if items.exact => Some(items.values.clone()),
                // With what is said of each.
                Some(Object::Dict(entries)) if entries.exact => {
                    Some(entries.pairs.iter().map(|(name, _)| name.clone()).collect())
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// What is wrong with the slots of a class that has been made (`type_new_slots`).
    pub(in crate::worlds) fn check_slots(&mut self, class: &Value) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        let is_plain =
            own.bases.iter().all(|base| matches!(base, Value::Type(_) | Value::Object(_)));
        let Some(slots) = self.listed_slots(own).filter(|_| is_plain) else { return Ok(()) };
        let is_name = |name: &str| {
            !name.starts_with(|c: char| c.is_ascii_digit())
                && name.chars().all(|c| c == '_' || c.is_alphanumeric())
                && !name.is_empty()
        };
        let is_bound = |name: &str| {
            let bound = own.namespace.get(&private_name(&own.name, &Name::from(name)));
            bound.is_some_and(|local| !local.maybe_unbound)
                && !matches!(name, "__dict__" | "__weakref__" | "__qualname__" | "__classcell__")
        };
        let wrong = slots.iter().find_map(|slot| match slot {
            Value::Str(name) if !is_name(name) => Some(("TypeError", "a slot has no proper name")),
            Value::Str(name) if is_bound(name) => {
                Some(("ValueError", "a slot has the name of a class variable"))
            }
            Value::None | Value::Int(_) | Value::Bool(_) | Value::Float(_) => {
                Some(("TypeError", "a slot has no proper name"))
            }
            _ => None,
        });
        match wrong {
            Some((class, reason)) => Err(self.raise_builtin(class, reason)),
            None => Ok(()),
        }
    }

    /// Whether a class may have an attribute because it is a slot.
    pub(super) fn lists_slot(&self, class: &Value, name: &str) -> bool {
        self.own_ancestors(class).iter().any(|&id| match self.state.object(id) {
            Some(Object::Class(class)) if class.namespace.get("__slots__").is_some() => {
                let is_it = |slot: &Value| !matches!(slot, Value::Str(slot) if &**slot != name);
                self.listed_slots(class).is_none_or(|slots| slots.iter().any(is_it))
            }
            _ => false,
        })
    }

    /// `__slots__` of every class in the order of resolution; None where some class has none
    /// or something else decides, so that any attribute can be set.
    pub(in crate::worlds) fn slots(&self, class: &Value) -> Option<Vec<Name>> {
        let ancestors = self.own_ancestors(class);
        let mut names = Vec::new();
        for &ancestor in &ancestors {
            let Some(Object::Class(class)) = self.state.object(ancestor) else { return None };
            let listed = self.listed_slots(class)?;
            for name in listed {
                match name {
                    Value::Str(name) if &*name != "__dict__" => {
                        names.push(private_name(&class.name, &name));
                    }
                    _ => return None,
                }
            }
        }
        let plain = self.builtin_ancestor(class) == "object" && !self.is_opaque_class(class);
        plain.then_some(names)
    }
}

/// The function of a `functools.cached_property`.
fn cached_getter(local: &Local) -> Option<Value> {
    let Value::Returned(made) = &local.value else { return None };
    let is_cached =
        (&*made.callee.module, &*made.callee.attribute) == ("functools", "cached_property");
    let getter = made.args.first().filter(|_| is_cached && !local.maybe_unbound)?;
    Some(getter.clone()).filter(|getter| matches!(getter, Value::Function(_)))
}

/// A private name as a class stores it (`_Py_Mangle`, `Python/compile.c`).
fn private_name(class: &str, name: &Name) -> Name {
    let class = class.trim_start_matches('_');
    if !name.starts_with("__") || name.ends_with("__") || class.is_empty() {
        return Name::clone(name);
    }
    Name::from(format!("_{class}{name}"))
}
