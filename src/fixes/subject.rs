//! What a finding is about, as far as its fixes need to know.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::layout::Layout;
use crate::comparison::{Comparison, Orphan};
use crate::diagnostic::{Diagnostic, Edit, Location, Severity};
use crate::program::Program;
use crate::rules;
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::source::Source;
use crate::text::span::Span;

/// One module's compared worlds, and the trees of its texts where they are needed.
#[derive(Debug)]
pub struct Subject<'a> {
    pub(super) comparison: &'a Comparison,
    programs: Vec<OnceCell<Option<Program>>>,
    findings: OnceCell<FxHashMap<(&'static str, String), Severity>>,
}

impl<'a> Subject<'a> {
    /// The texts are parsed when a finding first asks for them.
    pub fn new(comparison: &'a Comparison) -> Subject<'a> {
        let programs = comparison.sources.iter().map(|_| OnceCell::new()).collect();
        Subject { comparison, programs, findings: OnceCell::new() }
    }

    /// The program of a version; None where its text does not compile.
    pub(super) fn program(&self, version: u32) -> Option<&Program> {
        let index = version as usize;
        let program = self
            .programs
            .get(index)?
            .get_or_init(|| parsed(&self.comparison.sources[index], self.comparison));
        program.as_ref()
    }

    /// The number of the last version.
    pub(super) fn last_version(&self) -> u32 {
        self.comparison.sources.len() as u32 - 1
    }

    /// The last version's text, and how it is laid out.
    pub(super) fn layout(&self) -> Option<Layout<'_>> {
        self.program(self.last_version()).map(Layout::new)
    }

    pub(super) fn orphan(&self, name: &str) -> Option<&'a Orphan> {
        self.comparison.orphans.iter().find(|orphan| &*orphan.name == name)
    }

    /// The orphans that a finding is about.
    pub(super) fn told_of(&self, diagnostic: &Diagnostic) -> Vec<&'a Orphan> {
        let key = diagnostic.key.as_str();
        let module = self.comparison.module.as_str();
        let names = match diagnostic.code {
            "RS107" => key.strip_prefix(module).and_then(|key| key.strip_prefix('.')),
            _ => Some(key),
        };
        let names = names.into_iter().flat_map(|names| names.split(' '));
        names.filter_map(|name| self.orphan(name)).collect()
    }

    /// The module's findings before anything silences one: how loud each is, by code and key.
    pub(super) fn findings(&self) -> &FxHashMap<(&'static str, String), Severity> {
        self.findings.get_or_init(|| loudness(&rules::check(self.comparison)))
    }

    /// Whether a place is in the text that is reloaded last.
    pub(super) fn is_here(&self, location: &Location) -> bool {
        Arc::ptr_eq(&location.source, self.comparison.last())
            || (location.source.path() == self.comparison.last().path()
                && location.source.text() == self.comparison.last().text())
    }

    /// An edit of the last version's text.
    pub(super) fn edit(&self, (span, new_text): (Span, String)) -> Edit {
        Edit { location: self.comparison.here(span), new_text }
    }

    /// An edit that puts statements in before anything else that the module does.
    pub(super) fn at_the_top(&self, layout: Layout<'_>, statements: &[String]) -> Edit {
        let stops = self.comparison.abort_points.iter().filter(|point| point.depends.is_none());
        let stops = stops.map(|point| point.span.start);
        self.edit(layout.insert_at_the_top(statements, stops.min().unwrap_or(u32::MAX)))
    }

    /// Whether a name means the module's where something stands: no function, class, lambda or
    /// comprehension around it binds one of its own.
    pub(super) fn is_global_at(&self, name: &Name, place: Span) -> bool {
        let Some(program) = self.program(self.last_version()) else { return false };
        let layout = Layout::new(program);
        let around = layout.around(place);
        let Some(&innermost) = around.last() else { return false };
        let is_local = |scope: Option<&Arc<crate::program::Scope>>| {
            scope.is_some_and(|scope| scope.locals.contains(name) || scope.nonlocals.contains(name))
        };
        if around.iter().any(|&id| is_local(program.statement_scope(id))) {
            return false;
        }
        let mut pending = Vec::new();
        crate::worlds::body_exprs(program.ast(), innermost, &mut pending);
        while let Some(id) = pending.pop() {
            if !program.ast().expr(id).span.contains(place) {
                continue;
            }
            if is_local(program.expression_scope(id)) {
                return false;
            }
            crate::program::visit::child_exprs(program.ast(), id, &mut |child| pending.push(child));
        }
        true
    }

    /// Whether a function around a place declares the name `global`.
    pub(super) fn is_declared_global_at(&self, name: &Name, place: Span) -> bool {
        let Some(program) = self.program(self.last_version()) else { return false };
        let around = Layout::new(program).around(place);
        let mut scopes = around.iter().filter_map(|&id| program.statement_scope(id));
        scopes.any(|scope| scope.globals.contains(name))
    }
}

fn parsed(source: &Arc<Source>, comparison: &Comparison) -> Option<Program> {
    let parsed = parse(source, &ParseOptions::new(comparison.python)).ok()?;
    Some(Program::new(Arc::new(parsed), comparison.python))
}

/// How loud each finding is; of several that are alike, the loudest.
pub(super) fn loudness(findings: &[Diagnostic]) -> FxHashMap<(&'static str, String), Severity> {
    let mut loud = FxHashMap::default();
    for finding in findings {
        let severity = loud.entry((finding.code, finding.key.clone())).or_insert(finding.severity);
        *severity = finding.severity.max(*severity);
    }
    loud
}
