//! What a fresh process executes on the way to a module: its packages, whatever they import,
//! and the module itself, in the order of the import system (`Lib/importlib/_bootstrap.py`).
//!
//! Only what certainly happens is followed: statements under conditions and in functions are
//! passed over. What stands in `try` with handlers is followed as far as nothing is raised: the
//! order in which modules are imported hangs on it.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::absolute;
use super::meaning::{binds_nothing_else, each_statement};
use super::uses::static_test;
use crate::modules::Found;
use crate::program::Program;
use crate::syntax::ast::{ExceptHandler, ExprId, ExprKind, ImportNames, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::builtins::types;
use crate::worlds::changes::bound_names;
use crate::worlds::resolve::Resolver;
use crate::worlds::trace::Decision;

/// How many bytes of other modules are parsed on the way to a use of what is gone.
const MAX_BYTES: usize = 768 << 10;

/// How many where there is only a new import that might close a circle.
const MAX_BYTES_FOR_CIRCLES: usize = 512 << 10;

/// Words with which a module may get names that no statement of it binds.
const BINDS_UNSEEN: &[&str] =
    &["globals()", "sys.modules", "exec(", "__dict__", "vars()", "locals()", "setattr("];

/// By module, the places that certainly stop its import.
pub(super) type Fatal = FxHashMap<String, Vec<Span>>;

/// The module that is imported.
#[derive(Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) module: &'a str,
    pub(super) is_package: bool,
    pub(super) program: &'a Program,
    /// Which way its conditions go in a fresh process, by where they stand.
    pub(super) decisions: Option<&'a FxHashMap<Span, Decision>>,
    /// All names that it binds are known.
    pub(super) is_seen: bool,
}

/// Why the import fails.
pub(super) struct Failure {
    /// The statement of the module itself that was being executed; None where it failed before.
    pub(super) own: Option<Span>,
    pub(super) reason: String,
    /// What is raised by a circular import; None where a name of the module is gone.
    pub(super) circular: Option<&'static str>,
}

enum Stop {
    Fails(Failure),
    /// The module that is imported is about to be executed, and nobody asks what comes then.
    Reached,
    /// A module is not there, in the body of a `try` with handlers.
    Missing,
    /// Nothing can be said.
    Unsure,
}

pub(super) struct Fresh<'a> {
    pub(super) own: Own<'a>,
    fatal: &'a Fatal,
    pub(super) resolver: &'a Resolver<'a>,
    /// The names in `sys.modules`.
    loaded: FxHashSet<String>,
    /// The modules that are being imported, outermost first.
    active: Vec<Active>,
    bytes: usize,
    /// How many bodies of `try` with handlers are being executed.
    tries: usize,
    /// The module itself is not executed.
    stops_at_own: bool,
}

/// A module that is being imported.
pub(super) struct Active {
    name: String,
    is_package: bool,
    /// Its statements before the one that is being executed have been.
    pub(super) index: usize,
    pub(super) at: Span,
}

