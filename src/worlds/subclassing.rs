//! What classes of other modules say of the keywords of those that derive from them.

use super::builtins::types;
use super::changes::hashed;
use super::eval::Args;
use super::machine::{Flow, Machine};
use super::resolve::{MAX_HOPS, Resolver};
use super::signature::{Misfit, Signature};
use super::state::Object;
use super::value::{External, Value};
use crate::syntax::ast::Name;

/// The hook.
const HOOK: &str = "__init_subclass__";

/// Classes of the standard library whose metaclass hands the keywords on as `type` does.
const PLAIN: &[(&str, &str)] = &[
    ("abc", "ABC"),
    ("typing", "Generic"),
    ("typing", "Protocol"),
    ("typing_extensions", "Generic"),
    ("typing_extensions", "Protocol"),
];

/// Words with which a module may give a class attributes that no statement of its shows.
const GIVES_UNSEEN: &[&str] = &["setattr(", "locals()", "vars(", "exec(", "__dict__"];

/// How a class that has no metaclass of its own takes in classes that derive from it.
#[derive(Debug)]
pub(super) struct Subclassing {
    /// What the hook of its own, or of its module's, takes; None where there is none.
    hook: Option<Signature>,
    /// The classes of other modules that it derives from, as modules and names.
    bases: Vec<(Name, Name)>,
    /// The builtin classes that it derives from.
    builtin: Vec<&'static str>,
}

impl Machine<'_> {
    /// How a value takes in classes that derive from it; None where that is not all seen.
    pub(super) fn subclassing_of(&self, value: &Value) -> Option<Subclassing> {
        let Value::Object(id) = value else { return None };
        let Some(Object::Class(class)) = self.state.object(*id) else { return None };
        if class.is_hidden || class.metaclass.is_some() {
            return None;
        }
        let (mut bases, mut builtin) = (Vec::new(), vec!["object", "type"]);
        let mut inherited = None;
        for base in class.bases.iter() {
            match base {
                Value::Type(class) => builtin.push(*class),
                Value::External(base) => {
                    bases.push((base.module.clone(), base.attribute.clone()));
                }
                Value::Object(_) => {
                    let inner = self.subclassing_of(base)?;
                    let is_inherited = inner.hook.is_some() && class.namespace.get(HOOK).is_none();
                    // Of several bases it is not told whose hook comes first.
                    if is_inherited && class.bases.len() > 1 {
                        return None;
                    }
                    inherited = inner.hook;
                    bases.extend(inner.bases);
                    builtin.extend(inner.builtin);
                }
                _ => return None,
            }
        }
        let hook = match class.namespace.get(HOOK) {
            None => inherited,
            Some(local) => match &local.value {
                Value::Function(hook) if !local.maybe_unbound => Some(Signature::of(hook, 1)?),
                _ => return None,
            },
        };
        Some(Subclassing { hook, bases, builtin })
    }

    /// `type_new_init_subclass` (`Objects/typeobject.c`) where a class of another module is the
    /// only base: its hook may not take the keywords.
    pub(super) fn check_class_keywords(
        &mut self,
        bases: &[Value],
        keywords: &[(Name, Value)],
    ) -> Flow<()> {
        let ([Value::External(base)], false) = (bases, keywords.is_empty()) else { return Ok(()) };
        // `_TypedDictMeta.__new__`, `Lib/typing.py`
        let options = ["total", "closed", "extra_items"];
        if &*base.attribute == "TypedDict"
            && base.module.starts_with("typing")
            && keywords.iter().any(|(name, _)| !options.contains(&&**name))
        {
            let reason = "the class takes no such keyword argument";
            return Err(self.raise_builtin("TypeError", reason));
        }
        let names: Vec<&Name> = keywords.iter().map(|(name, _)| name).collect();
        let fingerprint = hashed((HOOK, &base.module, &base.attribute, names));
        let ran = self.baseline.as_ref().is_none_or(|before| before.has_noted(fingerprint));
        if !ran {
            let args = Args { keywords: keywords.to_vec(), ..Args::default() };
            let resolver = self.resolver_of(&base.module);
            if let Some(misfit) = resolver.subclass_misfit(base, &args) {
                let reason = format!("`{}.{HOOK}()`: {misfit}", base.attribute);
                return Err(self.raise_builtin("TypeError", reason));
            }
        }
        self.trace.ran.note(fingerprint);
        Ok(())
    }
}

impl Resolver<'_> {
    /// Why a class of another module certainly refuses the keywords of one that derives from it.
    fn subclass_misfit(&self, class: &External, args: &Args) -> Option<Misfit> {
        let mut class = (class.module.clone(), class.attribute.clone());
        for _ in 0..MAX_HOPS {
            let (misfit, bases) = self.at_origin(&class.0, &class.1, |exported| {
                let subclassing = exported.subclassing.as_ref()?;
                let misfit = subclassing.hook.as_ref().map(|hook| hook.misfit(args));
                Some((misfit, subclassing.bases.clone()))
            })?;
            if !bases.iter().all(|base| self.is_plainly_derived(base, 0)) {
                return None;
            }
            class = match (misfit, &bases[..]) {
                (Some(misfit), _) => return misfit,
                (None, [base]) => base.clone(),
                (None, _) => return None,
            };
        }
        None
    }

    /// Whether a class of another module and all that it derives from certainly lack an attribute.
    pub(super) fn class_lacks(&self, class: &External, name: &Name, depth: usize) -> bool {
        let is_served = |class: &str| types::has_attribute(class, name) != Some(false);
        let bases = self.at_origin(&class.module, &class.attribute, |exported| {
            let subclassing = exported.subclassing.as_ref()?;
            let is_builtin = subclassing.builtin.iter().any(|class| is_served(class));
            // Its hook may give something to those that derive from it.
            let is_plain = subclassing.hook.is_none() && !is_builtin;
            is_plain.then(|| subclassing.bases.clone())
        });
        // What the metaclass of `abc.ABC` has.
        let is_abstract = |base: &(Name, Name)| &*base.0 == "abc" && &**name == "register";
        let lacks = |base: &(Name, Name)| match PLAIN.contains(&(&*base.0, &*base.1)) {
            true => !is_abstract(base),
            false => {
                let base = External { module: base.0.clone(), attribute: base.1.clone() };
                depth < MAX_HOPS && self.class_lacks(&base, name, depth + 1)
            }
        };
        bases.is_some_and(|bases| bases.iter().all(lacks))
            && self.is_made_without(class, name)
            && GIVES_UNSEEN.iter().all(|words| self.is_made_without(class, words))
    }

    /// Whether no class that a class of another module derives from has a metaclass that could
    /// take the keywords for itself.
    fn is_plainly_derived(&self, (module, name): &(Name, Name), depth: usize) -> bool {
        if PLAIN.contains(&(&**module, &**name)) {
            return true;
        }
        let bases = self
            .at_origin(module, name, |exported| Some(exported.subclassing.as_ref()?.bases.clone()));
        depth < MAX_HOPS
            && bases.is_some_and(|bases| {
                bases.iter().all(|base| self.is_plainly_derived(base, depth + 1))
            })
    }
}
