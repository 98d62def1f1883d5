//! Attributes of builtin classes, and of their objects.

use std::rc::Rc;

use super::data_attributes::is_data;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::linked::is_container;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::value::Value;

impl Machine<'_> {
    /// Whether a method looked up through `super()` does not fit what it is looked up for: of a
    /// class that derives from this one it is not bound and wants an instance, of an instance that
    /// is a class `__new__` wants a class that derives.
    pub(super) fn is_misplaced(&self, class: &Value, receiver: &Value, name: &str) -> bool {
        let derives = || self.is_subclass(receiver, class);
        self.is_class(receiver)
            && match name {
                "__init__" | "__call__" => derives() == Some(true),
                "__new__" => derives() == Some(false),
                _ => false,
            }
    }

    /// An attribute of a builtin class.
    pub(super) fn type_attribute(
        &mut self,
        class: &'static str,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        if &**name == "__name__" || &**name == "__qualname__" {
            return Ok(Value::str(class));
        }
        if &**name == "__init__" {
            // `Base.__init__(self, …)` is as `super().__init__(…)`, with the receiver given.
            let method = (Value::Type(class), Name::from("super().__init__"));
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        if &**name == "__new__" && self.linked.is_some() {
            let method = (Value::Type(class), Name::from("super().__new__"));
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        if &**name == "__dict__" && self.linked.is_some() {
            return Ok(self.builtin_dict(class));
        }
        let own = types::has_attribute(class, name);
        if own == Some(true) && self.linked.is_some() && is_container(class) {
            // `dict.get(mapping, key)`
            let method = (Value::Type(class), Name::from(format!("super().{name}")));
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        let meta = types::has_attribute("type", name);
        match (own, meta) {
            (Some(true), _) => Ok(Value::Opaque(None)),
            (_, Some(true)) => Ok(Value::Opaque(None)),
            (Some(false), _)
                if class == "type"
                    && let Some(value) = self.transparent_attribute(&Value::Type(class), name) =>
            {
                Ok(value)
            }
            (Some(false), _) if class != "type" || self.linked.is_some() => {
                let what = format!("`{class}`");
                Err(self.no_attribute(&what, name))
            }
            _ => self.unseen_attribute(name, at),
        }
    }

    /// An attribute of an object of a builtin class.
    pub(super) fn builtin_attribute(
        &mut self,
        object: &Value,
        class: &'static str,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        match types::has_attribute(class, name) {
            Some(true) => {
                if &**name == "__class__" {
                    return Ok(self.class_of(object));
                }
                if is_data(name) {
                    return Ok(Value::Opaque(None));
                }
                Ok(Value::BuiltinMethod(Rc::new((object.clone(), name.clone()))))
            }
            Some(false) if self.is_supposed(at) => Ok(Value::Opaque(None)),
            Some(false) => {
                let what = format!("a `{class}` object");
                Err(self.no_attribute(&what, name))
            }
            None => self.unseen_attribute(name, at),
        }
    }
}
