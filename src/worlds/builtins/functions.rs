//! Builtin functions.

use std::sync::Arc;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::c_functions::misuse;
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine, Risk, Stop};
use crate::worlds::state::{Object, State};
use crate::worlds::value::Value;

/// Builtin functions that raise TypeError when they are called without an argument.
const NEEDS_ARGUMENTS: &[&str] = &[
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "callable",
    "chr",
    "compile",
    "delattr",
    "divmod",
    "eval",
    "exec",
    "format",
    "getattr",
    "hasattr",
    "hash",
    "hex",
    "id",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "max",
    "min",
    "next",
    "oct",
    "open",
    "ord",
    "pow",
    "repr",
    "round",
    "setattr",
    "sorted",
    "sum",
];

/// What `dir()` gives at module level: the names of the namespace, in a list.
pub(in crate::worlds) const OWN_NAMES: &str = "dir()";

impl Machine<'_> {
    pub(in crate::worlds) fn call_builtin(
        &mut self,
        name: &'static str,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        let positional = &args.positional[..];
        if args.inexact {
            return self.unseen_builtin(name, &args, at);
        }
        if let Some(reason) = misuse("builtins", name, &args) {
            return Err(self.raise_builtin("TypeError", reason));
        }
        if positional.is_empty() && args.keywords.is_empty() && NEEDS_ARGUMENTS.contains(&name) {
            return Err(self.raise_builtin("TypeError", format!("`{name}()` needs an argument")));
        }
        match (name, positional) {
            ("globals" | "locals" | "vars", []) if self.is_elsewhere() => Ok(Value::Unknown),
            ("globals", []) => Ok(Value::Globals),
            ("locals" | "vars", []) if self.at_module_level() => Ok(Value::Globals),
            ("vars", [Value::ThisModule]) => Ok(Value::Globals),
            ("vars", [Value::Object(id)])
                if matches!(
                    self.state.object(*id),
                    Some(Object::Instance(_) | Object::Class(_))
                ) =>
            {
                Ok(Value::Attributes(*id))
            }
            ("vars", [Value::Union(_)]) => self.each(&positional[0].clone(), |machine, object| {
                machine.call_builtin("vars", Args::plain(vec![object.clone()]), at)
            }),
            ("vars", [Value::Type(class)]) if self.linked.is_some() => Ok(self.builtin_dict(class)),
            ("dir", []) if self.at_module_level() => Ok(Value::Opaque(Some(OWN_NAMES))),
            ("dir", [object]) if self.linked.is_some() => {
                Ok(self.attribute_names(object).unwrap_or(Value::of_type("list")))
            }
            ("dir", [Value::Module(module)]) => {
                let names = self.resolver_of(module).names_in(module);
                Ok(names.map_or(Value::of_type("list"), |names| self.name_list(names)))
            }
            ("dir", _) => Ok(Value::of_type("list")),
            ("locals", []) => Ok(Value::of_type("dict")),
            ("len", [value]) => self.length(value, at),
            ("isinstance", [value, class]) => self.instance_test(value, class, at),
            ("issubclass", [class, ancestor]) => {
                let (class, ancestor) = (class.clone(), ancestor.clone());
                Ok(self.subclass_test(&class, &ancestor, at))
            }
            ("callable", [value]) => Ok(truth(self.is_callable(value))),
            ("hasattr", [object, Value::Str(name)]) => {
                let name = Name::clone(name);
                self.has_attribute(object, &name, at)
            }
            ("getattr", [object, Value::Str(name)]) => {
                let name = Name::clone(name);
                self.attribute(object, &name, at)
            }
            ("getattr", [object, Value::Str(name), default]) => {
                let name = Name::clone(name);
                self.attribute_or(object, &name, default, at)
            }
            ("setattr", [object, Value::Str(name), value]) => {
                let (object, name) = (object.clone(), Name::clone(name));
                self.set_attribute(&object, &name, value.clone(), at)?;
                Ok(Value::None)
            }
            ("delattr", [object, Value::Str(name)]) => {
                let (object, name) = (object.clone(), Name::clone(name));
                self.delete_attribute(&object, &name, at)?;
                Ok(Value::None)
            }
            ("setattr" | "delattr", [Value::ThisModule, ..]) => {
                let span = self.program.ast().expr(at).span;
                self.see_nothing(span, "a name is computed and set on the module");
                Ok(Value::None)
            }
            ("hash", [value]) => {
                self.hash_value(value, at)?;
                Ok(Value::of_type("int"))
            }
            ("exec" | "eval", [code, namespaces @ ..]) => {
                let result = if name == "exec" { Value::None } else { Value::Unknown };
                self.exec(code, namespaces, name == "exec", at);
                Ok(result)
            }
            ("id", [object]) if self.identity_number(object).is_some() => {
                Ok(self.identity_number(object).unwrap_or(Value::Unknown))
            }
            ("print", _) if let Some(name) = refused_by_print(&args) => {
                let reason = format!("`print()` does not take this as `{name}`");
                Err(self.raise_builtin("TypeError", reason))
            }
            ("print" | "id" | "repr" | "ascii" | "breakpoint" | "input", _) => {
                if positional.iter().any(|value| self.may_fail_to_show(value)) {
                    self.suppose_effects(positional);
                    self.risk(&args, "", at);
                }
                Ok(match name {
                    "repr" | "ascii" => Value::of_type("str"),
                    "id" => Value::of_type("int"),
                    "print" => Value::None,
                    _ => Value::Unknown,
                })
            }
            ("abs", [value]) => match value {
                Value::Int(number) => Ok(Value::Int(number.saturating_abs())),
                Value::Float(number) => Ok(Value::Float(number.abs())),
                _ => self.unseen_builtin(name, &args, at),
            },
            ("ord", [Value::Str(text)]) if text.chars().count() == 1 => Ok(text
                .chars()
                .next()
                .map_or(Value::Unknown, |c| Value::Int(i64::from(u32::from(c))))),
            ("chr", [Value::Int(code)]) => match u32::try_from(*code).ok().and_then(char::from_u32)
            {
                Some(c) => Ok(Value::str(c.encode_utf8(&mut [0; 4]))),
                None => self.unseen_builtin(name, &args, at),
            },
            ("any" | "all", [iterable]) => self.any_or_all(name == "any", iterable, at),
            ("sum", [iterable]) => self.sum(iterable, at),
            ("min" | "max", _) => self.extreme(name == "max", &args, at),
            ("sorted", [iterable]) => self.sorted(&iterable.clone(), &args, at),
            ("iter", [iterable]) => self.iterator_of(&iterable.clone(), at),
            ("next", [iterator, ..]) => {
                self.next(&iterator.clone(), positional.get(1).cloned(), at)
            }
            ("open", _) => {
                let span = self.program.ast().expr(at).span;
                let text = self.excerpt(span);
                self.may_raise("OSError", Risk::Environment, at, || {
                    format!("`{text}` depends on a file")
                });
                Ok(Value::Opaque(Some("open file")))
            }
            ("__import__", _) => {
                if let Some(module) = self.import_call(&args)? {
                    return Ok(module);
                }
                self.may_raise("ImportError", Risk::Environment, at, || {
                    "the module may not be importable".to_owned()
                });
                Ok(Value::Unknown)
            }
            _ => self.unseen_builtin(name, &args, at),
        }
    }

    pub(in crate::worlds) fn risk(&mut self, args: &Args, class: &'static str, at: ExprId) {
        let outside = args.values().any(Value::is_outside);
        let risk = Risk::decided_by(outside);
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise(class, risk, at, || format!("`{text}` may raise"));
    }

    /// A builtin that is not followed: it may raise, and gives something.
    pub(in crate::worlds) fn unseen_builtin(
        &mut self,
        name: &str,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        self.risk(args, "", at);
        self.suppose_effects(args.values());
        self.escape(args, at);
        let class = match name {
            "len" | "hash" | "ord" | "int" => Some("int"),
            "sorted" | "dir" | "list" => Some("list"),
            "str" | "repr" | "chr" | "hex" | "oct" | "bin" | "format" | "ascii" => Some("str"),
            "hasattr" | "isinstance" | "issubclass" | "callable" | "any" | "all" | "bool" => {
                Some("bool")
            }
            "dict" => Some("dict"),
            "tuple" | "divmod" => Some("tuple"),
            "set" => Some("set"),
            "frozenset" => Some("frozenset"),
            "float" => Some("float"),
            _ => None,
        };
        let outside = args.values().any(Value::is_outside) || args.inexact;
        Ok(match class {
            Some(class) => Value::Opaque(Some(class)),
            None if outside => Value::Unknown,
            None => Value::Opaque(None),
        })
    }

    fn may_fail_to_show(&self, value: &Value) -> bool {
        self.has_own_format(value)
            && self.is_instance(value, &Value::Type("BaseException")) != Some(true)
    }

    fn length(&mut self, value: &Value, at: ExprId) -> Flow<Value> {
        let length = match &*self.looked_up(value) {
            Value::Str(text) => Some(text.chars().count()),
            Value::Bytes(bytes) => Some(bytes.len()),
            Value::Tuple(items) | Value::Range(items) => Some(items.len()),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items) | Object::Set(items)) if items.exact => {
                    Some(items.values.len())
                }
                Some(Object::Dict(entries)) if entries.exact => Some(entries.pairs.len()),
                Some(Object::List(_) | Object::Set(_) | Object::Dict(_)) => {
                    return Ok(Value::of_type("int"));
                }
                Some(Object::Instance(_)) => match self.special(value, "__len__") {
                    Some(method) => return self.own_length(&method, at),
                    None => match self.contents(value) {
                        Some(contents) => return self.length(&contents, at),
                        None => None,
                    },
                },
                _ => None,
            },
            Value::Globals
            | Value::Attributes(_)
            | Value::Opaque(Some("str" | "list" | "dict" | "tuple" | "set" | "bytes" | "range")) => {
                return Ok(Value::of_type("int"));
            }
            _ => None,
        };
        if let Some(length) = length {
            return Ok(Value::Int(length as i64));
        }
        let plain = matches!(
            value,
            Value::None | Value::Int(_) | Value::Bool(_) | Value::Float(_) | Value::Function(_)
        );
        let iterator = matches!(value, Value::Object(id)
            if matches!(self.state.object(*id), Some(Object::Iterator(_) | Object::Generator(_))));
        let instance = matches!(value, Value::Object(_)) && !self.has_unseen_attributes(value);
        if plain || iterator || instance {
            return Err(self.raise_builtin("TypeError", "the object has no len()"));
        }
        self.unseen_builtin("len", &Args::plain(vec![value.clone()]), at)
    }

    pub(in crate::worlds) fn is_callable(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Function(_) | Value::Builtin(_) | Value::Type(_) | Value::BuiltinMethod(_) => {
                Some(true)
            }
            Value::None
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Tuple(_)
            | Value::Range(_)
            | Value::Module(_)
            | Value::ThisModule => Some(false),
            Value::Object(id) => match self.state.object(*id)? {
                Object::Class(_) => Some(true),
                Object::Instance(_) if self.special(value, "__call__").is_some() => Some(true),
                Object::Instance(_) => (!self.has_unseen_attributes(value)).then_some(false),
                _ => Some(false),
            },
            Value::Opaque(Some(
                "bool" | "bytes" | "complex" | "dict" | "float" | "int" | "list" | "set" | "str"
                | "tuple",
            )) => Some(false),
            _ => None,
        }
    }

    /// Tries an attribute: its value, where there may be one, and whether it may be missing.
    /// Only an AttributeError says that; other exceptions go on outward.
    fn probe(&mut self, object: &Value, name: &Name, at: ExprId) -> Flow<(Option<Value>, bool)> {
        let base = self.raises.len();
        self.tries += 1;
        let end = self.attribute(object, name, at);
        self.tries -= 1;
        let raised = self.raises.split_off(base);
        let mut missing: Option<State> = None;
        for raise in raised {
            let caught = self.is_instance(&raise.exception, &Value::Type("AttributeError"));
            if let (Some(state), true) = (&raise.state, caught != Some(false)) {
                missing = Some(match missing {
                    Some(other) => other.join(state),
                    None => state.clone(),
                });
            }
            if caught != Some(true) {
                self.raises.push(raise);
            }
        }
        let is_missing = missing.is_some();
        match (&end, missing) {
            (Ok(_), Some(state)) => self.state = std::mem::take(&mut self.state).join(&state),
            (Err(_), Some(state)) => self.state = state,
            (Err(_), None) => return Err(Stop),
            (Ok(_), None) => {}
        }
        Ok((end.ok(), is_missing))
    }

    fn has_attribute(&mut self, object: &Value, name: &Name, at: ExprId) -> Flow<Value> {
        Ok(match self.probe(object, name, at)? {
            (Some(_), false) => Value::Bool(true),
            (None, _) => Value::Bool(false),
            (Some(_), true) => Value::of_type("bool"),
        })
    }

    fn attribute_or(
        &mut self,
        object: &Value,
        name: &Name,
        default: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        Ok(match self.probe(object, name, at)? {
            (Some(value), false) => value,
            (None, _) => default.clone(),
            (Some(value), true) => value.join(default),
        })
    }

    /// `iter(value)`
    fn iterator_of(&mut self, value: &Value, at: ExprId) -> Flow<Value> {
        if let Value::Object(id) = value
            && let Some(Object::Generator(_) | Object::Iterator(_)) = self.state.object(*id)
        {
            return Ok(value.clone());
        }
        let items = self.iterate(value, at)?;
        Ok(self.allocate(Object::Iterator(items)))
    }

    pub(super) fn next(
        &mut self,
        iterator: &Value,
        default: Option<Value>,
        at: ExprId,
    ) -> Flow<Value> {
        if let Value::Object(id) = iterator {
            if let Some(Object::Generator(generator)) = self.state.object(*id) {
                let generator = generator.clone();
                let items = self.drain(*id, &generator, false, at)?;
                if let Some(Object::Iterator(_)) = self.state.object(*id) {
                    self.state.insert(*id, Object::Iterator(items));
                }
            }
            match self.state.object_mut(*id) {
                Some(Object::Iterator(items)) if items.exact => {
                    if items.values.is_empty() {
                        return match default {
                            Some(default) => Ok(default),
                            None => {
                                Err(self
                                    .raise_builtin("StopIteration", "the iterator is at its end"))
                            }
                        };
                    }
                    return Ok(items.values.remove(0));
                }
                Some(Object::Instance(_)) => {
                    if let Some(method) = self.special(iterator, "__next__") {
                        return self.call(&method, Vec::new(), at);
                    }
                }
                Some(Object::List(_) | Object::Dict(_) | Object::Set(_)) => {
                    return Err(self.raise_builtin("TypeError", "the object is no iterator"));
                }
                _ => {}
            }
        }
        let mut args = vec![iterator.clone()];
        args.extend(default);
        self.unseen_builtin("next", &Args::plain(args), at)
    }
}

