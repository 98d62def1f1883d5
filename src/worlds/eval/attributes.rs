//! Reading attributes, and what classes are to their instances.

use std::rc::Rc;

use super::Args;
use super::calls::is_namedtuple;
use super::classes::builtin_class;
use super::data_attributes::is_data;
use super::dataclasses::is_dataclass_field;
use super::descriptors::property_part;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::function::Local;
use crate::worlds::linked::is_container;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::resolve::Presence;
use crate::worlds::state::{Items, Object};
use crate::worlds::value::{External, ObjectId, Returned, Value};

impl Machine<'_> {
    /// `object.name`
    pub(in crate::worlds) fn attribute(
        &mut self,
        object: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        self.ran(at);
        self.note_receiver(object, at);
        let end = self.each(object, |machine, object| machine.attribute_of(object, name, at));
        self.got_through(at, end)
    }

    fn attribute_of(&mut self, object: &Value, name: &Name, at: ExprId) -> Flow<Value> {
        match object {
            Value::Module(module) => self.module_attribute(module, name, at),
            Value::ThisModule => self.own_attribute(name, at),
            Value::External(external) => self.external_attribute(external, name, at),
            // `Lib/collections/__init__.py`.
            Value::Returned(class) if is_namedtuple(&class.callee) && &**name == "_fields" => {
                Ok(Value::of_type("tuple"))
            }
            Value::Returned(class)
                if is_namedtuple(&class.callee) && &**name == "_field_defaults" =>
            {
                Ok(Value::of_type("dict"))
            }
            Value::Returned(_) if self.is_presumed_method(object, name) => {
                Ok(Value::BuiltinMethod(Rc::new((object.clone(), name.clone()))))
            }
            Value::Returned(returned) => {
                let is_member = &*returned.callee.module == "enum"
                    && matches!(&**name, "name" | "value" | "_name_" | "_value_");
                let is_installed =
                    &**name == "version" && self.asks_installed(&returned.callee, &returned.args);
                if !is_member && !is_installed && !gives_attribute(returned, name) {
                    self.may_raise("AttributeError", Risk::Environment, at, || {
                        format!("there may be no attribute `{name}`")
                    });
                }
                let attribute = Name::from(format!("{}().{name}", returned.callee.attribute));
                let module = returned.callee.module.clone();
                Ok(Value::External(Rc::new(External { module, attribute })))
            }
            Value::Object(id) => self.object_attribute(*id, name, at),
            Value::Unknown => {
                self.may_raise("AttributeError", Risk::Environment, at, || {
                    format!("there may be no attribute `{name}`")
                });
                Ok(Value::Unknown)
            }
            Value::Function(function) if self.lacks_mark(function, name) => {
                Err(self.no_attribute("the function", name))
            }
            Value::Function(function) if self.may_lack_mark(function, name) => {
                let value = self.function_attribute(function, name);
                self.unseen_attribute_by(Risk::Inside, name, at);
                Ok(value.unwrap_or(Value::Opaque(None)))
            }
            Value::Function(function) => Ok(match &**name {
                _ if let Some(known) = self.function_attribute(function, name) => known,
                "__name__" => Value::Str(function.name.clone()),
                _ => match types::has_attribute("function", name) {
                    Some(true) => Value::Opaque(None),
                    _ => return self.unseen_attribute(name, at),
                },
            }),
            Value::Type(class) => self.type_attribute(class, name, at),
            Value::Tuple(parts) if version_part(parts, name).is_some() => {
                Ok(version_part(parts, name).unwrap_or(Value::Unknown))
            }
            Value::Method(pair) if self.linked.is_some() && &**name == "__self__" => {
                Ok(pair.1.clone())
            }
            Value::Method(pair)
                if matches!(pair.0, Value::Function(_)) && &**name == "__func__" =>
            {
                Ok(pair.0.clone())
            }
            // `method_getattro`, `Objects/classobject.c`.
            Value::Method(pair)
                if matches!(pair.0, Value::Function(_))
                    && (self.linked.is_some()
                        || types::has_attribute("method", name) != Some(true)) =>
            {
                let function = pair.0.clone();
                self.attribute_of(&function, name, at)
            }
            Value::Method(pair) if matches!(pair.0, Value::Type(_)) => {
                let class = match pair.0 {
                    Value::Type(class) => class,
                    _ => "object",
                };
                // From 3.10 on these have what their function has.
                if class != "property" && types::has_attribute("function", name) == Some(true) {
                    return Ok(self.unseen_attribute_by(Risk::Inside, name, at));
                }
                self.builtin_attribute(object, class, name, at)
            }
            Value::Globals | Value::Opaque(Some("sys.modules")) => {
                self.builtin_attribute(object, "dict", name, at)
            }
            Value::BuiltinMethod(pair) if &*pair.1 == "super()" => {
                let Value::Tuple(parts) = &pair.0 else { return Ok(Value::Unknown) };
                match &parts[..] {
                    [Value::Object(class), receiver] => {
                        self.super_attribute(*class, receiver, name, at)
                    }
                    _ => Ok(Value::Unknown),
                }
            }
            _ => match object.type_name() {
                Some(class) => self.builtin_attribute(object, class, name, at),
                None => self.unseen_attribute(name, at),
            },
        }
    }

    /// An attribute of something that another module binds.
    fn external_attribute(
        &mut self,
        external: &Rc<External>,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        match self.plain_data_behind(external, name) {
            Some(Value::Module(module)) => return self.module_attribute(&module, name, at),
            Some(plain) => return self.attribute_of(&plain, name, at),
            None => {}
        }
        let ran = self.tries == 0 && self.is_unchanged(at);
        let given = self.has_given(&Value::External(Rc::clone(external)), name);
        if !ran && given == Presence::No && self.resolver_of(&external.module).lacks(external, name)
        {
            let reason: Rc<str> = format!("`{}` has no `{name}`", external.attribute).into();
            self.note_bare(external, name, at, &reason);
            return Err(self.raise_builtin("AttributeError", reason));
        }
        let attribute = Name::from(format!("{}.{name}", external.attribute));
        let found = External { module: external.module.clone(), attribute };
        // What a class of the standard library has depends on its version.
        let is_environ = (&*external.module, &*external.attribute) == ("os", "environ");
        let is_there = is_environ && types::has_attribute("dict", name) == Some(true)
            || !ran && self.resolver.has_plainly(external, name)
            || given == Presence::Yes
            || self.is_in_catalogue(&found);
        if !is_there {
            self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("`{}` may have no attribute `{name}`", external.attribute)
            });
        }
        Ok(Value::External(Rc::new(found)))
    }

    pub(super) fn unseen_attribute(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        self.may_raise("AttributeError", Risk::Inside, at, || {
            format!("there may be no attribute `{name}`")
        });
        Ok(Value::Opaque(None))
    }

    pub(super) fn no_attribute(&mut self, what: &str, name: &Name) -> crate::worlds::machine::Stop {
        self.raise_builtin("AttributeError", format!("{what} has no attribute `{name}`"))
    }

    /// A list of names, as `__all__` of another module is.
    pub(in crate::worlds) fn name_list(&mut self, names: Vec<Name>) -> Value {
        let names = names.into_iter().map(Value::Str).collect();
        self.allocate(Object::List(Items::exactly(names)))
    }

    fn object_attribute(&mut self, id: ObjectId, name: &Name, at: ExprId) -> Flow<Value> {
        let object = Value::Object(id);
        match self.state.object(id) {
            Some(Object::Instance(instance)) => {
                let own = instance.attributes.get(name).cloned();
                let class = instance.class.clone();
                self.instance_attribute(&object, own, &class, name, at)
            }
            Some(Object::Class(class)) => {
                if &**name == "__name__" {
                    return Ok(Value::Str(class.name.clone()));
                }
                self.own_class_attribute(&object, name, at)
            }
            Some(other) => {
                let class = builtin_class(other).unwrap_or("object");
                self.builtin_attribute(&object, class, name, at)
            }
            None => Ok(Value::Unknown),
        }
    }

    fn own_class_attribute(&mut self, class: &Value, name: &Name, at: ExprId) -> Flow<Value> {
        if let ("__dict__", Value::Object(id)) = (&**name, class) {
            return Ok(Value::Attributes(*id));
        }
        if let Some(local) = self.class_attribute(class, name) {
            if local.maybe_unbound {
                self.may_raise("AttributeError", Risk::Inside, at, || {
                    format!("there may be no attribute `{name}`")
                });
            }
            if is_dataclass_field(&local.value) {
                // A field without a default is no attribute of the class.
                return Ok(self.unseen_attribute_by(Risk::Inside, name, at));
            }
            // These are class methods without being marked as such.
            let is_implicit = matches!(&**name, "__init_subclass__" | "__class_getitem__");
            let is_function = matches!(local.value, Value::Function(_));
            if is_function && is_implicit {
                return Ok(Value::Method(Rc::new((local.value, class.clone()))));
            }
            if let Some(get) = self.special(&local.value, "__get__") {
                return self.call(&get, vec![Value::None, class.clone()], at);
            }
            return Ok(match local.value {
                // A classmethod or staticmethod is applied by a decorator that was followed.
                value if is_function || &**name == "__module__" => value,
                // A metaclass may have made something else of it, as `enum` does.
                value if self.is_hidden_class(class) && !matches!(value, Value::Method(_)) => {
                    self.remade(value, class)
                }
                Value::Returned(_) => Value::Unknown,
                // `property_descr_get`, `Objects/descrobject.c`.
                value if self.is_property(&value) => value,
                value => self.bind_wrapped(value, class),
            });
        }
        if &**name == "__abstractmethods__" && !self.is_opaque_class(class) {
            return Err(self.no_attribute("a class that is not abstract", name));
        }
        let known = self.builtin_ancestor(class);
        let inherited = types::has_attribute(known, name) == Some(true)
            || types::has_attribute("type", name) == Some(true);
        if inherited && self.linked.is_some() && is_shared_method(known, name) {
            let method = (Value::Type(known), Name::from(format!("super().{name}")));
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        if inherited {
            return Ok(self.inherited_class_attribute(class, known, name));
        }
        if let Some(value) = self.metaclass_attribute(class, name, at)? {
            return Ok(value);
        }
        if let Some(value) = self.transparent_attribute(class, name) {
            return Ok(value);
        }
        // A descriptor, or nothing where the names of the slots are not all seen.
        if self.lists_slot(class, name) {
            return Ok(Value::Opaque(None));
        }
        if self.has_hidden_attributes(class) && !self.is_no_member(class, name) {
            let risk = self.unseen_risk(class);
            return Ok(self.unseen_attribute_by(risk, name, at));
        }
        if self.is_supposed(at) {
            return Ok(Value::Opaque(None));
        }
        Err(self.no_attribute("the class", name))
    }

    fn instance_attribute(
        &mut self,
        object: &Value,
        own: Option<Local>,
        class: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        if let Some(value) = self.attribute_of_any(object, own.as_ref(), class, name, at)? {
            return Ok(value);
        }
        let inherited = self.class_attribute(class, name);
        let comes_first =
            inherited.as_ref().is_some_and(|local| self.is_data_descriptor(&local.value));
        if let Some(local) = &own
            && !local.maybe_unbound
            && !comes_first
        {
            return Ok(local.value.clone());
        }
        if own.is_none()
            && let Some(value) = self.cached_attribute(object, inherited.as_ref(), name, at)?
        {
            return Ok(value);
        }
        let certain = inherited.as_ref().is_some_and(|local| !local.maybe_unbound);
        let value = match inherited {
            Some(local) => Some(self.bind_to_instance(local.value, object, class, at)?),
            None => None,
        };
        let value = value.map(|value| match value {
            Value::Method(_) | Value::Function(_) => value,
            value if self.is_hidden_class(class) => self.remade(value, class),
            value => value,
        });
        let value = match (own, value) {
            (Some(own), Some(value)) => Some(own.value.join(&value)),
            (own, value) => own.map(|own| own.value).or(value),
        };
        if certain && let Some(value) = value {
            return Ok(value);
        }
        let is_inherited = types::has_attribute(self.builtin_ancestor(class), name) == Some(true);
        if !is_inherited && let Some(hook) = self.special(object, "__getattr__") {
            let answer = self.call(&hook, vec![Value::Str(name.clone())], at)?;
            return Ok(value.map_or(answer.clone(), |value| value.join(&answer)));
        }
        if let Some(value) = value {
            self.may_raise("AttributeError", Risk::Inside, at, || {
                format!("there may be no attribute `{name}`")
            });
            return Ok(value);
        }
        self.last_attribute(object, class, name, is_inherited, at)
    }

    /// What every object has, or a `__getattribute__` of the class gives.
    fn attribute_of_any(
        &mut self,
        object: &Value,
        own: Option<&Local>,
        class: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        if &**name == "__class__" {
            return Ok(Some(class.clone()));
        }
        let is_unset = own.is_none() && &**name == "__module__";
        if is_unset && self.class_attribute(class, name).is_none() {
            return Ok(Some(Value::Str(self.identity.name.clone())));
        }
        if let Some(hook) = self.special(object, "__getattribute__") {
            return self.hooked_attribute(object, &hook, name, at).map(Some);
        }
        if &**name == "__dict__" {
            if self.class_attribute(class, "__slots__").is_some() {
                self.may_raise("AttributeError", Risk::Inside, at, || {
                    "with `__slots__` there may be no `__dict__`".to_owned()
                });
            }
            return Ok(Some(match object {
                Value::Object(id) => Value::Attributes(*id),
                _ => Value::of_type("dict"),
            }));
        }
        Ok(None)
    }

    /// An attribute that neither the object nor a class of the module has: that of a builtin base,
    /// one that is not seen, or none.
    fn last_attribute(
        &mut self,
        object: &Value,
        class: &Value,
        name: &Name,
        is_inherited: bool,
        at: ExprId,
    ) -> Flow<Value> {
        if is_inherited {
            if is_data(name) {
                return Ok(Value::Opaque(None));
            }
            let method = (object.clone(), name.clone());
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        let is_escaped = match object {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Instance(instance)) => {
                    instance.is_opaque && !self.is_opaque_class(class)
                }
                _ => true,
            },
            _ => true,
        };
        if let Some(method) = self.known_of_base(class, name) {
            return Ok(method);
        }
        if is_escaped || self.has_hidden_attributes(class) {
            let risk = if is_escaped { Risk::Environment } else { self.unseen_risk(class) };
            return Ok(self.unseen_attribute_by(risk, name, at));
        }
        if self.is_supposed(at) {
            return Ok(Value::Opaque(None));
        }
        Err(self.no_attribute("the object", name))
    }

    /// A class attribute seen through an instance: functions become methods, properties run.
    pub(super) fn bind_to_instance(
        &mut self,
        value: Value,
        object: &Value,
        class: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        if let Value::Union(_) = value {
            return self.each(&value, |machine, value| {
                machine.bind_to_instance(value.clone(), object, class, at)
            });
        }
        match &value {
            Value::Function(_) => Ok(Value::Method(Rc::new((value, object.clone())))),
            Value::Method(pair) if matches!(pair.0, Value::Type("property")) => {
                let getter = property_part(&pair.1, 0);
                self.call(&getter, vec![object.clone()], at)
            }
            Value::Object(_) => match self.special(&value, "__get__") {
                Some(get) => self.call(&get, vec![object.clone(), class.clone()], at),
                None => Ok(value),
            },
            _ => Ok(self.bind_wrapped(value, class)),
        }
    }

    /// `staticmethod(f)`, `classmethod(f)`: kept as a method of the marker class.
    pub(in crate::worlds) fn bind_wrapped(&mut self, value: Value, class: &Value) -> Value {
        match &value {
            Value::Method(pair) => match &pair.0 {
                Value::Type("staticmethod") => pair.1.clone(),
                Value::Type("classmethod") => {
                    Value::Method(Rc::new((pair.1.clone(), class.clone())))
                }
                Value::Type("property") => Value::Opaque(None),
                _ => value,
            },
            _ => value,
        }
    }
}

