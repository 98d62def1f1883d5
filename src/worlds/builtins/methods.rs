//! Methods of builtin objects.

use std::sync::Arc;

use super::functions::sort;
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(in crate::worlds) fn call_builtin_method(
        &mut self,
        receiver: &Value,
        name: &Name,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        if let Some(method) = name.strip_prefix("super().") {
            return self.inherited_method(receiver, method, &args);
        }
        if args.inexact {
            self.forget_receiver(receiver);
            return self.unseen_method(receiver, &args, at);
        }
        match receiver {
            Value::Globals => self.globals_method(name, &args, at),
            Value::Str(text) => self.str_method(&Arc::clone(text), name, &args, at),
            Value::Opaque(Some("sys.modules")) => match (&**name, &args.positional[..]) {
                ("get", [Value::Str(module), ..]) if *module == self.identity.name => {
                    Ok(Value::ThisModule)
                }
                _ => Ok(Value::Unknown),
            },
            Value::Object(id) => {
                let id = *id;
                match self.state.object(id) {
                    Some(Object::List(_)) => self.list_method(id, name, &args, at),
                    Some(Object::Dict(_)) => self.dict_method(id, name, &args, at),
                    Some(Object::Set(_)) => self.set_method(id, name, &args, at),
                    Some(Object::Instance(_))
                        if matches!(&**name, "with_traceback" | "add_note") =>
                    {
                        Ok(receiver.clone())
                    }
                    _ => self.unseen_method(receiver, &args, at),
                }
            }
            // `@x.setter`: a property with one function more.
            Value::Method(_) if matches!(&**name, "setter" | "getter" | "deleter") => {
                Ok(receiver.clone())
            }
            Value::Tuple(items) if matches!(&**name, "index" | "count") => {
                let items = Items::exactly(items.to_vec());
                self.search(&items, name, &args, at)
            }
            Value::Opaque(Some(class)) if is_exception_method(class, name) => Ok(receiver.clone()),
            _ => self.unseen_method(receiver, &args, at),
        }
    }

    /// `super().__init__()` of `object` or an exception.
    fn inherited_method(&mut self, receiver: &Value, name: &str, args: &Args) -> Flow<Value> {
        match name {
            "__init__" => {
                if let Value::Object(id) = receiver
                    && self.is_exception_instance(receiver) == Some(true)
                    && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
                {
                    let values = Value::tuple(args.positional.clone());
                    instance.attributes.set(Name::from("args"), values);
                    return Ok(Value::None);
                }
                let plain = self.builtin_ancestor(&self.class_of(receiver)) == "object";
                if plain && !args.positional.is_empty() && !self.has_unseen_attributes(receiver) {
                    let reason = "object.__init__() takes no arguments";
                    return Err(self.raise_builtin("TypeError", reason));
                }
                Ok(Value::None)
            }
            "__setattr__" => {
                if let (Value::Object(id), [Value::Str(name), value]) =
                    (receiver, &args.positional[..])
                    && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
                {
                    instance.attributes.set(Name::clone(name), value.clone());
                }
                Ok(Value::None)
            }
            "__init_subclass__" | "__set_name__" => Ok(Value::None),
            _ => Ok(Value::Opaque(None)),
        }
    }

    fn unseen_method(&mut self, receiver: &Value, args: &Args, at: ExprId) -> Flow<Value> {
        let outside = receiver.is_outside() || args.values().any(Value::is_outside);
        let risk = if outside { Risk::Environment } else { Risk::Inside };
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise("", risk, at, || format!("`{text}` may raise"));
        self.escape(args);
        Ok(if outside { Value::Unknown } else { Value::Opaque(None) })
    }

    fn forget_receiver(&mut self, receiver: &Value) {
        self.escape(&Args::plain(vec![receiver.clone()]));
        if let Value::Globals = receiver {
            let span = self.site;
            self.see_nothing(span, "`globals()` is changed in a way that is not seen");
        }
    }

    // --- globals() ---

    fn globals_method(&mut self, name: &Name, args: &Args, at: ExprId) -> Flow<Value> {
        let span = self.program.ast().expr(at).span;
        match (&**name, &args.positional[..]) {
            ("get", [Value::Str(key), rest @ ..]) => {
                let default = rest.first().cloned().unwrap_or(Value::None);
                Ok(self.global_or(&Name::clone(key), default, at))
            }
            ("setdefault", [Value::Str(key), rest @ ..]) => {
                let key = Name::clone(key);
                let default = rest.first().cloned().unwrap_or(Value::None);
                let symbol = self.symbol(&key);
                let before = self.state.clone();
                let slot = self.state.global(symbol).map(|slot| (slot.maybe_unbound, slot.value()));
                match slot {
                    Some((false, value)) => Ok(value),
                    Some((true, value)) => {
                        self.bind_global(&key, default.clone(), span, BindingKind::Variable);
                        let set = std::mem::take(&mut self.state);
                        let mut kept = before;
                        std::mem::swap(&mut self.state, &mut kept);
                        self.assume_bound(symbol);
                        self.state = std::mem::take(&mut self.state).join(&set);
                        Ok(value.join(&default))
                    }
                    None => {
                        self.bind_global(&key, default.clone(), span, BindingKind::Variable);
                        Ok(default)
                    }
                }
            }
            ("pop", [Value::Str(key), rest @ ..]) => {
                let key = Name::clone(key);
                let symbol = self.symbol(&key);
                let slot = self.state.global(symbol).map(|slot| (slot.maybe_unbound, slot.value()));
                match (slot, rest.first()) {
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) if !self.state.unseen => {
                        Err(self.raise_builtin("KeyError", format!("`{key}` is not bound here")))
                    }
                    (None, None) => Ok(Value::Unknown),
                    (Some((maybe, value)), default) => {
                        if maybe && default.is_none() {
                            self.may_raise("KeyError", Risk::Inside, at, || {
                                format!("`{key}` may not be bound here")
                            });
                        }
                        self.unbind_global(&key);
                        Ok(value)
                    }
                }
            }
            ("update", _) => self.update_globals(args, at),
            ("keys" | "values" | "items" | "copy", []) => Ok(Value::of_type("dict")),
            ("get" | "__contains__" | "__len__", _) => Ok(Value::Unknown),
            ("clear", []) => {
                self.see_nothing(span, "the namespace is cleared");
                Ok(Value::None)
            }
            _ => {
                self.see_nothing(span, "a name is computed and changed through `globals()`");
                Ok(Value::Unknown)
            }
        }
    }

    fn global_or(&mut self, name: &Name, default: Value, at: ExprId) -> Value {
        let _ = at;
        let symbol = self.symbol(name);
        match self.state.global(symbol) {
            Some(slot) if !slot.maybe_unbound => slot.value(),
            Some(slot) => slot.value().join(&default),
            None if self.state.unseen => Value::Unknown,
            None => default,
        }
    }

    fn update_globals(&mut self, args: &Args, at: ExprId) -> Flow<Value> {
        let span = self.program.ast().expr(at).span;
        let mut names: Vec<(Name, Value)> = Vec::new();
        let mut all_seen = true;
        for source in &args.positional {
            match self.dict_source(source, at)? {
                Some(pairs) => {
                    for (key, value) in pairs {
                        match key {
                            Value::Str(name) => names.push((Name::clone(&name), value)),
                            _ => all_seen = false,
                        }
                    }
                }
                None => all_seen = false,
            }
        }
        names.extend(args.keywords.iter().cloned());
        for (name, value) in names {
            self.bind_global(&name, value, span, BindingKind::Variable);
        }
        if !all_seen {
            self.see_nothing(span, "`globals().update` may bind anything");
        }
        Ok(Value::None)
    }

    // --- str ---

    fn str_method(&mut self, text: &str, name: &Name, args: &Args, at: ExprId) -> Flow<Value> {
        let owned = |text: String| Ok(Value::Str(Arc::from(text)));
        match (&**name, &args.positional[..]) {
            ("upper", []) => owned(text.to_uppercase()),
            ("lower", []) => owned(text.to_lowercase()),
            ("strip", []) => owned(text.trim().to_owned()),
            ("strip", [Value::Str(chars)]) => {
                owned(text.trim_matches(|c| chars.contains(c)).to_owned())
            }
            ("startswith", [Value::Str(prefix)]) => Ok(Value::Bool(text.starts_with(&**prefix))),
            ("endswith", [Value::Str(suffix)]) => Ok(Value::Bool(text.ends_with(&**suffix))),
            ("replace", [Value::Str(old), Value::Str(new)]) if !old.is_empty() => {
                owned(text.replace(&**old, new))
            }
            ("split", []) => {
                let parts = text.split_whitespace().map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("split", [Value::Str(by)]) if !by.is_empty() => {
                let parts = text.split(&**by).map(Value::str).collect();
                Ok(self.allocate(Object::List(Items::exactly(parts))))
            }
            ("join", [iterable]) => self.joined(text, &iterable.clone(), at),
            ("count", [Value::Str(part)]) if !part.is_empty() => {
                Ok(Value::Int(text.matches(&**part).count() as i64))
            }
            ("isdigit", []) if text.is_ascii() => {
                let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                Ok(Value::Bool(all))
            }
            ("index", [Value::Str(part)]) if !text.contains(&**part) => {
                Err(self.raise_builtin("ValueError", "the text is not found"))
            }
            ("find" | "index", [Value::Str(part)]) => {
                let found = text.find(&**part).map(|at| text[..at].chars().count() as i64);
                Ok(Value::Int(found.unwrap_or(-1)))
            }
            ("format", _) => {
                // With enough arguments a format rarely fails; what is missing raises.
                self.may_raise("", Risk::Environment, at, || "the format may not fit".to_owned());
                Ok(Value::of_type("str"))
            }
            (
                "capitalize" | "title" | "swapcase" | "casefold" | "rstrip" | "lstrip" | "zfill"
                | "ljust" | "rjust" | "center" | "expandtabs" | "removeprefix" | "removesuffix",
                _,
            ) => Ok(Value::of_type("str")),
            (
                "isalpha" | "isalnum" | "isspace" | "isupper" | "islower" | "isidentifier"
                | "isnumeric" | "isdecimal" | "istitle" | "isascii" | "isprintable",
                [],
            ) => Ok(Value::of_type("bool")),
            ("splitlines" | "rsplit", _) => Ok(Value::of_type("list")),
            ("partition" | "rpartition", [Value::Str(by)]) if !by.is_empty() => {
                Ok(Value::of_type("tuple"))
            }
            ("encode", []) => Ok(Value::Bytes(text.bytes().collect())),
            _ => self.unseen_method(&Value::of_type("str"), args, at),
        }
    }

    fn joined(&mut self, separator: &str, iterable: &Value, at: ExprId) -> Flow<Value> {
        let items = self.iterate(iterable, at)?;
        let mut texts = Vec::new();
        for item in &items.values {
            match item {
                Value::Str(text) => texts.push(Arc::clone(text)),
                item if item.is_constant() => {
                    let reason = "join() takes strings only";
                    return Err(self.raise_builtin("TypeError", reason));
                }
                _ => break,
            }
        }
        if items.exact && texts.len() == items.values.len() {
            return Ok(Value::Str(Arc::from(texts.join(separator))));
        }
        if items.values.iter().any(|item| item.type_name() != Some("str")) || !items.exact {
            let outside = items.values.iter().any(Value::is_outside) || iterable.is_outside();
            let risk = if outside { Risk::Environment } else { Risk::Inside };
            self.may_raise("TypeError", risk, at, || "an item may be no string".to_owned());
        }
        Ok(Value::of_type("str"))
    }

    // --- list ---

    fn list_items(&mut self, id: ObjectId) -> &mut Items {
        match self.state.object_mut(id) {
            Some(Object::List(items) | Object::Set(items)) => items,
            _ => unreachable!("the caller has looked"),
        }
    }

    fn list_method(&mut self, id: ObjectId, name: &Name, args: &Args, at: ExprId) -> Flow<Value> {
        match (&**name, &args.positional[..]) {
            ("append", [value]) => {
                self.list_items(id).values.push(value.clone());
                Ok(Value::None)
            }
            ("extend", [iterable]) => {
                let more = self.iterate(&iterable.clone(), at)?;
                let items = self.list_items(id);
                items.values.extend(more.values);
                items.exact &= more.exact;
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
            ("pop", rest) if rest.len() < 2 => {
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
                        self.may_raise("IndexError", Risk::Inside, at, || {
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
                self.forget_receiver(&Value::Object(id));
                self.unseen_method(&Value::Object(id), args, at)
            }
        }
    }

    fn search(&mut self, items: &Items, name: &str, args: &Args, at: ExprId) -> Flow<Value> {
        let [wanted] = &args.positional[..] else {
            return self.unseen_method(&Value::of_type("list"), args, at);
        };
        let found: Option<Vec<bool>> =
            items.values.iter().map(|item| self.values_equal(item, wanted)).collect();
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

    fn remove(
        &mut self,
        id: ObjectId,
        value: &Value,
        class: &'static str,
        at: ExprId,
    ) -> Flow<Value> {
        let items = self.list_items(id).clone();
        let found: Option<Vec<bool>> =
            items.values.iter().map(|item| self.values_equal(item, value)).collect();
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

    fn set_method(&mut self, id: ObjectId, name: &Name, args: &Args, at: ExprId) -> Flow<Value> {
        match (&**name, &args.positional[..]) {
            ("add", [value]) => {
                if self.is_unhashable(value) == Some(true) {
                    return Err(self.raise_builtin("TypeError", "the item is not hashable"));
                }
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
            ("update", sources) => {
                let mut all = self.list_items(id).clone();
                for source in sources {
                    let more = self.iterate(source, at)?;
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

    // --- dict ---

    fn entries(&mut self, id: ObjectId) -> &mut Entries {
        match self.state.object_mut(id) {
            Some(Object::Dict(entries)) => entries,
            _ => unreachable!("the caller has looked"),
        }
    }

    fn dict_method(&mut self, id: ObjectId, name: &Name, args: &Args, at: ExprId) -> Flow<Value> {
        if let ("get" | "pop" | "setdefault", Some(key)) = (&**name, args.positional.first())
            && self.is_unhashable(key) == Some(true)
        {
            return Err(self.raise_builtin("TypeError", "the key is not hashable"));
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

    fn dict_source(&mut self, source: &Value, at: ExprId) -> Flow<Option<Vec<(Value, Value)>>> {
        match source {
            Value::Object(id) if !matches!(self.state.object(*id), Some(Object::Dict(_))) => {
                self.may_raise("", Risk::Inside, at, || "this may be no mapping".to_owned());
                Ok(None)
            }
            source => self.mapping_entries(source, at),
        }
    }
}

fn is_exception_method(class: &str, name: &str) -> bool {
    super::types::is_exception(class) && matches!(name, "with_traceback" | "add_note")
}
