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
                        *self.entries(id) = Entries::unknown();
                        Ok(Value::Opaque(None))
                    }
                }
            }
            ("pop", [key, rest @ ..]) => match (entries.get(key), rest.first()) {
                (Some(Some(value)), _) => {
                    let value = value.clone();
                    let key = key.clone();
                    self.entries(id).pairs.retain(|(known, _)| known.equals(&key) != Some(true));
                    Ok(value)
                }
                (Some(None), Some(default)) => Ok(default.clone()),
                (Some(None), None) => Err(self.raise_builtin("KeyError", "there is no such key")),
                (None, default) => {
                    *self.entries(id) = Entries::unknown();
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
                *self.entries(id) = Entries { pairs: Vec::new(), exact: true };
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
            Value::Object(id) if !matches!(self.state.object(*id), Some(Object::Dict(_))) => {
                self.may_raise("", Risk::Inside, at, || "this may be no mapping".to_owned());
                Ok(None)
            }
            source => self.mapping_entries(source, at),
        }
    }
}
