//! A namespace with the objects it reaches, and what holds after one of several paths.

use std::collections::hash_map::Entry;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::cells::Cells;
use super::effort::spend;
use super::eval::Generator;
use super::function::{Class, Namespace};
use super::given::Given;
use super::performed::Performed;
use super::registered::Registered;
use super::sure::Sure;
use super::value::{ObjectId, Value};
use crate::program::Scope;
use crate::simulation::BindingKind;
use crate::text::span::Span;

/// A global name, as an index into the machine's table of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Symbol(pub(super) u32);

/// One way in which a global name may have been bound.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    /// The version whose execution made it; [`OUTSIDE`] for what the import machinery binds.
    pub(super) version: u32,
    pub(super) span: Span,
    pub(super) kind: BindingKind,
    pub(super) value: Value,
    /// What the statement that made it is known by ([`super::provenance`]).
    pub(super) maker: u64,
}

/// The version of bindings that the import machinery makes.
pub(super) const OUTSIDE: u32 = u32::MAX;

/// What a global name may hold: at least one binding.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) bindings: Vec<Binding>,
    pub(super) maybe_unbound: bool,
}

/// A name is not followed beyond this many places that may have bound it.
const MAX_BINDINGS: usize = 12;

impl Slot {
    pub(super) fn value(&self) -> Value {
        let values = self.bindings.iter().map(|binding| binding.value.clone());
        Value::join_all(values).unwrap_or(Value::Unknown)
    }

    /// Whether joining with the other adds nothing.
    fn covers(&self, other: &Slot) -> bool {
        let holds = |theirs: &Binding| {
            let mut own = self.bindings.iter();
            own.find(|ours| ours.version == theirs.version && ours.span == theirs.span)
                .is_some_and(|ours| ours.value.covers(&theirs.value))
        };
        (self.maybe_unbound || !other.maybe_unbound) && other.bindings.iter().all(holds)
    }

    fn join(&self, other: &Slot) -> Slot {
        let mut joined = self.clone();
        joined.maybe_unbound |= other.maybe_unbound;
        for theirs in &other.bindings {
            let same_place =
                |ours: &Binding| ours.version == theirs.version && ours.span == theirs.span;
            match joined.bindings.iter().position(same_place) {
                Some(at) => {
                    let ours = &mut joined.bindings[at];
                    ours.value = ours.value.join(&theirs.value);
                }
                None if joined.bindings.len() < MAX_BINDINGS => {
                    joined.bindings.push(theirs.clone())
                }
                None => {
                    if let Some(last) = joined.bindings.last_mut() {
                        last.value = Value::Unknown;
                    }
                }
            }
        }
        joined
    }
}

/// A heap object.
#[derive(Debug, Clone)]
pub(super) enum Object {
    List(Items),
    Set(Items),
    Dict(Entries),
    /// What is left of an iterator.
    Iterator(Items),
    Generator(Generator),
    Instance(Instance),
    Class(Class),
    /// The locals of a call, or of a class body while it runs.
    Frame(Frame),
}

#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub(super) locals: Namespace,
    pub(super) scope: Arc<Scope>,
}

/// Elements; where not `exact`, any others may be there instead.
#[derive(Debug, Clone, Default)]
pub(super) struct Items {
    pub(super) values: Vec<Value>,
    pub(super) exact: bool,
}

/// Keys with values; where not `exact`, any others may be there instead.
#[derive(Debug, Clone, Default)]
pub(super) struct Entries {
    pub(super) pairs: Vec<(Value, Value)>,
    pub(super) exact: bool,
    /// What is known all the same where they are not `exact`.
    pub(super) sure: Sure,
}

#[derive(Debug, Clone)]
pub(super) struct Instance {
    pub(super) class: Value,
    pub(super) attributes: Namespace,
    /// Other attributes may exist.
    pub(super) is_opaque: bool,
}

