//! What is known of single keys of a dictionary whose others are not known.

use super::state::Entries;
use super::value::Value;

/// More keys than this are not remembered.
const MOST: usize = 64;

/// Keys that are there for certain, with their values, and keys that are not (None).
#[derive(Debug, Clone, Default)]
pub(super) struct Sure(Vec<(Value, Option<Value>)>);

impl Sure {
    /// What is known of a key: None where nothing is.
    pub(super) fn get(&self, key: &Value) -> Option<Option<&Value>> {
        let found = self.0.iter().find(|(known, _)| is_same_key(known, key));
        found.map(|(_, value)| value.as_ref())
    }

    /// From here on this is known of a key. What may be the same key is not known any more.
    pub(super) fn set(&mut self, key: &Value, value: Option<Value>) {
        self.forget(key);
        if self.0.len() < MOST && key.is_same_object(key) {
            self.0.push((key.clone(), value));
        }
    }

    /// A key may have got another value, or may have been taken out.
    pub(super) fn forget(&mut self, key: &Value) {
        self.0.retain(|(known, _)| known.equals(key) == Some(false));
    }

    /// What a dictionary that is known as a whole tells of single keys.
    pub(super) fn of(pairs: &[(Value, Value)]) -> Sure {
        if pairs.len() > MOST {
            return Sure::default();
        }
        Sure(pairs.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect())
    }

    /// What holds whichever of the two does; `other` says what the other knows of a key.
    pub(super) fn agreed<'v>(&self, other: impl Fn(&Value) -> Option<Option<&'v Value>>) -> Sure {
        let both = |(key, value): &(Value, Option<Value>)| match (value, other(key)?) {
            (Some(one), Some(other)) => Some((key.clone(), Some(one.join(other)))),
            (None, None) => Some((key.clone(), None)),
            _ => None,
        };
        Sure(self.0.iter().filter_map(both).collect())
    }
}

fn is_same_key(known: &Value, key: &Value) -> bool {
    known.equals(key).unwrap_or_else(|| known.is_same_object(key))
}

impl Entries {
    pub(super) fn unknown() -> Entries {
        Entries::default()
    }

    pub(super) fn exactly(pairs: Vec<(Value, Value)>) -> Entries {
        Entries { pairs, exact: true, sure: Sure::default() }
    }

    /// Takes a key out of what is not known as a whole.
    pub(super) fn take_out(&mut self, key: &Value) {
        let mut sure = std::mem::take(&mut self.sure);
        sure.set(key, None);
        *self = Entries { sure, ..Entries::unknown() };
    }
}
