//! Following a function of another module, where what it does decides about the names of this
//! one: a module `__getattr__`, or a helper that puts something into `sys.modules`.

use std::rc::Rc;
use std::sync::Arc;

use super::eval::Args;
use super::function::{Function, Local, Namespace};
use super::machine::{Identity, Machine, Memory, Raise, Risk};
use super::resolve::{MAX_HOPS, Presence, Resolver};
use super::state::{Entries, Instance, Items, Object, State};
use super::value::{External, Returned, Value};
use crate::modules::{Found, ModuleFile, ModuleOrigin};
use crate::program::Program;
use crate::syntax::ast::{ExprId, Name};
use crate::text::span::Span;

/// Values in values are handed on this deep.
const MAX_NESTING: usize = 4;

impl Resolver<'_> {
    /// Whether a module's `__getattr__` (PEP 562) serves a name.
    pub(super) fn served(&self, file: &ModuleFile, name: &Name) -> Presence {
        let Some((mut machine, at)) = self.loaded(file) else { return Presence::Maybe };
        let Some(getattr) = machine.certain_global("__getattr__") else { return Presence::Maybe };
        if !matches!(getattr, Value::Function(_)) {
            return Presence::Maybe;
        }
        // As where somebody is ready for it: every way in which it may raise is written down.
        machine.tries = 1;
        let answer = machine.call(&getattr, vec![Value::Str(name.clone())], at);
        match (answer, machine.raises.is_empty()) {
            (Ok(_), true) => Presence::Yes,
            (Ok(_), false) => Presence::Maybe,
            (Err(_), _) => Presence::No,
        }
    }

    /// What a call of another module's function puts into `sys.modules` under a name: the names
    /// of its namespace, with whether each is certain; None inside where that is not known.
    fn registers(
        &self,
        callee: &External,
        args: &Args,
        caller: &State,
        own: &Name,
    ) -> Option<Option<Vec<(Name, bool)>>> {
        let (file, mut machine, function, at) = self.found(callee)?;
        let is_function = matches!(function, Value::Function(_));
        if !is_function || !file.source.text().contains("sys.modules[") {
            return None;
        }
        machine.watched = Some(own.clone());
        let args = machine.handed(args, caller);
        let followed = machine.call_with(&function, args, at).is_ok();
        let registered = machine.state.registered.take()?;
        Some(machine.names_of(&registered.value).filter(|_| followed))
    }

    /// Whether a call of what another module has made goes through, as far as that module's own
    /// text decides.
    pub(super) fn goes_through(&self, callee: &External, args: &Args, caller: &State) -> bool {
        let Some((_, mut machine, callee, at)) = self.found(callee) else { return false };
        let is_own = match &callee {
            Value::Function(_) | Value::Method(_) | Value::BuiltinMethod(_) => true,
            value => machine.is_class(value),
        };
        if !is_own {
            return false;
        }
        let args = machine.handed(args, caller);
        let answer = machine.call_with(&callee, args, at);
        let is_decided_outside =
            |raise: &Raise| raise.risk == Some(Risk::Environment) || raise.is_forked;
        answer.is_ok() && machine.raises.iter().all(is_decided_outside)
    }

    /// The items of what a call has given, where they are plain data, and nothing that changes
    /// while a process runs decides about them.
    pub(super) fn items_of(&self, call: &Returned, caller: &State) -> Option<Items> {
        let (mut machine, answer, at) = self.answer_of(call, caller)?;
        let items = machine.exhaust(&answer, at).ok()?;
        let is_plain = items.exact && items.values.iter().all(Value::is_constant);
        (is_plain && machine.raises.iter().all(is_outside)).then_some(items)
    }

    /// Whether what a call has given is true, where the same decides about it: a module that is
    /// not installed is often None.
    pub(super) fn truth_of(&self, call: &Returned, caller: &State) -> Option<bool> {
        let (machine, answer, _) = self.answer_of(call, caller)?;
        machine.truth(&answer).filter(|_| machine.raises.iter().all(is_outside))
    }

    /// What a call gives of a function that reads nothing that may change, with the machine that
    /// has followed it.
    fn answer_of(&self, call: &Returned, caller: &State) -> Option<(Machine<'_>, Value, ExprId)> {
        let (_, mut machine, function, at) = self.found(&call.callee)?;
        let Value::Function(plain) = &function else { return None };
        if !machine.is_closed(plain, 0) {
            return None;
        }
        let args = machine.handed(&Args::of(call), caller);
        let answer = machine.call_with(&function, args, at).ok()?;
        Some((machine, answer, at))
    }

    /// Whether something that another module of the workspace makes certainly lacks an attribute.
    /// A module that has the name anywhere in its text is not looked into.
    pub(super) fn lacks(&self, object: &External, name: &Name) -> bool {
        // A chain of attributes has been looked at where it began.
        if object.attribute.contains(['(', '[', '.']) || name.starts_with("__") {
            return false;
        }
        if !self.is_made_without(object, name) {
            return false;
        }
        if self.class_lacks(object, name, 0) {
            return true;
        }
        let Some((_, mut machine, value, at)) = self.found(object) else { return false };
        let before = machine.raises.len();
        let answer = machine.attribute(&value, name, at);
        let raises = &machine.raises[before..];
        let is_certain = |raise: &Raise| {
            raise.risk.is_none()
                && !raise.is_forked
                && raise.class_name.as_deref() == Some("AttributeError")
        };
        answer.is_err() && raises.len() == 1 && raises.iter().all(is_certain)
    }

    /// Whether the texts of the modules that hand something on, and of the one that makes it, are
    /// the workspace's and do not have a word.
    pub(super) fn is_made_without(&self, object: &External, word: &str) -> bool {
        // The text of a class has a private name without the class's own before it.
        let is_mangled = !word.starts_with("__") && !word.ends_with("__");
        let private = word.rfind("__").filter(|_| is_mangled);
        let word = private.map_or(word, |at| &word[at..]);
        let mut place = (object.module.clone(), object.attribute.clone());
        for _ in 0..MAX_HOPS {
            let Some(file) = self.workspace_file(&place.0) else { return false };
            if file.source.text().contains(word) {
                return false;
            }
            let Some(summary) = self.summary(&file) else { return false };
            match summary.names.get(&place.1) {
                Some(exported) if exported.certain => match &exported.from {
                    Some(from) => place = from.clone(),
                    None => return true,
                },
                _ => return false,
            }
        }
        false
    }

    /// What a module of the workspace hands on of a library, by the name that it has there:
    /// `from typing import *` in a module of its own.
    pub(super) fn library_origin(&self, object: &External) -> Option<External> {
        let end = object.attribute.find(['.', '(', '[']).unwrap_or(object.attribute.len());
        let (first, rest) = object.attribute.split_at(end);
        let mut place = (object.module.clone(), Name::from(first));
        for hops in 0..MAX_HOPS {
            let Some(file) = self.workspace_file(&place.0) else {
                let attribute = Name::from(format!("{}{rest}", place.1));
                return (hops > 0).then_some(External { module: place.0, attribute });
            };
            let summary = self.summary(&file)?;
            let exported = summary.names.get(&place.1).filter(|exported| exported.certain)?;
            place = exported.from.clone()?;
        }
        None
    }

    /// Something in the module that makes it, with the machine that has executed that module.
    pub(super) fn found(
        &self,
        wanted: &External,
    ) -> Option<(Arc<ModuleFile>, Machine<'_>, Value, ExprId)> {
        let mut wanted = (wanted.module.clone(), wanted.attribute.clone());
        for _ in 0..MAX_HOPS {
            let Found::Source(file) = self.find(&wanted.0) else { return None };
            if file.origin == ModuleOrigin::StandardLibrary || wanted.1.contains(['(', '[']) {
                return None;
            }
            let (mut machine, at) = self.loaded(&file)?;
            machine.tries = 1;
            let mut parts = wanted.1.split('.');
            let first = machine.certain_global(parts.next()?)?;
            if let Value::External(next) = &first {
                let rest = parts.map(|part| format!(".{part}")).collect::<String>();
                let attribute = Name::from(format!("{}{rest}", next.attribute));
                wanted = (next.module.clone(), attribute);
                continue;
            }
            let mut value = first;
            for part in parts {
                value = machine.attribute(&value, &Name::from(part), at).ok()?;
            }
            return Some((file, machine, value, at));
        }
        None
    }

    /// Another module, executed as a fresh import would; None within its own loading. The calls
    /// that follow come from nowhere in its text, so any expression stands for their place.
    fn loaded(&self, file: &ModuleFile) -> Option<(Machine<'_>, ExprId)> {
        let known = self.followed.borrow().get(&file.name).cloned();
        let loaded = match known {
            Some(known) => known,
            None => {
                // As long as it is under way, it cannot be followed.
                self.followed.borrow_mut().insert(file.name.clone(), None);
                let loaded = self.execute(file).map(|(machine, run)| {
                    let (identity, program) =
                        (machine.identity.clone(), Rc::clone(&machine.program));
                    let memory = machine.into_memory();
                    Rc::new(Loaded { identity, program, state: run.intended, memory })
                });
                self.followed.borrow_mut().insert(file.name.clone(), loaded.clone());
                loaded
            }
        }?;
        let mut machine = Machine::new(self, loaded.identity.clone(), Rc::clone(&loaded.program))
            .with_memory(loaded.memory.clone());
        machine.state = loaded.state.clone();
        let at = machine.program.ast().any_expr()?;
        Some((machine, at))
    }
}

