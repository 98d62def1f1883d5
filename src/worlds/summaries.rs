//! What is remembered of other modules: their namespaces after a fresh import.

use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;

use dashmap::DashMap;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::machine::Machine;
use super::resolve::Presence;
use super::signature::Signature;
use super::subclassing::Subclassing;
use super::value::Value;
use crate::modules::ModuleOrigin;
use crate::program::Program;
use crate::python::PythonVersion;
use crate::syntax::ast::Name;

/// What other modules bind, shared by everything that is simulated against the same files.
#[derive(Debug, Default)]
pub struct SummaryCache {
    pub(super) summaries: DashMap<String, Arc<Summary>>,
    /// The texts of other modules that were parsed for what they import, by their files.
    pub(super) programs: DashMap<(PathBuf, PythonVersion), Option<Arc<Program>>>,
    /// Whether a module's `__getattr__` serves a name.
    pub(super) served: DashMap<(String, Name), Presence>,
}

/// The namespace of a freshly imported module.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) names: FxHashMap<Name, Exported>,
    /// The names of `__all__`, where it is known.
    pub(super) all: Option<Vec<Name>>,
    /// Names may be bound that are not among these.
    pub(super) unseen: bool,
    pub(super) has_getattr: bool,
    /// How importing it ends.
    pub(super) end: ImportEnd,
    pub(super) origin: Option<ModuleOrigin>,
    /// The names of the modules that it has imported, as far as that is certain; of a library's
    /// only those that lie in it.
    pub(super) imported: FxHashSet<Name>,
    /// The names of the modules that were asked for to make this.
    pub(super) asked: FxHashSet<String>,
}

#[derive(Debug)]
pub(super) struct Exported {
    pub(super) certain: bool,
    /// Its value, where that is plain data or a module.
    pub(super) plain: Option<Plain>,
    /// What it takes when it is called, where it is a plain function or class.
    pub(super) signature: Option<Signature>,
    /// How it takes in classes that derive from it.
    pub(super) subclassing: Option<Subclassing>,
    /// A class of which everything is seen, and that has no `__class_getitem__`.
    pub(super) refuses_subscripts: bool,
    /// Where it is from, if the module only hands it on: module and name.
    pub(super) from: Option<(Name, Name)>,
    /// What it was made of, as modules and names: an object of calls, a class of its bases.
    pub(super) made_of: Vec<(Name, Name)>,
    /// The plain keyword arguments of the call that made it, as Python writes them; texts without
    /// quotes.
    pub(super) made_with: Vec<(Name, Name)>,
}

/// A value that is the same for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Plain {
    None,
    Bool(bool),
    Int(i64),
    Str(Arc<str>),
    Tuple(Vec<Plain>),
    /// Another module, by its dotted name.
    Module(Name),
}

impl Plain {
    /// Tuples in tuples are looked into this deep.
    const MAX_DEPTH: u32 = 3;

    fn of(value: &Value, depth: u32) -> Option<Plain> {
        Some(match value {
            Value::None => Plain::None,
            Value::Bool(value) => Plain::Bool(*value),
            Value::Int(number) => Plain::Int(*number),
            Value::Str(text) => Plain::Str(Arc::clone(text)),
            Value::Tuple(items) if depth < Plain::MAX_DEPTH => {
                let items = items.iter().map(|item| Plain::of(item, depth + 1));
                Plain::Tuple(items.collect::<Option<_>>()?)
            }
            Value::Module(name) => Plain::Module(name.clone()),
            _ => return None,
        })
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Plain::None => Value::None,
            Plain::Bool(value) => Value::Bool(*value),
            Plain::Int(number) => Value::Int(*number),
            Plain::Str(text) => Value::Str(Arc::clone(text)),
            Plain::Tuple(items) => Value::tuple(items.iter().map(Plain::value).collect()),
            Plain::Module(name) => Value::Module(name.clone()),
        }
    }
}

/// How importing another module ends, as far as its own text decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum ImportEnd {
    #[default]
    Completes,
    MayFail,
    /// For certain; with the name of the exception's class, where it is known.
    Fails(Option<String>),
}

