//! What abstract base classes have that others have not: they say themselves what is an instance
//! of them, and take other classes in (`Lib/abc.py`, PEP 3119).

use std::rc::Rc;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::c_functions::is_special_form;
use crate::worlds::builtins::functions::truth;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::{Returned, Value};

/// What a class has that decides what derives from it.
const HOOK: &str = "__subclasshook__";

/// As [`HOOK`], of a metaclass.
const HOOKS_OF_METACLASSES: &[&str] = &["__instancecheck__", "__subclasscheck__"];

/// What `abc.ABCMeta`, `typing.Generic` and `typing.Protocol` give to classes, which are as
/// others are where code is followed across modules.
const OF_TRANSPARENT_BASES: &[&str] =
    &["__class_getitem__", "__orig_bases__", "__parameters__", "_is_protocol", "_abc_impl"];

impl Machine<'_> {
    /// `isinstance(value, class)`
    pub(in crate::worlds) fn instance_test(
        &mut self,
        value: &Value,
        class: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        if self.is_own_protocol(class) {
            return Ok(self.ask_protocol(at));
        }
        let answer = self.is_instance(value, class);
        if answer.is_none() {
            let is_none = match class {
                Value::None | Value::Int(_) | Value::Str(_) | Value::Function(_) => true,
                Value::Returned(made) => is_new_type(made),
                class => is_special_form(class, self.resolver.python.minor),
            };
            if is_none {
                let reason = "isinstance() arg 2 is no class";
                return Err(self.raise_builtin("TypeError", reason));
            }
            let is_function = matches!(class, Value::External(external)
                if self.resolver_of(&external.module).is_plain_function(external));
            let is_trusted = class.is_outside() && !is_function;
            if !self.is_class(class) && !is_trusted && !matches!(class, Value::Tuple(_)) {
                self.risk(&Args::plain(vec![class.clone()]), "TypeError", at);
            }
        }
        Ok(truth(answer.filter(|&is_one| is_one || !self.says_itself(class))))
    }

    /// `issubclass(class, ancestor)`
    pub(in crate::worlds) fn subclass_test(
        &mut self,
        class: &Value,
        ancestor: &Value,
        at: ExprId,
    ) -> Value {
        if self.is_own_protocol(ancestor) {
            return self.ask_protocol(at);
        }
        let answer = self.is_subclass(class, ancestor);
        if answer.is_none() {
            self.risk(&Args::plain(vec![class.clone(), ancestor.clone()]), "TypeError", at);
        }
        truth(answer.filter(|&is_one| is_one || !self.says_itself(ancestor)))
    }

    /// What a protocol answers: only those that are `runtime_checkable` do (`Lib/typing.py`).
    fn ask_protocol(&mut self, at: ExprId) -> Value {
        self.may_raise("TypeError", Risk::Inside, at, || {
            "the class may be a protocol that is not asked at runtime".to_owned()
        });
        Value::of_type("bool")
    }

    /// Whether a class of the module is a protocol, or another one that may refuse to be asked.
    fn is_own_protocol(&self, class: &Value) -> bool {
        // Nor is an alias with parameters.
        if let Value::External(alias) = class {
            return alias.attribute.ends_with("[]");
        }
        let Value::Object(id) = class else { return false };
        let Some(Object::Class(own)) = self.state.object(*id) else { return false };
        own.bases.iter().any(|base| match base {
            Value::External(base) => {
                matches!(base.attribute.split('[').next(), Some("Protocol" | "TypedDict"))
                    && base.module.starts_with("typing")
            }
            _ => false,
        })
    }

    /// Whether a class may count others as its own that do not derive from it.
    pub(in crate::worlds) fn says_itself(&self, class: &Value) -> bool {
        if let Value::Tuple(classes) = class {
            return classes.iter().any(|class| self.says_itself(class));
        }
        if !self.is_own_class(class) {
            return false;
        }
        let asks = |metaclass: &Value| {
            HOOKS_OF_METACLASSES.iter().any(|hook| self.class_attribute(metaclass, hook).is_some())
        };
        self.class_attribute(class, HOOK).is_some()
            || self.metaclass_of(class).is_some_and(|metaclass| match metaclass {
                Value::Object(_) => asks(&metaclass),
                Value::Type(_) => false,
                _ => true,
            })
            || self.linked.is_none()
                && self.is_outside_base(class)
                && self.enum_base(class).is_none()
            || self.has_abstract_base(class)
    }

    /// Whether a class derives from one that can take in others.
    fn has_abstract_base(&self, class: &Value) -> bool {
        let is_abstract = |base: &Value| match base {
            Value::External(base) => &*base.module != "enum",
            Value::Unknown | Value::Opaque(_) => true,
            _ => false,
        };
        self.own_ancestors(class).iter().any(|&id| match self.state.object(id) {
            Some(Object::Class(class)) => class.bases.iter().any(is_abstract),
            _ => true,
        })
    }

    /// What a class has of bases and metaclasses that are left out where code is followed.
    pub(in crate::worlds) fn transparent_attribute(
        &self,
        class: &Value,
        name: &Name,
    ) -> Option<Value> {
        self.linked.as_ref()?;
        match &**name {
            "register" => Some(Value::BuiltinMethod(Rc::new((class.clone(), name.clone())))),
            name if OF_TRANSPARENT_BASES.contains(&name) => Some(Value::Opaque(None)),
            _ => None,
        }
    }

    /// `Abstract.register(class)`: gives that class.
    pub(in crate::worlds) fn take_in(&mut self, class: &Value, args: &Args) -> Value {
        if let Value::Object(id) = class
            && let Some(Object::Class(class)) = self.state.object_mut(*id)
        {
            class.namespace.set(Name::from(HOOK), Value::Opaque(None));
        }
        args.positional.last().cloned().unwrap_or(Value::Opaque(None))
    }
}

/// Whether a call has made what `typing.NewType` gives, which is no class.
pub(in crate::worlds) fn is_new_type(made: &Returned) -> bool {
    &*made.callee.attribute == "NewType" && made.callee.module.starts_with("typing")
}
