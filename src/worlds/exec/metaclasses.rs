//! What metaclasses of the module's own do while a class is made (`type_new`,
//! `Objects/typeobject.c`).

use super::classes::Head;
use crate::syntax::ast::{ClassDef, ExprId};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::{Entries, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(super) fn prepare_arguments(&self, def: &ClassDef, head: &Head) -> Args {
        Args {
            positional: vec![Value::Str(def.name.name.clone()), Value::tuple(head.bases.clone())],
            keywords: head.keywords.clone(),
            inexact: head.inexact,
        }
    }

    /// What `__prepare__` gave is there when the body begins.
    pub(super) fn prepare_body(&mut self, body: ObjectId, prepared: Option<&Value>) {
        let Some(Value::Object(id)) = prepared else { return };
        let Some(Object::Dict(entries)) = self.state.object(*id) else { return };
        let pairs = entries.pairs.clone();
        let Some(Object::Frame(frame)) = self.state.object_mut(body) else { return };
        for (name, value) in pairs {
            if let Value::Str(name) = name {
                frame.locals.set(name, value);
            }
        }
    }

    /// A function of another module is called like a metaclass, if it takes that.
    pub(super) fn check_metaclass(&mut self, metaclass: &Value, at: ExprId) {
        let is_function = matches!(metaclass, Value::External(external)
            if self.resolver_of(&external.module).is_plain_function(external));
        if is_function {
            let reason = || "the metaclass is a function that may not take this".to_owned();
            self.may_refuse(Purpose::Derived, "", Risk::Environment, at, reason);
        }
    }

    /// `__new__` of a metaclass of the module's own: the class, or what it gives in its place.
    pub(super) fn new_of_metaclass(
        &mut self,
        metaclass: &Value,
        class: &Value,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        let Some(new) = self.class_attribute(metaclass, "__new__") else {
            return Ok(class.clone());
        };
        let made = self.call_hook(&new.value, args, at)?;
        let is_other = self.is_class_like(&made) == Some(false);
        Ok(if is_other { made } else { class.clone() })
    }

    /// `__init__` of a metaclass of the module's own, once `type.__new__` has called the hooks of
    /// what is in the class and of its bases.
    pub(super) fn init_of_metaclass(
        &mut self,
        metaclass: &Value,
        class: &Value,
        mut args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        let Some(init) = self.class_attribute(metaclass, "__init__") else {
            return Ok(Value::None);
        };
        if let Some(first) = args.positional.first_mut() {
            *first = class.clone();
        }
        // The class has taken what is in the body; nothing of it follows any more.
        if let (None, Some(body)) = (&self.linked, args.positional.get_mut(3)) {
            *body = Value::of_type("dict");
        }
        self.call_hook(&init.value, args, at)
    }

    /// What `__new__` of a metaclass is called with; the body is there, the result is not
    /// followed.
    pub(super) fn metaclass_arguments(
        &mut self,
        metaclass: &Value,
        body: ObjectId,
        head: &Head,
    ) -> Args {
        let Some(Object::Class(class)) = self.state.object(body) else { return Args::default() };
        let name = Value::Str(class.name.clone());
        let bases = Value::Tuple(std::rc::Rc::clone(&class.bases));
        let entries = class.namespace.iter();
        let pairs = entries.map(|(name, local)| (Value::str(name), local.value.clone())).collect();
        let body = self.allocate(Object::Dict(Entries::exactly(pairs)));
        Args {
            positional: vec![metaclass.clone(), name, bases, body],
            keywords: head.keywords.clone(),
            inexact: head.inexact,
        }
    }

    /// Whether what `__new__` of a metaclass gave may be the class.
    pub(super) fn is_class_like(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Object(id) => match self.state.object(*id)? {
                Object::Class(_) => Some(true),
                Object::Instance(_) => None,
                _ => Some(false),
            },
            Value::Type(_) => Some(true),
            Value::Opaque(None) | Value::Unknown | Value::Union(_) => None,
            Value::Returned(_) | Value::External(_) => None,
            _ => Some(false),
        }
    }

    /// `type.__new__` hands keywords on to `__init_subclass__`, where nothing takes them.
    pub(super) fn check_metaclass_keywords(&mut self, head: &Head) -> Flow<()> {
        let Some(metaclass @ Value::Object(_)) = &head.metaclass else { return Ok(()) };
        let is_plain = self.has_known_bases(metaclass)
            && self.builtin_ancestor(metaclass) == "type"
            && self.class_attribute(metaclass, "__new__").is_none()
            && self.metaclass_of(metaclass).is_none();
        if !is_plain || head.inexact {
            return Ok(());
        }
        Err(self.raise_builtin("TypeError", "the class takes no keyword arguments"))
    }
}