/// A list is not followed beyond this when others are added to it.
const MAX_APPENDED: usize = 10_000;

impl Items {
    pub(super) fn exactly(values: Vec<Value>) -> Items {
        Items { values, exact: true }
    }

    pub(super) fn unknown() -> Items {
        Items { values: Vec::new(), exact: false }
    }

    /// Adds others at the end; what gets too long to follow is unknown.
    pub(super) fn append(&mut self, more: Items) {
        if self.values.len() + more.values.len() > MAX_APPENDED {
            *self = Items::unknown();
            return;
        }
        self.values.extend(more.values);
        self.exact &= more.exact;
    }

    fn join(&self, other: &Items) -> Items {
        let same = self.exact && other.exact && self.values.len() == other.values.len();
        if !same {
            return Items::unknown();
        }
        let pairs = self.values.iter().zip(&other.values);
        Items::exactly(pairs.map(|(a, b)| a.join(b)).collect())
    }
}

impl Entries {
    /// The value of a key, where keys are known well enough to say: `Some(None)` means absent.
    pub(super) fn get(&self, key: &Value) -> Option<Option<&Value>> {
        if !self.exact {
            return self.sure.get(key);
        }
        for (known, value) in &self.pairs {
            match known.equals(key) {
                Some(true) => return Some(Some(value)),
                Some(false) => {}
                None if known.is_same_object(key) => return Some(Some(value)),
                None => return None,
            }
        }
        Some(None)
    }

    /// Stores under a key; a key that cannot be told from others makes the whole inexact.
    pub(super) fn set(&mut self, key: Value, value: Value) {
        if !self.exact {
            self.sure.set(&key, Some(value.clone()));
        }
        for (known, old) in &mut self.pairs {
            match known.equals(&key) {
                Some(true) => {
                    *old = value;
                    return;
                }
                Some(false) => {}
                None if known.is_same_object(&key) => {
                    *old = value;
                    return;
                }
                None => {
                    self.exact = false;
                    return;
                }
            }
        }
        self.pairs.push((key, value));
    }

    /// Stores under many keys, one after the other.
    pub(super) fn extend(&mut self, pairs: Vec<(Value, Value)>) {
        let are_texts =
            |pairs: &[(Value, Value)]| pairs.iter().all(|(key, _)| matches!(key, Value::Str(_)));
        if !are_texts(&self.pairs) || !are_texts(&pairs) {
            pairs.into_iter().for_each(|(key, value)| self.set(key, value));
            return;
        }
        let mut places: FxHashMap<Arc<str>, usize> = FxHashMap::default();
        for (key, value) in std::mem::take(&mut self.pairs).into_iter().chain(pairs) {
            let Value::Str(text) = &key else { continue };
            match places.entry(Arc::clone(text)) {
                Entry::Occupied(place) => self.pairs[*place.get()].1 = value,
                Entry::Vacant(place) => {
                    place.insert(self.pairs.len());
                    self.pairs.push((key, value));
                }
            }
        }
    }

    fn join(&self, other: &Entries) -> Entries {
        let same_keys = self.exact
            && other.exact
            && self.pairs.len() == other.pairs.len()
            && self.pairs.iter().zip(&other.pairs).all(|((a, _), (b, _))| a.same(b));
        if !same_keys {
            let sure = match self.exact {
                true => Sure::of(&self.pairs).agreed(|key| other.get(key)),
                false => self.sure.agreed(|key| other.get(key)),
            };
            return Entries { sure, ..Entries::unknown() };
        }
        let pairs = self.pairs.iter().zip(&other.pairs);
        let pairs = pairs.map(|((key, a), (_, b))| (key.clone(), a.join(b))).collect();
        Entries::exactly(pairs)
    }
}

