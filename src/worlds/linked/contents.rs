//! What instances of classes hold that derive from builtin containers: a registry is often a
//! dictionary with methods of its own.
//!
//! The container is a builtin object of its own, under a name that no attribute can have.

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::Value;

/// The attribute under which an instance has its container.
pub(in crate::worlds) const CONTENTS: &str = "contents()";

/// Whether instances of classes that derive from a builtin class have a container.
pub(in crate::worlds) fn is_container(class: &str) -> bool {
    matches!(class, "dict" | "list" | "set" | "tuple")
}

impl Machine<'_> {
    /// The container of an instance, where it has one that is followed.
    pub(in crate::worlds) fn contents(&self, value: &Value) -> Option<Value> {
        self.linked.as_ref()?;
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance(instance)) = self.state.object(*id) else { return None };
        let local = instance.attributes.get(CONTENTS).filter(|local| !local.maybe_unbound)?;
        Some(local.value.clone())
    }

    /// An empty container of a builtin class.
    pub(in crate::worlds) fn new_contents(&mut self, class: &str) -> Option<Value> {
        self.linked.as_ref()?;
        Some(match class {
            "dict" => self.allocate(Object::Dict(Entries::exactly(Vec::new()))),
            "list" => self.allocate(Object::List(Items::exactly(Vec::new()))),
            "set" => self.allocate(Object::Set(Items::exactly(Vec::new()))),
            "tuple" => Value::tuple(Vec::new()),
            _ => return None,
        })
    }

    pub(in crate::worlds) fn set_contents(&mut self, instance: &Value, contents: Value) {
        if let Value::Object(id) = instance
            && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
        {
            instance.attributes.set(Name::from(CONTENTS), contents);
        }
    }

    /// The items of a list or a tuple in a tuple.
    pub(super) fn plain_tuple(&self, items: &Value) -> Value {
        match items {
            Value::Tuple(_) => items.clone(),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) if items.exact => Value::tuple(items.values.clone()),
                _ => Value::of_type("tuple"),
            },
            _ => Value::of_type("tuple"),
        }
    }

    /// `object[index]` of an instance whose class has no `__getitem__` of its own: a dictionary
    /// asks `__missing__` for what it does not have (`dict_subscript`, `Objects/dictobject.c`).
    pub(in crate::worlds) fn contents_item(
        &mut self,
        object: &Value,
        contents: &Value,
        index: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let Some(missing) = self.special(object, "__missing__") else {
            return self.item(contents, index, at);
        };
        match self.contains(contents, index, at)? {
            Some(true) => self.item(contents, index, at),
            Some(false) => self.call(&missing, vec![index.clone()], at),
            None => self.alternatives(
                2,
                |machine, way| match way {
                    0 => machine.call(&missing, vec![index.clone()], at),
                    _ => Ok(Value::Opaque(None)),
                },
                |one, other| one.join(&other),
            ),
        }
    }

    /// A method of the builtin class behind a class of the code's own: `super().append(item)`,
    /// `dict.get(self, key)`. None where that is nothing a container has.
    pub(in crate::worlds) fn container_method(
        &mut self,
        receiver: &Value,
        method: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        if self.linked.is_none() || args.inexact {
            return Ok(None);
        }
        let mut args = args.clone();
        let receiver = match receiver {
            Value::Type(class) if is_container(class) && method != "__new__" => {
                if args.positional.is_empty() {
                    return Ok(None);
                }
                args.positional.remove(0)
            }
            receiver => receiver.clone(),
        };
        let is_builtin = |object: Option<&Object>| {
            matches!(object, Some(Object::Dict(_) | Object::List(_) | Object::Set(_)))
        };
        let contents = match (self.contents(&receiver), &receiver) {
            (Some(contents), _) => contents,
            (None, Value::Object(id)) if is_builtin(self.state.object(*id)) => receiver.clone(),
            _ => return Ok(None),
        };
        Ok(Some(match (method, &args.positional[..]) {
            ("__init__", []) if args.keywords.is_empty() => Value::None,
            ("__init__", _) if matches!(contents, Value::Tuple(_)) => Value::None,
            ("__init__", _) => {
                let is_list = matches!(&contents, Value::Object(id)
                    if matches!(self.state.object(*id), Some(Object::List(_))));
                let add = if is_list { "extend" } else { "update" };
                self.call_builtin_method(&contents, &Name::from(add), args, at)?
            }
            ("__getitem__", [index]) => self.contents_item(&receiver, &contents, index, at)?,
            ("__setitem__", [index, value]) => {
                self.set_item(&contents, index, value.clone(), at)?;
                Value::None
            }
            ("__delitem__", [index]) => {
                self.delete_item(&contents, index, at)?;
                Value::None
            }
            ("__contains__", [item]) => {
                self.contains(&contents, item, at)?.map_or(Value::of_type("bool"), Value::Bool)
            }
            ("__len__", []) => self.call_builtin("len", Args::plain(vec![contents]), at)?,
            ("__iter__", []) => self.call_builtin("iter", Args::plain(vec![contents]), at)?,
            _ if method.starts_with("__") => return Ok(None),
            _ => self.call_builtin_method(&contents, &Name::from(method), args, at)?,
        }))
    }
}
