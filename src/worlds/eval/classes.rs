//! What classes are to their instances: resolution order, subclasses, `super()`.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::program::ScopeKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::answers::{agreed, all_of, any_of};
use crate::worlds::builtins::types;
use crate::worlds::function::Local;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
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
    pub(in crate::worlds) fn own_ancestors(&self, class: &Value) -> Vec<ObjectId> {
        let mut found = Vec::new();
        self.collect_ancestors(class, &mut FxHashSet::default(), &mut found);
        found.reverse();
        found
    }

    /// Collects backwards: in a diamond the common base comes last.
    fn collect_ancestors(
        &self,
        class: &Value,
        seen: &mut FxHashSet<ObjectId>,
        found: &mut Vec<ObjectId>,
    ) {
        let Value::Object(id) = class else { return };
        let Some(Object::Class(own)) = self.state.object(*id) else { return };
        if !seen.insert(*id) {
            return;
        }
        for base in own.bases.iter().rev() {
            self.collect_ancestors(base, seen, found);
        }
        found.push(*id);
    }

    pub(super) fn is_own_class(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        matches!(self.state.object(*id), Some(Object::Class(_)))
    }

    /// What a class or one of its own bases binds.
    pub(in crate::worlds) fn class_attribute(&self, class: &Value, name: &str) -> Option<Local> {
        let ancestors = self.own_ancestors(class);
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
        let mut ancestors = self.own_ancestors(&start);
        if !ancestors.contains(&class)
            && let Some(metaclass) = self.metaclass_of(receiver)
        {
            // A method of a metaclass: the classes are its instances.
            ancestors = self.own_ancestors(&metaclass);
        }
        let after = ancestors.iter().position(|&known| known == class)? + 1;
        ancestors[after..].iter().find_map(|&ancestor| match self.state.object(ancestor) {
            Some(Object::Class(class)) => class.namespace.get(name).cloned(),
            _ => None,
        })
    }

    /// Whether a class has no base but builtin ones and such as are followed.
    pub(in crate::worlds) fn has_known_bases(&self, class: &Value) -> bool {
        self.own_ancestors(class).iter().all(|&id| match self.state.object(id) {
            Some(Object::Class(class)) => {
                class.bases.iter().all(|base| matches!(base, Value::Type(_) | Value::Object(_)))
            }
            _ => false,
        })
    }

    /// The nearest builtin class that a class derives from.
    pub(in crate::worlds) fn builtin_ancestor(&self, class: &Value) -> &'static str {
        self.builtin_ancestor_below(class, &mut FxHashMap::default())
    }

    fn builtin_ancestor_below(
        &self,
        class: &Value,
        known: &mut FxHashMap<ObjectId, &'static str>,
    ) -> &'static str {
        let id = match class {
            Value::Type(name) => return name,
            Value::Object(id) => *id,
            _ => return "object",
        };
        let Some(Object::Class(own)) = self.state.object(id) else { return "object" };
        if let Some(builtin) = known.get(&id) {
            return builtin;
        }
        let bases = own.bases.iter().map(|base| self.builtin_ancestor_below(base, known));
        let builtin = bases.max_by_key(|base| *base != "object").unwrap_or("object");
        known.insert(id, builtin);
        builtin
    }

    pub(in crate::worlds) fn is_opaque_class(&self, class: &Value) -> bool {
        let ancestors = self.own_ancestors(class);
        match class {
            Value::Type(_) => false,
            Value::Object(_) => ancestors.iter().any(|&id| match self.state.object(id) {
                Some(Object::Class(class)) => class.is_opaque,
                _ => true,
            }),
            _ => true,
        }
    }

    /// Who decides what a class has that its statements do not show.
    pub(in crate::worlds) fn unseen_risk(&self, class: &Value) -> Risk {
        let ancestors = self.own_ancestors(class);
        let from_outside = |id: &ObjectId| match self.state.object(*id) {
            Some(Object::Class(class)) => class.from_outside,
            _ => true,
        };
        Risk::decided_by(ancestors.is_empty() || ancestors.iter().any(from_outside))
    }

    /// Whether what an operation does with a value is decided outside the module.
    pub(in crate::worlds) fn is_decided_outside(&self, value: &Value) -> bool {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Instance(instance)) => {
                    let class = &instance.class;
                    self.is_opaque_class(class) && self.unseen_risk(class) != Risk::Inside
                }
                Some(Object::Class(class)) => class.from_outside,
                _ => false,
            },
            value => value.is_outside(),
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
        if let Value::Tuple(items) = value {
            return items.iter().any(|item| self.has_own_conversion(item));
        }
        // A container shows what is in it.
        if let Value::Object(id) = value {
            let is_own = |item: &Value| {
                let is_instance =
                    |id: &ObjectId| matches!(self.state.object(*id), Some(Object::Instance(_)));
                matches!(item, Value::Object(id) if is_instance(id))
                    && self.has_own_conversion(item)
            };
            match self.state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) => {
                    return items.values.iter().any(is_own);
                }
                Some(Object::Dict(entries)) => {
                    return entries.pairs.iter().any(|(key, value)| is_own(key) || is_own(value));
                }
                _ => {}
            }
        }
        ["__str__", "__repr__", "__format__"].iter().any(|name| self.special(value, name).is_some())
            || self.has_unseen_attributes(value)
    }

    /// `issubclass(class, ancestor)` of single classes.
    pub(in crate::worlds) fn is_subclass(&self, class: &Value, ancestor: &Value) -> Option<bool> {
        match (class, ancestor) {
            (_, Value::Tuple(ancestors)) => {
                any_of(ancestors, |ancestor| self.is_subclass(class, ancestor))
            }
            (_, Value::Type("object")) => Some(true),
            (Value::Type(class), Value::Type(ancestor)) => {
                Some(types::is_subclass(class, ancestor))
            }
            (Value::Type(_), Value::Object(_)) => Some(false).filter(|_| self.is_class(ancestor)),
            (Value::Object(a), Value::Object(b)) if a == b => Some(true),
            (Value::Object(id), _) => {
                let Some(Object::Class(_)) = self.state.object(*id) else { return None };
                let mut any = Some(false);
                // Through its own classes first, each once: diamonds on diamonds are many ways.
                let own = self.own_ancestors(class);
                if matches!(ancestor, Value::Object(id) if own.contains(id)) {
                    return Some(true);
                }
                for id in own {
                    let Some(Object::Class(own)) = self.state.object(id) else { continue };
                    let others = own.bases.iter().filter(|base| !self.is_own_class(base));
                    for base in others {
                        match self.is_subclass(base, ancestor) {
                            Some(true) => return Some(true),
                            Some(false) => {}
                            None => any = None,
                        }
                    }
                }
                any
            }
            (Value::External(a), Value::External(b)) if a == b => Some(true),
            _ => None,
        }
    }

    /// Whether something stands for exceptions in `except`; None where it is not known.
    pub(in crate::worlds) fn exception_class(&self, classes: &Value) -> Option<bool> {
        match classes {
            Value::Tuple(classes) => all_of(classes, |class| self.exception_class(class)),
            Value::Union(values) => agreed(values, |value| self.exception_class(value)),
            Value::Type(_) => self.is_subclass(classes, &Value::Type("BaseException")),
            Value::Object(id) => match self.state.object(*id)? {
                Object::Class(_) => self.is_subclass(classes, &Value::Type("BaseException")),
                _ => Some(false),
            },
            Value::External(class) => {
                self.resolver_of(&class.module).is_plain_exception(class).then_some(true)
            }
            Value::Opaque(None | Some("tuple" | "type")) | Value::Unknown | Value::Returned(_) => {
                None
            }
            _ => Some(false),
        }
    }

    /// `isinstance(value, class)`, where it is known.
    pub(in crate::worlds) fn is_instance(&self, value: &Value, class: &Value) -> Option<bool> {
        if matches!(value, Value::Unknown | Value::External(_) | Value::Returned(_)) {
            return None;
        }
        if let Value::Union(values) = value {
            return agreed(values, |value| self.is_instance(value, class));
        }
        if self.linked.is_some() && self.is_own_class(value) {
            match (class, self.metaclass_of(value)) {
                // Whatever its metaclass is, that is a subclass of `type`.
                (Value::Type(class), _) => return Some(matches!(*class, "type" | "object")),
                (_, Some(metaclass)) => return self.is_subclass(&metaclass, class),
                _ => {}
            }
        }
        if let (Value::Object(id), Value::Type("function")) = (value, class)
            && matches!(self.state.object(*id), Some(Object::Class(_)))
        {
            return Some(false);
        }
        let own = self.class_of(value);
        match own {
            Value::Unknown | Value::Opaque(_) => None,
            own => match self.is_subclass(&own, class) {
                // What may be raised may also be of a class that derives from the one named.
                Some(false) if matches!(value, Value::Opaque(_)) && derives(class, &own) => None,
                answer => answer,
            },
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
            class => self.own_class_name(&class),
        }
    }

    /// What a class that a `class` statement made is called.
    pub(in crate::worlds) fn own_class_name(&self, class: &Value) -> Option<String> {
        let Value::Object(id) = class else { return None };
        match self.state.object(*id) {
            Some(Object::Class(class)) => Some(class.name.to_string()),
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

    /// `super()` in a method: the class it was made in and the method's first argument.
    pub(in crate::worlds) fn super_value(&mut self) -> Flow<Value> {
        if self.here().kind == ScopeKind::Comprehension && self.resolver.python.minor < 12 {
            // Its first argument is what is iterated over.
            let reason = "super(): a comprehension has no `self` of its own";
            return Err(self.raise_builtin("TypeError", reason));
        }
        let found = self.active.iter().rev().find_map(|active| active.class.clone());
        match found {
            Some((class, receiver)) => Ok(super_of(class, &receiver)),
            None => Err(self.raise_builtin("RuntimeError", "super(): no arguments")),
        }
    }

    /// Whether `super(class, receiver)` is one for certain (`super_check`,
    /// `Objects/typeobject.c`).
    pub(in crate::worlds) fn fits_super(&self, class: &Value, receiver: &Value) -> bool {
        self.is_class(class)
            && (self.is_instance(receiver, class) == Some(true)
                || self.is_class(receiver) && self.is_subclass(receiver, class) == Some(true))
    }

    /// An attribute looked up through `super()`.
    pub(in crate::worlds) fn super_attribute(
        &mut self,
        class: ObjectId,
        receiver: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Value> {
        if let Some(local) = self.parent_attribute(class, receiver, name) {
            if self.is_property(&local.value) && !self.is_class(receiver) {
                let own = self.class_of(receiver);
                return self.bind_to_instance(local.value, receiver, &own, at);
            }
            return Ok(match local.value {
                // `__new__` and friends are static.
                value if &**name == "__new__" => value,
                value if &**name == "__init_subclass__" && self.linked.is_none() => value,
                value @ Value::Function(_) => Value::Method(Rc::new((value, receiver.clone()))),
                value if self.is_class(receiver) => self.bind_wrapped(value, receiver),
                value => {
                    let own = self.class_of(receiver);
                    self.bind_wrapped(value, &own)
                }
            });
        }
        let class = Value::Object(class);
        let builtin = self.builtin_ancestor(&class);
        let makes_classes = builtin == "type"
            && matches!(&**name, "__new__" | "__init__" | "__call__")
            && !self.has_hidden_attributes(&class);
        let is_seen = self.linked.is_some() && self.has_known_bases(&class);
        if self.is_opaque_class(&class) && !makes_classes && !is_seen {
            return Ok(Value::Unknown);
        }
        if types::has_attribute(builtin, name) == Some(true) {
            if self.is_misplaced(&class, receiver, name) {
                return Ok(Value::Opaque(None));
            }
            let method = (receiver.clone(), Name::from(format!("super().{name}")));
            return Ok(Value::BuiltinMethod(Rc::new(method)));
        }
        if let Some(value) = self.transparent_attribute(receiver, name) {
            return Ok(value);
        }
        Err(self.raise_builtin("AttributeError", format!("no base has `{name}`")))
    }
}

/// The object that looks attributes up behind a class.
pub(in crate::worlds) fn super_of(class: ObjectId, receiver: &Value) -> Value {
    let pair = Value::tuple(vec![Value::Object(class), receiver.clone()]);
    Value::BuiltinMethod(Rc::new((pair, Name::from("super()"))))
}

/// Whether a builtin exception class, or one of several, derives from another one.
fn derives(class: &Value, ancestor: &Value) -> bool {
    match (class, ancestor) {
        (Value::Tuple(classes), _) => classes.iter().any(|class| derives(class, ancestor)),
        (Value::Type(class), Value::Type(ancestor)) => {
            matches!(*ancestor, "BaseException" | "Exception" | "ImportError" | "OSError")
                && types::is_subclass(class, ancestor)
        }
        _ => false,
    }
}

/// The builtin class of a heap object that is no instance.
pub(in crate::worlds) fn builtin_class(object: &Object) -> Option<&'static str> {
    match object {
        Object::List(_) => Some("list"),
        Object::Set(_) => Some("set"),
        Object::Dict(_) => Some("dict"),
        Object::Iterator(_) => Some("generator"),
        Object::Generator(generator) => Some(generator.source.class()),
        Object::Class(_) => Some("type"),
        Object::Instance(_) | Object::Frame(_) => None,
    }
}
