//! Functions of other modules that get at the namespace: one that is handed `globals()`, a
//! decorator that adds to `__all__` of the module in which a function was made, or that is called
//! (`sys._getframe(1)`).
//!
//! They are followed over a stand-in, an object that is like the module; what is another one
//! there afterwards is so in the module.

use std::rc::Rc;
use std::sync::Arc;

use super::builtins::types::class_named;
use super::eval::Args;
use super::function::{Class, Local, Namespace};
use super::machine::{Flow, Machine};
use super::resolve::{MAX_HOPS, Resolver};
use super::state::{Instance, Object, State};
use super::value::{External, ObjectId, Returned, Value};
use crate::modules::{Found, ModuleFile, ModuleOrigin};
use crate::simulation::BindingKind;
use crate::syntax::ast::Name;

/// A module's namespace in the hands of another module's function.
#[derive(Debug, Clone)]
pub(super) struct Lent {
    /// The module whose it is.
    pub(super) name: Name,
    pub(super) stand_in: ObjectId,
}

/// What became of a namespace that was lent.
enum Effects {
    Changes {
        /// What is bound anew, with whether it may also not be.
        bound: Vec<(Name, Local)>,
        /// Lists that have other items now.
        filled: Vec<(Name, Value)>,
        /// With whether each certainly is.
        unbound: Vec<(Name, bool)>,
        /// Where the values are.
        state: State,
    },
    /// The path ends, in an exception of this class.
    Raises(Option<String>, Rc<str>),
}

/// What the import system knows of a module, in its namespace.
pub(super) const SPEC: &str = "__spec__";

const NOT_FOLLOWED: &str = "`globals()` is handed to code that is not followed";

/// How the text of a function looks that finds a namespace by itself.
const FINDS_NAMESPACES: &[&str] = &["__globals__", "sys.modules[", "_getframe(1)"];

