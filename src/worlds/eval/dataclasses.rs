//! What `dataclasses.dataclass` refuses (`_process_class`, `Lib/dataclasses.py`).

use std::rc::Rc;

use super::Args;
use super::attributes::returned;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::function::{Annotated, AnnotatedAs, Class, Local};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Entries, Object};
use crate::worlds::value::{External, ObjectId, Returned, Value};

/// Where a class keeps what its fields are.
const FIELDS: &str = "__dataclass_fields__";
/// Where it keeps what the decorator was told.
const PARAMS: &str = "__dataclass_params__";
/// What `order=True` adds.
pub(in crate::worlds) const ORDER: &[&str] = &["__lt__", "__le__", "__gt__", "__ge__"];

/// What `frozen=True` replaces.
const STORES: &[&str] = &["__setattr__", "__delattr__"];

/// One field, as far as it decides whether the class can be made.
#[derive(Clone)]
struct Field {
    name: Name,
    has_default: Option<bool>,
    /// It is a parameter of `__init__` by position.
    is_positional: bool,
}

impl Machine<'_> {
    /// What a decorator that `dataclasses` provides does to a class before it gives it back.
    pub(in crate::worlds) fn make_dataclass(
        &mut self,
        class: &Value,
        options: &Args,
        at: ExprId,
    ) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        let (own, Some(annotated)) = (own.clone(), own.annotated.clone()) else { return Ok(()) };
        if self.is_supposed(at) || options.inexact {
            return Ok(());
        }
        let fields = self.dataclass_fields(*id, &own, &annotated, options);
        self.check_defaults(&own, &annotated)?;
        self.check_frozen(*id, options)?;
        let is_on = |name: &str, unless: bool| {
            let value = options.keywords.iter().find(|(known, _)| &**known == name);
            value.map_or(Some(unless), |(_, value)| value.truth())
        };
        let binds = |name: &&str| own.namespace.get(name).is_some_and(|local| !local.maybe_unbound);
        if is_on("order", false) == Some(true) && is_on("eq", true) == Some(false) {
            return Err(self.raise_builtin("ValueError", "`order=True` needs `eq=True`"));
        }
        if is_on("init", true) == Some(true) {
            self.check_order_of_fields(&fields)?;
        }
        if is_on("order", false) == Some(true)
            && let Some(name) = ORDER.iter().find(|name| binds(name))
        {
            let reason = format!("the class has `{name}` of its own");
            return Err(self.raise_builtin("TypeError", reason));
        }
        let is_frozen = is_on("frozen", false);
        if is_frozen == Some(true)
            && let Some(name) = STORES.iter().find(|name| binds(name))
        {
            let reason = format!("a frozen class has `{name}` of its own");
            return Err(self.raise_builtin("TypeError", reason));
        }
        let is_unhashable_by_equality = binds(&"__eq__")
            && own.namespace.get("__hash__").is_some_and(|hash| matches!(hash.value, Value::None));
        if is_on("unsafe_hash", false) == Some(true)
            && binds(&"__hash__")
            && !is_unhashable_by_equality
        {
            return Err(self.raise_builtin("TypeError", "the class has `__hash__` of its own"));
        }
        if is_on("slots", false) == Some(true) && binds(&"__slots__") {
            return Err(self.raise_builtin("TypeError", "the class has `__slots__` of its own"));
        }
        let stays_hashable = is_frozen != Some(false)
            || is_on("unsafe_hash", false) != Some(false)
            || is_on("eq", true) != Some(true)
            || own.namespace.get("__hash__").is_some();
        self.keep_fields(*id, &fields, is_frozen, !stays_hashable);
        if is_on("init", true) != Some(true) && own.namespace.get("__init__").is_none() {
            self.forget_factories(*id);
        }
        Ok(())
    }

    /// Notes on the class what classes that derive from it ask about.
    fn keep_fields(
        &mut self,
        id: ObjectId,
        fields: &Option<Vec<Field>>,
        is_frozen: Option<bool>,
        is_unhashable: bool,
    ) {
        let kept = fields.as_ref().map(|fields| {
            let pairs = fields.iter().map(|field| {
                let has_default = field.has_default.map_or(Value::of_type("bool"), Value::Bool);
                let is_positional = Value::Bool(field.is_positional);
                let value = field_of(vec![
                    (Name::from("default"), has_default),
                    (Name::from("init"), is_positional),
                ]);
                (Value::Str(field.name.clone()), value)
            });
            Entries::exactly(pairs.collect())
        });
        let kept = kept.map_or(Value::of_type("dict"), |kept| self.allocate(Object::Dict(kept)));
        let Some(Object::Class(class)) = self.state.object_mut(id) else { return };
        class.namespace.set(Name::from(FIELDS), kept);
        let params = is_frozen.map_or(Value::of_type("bool"), Value::Bool);
        let params = vec![(Name::from("frozen"), params)];
        class.namespace.set(Name::from(PARAMS), field_of(params));
        if is_unhashable {
            class.namespace.set(Name::from("__hash__"), Value::None);
        }
    }

    /// `dataclasses.field(…)`
    pub(in crate::worlds) fn check_field(&mut self, options: &Args) -> Flow<()> {
        let is_missing = |value: &Value| match value {
            Value::External(given) => &*given.attribute == "MISSING",
            value => value.is_outside(),
        };
        let is_given = |name: &str| {
            options.keywords.iter().any(|(known, value)| &**known == name && !is_missing(value))
        };
        if is_given("default") && is_given("default_factory") {
            let reason = "a field has both `default` and `default_factory`";
            return Err(self.raise_builtin("ValueError", reason));
        }
        Ok(())
    }

    /// Without an `__init__` nobody gives an object what a factory makes, or what has no default.
    fn forget_factories(&mut self, id: ObjectId) {
        let Some(Object::Class(class)) = self.state.object_mut(id) else { return };
        let is_bare = |local: &Local| match &local.value {
            Value::Returned(made) => is_field(made) && keyword(made, "default").is_none(),
            _ => false,
        };
        let fields = class.namespace.iter().filter(|(_, local)| is_bare(local));
        let names: Vec<Name> = fields.map(|(name, _)| name.clone()).collect();
        for name in names {
            let value = Value::Opaque(None);
            class.namespace.set_local(name, Local { value, maybe_unbound: true });
        }
    }

    /// The fields of a class and of the data classes that it derives from, in order; None where
    /// they are not all known.
    fn dataclass_fields(
        &self,
        id: ObjectId,
        own: &Class,
        annotated: &[Annotated],
        options: &Args,
    ) -> Option<Vec<Field>> {
        let mut fields: Vec<Field> = Vec::new();
        let mut add = |field: Field| match fields.iter_mut().find(|old| old.name == field.name) {
            Some(old) => *old = field,
            None => fields.push(field),
        };
        let class = Value::Object(id);
        for ancestor in self.own_ancestors(&class).into_iter().rev() {
            let Some(Object::Class(base)) = self.state.object(ancestor) else { return None };
            if !base.bases.iter().all(|base| matches!(base, Value::Type(_) | Value::Object(_))) {
                return None;
            }
            if ancestor != id {
                self.kept_fields(base)?.into_iter().for_each(&mut add);
            }
        }
        let told = |name: &str| options.keywords.iter().find(|(known, _)| &**known == name);
        let mut is_keyword_only = match told("kw_only") {
            Some((_, value)) => value.truth()?,
            None => false,
        };
        for annotated in annotated {
            match annotated.kind {
                AnnotatedAs::ClassVariable => continue,
                AnnotatedAs::KeywordOnly => is_keyword_only = true,
                AnnotatedAs::Plain => {
                    add(self.field_named(&class, own, &annotated.name, is_keyword_only))
                }
            }
        }
        Some(fields)
    }

    /// The fields of a class that has been through the decorator; None where they, or whether it
    /// has, are not known.
    fn kept_fields(&self, base: &Class) -> Option<Vec<Field>> {
        let Some(kept) = base.namespace.get(FIELDS) else {
            return (!base.is_hidden).then(Vec::new);
        };
        let Value::Object(id) = kept.value else { return None };
        let Some(Object::Dict(entries)) = self.state.object(id) else { return None };
        let field = |(name, value): &(Value, Value)| match (name, value) {
            (Value::Str(name), Value::Returned(field)) => Some(Field {
                name: name.clone(),
                has_default: keyword(field, "default")?.truth(),
                is_positional: keyword(field, "init")?.truth()?,
            }),
            _ => None,
        };
        entries.pairs.iter().map(field).collect::<Option<_>>().filter(|_| entries.exact)
    }

    fn field_named(&self, class: &Value, own: &Class, name: &Name, keyword_only: bool) -> Field {
        let bound = self.class_attribute(class, name);
        let is_own = own.namespace.get(name).is_some();
        let (mut has_default, mut is_positional) = match &bound {
            None => (Some(false).filter(|_| !self.is_opaque_base_of(own)), true),
            Some(local) => (Some(true).filter(|_| !local.maybe_unbound), true),
        };
        if let Some(Local { value: Value::Returned(field), .. }) = &bound
            && is_field(field)
        {
            let by_factory = is_own && keyword(field, "default_factory").is_some();
            has_default = Some(keyword(field, "default").is_some() || by_factory);
            let says = |name| keyword(field, name).map(|value| value.truth());
            is_positional = says("init") != Some(Some(false));
            match says("kw_only") {
                Some(Some(true)) => is_positional = false,
                Some(Some(false)) => {
                    return Field { name: name.clone(), has_default, is_positional };
                }
                Some(None) => has_default = None,
                None => {}
            }
            if field.inexact || says("init") == Some(None) {
                has_default = None;
            }
        }
        is_positional &= !keyword_only;
        Field { name: name.clone(), has_default, is_positional }
    }

    /// Whether a base of a class is from outside the module.
    fn is_opaque_base_of(&self, class: &Class) -> bool {
        class.bases.iter().any(|base| !matches!(base, Value::Type(_) | Value::Object(_)))
    }

    /// A default that cannot be hashed, and fields that nothing annotates.
    fn check_defaults(&mut self, own: &Class, annotated: &[Annotated]) -> Flow<()> {
        let minor = self.resolver.python.minor;
        for Annotated { name, kind } in annotated {
            let Some(local) = own.namespace.get(name) else { continue };
            if local.maybe_unbound || *kind != AnnotatedAs::Plain {
                continue;
            }
            let default = match &local.value {
                Value::Returned(field) if is_field(field) => match keyword(field, "default") {
                    Some(default) => default.clone(),
                    None => continue,
                },
                value => value.clone(),
            };
            // Until 3.10 only these three classes are looked for.
            let is_container =
                matches!(&default, Value::Object(id) if matches!(
                    self.state.object(*id),
                    Some(Object::List(_) | Object::Dict(_) | Object::Set(_))
                )) || matches!(default, Value::Opaque(Some("list" | "dict" | "set")));
            let is_instance = minor >= 11 && matches!(default, Value::Object(_));
            if is_container || is_instance && self.is_unhashable(&default) == Some(true) {
                let reason = format!("the default of `{name}` can be changed");
                return Err(self.raise_builtin("ValueError", reason));
            }
        }
        let is_named = |name: &Name| annotated.iter().any(|annotated| annotated.name == *name);
        let bare = own.namespace.iter().find(|(name, local)| {
            is_dataclass_field(&local.value) && !local.maybe_unbound && !is_named(name)
        });
        match bare.map(|(name, _)| format!("the field `{name}` has no annotation")) {
            Some(reason) => Err(self.raise_builtin("TypeError", reason)),
            None => Ok(()),
        }
    }

    /// Data classes that derive from each other are all frozen, or none is.
    fn check_frozen(&mut self, id: ObjectId, options: &Args) -> Flow<()> {
        let told = options.keywords.iter().find(|(name, _)| &**name == "frozen");
        let Some(is_frozen) = told.map_or(Some(false), |(_, value)| value.truth()) else {
            return Ok(());
        };
        let ancestors = self.own_ancestors(&Value::Object(id));
        let params = ancestors.iter().skip(1).filter_map(|&base| match self.state.object(base) {
            Some(Object::Class(base)) => match &base.namespace.get(PARAMS)?.value {
                Value::Returned(params) => keyword(params, "frozen")?.truth(),
                _ => None,
            },
            _ => None,
        });
        let params: Vec<bool> = params.collect();
        let is_split = match is_frozen {
            true => params.contains(&false) && !params.contains(&true),
            false => params.contains(&true),
        };
        if !is_split {
            return Ok(());
        }
        Err(self.raise_builtin("TypeError", "some of the classes are frozen, some are not"))
    }

    /// Whether objects of a class cannot be changed: it, or one that it derives from, is frozen.
    pub(in crate::worlds) fn is_frozen(&self, class: &Value) -> bool {
        let nearest = self.class_attribute(class, PARAMS);
        nearest.is_some_and(|params| match &params.value {
            Value::Returned(params) if !self.has_own_stores(class) => {
                keyword(params, "frozen").and_then(Value::truth) == Some(true)
            }
            _ => false,
        })
    }

    fn has_own_stores(&self, class: &Value) -> bool {
        STORES.iter().any(|name| self.class_attribute(class, name).is_some())
    }

    /// A parameter without a default comes after one that has one (`_init_fn`).
    fn check_order_of_fields(&mut self, fields: &Option<Vec<Field>>) -> Flow<()> {
        let positional = fields.iter().flatten().filter(|field| field.is_positional);
        let mut is_optional = false;
        let mut misplaced = None;
        for field in positional {
            match field.has_default {
                Some(true) => is_optional = true,
                Some(false) if is_optional => {
                    misplaced = Some(field.name.clone());
                    break;
                }
                Some(false) => {}
                None => break,
            }
        }
        let Some(name) = misplaced else { return Ok(()) };
        let reason = format!("the field `{name}` without a default follows one that has one");
        Err(self.raise_builtin("TypeError", reason))
    }
}

/// Something of `dataclasses` that holds what it is given by name.
fn field_of(keywords: Vec<(Name, Value)>) -> Value {
    let callee = External { module: Name::from("dataclasses"), attribute: Name::from("field") };
    returned(&Rc::new(callee), Args { keywords, ..Args::default() })
}

/// Whether a value is what `dataclasses.field` gives.
pub(super) fn is_dataclass_field(value: &Value) -> bool {
    matches!(value, Value::Returned(field) if is_field(field))
}

fn is_field(value: &Returned) -> bool {
    (&*value.callee.module, &*value.callee.attribute) == ("dataclasses", "field")
}

fn keyword<'r>(call: &'r Returned, name: &str) -> Option<&'r Value> {
    call.keywords.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
}
