//! Which modules of a workspace hold what a reload makes anew, and in which order to reload them.
//!
//! A reload executes a module in the namespace that it has: whoever reads `module.name` sees what
//! is new. What was taken by name before (`from module import name`), or made from it while the
//! other module was imported (a subclass, a decorated function, a value), stays as it is until
//! the other module is reloaded, too, and after it the modules that hold something of that one.
//!
//! Names decide, not values: a module that hides an import behind `getattr` is not seen.

use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::modules::{ModuleFile, Modules};
use crate::program::visit;
use crate::python::PythonVersion;
use crate::syntax::ast::{Ast, ImportNames, Name, StmtId, StmtKind};
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::span::Span;
use crate::worlds::bound_names;

/// A module of which something has changed since the process imported it.
pub struct Changed {
    /// The dotted name.
    pub module: String,
    /// Its text is not what the process has loaded.
    pub is_pending: bool,
    /// The names whose definitions are other ones than at the import, and when the process loaded
    /// them; `None` where it has not yet.
    pub names: Vec<(Name, Option<SystemTime>)>,
    /// The modules that it imports.
    pub imports: FxHashSet<String>,
    /// The other modules as the process has them.
    pub modules: Arc<dyn Modules>,
    pub python: PythonVersion,
}

/// One reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub module: String,
    pub why: Vec<Why>,
    /// It and a later one need each other: no order is right, this one is as good as another.
    pub is_in_cycle: bool,
}

/// Why a module has to be reloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its text is another one.
    Changed,
    /// It holds these of a module's objects, or something made from them.
    Holds { module: String, names: Vec<Name> },
}

/// The reloads that bring a process up to date, each after those that it builds on. `loads` says
/// when the process last reloaded a module, where it has since its import.
pub fn plan(changed: &[Changed], loads: &FxHashMap<String, SystemTime>) -> Vec<Step> {
    let mut planner = Planner { loads, steps: FxHashMap::default(), after: FxHashMap::default() };
    for module in changed.iter().filter(|module| module.is_pending) {
        planner.steps.entry(module.module.clone()).or_default().push(Why::Changed);
        planner.after.entry(module.module.clone()).or_default().extend(module.imports.clone());
    }
    for module in changed {
        planner.spread(module);
    }
    planner.in_order()
}

struct Planner<'a> {
    loads: &'a FxHashMap<String, SystemTime>,
    steps: FxHashMap<String, Vec<Why>>,
    /// By module, those that have to be reloaded before.
    after: FxHashMap<String, FxHashSet<String>>,
}

/// A name and since when the process has it as it is.
type Since = FxHashMap<Name, Option<SystemTime>>;

impl Planner<'_> {
    /// Follows what has changed from holder to holder.
    fn spread(&mut self, changed: &Changed) {
        let names: Since = changed.names.iter().cloned().collect();
        let mut seen: FxHashMap<String, FxHashSet<Name>> = FxHashMap::default();
        let mut pending = vec![(changed.module.clone(), names)];
        while let Some((module, mut names)) = pending.pop() {
            let known = seen.entry(module.clone()).or_default();
            names.retain(|name, _| known.insert(name.clone()));
            if names.is_empty() {
                continue;
            }
            let mut words: Vec<&str> = names.keys().map(|name| &**name).collect();
            words.push("import *");
            for file in changed.modules.importers(&module, &words) {
                if file.name == module {
                    continue;
                }
                let stale = self.stale(&names, &file.name);
                let Some(held) = held(&file, &module, &stale, changed.python) else { continue };
                self.add(&file.name, &module, held.names);
                // Whoever holds those has them from before this module's reload, which is to come.
                let handed_on = held.handed_on.into_iter().map(|name| (name, None));
                pending.push((file.name.clone(), handed_on.collect()));
            }
        }
    }

    /// The names of which a module that was imported at first, and reloaded when `loads` says so,
    /// has old objects.
    fn stale(&self, names: &Since, holder: &str) -> FxHashSet<Name> {
        let loaded = self.loads.get(holder);
        let is_stale = |since: &Option<SystemTime>| match (since, loaded) {
            (Some(since), Some(loaded)) => loaded < since,
            _ => true,
        };
        names.iter().filter(|(_, since)| is_stale(since)).map(|(name, _)| name.clone()).collect()
    }

    fn add(&mut self, holder: &str, module: &str, names: Vec<Name>) {
        let why = Why::Holds { module: module.to_owned(), names };
        let reasons = self.steps.entry(holder.to_owned()).or_default();
        if !reasons.contains(&why) {
            reasons.push(why);
        }
        self.after.entry(holder.to_owned()).or_default().insert(module.to_owned());
    }

    fn in_order(mut self) -> Vec<Step> {
        let mut left: Vec<String> = self.steps.keys().cloned().collect();
        left.sort();
        let mut order = Vec::new();
        while !left.is_empty() {
            let is_free = |module: &String| {
                let before = self.after.get(module);
                !before.is_some_and(|before| {
                    left.iter().any(|other| other != module && before.contains(other))
                })
            };
            let free = left.iter().position(is_free);
            let module = left.remove(free.unwrap_or(0));
            let why = self.steps.remove(&module).unwrap_or_default();
            order.push(Step { module, why, is_in_cycle: free.is_none() });
        }
        order
    }
}

/// What a file has of another module.
struct Held {
    /// Those of the module's names.
    names: Vec<Name>,
    /// Its own names for them, and for what it makes from them.
    handed_on: FxHashSet<Name>,
}

