//! What code of the module's own that is not followed may do to its names.

use std::rc::Rc;

use rustc_hash::FxHashSet;

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::eval::Args;
use crate::worlds::function::Function;
use crate::worlds::machine::Machine;
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::Value;

/// The functions that may run, and what they bind and unbind.
#[derive(Default)]
struct Effects {
    functions: FxHashSet<*const Function>,
    writes: FxHashSet<Name>,
    deletes: FxHashSet<Name>,
}

impl Machine<'_> {
    /// Any of these may be called, any number of times, from somewhere that is not followed;
    /// of an instance, its special methods.
    pub(in crate::worlds) fn suppose_effects<'v>(
        &mut self,
        values: impl IntoIterator<Item = &'v Value>,
    ) {
        let mut effects = Effects::default();
        for value in values {
            self.collect_effects(value, &mut effects);
        }
        let mut names: Vec<Name> = effects.writes.into_iter().collect();
        names.sort();
        for name in names {
            self.maybe_bind_global(&name, self.site);
            if effects.deletes.contains(&name) {
                self.maybe_unbind_global(&name);
            }
        }
    }

    fn collect_effects(&self, value: &Value, effects: &mut Effects) {
        match value {
            Value::Function(function) => self.collect_function(function, effects),
            Value::Method(pair) => {
                self.collect_effects(&pair.0, effects);
                if matches!(pair.0, Value::Type(_)) {
                    self.collect_effects(&pair.1, effects);
                }
            }
            Value::Union(values) | Value::Tuple(values) => {
                values.iter().for_each(|value| self.collect_effects(value, effects));
            }
            Value::Returned(returned) => {
                returned.args.iter().for_each(|value| self.collect_effects(value, effects));
            }
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items) | Object::Set(items) | Object::Iterator(items)) => {
                    self.collect_instances(&items.values, effects);
                }
                Some(Object::Dict(entries)) => {
                    for (key, value) in &entries.pairs {
                        self.collect_instances([key, value], effects);
                    }
                }
                Some(Object::Instance(instance)) => self.collect_class(&instance.class, effects),
                Some(Object::Class(_)) => self.collect_class(value, effects),
                _ => {}
            },
            _ => {}
        }
    }

    /// Of what is in a container, instances: their methods compare, hash and show them.
    fn collect_instances<'v>(
        &self,
        values: impl IntoIterator<Item = &'v Value>,
        effects: &mut Effects,
    ) {
        for value in values {
            let Value::Object(id) = value else { continue };
            if matches!(self.state.object(*id), Some(Object::Instance(_))) {
                self.collect_effects(value, effects);
            }
        }
    }

    fn collect_class(&self, class: &Value, effects: &mut Effects) {
        let ancestors = self.own_ancestors(class);
        for ancestor in ancestors {
            let Some(Object::Class(class)) = self.state.object(ancestor) else { continue };
            for (_, local) in class.namespace.iter() {
                if let Value::Function(function) = &local.value {
                    self.collect_function(function, effects);
                }
            }
        }
    }

    /// Whether a function asks for a namespace, or is what binds in one.
    pub(in crate::worlds) fn gets_at_names(&self, value: &Value) -> bool {
        match value {
            Value::Function(function) => function.scope().is_some_and(|scope| {
                let reads = scope.later_reads.iter();
                let mut names = reads.map(|read| &*read.name);
                names.any(|name| matches!(name, "globals" | "vars" | "exec" | "setattr"))
            }),
            Value::BuiltinMethod(pair) => matches!(pair.0, Value::Globals),
            Value::Builtin("exec" | "setattr") => true,
            _ => false,
        }
    }

    fn collect_function(&self, function: &Rc<Function>, effects: &mut Effects) {
        if !effects.functions.insert(Rc::as_ptr(function)) {
            return;
        }
        let Some(scope) = function.scope() else { return };
        effects.writes.extend(scope.global_writes.iter().cloned());
        effects.deletes.extend(scope.global_deletes.iter().cloned());
        // What it reads it may call.
        for read in &scope.later_reads {
            let slot = self.known_symbol(&read.name).and_then(|symbol| self.state.global(symbol));
            for binding in slot.map(|slot| slot.bindings.as_slice()).unwrap_or_default() {
                self.collect_effects(&binding.value, effects);
            }
        }
    }

    /// Code that is not seen may change the objects it is given.
    pub(in crate::worlds) fn escape(&mut self, args: &Args, at: ExprId) {
        let mut effects = Effects::default();
        for value in args.values() {
            self.collect_effects(value, &mut effects);
            self.escape_value(value, at);
        }
        self.trace.lent_names.extend(effects.writes);
    }

    fn escape_value(&mut self, value: &Value, at: ExprId) {
        if self.guide.is_none() {
            self.change(value, at);
        }
    }

    /// What is in a value may be anything from here on.
    pub(in crate::worlds) fn change(&mut self, value: &Value, at: ExprId) {
        if let Value::Attributes(id) = value
            && let Some(Object::Instance(instance)) = self.state.object_mut(*id)
        {
            instance.is_opaque = true;
            return;
        }
        let Value::Object(id) = value else { return };
        if let Some(Object::Generator(generator)) = self.state.object(*id) {
            let generator = generator.clone();
            self.escape_generator(*id, &generator, at);
            return;
        }
        if let Some(contents) = self.contents(value) {
            self.change(&contents, at);
        }
        match self.state.object_mut(*id) {
            Some(Object::List(items) | Object::Set(items) | Object::Iterator(items)) => {
                *items = Items::unknown();
            }
            Some(Object::Dict(entries)) => *entries = Entries::unknown(),
            Some(Object::Instance(instance)) => instance.is_opaque = true,
            Some(Object::Class(_) | Object::Frame(_) | Object::Generator(_)) | None => {}
        }
    }
}
