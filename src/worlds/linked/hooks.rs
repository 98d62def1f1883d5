//! Where following the code of other modules takes a closer look than following one's own.

use std::rc::Rc;

use super::contents::{CONTENTS, is_container};
use crate::syntax::ast::{ExprId, ExprKind, Name};
use crate::worlds::eval::{Args, is_data};
use crate::worlds::function::{Function, Namespace};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Instance, Object};
use crate::worlds::value::{External, ObjectId, Value};

/// Modules whose classes add nothing to one that derives from them, but for what a checker of
/// types or `isinstance` asks.
const TRANSPARENT: &[&str] = &["typing", "typing_extensions", "abc", "collections.abc"];

/// Attributes of all classes that are no methods (`type_getsets` and `type_members`,
/// `Objects/typeobject.c`).
const CLASS_DATA: &[&str] = &[
    "__abstractmethods__",
    "__annotations__",
    "__base__",
    "__basicsize__",
    "__dictoffset__",
    "__firstlineno__",
    "__flags__",
    "__hash__",
    "__itemsize__",
    "__mro__",
    "__static_attributes__",
    "__text_signature__",
    "__type_params__",
    "__weakrefoffset__",
];

/// Whether one of the classes of [`TRANSPARENT`] modules is a metaclass.
fn is_metaclass(class: &External) -> bool {
    matches!(
        (&*class.module, &*class.attribute),
        ("abc" | "collections.abc", "ABCMeta") | ("typing" | "typing_extensions", "_ProtocolMeta")
    )
}

