//! What a second run adds once more to what outlives the module: its handlers, its commands, its
//! routes in a list of another module.
//!
//! A list that has been there before a version began is not reset by it. Where it holds something
//! that the version before has defined, and gets what the new version defines under the same name
//! besides, there are two of it from then on.

use std::rc::Rc;

use super::{Finding, What};
use crate::comparison::KeptEntry;
use crate::syntax::ast::{Name, StmtId};
use crate::text::span::Span;
use crate::worlds::linked::is_other;
use crate::worlds::machine::Machine;
use crate::worlds::state::{Object, Slot, State};
use crate::worlds::value::{ObjectId, Value};

/// How deep it is looked for a definition in what a list is given: a command holds its function.
const MAX_DEPTH: u32 = 4;

/// Something that is there once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grown {
    /// What is there once more, as a noun.
    pub(super) noun: Rc<str>,
    pub(super) reason: Rc<str>,
    pub(super) kept: Option<KeptEntry>,
}

/// An entry that a statement has added.
#[derive(Debug, Clone)]
struct Added {
    stmt: StmtId,
    site: Span,
    list: ObjectId,
    entry: Value,
    /// Which ways its statement went did not depend on anything that is not known.
    is_sure: bool,
}

/// What the statements of a version have added so far to lists that were there before it.
#[derive(Debug)]
pub(super) struct Growth {
    start: State,
    version: u32,
    added: Vec<Added>,
}

impl Growth {
    pub(super) fn new(start: &State, version: u32) -> Growth {
        Growth { start: start.clone(), version, added: Vec::new() }
    }

    /// A statement got through.
    pub(super) fn note(&mut self, machine: &mut Machine<'_>, stmt: StmtId, before: &State) {
        let touched = machine.linked.as_mut().and_then(|linked| linked.touched.as_mut());
        let Some(touched) = touched.map(std::mem::take) else { return };
        let is_sure = machine.guide.as_ref().is_some_and(|guide| !guide.has_decided());
        for (list, site) in touched {
            if items_of(&self.start, list).is_none() {
                continue;
            }
            let (Some(old), Some(new)) = (items_of(before, list), items_of(&machine.state, list))
            else {
                continue;
            };
            let is_new = |entry: &&Value| !has(old, entry);
            for entry in new.iter().filter(is_new) {
                if !self.added.iter().any(|added| added.entry.is_same_object(entry)) {
                    self.added.push(Added { stmt, site, list, entry: entry.clone(), is_sure });
                }
            }
        }
    }

    /// What is there twice at the end, and whether that is sure.
    pub(super) fn found(&self, machine: &Machine<'_>) -> Vec<(Finding, bool)> {
        let of =
            |is_new| Definitions { machine, start: &self.start, version: self.version, is_new };
        let (old_ones, new_ones) = (of(false), of(true));
        let mut found = Vec::new();
        for added in &self.added {
            let (Some(old), Some(new)) =
                (items_of(&self.start, added.list), items_of(&machine.state, added.list))
            else {
                continue;
            };
            let Some(name) = new_ones.name_in(&added.entry, 0) else { continue };
            let twin = old.iter().find(|entry| {
                has(new, entry) && old_ones.name_in(entry, 0).as_ref() == Some(&name)
            });
            if let Some(twin) = twin.filter(|_| has(new, &added.entry)) {
                let named = machine.name_of_list(added.list);
                let reason = format!(
                    "{} keeps the one of the last run, with the old `{name}`",
                    named.what()
                );
                let (noun, reason) = (named.noun().into(), reason.into());
                let kept = named.entry(self.holder(machine, twin));
                let what = What::Grows(Grown { noun, reason, kept });
                found.push((Finding { stmt: added.stmt, site: added.site, what }, added.is_sure));
            }
        }
        found
    }

    /// The name of the module that is bound to something before the version runs.
    fn holder(&self, machine: &Machine<'_>, entry: &Value) -> Option<Name> {
        let is_it = |slot: &Slot| {
            let [only] = &slot.bindings[..] else { return false };
            !slot.maybe_unbound && !is_other(only.version) && only.value.is_same_object(entry)
        };
        let holding = self.start.globals().filter(|(_, slot)| is_it(slot));
        let mut names = holding.map(|(symbol, _)| machine.name(symbol));
        // Attributes of functions have symbols, too.
        names.find(|name| !name.contains('.')).cloned()
    }
}

fn items_of(state: &State, id: ObjectId) -> Option<&[Value]> {
    match state.object(id)? {
        Object::List(items) | Object::Set(items) if items.exact => Some(&items.values),
        _ => None,
    }
}

fn has(items: &[Value], entry: &Value) -> bool {
    items.iter().any(|item| item.is_same_object(entry))
}

/// Definitions of the module: those of a version, or those before it.
struct Definitions<'d> {
    machine: &'d Machine<'d>,
    start: &'d State,
    version: u32,
    is_new: bool,
}

impl Definitions<'_> {
    /// What the module calls the definition that an entry is, or holds.
    fn name_in(&self, entry: &Value, depth: u32) -> Option<Name> {
        if depth > MAX_DEPTH {
            return None;
        }
        let deeper = |value: &Value| self.name_in(value, depth + 1);
        match entry {
            Value::Function(function) if is_other(function.version) => {
                function.enclosed(&self.machine.state).into_iter().find_map(deeper)
            }
            Value::Function(function) => {
                let is_new = function.version == self.version;
                (is_new == self.is_new).then(|| function.name.clone())
            }
            Value::Method(pair) => deeper(&pair.0).or_else(|| deeper(&pair.1)),
            Value::Tuple(items) => items.iter().find_map(deeper),
            // A weak reference ends with what it refers to.
            Value::Returned(made) if !matches!(&*made.callee.module, "weakref" | "_weakref") => {
                let keywords = made.keywords.iter().map(|(_, value)| value);
                made.args.iter().chain(keywords).find_map(deeper)
            }
            Value::Object(id) => match self.object(*id)? {
                Object::Class(class) => {
                    let is_new = self.start.object(*id).is_none();
                    let is_own = self.machine.is_made_here(class);
                    (is_own && is_new == self.is_new).then(|| class.name.clone())
                }
                Object::Instance(instance) => deeper(&instance.class).or_else(|| {
                    instance.attributes.iter().find_map(|(_, local)| deeper(&local.value))
                }),
                _ => None,
            },
            _ => None,
        }
    }

    fn object(&self, id: ObjectId) -> Option<&Object> {
        self.machine.state.object(id)
    }
}
