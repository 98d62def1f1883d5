//! Special methods that an operation calls, and what they must return.

use crate::syntax::ast::ExprId;
use crate::worlds::answers::any_of;
use crate::worlds::builtins::types;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::Value;

impl Machine<'_> {
    /// Calls a special method whose result must be of one of these classes.
    pub(in crate::worlds) fn call_protocol(
        &mut self,
        method: &Value,
        args: Vec<Value>,
        wanted: &[&'static str],
        at: ExprId,
    ) -> Flow<Value> {
        let answer = self.call(method, args, at)?;
        let fits = |machine: &Self, answer: &Value| {
            any_of(wanted, |class| machine.is_instance(answer, &Value::Type(class)))
        };
        self.each(&answer, |machine, answer| match fits(machine, answer) {
            Some(true) => Ok(answer.clone()),
            Some(false) => {
                let reason = "a special method returned something of a wrong type";
                Err(machine.raise_builtin("TypeError", reason))
            }
            None => {
                let risk = Risk::decided_by(answer.is_outside());
                machine.may_raise("TypeError", risk, at, || {
                    "a special method may return something of a wrong type".to_owned()
                });
                Ok(answer.clone())
            }
        })
    }

    /// The truth of an object as its class decides it; None where the class says nothing.
    pub(in crate::worlds) fn own_truth(
        &mut self,
        value: &Value,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        if let Some(method) = self.special(value, "__bool__") {
            return self.call_protocol(&method, Vec::new(), &["bool"], at).map(Some);
        }
        match self.special(value, "__len__") {
            Some(method) if !self.has_builtin_truth(value, &["__bool__"]) => {
                self.own_length(&method, at).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Whether the builtin class that an instance's class derives from decides with one of these
    /// methods whether the instance is true (`PyObject_IsTrue`: `nb_bool` comes before any
    /// length).
    pub(super) fn has_builtin_truth(&self, value: &Value, methods: &[&str]) -> bool {
        let builtin = self.builtin_ancestor(&self.class_of(value));
        methods.iter().any(|name| types::has_attribute(builtin, name) == Some(true))
    }

    /// `len()` by a class's own `__len__`.
    pub(in crate::worlds) fn own_length(&mut self, method: &Value, at: ExprId) -> Flow<Value> {
        let length = self.call_protocol(method, Vec::new(), &["int"], at)?;
        if length.as_int().is_some_and(|length| length < 0) {
            return Err(self.raise_builtin("ValueError", "__len__() should return >= 0"));
        }
        Ok(length)
    }

    /// The text of an object by a special method of its class.
    pub(in crate::worlds) fn own_text(
        &mut self,
        value: &Value,
        methods: &[&str],
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let method = methods.iter().find_map(|name| self.special(value, name));
        let Some(method) = method else { return Ok(None) };
        let spec = if methods[0] == "__format__" && self.special(value, "__format__").is_some() {
            vec![Value::of_type("str")]
        } else {
            Vec::new()
        };
        self.call_protocol(&method, spec, &["str"], at).map(Some)
    }

    /// Whether showing a value may run code of the module.
    pub(in crate::worlds) fn has_own_format(&self, value: &Value) -> bool {
        matches!(value, Value::Object(_) | Value::Tuple(_)) && self.has_own_conversion(value)
    }

    /// What hashing a value does: it may call a method, and it may raise.
    pub(in crate::worlds) fn hash_value(&mut self, value: &Value, at: ExprId) -> Flow<()> {
        match value {
            Value::Tuple(items) => {
                items.iter().try_for_each(|item| self.hash_value(item, at))?;
            }
            Value::Object(_) => {
                if let Some(method) = self.own_hash(value) {
                    if matches!(method, Value::None) {
                        return Err(self.raise_builtin("TypeError", "the value is not hashable"));
                    }
                    return self.call_protocol(&method, Vec::new(), &["int"], at).map(drop);
                }
            }
            _ => {}
        }
        match self.is_unhashable(value) {
            Some(true) => Err(self.raise_builtin("TypeError", "the value is not hashable")),
            Some(false) => Ok(()),
            None => {
                let is_seen = matches!(value, Value::Opaque(_) | Value::Union(_));
                if is_seen && !value.is_outside() {
                    self.may_raise("TypeError", Risk::Inside, at, || {
                        "the value may not be hashable".to_owned()
                    });
                }
                Ok(())
            }
        }
    }

    /// `__hash__` of an instance's class; `Value::None` where it has `__eq__` and no
    /// `__hash__` of its own (`type_new_set_hash`), None where it says nothing.
    fn own_hash(&self, value: &Value) -> Option<Value> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance(instance)) = self.state.object(*id) else { return None };
        let ancestors = self.own_ancestors(&instance.class);
        for ancestor in ancestors {
            let Some(Object::Class(class)) = self.state.object(ancestor) else { continue };
            match class.namespace.get("__hash__") {
                Some(local) if matches!(local.value, Value::None) => return Some(Value::None),
                Some(_) => return self.special(value, "__hash__"),
                None if class.namespace.get("__eq__").is_some() => return Some(Value::None),
                None => {}
            }
        }
        None
    }

    /// Whether `hash(value)` raises TypeError.
    pub(in crate::worlds) fn is_unhashable(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(_) | Object::Set(_) | Object::Dict(_)) => Some(true),
                Some(Object::Instance(instance)) => match self.own_hash(value) {
                    Some(method) => Some(matches!(method, Value::None)),
                    None if self.has_unseen_attributes(value) => {
                        let builtin = self.builtin_ancestor(&instance.class);
                        matches!(builtin, "list" | "dict" | "set").then_some(true)
                    }
                    None => Some(false),
                },
                _ => Some(false),
            },
            Value::Tuple(items) => any_of(items, |item| self.is_unhashable(item)),
            Value::Globals
            | Value::Attributes(_)
            | Value::Opaque(Some("list" | "dict" | "set")) => Some(true),
            Value::Opaque(Some(name)) => {
                (types::is_known(name) && !matches!(*name, "tuple" | "slice")).then_some(false)
            }
            Value::Unknown | Value::Opaque(_) | Value::Union(_) | Value::Returned(_) => None,
            _ => Some(false),
        }
    }

    /// Comparing an object with others may run `__eq__` of its class.
    pub(in crate::worlds) fn note_equality(&mut self, values: &[Value], other: &Value, at: ExprId) {
        let own: Vec<Value> = values
            .iter()
            .chain([other])
            .flat_map(|value| value.alternatives())
            .filter_map(|value| self.own_method(value, "__eq__"))
            .collect();
        if !own.is_empty() {
            self.suppose_effects(&own);
            self.may_raise("", Risk::Inside, at, || "`__eq__` may raise".to_owned());
        }
    }
}
