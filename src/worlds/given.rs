//! Attributes that a module gives to what other modules hold: `logging.statistics = {}`. They
//! stay when the module is reloaded, and a fresh process has none of them.

use std::rc::Rc;

use super::machine::Machine;
use super::resolve::Presence;
use super::value::Value;

/// An attribute that was given.
#[derive(Debug, Clone)]
struct Gift {
    /// Where it is, as a dotted name.
    place: Rc<str>,
    /// It is there whatever path was taken.
    is_certain: bool,
}

/// Every attribute that was given and may be there.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(Option<Rc<Vec<Gift>>>);

impl Given {
    fn find(&self, place: &str) -> Option<bool> {
        let known = self.0.as_deref()?.iter().find(|gift| *gift.place == *place)?;
        Some(known.is_certain)
    }

    fn set(&mut self, place: Rc<str>, is_certain: bool) {
        let gifts = Rc::make_mut(self.0.get_or_insert_default());
        gifts.retain(|known| known.place != place);
        gifts.push(Gift { place, is_certain });
    }

    /// What may have been given on either of two paths.
    pub(super) fn join(&mut self, other: &Given) {
        match (&self.0, &other.0) {
            (None, None) => return,
            (Some(ours), Some(theirs)) if Rc::ptr_eq(ours, theirs) => return,
            _ => {}
        }
        let ours = std::mem::take(self);
        for gift in [&ours, other].into_iter().filter_map(|given| given.0.as_deref()).flatten() {
            let is_certain = [&ours, other].iter().all(|way| way.find(&gift.place) == Some(true));
            self.set(Rc::clone(&gift.place), is_certain);
        }
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