impl Machine<'_> {
    /// A call of another module's function that may get at the namespace.
    /// `factory` is the call that gave what is called.
    pub(super) fn lend(
        &mut self,
        callee: &External,
        factory: Option<&Returned>,
        args: &Args,
    ) -> Flow<()> {
        let is_handed = args.values().any(|arg| matches!(arg, Value::Globals));
        let is_ours = self.linked.is_none() && !self.shadow;
        let finds = is_ours && !is_handed && args.values().any(|arg| self.leads_here(arg));
        if !is_handed && !finds {
            return Ok(());
        }
        let resolver = self.resolver_of(&callee.module);
        let effects = match is_ours {
            true if finds && !resolver.finds_namespaces(callee) => return Ok(()),
            true => resolver.effects_on(callee, factory, args, self),
            false => None,
        };
        match effects {
            Some(effects) => self.have(effects),
            None if is_handed => {
                self.see_nothing(self.site, NOT_FOLLOWED);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Whether something says which module it is from.
    fn leads_here(&self, value: &Value) -> bool {
        match value {
            Value::Function(_) => true,
            Value::Object(id) => matches!(self.state.object(*id), Some(Object::Class(_))),
            Value::Returned(made) => wrapped(made).is_some(),
            _ => false,
        }
    }

    /// What `sys.modules[key]` is, where that is the module whose namespace is lent.
    pub(super) fn lent_module(&self, key: &Value) -> Option<Value> {
        let lent = self.lent.as_ref()?;
        matches!(key, Value::Str(name) if *name == lent.name)
            .then_some(Value::Object(lent.stand_in))
    }

    /// `sys._getframe(depth)`, where that is the frame of the module whose namespace is lent: the
    /// one in which the function was called that is followed.
    pub(super) fn lent_frame(&mut self, depth: &Value) -> Option<Value> {
        let stand_in = self.lent.as_ref()?.stand_in;
        let depth = usize::try_from(depth.as_int()?).ok()?;
        if depth + 1 != self.active.len() {
            return None;
        }
        let mut attributes = Namespace::default();
        attributes.set(Name::from("f_globals"), Value::Attributes(stand_in));
        let class = Value::Type("object");
        let frame = Instance { class, attributes, is_opaque: true };
        Some(self.allocate(Object::Instance(frame)))
    }

    fn have(&mut self, effects: Effects) -> Flow<()> {
        let (bound, filled, unbound, state) = match effects {
            Effects::Changes { bound, filled, unbound, state } => (bound, filled, unbound, state),
            // What is live has been through it, so what it met there was something else.
            Effects::Raises(..) if self.baseline.is_none() => {
                self.see_nothing(self.site, NOT_FOLLOWED);
                return Ok(());
            }
            Effects::Raises(class, reason) => {
                let class = class.as_deref().and_then(class_named);
                let exception = class.map_or(Value::Unknown, Value::of_type);
                return Err(self.raise(exception, reason));
            }
        };
        for (name, local) in bound {
            if local.maybe_unbound {
                self.maybe_bind_global(&name, self.site);
            } else {
                let value = match &local.value {
                    Value::External(spec) if &*spec.attribute == SPEC => local.value.clone(),
                    value => self.copied(value, &state, 0),
                };
                self.bind_global(&name, value, self.site, BindingKind::Variable);
            }
        }
        for (name, value) in filled {
            let symbol = self.symbol(&name);
            let held = self.state.global(symbol).map(|slot| slot.value());
            let copy = self.copied(&value, &state, 0);
            if let (Some(Value::Object(list)), Value::Object(copy)) = (held, copy)
                && let Some(items) = self.state.object(copy).cloned()
            {
                self.state.insert(list, items);
            }
        }
        for (name, is_certain) in unbound {
            match is_certain {
                true => self.unbind_global(&name),
                false => self.maybe_unbind_global(&name),
            }
        }
        Ok(())
    }

    /// An object that is like another machine's module.
    fn stand_in(&mut self, owner: &Machine<'_>) -> ObjectId {
        let mut attributes = Namespace::default();
        for (symbol, slot) in owner.state.globals() {
            let value = self.copied(&slot.value(), &owner.state, 0);
            let local = Local { value, maybe_unbound: slot.maybe_unbound };
            attributes.set_local(owner.name(symbol).clone(), local);
        }
        let name = Value::Str(owner.identity.name.clone());
        attributes.set(Name::from("__name__"), name);
        let is_opaque = owner.state.unseen;
        let class = Value::Type("module");
        self.allocate_id(Object::Instance(Instance { class, attributes, is_opaque }))
    }

    /// What stands for an argument: the namespace, a function or a class that was made in it.
    fn stand_in_for(&mut self, arg: &Value, owner: &Machine<'_>, lent: &Lent) -> Value {
        let mut attributes = Namespace::default();
        attributes.set(Name::from("__module__"), Value::Str(lent.name.clone()));
        match arg {
            Value::Globals => Value::Attributes(lent.stand_in),
            Value::ThisModule => Value::Object(lent.stand_in),
            Value::Returned(made) if let Some(function) = wrapped(made) => {
                self.stand_in_for(function, owner, lent)
            }
            Value::Function(function) => {
                attributes.set(Name::from("__name__"), Value::Str(function.name.clone()));
                attributes.set(Name::from("__globals__"), Value::Attributes(lent.stand_in));
                let class = Value::Type("function");
                self.allocate(Object::Instance(Instance { class, attributes, is_opaque: true }))
            }
            Value::Object(id) => match owner.state.object(*id) {
                Some(Object::Class(class)) => self.allocate(Object::Class(Class {
                    name: class.name.clone(),
                    bases: Rc::from([]),
                    metaclass: None,
                    namespace: attributes,
                    is_opaque: true,
                    is_hidden: true,
                    from_outside: true,
                    annotated: None,
                })),
                _ => self.copied(arg, &owner.state, 0),
            },
            _ => self.copied(arg, &owner.state, 0),
        }
    }

    /// What differs between a namespace and what stands for it; None where other things may.
    fn effects(mut self, before: &State, stand_in: ObjectId) -> Option<Effects> {
        let (was, is) = match (before.object(stand_in)?, self.state.object(stand_in)?) {
            (Object::Instance(was), Object::Instance(is)) => (&was.attributes, is),
            _ => return None,
        };
        if is.is_opaque {
            return None;
        }
        let (mut bound, mut filled) = (Vec::new(), Vec::new());
        for (name, now) in is.attributes.iter() {
            match was.get(name) {
                Some(was) if was.value.same(&now.value) => {
                    if !has_same_items(before, &self.state, &now.value) {
                        filled.push((name.clone(), now.value.clone()));
                    }
                }
                _ => bound.push((name.clone(), now.clone())),
            }
        }
        let unbound = was.iter().filter(|(_, was)| !was.maybe_unbound).filter_map(|(name, _)| {
            match is.attributes.get(name) {
                None => Some((name.clone(), true)),
                Some(now) => now.maybe_unbound.then(|| (name.clone(), false)),
            }
        });
        let unbound = unbound.collect();
        let state = std::mem::take(&mut self.state);
        Some(Effects::Changes { bound, filled, unbound, state })
    }
}

/// The function that something has its name and its module from, which `functools` has made.
fn wrapped(made: &Returned) -> Option<&Value> {
    let is_wrapper = &*made.callee.module == "functools"
        && matches!(&*made.callee.attribute, "cache" | "lru_cache" | "singledispatch");
    made.args.first().filter(|first| is_wrapper && matches!(first, Value::Function(_)))
}

/// Whether a list has the items that it had.
fn has_same_items(before: &State, after: &State, value: &Value) -> bool {
    let Value::Object(id) = value else { return true };
    match (before.object(*id), after.object(*id)) {
        (Some(Object::List(was)), Some(Object::List(is))) => {
            let mut pairs = was.values.iter().zip(&is.values);
            was.exact == is.exact
                && was.values.len() == is.values.len()
                && pairs.all(|(was, is)| was.same(is))
        }
        _ => true,
    }
}

impl Resolver<'_> {
    /// Whether the text of a function of another module looks for a namespace.
    fn finds_namespaces(&self, callee: &External) -> bool {
        let Some(file) = self.origin(callee) else { return false };
        let text = file.source.text();
        FINDS_NAMESPACES.iter().any(|word| text.contains(word))
    }

    /// The module that makes something, where that is not the standard library's.
    fn origin(&self, wanted: &External) -> Option<Arc<ModuleFile>> {
        let first = wanted.attribute.split('.').next()?;
        let mut place = (wanted.module.clone(), Name::from(first));
        for _ in 0..MAX_HOPS {
            let Found::Source(file) = self.find(&place.0) else { return None };
            let external = External { module: place.0.clone(), attribute: place.1.clone() };
            if file.origin == ModuleOrigin::StandardLibrary {
                return None;
            }
            if self.is_plain_definition(&external) {
                return Some(file);
            }
            match &self.summary(&file)?.names.get(&place.1)?.from {
                Some(from) => place = from.clone(),
                None => return Some(file),
            }
        }
        None
    }

    /// What a call does to the namespace of the module that makes it; None where that is not
    /// known.
    fn effects_on(
        &self,
        callee: &External,
        factory: Option<&Returned>,
        args: &Args,
        owner: &Machine<'_>,
    ) -> Option<Effects> {
        let (_, mut machine, mut function, at) = self.found(callee)?;
        if let Some(factory) = factory {
            let given = machine.handed(&Args::of(factory), &owner.state);
            function = machine.call_with(&function, given, at).ok()?;
        }
        if !matches!(function, Value::Function(_) | Value::Method(_)) {
            return None;
        }
        let stand_in = machine.stand_in(owner);
        let lent = Lent { name: owner.identity.name.clone(), stand_in };
        let handed = Args {
            positional: args
                .positional
                .iter()
                .map(|arg| machine.stand_in_for(arg, owner, &lent))
                .collect(),
            keywords: args
                .keywords
                .iter()
                .map(|(name, arg)| (name.clone(), machine.stand_in_for(arg, owner, &lent)))
                .collect(),
            inexact: args.inexact,
        };
        machine.lent = Some(lent);
        let before = machine.state.clone();
        let raises = machine.raises.len();
        if machine.call_with(&function, handed, at).is_ok() {
            return machine.effects(&before, stand_in);
        }
        let raises = &machine.raises[raises..];
        let first = raises.first()?;
        let is_certain = raises.iter().all(|raise| {
            raise.risk.is_none() && !raise.is_forked && raise.class_name == first.class_name
        });
        let reason = format!("`{}()`: {}", callee.attribute, first.reason).into();
        is_certain.then(|| Effects::Raises(first.class_name.clone(), reason))
    }
}
