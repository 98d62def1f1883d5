//! Attributes of other modules that a module replaces by something that holds the original.
//!
//! A reload finds its own replacement there and takes it for the original: each one wraps the
//! last. Where the replacement finds the original under a name of the module, that name means the
//! last replacement then, for the last replacement, too: it calls itself.

use std::rc::Rc;

use super::known_calls::Inputs;
use super::machine::Machine;
use super::performed::{Deed, On};
use super::state::{Binding, Object};
use super::value::Value;
use crate::catalogue::Key;
use crate::syntax::ast::Name;
use crate::text::span::Span;

/// What is in the place of an entry's number: a replacement is no call.
const REPLACED: usize = usize::MAX;
/// Values are looked into this deep.
const MAX_DEPTH: u32 = 5;

/// A replacement that holds the last one.
#[derive(Debug, Clone)]
pub(super) struct Stacked {
    /// Where the module's own frame stands.
    pub(super) site: Span,
    /// What is replaced, with its module.
    pub(super) place: Rc<str>,
    /// It holds it under a name of the module.
    pub(super) is_by_name: bool,
    pub(super) is_certain: bool,
}

/// How a value holds what was in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// As its own: an argument, a variable of a function around it, a base class.
    Itself,
    /// Under a name of the module.
    ByName,
}

impl Machine<'_> {
    /// `object.name = value`
    pub(in crate::worlds) fn note_replacement(
        &mut self,
        object: &Value,
        name: &Name,
        value: &Value,
    ) {
        let place: Rc<str> = match object {
            Value::Module(module) => format!("{module}.{name}").into(),
            Value::External(external) if !external.attribute.contains(['(', '[']) => {
                format!("{}.{}.{name}", external.module, external.attribute).into()
            }
            _ => return,
        };
        self.replace(place, value);
    }

    /// A call puts a value in a place of which the call `original` tells, with the same key.
    pub(in crate::worlds) fn note_setting(
        &mut self,
        original: &str,
        key: &[Key],
        value: Option<Value>,
        inputs: &Inputs<'_>,
    ) {
        let shown: Option<Vec<String>> = key.iter().map(|key| self.input(key, inputs)).collect();
        if let (Some(shown), Some(value)) = (shown, value) {
            self.replace(format!("{original}({})", shown.join(", ")).into(), &value);
        }
    }

    /// A value comes to a place.
    fn replace(&mut self, place: Rc<str>, value: &Value) {
        if self.linked.is_some() || !self.resolver.is_own(&self.identity.name) {
            return;
        }
        let on = On::Named(Rc::clone(&place));
        let Some(how) = self.holding(value, &place, 0) else {
            // It is the original, or something else altogether.
            self.state.performed.undo(|deed| deed.is(REPLACED, &on, &[]));
            return;
        };
        let before = self.state.performed.find(REPLACED, &on, &[]);
        let is_again = before.is_some_and(|before| before.version < self.stage);
        if is_again && !self.shadow && !self.keeps_original(&place) {
            self.trace.stacked.push(Stacked {
                site: self.site,
                place,
                is_by_name: how == Holds::ByName,
                is_certain: self.outside_forks == 0 && self.tries == 0,
            });
        }
        self.state.performed.set(Deed::new(REPLACED, on, Rc::from([]), self.stage));
    }

    /// Whether a value holds what was in a place, other than by being it.
    fn holding(&self, value: &Value, place: &str, depth: u32) -> Option<Holds> {
        if depth > MAX_DEPTH {
            return None;
        }
        let deeper = |value: &Value| match value {
            value if self.is_at(value, place) => Some(Holds::Itself),
            value => self.holding(value, place, depth + 1),
        };
        match value {
            Value::Returned(made) => {
                let keywords = made.keywords.iter().map(|(_, value)| value);
                made.args.iter().chain(keywords).find_map(deeper)
            }
            Value::Method(pair) => deeper(&pair.0).or_else(|| deeper(&pair.1)),
            Value::Tuple(items) => items.iter().find_map(deeper),
            Value::Function(function) => {
                let defaults = function.defaults.iter().flatten().find_map(deeper);
                let around = || function.enclosed(&self.state).into_iter().find_map(deeper);
                defaults.or_else(around).or_else(|| self.reads_original(function, place))
            }
            Value::Object(id) => match self.state.object(*id)? {
                Object::Class(class) => class.bases.iter().find_map(deeper),
                Object::Instance(instance) => {
                    instance.attributes.iter().find_map(|(_, local)| deeper(&local.value))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a function reads a name of the module that holds it.
    fn reads_original(
        &self,
        function: &crate::worlds::function::Function,
        place: &str,
    ) -> Option<Holds> {
        let scope = function.scope()?;
        let is_it = |name: &Name| {
            let slot = self.known_symbol(name).and_then(|symbol| self.state.global(symbol));
            slot.is_some_and(|slot| match &slot.bindings[..] {
                [only] => self.is_at(&only.value, place),
                _ => false,
            })
        };
        scope.later_reads.iter().any(|read| is_it(&read.name)).then_some(Holds::ByName)
    }

    /// Whether a name of the module has held the original since an earlier version.
    fn keeps_original(&self, place: &str) -> bool {
        self.state.globals().any(|(_, slot)| {
            let is_kept = |binding: &Binding| binding.version < self.stage;
            slot.bindings
                .iter()
                .any(|binding| is_kept(binding) && self.is_at(&binding.value, place))
        })
    }

    /// Whether a value is what was in a place.
    fn is_at(&self, value: &Value, place: &str) -> bool {
        match value {
            Value::External(external) => {
                let rest = place.strip_prefix(&*external.module);
                rest.and_then(|rest| rest.strip_prefix('.')) == Some(&*external.attribute)
            }
            Value::Builtin(name) | Value::Type(name) => {
                place.strip_prefix("builtins.") == Some(*name)
            }
            Value::Returned(told) if place.ends_with(')') => {
                let callee = format!("{}.{}(", told.callee.module, told.callee.attribute);
                let shown = || {
                    let args = told.args.iter().map(|arg| self.shown(arg));
                    args.collect::<Option<Vec<String>>>()
                };
                place.strip_prefix(&*callee).is_some_and(|rest| {
                    shown().is_some_and(|shown| rest == format!("{})", shown.join(", ")))
                })
            }
            _ => false,
        }
    }
}
