//! What an edit breaks in other modules: reads that only a name satisfies which a fresh process
//! does not have, and a fresh import that therefore fails before it comes to the module.

mod fresh;
pub(super) mod halfway;
mod meaning;
mod partial;
mod submodules;
mod uses;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::history::Around;
use super::live::{Live, Version};
use super::pending::Executed;
use super::resolve::{Presence, Resolver};
use super::state::State;
use crate::comparison::{Comparison, GhostImport};
use crate::diagnostic::{Certainty, Location};
use crate::modules::{ModuleFile, leads_to};
use crate::program::Program;
use crate::simulation::{AbortCause, AbortPoint, Origin, Outcome};
use crate::syntax::ast::Name;
use fresh::{Fresh, Own};
use uses::Use;

/// How many files are parsed for one reload; beyond that a finding may be missed.
const MAX_IMPORTERS: usize = 200;

/// What other modules may ask of the module and not get any more.
#[derive(Debug, Default)]
struct Gone {
    /// The dotted name of the module.
    module: Name,
    names: FxHashMap<Name, Lost>,
    /// Names that `from module import *` brings through an orphan.
    leaked: FxHashSet<Name>,
    /// Names in the new `__all__` that are not there: `from module import *` raises.
    broken: Vec<Name>,
}

/// A name that *live* has and *restart* has not.
#[derive(Debug, Clone, Copy)]
struct Lost {
    certainty: Certainty,
    /// *reload* still has it. Otherwise only what ran before the reload got it.
    is_orphan: bool,
}

/// Looks at the modules that use this one, and at what importing it afresh executes before it.
pub(super) fn complete(
    comparison: &mut Comparison,
    before: &Live,
    executed: &mut Executed<'_>,
    around: &Around<'_>,
    live: &Resolver<'_>,
    restart: &Resolver<'_>,
) {
    let Version::Healthy(new) = &executed.version else { return };
    let new = std::rc::Rc::clone(new);
    let gone = gone(comparison, executed, restart);
    let found = gone.uses(restart);
    let mut fatal = fresh::Fatal::default();
    for (file, uses) in &found {
        let certain = uses.iter().filter(|used| used.stops_import());
        let spans: Vec<_> = certain.map(|used| used.span).collect();
        if !spans.is_empty() {
            fatal.insert(file.name.clone(), spans);
        }
    }
    let own = Own {
        module: &comparison.module,
        is_package: around.is_package,
        program: &new,
        decisions: executed.restart.as_ref().map(|run| &run.trace.decisions),
        is_seen: executed.restart.as_ref().is_some_and(|run| !run.intended.unseen),
    };
    let previous = before.before.as_ref().map(|before| &*before.program);
    let failure = fresh_failure(own, previous, &fatal, live, restart);
    // Where the module's own text stops it, that says more than that another module fails; an
    // import that fails before it comes first.
    let stop = comparison.restart.abort.as_ref().map(|point| point.span.start);
    let stop = stop.filter(|_| comparison.restart.outcome == Outcome::Aborts);
    let is_first = |failure: &fresh::Failure| match (failure.own, stop) {
        (Some(span), Some(stop)) => span.end <= stop,
        (None, Some(_)) => false,
        (_, None) => true,
    };
    if let Some(failure) = failure.filter(is_first)
        && comparison.restart.outcome != Outcome::SyntaxError
    {
        comparison.restart.outcome = Outcome::Aborts;
        comparison.restart.abort = failure.own.map(|span| AbortPoint {
            certainty: Certainty::Always,
            exceptions: vec![failure.circular.unwrap_or("ImportError").to_owned()],
            ..AbortPoint::new(span, AbortCause::Certain, failure.reason)
        });
    }
    comparison.ghost_imports = found
        .into_iter()
        .flat_map(|(file, uses)| uses.into_iter().map(move |used| ghost(&file, used)))
        .collect();
}

fn ghost(file: &ModuleFile, used: Use) -> GhostImport {
    let Use { name, span, certainty, .. } = used;
    let location = Location { source: Arc::clone(&file.source), span };
    GhostImport { name, module: file.name.clone(), location, certainty }
}