impl Summary {
    /// A hash of everything that another module can see of this one.
    pub(super) fn interface(&self) -> u64 {
        // The map has no order, so a sum.
        let names = self.names.iter().map(|(name, exported)| {
            let mut hasher = FxHasher::default();
            name.hash(&mut hasher);
            exported.hash_into(&mut hasher);
            hasher.finish()
        });
        let mut hasher = FxHasher::default();
        names.fold(0, u64::wrapping_add).hash(&mut hasher);
        (&self.all, self.unseen, self.has_getattr).hash(&mut hasher);
        format!("{:?}", self.end).hash(&mut hasher);
        hasher.finish()
    }
}

impl Exported {
    fn hash_into(&self, hasher: &mut FxHasher) {
        (self.certain, self.refuses_subscripts, &self.from).hash(hasher);
        (&self.made_of, &self.made_with).hash(hasher);
        self.plain.hash(hasher);
        format!("{:?}", self.subclassing).hash(hasher);
        if let Some(signature) = &self.signature {
            format!("{signature:?}").hash(hasher);
        }
    }
}

impl SummaryCache {
    /// What still holds after some modules have changed, by their dotted names and files; with
    /// `rearranged`, where modules may have come or gone, nothing of the workspace's does.
    /// Whoever uses this cache meanwhile goes on seeing what it saw.
    pub fn refreshed(
        &self,
        modules: &FxHashSet<String>,
        files: &FxHashSet<PathBuf>,
        rearranged: bool,
    ) -> SummaryCache {
        let is_own = |summary: &Summary| summary.origin == Some(ModuleOrigin::Workspace);
        let mut kept: FxHashMap<String, Arc<Summary>> = FxHashMap::default();
        for entry in &self.summaries {
            kept.insert(entry.key().clone(), Arc::clone(entry.value()));
        }
        if rearranged {
            kept.retain(|_, summary| !is_own(summary));
        }
        let mut stale = modules.clone();
        loop {
            let before = kept.len();
            kept.retain(|name, summary| {
                let asks = is_own(summary) && summary.asked.iter().any(|name| stale.contains(name));
                let is_stale = stale.contains(name) || asks;
                if is_stale {
                    stale.insert(name.clone());
                }
                !is_stale
            });
            if kept.len() == before {
                break;
            }
        }
        let programs = self.programs.iter().filter(|entry| !files.contains(&entry.key().0));
        // What another module's `__getattr__` serves may hang on anything: it is looked up again.
        SummaryCache {
            summaries: kept.into_iter().collect(),
            programs: programs.map(|entry| (entry.key().clone(), entry.value().clone())).collect(),
            served: DashMap::default(),
        }
    }
}

impl Machine<'_> {
    /// What the namespace exports.
    pub(super) fn summary(&mut self) -> Summary {
        let all = self.all_names();
        let getattr = self.symbol(&Name::from("__getattr__"));
        let mut summary = Summary {
            names: FxHashMap::default(),
            all,
            unseen: self.state.unseen,
            has_getattr: self.state.global(getattr).is_some(),
            end: ImportEnd::Completes,
            origin: None,
            imported: FxHashSet::default(),
            asked: FxHashSet::default(),
        };
        for (symbol, slot) in self.state.globals() {
            let value = slot.value();
            let from = match &value {
                Value::External(from) => Some((from.module.clone(), from.attribute.clone())),
                _ => None,
            };
            let exported = Exported {
                certain: !slot.maybe_unbound,
                plain: Plain::of(&value, 0),
                signature: self.signature_of(&value),
                subclassing: self.subclassing_of(&value),
                refuses_subscripts: self.refuses_subscripts(&value),
                from,
                made_of: self.made_of(&value),
                made_with: made_with(&value),
            };
            summary.names.insert(self.name(symbol).clone(), exported);
        }
        summary
    }
}

fn made_with(value: &Value) -> Vec<(Name, Name)> {
    let Value::Returned(returned) = value else { return Vec::new() };
    let keywords = returned.keywords.iter();
    keywords
        .filter_map(|(name, value)| Some((name.clone(), Name::from(value.plain_text()?))))
        .collect()
}