/// `sys.version_info.major` and the like: a tuple with names.
fn version_part(parts: &[Value], name: &str) -> Option<Value> {
    let names = ["major", "minor", "micro", "releaselevel", "serial"];
    let index = names.iter().position(|known| *known == name)?;
    (parts.len() == names.len()).then(|| parts[index].clone())
}

/// A call's result as a value that remembers where it is from.
pub(in crate::worlds) fn returned(callee: &Rc<External>, args: Args) -> Value {
    let Args { positional: args, keywords, inexact } = args;
    Value::Returned(Rc::new(Returned { callee: Rc::clone(callee), args, keywords, inexact }))
}

/// Whether a method that a class has from a builtin one is known when it is called on the class.
fn is_shared_method(builtin: &str, name: &str) -> bool {
    matches!(name, "__init__" | "__new__" | "__setattr__")
        || is_container(builtin) && types::has_attribute(builtin, name) == Some(true)
}

/// Whether what a call gave has an attribute because all objects have it, or as a function that was
/// made of a function.
fn gives_attribute(returned: &Returned, name: &str) -> bool {
    let is_data = |arg: &Value| arg.is_constant() || matches!(arg, Value::Module(_));
    let has_function = returned.args.is_empty() || !returned.args.iter().all(is_data);
    let class = if has_function { "function" } else { "object" };
    types::has_attribute(class, name) == Some(true)
}
