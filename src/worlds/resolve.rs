//! What other modules bind, asked for only when it matters and remembered.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::c_modules::{c_module_presence, c_module_star};
use super::cycles::{Cycles, Known};
use super::effort::Meter;
use super::elsewhere::Loaded;
use super::eval::Args;
use super::machine::{Identity, Machine};
use super::plain::plainly_binds;
use super::run::Run;
use super::signature::Misfit;
use super::summaries::{Exported, ImportEnd, Summary, SummaryCache};
use super::value::{External, Value};
use crate::catalogue::Catalogue;
use crate::modules::{Found, ModuleFile, ModuleOrigin, Modules};
use crate::program::Program;
use crate::python::PythonVersion;
use crate::simulation::Outcome;
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseOptions, parse};

/// What `_init_module_attrs` (`Lib/importlib/_bootstrap.py`) and `exec` put into the namespace of
/// a module that is no package.
const MACHINERY: &[&str] = &[
    "__builtins__",
    "__cached__",
    "__doc__",
    "__file__",
    "__loader__",
    "__name__",
    "__package__",
    "__spec__",
];

/// Names that modules only hand on are followed this far.
pub(super) const MAX_HOPS: usize = 4;

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Yes,
    Maybe,
    /// For certain.
    No,
}

/// What `from module import *` binds.
pub(super) struct StarNames {
    /// With whether each is certain.
    pub(super) names: Vec<(Name, bool)>,
    pub(super) unseen: bool,
    /// There is an `__all__`, and what is in it is not known.
    pub(super) is_chosen: bool,
}