pub(in crate::worlds) fn truth(answer: Option<bool>) -> Value {
    answer.map_or(Value::of_type("bool"), Value::Bool)
}

/// Sorted numbers or sorted strings.
pub(in crate::worlds) fn sort(values: &[Value]) -> Option<Vec<Value>> {
    let numbers: Option<Vec<i64>> = values
        .iter()
        .map(|value| match value {
            Value::Int(number) => Some(*number),
            _ => None,
        })
        .collect();
    if let Some(mut numbers) = numbers {
        numbers.sort_unstable();
        return Some(numbers.into_iter().map(Value::Int).collect());
    }
    let texts: Option<Vec<Arc<str>>> = values
        .iter()
        .map(|value| match value {
            Value::Str(text) => Some(Arc::clone(text)),
            _ => None,
        })
        .collect();
    let mut texts = texts?;
    texts.sort_by(|a, b| a.chars().cmp(b.chars()));
    Some(texts.into_iter().map(Value::Str).collect())
}

/// A keyword that `print()` does not take, or not with such a value.
fn refused_by_print(args: &Args) -> Option<&Name> {
    let is_refused = |(name, value): &(Name, Value)| match &**name {
        "sep" | "end" => value.is_constant() && !matches!(value, Value::Str(_) | Value::None),
        name => !matches!(name, "file" | "flush"),
    };
    args.keywords.iter().find(|keyword| is_refused(keyword)).map(|(name, _)| name)
}
