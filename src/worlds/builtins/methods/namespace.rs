//! Methods of the dictionary that `globals()` returns.

use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::value::Value;

impl Machine<'_> {
    pub(in crate::worlds) fn globals_method(
        &mut self,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let span = self.program.ast().expr(at).span;
        match (&**name, &args.positional[..]) {
            ("get", [Value::Str(key), rest @ ..]) => {
                let default = rest.first().cloned().unwrap_or(Value::None);
                Ok(self.global_or(&Name::clone(key), default))
            }
            ("setdefault", [Value::Str(key), rest @ ..]) => {
                let key = Name::clone(key);
                let default = rest.first().cloned().unwrap_or(Value::None);
                let symbol = self.symbol(&key);
                self.note_found(symbol, &key);
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
                self.note_found(symbol, &key);
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
            ("__getitem__", [key]) => self.item(&Value::Globals, &key.clone(), at),
            ("__setitem__", [key, value]) => {
                let (key, value) = (key.clone(), value.clone());
                self.set_item(&Value::Globals, &key, value, at)?;
                Ok(Value::None)
            }
            ("__delitem__", [key]) => {
                self.delete_item(&Value::Globals, &key.clone(), at)?;
                Ok(Value::None)
            }
            ("update", _) => self.update_globals(args, at),
            ("keys" | "values" | "items" | "copy", []) => Ok(Value::of_type("dict")),
            ("get" | "__contains__" | "__len__", _) => Ok(Value::Unknown),
            ("clear", []) => {
                self.see_nothing(span, "the namespace is cleared");
                self.unbind_any();
                Ok(Value::None)
            }
            _ => {
                self.see_nothing(span, "a name is computed and changed through `globals()`");
                if matches!(&**name, "pop" | "popitem") {
                    self.unbind_any();
                }
                Ok(Value::Unknown)
            }
        }
    }

    pub(in crate::worlds) fn global_or(&mut self, name: &Name, default: Value) -> Value {
        let symbol = self.symbol(name);
        self.note_found(symbol, name);
        match self.state.global(symbol) {
            Some(slot) if !slot.maybe_unbound => slot.value(),
            Some(slot) => slot.value().join(&default),
            None if self.state.unseen => Value::Unknown,
            None => default,
        }
    }

    pub(in crate::worlds) fn update_globals(&mut self, args: &Args, at: ExprId) -> Flow<Value> {
        let span = self.program.ast().expr(at).span;
        let mut names: Vec<(Name, Value)> = Vec::new();
        let mut all_seen = true;
        self.trace.named += 1;
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
}