pub(super) struct Resolver<'a> {
    modules: &'a dyn Modules,
    cache: &'a SummaryCache,
    /// The module that is simulated: it is loaded already.
    own: Name,
    pub(super) python: PythonVersion,
    pub(super) platform: &'a str,
    /// What is known of callables that are not followed; none where nobody asks.
    pub(super) catalogue: Option<&'a Catalogue>,
    /// Modules whose summaries are being made.
    cycles: RefCell<Cycles>,
    /// Every name that was asked for.
    asked: RefCell<FxHashSet<String>>,
    /// Modules whose functions were followed.
    pub(super) followed: RefCell<FxHashMap<String, Option<Rc<Loaded>>>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(
        modules: &'a dyn Modules,
        cache: &'a SummaryCache,
        own: Name,
        python: PythonVersion,
        platform: &'a str,
    ) -> Resolver<'a> {
        let (catalogue, cycles, asked, followed) = Default::default();
        Resolver { modules, cache, own, python, platform, catalogue, cycles, asked, followed }
    }

    /// Whether a module is the one that is simulated.
    pub(super) fn is_own(&self, module: &Name) -> bool {
        self.own == *module
    }

    /// Whether an installed distribution offers an entry point of a group, where that is known.
    pub(super) fn has_entry_points(&self, group: &str) -> Option<bool> {
        self.modules.has_entry_points(group)
    }

    /// The numbers of the release of a distribution that is installed, where that is known.
    pub(super) fn release(&self, distribution: &str) -> Option<Vec<u32>> {
        self.modules.release(distribution)
    }

    pub(super) fn find(&self, name: &str) -> Found {
        self.cycles.borrow_mut().note_asked(name);
        let mut all = self.asked.borrow_mut();
        if !all.contains(name) {
            all.insert(name.to_owned());
        }
        drop(all);
        self.modules.find(name)
    }

    /// The source of a compiled module, where it lies beside it.
    pub(super) fn compiled_source(&self, name: &str) -> Option<Arc<ModuleFile>> {
        self.modules.compiled_source(name)
    }

    /// Every name that was asked for.
    pub(super) fn asked(&self) -> FxHashSet<String> {
        self.asked.borrow().clone()
    }

    /// These names were asked for by somebody who knows the answers.
    pub(super) fn ask_again(&self, names: &FxHashSet<String>) {
        self.asked.borrow_mut().extend(names.iter().cloned());
    }

    /// Adds the names of the modules on which what was said so far depends.
    pub(super) fn collect_asked(&self, names: &mut FxHashSet<String>) {
        let mut pending: Vec<String> = self.asked.borrow().iter().cloned().collect();
        while let Some(name) = pending.pop() {
            if names.contains(&name) {
                continue;
            }
            if let Some(summary) = self.cache.summaries.get(&name)
                && summary.origin == Some(ModuleOrigin::Workspace)
            {
                pending.extend(summary.asked.iter().cloned());
            }
            names.insert(name);
        }
    }

    /// Whether importing a module would find it. Its parents are the caller's matter.
    pub(super) fn module_presence(&self, name: &str) -> Presence {
        if name == &*self.own {
            return Presence::Yes;
        }
        match self.find(name) {
            Found::Source(_) | Found::Namespace | Found::Opaque => Presence::Yes,
            Found::Missing if self.may_be_found_otherwise(name) => Presence::Maybe,
            Found::Missing => Presence::No,
            Found::Unknown => Presence::Maybe,
        }
    }

    /// How executing a module ends: optional parts of libraries and of packages raise where
    /// something that they need is not installed.
    pub(super) fn import_end(&self, name: &str) -> ImportEnd {
        match self.find(name) {
            Found::Source(file) if file.origin != ModuleOrigin::StandardLibrary => {
                let is_own = file.origin == ModuleOrigin::Workspace;
                match self.summary(&file).map(|summary| summary.end.clone()) {
                    // A module in a source root has been imported, unless it plainly cannot be.
                    Some(ImportEnd::MayFail) | None if is_own => ImportEnd::Completes,
                    Some(end) => end,
                    None => ImportEnd::MayFail,
                }
            }
            _ => ImportEnd::Completes,
        }
    }

    /// Whether a module is the standard library's.
    pub(super) fn is_standard(&self, module: &str) -> bool {
        match self.find(module.split('.').next().unwrap_or(module)) {
            Found::Source(file) => file.origin == ModuleOrigin::StandardLibrary,
            Found::Opaque => true,
            _ => matches!(module, "sys" | "builtins" | "os" | "contextlib" | "threading" | "io"),
        }
    }

    /// Whether a module is an installed library's, neither the workspace's nor unknown.
    pub(super) fn is_installed(&self, module: &str) -> bool {
        match self.find(module) {
            Found::Source(file) => file.origin == ModuleOrigin::Environment,
            _ => false,
        }
    }

    /// Whether `module.name` is a module.
    pub(super) fn is_submodule(&self, module: &str, name: &str) -> bool {
        let found = self.find(&format!("{module}.{name}"));
        matches!(found, Found::Source(_) | Found::Namespace | Found::Opaque)
    }

    /// Whether `from module import name` would find the name.
    pub(super) fn attribute_presence(&self, module: &str, name: &str) -> Presence {
        if is_machinery(name) || self.is_submodule(module, name) {
            return Presence::Yes;
        }
        // `from posix import *` (`Lib/os.py`).
        let is_public = !name.starts_with('_');
        if (module, self.platform, is_public) == ("os", "linux", true)
            && c_module_presence("posix", name, self.python) == Presence::Yes
        {
            return Presence::Yes;
        }
        let file = match self.find(module) {
            Found::Source(file) => file,
            Found::Namespace => return Presence::No,
            Found::Opaque => match self.compiled_source(module) {
                Some(file) => file,
                None => return c_module_presence(module, name, self.python),
            },
            Found::Missing | Found::Unknown => return Presence::Maybe,
        };
        if file.origin != ModuleOrigin::Workspace && plainly_binds(file.source.text(), name) {
            return Presence::Yes;
        }
        let Some(summary) = self.summary(&file) else { return Presence::Maybe };
        match summary.names.get(name) {
            Some(exported) if exported.certain => Presence::Yes,
            Some(_) => Presence::Maybe,
            None if summary.unseen => Presence::Maybe,
            None if summary.has_getattr => self.served_once(&file, &Name::from(name)),
            None if self.may_be_given_names(&file, &summary) => Presence::Maybe,
            None => Presence::No,
        }
    }

    /// As [`Self::attribute_presence`], for code that is live: a module that mentions the name
    /// at all is taken to have it, which saves looking into most modules.
    pub(super) fn likely_presence(&self, module: &str, name: &str) -> Presence {
        match self.find(module) {
            Found::Source(file) if file.source.text().contains(name) => Presence::Yes,
            _ => self.attribute_presence(module, name),
        }
    }

    /// What `from module import *` binds; None where that cannot be told at all.
    pub(super) fn star_names(&self, module: &str) -> Option<StarNames> {
        let file = match self.find(module) {
            Found::Source(file) => file,
            Found::Opaque => match self.compiled_source(module) {
                Some(file) => file,
                None => return c_module_star(module, self.python),
            },
            _ => return None,
        };
        let summary = self.summary(&file)?;
        // One whose `__all__` is not known may keep any of them for itself.
        let is_chosen = summary.all.is_none() && summary.names.contains_key("__all__");
        let mut names: Vec<(Name, bool)> = match &summary.all {
            Some(all) => all.iter().map(|name| (name.clone(), true)).collect(),
            None => summary
                .names
                .iter()
                .filter(|(name, _)| !name.starts_with('_'))
                .map(|(name, exported)| (name.clone(), exported.certain && !is_chosen))
                .collect(),
        };
        names.sort();
        let unseen = summary.unseen && summary.all.is_none();
        Some(StarNames { names, unseen, is_chosen })
    }

    /// The names in the namespace of another module that is no package, sorted, where all of them
    /// are known.
    pub(super) fn names_in(&self, module: &str) -> Option<Vec<Name>> {
        let Found::Source(file) = self.find(module) else { return None };
        let summary = self.summary(&file)?;
        let is_seen = !file.is_package && !summary.unseen;
        if !is_seen || summary.names.values().any(|exported| !exported.certain) {
            return None;
        }
        let machinery = MACHINERY.iter().map(|&name| Name::from(name));
        let mut names: Vec<Name> = summary.names.keys().cloned().chain(machinery).collect();
        names.sort();
        names.dedup();
        Some(names)
    }

    /// The names of another module's `__all__`, where they are known.
    pub(super) fn all_of(&self, module: &str) -> Option<Vec<Name>> {
        let Found::Source(file) = self.find(module) else { return None };
        self.summary(&file)?.all.clone()
    }

    /// The value of a name of another module, where it is plain data or a module.
    pub(super) fn plain(&self, module: &str, name: &str) -> Option<Value> {
        if let Some(value) = self.target_constant(module, name) {
            return Some(value);
        }
        match name.rsplit_once('.') {
            // `six.PY3` of a module that has imported `six`.
            Some((object, attribute)) if !name.contains(['(', '[']) => {
                match self.plain(module, object)? {
                    Value::Module(module) => self.plain(&module, attribute),
                    _ => None,
                }
            }
            Some(_) => None,
            None => self.at_origin(module, name, |exported| Some(exported.plain.as_ref()?.value())),
        }
    }

    /// Why a function or class of another module certainly refuses arguments.
    pub(super) fn misfit(&self, callee: &External, args: &Args) -> Option<Misfit> {
        if args.inexact {
            return None;
        }
        self.at_origin(&callee.module, &callee.attribute, |exported| {
            exported.signature.as_ref()?.misfit(args)
        })
    }

    /// Whether `class[…]` raises TypeError for a class of another module.
    pub(super) fn refuses_subscripts(&self, class: &External) -> bool {
        let plain = self.at_origin(&class.module, &class.attribute, |exported| {
            exported.refuses_subscripts.then_some(())
        });
        plain.is_some()
    }

    /// Asks about a name in the module that makes it, which is not the standard library's.
    pub(super) fn at_origin<T>(
        &self,
        module: &str,
        name: &str,
        ask: impl Fn(&Exported) -> Option<T>,
    ) -> Option<T> {
        let mut place = (Name::from(module), Name::from(name));
        for _ in 0..MAX_HOPS {
            let Found::Source(file) = self.find(&place.0) else { return None };
            if file.origin == ModuleOrigin::StandardLibrary {
                return None;
            }
            let summary = self.summary(&file)?;
            let exported = summary.names.get(&place.1)?;
            if !exported.certain {
                return None;
            }
            match &exported.from {
                Some(from) => place = from.clone(),
                None => return ask(exported),
            }
        }
        None
    }

    /// The source of another module of the workspace.
    pub(super) fn workspace_file(&self, module: &str) -> Option<Arc<ModuleFile>> {
        match self.find(module) {
            Found::Source(file) if file.origin == ModuleOrigin::Workspace => Some(file),
            _ => None,
        }
    }

    /// The files that may use a module and have one of the words in them.
    pub(super) fn importers(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        self.modules.importers(module, words)
    }

    /// Another module's text, understood; None where it does not compile.
    pub(super) fn program(&self, file: &ModuleFile) -> Option<Arc<Program>> {
        let key = (file.path.clone(), self.python);
        if let Some(known) = self.cache.programs.get(&key) {
            return known.clone();
        }
        let parsed = parse(&file.source, &ParseOptions::new(self.python)).ok();
        let program = parsed.map(|parsed| Arc::new(Program::new(Arc::new(parsed), self.python)));
        self.cache.programs.insert(key, program.clone());
        program
    }

    fn served_once(&self, file: &ModuleFile, name: &Name) -> Presence {
        let key = (file.name.clone(), name.clone());
        if let Some(known) = self.cache.served.get(&key) {
            return *known;
        }
        let served = self.served(file, name);
        self.cache.served.insert(key, served);
        served
    }

    pub(super) fn summary(&self, file: &Arc<ModuleFile>) -> Option<Arc<Summary>> {
        if let Some(summary) = self.cache.summaries.get(&file.name) {
            return Some(Arc::clone(&summary));
        }
        let known = self.cycles.borrow_mut().known(&file.name);
        match known {
            Known::Hidden => return None,
            Known::Provisional(summary) => return Some(summary),
            Known::Nothing => {}
        }
        self.cycles.borrow_mut().begin(&file.name);
        let mut summary = self.summarise(file);
        let made = self.cycles.borrow_mut().end();
        summary.asked = made.asked;
        summary.origin = Some(file.origin);
        let summary = Arc::new(summary);
        // One in which everything is seen lacks nothing, whatever was hidden.
        match made.hidden.filter(|_| summary.unseen) {
            Some(at) => self.cycles.borrow_mut().keep(&file.name, at, &summary),
            None => drop(self.cache.summaries.insert(file.name.clone(), Arc::clone(&summary))),
        }
        Some(summary)
    }

    fn summarise(&self, file: &ModuleFile) -> Summary {
        let Some((mut machine, run)) = self.execute(file) else {
            return Summary { unseen: true, ..Summary::default() };
        };
        let is_replaced = run.intended.registered.is_some();
        machine.state = run.intended;
        let mut summary = machine.summary();
        let mut imported = run.trace.imported;
        if file.origin != ModuleOrigin::Workspace {
            imported.retain(|(module, _)| module.starts_with(&file.name));
        }
        summary.imported = self.modules_of(&imported).collect();
        // Who imports it holds something else, which may serve any name.
        summary.unseen |= is_replaced;
        // A module that is there has been imported by somebody: where it seems to abort, more of
        // it is decided elsewhere than is seen.
        summary.unseen |= run.outcome == Outcome::Aborts && file.origin != ModuleOrigin::Workspace;
        summary.end = match run.outcome {
            Outcome::Completes => ImportEnd::Completes,
            Outcome::Aborts => {
                let ends = run.stops[run.last_stops..].iter().filter(|stop| stop.risk.is_none());
                let mut classes = ends.map(|stop| stop.class_name.clone());
                let first = classes.next().flatten();
                ImportEnd::Fails(first.filter(|_| classes.next().is_none()))
            }
            Outcome::MayAbort | Outcome::SyntaxError => ImportEnd::MayFail,
        };
        summary
    }

    /// A fresh import of another module, with the machine that has executed it; None where its
    /// text does not compile.
    pub(super) fn execute(&self, file: &ModuleFile) -> Option<(Machine<'_>, Run)> {
        let (mut machine, program) = self.prepared(file)?;
        machine.meter = Some(Meter::new(CELLS_PER_STEP));
        let run = machine.load_fresh(program, 0);
        Some((machine, run))
    }

    /// Another module and the machine that is to execute it.
    pub(super) fn prepared(&self, file: &ModuleFile) -> Option<(Machine<'_>, Rc<Program>)> {
        let parsed = parse(&file.source, &ParseOptions::new(self.python)).ok()?;
        let program = Rc::new(Program::new(Arc::new(parsed), self.python));
        let identity = Identity {
            name: Name::from(file.name.as_str()),
            is_package: file.is_package,
            is_placed: true,
        };
        Some((Machine::new(self, identity, Rc::clone(&program)), program))
    }
}

/// Copying or joining so many cells of states counts as a step more: what is dear to follow in
/// another module is hardly ever about what it binds.
const CELLS_PER_STEP: u64 = 128;

/// Names that every module has.
fn is_machinery(name: &str) -> bool {
    matches!(
        name,
        "__name__"
            | "__doc__"
            | "__dict__"
            | "__file__"
            | "__loader__"
            | "__spec__"
            | "__package__"
            | "__path__"
            | "__builtins__"
            | "__cached__"
            | "__class__"
    )
}