impl Object {
    fn widen_from(&mut self, before: &Object) {
        match self {
            Object::List(items) | Object::Set(items) | Object::Iterator(items) => {
                *items = Items::unknown();
            }
            Object::Dict(entries) => *entries = Entries::unknown(),
            Object::Generator(generator) => generator.maybe_used = true,
            Object::Frame(frame) => {
                let Object::Frame(before) = before else { return };
                frame.locals.widen_from(&before.locals);
            }
            Object::Instance(instance) => {
                let Object::Instance(before) = before else { return };
                instance.attributes.widen_from(&before.attributes);
            }
            Object::Class(class) => {
                let Object::Class(before) = before else { return };
                class.namespace.widen_from(&before.namespace);
            }
        }
    }

    /// About how many values a copy of it copies.
    fn size(&self) -> usize {
        match self {
            Object::List(items) | Object::Set(items) | Object::Iterator(items) => {
                items.values.len()
            }
            Object::Dict(entries) => entries.pairs.len(),
            Object::Generator(_) => 1,
            Object::Instance(instance) => instance.attributes.len(),
            Object::Class(class) => class.namespace.len(),
            Object::Frame(frame) => frame.locals.len(),
        }
    }

    /// Whether joining with the other adds nothing; false also where that is not looked into.
    fn covers(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Frame(a), Object::Frame(b)) => a.locals.covers(&b.locals),
            (Object::Instance(a), Object::Instance(b)) => {
                a.class.covers(&b.class)
                    && a.attributes.covers(&b.attributes)
                    && (a.is_opaque || !b.is_opaque)
            }
            (Object::Class(a), Object::Class(b)) => {
                a.namespace.covers(&b.namespace) && (a.is_opaque || !b.is_opaque)
            }
            _ => false,
        }
    }

    fn join(&self, other: &Object) -> Object {
        match (self, other) {
            (Object::List(a), Object::List(b)) => Object::List(a.join(b)),
            (Object::Set(a), Object::Set(b)) => Object::Set(a.join(b)),
            (Object::Iterator(a), Object::Iterator(b)) => Object::Iterator(a.join(b)),
            (Object::Dict(a), Object::Dict(b)) => Object::Dict(a.join(b)),
            // One of the paths has used it, or both have, not equally far.
            (Object::Generator(one), _) | (_, Object::Generator(one)) => {
                Object::Generator(Generator { maybe_used: true, ..one.clone() })
            }
            (Object::Frame(a), Object::Frame(b)) => Object::Frame(Frame {
                locals: a.locals.join(&b.locals),
                scope: Arc::clone(&a.scope),
            }),
            (Object::Instance(a), Object::Instance(b)) => Object::Instance(Instance {
                class: a.class.join(&b.class),
                attributes: a.attributes.join(&b.attributes),
                is_opaque: a.is_opaque || b.is_opaque,
            }),
            (Object::Class(a), Object::Class(b)) => {
                let mut joined = a.clone();
                joined.namespace = a.namespace.join(&b.namespace);
                joined.is_opaque |= b.is_opaque;
                joined.is_hidden |= b.is_hidden;
                joined.from_outside |= b.from_outside;
                Object::Class(joined)
            }
            // The frame of a body that one of the paths did not get through.
            (Object::Class(class), Object::Frame(_)) | (Object::Frame(_), Object::Class(class)) => {
                Object::Class(class.clone())
            }
            // An object keeps its kind from its making on.
            _ => self.clone(),
        }
    }
}

/// Everything that executing a statement can change.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    globals: Cells<Slot>,
    heap: Cells<Object>,
    /// Something that is not seen may have bound any name (a star import that does not
    /// resolve, `exec`).
    pub(super) unseen: bool,
    /// What `sys.modules` holds instead of the module.
    pub(super) registered: Option<Registered>,
    /// What has been done outside of the namespace.
    pub(super) performed: Performed,
    /// Which attributes were given to what other modules hold.
    pub(super) given: Given,
    /// Names that are bound only where an environment variable is set.
    pub(super) unlikely: Option<Rc<Vec<Symbol>>>,
}

