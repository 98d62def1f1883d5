//! Attributes that a module gives to what other modules hold: `logging.statistics = {}`. They
//! stay when the module is reloaded, and a fresh process has none of them.

use std::rc::Rc;

use super::machine::Machine;
use super::resolve::Presence;
use super::value::Value;

/// Places as dotted names, with whether each has its attribute whatever path was taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(Option<Rc<Vec<(Rc<str>, bool)>>>);

impl Given {
    fn find(&self, place: &str) -> Option<bool> {
        let known = self.0.as_deref()?.iter().find(|(known, _)| **known == *place)?;
        Some(known.1)
    }

    fn set(&mut self, place: Rc<str>, is_certain: bool) {
        let places = Rc::make_mut(self.0.get_or_insert_default());
        places.retain(|(known, _)| *known != place);
        places.push((place, is_certain));
    }

    /// What may have been given on either of two paths.
    pub(super) fn join(&mut self, other: &Given) {
        let (ours, theirs) = (self.0.take(), other.0.clone());
        self.0 = match (ours, theirs) {
            (Some(ours), Some(theirs)) if Rc::ptr_eq(&ours, &theirs) => Some(ours),
            (None, None) => None,
            (ours, theirs) => {
                let mut both: Vec<(Rc<str>, bool)> = Vec::new();
                let (ours, theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
                for (place, _) in ours.iter().chain(theirs.iter()) {
                    if both.iter().any(|(known, _)| known == place) {
                        continue;
                    }
                    let is_certain = [&ours, &theirs]
                        .iter()
                        .all(|way| way.iter().any(|(known, sure)| known == place && *sure));
                    both.push((Rc::clone(place), is_certain));
                }
                Some(Rc::new(both))
            }
        };
    }
}

/// Where an attribute of something that another module holds is; None where that has no name.
fn place(object: &Value, name: &str) -> Option<String> {
    match object {
        Value::Module(module) => Some(format!("{module}.{name}")),
        Value::External(external) if !external.attribute.contains(['(', '[']) => {
            Some(format!("{}.{}.{name}", external.module, external.attribute))
        }
        _ => None,
    }
}

impl Machine<'_> {
    /// `object.name = value`
    pub(super) fn give(&mut self, object: &Value, name: &str) {
        if let Some(place) = place(object, name) {
            let place: Rc<str> = place.into();
            self.memory.given.insert(Rc::clone(&place));
            self.state.given.set(place, true);
        }
    }

    /// `del object.name`
    pub(super) fn take_back(&mut self, object: &Value, name: &str) {
        if let Some(place) = place(object, name)
            && self.state.given.find(&place).is_some()
        {
            self.state.given.set(place.into(), false);
        }
    }

    /// Whether an attribute is there only because a version has given it, of which this process
    /// knows nothing.
    pub(super) fn lacks_gift(&self, object: &Value, name: &str) -> bool {
        self.is_fresh
            && !self.memory.given.is_empty()
            && place(object, name).is_some_and(|place| self.memory.given.contains(&*place))
            && self.has_given(object, name) == Presence::No
    }

    /// Whether an attribute is there, as far as this module has given it.
    pub(super) fn has_given(&self, object: &Value, name: &str) -> Presence {
        if self.state.given.0.is_none() {
            return Presence::No;
        }
        match place(object, name).and_then(|place| self.state.given.find(&place)) {
            Some(true) => Presence::Yes,
            Some(false) => Presence::Maybe,
            None => Presence::No,
        }
    }
}

impl Presence {
    /// What is there in one way or the other.
    pub(super) fn or(self, other: Presence) -> Presence {
        match (self, other) {
            (Presence::Yes, _) | (_, Presence::Yes) => Presence::Yes,
            (Presence::No, Presence::No) => Presence::No,
            _ => Presence::Maybe,
        }
    }
}
