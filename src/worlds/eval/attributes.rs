//! Reading attributes, and what classes are to their instances.

use std::rc::Rc;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::function::Local;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::resolve::Presence;
use crate::worlds::state::Object;
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
        self.each(object, |machine, object| machine.attribute_of(object, name, at))
    }

    fn attribute_of(&mut self, object: &Value, name: &Name, at: ExprId) -> Flow<Value> {
        match object {
            Value::Module(module) => self.module_attribute(module, name, at),
            Value::ThisModule => self.own_attribute(name, at),
            Value::External(external) => {
                // What a class of the standard library has depends on its version.
                let is_environ = (&*external.module, &*external.attribute) == ("os", "environ");
                if !is_environ || types::has_attribute("dict", name) != Some(true) {
                    self.may_raise("AttributeError", Risk::Environment, at, || {
                        format!("`{}` may have no attribute `{name}`", external.attribute)
                    });
                }
                let attribute = Name::from(format!("{}.{name}", external.attribute));
                let module = external.module.clone();
                Ok(Value::External(Rc::new(External { module, attribute })))
            }
            Value::Returned(returned) => {
                if !self.is_harmless(object) {
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
            Value::Function(function) => Ok(match &**name {
                "__name__" => Value::Str(function.name.clone()),
                _ => match types::has_attribute("function", name) {
                    Some(true) => Value::Opaque(None),
                    _ => return self.unseen_attribute(name, at),
                },
            }),
            Value::Type(class) => self.type_attribute(class, name, at),
            Value::Method(pair) if matches!(pair.0, Value::Type(_)) => {
                let class = match pair.0 {
                    Value::Type(class) => class,
                    _ => "object",
                };
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

    fn unseen_attribute(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        self.may_raise("AttributeError", Risk::Inside, at, || {
            format!("there may be no attribute `{name}`")
        });
        Ok(Value::Opaque(None))
    }

    fn no_attribute(&mut self, what: &str, name: &Name) -> crate::worlds::machine::Stop {
        self.raise_builtin("AttributeError", format!("{what} has no attribute `{name}`"))
    }

    fn module_attribute(&mut self, module: &Name, name: &Name, at: ExprId) -> Flow<Value> {
        if &**name == "__dict__" {
            return Ok(Value::Unknown);
        }
        let ran = self.is_unchanged(at);
        let presence = if ran && self.tries == 0 {
            Presence::Yes
        } else if self.baseline.is_none() && self.tries == 0 {
            self.resolver.likely_presence(module, name)
        } else {
            self.resolver.attribute_presence(module, name)
        };
        match presence {
            Presence::Yes => {}
            Presence::No => {
                let what = format!("module `{module}`");
                return Err(self.no_attribute(&what, name));
            }
            Presence::Maybe => self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("module `{module}` may have no attribute `{name}`")
            }),
        }
        if &**module == "sys" && &**name == "modules" {
            return Ok(Value::Opaque(Some("sys.modules")));
        }
        if self.resolver.is_submodule(module, name) {
            let submodule = Name::from(format!("{module}.{name}"));
            return Ok(match submodule == self.identity.name {
                true => Value::ThisModule,
                false => Value::Module(submodule),
            });
        }
        if let Some(value) = self.resolver.target_constant(module, name) {
            return Ok(value);
        }
        let external = External { module: module.clone(), attribute: name.clone() };
        Ok(Value::External(Rc::new(external)))
    }

    /// An attribute of the module that executes: its namespace, or its `__getattr__`.
    pub(in crate::worlds) fn own_attribute(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        if &**name == "__dict__" {
            return Ok(Value::Globals);
        }
        self.note_read(name, at);
        let symbol = self.symbol(name);
        let slot = self.state.global(symbol).cloned();
        let certain = slot.as_ref().is_some_and(|slot| !slot.maybe_unbound);
        let value = slot.map(|slot| slot.value());
        if certain {
            return Ok(value.unwrap_or(Value::Unknown));
        }
        let getattr = self.symbol(&Name::from("__getattr__"));
        let served = self.state.global(getattr).is_some() || self.state.unseen;
        let submodule = self.resolver.is_submodule(&self.identity.name.clone(), name);
        if value.is_none() && !served && !submodule {
            return Err(self.no_attribute("the module", name));
        }
        self.may_raise("AttributeError", Risk::Inside, at, || {
            format!("the module may have no attribute `{name}`")
        });
        Ok(value.unwrap_or(Value::Unknown))
    }

    fn type_attribute(&mut self, class: &'static str, name: &Name, at: ExprId) -> Flow<Value> {
        if &**name == "__name__" || &**name == "__qualname__" {
            return Ok(Value::str(class));
        }
        let own = types::has_attribute(class, name);
        let meta = types::has_attribute("type", name);
        match (own, meta) {
            (Some(true), _) => Ok(Value::Opaque(None)),
            (_, Some(true)) => Ok(Value::Opaque(None)),
            (Some(false), _) if class != "type" => {
                let what = format!("`{class}`");
                Err(self.no_attribute(&what, name))
            }
            _ => self.unseen_attribute(name, at),
        }
    }

    fn builtin_attribute(
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
            Some(false) => {
                let what = format!("a `{class}` object");
                Err(self.no_attribute(&what, name))
            }
            None => self.unseen_attribute(name, at),
        }
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
        if let Some(local) = self.class_attribute(class, name) {
            if local.maybe_unbound {
                self.may_raise("AttributeError", Risk::Inside, at, || {
                    format!("there may be no attribute `{name}`")
                });
            }
            let is_function = matches!(local.value, Value::Function(_));
            return Ok(match local.value {
                // A classmethod or staticmethod is applied by a decorator that was followed.
                value if is_function => value,
                Value::Returned(_) => Value::Unknown,
                value => self.bind_wrapped(value, class),
            });
        }
        if self.is_opaque_class(class) {
            self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("there may be no attribute `{name}`")
            });
            return Ok(Value::Unknown);
        }
        let known = self.builtin_ancestor(class);
        let inherited = types::has_attribute(known, name) == Some(true)
            || types::has_attribute("type", name) == Some(true);
        if inherited {
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
        if &**name == "__class__" {
            return Ok(class.clone());
        }
        if let Some(local) = &own
            && !local.maybe_unbound
        {
            return Ok(local.value.clone());
        }
        let inherited = self.class_attribute(class, name);
        let certain = inherited.as_ref().is_some_and(|local| !local.maybe_unbound);
        let value = match inherited {
            Some(local) => Some(self.bind_to_instance(local.value, object, class, at)?),
            None => None,
        };
        let value = match (own, value) {
            (Some(own), Some(value)) => Some(own.value.join(&value)),
            (own, value) => own.map(|own| own.value).or(value),
        };
        if certain && let Some(value) = value {
            return Ok(value);
        }
        if let Some(hook) = self.special(object, "__getattr__") {
            let answer = self.call(&hook, vec![Value::Str(name.clone())], at)?;
            return Ok(value.map_or(answer.clone(), |value| value.join(&answer)));
        }
        if let Some(value) = value {
            self.may_raise("AttributeError", Risk::Inside, at, || {
                format!("there may be no attribute `{name}`")
            });
            return Ok(value);
        }
        if types::has_attribute(self.builtin_ancestor(class), name) == Some(true) {
            if is_data(name) {
                return Ok(Value::Opaque(None));
            }
            let method = (object.clone(), name.clone());
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        if self.has_unseen_attributes(object) {
            self.may_raise("AttributeError", Risk::Environment, at, || {
                format!("there may be no attribute `{name}`")
            });
            return Ok(Value::Unknown);
        }
        Err(self.no_attribute("the object", name))
    }

    /// A class attribute seen through an instance: functions become methods, properties run.
    fn bind_to_instance(
        &mut self,
        value: Value,
        object: &Value,
        class: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        match &value {
            Value::Function(_) => Ok(Value::Method(Rc::new((value, object.clone())))),
            Value::Method(pair) if matches!(pair.0, Value::Type("property")) => {
                self.call(&pair.1, vec![object.clone()], at)
            }
            _ => Ok(self.bind_wrapped(value, class)),
        }
    }

    /// `staticmethod(f)`, `classmethod(f)`: kept as a method of the marker class.
    fn bind_wrapped(&mut self, value: Value, class: &Value) -> Value {
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

    // --- Classes ---

    pub(in crate::worlds) fn is_class(&self, value: &Value) -> bool {
        match value {
            Value::Type(_) => true,
            Value::Object(id) => matches!(self.state.object(*id), Some(Object::Class(_))),
            _ => false,
        }
    }

    /// `type(value)`
    pub(in crate::worlds) fn class_of(&self, value: &Value) -> Value {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Instance(instance)) => instance.class.clone(),
                Some(Object::Class(class)) if class.is_opaque => Value::Unknown,
                Some(other) => builtin_class(other).map_or(Value::Unknown, Value::Type),
                None => Value::Unknown,
            },
            Value::Unknown | Value::External(_) | Value::Returned(_) => Value::Unknown,
            value => value.type_name().map_or(Value::Opaque(None), Value::Type),
        }
    }

    /// The own classes of a method resolution order, depth first, as far as they are seen.
    fn own_ancestors(&self, class: &Value, found: &mut Vec<ObjectId>) {
        let Value::Object(id) = class else { return };
        let Some(Object::Class(own)) = self.state.object(*id) else { return };
        // In a diamond the common base comes last.
        found.retain(|known| known != id);
        found.push(*id);
        for base in own.bases.iter() {
            self.own_ancestors(base, found);
        }
    }

    /// What a class or one of its own bases binds.
    pub(in crate::worlds) fn class_attribute(&self, class: &Value, name: &str) -> Option<Local> {
        let mut ancestors = Vec::new();
        self.own_ancestors(class, &mut ancestors);
        let mut maybe: Option<Local> = None;
        for ancestor in ancestors {
            let Some(Object::Class(class)) = self.state.object(ancestor) else { continue };
            let Some(local) = class.namespace.get(name) else { continue };
            let joined = match maybe.take() {
                None => local.clone(),
                Some(earlier) => Local {
                    value: earlier.value.join(&local.value),
                    maybe_unbound: local.maybe_unbound,
                },
            };
            if !joined.maybe_unbound {
                return Some(joined);
            }
            maybe = Some(joined);
        }
        maybe
    }

    /// What comes after a class in the resolution order of `super()`'s receiver.
    pub(in crate::worlds) fn parent_attribute(
        &self,
        class: ObjectId,
        receiver: &Value,
        name: &str,
    ) -> Option<Local> {
        let start = match self.class_of(receiver) {
            own @ Value::Object(_) => own,
            _ if self.is_class(receiver) => receiver.clone(),
            _ => Value::Object(class),
        };
        let mut ancestors = Vec::new();
        self.own_ancestors(&start, &mut ancestors);
        let after = ancestors.iter().position(|&known| known == class)? + 1;
        ancestors[after..].iter().find_map(|&ancestor| match self.state.object(ancestor) {
            Some(Object::Class(class)) => class.namespace.get(name).cloned(),
            _ => None,
        })
    }

    /// The nearest builtin class that a class derives from.
    pub(in crate::worlds) fn builtin_ancestor(&self, class: &Value) -> &'static str {
        match class {
            Value::Type(name) => name,
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(own)) => {
                    let bases = own.bases.iter().map(|base| self.builtin_ancestor(base));
                    bases.max_by_key(|base| *base != "object").unwrap_or("object")
                }
                _ => "object",
            },
            _ => "object",
        }
    }

    pub(in crate::worlds) fn is_opaque_class(&self, class: &Value) -> bool {
        let mut ancestors = Vec::new();
        self.own_ancestors(class, &mut ancestors);
        match class {
            Value::Type(_) => false,
            Value::Object(_) => ancestors.iter().any(|&id| match self.state.object(id) {
                Some(Object::Class(class)) => class.is_opaque,
                _ => true,
            }),
            _ => true,
        }
    }

    /// Whether attributes may exist that nothing in the module shows.
    pub(in crate::worlds) fn has_unseen_attributes(&self, value: &Value) -> bool {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Instance(instance)) => {
                    instance.is_opaque || self.is_opaque_class(&instance.class)
                }
                Some(Object::Class(class)) => class.is_opaque,
                _ => false,
            },
            Value::Unknown
            | Value::Opaque(_)
            | Value::External(_)
            | Value::Returned(_)
            | Value::Union(_) => true,
            _ => false,
        }
    }

    /// A special method, bound to its object: looked up on the class only.
    pub(in crate::worlds) fn special(&self, value: &Value, name: &str) -> Option<Value> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance(instance)) = self.state.object(*id) else { return None };
        let local = self.class_attribute(&instance.class, name)?;
        match &local.value {
            Value::Function(_) => Some(Value::Method(Rc::new((local.value, value.clone())))),
            _ => Some(Value::Unknown),
        }
    }

    pub(in crate::worlds) fn has_own_conversion(&self, value: &Value) -> bool {
        ["__str__", "__repr__", "__format__"].iter().any(|name| self.special(value, name).is_some())
            || self.has_unseen_attributes(value)
    }

    /// `issubclass(class, ancestor)` of single classes.
    pub(in crate::worlds) fn is_subclass(&self, class: &Value, ancestor: &Value) -> Option<bool> {
        match (class, ancestor) {
            (_, Value::Tuple(ancestors)) => {
                let mut any = Some(false);
                for ancestor in ancestors.iter() {
                    match self.is_subclass(class, ancestor) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            (_, Value::Type("object")) => Some(true),
            (Value::Type(class), Value::Type(ancestor)) => {
                Some(types::is_subclass(class, ancestor))
            }
            (Value::Type(_), Value::Object(_)) => Some(false).filter(|_| self.is_class(ancestor)),
            (Value::Object(a), Value::Object(b)) if a == b => Some(true),
            (Value::Object(id), _) => {
                let Some(Object::Class(own)) = self.state.object(*id) else { return None };
                let mut any = Some(false);
                for base in own.bases.iter() {
                    match self.is_subclass(base, ancestor) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => any = None,
                    }
                }
                any
            }
            (Value::External(a), Value::External(b)) if a == b => Some(true),
            _ => None,
        }
    }

    /// `isinstance(value, class)`, where it is known.
    pub(in crate::worlds) fn is_instance(&self, value: &Value, class: &Value) -> Option<bool> {
        if matches!(value, Value::Unknown | Value::External(_) | Value::Returned(_)) {
            return None;
        }
        if let Value::Union(values) = value {
            let mut answers = values.iter().map(|value| self.is_instance(value, class));
            let first = answers.next()??;
            return answers.all(|answer| answer == Some(first)).then_some(first);
        }
        let own = self.class_of(value);
        match own {
            Value::Unknown | Value::Opaque(_) => None,
            own => self.is_subclass(&own, class),
        }
    }

    /// Whether something raised is an exception object; None where it is not known.
    pub(in crate::worlds) fn is_exception_instance(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Instance(instance)) => {
                    self.is_subclass(&instance.class, &Value::Type("BaseException"))
                }
                _ => Some(false),
            },
            Value::Opaque(Some(name)) => Some(types::is_exception(name)),
            Value::Unknown
            | Value::Opaque(None)
            | Value::External(_)
            | Value::Returned(_)
            | Value::Union(_) => None,
            _ => Some(false),
        }
    }

    /// The class of an exception, for people.
    pub(in crate::worlds) fn exception_name(&self, exception: &Value) -> Option<String> {
        match self.class_of(exception) {
            Value::Type(name) => Some(name.to_owned()),
            Value::Object(id) => match self.state.object(id) {
                Some(Object::Class(class)) => Some(class.name.to_string()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether `except classes` catches an exception.
    pub(in crate::worlds) fn exception_matches(
        &self,
        exception: &Value,
        classes: &Value,
    ) -> Option<bool> {
        let catches_all = |class: &Value| matches!(class, Value::Type("BaseException"));
        match classes {
            Value::Tuple(all) if all.iter().any(catches_all) => return Some(true),
            class if catches_all(class) => return Some(true),
            _ => {}
        }
        // What code outside raises is an `Exception`, as good as always; the others
        // (`SystemExit`, `KeyboardInterrupt`) are there to get through.
        let catches_errors = |class: &Value| matches!(class, Value::Type("Exception"));
        let catches_any = match classes {
            Value::Tuple(all) => all.iter().any(catches_errors),
            class => catches_errors(class),
        };
        if catches_any && matches!(exception, Value::Unknown) {
            return Some(true);
        }
        self.is_instance(exception, classes)
    }
}

/// Attributes of builtin classes that are no methods.
fn is_data(name: &str) -> bool {
    matches!(
        name,
        "args"
            | "__cause__"
            | "__context__"
            | "__traceback__"
            | "__suppress_context__"
            | "__dict__"
            | "__doc__"
            | "__module__"
            | "__notes__"
            | "__name__"
            | "__qualname__"
            | "name"
            | "obj"
            | "value"
            | "code"
            | "errno"
            | "strerror"
            | "filename"
            | "filename2"
            | "msg"
            | "path"
            | "start"
            | "stop"
            | "step"
            | "real"
            | "imag"
            | "numerator"
            | "denominator"
            | "text"
            | "lineno"
            | "offset"
            | "exceptions"
            | "message"
            | "reason"
            | "object"
            | "encoding"
            | "fget"
            | "fset"
            | "fdel"
            | "__func__"
            | "__self__"
            | "__wrapped__"
            | "mapping"
    )
}

/// The builtin class of a heap object that is no instance.
pub(in crate::worlds) fn builtin_class(object: &Object) -> Option<&'static str> {
    match object {
        Object::List(_) => Some("list"),
        Object::Set(_) => Some("set"),
        Object::Dict(_) => Some("dict"),
        Object::Iterator(_) => Some("generator"),
        Object::Class(_) => Some("type"),
        Object::Instance(_) | Object::Frame(_) => None,
    }
}

/// A call's result as a value that remembers where it is from.
pub(in crate::worlds) fn returned(callee: &Rc<External>, args: Vec<Value>) -> Value {
    Value::Returned(Rc::new(Returned { callee: Rc::clone(callee), args }))
}
