//! Subscripts.

use crate::syntax::ast::{ExprId, ExprKind, Name};
use crate::worlds::builtins::c_functions::{is_c_function, refuses_parameters};
use crate::worlds::builtins::regexes::is_match;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::resolve::Presence;
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{External, Value};

/// Known bounds of a slice: None where a bound is left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    lower: Option<i64>,
    upper: Option<i64>,
    /// `[::-1]`
    is_reversed: bool,
}

impl Machine<'_> {
    /// `sys.modules[name]` of another module: one that cannot be imported is not there.
    fn require_loaded(&mut self, name: &Value, at: ExprId) -> Flow<()> {
        let Value::Str(name) = name else { return Ok(()) };
        let name = &Name::clone(name);
        match self.module_presence(name) {
            Presence::No => {
                let reason = format!("`sys.modules` has no `{name}`");
                return Err(self.raise_builtin("KeyError", reason));
            }
            _ if self.has_been_loaded(name) => {}
            Presence::Yes | Presence::Maybe => {
                self.may_raise("KeyError", Risk::Environment, at, || {
                    format!("`{name}` may not have been imported")
                });
            }
        }
        Ok(())
    }

    /// The bounds of a slice expression; None for any other index, unevaluated.
    pub(super) fn slice_bounds(&mut self, index: ExprId) -> Flow<Option<Option<Bounds>>> {
        let program = std::rc::Rc::clone(&self.program);
        let ExprKind::Slice { lower, upper, step } = &program.ast().expr(index).kind else {
            return Ok(None);
        };
        let mut bounds = [None, None];
        let mut known = true;
        for (bound, part) in bounds.iter_mut().zip([lower, upper]) {
            if let Some(part) = part {
                let value = self.expr(*part)?;
                *bound = value.as_int();
                known &= bound.is_some() || matches!(value, Value::None);
            }
        }
        let step = step.map(|step| self.expr(step)).transpose()?;
        let [lower, upper] = bounds;
        let is_reversed = match step.map(|step| step.as_int()) {
            None | Some(Some(1)) => false,
            Some(Some(-1)) if lower.is_none() && upper.is_none() => true,
            Some(_) => {
                known = false;
                false
            }
        };
        Ok(Some(known.then_some(Bounds { lower, upper, is_reversed })))
    }

    /// A slice of a known sequence.
    pub(super) fn sliced(&mut self, object: &Value, bounds: Option<Bounds>) -> Option<Value> {
        let Bounds { lower, upper, is_reversed } = bounds?;
        let object = &*self.looked_up(object);
        let cut = |length: usize| {
            let clamp = |bound: i64| {
                let bound = if bound < 0 { bound + length as i64 } else { bound };
                bound.clamp(0, length as i64) as usize
            };
            let start = lower.map_or(0, clamp);
            start..upper.map_or(length, clamp).max(start)
        };
        let part = |items: &[Value]| {
            let mut part = items[cut(items.len())].to_vec();
            if is_reversed {
                part.reverse();
            }
            part
        };
        match object {
            Value::Tuple(items) => Some(Value::tuple(part(items))),
            Value::Range(items) => Some(Value::Range(part(items).into())),
            Value::Str(text) => {
                let chars: Vec<char> = text.chars().collect();
                let chars = chars[cut(chars.len())].iter();
                let part: String =
                    if is_reversed { chars.rev().collect() } else { chars.collect() };
                Some(Value::str(&part))
            }
            Value::Object(id) => {
                if let Some(contents) = self.contents(object) {
                    return self.sliced(&contents, bounds);
                }
                let Some(Object::List(items)) = self.state.object(*id) else { return None };
                if !items.exact {
                    return None;
                }
                let part = part(&items.values);
                Some(self.allocate(Object::List(Items::exactly(part))))
            }
            _ => None,
        }
    }

    /// `object[index]`
    pub(in crate::worlds) fn item(
        &mut self,
        object: &Value,
        index: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        self.ran(at);
        let object = self.looked_up(object);
        let end = self.each(&object, |machine, object| machine.item_of(object, index, at));
        self.got_through(at, end)
    }

    fn item_of(&mut self, object: &Value, index: &Value, at: ExprId) -> Flow<Value> {
        match object {
            Value::Tuple(items) | Value::Range(items) => {
                let class = object.type_name().unwrap_or("tuple");
                let items = Items::exactly(items.to_vec());
                self.position(&items, index, class, at)
            }
            Value::Str(text) => {
                let chars = text.chars().map(|c| Value::str(c.encode_utf8(&mut [0; 4])));
                let items = Items::exactly(chars.collect());
                self.position(&items, index, "str", at)
            }
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) => {
                    let items = items.clone();
                    self.position(&items, index, "list", at)
                }
                Some(Object::Dict(entries)) => {
                    let entries = entries.clone();
                    self.entry(&entries, index, at)
                }
                Some(Object::Class(_)) => self.class_item(object, index, at),
                Some(Object::Instance(found)) if is_match(found) => self.match_item(*id, index, at),
                Some(Object::Instance(_)) => match self.special(object, "__getitem__") {
                    Some(method) => self.call(&method, vec![index.clone()], at),
                    None => match self.contents(object) {
                        Some(contents) => self.contents_item(object, &contents, index, at),
                        None if self.has_unseen_attributes(object) => {
                            self.unseen_operation(&[object, index], at)
                        }
                        None => Err(self.raise_builtin("TypeError", "the object has no items")),
                    },
                },
                _ => Err(self.raise_builtin("TypeError", "the object has no items")),
            },
            Value::Globals => self.global_item(index, at),
            Value::Attributes(id) => match index {
                Value::Str(name) => self.own_item(*id, name, at),
                _ => Ok(Value::Opaque(None)),
            },
            Value::Opaque(Some("sys.modules")) => {
                if let Some(module) = self.lent_module(index) {
                    return Ok(module);
                }
                if self.is_own_key(index) {
                    return Ok(self.registered());
                }
                self.require_loaded(index, at)?;
                Ok(self.loaded_module(index).unwrap_or(Value::Unknown))
            }
            Value::Type(class) => self.type_item(class, at),
            Value::External(class)
                if self.baseline.is_some()
                    && !self.is_unchanged(at)
                    && self.resolver_of(&class.module).refuses_subscripts(class) =>
            {
                let reason = format!("the class `{}` is not subscriptable", class.attribute);
                Err(self.raise_builtin("TypeError", reason))
            }
            Value::External(external)
                if (&*external.module, &*external.attribute) == ("os", "environ") =>
            {
                self.known_operation(object, "__getitem__", Some(index), at)?;
                self.may_raise("KeyError", Risk::Environment, at, || {
                    "the environment variable may not be set".to_owned()
                });
                Ok(Value::Unknown)
            }
            Value::External(function) if is_c_function(function) => {
                let reason = format!("the function `{}` has no items", function.attribute);
                Err(self.raise_builtin("TypeError", reason))
            }
            Value::External(alias)
                if refuses_parameters(alias, index, self.resolver.python.minor) =>
            {
                let reason = format!("`{}` does not take these parameters", alias.attribute);
                Err(self.raise_builtin("TypeError", reason))
            }
            // A subscript of something imported is nearly always a type expression.
            Value::External(external)
                if self.is_harmless(object)
                    && !external.attribute.contains("()")
                    && !self.resolver_of(&external.module).is_plain_function(external) =>
            {
                let attribute = Name::from(format!("{}[]", external.attribute));
                let module = external.module.clone();
                Ok(Value::External(std::rc::Rc::new(External { module, attribute })))
            }
            Value::None
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Function(_)
            | Value::Method(_)
            | Value::Builtin(_)
            | Value::BuiltinMethod(_) => {
                Err(self.raise_builtin("TypeError", "the object has no items"))
            }
            Value::Module(_) | Value::ThisModule => {
                Err(self.raise_builtin("TypeError", "a module has no items"))
            }
            _ => self.unseen_operation(&[object, index], at),
        }
    }

    fn global_item(&mut self, index: &Value, at: ExprId) -> Flow<Value> {
        let Value::Str(name) = index else {
            return self.unseen_operation(&[&Value::Opaque(None), index], at);
        };
        let name = Name::clone(name);
        self.note_read(&name, at);
        let symbol = self.symbol(&name);
        self.note_found(symbol, &name);
        match self.state.global(symbol).cloned() {
            Some(slot) => {
                if slot.maybe_unbound {
                    self.may_raise("KeyError", Risk::Inside, at, || {
                        format!("`{name}` may not be bound here")
                    });
                    self.assume_bound(symbol);
                }
                Ok(slot.value())
            }
            None if self.state.unseen => {
                self.may_raise("KeyError", Risk::Environment, at, || {
                    format!("`{name}` may not be bound here")
                });
                Ok(Value::Unknown)
            }
            None => Err(self.raise_builtin("KeyError", format!("`{name}` is not bound here"))),
        }
    }

    fn position(
        &mut self,
        items: &Items,
        index: &Value,
        class: &'static str,
        at: ExprId,
    ) -> Flow<Value> {
        if matches!(index, Value::Opaque(Some("slice"))) {
            return Ok(match class {
                "list" => self.allocate(Object::List(Items::unknown())),
                class => Value::of_type(class),
            });
        }
        let length = items.values.len() as i64;
        match (index.as_int(), items.exact) {
            (Some(position), true) => {
                let position = if position < 0 { position + length } else { position };
                match usize::try_from(position).ok().and_then(|at| items.values.get(at)) {
                    Some(value) => Ok(value.clone()),
                    None => Err(self.raise_builtin("IndexError", "the index is out of range")),
                }
            }
            (None, _)
                if matches!(index.type_name(), Some("str" | "NoneType" | "float" | "tuple"))
                    && !index.is_outside() =>
            {
                Err(self.raise_builtin("TypeError", "the index is no integer"))
            }
            _ => {
                if let Some(method) = self.own_method(index, "__index__") {
                    self.call_protocol(&method, Vec::new(), &["int"], at)?;
                }
                let risk = Risk::decided_by(index.is_outside());
                let class = match index.type_name() {
                    Some("int" | "bool") => "IndexError",
                    _ => "",
                };
                self.may_raise(class, risk, at, || "the index may be out of range".into());
                let any = Value::join_all(items.values.iter().cloned());
                Ok(any.filter(|_| items.exact).unwrap_or(Value::Opaque(None)))
            }
        }
    }

    fn entry(&mut self, entries: &Entries, key: &Value, at: ExprId) -> Flow<Value> {
        self.hash_value(key, at)?;
        if entries.get(key).is_none() && self.has_key(entries, key) == Some(true) {
            let mut pairs = entries.pairs.iter();
            let found = pairs.find(|(known, _)| self.values_equal(known, key) == Some(true));
            return Ok(found.map_or(Value::Unknown, |(_, value)| value.clone()));
        }
        match entries.get(key) {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) if self.is_supposed(at) => Ok(Value::Opaque(None)),
            Some(None) => Err(self.raise_builtin("KeyError", "there is no such key")),
            None => {
                let outside = key.is_outside();
                let risk = Risk::decided_by(outside);
                self.may_raise("KeyError", risk, at, || "there may be no such key".into());
                let any = Value::join_all(entries.pairs.iter().map(|(_, value)| value.clone()));
                Ok(any.filter(|_| entries.exact).unwrap_or(Value::Opaque(None)))
            }
        }
    }

    /// `list[int]` (PEP 585) and the like.
    fn type_item(&mut self, class: &'static str, at: ExprId) -> Flow<Value> {
        let generic = matches!(
            class,
            "list"
                | "dict"
                | "tuple"
                | "set"
                | "frozenset"
                | "type"
                | "enumerate"
                | "filter"
                | "map"
                | "reversed"
                | "zip"
                | "BaseExceptionGroup"
                | "ExceptionGroup"
        );
        if generic && self.resolver.python.minor >= 9 {
            return Ok(Value::Unknown);
        }
        if matches!(class, "memoryview" | "slice" | "property" | "classmethod" | "staticmethod") {
            return self.unseen_operation(&[&Value::Opaque(None)], at);
        }
        Err(self.raise_builtin("TypeError", format!("`{class}` is not subscriptable")))
    }

    fn class_item(&mut self, class: &Value, index: &Value, at: ExprId) -> Flow<Value> {
        if let Some(method) = self.class_attribute(class, "__class_getitem__") {
            let method = method.value;
            return match method {
                Value::Function(_) => self.call(&method, vec![class.clone(), index.clone()], at),
                _ => Ok(Value::Unknown),
            };
        }
        if self.linked.is_some() {
            // `Generic` counts as `object` there.
            return Ok(class.clone());
        }
        if self.is_opaque_class(class) || self.builtin_ancestor(class) != "object" {
            return self.unseen_operation(&[class, index], at);
        }
        Err(self.raise_builtin("TypeError", "the class is not subscriptable"))
    }
}
