//! Membership: `item in container`.

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::answers::any_of;
use crate::worlds::builtins::functions::OWN_NAMES;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::Value;

impl Machine<'_> {
    /// `item in container`, where it is known.
    pub(in crate::worlds) fn contains(
        &mut self,
        container: &Value,
        item: &Value,
        at: ExprId,
    ) -> Flow<Option<bool>> {
        match container {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Dict(entries)) => {
                    let entries = entries.clone();
                    self.hash_value(item, at)?;
                    let found = entries.get(item).map(|value| value.is_some());
                    let found = found.or_else(|| self.has_key(&entries, item));
                    if found.is_none() {
                        let keys: Vec<Value> = entries.pairs.into_iter().map(|(k, _)| k).collect();
                        self.note_equality(&keys, item, at);
                    }
                    Ok(found)
                }
                Some(Object::List(items)) => {
                    let items = items.clone();
                    Ok(self.among(&items, item, at))
                }
                Some(Object::Set(items)) => {
                    let items = items.clone();
                    self.hash_value(item, at)?;
                    Ok(self.among(&items, item, at))
                }
                Some(Object::Instance(_)) => match self.special(container, "__contains__") {
                    Some(method) => {
                        let answer = self.call(&method, vec![item.clone()], at)?;
                        self.suppose_effects([&answer]);
                        Ok(self.truth(&answer))
                    }
                    None => match self.contents(container) {
                        Some(contents) => self.contains(&contents, item, at),
                        None => self.contains_by_iteration(container, item, at),
                    },
                },
                _ => self.contains_by_iteration(container, item, at),
            },
            Value::Tuple(items) | Value::Range(items) => {
                Ok(self.among(&Items::exactly(items.to_vec()), item, at))
            }
            Value::Str(text) => match item {
                Value::Str(part) => Ok(Some(text.contains(&**part))),
                item if item.type_name().is_some_and(|name| name != "str")
                    && !item.is_outside() =>
                {
                    Err(self.raise_builtin("TypeError", "a string can only contain strings"))
                }
                _ => {
                    let risk = Risk::decided_by(item.is_outside());
                    self.may_raise("TypeError", risk, at, || "this may be no string".into());
                    Ok(None)
                }
            },
            Value::Globals | Value::Opaque(Some(OWN_NAMES)) => match item {
                Value::Str(name) => {
                    let symbol = self.symbol(&Name::clone(name));
                    Ok(match self.state.global(symbol) {
                        Some(slot) => (!slot.maybe_unbound).then_some(true),
                        None => (!self.state.unseen).then_some(false),
                    })
                }
                _ => Ok(None),
            },
            Value::Attributes(id) => Ok(match item {
                Value::Str(name) => match self.own(*id, name) {
                    Some(own) => (!own.maybe_unbound).then_some(true),
                    None if self.has_unseen_attributes(&Value::Object(*id)) => None,
                    None => Some(false),
                },
                _ => None,
            }),
            // The module that executes is in there, and so are those that execute with it.
            Value::Opaque(Some("sys.modules")) if self.loaded_module(item).is_some() => {
                Ok(Some(true))
            }
            Value::Opaque(Some("str" | "dict" | "list" | "tuple" | "set" | "sys.modules")) => {
                Ok(None)
            }
            value if value.is_outside() || matches!(value, Value::Opaque(_) | Value::Union(_)) => {
                self.unseen_operation(&[container, item], at)?;
                Ok(None)
            }
            _ => self.contains_by_iteration(container, item, at),
        }
    }

    /// Whether one of the keys is equal, where that takes a look at the objects.
    pub(in crate::worlds) fn has_key(&self, entries: &Entries, key: &Value) -> Option<bool> {
        if self.linked.is_none() || !entries.exact {
            return None;
        }
        any_of(&entries.pairs, |(known, _)| self.is_or_equals(known, key))
    }

    /// What is looked for is compared by identity first (`PyObject_RichCompareBool`).
    pub(super) fn is_or_equals(&self, one: &Value, other: &Value) -> Option<bool> {
        match (one, other) {
            (Value::Object(one), Value::Object(other)) if one == other => Some(true),
            _ => self.values_equal(one, other),
        }
    }

    fn contains_by_iteration(
        &mut self,
        container: &Value,
        item: &Value,
        at: ExprId,
    ) -> Flow<Option<bool>> {
        let items = self.iterate(container, at)?;
        Ok(self.among(&items, item, at))
    }

    fn among(&mut self, items: &Items, item: &Value, at: ExprId) -> Option<bool> {
        let known = any_of(&items.values, |value| self.is_or_equals(value, item));
        if known.is_none() {
            self.note_equality(&items.values, item, at);
        }
        known.filter(|_| items.exact)
    }
}
