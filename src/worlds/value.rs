//! What the machine knows of a Python object.

use std::rc::Rc;
use std::sync::Arc;

use super::answers::{agreed, all_of};
use super::builtins::types;
use super::function::Function;
use crate::syntax::ast::Name;

/// An object in the heap of a [`super::state::State`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ObjectId(pub(super) u32);

/// An abstract value: a set of Python objects.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// It came from outside the module: nothing is known, and the code that is live has
    /// already met it once.
    Unknown,
    /// Made by the module itself in a way that is not followed; perhaps of a known type.
    Opaque(Option<&'static str>),
    None,
    Ellipsis,
    NotImplemented,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Arc<str>),
    Bytes(Arc<[u8]>),
    Tuple(Rc<[Value]>),
    /// A `range`, spelled out.
    Range(Rc<[Value]>),
    /// A list, dict, set, instance, class or iterator.
    Object(ObjectId),
    Function(Rc<Function>),
    /// A function bound to its first argument.
    Method(Rc<(Value, Value)>),
    /// A builtin function.
    Builtin(&'static str),
    /// A method of a builtin type, with its receiver.
    BuiltinMethod(Rc<(Value, Name)>),
    /// A builtin class.
    Type(&'static str),
    /// The dictionary that `globals()` returns.
    Globals,
    /// The `__dict__` of an instance or a class.
    Attributes(ObjectId),
    /// The module that is executed, as `sys.modules[__name__]`.
    ThisModule,
    /// Another module, by its dotted name.
    Module(Name),
    /// Something that another module binds.
    External(Rc<External>),
    /// What a call of something outside gave.
    Returned(Rc<Returned>),
    /// One of these; never nested, never fewer than two.
    Union(Rc<[Value]>),
}

/// `attribute` of the module `module`, not looked into.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct External {
    pub(super) module: Name,
    pub(super) attribute: Name,
}

impl External {
    /// Whether it is what a dotted name means.
    pub(super) fn is_path(&self, path: &str) -> bool {
        path.strip_prefix(&*self.module)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|attribute| *attribute == *self.attribute)
    }
}

/// The result of calling `callee` of another module, or of a method of such a result.
#[derive(Debug)]
pub(super) struct Returned {
    pub(super) callee: Rc<External>,
    pub(super) args: Vec<Value>,
    pub(super) keywords: Vec<(Name, Value)>,
    /// There may be other arguments.
    pub(super) inexact: bool,
}

/// More alternatives than this are not told apart.
const MAX_UNION: usize = 6;
/// The same of constants.
const MAX_PLAIN_UNION: usize = 16;

impl Value {
    pub(super) fn str(text: &str) -> Value {
        Value::Str(Arc::from(text))
    }

    pub(super) fn tuple(items: Vec<Value>) -> Value {
        Value::Tuple(items.into())
    }

