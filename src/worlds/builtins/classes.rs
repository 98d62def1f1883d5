//! Calling builtin classes.

use std::rc::Rc;
use std::sync::Arc;

use super::types;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::super_of;
use crate::worlds::eval::{Args, Source};
use crate::worlds::function::{Class, Namespace};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Entries, Instance, Items, Object};
use crate::worlds::value::{ObjectId, Value};

/// A range with more numbers than this is not spelled out.
const MAX_RANGE: i64 = 2_000;

impl Machine<'_> {
    pub(in crate::worlds) fn construct(
        &mut self,
        class: &'static str,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        if types::is_exception(class) {
            return Ok(self.make_exception(class, args));
        }
        if args.inexact {
            return self.unseen_builtin(class, &args, at);
        }
        let given = args.positional.iter().map(|value| self.looked_up(value).into_owned());
        let positional: Vec<Value> = given.collect();
        match (class, &positional[..]) {
            ("object", []) => {
                let class = Value::Type("object");
                let attributes = Namespace::default();
                let instance = Instance { class, attributes, is_opaque: false };
                Ok(self.allocate(Object::Instance(instance)))
            }
            // `module_init` in `Objects/moduleobject.c`.
            ("module", [name @ Value::Str(_)] | [name @ Value::Str(_), _]) => {
                let class = Value::Type("module");
                let mut attributes = Namespace::default();
                attributes.set(Name::from("__name__"), name.clone());
                let instance = Instance { class, attributes, is_opaque: false };
                Ok(self.allocate(Object::Instance(instance)))
            }
            ("super", []) => self.super_value(),
            ("super", [class @ Value::Object(id), receiver])
                if self.fits_super(class, receiver) =>
            {
                Ok(super_of(*id, receiver))
            }
            ("super", _) => Ok(Value::Unknown),
            ("type", [value]) => Ok(self.class_of(value)),
            ("type", [Value::Str(name), Value::Tuple(bases), Value::Object(body)])
                if bases.iter().all(|base| self.is_class(base)) =>
            {
                Ok(self.make_class(name, bases, *body, None))
            }
            ("property", _) if let Some(functions) = property_functions(&args) => {
                Ok(Value::Method(Rc::new((Value::Type(class), functions))))
            }
            ("classmethod" | "staticmethod", [function]) => {
                Ok(Value::Method(Rc::new((Value::Type(class), function.clone()))))
            }
            ("bool", []) => Ok(Value::Bool(false)),
            ("bool", [value]) => match self.truth(value) {
                Some(truth) => Ok(Value::Bool(truth)),
                None => match self.own_truth(value, at)? {
                    Some(answer) => {
                        let truth = self.truth(&answer);
                        Ok(truth.map_or(Value::of_type("bool"), Value::Bool))
                    }
                    None => Ok(self.presumed_truth(value).unwrap_or(Value::of_type("bool"))),
                },
            },
            ("int", _) => {
                let made = self.make_int(&positional, &args, at)?;
                Ok(self.presumed_number(&args).unwrap_or(made))
            }
            ("float", [value]) => match value {
                Value::Str(text) => match text.trim().replace('_', "").parse::<f64>() {
                    Ok(number) if !text.trim().is_empty() => Ok(Value::Float(number)),
                    _ => Err(self.raise_builtin("ValueError", "the text is no number")),
                },
                Value::None => Err(self.raise_builtin("TypeError", "`None` is no number")),
                value => match value.as_float() {
                    Some(number) => Ok(Value::Float(number)),
                    None => self.unseen_builtin("float", &args, at),
                },
            },
            ("float", []) => Ok(Value::Float(0.0)),
            ("str", []) => Ok(Value::str("")),
            ("str", [value]) => self.make_str(value, &args, at),
            ("list", []) => Ok(self.allocate(Object::List(Items::exactly(Vec::new())))),
            ("list", [iterable]) => {
                let items = self.exhaust(iterable, at)?;
                Ok(self.allocate(Object::List(items)))
            }
            ("tuple", []) => Ok(Value::tuple(Vec::new())),
            ("tuple", [iterable]) => {
                let items = self.exhaust(iterable, at)?;
                Ok(if items.exact { Value::tuple(items.values) } else { Value::of_type("tuple") })
            }
            // Unlike a set it is hashable; what is in it is not kept.
            ("frozenset", [] | [_]) => {
                for iterable in &positional {
                    let items = self.exhaust(iterable, at)?;
                    items.values.iter().try_for_each(|item| self.hash_value(item, at))?;
                }
                Ok(Value::of_type("frozenset"))
            }
            ("set", []) => Ok(self.allocate(Object::Set(Items::exactly(Vec::new())))),
            ("set", [iterable]) => {
                let items = self.in_any_order(iterable, at)?;
                items.values.iter().try_for_each(|item| self.hash_value(item, at))?;
                Ok(self.make_set(items))
            }
            ("dict", _) => self.make_dict(&positional, &args, at),
            ("range", _) => self.make_range(&positional, &args, at),
            ("enumerate", [iterable] | [iterable, Value::Int(_)]) => {
                let items = self.iterate(iterable, at)?;
                let first = positional.get(1).or(args.keywords.first().map(|(_, start)| start));
                let Some(first) = first.map_or(Some(0), Value::as_int) else {
                    return self.unseen_builtin(class, &args, at);
                };
                let numbered = (first..).zip(items.values);
                let pairs =
                    numbered.map(|(number, item)| Value::tuple(vec![Value::Int(number), item]));
                let items = Items { values: pairs.collect(), exact: items.exact };
                Ok(self.allocate(Object::Iterator(items)))
            }
            ("zip", _) if args.keywords.is_empty() => self.make_zip(&positional, at),
            ("map" | "filter", [function, iterable]) => {
                let function = function.clone();
                let iterable = self.iterator(iterable, at)?;
                Ok(self.allocate_generator(match class {
                    "map" => Source::Map { function, iterable },
                    _ => Source::Filter { function, iterable },
                }))
            }
            ("reversed", [object]) if self.special(object, "__reversed__").is_some() => {
                match self.special(object, "__reversed__") {
                    Some(method) => self.call(&method, Vec::new(), at),
                    None => Ok(Value::Opaque(None)),
                }
            }
            ("reversed", [Value::Object(id)])
                if matches!(
                    self.state.object(*id),
                    Some(Object::Set(_) | Object::Iterator(_) | Object::Generator(_))
                ) =>
            {
                Err(self.raise_builtin("TypeError", "the object is not reversible"))
            }
            ("reversed", [Value::Object(id)])
                if matches!(self.state.object(*id), Some(Object::Instance(_))) =>
            {
                self.unseen_builtin("reversed", &args, at)
            }
            ("reversed", [iterable]) => {
                let mut items = self.iterate(iterable, at)?;
                items.values.reverse();
                Ok(self.allocate(Object::Iterator(items)))
            }
            _ => self.unseen_builtin(class, &args, at),
        }
    }

    /// `type(name, bases, body)`
    pub(in crate::worlds) fn make_class(
        &mut self,
        name: &Name,
        bases: &Rc<[Value]>,
        body: ObjectId,
        metaclass: Option<Value>,
    ) -> Value {
        let mut namespace = Namespace::default();
        let mut is_unseen = false;
        match self.state.object(body) {
            Some(Object::Dict(entries)) => {
                is_unseen |= !entries.exact;
                for (key, value) in &entries.pairs {
                    match key {
                        Value::Str(name) => namespace.set(Name::clone(name), value.clone()),
                        _ => is_unseen = true,
                    }
                }
            }
            _ => is_unseen = true,
        }
        let is_opaque = is_unseen || bases.iter().any(|base| self.is_opaque_base(base));
        let (name, bases) = (Name::clone(name), Rc::clone(bases));
        let from_outside = bases.iter().any(|base| self.is_outside_base(base));
        let is_hidden = is_unseen || self.linked.is_none() && is_opaque;
        self.allocate(Object::Class(Class {
            name,
            bases,
            metaclass,
            namespace,
            is_opaque,
            is_hidden,
            from_outside,
            annotated: None,
        }))
    }

    fn make_exception(&mut self, class: &'static str, args: Args) -> Value {
        let mut attributes = Namespace::default();
        let values = args.positional;
        if class == "StopIteration" || class == "SystemExit" {
            let first = values.first().cloned().unwrap_or(Value::None);
            attributes.set(Name::from(if class == "SystemExit" { "code" } else { "value" }), first);
        }
        attributes.set(Name::from("args"), Value::tuple(values));
        let instance = Instance { class: Value::Type(class), attributes, is_opaque: false };
        self.allocate(Object::Instance(instance))
    }

    fn make_int(&mut self, positional: &[Value], args: &Args, at: ExprId) -> Flow<Value> {
        if args.keywords.len() > 1 {
            return Err(self.raise_builtin("TypeError", "int() takes no keyword but `base`"));
        }
        if let [(name, base)] = &args.keywords[..] {
            return match positional {
                [] => Err(self.raise_builtin("TypeError", "there is no text for the base")),
                [_] if &**name != "base" => {
                    Err(self.raise_builtin("TypeError", "int() takes no such argument"))
                }
                [text] => self.make_int(&[text.clone(), base.clone()], &Args::default(), at),
                _ => self.unseen_builtin("int", args, at),
            };
        }
        match positional {
            [] => Ok(Value::Int(0)),
            [Value::Str(text), Value::Int(base @ 2..=36)] => {
                // A prefix, a sign and the like are not looked into.
                let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric()) && text.len() < 12;
                match i64::from_str_radix(text, *base as u32) {
                    Ok(number) => Ok(Value::Int(number)),
                    Err(_) if is_plain && !text.starts_with('0') => {
                        Err(self.raise_builtin("ValueError", "the text is no integer"))
                    }
                    Err(_) => self.unseen_builtin("int", args, at),
                }
            }
            [Value::Str(text)] => {
                let digits = text.trim().replace('_', "");
                match digits.parse::<i64>() {
                    Ok(number) => Ok(Value::Int(number)),
                    Err(_) if digits.len() > 18 => self.unseen_builtin("int", args, at),
                    Err(_) => Err(self.raise_builtin("ValueError", "the text is no integer")),
                }
            }
            [Value::Float(number)] if number.is_finite() && number.abs() < 1e15 => {
                Ok(Value::Int(number.trunc() as i64))
            }
            [Value::None] => Err(self.raise_builtin("TypeError", "`None` is no number")),
            [value] => match value.as_int() {
                Some(number) => Ok(Value::Int(number)),
                None if value.type_name() == Some("int") => Ok(value.clone()),
                None => {
                    let sequence = matches!(value, Value::Tuple(_) | Value::Function(_));
                    let builtin = matches!(value, Value::Object(id) if matches!(
                        self.state.object(*id),
                        Some(Object::List(_) | Object::Dict(_) | Object::Set(_))
                    ));
                    if sequence || builtin {
                        return Err(self.raise_builtin("TypeError", "the object is no number"));
                    }
                    self.unseen_builtin("int", args, at)
                }
            },
            _ => self.unseen_builtin("int", args, at),
        }
    }

    fn make_str(&mut self, value: &Value, args: &Args, at: ExprId) -> Flow<Value> {
        if let Some(text) = self.plain_str(value) {
            return Ok(Value::Str(Arc::from(text)));
        }
        let is_own = self.special(value, "__str__").is_some() || !self.is_exception_like(value);
        if is_own && let Some(text) = self.own_text(value, &["__str__", "__repr__"], at)? {
            return Ok(text);
        }
        if let Value::Object(id) = value
            && let Some(Object::Instance(instance)) = self.state.object(*id)
            && let Some(local) = instance.attributes.get("args")
            && let Value::Tuple(items) = &local.value
            && self.is_exception_instance(value) == Some(true)
        {
            return Ok(match &items[..] {
                [] => Value::str(""),
                [Value::Str(text)] if self.builtin_ancestor(&instance.class) != "KeyError" => {
                    Value::Str(Arc::clone(text))
                }
                _ => Value::of_type("str"),
            });
        }
        match value {
            Value::Object(_) if !self.has_own_conversion(value) => Ok(Value::of_type("str")),
            Value::Tuple(_) if !self.has_own_conversion(value) => Ok(Value::of_type("str")),
            Value::Object(_) | Value::Tuple(_) => self.unseen_builtin("str", args, at),
            // Hardly anything refuses to be shown.
            _ => Ok(Value::of_type("str")),
        }
    }

    fn is_exception_like(&self, value: &Value) -> bool {
        self.is_exception_instance(value) != Some(false)
    }

    fn make_dict(&mut self, positional: &[Value], args: &Args, at: ExprId) -> Flow<Value> {
        let mut entries = Entries::exactly(Vec::new());
        match positional {
            [] => {}
            // Each letter is an item of its own.
            [Value::Str(text)] if !text.is_empty() => {
                return Err(self.raise_builtin("ValueError", "an item is no pair"));
            }
            [source] => {
                let is_sequence = matches!(source, Value::Tuple(_))
                    || matches!(source, Value::Object(id) if matches!(
                        self.state.object(*id),
                        Some(Object::List(_) | Object::Iterator(_) | Object::Generator(_) | Object::Set(_))
                    ));
                if is_sequence {
                    let items = self.exhaust(source, at)?;
                    entries.exact = items.exact;
                    for item in items.values {
                        let pair = self.iterate(&item, at)?;
                        match &pair.values[..] {
                            [key, value] if pair.exact => entries.set(key.clone(), value.clone()),
                            _ if pair.exact => {
                                let reason = "an item is no pair";
                                return Err(self.raise_builtin("ValueError", reason));
                            }
                            _ => entries.exact = false,
                        }
                    }
                } else {
                    match self.mapping_entries(source, at)? {
                        Some(pairs) => pairs.into_iter().for_each(|(k, v)| entries.set(k, v)),
                        None => entries.exact = false,
                    }
                }
            }
            _ => return Err(self.raise_builtin("TypeError", "dict() takes one argument")),
        }
        for (name, value) in &args.keywords {
            entries.set(Value::Str(Arc::clone(name)), value.clone());
        }
        Ok(self.allocate(Object::Dict(entries)))
    }

    fn make_range(&mut self, positional: &[Value], args: &Args, at: ExprId) -> Flow<Value> {
        let numbers: Option<Vec<i64>> = positional.iter().map(Value::as_int).collect();
        let (start, stop, step) = match numbers.as_deref() {
            Some([stop]) => (0, *stop, 1),
            Some([start, stop]) => (*start, *stop, 1),
            Some([_, _, 0]) => {
                return Err(self.raise_builtin("ValueError", "the step must not be zero"));
            }
            Some([start, stop, step]) => (*start, *stop, *step),
            _ => {
                let wrong = positional.iter().any(|value| {
                    matches!(value, Value::Str(_) | Value::Float(_) | Value::None | Value::Tuple(_))
                });
                if wrong {
                    return Err(self.raise_builtin("TypeError", "range() takes integers"));
                }
                self.unseen_builtin("range", args, at)?;
                return Ok(Value::of_type("range"));
            }
        };
        let mut values = Vec::new();
        let mut number = start;
        while (step > 0 && number < stop) || (step < 0 && number > stop) {
            if values.len() as i64 >= MAX_RANGE {
                return Ok(Value::of_type("range"));
            }
            values.push(Value::Int(number));
            number = number.saturating_add(step);
        }
        Ok(Value::Range(values.into()))
    }

    fn make_zip(&mut self, iterables: &[Value], at: ExprId) -> Flow<Value> {
        let mut columns = Vec::new();
        for iterable in iterables {
            columns.push(self.iterate(iterable, at)?);
        }
        let exact = columns.iter().all(|column| column.exact);
        let length = columns.iter().map(|column| column.values.len()).min().unwrap_or(0);
        let rows = (0..length).map(|row| {
            Value::tuple(columns.iter().map(|column| column.values[row].clone()).collect())
        });
        let items = if exact { Items::exactly(rows.collect()) } else { Items::unknown() };
        Ok(self.allocate(Object::Iterator(items)))
    }
}

/// The functions of `property(fget, fset, fdel, doc)`: the getter alone, or what is given of the
/// three; None where what is given is not known.
fn property_functions(args: &Args) -> Option<Value> {
    const NAMES: &[&str] = &["fget", "fset", "fdel", "doc"];
    let mut functions = [Value::None, Value::None, Value::None, Value::None];
    if args.inexact || args.positional.len() > functions.len() {
        return None;
    }
    functions[..args.positional.len()].clone_from_slice(&args.positional);
    for (name, value) in &args.keywords {
        functions[NAMES.iter().position(|known| *known == &**name)?] = value.clone();
    }
    let [getter, setter, deleter, _] = functions;
    Some(match (&setter, &deleter) {
        (Value::None, Value::None) => getter,
        _ => Value::tuple(vec![getter, setter, deleter]),
    })
}
