//! Which names of other modules hold an object.

use std::rc::Rc;

use super::Linked;
use super::contents::CONTENTS;
use crate::worlds::function::Class;
use crate::worlds::machine::Machine;
use crate::worlds::state::Object;
use crate::worlds::value::{ObjectId, Value};

/// How a name leads to an object, the plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leads {
    /// It is bound to the object, or to one that is nothing else.
    Itself,
    /// To something of which it is a part.
    Inside,
}

impl Machine<'_> {
    /// Whether a class statement of the module itself has made a class.
    pub(in crate::worlds) fn is_made_here(&self, class: &Class) -> bool {
        let Some(linked) = &self.linked else { return true };
        let named = class.namespace.get("__module__").map(|local| &local.value);
        matches!(named, Some(Value::Str(name)) if **name == *linked.own.name)
    }

    /// What an entry of a list or a set is, as a noun, and what the list is.
    pub(in crate::worlds) fn name_of_list(&self, list: ObjectId) -> (Rc<str>, &'static str) {
        let what = match self.state.object(list) {
            Some(Object::Set(_)) => "the set",
            _ => "the list",
        };
        let named = self.linked.as_ref().and_then(|linked| self.name_of(linked, list));
        let noun = match named {
            Some((Leads::Itself, module, name)) => format!("an entry in `{name}` of `{module}`"),
            Some((Leads::Inside, module, name)) => {
                format!("an entry in what `{name}` of `{module}` holds")
            }
            None => format!("an entry in {} that outlives the module", &what[4..]),
        };
        (noun.into(), what)
    }

    fn name_of<'l>(&self, linked: &'l Linked, list: ObjectId) -> Option<(Leads, &'l str, &'l str)> {
        let named = linked.symbols.iter().filter_map(|((version, name), symbol)| {
            let slot = self.state.global(*symbol)?;
            let leads = self.leads(&slot.value(), list)?;
            Some((leads, &*linked.identity_of(*version).name, &**name))
        });
        named.min()
    }

    fn leads(&self, value: &Value, list: ObjectId) -> Option<Leads> {
        let is_it = |value: &Value| matches!(value, Value::Object(id) if *id == list);
        let Value::Object(id) = value else { return None };
        let is_inside = match self.state.object(*id)? {
            _ if is_it(value) => return Some(Leads::Itself),
            Object::Instance(instance) => {
                let contents = instance.attributes.get(CONTENTS);
                if contents.is_some_and(|contents| is_it(&contents.value)) {
                    return Some(Leads::Itself);
                }
                instance.attributes.iter().any(|(_, local)| is_it(&local.value))
            }
            Object::Class(class) => class.namespace.iter().any(|(_, local)| is_it(&local.value)),
            Object::Dict(entries) => entries.pairs.iter().any(|(_, value)| is_it(value)),
            _ => false,
        };
        is_inside.then_some(Leads::Inside)
    }
}