impl<'a> Fresh<'a> {
    pub(super) fn new(own: Own<'a>, fatal: &'a Fatal, resolver: &'a Resolver<'a>) -> Fresh<'a> {
        let (loaded, active) = (FxHashSet::default(), Vec::new());
        let stops_at_own = false;
        Fresh { own, fatal, resolver, loaded, active, bytes: 0, tries: 0, stops_at_own }
    }

    /// Where a package stands when the module is executed for the sake of it, and which modules
    /// have been executed to their ends by then.
    pub(super) fn halfway(mut self, package: &str) -> Option<(Active, FxHashSet<String>)> {
        self.stops_at_own = true;
        let Err(Stop::Reached) = self.import(self.own.module) else { return None };
        let Fresh { own, mut loaded, mut active, .. } = self;
        loaded.remove(own.module);
        loaded.retain(|name| active.iter().all(|active| active.name != *name));
        let at = active.iter().position(|active| active.name == package)?;
        Some((active.swap_remove(at), loaded))
    }

    /// Why importing the module certainly fails.
    pub(super) fn failure(mut self) -> Option<Failure> {
        // The packages around it are executed whatever else is.
        let ends = self.own.module.match_indices('.').map(|(at, _)| &self.own.module[..at]);
        if let Some(package) = ends.into_iter().find(|package| self.fatal.contains_key(*package)) {
            let reason = format!("`{package}` uses a name of this module that is gone");
            return Some(Failure { own: None, reason, circular: None });
        }
        match self.import(self.own.module) {
            Err(Stop::Fails(failure)) => Some(failure),
            _ => None,
        }
    }

    fn import(&mut self, module: &str) -> Result<(), Stop> {
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        for end in ends {
            let name = &module[..end];
            if !self.loaded.insert(name.to_owned()) {
                continue;
            }
            if name == self.own.module {
                if self.stops_at_own {
                    return Err(Stop::Reached);
                }
                self.run(name, self.own.is_package, self.own.program)?;
                continue;
            }
            // What lies outside the workspace imports nothing of it.
            let Some(file) = self.resolver.workspace_file(name) else {
                let is_missing = || matches!(self.resolver.find(name), Found::Missing);
                if self.tries > 0 && is_missing() {
                    return Err(Stop::Missing);
                }
                continue;
            };
            self.bytes += file.source.text().len();
            let limit = if self.fatal.is_empty() { MAX_BYTES_FOR_CIRCLES } else { MAX_BYTES };
            if self.bytes > limit {
                return Err(Stop::Unsure);
            }
            let program = self.resolver.program(&file).ok_or(Stop::Unsure)?;
            self.run(name, file.is_package, &program)?;
        }
        Ok(())
    }

    fn run(&mut self, name: &str, is_package: bool, program: &Program) -> Result<(), Stop> {
        let at = Span::default();
        self.active.push(Active { name: name.to_owned(), is_package, index: 0, at });
        for (index, &id) in program.ast().body.iter().enumerate() {
            self.current().index = index;
            self.stmt(program, id)?;
        }
        self.active.pop();
        Ok(())
    }

    fn current(&mut self) -> &mut Active {
        self.active.last_mut().expect("a module is being imported")
    }

    fn block(&mut self, program: &Program, body: &[StmtId]) -> Result<(), Stop> {
        body.iter().try_for_each(|&id| self.stmt(program, id))
    }

    fn stmt(&mut self, program: &Program, id: StmtId) -> Result<(), Stop> {
        let stmt = program.ast().stmt(id);
        self.current().at = stmt.span;
        match &stmt.kind {
            StmtKind::Import(aliases) => {
                aliases.iter().try_for_each(|alias| self.import(&alias.name))?;
            }
            StmtKind::ImportFrom { module, names, level } => {
                let Active { name, is_package, .. } = self.current();
                let base = absolute(name, *is_package, module.as_ref(), *level);
                self.import_from(&base.ok_or(Stop::Unsure)?, names)?;
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    match static_test(program.ast(), *test).or_else(|| self.decided(program, *test))
                    {
                        Some(true) => return self.block(program, body),
                        Some(false) => {}
                        None => return Ok(()),
                    }
                }
                self.block(program, orelse)?;
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } if handlers.is_empty() => {
                self.block(program, body)?;
                self.block(program, orelse)?;
                self.block(program, finalbody)?;
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } => {
                if self.tried(program, body, handlers)? {
                    self.block(program, orelse)?;
                }
                self.block(program, finalbody)?;
            }
            StmtKind::Raise { .. } => return Err(Stop::Unsure),
            _ => {
                if let Some(reason) = self.reads_too_early(program, id) {
                    return Err(self.failed(reason, Some("AttributeError")));
                }
            }
        }
        let Some(Active { name, .. }) = self.active.last() else { return Ok(()) };
        let stops = |spans: &Vec<Span>| spans.iter().any(|span| stmt.span.contains(*span));
        if self.fatal.get(name).is_some_and(stops) {
            let reason = format!("`{name}` uses a name of this module that is gone");
            return Err(self.failed(reason, None));
        }
        Ok(())
    }

    /// Executes the body of a `try` with handlers; whether it came to its end.
    fn tried(
        &mut self,
        program: &Program,
        body: &[StmtId],
        handlers: &[ExceptHandler],
    ) -> Result<bool, Stop> {
        let depth = self.active.len();
        self.tries += 1;
        let end = self.block(program, body);
        self.tries -= 1;
        match end {
            Ok(()) => Ok(true),
            Err(Stop::Missing) => {
                // What was being imported is taken out of `sys.modules` again.
                for failed in self.active.drain(depth..) {
                    self.loaded.remove(&failed.name);
                }
                Ok(false)
            }
            Err(Stop::Fails(failure)) if !handlers.iter().any(|one| may_catch(program, one)) => {
                Err(Stop::Fails(failure))
            }
            Err(Stop::Reached) => Err(Stop::Reached),
            Err(_) => Err(Stop::Unsure),
        }
    }

    /// Which way a condition of the module itself certainly goes.
    fn decided(&self, program: &Program, test: ExprId) -> Option<bool> {
        let decisions = self.own.decisions.filter(|_| std::ptr::eq(program, self.own.program))?;
        let decision = decisions.get(&program.ast().expr(test).span)?;
        match (decision.may_be_true, decision.may_be_false) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }

    fn import_from(&mut self, base: &str, names: &ImportNames) -> Result<(), Stop> {
        self.import(base)?;
        let ImportNames::Names(aliases) = names else { return Ok(()) };
        for alias in aliases {
            let name = &*alias.name;
            if self.resolver.is_submodule(base, name) {
                if binds_nothing_else(base, name, self.resolver) {
                    self.import(&format!("{base}.{name}"))?;
                }
            } else if self.is_not_yet_bound(base, &alias.name) {
                let importer = &self.current().name;
                let reason = format!(
                    "a circular import: `{importer}` imports `{name}` from `{base}`, which has not bound it yet"
                );
                return Err(self.failed(reason, Some("ImportError")));
            }
        }
        Ok(())
    }

    fn failed(&self, reason: String, circular: Option<&'static str>) -> Stop {
        let own = self.active.iter().find(|active| active.name == self.own.module);
        Stop::Fails(Failure { own: own.map(|active| active.at), reason, circular })
    }

    pub(super) fn is_under_way(&self, module: &str) -> bool {
        self.active.iter().any(|active| active.name == module)
    }

    pub(super) fn is_loaded(&self, module: &str) -> bool {
        self.loaded.contains(module)
    }

    /// The programs of the workspace that have been executed, or are being.
    pub(super) fn executed(&self) -> impl Iterator<Item = Arc<Program>> + '_ {
        let others = self.loaded.iter().filter(|name| **name != *self.own.module);
        others.filter_map(|name| self.resolver.program(&*self.resolver.workspace_file(name)?))
    }

    /// Whether a module is being imported, certainly has not bound a name, and will do so.
    pub(super) fn is_not_yet_bound(&self, module: &str, name: &Name) -> bool {
        let Some(active) = self.active.iter().find(|active| active.name == module) else {
            return false;
        };
        if active.name == self.own.module {
            return self.own.is_seen
                && will_bind(self.own.program, active.index, name, self.resolver, active);
        }
        let Some(file) = self.resolver.workspace_file(module) else { return false };
        let Some(program) = self.resolver.program(&file) else { return false };
        let is_seen = BINDS_UNSEEN.iter().all(|words| !file.source.text().contains(words))
            || self.resolver.summary(&file).is_some_and(|summary| !summary.unseen);
        is_seen && will_bind(&program, active.index, name, self.resolver, active)
    }
}

