//! Methods of dictionaries.

use std::sync::Arc;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(in crate::worlds) fn entries(&mut self, id: ObjectId) -> &mut Entries {
        match self.state.object_mut(id) {
            Some(Object::Dict(entries)) => entries,
            _ => unreachable!("the caller has looked"),
        }
    }

    pub(in crate::worlds) fn dict_method(
        &mut self,
        id: ObjectId,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        if let ("get" | "pop" | "setdefault", Some(key)) = (&**name, args.positional.first()) {
            self.hash_value(key, at)?;
        }
        let entries = self.entries(id).clone();
        let list = |values: Vec<Value>| {
            let exact = entries.exact;
            Object::List(Items { values, exact })
        };
        match (&**name, &args.positional[..]) {
            ("get", [key, rest @ ..]) => {
                let default = rest.first().cloned().unwrap_or(Value::None);
                Ok(match entries.get(key) {
                    Some(Some(value)) => value.clone(),
                    Some(None) => default,
                    None => Value::Opaque(None),
                })
            }
            ("setdefault", [key, rest @ ..]) => {
                let default = rest.first().cloned().unwrap_or(Value::None);
                match entries.get(key) {
                    Some(Some(value)) => Ok(value.clone()),
                    Some(None) => {
                        self.entries(id).set(key.clone(), default.clone());
                        Ok(default)
                    }
                    None => {
                        let mut sure = entries.sure.clone();
                        sure.set(key, Some(Value::Opaque(None)));
                        *self.entries(id) = Entries { sure, ..Entries::unknown() };
                        Ok(Value::Opaque(None))
                    }
                }
            }
            ("pop", [key, rest @ ..]) => match (entries.get(key), rest.first()) {
                (Some(Some(value)), _) => {
                    let value = value.clone();
                    let key = key.clone();
                    if !entries.exact {
                        self.entries(id).take_out(&key);
                        return Ok(value);
                    }
                    self.entries(id).pairs.retain(|(known, _)| known.equals(&key) != Some(true));
                    Ok(value)
                }
                (Some(None), Some(default)) => Ok(default.clone()),
                (Some(None), None) => Err(self.raise_builtin("KeyError", "there is no such key")),
                (None, default) => {
                    self.entries(id).take_out(key);
                    if default.is_none() {
                        self.may_raise("KeyError", Risk::Inside, at, || {
                            "there may be no such key".to_owned()
                        });
                    }
                    Ok(Value::Opaque(None))
                }
            },
            ("update", sources) => {
                let mut updated = entries;
                for source in sources {
                    match self.dict_source(source, at)? {
                        Some(pairs) => pairs.into_iter().for_each(|(k, v)| updated.set(k, v)),
                        None => updated = Entries::unknown(),
                    }
                }
                for (name, value) in &args.keywords {
                    updated.set(Value::Str(Arc::clone(name)), value.clone());
                }
                *self.entries(id) = updated;
                Ok(Value::None)
            }
            ("keys", []) => {
                let keys = entries.pairs.iter().map(|(key, _)| key.clone()).collect();
                let object = list(keys);
                Ok(self.allocate(object))
            }
            ("values", []) => {
                let values = entries.pairs.iter().map(|(_, value)| value.clone()).collect();
                let object = list(values);
                Ok(self.allocate(object))
            }
            ("items", []) => {
                let pairs = entries.pairs.iter();
                let pairs = pairs.map(|(k, v)| Value::tuple(vec![k.clone(), v.clone()])).collect();
                let object = list(pairs);
                Ok(self.allocate(object))
            }
            ("clear", []) => {
                *self.entries(id) = Entries::exactly(Vec::new());
                Ok(Value::None)
            }
            ("copy", []) => Ok(self.allocate(Object::Dict(entries))),
            _ => {
                *self.entries(id) = Entries::unknown();
                self.unseen_method(&Value::Object(id), args, at)
            }
        }
    }

    pub(in crate::worlds) fn dict_source(
        &mut self,
        source: &Value,
        at: ExprId,
    ) -> Flow<Option<Vec<(Value, Value)>>> {
        match source {
            Value::Tuple(items) if items.is_empty() => Ok(Some(Vec::new())),
            Value::Tuple(_) => self.pairs_of(source, at),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Dict(_)) => self.mapping_entries(source, at),
                Some(Object::List(_) | Object::Iterator(_) | Object::Generator(_)) => {
                    self.pairs_of(source, at)
                }
                _ => match self.contents(source) {
                    Some(contents) => self.dict_source(&contents, at),
                    None => self.mapping_like(source, at),
                },
            },
            source => self.mapping_entries(source, at),
        }
    }

    /// What iterating over pairs gives; None where that is not known.
    fn pairs_of(&mut self, source: &Value, at: ExprId) -> Flow<Option<Vec<(Value, Value)>>> {
        let items = self.exhaust(source, at)?;
        let mut pairs = Vec::new();
        for item in &items.values {
            let pair = self.iterate(item, at)?;
            match &pair.values[..] {
                [key, value] if pair.exact => pairs.push((key.clone(), value.clone())),
                _ => {
                    self.may_raise("", Risk::Inside, at, || "this may be no pair".to_owned());
                    return Ok(None);
                }
            }
        }
        Ok(items.exact.then_some(pairs))
    }

    /// What has `keys` and `__getitem__` of its own is asked for them (`dict_update_arg`,
    /// `Objects/dictobject.c`).
    fn mapping_like(&mut self, source: &Value, at: ExprId) -> Flow<Option<Vec<(Value, Value)>>> {
        /// More keys than this are not asked for.
        const MOST: usize = 64;
        if self.linked.is_some()
            && let Some(keys) = self.special(source, "keys")
            && self.special(source, "__getitem__").is_some()
        {
            let keys = self.call(&keys, Vec::new(), at)?;
            let keys = self.exhaust(&keys, at)?;
            if keys.exact && keys.values.len() <= MOST {
                let mut pairs = Vec::new();
                for key in keys.values {
                    let value = self.item(source, &key, at)?;
                    pairs.push((key, value));
                }
                return Ok(Some(pairs));
            }
        }
        let risk = Risk::decided_by(self.is_decided_outside(source));
        self.may_raise("", risk, at, || "this may be no mapping".to_owned());
        Ok(None)
    }
}
