//! Which names of other modules hold an object.

use super::Linked;
use super::contents::CONTENTS;
use crate::comparison::KeptEntry;
use crate::syntax::ast::Name;
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

/// A list or a set, by the name of another module that leads there.
#[derive(Debug)]
pub(in crate::worlds) struct NamedList {
    is_set: bool,
    named: Option<(Leads, Name, Name)>,
}

impl NamedList {
    pub(in crate::worlds) fn what(&self) -> &'static str {
        if self.is_set { "the set" } else { "the list" }
    }

    /// What an entry of it is, as a noun.
    pub(in crate::worlds) fn noun(&self) -> String {
        match &self.named {
            Some((Leads::Itself, module, name)) => format!("an entry in `{name}` of `{module}`"),
            Some((Leads::Inside, module, name)) => {
                format!("an entry in what `{name}` of `{module}` holds")
            }
            None if self.is_set => "an entry in a set that outlives the module".to_owned(),
            None => "an entry in a list that outlives the module".to_owned(),
        }
    }

    /// An entry that the module has a name for.
    pub(in crate::worlds) fn entry(self, name: Option<Name>) -> Option<KeptEntry> {
        match self.named? {
            (Leads::Itself, module, list) => {
                Some(KeptEntry { name: name?, module, list, is_set: self.is_set })
            }
            _ => None,
        }
    }
}

impl Machine<'_> {
    /// Whether a class statement of the module itself has made a class.
    pub(in crate::worlds) fn is_made_here(&self, class: &Class) -> bool {
        let Some(linked) = &self.linked else { return true };
        let named = class.namespace.get("__module__").map(|local| &local.value);
        matches!(named, Some(Value::Str(name)) if **name == *linked.own.name)
    }

    /// What other modules call a list or a set.
    pub(in crate::worlds) fn name_of_list(&self, list: ObjectId) -> NamedList {
        let named = self.linked.as_ref().and_then(|linked| self.name_of(linked, list));
        NamedList {
            is_set: matches!(self.state.object(list), Some(Object::Set(_))),
            named: named.map(|(leads, module, name)| (leads, module.into(), name.into())),
        }
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
