//! Classes that `collections.namedtuple` and `typing.NamedTuple` make.

use super::Args;
use super::calls::is_namedtuple;
use crate::syntax::ast::ExprId;
use crate::worlds::function::Class;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::{Returned, Value};

/// How many values such a class takes.
#[derive(Clone, Copy)]
pub(super) struct FieldCount {
    /// None where it is not known how many have defaults.
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
        let defaults = factory.keywords.iter().find(|(name, _)| &**name == "defaults");
        let optional = match defaults {
            _ if factory.inexact => None,
            Some((_, defaults)) => self.known_length(defaults),
            None => Some(0),
        };
        Some(FieldCount { least: optional.and_then(|count| most.checked_sub(count)), most })
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
                // `Lib/typing.py`
                Value::External(base) if &*base.attribute == "NamedTuple" => annotated(own),
                _ => None,
            })
        })
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

fn annotated(class: &Class) -> Option<FieldCount> {
    let fields = class.annotated.as_ref()?;
    let is_required = |name: &str| class.namespace.get(name).is_none();
    let least = fields.iter().filter(|field| is_required(&field.name)).count();
    let is_sure = fields
        .iter()
        .all(|field| class.namespace.get(&field.name).is_none_or(|default| !default.maybe_unbound));
    Some(FieldCount { least: Some(least).filter(|_| is_sure), most: fields.len() })
}
