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
    /// The version that gave it.
    version: u32,
}

/// Every attribute that was given and may be there.
#[derive(Debug, Clone, Default)]
pub(super) struct Given(Option<Rc<Vec<Gift>>>);

impl Given {
    fn find(&self, place: &str) -> Option<&Gift> {
        self.0.as_deref()?.iter().find(|gift| *gift.place == *place)
    }

    fn set(&mut self, gift: Gift) {
        let gifts = Rc::make_mut(self.0.get_or_insert_default());
        gifts.retain(|known| known.place != gift.place);
        gifts.push(gift);
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
            let twins = [&ours, other].map(|way| way.find(&gift.place));
            let is_certain = twins.iter().all(|twin| twin.is_some_and(|twin| twin.is_certain));
            // Where only one of the paths gave it again, the first time counts.
            let version = twins.into_iter().flatten().map(|twin| twin.version).min();
            let version = version.unwrap_or(gift.version);
            self.set(Gift { place: Rc::clone(&gift.place), is_certain, version });
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
            let version = self.stage;
            self.state.given.set(Gift { place, is_certain: true, version });
        }
    }

    /// `del object.name`
    pub(super) fn take_back(&mut self, object: &Value, name: &str) {
        if let Some(place) = place(object, name)
            && self.state.given.find(&place).is_some()
        {
            let (place, version) = (place.into(), self.stage);
            self.state.given.set(Gift { place, is_certain: false, version });
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
        // What an earlier version gave is the business of second runs (RS203).
        match place(object, name).and_then(|place| self.state.given.find(&place)) {
            Some(gift) if gift.is_certain && gift.version == self.stage => Presence::Yes,
            Some(_) => Presence::Maybe,
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