fn held(
    file: &ModuleFile,
    module: &str,
    stale: &FxHashSet<Name>,
    python: PythonVersion,
) -> Option<Held> {
    if stale.is_empty() {
        return None;
    }
    let parsed = parse(&file.source, &ParseOptions::new(python)).ok()?;
    let mut reader = Reader {
        file,
        module,
        stale,
        ast: &parsed.ast,
        aliases: Vec::new(),
        held: Held { names: Vec::new(), handed_on: FxHashSet::default() },
    };
    reader.block(&parsed.ast.body);
    let mut held = reader.held;
    held.names.sort();
    held.names.dedup();
    (!held.names.is_empty()).then_some(held)
}

/// Reads what importing a file executes: not the bodies of functions.
struct Reader<'a> {
    file: &'a ModuleFile,
    module: &'a str,
    stale: &'a FxHashSet<Name>,
    ast: &'a Ast,
    /// What the module is called here: `import a.b as c`.
    aliases: Vec<String>,
    held: Held,
}

impl<'a> Reader<'a> {
    fn block(&mut self, body: &'a [StmtId]) {
        for &id in body {
            self.stmt(id);
        }
    }

    fn stmt(&mut self, id: StmtId) {
        let ast = self.ast;
        let stmt = ast.stmt(id);
        match &stmt.kind {
            StmtKind::Import(aliases) => {
                for alias in aliases.iter().filter(|alias| &*alias.name == self.module) {
                    let own = alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name);
                    self.aliases.push(own.to_string());
                }
            }
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(module.as_ref(), names, *level);
            }
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => self.made_from(id),
            kind => {
                let mut is_simple = true;
                visit::child_blocks(ast, id, &mut |body| {
                    is_simple = false;
                    self.block(body);
                });
                if is_simple && !matches!(kind, StmtKind::Expr(_)) {
                    self.made_from(id);
                }
            }
        }
    }

    fn import_from(&mut self, from: Option<&Name>, names: &ImportNames, level: u32) {
        let Some(base) = self.absolute(from, level) else { return };
        match names {
            ImportNames::Star(_) if base == self.module => {
                // What `__all__` leaves out is not known here; nor is it mentioned.
                let text = self.file.source.text();
                let public = self.stale.iter().filter(|name| !name.starts_with('_'));
                let used: Vec<Name> = public.filter(|name| has_word(text, name)).cloned().collect();
                self.held.handed_on.extend(used.iter().cloned());
                self.held.names.extend(used);
            }
            ImportNames::Star(_) => {}
            ImportNames::Names(aliases) => {
                for alias in aliases {
                    let own = alias.asname.as_ref().map_or(&alias.name, |asname| &asname.name);
                    if base == self.module && self.stale.contains(&alias.name) {
                        self.held.names.push(alias.name.clone());
                        self.held.handed_on.insert(own.clone());
                    } else if self.module.strip_prefix(&base).and_then(|it| it.strip_prefix('.'))
                        == Some(&*alias.name)
                    {
                        self.aliases.push(own.to_string());
                    }
                }
            }
        }
    }

    /// A statement that keeps something: it is old where what it is made from is.
    fn made_from(&mut self, id: StmtId) {
        let mut spans = Vec::new();
        kept(self.ast, id, &mut spans);
        let texts: Vec<&str> = spans.iter().map(|span| self.file.source.slice(*span)).collect();
        let reads = |word: &str| texts.iter().any(|text| has_word(text, word));
        let from_names = self.held.handed_on.iter().any(|name| reads(name));
        let is_read =
            |name: &&Name| self.aliases.iter().any(|alias| reads(&format!("{alias}.{name}")));
        let of_module: Vec<Name> = self.stale.iter().filter(is_read).cloned().collect();
        if from_names || !of_module.is_empty() {
            self.held.names.extend(of_module);
            let handed_on = &mut self.held.handed_on;
            bound_names(self.ast, id, &mut |name| {
                handed_on.insert(name.clone());
            });
        }
    }

    /// The absolute name that an import here means.
    fn absolute(&self, module: Option<&Name>, level: u32) -> Option<String> {
        if level == 0 {
            return module.map(ToString::to_string);
        }
        let mut package = &*self.file.name;
        for _ in 0..if self.file.is_package { level - 1 } else { level } {
            package = package.rsplit_once('.')?.0;
        }
        Some(module.map_or_else(|| package.to_owned(), |module| format!("{package}.{module}")))
    }
}

/// What of a statement goes into what it binds: of a function the decorators and the defaults, not
/// the body, which is executed when it is called and then reads what is new.
fn kept(ast: &Ast, id: StmtId, spans: &mut Vec<Span>) {
    let mut push = |expr| spans.push(ast.expr(expr).span);
    let stmt = ast.stmt(id);
    match &stmt.kind {
        StmtKind::FunctionDef(def) => {
            def.decorators.iter().copied().for_each(&mut push);
            visit::param_exprs(&def.params, &mut push);
        }
        StmtKind::ClassDef(def) => {
            def.decorators.iter().chain(&def.bases).copied().for_each(&mut push);
            def.keywords.iter().for_each(|keyword| push(keyword.value));
            def.body.iter().for_each(|&inner| kept(ast, inner, spans));
        }
        StmtKind::AnnAssign { value, .. } => value.iter().copied().for_each(push),
        _ => spans.push(stmt.span),
    }
}

/// Whether a name stands in a text on its own, not as a part of a longer one or of another object.
fn has_word(text: &str, word: &str) -> bool {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(|c| is_name(c) || c == '.') && !after.is_some_and(is_name)
    })
}

#[cfg(test)]
mod tests;
