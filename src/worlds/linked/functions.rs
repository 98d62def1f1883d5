//! Attributes of functions: decorators mark what they are given with them, and look for the marks.
//!
//! A function is no object of the heap. Each of its attributes has a symbol of its own, so that
//! paths keep and join them as they do with the names of modules.

use std::rc::Rc;

use crate::syntax::ast::Name;
use crate::worlds::builtins::types;
use crate::worlds::function::Function;
use crate::worlds::machine::Machine;
use crate::worlds::state::{Object, Slot, Symbol};
use crate::worlds::value::{ObjectId, Value};

/// What `functools.update_wrapper` copies (`WRAPPER_ASSIGNMENTS`, `Lib/functools.py`).
const COPIED: &[&str] = &["__module__", "__name__", "__qualname__", "__doc__"];

impl Machine<'_> {
    /// An attribute that was set on a function; None where it was not.
    pub(super) fn function_mark(&self, function: &Function, name: &str) -> Option<Rc<Slot>> {
        let linked = self.linked.as_ref()?;
        let key = (std::ptr::from_ref(function) as usize, Name::from(name));
        let (_, symbol) = linked.marks.get(&key)?;
        self.state.global(*symbol).cloned()
    }

    /// Whether a function has no such attribute: it was not set, and functions as such have none.
    pub(in crate::worlds) fn lacks_mark(&self, function: &Function, name: &str) -> bool {
        self.linked.is_some()
            && self.function_attribute(function, name).is_none()
            && types::has_attribute("function", name) != Some(true)
    }

    /// Whether an attribute of a function may not be set.
    pub(in crate::worlds) fn may_lack_mark(&self, function: &Function, name: &str) -> bool {
        self.function_mark(function, name).is_some_and(|mark| mark.maybe_unbound)
    }

    /// Unsets an attribute of a function; says whether it may have been set.
    pub(in crate::worlds) fn remove_mark(&mut self, function: &Rc<Function>, name: &Name) -> bool {
        if self.function_mark(function, name).is_none() {
            return false;
        }
        if let Some(symbol) = self.mark_symbol(function, name) {
            self.state.set_global(symbol, None);
        }
        true
    }

    /// Sets an attribute of a function; says whether that is kept.
    pub(in crate::worlds) fn set_mark(
        &mut self,
        function: &Rc<Function>,
        name: &Name,
        value: Value,
    ) -> bool {
        let Some(symbol) = self.mark_symbol(function, name) else { return false };
        let slot = self.slot_of(self.version, value);
        self.state.set_global(symbol, Some(Rc::new(slot)));
        true
    }

    fn mark_symbol(&mut self, function: &Rc<Function>, name: &Name) -> Option<Symbol> {
        let key = (Rc::as_ptr(function) as usize, name.clone());
        if let Some((_, symbol)) = self.linked.as_ref()?.marks.get(&key) {
            return Some(*symbol);
        }
        let symbol = self.memory.reserve(Name::from(format!("{}.{name}", function.name)));
        // The function stays, so that no other one gets its address.
        self.linked.as_mut()?.marks.insert(key, (Rc::clone(function), symbol));
        Some(symbol)
    }

    /// `functools.wraps(wrapped)(wrapper)`: the wrapper is called as the wrapped one is.
    pub(in crate::worlds) fn wrap(&mut self, wrapper: &Value, wrapped: Option<&Value>) {
        let wrapped = match wrapped {
            Some(Value::Method(pair)) => Some(&pair.0),
            wrapped => wrapped,
        };
        if let Value::Object(id) = wrapper {
            return self.wrap_by_object(*id, wrapped);
        }
        let (Value::Function(wrapper), Some(Value::Function(wrapped))) = (wrapper, wrapped) else {
            return;
        };
        if self.linked.is_none() {
            return;
        }
        for name in COPIED {
            if let Some(value) = self.function_attribute(wrapped, name) {
                self.set_mark(wrapper, &Name::from(*name), value);
            }
        }
        let own: Vec<(Name, Rc<Slot>)> = self.marks_of(wrapped);
        for (name, slot) in own.into_iter().filter(|(name, _)| !COPIED.contains(&&**name)) {
            if let Some(symbol) = self.mark_symbol(wrapper, &name) {
                self.state.set_global(symbol, Some(slot));
            }
        }
        self.set_mark(wrapper, &Name::from("__wrapped__"), Value::Function(Rc::clone(wrapped)));
    }

    /// The same where an object wraps a function: a decorator that is a class.
    fn wrap_by_object(&mut self, id: ObjectId, wrapped: Option<&Value>) {
        let Some(Object::Instance(instance)) = self.state.object_mut(id) else { return };
        match wrapped {
            Some(Value::Function(function)) => {
                let attributes = &mut instance.attributes;
                for name in COPIED {
                    attributes.set(Name::from(*name), Value::Opaque(None));
                }
                attributes.set(Name::from("__name__"), Value::Str(function.name.clone()));
                let function = Value::Function(Rc::clone(function));
                attributes.set(Name::from("__wrapped__"), function);
                // What was set on the function is there, too.
                instance.is_opaque = true;
            }
            _ => instance.is_opaque = true,
        }
    }

    fn marks_of(&self, function: &Rc<Function>) -> Vec<(Name, Rc<Slot>)> {
        let Some(linked) = &self.linked else { return Vec::new() };
        let address = Rc::as_ptr(function) as usize;
        let own = linked.marks.iter().filter(|((owner, _), _)| *owner == address);
        let mut found: Vec<(Name, Rc<Slot>)> = own
            .filter_map(|((_, name), (_, symbol))| {
                Some((name.clone(), Rc::clone(self.state.global(*symbol)?)))
            })
            .collect();
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        found
    }
}
