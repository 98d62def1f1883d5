//! A run that an edit has not touched, moved to where the text is now.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::run::Run;
use super::state::{Binding, Slot, State};
use super::trace::Trace;
use crate::syntax::body_edit::BodyEdit;
use crate::text::span::Span;

impl Run {
    /// Goes over to the text after an edit inside a function that the run has not called.
    pub(super) fn follow(&mut self, edit: &BodyEdit, version: u32) {
        let mut slots = Slots { edit, version, moved: FxHashMap::default() };
        slots.state(&mut self.state);
        slots.state(&mut self.intended);
        self.held_states().for_each(|held| slots.state(held));
        for stop in &mut self.stops {
            stop.site = edit.span(stop.site);
            stop.read = stop.read.map(|read| edit.span(read));
            if let Some((made_in, origin)) = &mut stop.origin
                && *made_in == version
            {
                *origin = edit.span(*origin);
            }
        }
        self.unbound_reads.iter_mut().for_each(|(span, _)| *span = edit.span(*span));
        self.trace.follow(edit, version);
    }
}

impl Trace {
    fn follow(&mut self, edit: &BodyEdit, version: u32) {
        let reads = std::mem::take(&mut self.reads).into_iter();
        self.reads = reads
            .map(|(span, mut read)| {
                let own = read.found.iter_mut().filter(|place| place.0 == version);
                own.for_each(|place| place.1 = edit.span(place.1));
                (edit.span(span), read)
            })
            .collect();
        let decisions = std::mem::take(&mut self.decisions).into_iter();
        self.decisions = decisions.map(|(span, made)| (edit.span(span), made)).collect();
        self.defined = self.defined.iter().filter_map(|&id| edit.stmt(id)).collect();
        self.lambdas = self.lambdas.iter().filter_map(|&id| edit.expr(id)).collect();
        self.unseen.iter_mut().for_each(|(span, _)| *span = edit.span(*span));
        self.repeats.iter_mut().for_each(|repeat| repeat.site = edit.span(repeat.site));
        self.stacked.iter_mut().for_each(|stacked| stacked.site = edit.span(stacked.site));
        for rewrite in &mut self.rewrites {
            rewrite.span = edit.span(rewrite.span);
            rewrite.call = edit.span(rewrite.call);
        }
        for (_, bound, read) in &mut self.rebinds {
            (*bound, *read) = (edit.span(*bound), edit.span(*read));
        }
    }
}

/// Slots that have been moved: the namespaces of a run share most of them.
struct Slots<'e> {
    edit: &'e BodyEdit,
    version: u32,
    moved: FxHashMap<*const Slot, Rc<Slot>>,
}

impl Slots<'_> {
    fn state(&mut self, state: &mut State) {
        state.replace_globals(|slot| self.slot(slot));
        if let Some(registered) = &mut state.registered {
            registered.span = self.edit.span(registered.span);
        }
    }

    /// None where nothing in the slot has moved.
    fn slot(&mut self, slot: &Rc<Slot>) -> Option<Rc<Slot>> {
        if let Some(moved) = self.moved.get(&Rc::as_ptr(slot)) {
            return Some(Rc::clone(moved));
        }
        if !slot.bindings.iter().any(|binding| self.place(binding) != binding.span) {
            return None;
        }
        let mut moved = Slot::clone(slot);
        for binding in &mut moved.bindings {
            binding.span = self.place(binding);
        }
        let moved = Rc::new(moved);
        self.moved.insert(Rc::as_ptr(slot), Rc::clone(&moved));
        Some(moved)
    }

    fn place(&self, binding: &Binding) -> Span {
        if binding.version == self.version { self.edit.span(binding.span) } else { binding.span }
    }
}