impl State {
    pub(super) fn global(&self, symbol: Symbol) -> Option<&Rc<Slot>> {
        self.globals.get(symbol.0 as usize)
    }

    pub(super) fn set_global(&mut self, symbol: Symbol, slot: Option<Rc<Slot>>) {
        self.globals.set(symbol.0 as usize, slot);
    }

    pub(super) fn clear_globals(&mut self) {
        self.globals = Cells::default();
    }

    /// The names that may be bound, with what they may hold.
    pub(super) fn globals(&self) -> impl Iterator<Item = (Symbol, &Rc<Slot>)> {
        self.globals.iter().map(|(index, slot)| (Symbol(index as u32), slot))
    }

    /// Replaces what names hold where `f` gives something else.
    pub(super) fn replace_globals(&mut self, mut f: impl FnMut(&Rc<Slot>) -> Option<Rc<Slot>>) {
        let replaced: Vec<(usize, Rc<Slot>)> =
            self.globals.iter().filter_map(|(index, slot)| Some((index, f(slot)?))).collect();
        for (index, slot) in replaced {
            self.globals.set(index, Some(slot));
        }
    }

    pub(super) fn object(&self, id: ObjectId) -> Option<&Object> {
        self.heap.get(id.0 as usize).map(|object| &**object)
    }

    pub(super) fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        let object = self.heap.get_mut(id.0 as usize)?;
        if Rc::strong_count(object) > 1 {
            spend(object.size());
        }
        Some(Rc::make_mut(object))
    }

    pub(super) fn insert(&mut self, id: ObjectId, object: Object) {
        self.heap.set(id.0 as usize, Some(Rc::new(object)));
    }

    /// Takes out an object that nothing reaches any more.
    pub(super) fn remove(&mut self, id: ObjectId) {
        if self.heap.get(id.0 as usize).is_some() {
            self.heap.set(id.0 as usize, None);
        }
    }

    /// What holds after either of two paths.
    pub(super) fn join(mut self, other: &State) -> State {
        self.join_unlikely(other);
        self.unseen |= other.unseen;
        self.registered = Registered::join(self.registered.take(), other.registered.as_ref());
        self.performed.join(&other.performed);
        self.given.join(&other.given);
        self.globals.join_with(&other.globals, |ours, theirs| match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.covers(theirs) => Some(Rc::clone(ours)),
            (Some(ours), Some(theirs)) => Some(Rc::new(ours.join(theirs))),
            (Some(one), None) | (None, Some(one)) => Some(maybe(one)),
            (None, None) => None,
        });
        self.heap.join_with(&other.heap, |ours, theirs| match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.covers(theirs) => Some(Rc::clone(ours)),
            (Some(ours), Some(theirs)) => Some(Rc::new(ours.join(theirs))),
            (one, other) => one.or(other).cloned(),
        });
        self
    }

    /// Forgets the value of whatever differs from an earlier state: another round of a loop may
    /// change it further.
    pub(super) fn widen_changes(&mut self, earlier: &State) {
        self.globals.join_with(&earlier.globals, |ours, before| {
            let mut slot = (**ours?).clone();
            let known = before.map(|before| before.value());
            for binding in &mut slot.bindings {
                binding.value.widen_from(known.as_ref());
            }
            Some(Rc::new(slot))
        });
        self.heap.join_with(&earlier.heap, |ours, before| {
            // An object that is new in this round is a new one in the next, too.
            let (Some(ours), Some(before)) = (ours, before) else { return ours.cloned() };
            let mut object = (**ours).clone();
            object.widen_from(before);
            Some(Rc::new(object))
        });
    }
}

fn maybe(slot: &Rc<Slot>) -> Rc<Slot> {
    if slot.maybe_unbound {
        return Rc::clone(slot);
    }
    Rc::new(Slot { bindings: slot.bindings.clone(), maybe_unbound: true })
}