/// Why importing the module in a fresh process fails. A circular import that would have failed
/// before the edit, too, is not believed.
fn fresh_failure(
    own: Own<'_>,
    previous: Option<&Program>,
    fatal: &fresh::Fatal,
    live: &Resolver<'_>,
    restart: &Resolver<'_>,
) -> Option<fresh::Failure> {
    let previous = previous?;
    if fatal.is_empty() && !fresh::imports_anew(own, previous, restart) {
        return None;
    }
    let failure = Fresh::new(own, fatal, restart).failure()?;
    if failure.circular.is_none() {
        return Some(failure);
    }
    let none = fresh::Fatal::default();
    let before = Own { program: previous, decisions: None, is_seen: true, ..own };
    Fresh::new(before, &none, live).failure().is_none().then_some(failure)
}

/// The names that a fresh process does not have, and what that means for star imports.
fn gone(comparison: &Comparison, executed: &mut Executed<'_>, restart: &Resolver<'_>) -> Gone {
    let mut gone = Gone { module: Name::from(comparison.module.as_str()), ..Gone::default() };
    // What a module puts in its own place may serve any name to those who import it.
    let own = executed.restart.as_ref().filter(|run| !run.is_replaced());
    let Some(fresh) = own.map(|run| run.intended.clone()) else { return gone };
    if fresh.unseen {
        return gone;
    }
    let exports = &comparison.exports;
    for entry in &comparison.namespace {
        let is_orphan = entry.origin == Origin::Orphan;
        let symbol = executed.machine.symbol(&entry.name);
        let is_lost = is_orphan || entry.origin == Origin::Unbound;
        if !is_lost || fresh.global(symbol).is_some() {
            continue;
        }
        if restart.is_submodule(&gone.module, &entry.name) {
            continue;
        }
        let presence = match exports.getattr {
            None => Presence::No,
            Some(_) if exports.served.is_empty() => executed.serves(&entry.name, &fresh),
            Some(_) if exports.served.contains(&entry.name) => continue,
            Some(_) => Presence::Maybe,
        };
        let is_refused = presence == Presence::No;
        if exports.getattr.is_some() && exports.served.is_empty() && !is_refused {
            continue;
        }
        let certain = entry.certainty == Certainty::Always && is_refused;
        let lost = Lost { certainty: Certainty::always_if(certain), is_orphan };
        gone.names.insert(entry.name.clone(), lost);
    }
    let submodules = submodules::unbound(&gone.module, executed, &fresh, restart);
    gone.names.extend(submodules);
    if !gone.names.is_empty() {
        gone.see_stars(comparison, executed, fresh);
    }
    gone
}

impl Gone {
    fn see_stars(&mut self, comparison: &Comparison, executed: &mut Executed<'_>, fresh: State) {
        let symbol = executed.machine.symbol(&Name::from("__all__"));
        let has_all = fresh.global(symbol).is_some();
        executed.machine.state = fresh;
        if has_all {
            let all = executed.machine.all_names().unwrap_or_default();
            self.broken = all.into_iter().filter(|name| self.names.contains_key(name)).collect();
            return;
        }
        let all = comparison.exports.all.as_ref();
        let is_exported = |name: &Name| match all {
            Some(all) => all.contains(name),
            None => !name.starts_with('_'),
        };
        let orphans = self.names.iter().filter(|(name, lost)| lost.is_orphan && is_exported(name));
        self.leaked = orphans.map(|(name, _)| name.clone()).collect();
    }

    /// What other modules ask for, by file.
    fn uses(&self, restart: &Resolver<'_>) -> Vec<(Arc<ModuleFile>, Vec<Use>)> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let mut words: Vec<&str> = self.names.keys().map(|name| &**name).collect();
        if !self.broken.is_empty() {
            words.push("import *");
        }
        let mut files = restart.importers(&self.module, &words);
        files.retain(|file| *file.name != *self.module);
        files.truncate(MAX_IMPORTERS);
        let mut found = Vec::new();
        for file in files {
            let Some(program) = restart.program(&file) else { continue };
            let uses = uses::find(self, &file, &program, restart);
            if !uses.is_empty() {
                found.push((file, uses));
            }
        }
        found
    }
}

/// The absolute name that an import in a module means; None where it leads out of the package.
fn absolute(file: &str, is_package: bool, module: Option<&Name>, level: u32) -> Option<String> {
    if level == 0 {
        return module.map(|module| module.to_string());
    }
    let mut package = file;
    for _ in 0..if is_package { level - 1 } else { level } {
        package = package.rsplit_once('.')?.0;
    }
    Some(match module {
        Some(module) => format!("{package}.{module}"),
        None => package.to_owned(),
    })
}
