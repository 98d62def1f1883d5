//! What calls of the outside have done in this process that a reload does not take back.

use std::rc::Rc;

use super::value::Returned;

/// One call of a catalogue's entry that has been made.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    /// The entry's number.
    pub(super) entry: usize,
    pub(super) on: On,
    /// What the entry's keys came to.
    pub(super) key: Rc<[String]>,
    /// What of it must be another the next time for that to raise.
    pub(super) variant: Option<Rc<[String]>>,
    /// The version whose loading made the call last.
    pub(super) version: u32,
    /// What the call gave, where that matters.
    pub(super) result: Option<Rc<Returned>>,
}

/// The object that a call was made on.
#[derive(Debug, Clone)]
pub(super) enum On {
    /// None, or it makes no difference.
    Anything,
    /// One that is the same for whoever asks for it: of another module, or under a name.
    Named(Rc<str>),
    /// One that this module has made.
    Made(Rc<Returned>),
}

impl On {
    pub(super) fn is(&self, other: &On) -> bool {
        match (self, other) {
            (On::Anything, On::Anything) => true,
            (On::Named(one), On::Named(other)) => one == other,
            (On::Made(one), On::Made(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Deed {
    /// One of which nothing else matters.
    pub(super) fn new(entry: usize, on: On, key: Rc<[String]>, version: u32) -> Deed {
        Deed { entry, on, key, variant: None, version, result: None }
    }

    /// Whether the other is the same deed, done again.
    pub(super) fn is(&self, entry: usize, on: &On, key: &[String]) -> bool {
        self.entry == entry && self.on.is(on) && *self.key == *key
    }
}

/// Deeds that are certain, whatever path was taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Performed(Option<Rc<Vec<Deed>>>);

impl Performed {
    pub(super) fn find(&self, entry: usize, on: &On, key: &[String]) -> Option<&Deed> {
        self.0.as_deref()?.iter().find(|deed| deed.is(entry, on, key))
    }

    /// Puts a deed in the place of an earlier one that is the same.
    pub(super) fn set(&mut self, deed: Deed) {
        let deeds = Rc::make_mut(self.0.get_or_insert_default());
        deeds.retain(|known| !known.is(deed.entry, &deed.on, &deed.key));
        deeds.push(deed);
    }

    /// Takes back what was done.
    pub(super) fn undo(&mut self, undone: impl Fn(&Deed) -> bool) {
        if let Some(deeds) = &mut self.0
            && deeds.iter().any(&undone)
        {
            Rc::make_mut(deeds).retain(|deed| !undone(deed));
        }
    }

    /// What is certain after either of two paths.
    pub(super) fn join(&mut self, other: &Performed) {
        let (Some(ours), Some(theirs)) = (&mut self.0, &other.0) else {
            self.0 = None;
            return;
        };
        if Rc::ptr_eq(ours, theirs) {
            return;
        }
        let twin = |deed: &Deed| {
            theirs.iter().find(|other| other.is(deed.entry, &deed.on, &deed.key)).cloned()
        };
        let mut both = Vec::new();
        for deed in ours.iter() {
            if let Some(other) = twin(deed) {
                // Where only one of the paths did it again, the first time counts.
                both.push(if other.version < deed.version { other } else { deed.clone() });
            }
        }
        *ours = Rc::new(both);
    }
}
