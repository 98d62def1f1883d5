//! Class patterns of `match` (`match_class` in `Python/ceval.c`).

use super::matching::{Captures, note_names};
use crate::syntax::ast::{ExprId, Name, Pattern};
use crate::worlds::answers::both;
use crate::worlds::builtins::c_functions::is_c_function;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::purpose::{Purpose, is_named_as_class};
use crate::worlds::state::Object;
use crate::worlds::value::{Returned, Value};

/// Builtin classes whose one positional pattern takes the subject itself
/// (`_Py_TPFLAGS_MATCH_SELF`).
const MATCH_SELF: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
];

/// What positional patterns take.
enum Places {
    /// The subject itself.
    Subject,
    /// These attributes.
    Named(Vec<Name>),
    Unseen,
}

/// Whether something is what `functools` makes of a function, or `typing` of a type, which is no
/// class.
fn is_no_class(made: &Returned) -> bool {
    let makers: &[&str] = match &*made.callee.module {
        "functools" => &["cache", "cmp_to_key", "lru_cache", "partial", "singledispatch", "wraps"],
        "typing" => &["NewType", "ParamSpec", "TypeVar", "TypeVarTuple"],
        _ => &[],
    };
    makers.contains(&&*made.callee.attribute)
}

impl Machine<'_> {
    pub(super) fn class_pattern(
        &mut self,
        class: &Value,
        at: ExprId,
        patterns: &[Pattern],
        keywords: &[(Name, Pattern)],
        value: &Value,
        captures: &mut Captures,
    ) -> Flow<Option<bool>> {
        self.require_class(class, at)?;
        let is_instance = self.is_instance(value, class);
        let is_instance = is_instance.filter(|&is_one| is_one || !self.says_itself(class));
        if is_instance == Some(false) {
            return Ok(Some(false));
        }
        let mut all = is_instance;
        let names = match self.places(class) {
            Places::Subject | Places::Unseen if patterns.is_empty() => Vec::new(),
            Places::Subject if patterns.len() == 1 => {
                all = both(all, self.pattern(&patterns[0], value, captures)?);
                Vec::new()
            }
            Places::Named(names) if patterns.len() <= names.len() => names,
            places => {
                let reason = "the class takes fewer positional patterns";
                if !matches!(places, Places::Unseen) && is_instance == Some(true) {
                    return Err(self.raise_builtin("TypeError", reason));
                }
                self.may_raise("TypeError", Risk::Inside, at, || reason.to_owned());
                patterns.iter().for_each(|pattern| note_names(pattern, captures));
                all = None;
                Vec::new()
            }
        };
        let positional = names.iter().zip(patterns);
        let named = keywords.iter().map(|(name, pattern)| (name, pattern));
        let asked: Vec<(&Name, &Pattern)> = positional.chain(named).collect();
        // All the attributes are there before any is compared.
        let mut parts = Vec::new();
        for (index, (name, pattern)) in asked.iter().enumerate() {
            if asked[..index].iter().any(|(earlier, _)| earlier == name) {
                let reason = format!("the class pattern asks for `{name}` twice");
                if all == Some(true) {
                    return Err(self.raise_builtin("TypeError", reason));
                }
                self.may_raise("TypeError", Risk::Inside, at, || reason);
                return Ok(None);
            }
            let Some((part, certain)) = self.pattern_attribute(value, name, at)? else {
                return Ok(Some(false));
            };
            if !certain {
                all = both(all, None);
            }
            parts.push((pattern, part));
        }
        for (pattern, part) in parts {
            all = both(all, self.pattern(pattern, &part, captures)?);
            if all == Some(false) {
                return Ok(all);
            }
        }
        Ok(all)
    }

    fn require_class(&mut self, class: &Value, at: ExprId) -> Flow<()> {
        let reason = "a class pattern must name a class";
        match class {
            Value::Returned(made) if is_no_class(made) => {
                Err(self.raise_builtin("TypeError", reason))
            }
            Value::External(function) if is_c_function(function) => {
                Err(self.raise_builtin("TypeError", reason))
            }
            Value::External(external) => {
                if self.resolver_of(&external.module).is_plain_function(external) {
                    self.may_be_no_class(class, Purpose::Matched, at, reason);
                }
                Ok(())
            }
            Value::Returned(_) => {
                if !is_named_as_class(class) {
                    self.may_be_no_class(class, Purpose::Matched, at, reason);
                }
                Ok(())
            }
            Value::Unknown => Ok(()),
            Value::Union(_) | Value::Opaque(None) => {
                self.may_be_no_class(class, Purpose::Matched, at, reason);
                Ok(())
            }
            class if self.is_class(class) => Ok(()),
            _ => Err(self.raise_builtin("TypeError", reason)),
        }
    }

    fn places(&self, class: &Value) -> Places {
        match class {
            Value::Type(name) if MATCH_SELF.contains(name) => Places::Subject,
            Value::Type(_) => Places::Named(Vec::new()),
            Value::Object(_) => match self.class_attribute(class, "__match_args__") {
                Some(names) => match &names.value {
                    Value::Tuple(names) if !self.is_hidden_class(class) => {
                        let names = names.iter().map(|name| match name {
                            Value::Str(name) => Some(name.clone()),
                            _ => None,
                        });
                        names.collect::<Option<_>>().map_or(Places::Unseen, Places::Named)
                    }
                    _ => Places::Unseen,
                },
                None if self.is_hidden_class(class) => Places::Unseen,
                None if MATCH_SELF.contains(&self.builtin_ancestor(class)) => Places::Subject,
                None => Places::Named(Vec::new()),
            },
            _ => Places::Unseen,
        }
    }

    /// An attribute of the subject, and whether it is certain; None where it has none.
    fn pattern_attribute(
        &mut self,
        value: &Value,
        name: &Name,
        at: ExprId,
    ) -> Flow<Option<(Value, bool)>> {
        if let Value::Object(id) = value
            && let Some(Object::Instance(instance)) = self.state.object(*id)
        {
            let own = instance.attributes.get(name).filter(|local| !local.maybe_unbound);
            let class = instance.class.clone();
            let is_plain = !self.has_unseen_attributes(value)
                && self.special(value, "__getattr__").is_none()
                && self.special(value, "__getattribute__").is_none();
            let inherited = self.class_attribute(&class, name);
            return match (own, inherited) {
                (Some(own), None) => Ok(Some((own.value.clone(), true))),
                (None, None) if is_plain && self.builtin_ancestor(&class) == "object" => Ok(None),
                (None, Some(local))
                    if is_plain && !local.maybe_unbound && local.value.is_constant() =>
                {
                    Ok(Some((local.value, true)))
                }
                _ => {
                    self.suppose_effects([value]);
                    self.may_raise("", Risk::Inside, at, || format!("`{name}` may raise"));
                    Ok(Some((Value::Opaque(None), false)))
                }
            };
        }
        Ok(Some((Value::Opaque(None), false)))
    }
}