fn is_outside(raise: &Raise) -> bool {
    raise.risk == Some(Risk::Environment)
}

/// Another module after its execution.
pub(super) struct Loaded {
    identity: Identity,
    program: Rc<Program>,
    state: State,
    memory: Memory,
}

impl Machine<'_> {
    /// A call of another module's function that is given the own name may replace the module.
    pub(super) fn note_registration(&mut self, callee: &External, args: &Args, span: Span) {
        let own = self.identity.name.clone();
        if !args.values().any(|value| matches!(value, Value::Str(name) if *name == own)) {
            return;
        }
        let resolver = self.resolver_of(&callee.module);
        let Some(names) = resolver.registers(callee, args, &self.state, &own) else { return };
        let value = names.map_or(Value::Unknown, |names| {
            let mut attributes = Namespace::default();
            for (name, certain) in names {
                let local = Local { value: Value::Unknown, maybe_unbound: !certain };
                attributes.set_local(name, local);
            }
            let class = Value::Type("module");
            self.allocate(Object::Instance(Instance { class, attributes, is_opaque: false }))
        });
        self.register(value, span);
    }

    /// The items of what a call of another module's function has given, where they are known.
    pub(super) fn answered_items(&self, call: &Returned) -> Option<Items> {
        let resolver = self.resolver_of(&call.callee.module);
        let is_followed = self.linked.is_none() && !resolver.is_standard(&call.callee.module);
        if is_followed { resolver.items_of(call, &self.state) } else { None }
    }

    /// Whether what a call of another module's function has given is true, where that is known.
    pub(super) fn answered_truth(&self, call: &Returned) -> Option<bool> {
        let resolver = self.resolver_of(&call.callee.module);
        let is_followed = self.linked.is_none() && !resolver.is_standard(&call.callee.module);
        if is_followed { resolver.truth_of(call, &self.state) } else { None }
    }

    /// Whether a function reads no name of its module that holds something that may change.
    fn is_closed(&mut self, function: &Rc<Function>, depth: usize) -> bool {
        let Some(scope) = function.scope().filter(|_| depth < MAX_NESTING) else { return false };
        scope.later_reads.iter().all(|read| match self.certain_global(&read.name) {
            None => self.builtin(&read.name).is_some(),
            Some(Value::Function(called)) => self.is_closed(&called, depth + 1),
            Some(Value::Module(_) | Value::External(_) | Value::Type(_) | Value::Builtin(_)) => {
                true
            }
            // Nothing is known of it, so nothing that is known hangs on it.
            Some(Value::Returned(_) | Value::Unknown) => true,
            Some(value) => value.is_constant(),
        })
    }

    fn certain_global(&mut self, name: &str) -> Option<Value> {
        let symbol = self.symbol(&Name::from(name));
        let slot = self.state.global(symbol)?;
        (!slot.maybe_unbound).then(|| slot.value())
    }

    /// Arguments of another machine's call: plain data, and nothing else is known.
    pub(super) fn handed(&mut self, args: &Args, caller: &State) -> Args {
        Args {
            positional: args.positional.iter().map(|arg| self.copied(arg, caller, 0)).collect(),
            keywords: args
                .keywords
                .iter()
                .map(|(name, arg)| (name.clone(), self.copied(arg, caller, 0)))
                .collect(),
            inexact: args.inexact,
        }
    }

    pub(super) fn copied(&mut self, value: &Value, from: &State, depth: usize) -> Value {
        if value.is_constant() {
            return value.clone();
        }
        if depth > MAX_NESTING {
            return Value::Unknown;
        }
        match value {
            Value::Tuple(items) => {
                Value::tuple(items.iter().map(|item| self.copied(item, from, depth + 1)).collect())
            }
            Value::Object(id) => match from.object(*id) {
                Some(Object::List(items)) => {
                    let values = items.values.iter();
                    let values = values.map(|item| self.copied(item, from, depth + 1)).collect();
                    self.allocate(Object::List(Items { values, exact: items.exact }))
                }
                Some(Object::Dict(entries)) => {
                    let mut pairs = Vec::new();
                    for (key, value) in &entries.pairs {
                        let value = self.copied(value, from, depth + 1);
                        pairs.push((self.copied(key, from, depth + 1), value));
                    }
                    self.allocate(Object::Dict(Entries {
                        pairs,
                        exact: entries.exact,
                        ..Entries::default()
                    }))
                }
                _ => Value::Unknown,
            },
            Value::Module(_) => value.clone(),
            _ => Value::Unknown,
        }
    }

    /// The names in the `__dict__` of an instance; None where others may be there.
    fn names_of(&self, value: &Value) -> Option<Vec<(Name, bool)>> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Instance(instance)) = self.state.object(*id) else { return None };
        if self.has_unseen_attributes(value) {
            return None;
        }
        let entries = instance.attributes.iter();
        Some(entries.map(|(name, local)| (name.clone(), !local.maybe_unbound)).collect())
    }
}
