//! Methods of lists and sets.

use crate::syntax::ast::{BinaryOp, ExprId, Name};
use crate::worlds::builtins::functions::sort;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    /// The items of a list or a set, which are about to change.
    pub(in crate::worlds) fn list_items(&mut self, id: ObjectId) -> &mut Items {
        if let Some(touched) = self.linked.as_mut().and_then(|linked| linked.touched.as_mut())
            && touched.last() != Some(&(id, self.site))
        {
            touched.push((id, self.site));
        }
        match self.state.object_mut(id) {
            Some(Object::List(items) | Object::Set(items)) => items,
            _ => unreachable!("the caller has looked"),
        }
    }

    pub(in crate::worlds) fn list_method(
        &mut self,
        id: ObjectId,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        match (&**name, &args.positional[..]) {
            ("append", [value]) => {
                self.list_items(id).values.push(value.clone());
                Ok(Value::None)
            }
            ("extend", [iterable]) => {
                let more = self.exhaust(&iterable.clone(), at)?;
                self.list_items(id).append(more);
                Ok(Value::None)
            }
            ("insert", [position, value]) => {
                let value = value.clone();
                let position = position.as_int();
                let items = self.list_items(id);
                let length = items.values.len() as i64;
                match position {
                    Some(position) if items.exact => {
                        let position = if position < 0 { position + length } else { position };
                        items.values.insert(position.clamp(0, length) as usize, value);
                    }
                    _ => *items = Items::unknown(),
                }
                Ok(Value::None)
            }
            ("pop", [index]) if index.is_constant() && index.as_int().is_none() => {
                Err(self.raise_builtin("TypeError", "the position is no integer"))
            }
            ("pop", rest) if rest.len() < 2 => {
                let class = if rest.is_empty() { "IndexError" } else { "" };
                let position = rest.first().map_or(Some(-1), Value::as_int);
                let items = self.list_items(id);
                let length = items.values.len() as i64;
                match (position, items.exact) {
                    (Some(position), true) => {
                        let position = if position < 0 { position + length } else { position };
                        if (0..length).contains(&position) {
                            return Ok(items.values.remove(position as usize));
                        }
                        Err(self.raise_builtin("IndexError", "there is nothing to pop"))
                    }
                    _ => {
                        *items = Items::unknown();
                        self.may_raise(class, Risk::Inside, at, || {
                            "there may be nothing to pop".to_owned()
                        });
                        Ok(Value::Opaque(None))
                    }
                }
            }
            ("remove", [value]) => self.remove(id, value, "ValueError", at),
            ("clear", []) => {
                *self.list_items(id) = Items::exactly(Vec::new());
                Ok(Value::None)
            }
            ("reverse", []) => {
                self.list_items(id).values.reverse();
                Ok(Value::None)
            }
            ("copy", []) => {
                let items = self.list_items(id).clone();
                Ok(self.allocate(Object::List(items)))
            }
            ("sort", []) => {
                let items = self.list_items(id);
                let sorted = sort(&items.values).filter(|_| items.exact);
                let empty = args.keywords.is_empty();
                match sorted {
                    Some(sorted) if empty => *items = Items::exactly(sorted),
                    _ => {
                        *items = Items::unknown();
                        self.may_raise("TypeError", Risk::Inside, at, || {
                            "the items may have no order".to_owned()
                        });
                    }
                }
                Ok(Value::None)
            }
            ("index" | "count", _) => {
                let items = self.list_items(id).clone();
                self.search(&items, name, args, at)
            }
            _ => {
                self.forget_receiver(&Value::Object(id), at);
                self.unseen_method(&Value::Object(id), args, at)
            }
        }
    }

    pub(in crate::worlds) fn search(
        &mut self,
        items: &Items,
        name: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let [wanted] = &args.positional[..] else {
            return self.unseen_method(&Value::of_type("list"), args, at);
        };
        let found: Option<Vec<bool>> =
            items.values.iter().map(|item| self.values_equal(item, wanted)).collect();
        if found.is_none() {
            self.note_equality(&items.values, wanted, at);
        }
        match (found.filter(|_| items.exact), name) {
            (Some(found), "count") => {
                Ok(Value::Int(found.iter().filter(|found| **found).count() as i64))
            }
            (Some(found), _) => match found.iter().position(|found| *found) {
                Some(position) => Ok(Value::Int(position as i64)),
                None => Err(self.raise_builtin("ValueError", "the item is not there")),
            },
            (None, "count") => Ok(Value::of_type("int")),
            (None, _) => {
                self.may_raise("ValueError", Risk::Inside, at, || {
                    "the item may not be there".into()
                });
                Ok(Value::of_type("int"))
            }
        }
    }

    pub(in crate::worlds) fn remove(
        &mut self,
        id: ObjectId,
        value: &Value,
        class: &'static str,
        at: ExprId,
    ) -> Flow<Value> {
        let items = self.list_items(id).clone();
        let found: Option<Vec<bool>> =
            items.values.iter().map(|item| self.values_equal(item, value)).collect();
        if found.is_none() {
            self.note_equality(&items.values, value, at);
        }
        match found.filter(|_| items.exact) {
            Some(found) => match found.iter().position(|found| *found) {
                Some(position) => {
                    self.list_items(id).values.remove(position);
                    Ok(Value::None)
                }
                None => Err(self.raise_builtin(class, "the item is not there")),
            },
            None => {
                *self.list_items(id) = Items::unknown();
                self.may_raise(class, Risk::Inside, at, || "the item may not be there".to_owned());
                Ok(Value::None)
            }
        }
    }

    // --- set ---

    pub(in crate::worlds) fn set_method(
        &mut self,
        id: ObjectId,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        match (&**name, &args.positional[..]) {
            ("add", [value]) => {
                self.hash_value(value, at)?;
                let items = self.list_items(id).clone();
                let equal: Vec<_> =
                    items.values.iter().map(|item| self.values_equal(item, value)).collect();
                let items = self.list_items(id);
                if equal.contains(&None) {
                    *items = Items::unknown();
                } else if !equal.contains(&Some(true)) {
                    items.values.push(value.clone());
                }
                Ok(Value::None)
            }
            ("remove", [value]) => self.remove(id, value, "KeyError", at),
            ("discard", [value]) => {
                let items = self.list_items(id).clone();
                let keep: Option<Vec<bool>> =
                    items.values.iter().map(|item| self.values_equal(item, value)).collect();
                let items = self.list_items(id);
                match keep {
                    Some(equal) => {
                        let mut equal = equal.into_iter();
                        items.values.retain(|_| !equal.next().unwrap_or(false));
                    }
                    None => *items = Items::unknown(),
                }
                Ok(Value::None)
            }
            ("clear", []) => {
                *self.list_items(id) = Items::exactly(Vec::new());
                Ok(Value::None)
            }
            ("copy", []) => {
                let items = self.list_items(id).clone();
                Ok(self.allocate(Object::Set(items)))
            }
            ("union" | "intersection" | "difference", others) => {
                let op = match &**name {
                    "union" => BinaryOp::BitOr,
                    "intersection" => BinaryOp::BitAnd,
                    _ => BinaryOp::Sub,
                };
                let mut items = self.list_items(id).clone();
                for other in others {
                    let others = self.in_any_order(other, at)?;
                    let known = self.set_operation_on(&items, op, &others);
                    items = known.unwrap_or_else(Items::unknown);
                }
                Ok(self.allocate(Object::Set(items)))
            }
            ("update", sources) => {
                let mut all = self.list_items(id).clone();
                for source in sources {
                    let more = self.in_any_order(source, at)?;
                    all.values.extend(more.values);
                    all.exact &= more.exact;
                }
                let made = self.make_set(all);
                if let Value::Object(made) = made
                    && let Some(object) = self.state.object(made).cloned()
                {
                    self.state.insert(id, object);
                }
                Ok(Value::None)
            }
            _ => {
                if matches!(
                    &**name,
                    "pop"
                        | "intersection_update"
                        | "difference_update"
                        | "symmetric_difference_update"
                ) {
                    *self.list_items(id) = Items::unknown();
                }
                self.unseen_method(&Value::Object(id), args, at)
            }
        }
    }
}
