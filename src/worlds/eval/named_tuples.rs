//! Classes that `collections.namedtuple` and `typing.NamedTuple` make.

use super::Args;
use super::calls::is_namedtuple;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::function::Class;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::{External, Returned, Value};

/// `keyword.kwlist`
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// How many values such a class takes.
#[derive(Clone, Copy)]
pub(super) struct FieldCount {
    /// None where it is not known how many of them have defaults.
    least: Option<usize>,
    most: usize,
}

impl Machine<'_> {
    /// How many fields a class has that `collections.namedtuple` has made.
    pub(super) fn namedtuple_fields(&self, factory: &Returned) -> Option<FieldCount> {
        if !is_namedtuple(&factory.callee) {
            return None;
        }
        let most = match factory.args.get(1)? {
            Value::Str(names) => names.replace(',', " ").split_whitespace().count(),
            names => self.known_length(names)?,
        };
        // Some set `__new__.__defaults__` later.
        Some(FieldCount { least: None, most })
    }

    /// Names that `collections.namedtuple` does not take (`Lib/collections/__init__.py`).
    pub(in crate::worlds) fn check_field_names(&mut self, names: &Value, args: &Args) -> Flow<()> {
        let renames = args.keywords.iter().any(|(name, _)| &**name == "rename");
        if renames || args.inexact {
            return Ok(());
        }
        let listed = self.names_in(names).unwrap_or_default();
        let names: Vec<Name> = listed.into_iter().flatten().collect();
        let is_wrong = |(index, name): (usize, &Name)| {
            name.starts_with(|c: char| c == '_' || c.is_ascii_digit())
                || KEYWORDS.contains(&&**name)
                || names[..index].contains(name)
        };
        if let Some((_, name)) = names.iter().enumerate().find(|&named| is_wrong(named)) {
            let reason = format!("a field of a named tuple cannot be called `{name}`");
            return Err(self.raise_builtin("ValueError", reason));
        }
        let defaults = args.keywords.iter().find(|(name, _)| &**name == "defaults");
        let defaults = defaults.and_then(|(_, defaults)| self.known_length(defaults));
        if !names.is_empty() && defaults.is_some_and(|defaults| defaults > names.len()) {
            let reason = "the named tuple has more defaults than fields";
            return Err(self.raise_builtin("TypeError", reason));
        }
        Ok(())
    }

    /// Names in one text, or one by one, as `namedtuple` and `enum` take them: None for one that is
    /// not known, or where it is not known which there are.
    pub(in crate::worlds) fn names_in(&self, listed: &Value) -> Option<Vec<Option<Name>>> {
        let names = match listed {
            Value::Str(names) => {
                let names = names.replace(',', " ");
                return Some(names.split_whitespace().map(|name| Some(name.into())).collect());
            }
            Value::Tuple(names) => &names[..],
            Value::Object(id) => match self.state.object(*id)? {
                Object::List(items) if items.exact => &items.values,
                _ => return None,
            },
            _ => return None,
        };
        let text = |name: &Value| match name {
            Value::Str(name) => Some(Name::clone(name)),
            _ => None,
        };
        Some(names.iter().map(text).collect())
    }

    fn known_length(&self, items: &Value) -> Option<usize> {
        match items {
            Value::Tuple(items) => Some(items.len()),
            Value::Object(id) => match self.state.object(*id)? {
                Object::List(items) if items.exact => Some(items.values.len()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The same of a class of the module's own, whose `__new__` is that of such a class.
    pub(super) fn inherited_fields(&self, class: &Value) -> Option<FieldCount> {
        self.own_ancestors(class).into_iter().find_map(|id| {
            let Some(Object::Class(own)) = self.state.object(id) else { return None };
            own.bases.iter().find_map(|base| match base {
                Value::Returned(made) => self.namedtuple_fields(made),
                Value::External(base) if is_typing_tuple(base) => annotated(own),
                _ => None,
            })
        })
    }

    /// A field of `typing.NamedTuple` without a default after one that has one.
    pub(in crate::worlds) fn check_tuple_fields(&mut self, class: &Value) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        let is_tuple = own.bases.iter().any(is_typing_tuple_base);
        let Some(fields) = own.annotated.as_ref().filter(|_| is_tuple) else { return Ok(()) };
        let bound = |name: &str| own.namespace.get(name);
        let first = fields
            .iter()
            .position(|field| bound(&field.name).is_some_and(|local| !local.maybe_unbound));
        let is_misplaced =
            first.is_some_and(|at| fields[at..].iter().any(|field| bound(&field.name).is_none()));
        if is_misplaced {
            let reason = "a field without a default follows one that has one";
            return Err(self.raise_builtin("TypeError", reason));
        }
        Ok(())
    }

    /// Whether an object of a class of the module's own has a field of this name that
    /// `typing.NamedTuple` makes: a property that nothing sets.
    pub(in crate::worlds) fn is_tuple_field(&self, class: &Value, name: &str) -> bool {
        let ancestors = self.own_ancestors(class);
        let nearest = ancestors.iter().find_map(|&id| match self.state.object(id) {
            Some(Object::Class(own)) if own.bases.iter().any(is_typing_tuple_base) => {
                own.annotated.as_ref().map(|fields| fields.iter().any(|field| &*field.name == name))
            }
            Some(Object::Class(own)) => own.namespace.get(name).map(|_| false),
            _ => Some(false),
        });
        nearest == Some(true)
    }

    /// Whether a call gives such a class as many values as it takes.
    pub(super) fn check_field_count(
        &mut self,
        fields: FieldCount,
        args: &Args,
        at: ExprId,
    ) -> Flow<()> {
        if args.inexact {
            return Ok(());
        }
        let given = args.positional.len() + args.keywords.len();
        let most = fields.most;
        let reason = format!("the named tuple has {most} fields, {given} are given");
        if given > most || fields.least.is_some_and(|least| given < least) {
            return Err(self.raise_builtin("TypeError", reason));
        }
        if given < most && fields.least.is_none() {
            self.may_raise("TypeError", Risk::Inside, at, || reason);
        }
        Ok(())
    }
}

/// `Lib/typing.py`
fn is_typing_tuple(base: &External) -> bool {
    &*base.attribute == "NamedTuple" && base.module.starts_with("typing")
}

fn is_typing_tuple_base(base: &Value) -> bool {
    matches!(base, Value::External(base) if is_typing_tuple(base))
}

fn annotated(class: &Class) -> Option<FieldCount> {
    let fields = class.annotated.as_ref()?;
    let is_required = |name: &str| class.namespace.get(name).is_none();
    let least = fields.iter().filter(|field| is_required(&field.name)).count();
    let is_sure = fields
        .iter()
        .all(|field| class.namespace.get(&field.name).is_none_or(|default| !default.maybe_unbound));
    Some(FieldCount { least: Some(least).filter(|_| is_sure), most: fields.len() })
}