fn will_bind(
    program: &Program,
    index: usize,
    name: &Name,
    resolver: &Resolver<'_>,
    active: &Active,
) -> bool {
    let ast = program.ast();
    if program.binds_through_global(name) {
        return false;
    }
    let (mut before, mut after) = (false, false);
    for (at, id) in ast.body.iter().enumerate() {
        each_statement(ast, std::slice::from_ref(id), &mut |id| {
            let stmt = ast.stmt(id);
            let is_current = at == index && stmt.span.contains(active.at);
            let is_import = matches!(stmt.kind, StmtKind::ImportFrom { .. });
            let is_before = at < index || at == index && !(is_current && is_import);
            if let StmtKind::ImportFrom { module, names: ImportNames::Star(_), level } = &stmt.kind
            {
                let base = absolute(&active.name, active.is_package, module.as_ref(), *level);
                let exports = base.and_then(|base| resolver.star_names(&base));
                let may_bind = exports.is_none_or(|exports| {
                    exports.unseen || exports.names.iter().any(|(known, _)| known == name)
                });
                before |= is_before && may_bind;
                return;
            }
            bound_names(ast, id, &mut |bound| {
                let is_it = bound == name || &**bound == "__getattr__";
                before |= is_before && is_it;
                after |= !is_before && bound == name;
            });
        });
    }
    after && !before
}

/// Whether a text imports anything of the workspace that the text before did not, or in another
/// order.
pub(super) fn imports_anew(own: Own<'_>, previous: &Program, resolver: &Resolver<'_>) -> bool {
    let mut known = Vec::new();
    let old = previous.ast();
    each_statement(old, &old.body, &mut |id| {
        if matches!(old.stmt(id).kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. }) {
            known.push(old.stmt(id).fingerprint);
        }
    });
    let mut known = known.into_iter();
    let ast = own.program.ast();
    let is_ours = |module: &str| resolver.workspace_file(module).is_some();
    let mut anew = false;
    each_statement(ast, &ast.body, &mut |id| {
        let stmt = ast.stmt(id);
        anew |= match &stmt.kind {
            _ if anew => return,
            StmtKind::Import(aliases) => {
                aliases.iter().any(|alias| is_ours(&alias.name))
                    && !known.any(|fingerprint| fingerprint == stmt.fingerprint)
            }
            StmtKind::ImportFrom { module, level, .. } => {
                absolute(own.module, own.is_package, module.as_ref(), *level)
                    .is_some_and(|base| is_ours(&base))
                    && !known.any(|fingerprint| fingerprint == stmt.fingerprint)
            }
            _ => return,
        };
    });
    anew
}

/// Whether a handler may be one for what the interpreter raises. A class that bears the name of
/// no builtin one is taken to be a library's own.
fn may_catch(program: &Program, handler: &ExceptHandler) -> bool {
    let ast = program.ast();
    let is_own = |id: ExprId| match &ast.expr(id).kind {
        ExprKind::Name(name) => !types::is_exception(name),
        _ => false,
    };
    handler.typ.is_none_or(|typ| !is_own(typ))
}
