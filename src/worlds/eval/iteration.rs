//! Iterating.

use std::sync::Arc;

use crate::syntax::ast::ExprId;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;

impl Machine<'_> {
    /// The items that iterating over a value gives.
    pub(in crate::worlds) fn iterate(&mut self, value: &Value, at: ExprId) -> Flow<Items> {
        match &*self.looked_up(value) {
            Value::Tuple(items) | Value::Range(items) => Ok(Items::exactly(items.to_vec())),
            Value::Str(text) => {
                let chars =
                    text.chars().map(|c| Value::Str(Arc::from(c.encode_utf8(&mut [0; 4]) as &str)));
                Ok(Items::exactly(chars.collect()))
            }
            Value::Bytes(bytes) => {
                let numbers = bytes.iter().map(|&byte| Value::Int(i64::from(byte)));
                Ok(Items::exactly(numbers.collect()))
            }
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) => Ok(items.clone()),
                // The order of a set depends on hashes; what is done with each may, too.
                Some(Object::Set(items)) => Ok(match items.values.len() {
                    0 | 1 => items.clone(),
                    _ => Items { values: items.values.clone(), exact: false },
                }),
                Some(Object::Dict(entries)) => Ok(Items {
                    values: entries.pairs.iter().map(|(key, _)| key.clone()).collect(),
                    exact: entries.exact,
                }),
                Some(Object::Iterator(items)) => {
                    let items = items.clone();
                    let used = Object::Iterator(Items { values: Vec::new(), exact: items.exact });
                    self.state.insert(*id, used);
                    Ok(items)
                }
                Some(Object::Generator(generator)) => {
                    let generator = generator.clone();
                    self.drain(*id, &generator, false, at)
                }
                Some(Object::Instance(_)) => self.iterate_instance(value, at),
                Some(Object::Class(class)) if class.is_opaque => {
                    let risk = Risk::decided_by(class.from_outside);
                    self.suppose_effects([value]);
                    self.may_raise("TypeError", risk, at, || "this may not be iterable".into());
                    Ok(Items::unknown())
                }
                _ => self.not_iterable(at),
            },
            Value::None
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Function(_)
            | Value::Type(_)
            | Value::Builtin(_)
            | Value::Method(_)
            | Value::BuiltinMethod(_)
            | Value::Ellipsis
            | Value::NotImplemented
            | Value::Module(_)
            | Value::ThisModule => self.not_iterable(at),
            Value::Opaque(Some("int" | "float" | "bool" | "NoneType")) => self.not_iterable(at),
            Value::Returned(call) if self.has_no_entry_points(call) => {
                Ok(Items::exactly(Vec::new()))
            }
            Value::Returned(call) if let Some(items) = self.answered_items(call) => Ok(items),
            Value::Attributes(id) => Ok(match self.own_entries(*id) {
                Some(entries) => Items::exactly(entries.into_iter().map(|(key, _)| key).collect()),
                None => Items::unknown(),
            }),
            Value::Globals
            | Value::Opaque(Some(
                "dir()" | "str" | "list" | "tuple" | "dict" | "set" | "range" | "dict_keys"
                | "dict_values" | "dict_items" | "frozenset" | "bytes" | "generator" | "map"
                | "zip" | "filter" | "enumerate" | "reversed",
            )) => Ok(Items::unknown()),
            _ => {
                let risk = Risk::decided_by(value.is_outside());
                let reason = || "this may not be iterable".to_owned();
                self.may_refuse(Purpose::Iterated, "TypeError", risk, at, reason);
                Ok(Items::unknown())
            }
        }
    }

    fn not_iterable(&mut self, at: ExprId) -> Flow<Items> {
        if self.is_supposed(at) {
            return Ok(Items::unknown());
        }
        Err(self.raise_builtin("TypeError", "the object is not iterable"))
    }

    fn iterate_instance(&mut self, value: &Value, at: ExprId) -> Flow<Items> {
        let Some(method) = self.special(value, "__iter__") else {
            if let Some(contents) = self.contents(value) {
                return self.iterate(&contents, at);
            }
            if self.special(value, "__getitem__").is_some() || self.has_unseen_attributes(value) {
                let reason = || "this may not be iterable".to_owned();
                self.may_refuse(Purpose::Iterated, "", Risk::Inside, at, reason);
                return Ok(Items::unknown());
            }
            return self.not_iterable(at);
        };
        let iterator = self.call(&method, Vec::new(), at)?;
        match &iterator {
            Value::Object(id) if matches!(self.state.object(*id), Some(Object::Instance(_))) => {
                // `__next__` of the module's own is not followed round by round.
                if self.special(&iterator, "__next__").is_none() {
                    return Err(self.raise_builtin("TypeError", "iter() returned no iterator"));
                }
                self.may_raise("", Risk::Inside, at, || "the iterator may raise".into());
                Ok(Items::unknown())
            }
            Value::Object(id)
                if matches!(
                    self.state.object(*id),
                    Some(Object::Iterator(_) | Object::Generator(_))
                ) =>
            {
                self.iterate(&iterator, at)
            }
            Value::Opaque(Some("generator" | "map" | "zip" | "filter" | "enumerate")) => {
                self.iterate(&iterator, at)
            }
            iterator if !iterator.is_outside() && is_no_iterator(iterator) => {
                Err(self.raise_builtin("TypeError", "iter() returned no iterator"))
            }
            _ => {
                self.may_raise("", Risk::Inside, at, || "the iterator may raise".into());
                Ok(Items::unknown())
            }
        }
    }
}

/// Whether a value is certainly nothing that `next()` takes.
fn is_no_iterator(value: &Value) -> bool {
    !matches!(value, Value::Opaque(_) | Value::Union(_))
}
