//! Storing into objects and deleting from them: attributes and subscripts.

use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::c_functions::is_c_function;
use crate::worlds::c_modules::is_made_in_c;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(in crate::worlds) fn set_attribute(
        &mut self,
        object: &Value,
        name: &Name,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let span = self.program.ast().expr(at).span;
        self.note_replacement(object, name, &value);
        self.known_operation(object, "__setattr__", Some(&Value::Str(name.clone())), at)?;
        match object {
            // The module keeps its namespace, and gets other behaviour.
            Value::ThisModule if &**name == "__class__" => Ok(()),
            Value::ThisModule => {
                self.trace.named += 1;
                self.bind_global(name, value, span, BindingKind::Variable);
                Ok(())
            }
            Value::Object(id) => self.set_object_attribute(*id, name, value, at),
            Value::Union(values) if values.iter().any(|v| matches!(v, Value::ThisModule)) => {
                self.maybe_bind_global(name, span);
                Ok(())
            }
            Value::Union(_) => self.store_in_each(
                object,
                |machine, object| machine.set_attribute(object, name, value.clone(), at),
                |other| other.add_attribute(name, &value),
            ),
            Value::Function(function) if self.set_mark(function, name, value.clone()) => Ok(()),
            Value::Unknown | Value::Opaque(_) | Value::Function(_) => {
                let risk = Risk::decided_by(object.is_outside());
                if !matches!(object, Value::Function(_)) {
                    self.may_refuse(Purpose::Assigned, "AttributeError", risk, at, || {
                        format!("attribute `{name}` may not be assignable")
                    });
                }
                Ok(())
            }
            Value::Module(module) if self.linked.is_some() => {
                self.set_linked_attribute(&module.clone(), name, value)
            }
            Value::External(function) if is_c_function(function) => {
                let reason = format!("the function `{}` takes no attributes", function.attribute);
                Err(self.raise_builtin("AttributeError", reason))
            }
            Value::External(_) | Value::Returned(_) | Value::Module(_) => {
                self.ran(at);
                if let Value::External(class) = object
                    && is_made_in_c(class)
                {
                    // Most classes that are made there are immutable, not all of them.
                    self.may_raise("", Risk::Inside, at, || {
                        format!("attribute `{name}` of `{}` may not be assignable", class.attribute)
                    });
                }
                if let Value::Returned(made) = object
                    && &*made.callee.module == "enum"
                    && matches!(&**name, "name" | "value")
                {
                    // `enum.property`, unless the class has something of this name itself.
                    self.may_raise("AttributeError", Risk::Inside, at, || {
                        format!("`{name}` of a member may not be assignable")
                    });
                }
                self.give(object, name);
                Ok(())
            }
            // From 3.10 on these have a `__dict__`; so has a property from 3.13 on, for its name.
            Value::Method(pair) if matches!(pair.0, Value::Type(_)) => {
                self.may_raise("AttributeError", Risk::Inside, at, || {
                    format!("attribute `{name}` may not be assignable")
                });
                Ok(())
            }
            _ => {
                let reason = format!("attribute `{name}` cannot be set on this object");
                let class =
                    if matches!(object, Value::Type(_)) { "TypeError" } else { "AttributeError" };
                Err(self.raise_builtin(class, reason))
            }
        }
    }

    pub(in crate::worlds) fn set_object_attribute(
        &mut self,
        id: ObjectId,
        name: &Name,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let object = Value::Object(id);
        let is_instance = matches!(self.state.object(id), Some(Object::Instance(_)));
        if is_instance && let Some(setter) = self.special(&object, "__setattr__") {
            return self.call(&setter, vec![Value::str(name), value], at).map(drop);
        }
        if is_instance && self.is_frozen(&self.class_of(&object)) {
            let reason = format!("`{name}` of a frozen data class cannot be set");
            return Err(self.raise_builtin("AttributeError", reason));
        }
        if self.is_member(&object, name) {
            let reason = format!("the member `{name}` cannot be set to something else");
            return Err(self.raise_builtin("AttributeError", reason));
        }
        if is_instance && self.is_tuple_field(&self.class_of(&object), name) {
            let reason = format!("the field `{name}` of a named tuple cannot be set");
            return Err(self.raise_builtin("AttributeError", reason));
        }
        self.set_without_hook(id, name, value, at)
    }

    /// `object.__setattr__(object, name, value)`
    pub(in crate::worlds) fn set_without_hook(
        &mut self,
        id: ObjectId,
        name: &Name,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let object = Value::Object(id);
        let is_instance = matches!(self.state.object(id), Some(Object::Instance(_)));
        if is_instance && &**name == "__class__" {
            // Only where both classes have the same layout.
            self.may_raise("TypeError", Risk::Inside, at, || "the classes may not fit".to_owned());
            if let Some(Object::Instance(instance)) = self.state.object_mut(id) {
                (instance.class, instance.is_opaque) = (value, true);
            }
            return Ok(());
        }
        if is_instance && self.set_by_descriptor(&object, name, &value, at)?.is_some() {
            return Ok(());
        }
        if is_instance {
            let class = self.class_of(&object);
            match self.slots(&class) {
                Some(slots) if !slots.is_empty() && !slots.contains(name) => {
                    let reason = format!("`{name}` is not among the `__slots__`");
                    return Err(self.raise_builtin("AttributeError", reason));
                }
                Some(slots) if slots.contains(name) => {}
                _ if self.class_attribute(&class, "__slots__").is_some() => {
                    self.may_raise("AttributeError", Risk::Inside, at, || {
                        format!("`{name}` may not be among the `__slots__`")
                    });
                }
                _ => {}
            }
        }
        let is_enum = !is_instance && self.enum_base(&object).is_some();
        match self.state.object_mut(id) {
            Some(Object::Instance(instance))
                if !instance.is_opaque && matches!(instance.class, Value::Type("object")) =>
            {
                let reason = format!("attribute `{name}` cannot be set on a plain `object`");
                return Err(self.raise_builtin("AttributeError", reason));
            }
            Some(Object::Instance(instance)) => instance.attributes.set(name.clone(), value),
            Some(Object::Class(class)) => {
                // What an enumeration is given later is no member.
                let value = if is_enum { value.join(&Value::Opaque(None)) } else { value };
                class.namespace.set(name.clone(), value);
            }
            _ => {
                let reason = format!("attribute `{name}` cannot be set on this object");
                return Err(self.raise_builtin("AttributeError", reason));
            }
        }
        Ok(())
    }

    pub(in crate::worlds) fn delete_attribute(
        &mut self,
        object: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<()> {
        match object {
            Value::ThisModule => return self.unbind(name, "AttributeError", at),
            Value::Union(_) => {
                return self.delete_from_each(object, |machine, object| {
                    machine.delete_attribute(object, name, at)
                });
            }
            _ => {}
        }
        if let Some(hook) = self.special(object, "__delattr__") {
            return self.call(&hook, vec![Value::Str(name.clone())], at).map(drop);
        }
        if self.is_frozen(&self.class_of(object)) {
            let reason = format!("`{name}` of a frozen data class cannot be deleted");
            return Err(self.raise_builtin("AttributeError", reason));
        }
        if self.is_member(object, name) {
            let reason = format!("the member `{name}` cannot be deleted");
            return Err(self.raise_builtin("AttributeError", reason));
        }
        self.delete_without_hook(object, name, at)
    }

    /// `object.__delattr__(object, name)`
    pub(in crate::worlds) fn delete_without_hook(
        &mut self,
        object: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<()> {
        if self.delete_by_descriptor(object, name, at)?.is_some() {
            return Ok(());
        }
        if let Value::Module(module) = object
            && self.linked.is_some()
            && self.delete_linked_attribute(module, name, at)?
        {
            return Ok(());
        }
        let removed = match object {
            Value::Function(function) if self.linked.is_some() => {
                Some(self.remove_mark(function, name))
            }
            Value::Object(id) => {
                let is_unseen = self.may_serve(object, name);
                let is_lacking = self.is_no_member(object, name);
                match self.state.object_mut(*id) {
                    Some(Object::Instance(instance)) => {
                        let own = instance.attributes.get(name);
                        let is_unsure = own.is_some_and(|own| own.maybe_unbound);
                        let removed = instance.attributes.remove(name);
                        Some(removed).filter(|removed| !is_unsure && (*removed || !is_unseen))
                    }
                    Some(Object::Class(class)) => {
                        Some(class.namespace.remove(name) || class.is_opaque && !is_lacking)
                    }
                    _ => Some(false),
                }
            }
            _ => None,
        };
        match removed {
            Some(true) => Ok(()),
            Some(false) => {
                Err(self.raise_builtin("AttributeError", format!("there is no attribute `{name}`")))
            }
            None => {
                let risk = Risk::decided_by(self.is_decided_outside(object));
                self.take_back(object, name);
                let reason = || format!("`{name}` may not be there");
                self.may_refuse(Purpose::Deleted, "AttributeError", risk, at, reason);
                Ok(())
            }
        }
    }

    /// Whether an object may have an attribute of its own that was not seen to be set: something
    /// outside had it, or a descriptor from outside stores there (`functools.cached_property`).
    fn may_serve(&self, object: &Value, name: &Name) -> bool {
        let Value::Object(id) = object else { return true };
        let Some(Object::Instance(instance)) = self.state.object(*id) else { return false };
        let served = self.class_attribute(&instance.class, name);
        instance.is_opaque || served.is_some_and(|local| local.value.is_outside())
    }

    pub(in crate::worlds) fn set_item(
        &mut self,
        object: &Value,
        index: &Value,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let span = self.program.ast().expr(at).span;
        self.ran(at);
        self.known_operation(object, "__setitem__", Some(index), at)?;
        match object {
            Value::Globals => {
                self.trace.named += 1;
                match index {
                    Value::Str(name) => {
                        self.bind_global(&Name::clone(name), value, span, BindingKind::Variable);
                    }
                    _ => self.see_nothing(span, "a name is computed and set through `globals()`"),
                }
                Ok(())
            }
            Value::Opaque(Some("sys.modules")) => {
                if self.is_own_key(index) {
                    self.register(value, span);
                } else if self.linked.is_some() {
                    self.set_loaded(index, value);
                }
                Ok(())
            }
            Value::Object(id) => self.set_object_item(*id, index, value, at),
            Value::Attributes(id) => {
                match index {
                    Value::Str(name) => self.set_own(*id, Name::clone(name), value),
                    // A key that is no text is no attribute either.
                    index if index.is_constant() => {}
                    _ => self.forget_own(*id),
                }
                Ok(())
            }
            Value::Union(_) => self.store_in_each(
                object,
                |machine, object| machine.set_item(object, index, value.clone(), at),
                |other| other.add_item(index, &value),
            ),
            Value::Unknown
            | Value::Opaque(_)
            | Value::External(_)
            | Value::Returned(_)
            | Value::Module(_) => {
                let risk = Risk::decided_by(object.is_outside());
                let text = self.excerpt(span);
                let reason = || format!("`{text}` may not be assignable");
                self.may_refuse(Purpose::Assigned, "", risk, at, reason);
                Ok(())
            }
            _ => {
                let reason = "the object does not support item assignment";
                Err(self.raise_builtin("TypeError", reason))
            }
        }
    }

    pub(in crate::worlds) fn set_object_item(
        &mut self,
        id: ObjectId,
        index: &Value,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        if matches!(self.state.object(id), Some(Object::Dict(_))) {
            self.hash_value(index, at)?;
        }
        // That no key is the same one may take a look at the objects.
        let is_other = match self.state.object(id) {
            Some(Object::Dict(entries))
                if self.linked.is_some() && entries.get(index).is_none() =>
            {
                let entries = entries.clone();
                self.has_key(&entries, index) == Some(false)
            }
            _ => false,
        };
        match self.state.object_mut(id) {
            Some(Object::Dict(entries)) if is_other => {
                entries.pairs.push((index.clone(), value));
                Ok(())
            }
            Some(Object::Dict(entries)) => {
                if index.is_constant() || entries.exact {
                    entries.set(index.clone(), value);
                } else {
                    let mut sure = std::mem::take(&mut entries.sure);
                    sure.set(index, Some(value));
                    *entries = Entries { sure, ..Entries::unknown() };
                }
                Ok(())
            }
            Some(Object::List(items)) => {
                let length = items.values.len() as i64;
                match (index.as_int(), items.exact) {
                    (Some(position), true) if (-length..length).contains(&position) => {
                        let position = if position < 0 { position + length } else { position };
                        items.values[position as usize] = value;
                        Ok(())
                    }
                    (Some(_), true) => {
                        Err(self.raise_builtin("IndexError", "the index is out of range"))
                    }
                    _ => {
                        *items = Items::unknown();
                        self.may_raise("", Risk::Inside, at, || "the index may not fit".to_owned());
                        Ok(())
                    }
                }
            }
            Some(Object::Instance(_) | Object::Class(_)) => {
                let object = Value::Object(id);
                match self.special(&object, "__setitem__") {
                    Some(setter) => self.call(&setter, vec![index.clone(), value], at).map(drop),
                    None if self.contents(&object).is_some() => {
                        let contents = self.contents(&object).unwrap_or(Value::Unknown);
                        self.set_item(&contents, index, value, at)
                    }
                    None if self.has_unseen_attributes(&object) => {
                        self.unseen_operation(&[&object, index], at).map(drop)
                    }
                    None => {
                        let reason = "the object does not support item assignment";
                        Err(self.raise_builtin("TypeError", reason))
                    }
                }
            }
            _ => Err(self.raise_builtin("TypeError", "the object has no items to assign to")),
        }
    }

    pub(in crate::worlds) fn delete_item(
        &mut self,
        object: &Value,
        index: &Value,
        at: ExprId,
    ) -> Flow<()> {
        self.ran(at);
        match object {
            Value::Globals => match index {
                Value::Str(name) => self.delete_global_key(&Name::clone(name), at),
                _ => {
                    self.may_raise("KeyError", Risk::Inside, at, || {
                        "the name may be unbound".into()
                    });
                    self.unbind_any();
                    Ok(())
                }
            },
            Value::Opaque(Some("sys.modules")) if self.is_own_key(index) => {
                // The import looks it up again: what is called next has to put something there
                // (`_load_unlocked` in `Lib/importlib/_bootstrap.py`).
                let span = self.program.ast().expr(at).span;
                self.register(Value::Unknown, span);
                Ok(())
            }
            Value::Opaque(Some("sys.modules")) if self.linked.is_some() => {
                self.forget_loaded(index);
                Ok(())
            }
            Value::Attributes(id) => self.delete_own(*id, index, at),
            Value::Union(_) => self
                .delete_from_each(object, |machine, object| machine.delete_item(object, index, at)),
            Value::Object(_) if let Some(method) = self.own_method(object, "__delitem__") => {
                self.call(&method, vec![index.clone()], at).map(drop)
            }
            Value::Object(_) if self.contents(object).is_some() => {
                let contents = self.contents(object).unwrap_or(Value::Unknown);
                self.delete_item(&contents, index, at)
            }
            Value::Object(id) => {
                // The read says whether the item is there, and what raises where it is not.
                self.item(object, index, at)?;
                match self.state.object_mut(*id) {
                    Some(Object::Dict(entries)) if entries.exact => {
                        entries.pairs.retain(|(key, _)| key.equals(index) != Some(true));
                    }
                    Some(Object::List(items)) if items.exact => match index.as_int() {
                        Some(position) => {
                            let length = items.values.len() as i64;
                            let position = if position < 0 { position + length } else { position };
                            if (0..length).contains(&position) {
                                items.values.remove(position as usize);
                            }
                        }
                        None => *items = Items::unknown(),
                    },
                    Some(Object::Dict(entries)) => entries.take_out(index),
                    Some(Object::List(items)) => *items = Items::unknown(),
                    _ => {}
                }
                Ok(())
            }
            _ => {
                let risk = Risk::decided_by(object.is_outside());
                let reason = || "the item may not be there".to_owned();
                self.may_refuse(Purpose::Deleted, "", risk, at, reason);
                Ok(())
            }
        }
    }

    pub(in crate::worlds) fn delete_global_key(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        let symbol = self.symbol(name);
        match self.state.global(symbol).map(|slot| slot.maybe_unbound) {
            None if !self.state.unseen => {
                Err(self.raise_builtin("KeyError", format!("`{name}` is not bound here")))
            }
            None | Some(true) => {
                self.may_raise("KeyError", Risk::Inside, at, || format!("`{name}` may be unbound"));
                self.unbind_global(name);
                Ok(())
            }
            Some(false) => {
                self.unbind_global(name);
                Ok(())
            }
        }
    }
}