impl Machine<'_> {
    /// A base class as far as it matters: `Generic[T]`, `Protocol` and `ABC` are as `object`,
    /// `ABCMeta` is as `type`.
    pub(in crate::worlds) fn plain_base(&mut self, base: Value, at: ExprId) -> Flow<Value> {
        if self.linked.is_none() {
            return Ok(base);
        }
        let program = std::rc::Rc::clone(&self.program);
        let base = match program.ast().expr(at).kind {
            ExprKind::Subscript { value, .. } if !matches!(base, Value::Object(_)) => {
                self.expr(value)?
            }
            _ => base,
        };
        if let Value::External(external) = &base
            && let Some(plain) = self.behind_typing(external, at)?
        {
            return Ok(plain);
        }
        Ok(match &base {
            Value::External(external) if is_metaclass(external) => Value::Type("type"),
            Value::External(external)
                if TRANSPARENT.contains(&&*external.module)
                    && !matches!(&*external.attribute, "NamedTuple" | "TypedDict") =>
            {
                Value::Type("object")
            }
            _ => base,
        })
    }

    /// The class that a generic alias of `typing` stands for (`_alias`, `Lib/typing.py`).
    fn behind_typing(&mut self, alias: &External, at: ExprId) -> Flow<Option<Value>> {
        if !matches!(&*alias.module, "typing" | "typing_extensions") {
            return Ok(None);
        }
        let (module, attribute) = match &*alias.attribute {
            "Dict" => return Ok(Some(Value::Type("dict"))),
            "List" => return Ok(Some(Value::Type("list"))),
            "Set" => return Ok(Some(Value::Type("set"))),
            "FrozenSet" => return Ok(Some(Value::Type("frozenset"))),
            "Tuple" => return Ok(Some(Value::Type("tuple"))),
            "Type" => return Ok(Some(Value::Type("type"))),
            "DefaultDict" => ("collections", "defaultdict"),
            "Deque" => ("collections", "deque"),
            "OrderedDict" => ("collections", "OrderedDict"),
            "AbstractSet" => ("collections.abc", "Set"),
            "Mapping" | "MutableMapping" | "MutableSequence" | "MutableSet" | "Sequence" => {
                ("collections.abc", &*alias.attribute)
            }
            _ => return Ok(None),
        };
        let class = External { module: Name::from(module), attribute: Name::from(attribute) };
        self.linked_value(Value::External(Rc::new(class)), at).map(Some)
    }

    /// As [`Self::plain_base`], for metaclasses: `ABCMeta` is as `type`.
    pub(in crate::worlds) fn plain_metaclass(&self, metaclass: Option<Value>) -> Option<Value> {
        metaclass.filter(|class| match class {
            Value::External(external) => {
                self.linked.is_none() || !TRANSPARENT.contains(&&*external.module)
            }
            _ => true,
        })
    }

    /// The module and the qualified name of a function, where they are known.
    pub(in crate::worlds) fn function_attribute(
        &self,
        function: &Function,
        name: &str,
    ) -> Option<Value> {
        let linked = self.linked.as_ref()?;
        if let Some(mark) = self.function_mark(function, name) {
            return Some(mark.value());
        }
        match name {
            "__name__" => Some(Value::Str(function.name.clone())),
            "__module__" => Some(Value::Str(linked.identity_of(function.version).name.clone())),
            "__qualname__" if function.closure.is_empty() => match function.class {
                Some(_) => function.qualname().map(|name| Value::str(&name)),
                None => Some(Value::Str(function.name.clone())),
            },
            _ => None,
        }
    }

    /// An attribute of a class that all classes have.
    pub(in crate::worlds) fn inherited_class_attribute(
        &self,
        class: &Value,
        builtin: &'static str,
        name: &Name,
    ) -> Value {
        let Some(Object::Class(own)) = self.linked.as_ref().and(match class {
            Value::Object(id) => self.state.object(*id),
            _ => None,
        }) else {
            return Value::Opaque(None);
        };
        let is_known = self.has_known_bases(class);
        match &**name {
            "__bases__" if own.bases.is_empty() => Value::tuple(vec![Value::Type("object")]),
            "__bases__" => Value::Tuple(Rc::clone(&own.bases)),
            "__mro__" if is_known => {
                let order = self.resolution_order(std::slice::from_ref(class));
                order.map_or(Value::Opaque(None), Value::tuple)
            }
            "__class__" => match &own.metaclass {
                Some(metaclass) => metaclass.clone(),
                None if is_known && !own.is_opaque => Value::Type("type"),
                None => Value::Opaque(None),
            },
            "__doc__" => Value::of_type("str").join(&Value::None),
            _ if is_data(name) || CLASS_DATA.contains(&&**name) => Value::Opaque(None),
            _ => Value::BuiltinMethod(Rc::new((Value::Type(builtin), name.clone()))),
        }
    }

    /// What a class body begins with (`compiler_class_body` in `Python/compile.c`).
    pub(in crate::worlds) fn begin_body(&mut self, body: ObjectId, name: &Name) {
        if self.linked.is_none() {
            return;
        }
        let module = self.identity.name.clone();
        if let Some(Object::Frame(frame)) = self.state.object_mut(body) {
            frame.locals.set(Name::from("__module__"), Value::Str(module));
            frame.locals.set(Name::from("__qualname__"), Value::Str(name.clone()));
        }
    }

    /// Runs what makes a class; meanwhile `type.__new__` gives that class.
    pub(in crate::worlds) fn while_making(
        &mut self,
        class: &Value,
        run: impl FnOnce(&mut Self) -> Flow<Value>,
    ) -> Flow<Value> {
        if let Some(linked) = &mut self.linked {
            linked.classes.push(class.clone());
        }
        let made = run(self);
        if let Some(linked) = &mut self.linked {
            linked.classes.pop();
        }
        made
    }

    /// `super().__new__(cls)`, where that makes a plain object, or the class that a metaclass
    /// is making.
    pub(in crate::worlds) fn inherited_new(&mut self, args: &Args) -> Option<Value> {
        self.linked.as_ref()?;
        let class = args.positional.first()?;
        if !self.is_class(class) {
            return None;
        }
        match self.builtin_ancestor(class) {
            "type" => self.class_of_metaclass(&class.clone(), args),
            "object" => {
                let is_opaque = self.is_opaque_class(class);
                let attributes = Default::default();
                let instance = Instance { class: class.clone(), attributes, is_opaque };
                Some(self.allocate(Object::Instance(instance)))
            }
            builtin if is_container(builtin) => {
                let is_opaque = self.is_opaque_class(class);
                let mut attributes = Namespace::default();
                let contents = match (builtin, args.positional.get(1)) {
                    ("tuple", Some(items)) => self.plain_tuple(items),
                    _ => self.new_contents(builtin)?,
                };
                attributes.set(Name::from(CONTENTS), contents);
                let instance = Instance { class: class.clone(), attributes, is_opaque };
                Some(self.allocate(Object::Instance(instance)))
            }
            _ => None,
        }
    }

    /// `type.__new__(metaclass, name, bases, body)`: the class that is being made, with the body
    /// that it is given, or a new one.
    fn class_of_metaclass(&mut self, metaclass: &Value, args: &Args) -> Option<Value> {
        let under_way = self.linked.as_ref()?.classes.last().cloned();
        let [_, Value::Str(name), Value::Tuple(bases), Value::Object(body)] = &args.positional[..]
        else {
            return under_way;
        };
        let (name, bases) = (Name::clone(name), Rc::clone(bases));
        let made = self.make_class(&name, &bases, *body, Some(metaclass.clone()));
        let (Some(Value::Object(id)), Value::Object(new)) = (&under_way, &made) else {
            return Some(made);
        };
        let given = match self.state.object(*new) {
            Some(Object::Class(class)) => class.clone(),
            _ => return under_way,
        };
        match self.state.object_mut(*id) {
            Some(Object::Class(class)) if class.name == name => {
                (class.namespace, class.bases) = (given.namespace, given.bases);
                class.is_opaque |= given.is_opaque;
                class.is_hidden |= given.is_hidden;
                class.metaclass = given.metaclass;
                self.state.remove(*new);
                under_way
            }
            _ => Some(made),
        }
    }

    /// Whether a decorator of a class is followed, or leaves the class as it is.
    pub(in crate::worlds) fn keeps_class(&self, decorator: &Value) -> bool {
        match decorator {
            Value::Function(_) | Value::Object(_) => true,
            Value::Method(pair) => matches!(pair.0, Value::Function(_)),
            Value::External(external) => matches!(
                (&*external.module, &*external.attribute),
                ("typing" | "typing_extensions", "final" | "runtime_checkable")
                    | ("functools", "total_ordering")
            ),
            Value::Union(values) => values.iter().all(|value| self.keeps_class(value)),
            _ => false,
        }
    }

    /// Whether all is seen of what a metaclass does, if there is one.
    pub(in crate::worlds) fn is_followed_metaclass(&self, metaclass: &Option<Value>) -> bool {
        match metaclass {
            None | Some(Value::Type("type")) => true,
            Some(class @ Value::Object(_)) => !self.has_hidden_attributes(class),
            Some(_) => false,
        }
    }

    /// Whether a decorator that was followed made a function in a way that is not: by `exec`. As
    /// good as always that calls the one that it was given.
    pub(in crate::worlds) fn wraps_unseen(
        &self,
        decorator: &Value,
        decorated: &Value,
        result: &Value,
    ) -> bool {
        self.linked.is_some()
            && matches!(decorator, Value::Function(_))
            && matches!(decorated, Value::Function(_))
            && matches!(result, Value::Opaque(None))
    }

    /// Whether what is called leaves the objects alone that it is given: logging, warning,
    /// formatting. Few functions of the standard library do not.
    pub(in crate::worlds) fn leaves_arguments(&self, callee: &Value) -> bool {
        let module = match callee {
            Value::External(external) => &external.module,
            Value::Returned(returned) => &returned.callee.module,
            _ => return false,
        };
        if matches!(&**module, "importlib.metadata" | "importlib_metadata") {
            return true;
        }
        self.linked.is_some()
            && self.resolver.is_standard(module)
            && !matches!(&**module, "heapq" | "bisect" | "random" | "operator")
    }
}
