//! Methods of builtin objects.

mod mappings;
mod namespace;
mod sequences;
mod sets;
mod text;

use std::rc::Rc;
use std::sync::Arc;

use super::regexes::is_match;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::{Args, property_part};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(in crate::worlds) fn call_builtin_method(
        &mut self,
        receiver: &Value,
        name: &Name,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        if let Value::Returned(_) = receiver
            && let Some(presumed) = self.presumed_method(receiver, name, &args, at)?
        {
            return Ok(presumed);
        }
        if let Some(method) = name.strip_prefix("super().") {
            if let ("__call__", Value::Object(id)) = (method, receiver)
                && self.is_class(receiver)
            {
                return self.make_instance(*id, args, at);
            }
            if let Some(done) = self.container_method(receiver, method, &args, at)? {
                return Ok(done);
            }
            if self.linked.is_some()
                && matches!(receiver, Value::Type(_))
                && matches!(method, "__init__" | "__setattr__" | "__delattr__")
                && !args.inexact
                && !args.positional.is_empty()
            {
                // `object.__setattr__(self, name, value)`
                let mut args = args;
                let receiver = args.positional.remove(0);
                return self.inherited_method(&receiver, method, &args, at);
            }
            return self.inherited_method(receiver, method, &args, at);
        }
        if args.inexact {
            self.forget_receiver(receiver, at);
            return self.unseen_method(receiver, &args, at);
        }
        match receiver {
            class if &**name == "register" && self.is_class(class) => {
                Ok(self.take_in(class, &args))
            }
            Value::Object(id)
                if matches!(
                    self.state.object(*id),
                    Some(Object::Iterator(_) | Object::Generator(_))
                ) =>
            {
                self.iterator_method(*id, name, &args, at)
            }
            Value::Globals => self.globals_method(name, &args, at),
            Value::Attributes(id) => self.attributes_method(*id, name, &args, at),
            Value::Str(text) => self.str_method(&Arc::clone(text), name, &args, at),
            Value::Opaque(Some("sys.modules")) => match (&**name, &args.positional[..]) {
                ("get", [module, ..]) if self.lent_module(module).is_some() => {
                    Ok(self.lent_module(module).unwrap_or(Value::Unknown))
                }
                ("get", [module, ..]) if self.is_own_key(module) => Ok(self.registered()),
                ("get", [module, ..]) => Ok(self.loaded_module(module).unwrap_or(Value::Unknown)),
                ("pop", [module, ..]) if self.linked.is_some() => {
                    self.forget_loaded(module);
                    Ok(Value::Unknown)
                }
                _ => Ok(Value::Unknown),
            },
            Value::Object(id) => {
                let id = *id;
                match self.state.object(id) {
                    Some(Object::List(_)) => self.list_method(id, name, &args, at),
                    Some(Object::Dict(_)) => self.dict_method(id, name, &args, at),
                    Some(Object::Set(_)) => self.set_method(id, name, &args, at),
                    Some(Object::Instance(found)) if is_match(found) => {
                        self.match_method(id, name, &args, at)
                    }
                    Some(Object::Instance(_))
                        if matches!(&**name, "with_traceback" | "add_note") =>
                    {
                        if &**name == "add_note"
                            && let Some(Object::Instance(raised)) = self.state.object_mut(id)
                        {
                            let notes = Value::of_type("list");
                            raised.attributes.set(Name::from("__notes__"), notes);
                            return Ok(Value::None);
                        }
                        Ok(receiver.clone())
                    }
                    _ => match self.contents(receiver) {
                        Some(contents) => self.call_builtin_method(&contents, name, args, at),
                        None => self.unseen_method(receiver, &args, at),
                    },
                }
            }
            // `@x.setter`: a property with one function more.
            Value::Method(pair) if matches!(&**name, "setter" | "getter" | "deleter") => {
                let getter = property_part(&pair.1, 0);
                let setter = property_part(&pair.1, 1);
                let function = args.positional.first().cloned().unwrap_or(Value::None);
                let parts = match &**name {
                    "setter" => vec![getter, function],
                    "getter" => vec![function, setter],
                    _ => vec![getter, setter, function],
                };
                Ok(Value::Method(Rc::new((pair.0.clone(), Value::tuple(parts)))))
            }
            Value::Tuple(items) if matches!(&**name, "index" | "count") => {
                let items = Items::exactly(items.to_vec());
                self.search(&items, name, &args, at)
            }
            Value::Opaque(Some(class)) if is_exception_method(class, name) => Ok(receiver.clone()),
            _ => self.unseen_method(receiver, &args, at),
        }
    }

    /// A method of a generator, or of something else that is iterated over.
    fn iterator_method(
        &mut self,
        id: ObjectId,
        name: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let receiver = Value::Object(id);
        match (name, &args.positional[..]) {
            ("__iter__", []) => Ok(receiver),
            _ if self.guide.is_some() => {
                self.resume_generator(id, at);
                self.unseen_method(&receiver, args, at)
            }
            ("__next__", []) | ("send", [Value::None]) => self.next(&receiver, None, at),
            _ => {
                self.forget_receiver(&receiver, at);
                self.unseen_method(&receiver, args, at)
            }
        }
    }

    /// `super().__init__()` of `object` or an exception.
    pub(in crate::worlds) fn inherited_method(
        &mut self,
        receiver: &Value,
        name: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        match name {
            "__init__" => {
                if let Value::Object(id) = receiver
                    && self.is_exception_instance(receiver) == Some(true)
                    && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
                {
                    let values = Value::tuple(args.positional.clone());
                    instance.attributes.set(Name::from("args"), values);
                    return Ok(Value::None);
                }
                let class = self.class_of(receiver);
                let plain = match self.builtin_ancestor(&class) {
                    "object" => !self.has_unseen_attributes(receiver),
                    builtin => WITHOUT_INIT.contains(&builtin) && self.has_known_bases(&class),
                };
                let is_given = !args.positional.is_empty() || !args.keywords.is_empty();
                if plain && is_given && !args.inexact {
                    let reason = "object.__init__() takes no arguments";
                    return Err(self.raise_builtin("TypeError", reason));
                }
                Ok(Value::None)
            }
            "__setattr__" => {
                if let (Value::Object(id), [Value::Str(name), value]) =
                    (receiver, &args.positional[..])
                    && matches!(self.state.object(*id), Some(Object::Instance(_)))
                {
                    self.set_without_hook(*id, &Name::clone(name), value.clone(), at)?;
                }
                Ok(Value::None)
            }
            "__delattr__" => {
                if let [Value::Str(name)] = &args.positional[..] {
                    self.delete_without_hook(receiver, &Name::clone(name), at)?;
                }
                Ok(Value::None)
            }
            "__getattribute__" => {
                let said = || "there may be no such attribute".to_owned();
                self.may_raise("AttributeError", Risk::Inside, at, said);
                Ok(Value::Opaque(None))
            }
            "__init_subclass__" if !args.keywords.is_empty() && !args.inexact => {
                let reason = "`object.__init_subclass__()` takes no keyword arguments";
                Err(self.raise_builtin("TypeError", reason))
            }
            "__init_subclass__" | "__set_name__" => Ok(Value::None),
            // `object_new`: a class with a `__new__` of its own hands nothing on to it.
            "__new__" if self.is_excess(receiver, args) => {
                Err(self.raise_builtin("TypeError", "object.__new__() takes no arguments"))
            }
            "__new__" if self.hands_on_keywords(args) => {
                let reason = "the class takes no keyword arguments";
                Err(self.raise_builtin("TypeError", reason))
            }
            "__new__" if let Some(made) = self.inherited_new(args) => Ok(made),
            _ => Ok(Value::Opaque(None)),
        }
    }

    /// Whether `object.__new__` is given more than the class, by way of `super()`.
    fn is_excess(&self, receiver: &Value, args: &Args) -> bool {
        let Some(class) = args.positional.first() else { return false };
        let is_given = args.positional.len() > 1 || !args.keywords.is_empty();
        is_given
            && !args.inexact
            && matches!(receiver, Value::Object(_))
            && self.has_known_bases(class)
            && self.is_class(class)
            && self.builtin_ancestor(class) == "object"
            && self.class_attribute(class, "__new__").is_some()
    }

    /// Whether `type.__new__` hands keywords on to `object.__init_subclass__`, which takes none:
    /// nothing that the new class derives from has a hook of its own.
    fn hands_on_keywords(&self, args: &Args) -> bool {
        let [metaclass, _, Value::Tuple(bases), _] = &args.positional[..] else { return false };
        let is_plain = |class: &Value| match class {
            Value::Type(_) => true,
            class => {
                self.has_known_bases(class)
                    && self.class_attribute(class, "__init_subclass__").is_none()
            }
        };
        !args.keywords.is_empty()
            && !args.inexact
            && self.has_known_bases(metaclass)
            && self.builtin_ancestor(metaclass) == "type"
            && bases.iter().all(is_plain)
    }

    pub(in crate::worlds) fn unseen_method(
        &mut self,
        receiver: &Value,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let outside = receiver.is_outside() || args.values().any(Value::is_outside);
        let risk = Risk::decided_by(outside);
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise("", risk, at, || format!("`{text}` may raise"));
        self.escape(args, at);
        Ok(if outside { Value::Unknown } else { Value::Opaque(None) })
    }

    pub(in crate::worlds) fn forget_receiver(&mut self, receiver: &Value, at: ExprId) {
        self.escape(&Args::plain(vec![receiver.clone()]), at);
        if let Value::Attributes(id) = receiver {
            self.forget_own(*id);
        }
        if let Value::Globals = receiver {
            let span = self.site;
            self.see_nothing(span, "`globals()` is changed in a way that is not seen");
        }
    }
}

/// Builtin classes that have `object.__init__`: `__new__` takes all there is.
const WITHOUT_INIT: &[&str] =
    &["bytes", "complex", "float", "frozenset", "int", "range", "str", "tuple"];

fn is_exception_method(class: &str, name: &str) -> bool {
    super::types::is_exception(class) && matches!(name, "with_traceback" | "add_note")
}