    /// Truth where it is the same for every object that this may be, heap objects aside.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Value::None => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Int(value) => Some(*value != 0),
            Value::Float(value) => Some(*value != 0.0),
            Value::Str(text) => Some(!text.is_empty()),
            Value::Bytes(bytes) => Some(!bytes.is_empty()),
            Value::Tuple(items) | Value::Range(items) => Some(!items.is_empty()),
            Value::Ellipsis
            | Value::NotImplemented
            | Value::Function(_)
            | Value::Method(_)
            | Value::Builtin(_)
            | Value::BuiltinMethod(_)
            | Value::Type(_)
            | Value::Globals
            | Value::ThisModule
            | Value::Module(_) => Some(true),
            Value::Union(values) => agreed(values, Value::truth),
            Value::Unknown
            | Value::Opaque(_)
            | Value::Object(_)
            | Value::Attributes(_)
            | Value::External(_)
            | Value::Returned(_) => None,
        }
    }

    /// The alternatives.
    pub(super) fn alternatives(&self) -> &[Value] {
        match self {
            Value::Union(values) => values,
            value => std::slice::from_ref(value),
        }
    }

    /// Either of two values.
    pub(super) fn join(&self, other: &Value) -> Value {
        if self.same(other) {
            return self.clone();
        }
        if matches!(self, Value::Unknown) || matches!(other, Value::Unknown) {
            return Value::Unknown;
        }
        let mut values: Vec<Value> = self.alternatives().to_vec();
        for value in other.alternatives() {
            if !values.iter().any(|known| known.same(value)) {
                values.push(value.clone());
            }
        }
        let is_plain = values.iter().all(Value::is_constant);
        if values.len() > if is_plain { MAX_PLAIN_UNION } else { MAX_UNION } {
            return Value::widened(&values);
        }
        match values.len() {
            1 => values.remove(0),
            _ => Value::Union(values.into()),
        }
    }

    /// Whether joining with the other adds nothing.
    pub(super) fn covers(&self, other: &Value) -> bool {
        let known = self.alternatives();
        matches!(self, Value::Unknown)
            || other.alternatives().iter().all(|value| known.iter().any(|own| own.same(value)))
    }

    fn widened(values: &[Value]) -> Value {
        if values.iter().any(Value::is_outside) {
            return Value::Unknown;
        }
        let first = values.first().and_then(Value::type_name);
        let same = values.iter().all(|value| value.type_name() == first);
        Value::Opaque(first.filter(|_| same))
    }

    /// Joins any number of values; nothing at all gives `None`.
    pub(super) fn join_all(values: impl IntoIterator<Item = Value>) -> Option<Value> {
        values.into_iter().reduce(|a, b| a.join(&b))
    }

    /// Forgets the value, but not its type, where it is not what it was before.
    pub(super) fn widen_from(&mut self, before: Option<&Value>) {
        if before.is_some_and(|before| before.same(self)) {
            return;
        }
        *self = match (self.is_outside(), &*self) {
            (true, _) => Value::Unknown,
            // What a definition makes is the same in each round, but for its identity.
            (false, Value::Function(_) | Value::Object(_)) => return,
            (false, value) => Value::Opaque(value.type_name()),
        };
    }

    /// Whether these are the same knowledge (not: whether the objects are equal).
    pub(super) fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Unknown, Value::Unknown)
            | (Value::None, Value::None)
            | (Value::Ellipsis, Value::Ellipsis)
            | (Value::NotImplemented, Value::NotImplemented)
            | (Value::Globals, Value::Globals)
            | (Value::ThisModule, Value::ThisModule) => true,
            (Value::Opaque(a), Value::Opaque(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::Tuple(a), Value::Tuple(b))
            | (Value::Range(a), Value::Range(b))
            | (Value::Union(a), Value::Union(b)) => {
                Rc::ptr_eq(a, b)
                    || (a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.same(b)))
            }
            (Value::Object(a), Value::Object(b)) | (Value::Attributes(a), Value::Attributes(b)) => {
                a == b
            }
            (Value::Function(a), Value::Function(b)) => Rc::ptr_eq(a, b),
            (Value::Method(a), Value::Method(b)) => a.0.same(&b.0) && a.1.same(&b.1),
            (Value::BuiltinMethod(a), Value::BuiltinMethod(b)) => a.0.same(&b.0) && a.1 == b.1,
            (Value::Builtin(a), Value::Builtin(b)) | (Value::Type(a), Value::Type(b)) => a == b,
            (Value::Module(a), Value::Module(b)) => a == b,
            (Value::External(a), Value::External(b)) => a == b,
            (Value::Returned(a), Value::Returned(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Whether these are certain to be one object, which equals itself.
    pub(super) fn is_same_object(&self, other: &Value) -> bool {
        let is_one =
            |value: &Value| !matches!(value, Value::Unknown | Value::Opaque(_) | Value::Union(_));
        match (self, other) {
            (Value::Tuple(a), Value::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| a.is_same_object(b))
            }
            _ => is_one(self) && self.same(other),
        }
    }

    /// The builtin type of the object, where it is one that is known without the heap.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        match self {
            Value::None => Some("NoneType"),
            Value::Ellipsis => Some("ellipsis"),
            Value::NotImplemented => Some("NotImplementedType"),
            Value::Bool(_) => Some("bool"),
            Value::Int(_) => Some("int"),
            Value::Float(_) => Some("float"),
            Value::Str(_) => Some("str"),
            Value::Bytes(_) => Some("bytes"),
            Value::Tuple(_) => Some("tuple"),
            Value::Range(_) => Some("range"),
            Value::Function(_) => Some("function"),
            Value::Method(pair) => match pair.0 {
                Value::Type(class) => Some(class),
                _ => Some("method"),
            },
            Value::Builtin(_) | Value::BuiltinMethod(_) => Some("builtin_function_or_method"),
            Value::Type(_) => Some("type"),
            Value::Globals | Value::Attributes(_) => Some("dict"),
            Value::Module(_) | Value::ThisModule => Some("module"),
            Value::Opaque(name) => *name,
            Value::Union(values) => {
                let first = values.first()?.type_name();
                values.iter().all(|value| value.type_name() == first).then_some(first)?
            }
            Value::Unknown | Value::Object(_) | Value::External(_) | Value::Returned(_) => None,
        }
    }

    /// Whether nothing at all is known, because it came from outside.
    pub(super) fn is_outside(&self) -> bool {
        match self {
            Value::Unknown | Value::External(_) | Value::Returned(_) => true,
            Value::Union(values) => values.iter().any(Value::is_outside),
            _ => false,
        }
    }

    /// As a number, for arithmetic and comparison.
    pub(super) fn as_int(&self) -> Option<i64> {
        match self {
            Value::Int(value) => Some(*value),
            Value::Bool(value) => Some(i64::from(*value)),
            _ => None,
        }
    }

    /// As a floating-point number, integers included.
    pub(super) fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(value) => Some(*value),
            _ => self.as_int().map(|value| value as f64),
        }
    }

    /// Whether the value is an immutable constant through and through.
    pub(super) fn is_constant(&self) -> bool {
        match self {
            Value::None
            | Value::Ellipsis
            | Value::NotImplemented
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_) => true,
            Value::Tuple(items) | Value::Range(items) => items.iter().all(Value::is_constant),
            _ => false,
        }
    }

    /// `==` of two constants; None where it is not known.
    pub(super) fn equals(&self, other: &Value) -> Option<bool> {
        if let (Some(a), Some(b)) = (self.as_float(), other.as_float()) {
            return Some(a == b);
        }
        match (self, other) {
            (Value::Tuple(a), Value::Tuple(b)) | (Value::Range(a), Value::Range(b)) => {
                let pairs: Vec<_> = a.iter().zip(b.iter()).collect();
                if a.len() == b.len() { all_of(&pairs, |(a, b)| a.equals(b)) } else { Some(false) }
            }
            _ if self.is_constant() && other.is_constant() => Some(self.same(other)),
            (Value::Function(a), Value::Function(b)) => Some(Rc::ptr_eq(a, b)),
            (Value::Type(a), Value::Type(b)) => Some(a == b),
            (Value::Builtin(a), Value::Builtin(b)) => Some(a == b),
            (a, b) => match (a.identity_class(), b.identity_class()) {
                (Some(a), Some(b)) if a != b => Some(false),
                _ => None,
            },
        }
    }

    /// A plain value as Python writes it, a text without its quotes.
    pub(super) fn plain_text(&self) -> Option<String> {
        Some(match self {
            Value::Str(text) => text.to_string(),
            Value::None => "None".to_owned(),
            Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Value::Int(value) => value.to_string(),
            _ => return None,
        })
    }

    /// Values of different classes here are never equal, whatever they are.
    fn identity_class(&self) -> Option<u8> {
        match self {
            Value::None => Some(0),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Some(1),
            Value::Str(_) => Some(2),
            Value::Bytes(_) => Some(3),
            Value::Tuple(_) => Some(4),
            Value::Range(_) => Some(9),
            Value::Function(_) => Some(5),
            Value::Type(_) => Some(6),
            Value::Builtin(_) => Some(7),
            Value::Module(_) | Value::ThisModule => Some(8),
            Value::Opaque(Some(name)) => match *name {
                "int" | "float" | "bool" => Some(1),
                "str" => Some(2),
                "bytes" => Some(3),
                "tuple" => Some(4),
                "module" => Some(8),
                _ => None,
            },
            _ => None,
        }
    }

    /// An object of a builtin type of which nothing else is known.
    pub(super) fn of_type(name: &'static str) -> Value {
        debug_assert!(types::is_known(name), "{name} is not a builtin type");
        Value::Opaque(Some(name))
    }
}
