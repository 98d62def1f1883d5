//! `__doc__` and `__annotations__`, as far as an older version left them.

use super::{Worlds, is_own};
use crate::comparison::StaleMetadata;
use crate::program::Program;
use crate::syntax::ast::{Constant, ExprKind, Name, StmtKind};
use crate::text::span::Span;
use crate::worlds::matching::first_line;

/// The first Python whose modules have no `__annotations__` until somebody asks (PEP 649).
const LAZY_ANNOTATIONS: u8 = 14;

impl Worlds<'_, '_> {
    pub(super) fn stale_metadata(&mut self) -> Vec<StaleMetadata> {
        let Some(new) = self.program(self.last).filter(|_| self.reload.is_some()) else {
            return Vec::new();
        };
        let anchor = first_line(new, new.ast().body.first().copied());
        let mut found: Vec<StaleMetadata> = self.stale_docstring(anchor).into_iter().collect();
        found.extend(self.stale_annotations(new, anchor));
        found
    }

    fn stale_docstring(&mut self, anchor: Span) -> Option<StaleMetadata> {
        let symbol = self.machine.symbol(&Name::from("__doc__"));
        let slot = self.reload?.state.global(symbol)?;
        let fresh = self.restart?.offered().global(symbol);
        let [binding] = &slot.bindings[..] else { return None };
        let is_stale = is_own(slot) && binding.version < self.last;
        (is_stale && fresh.is_none_or(|fresh| !is_own(fresh))).then_some(StaleMetadata {
            attribute: "__doc__",
            names: Vec::new(),
            version: binding.version,
            span: binding.span,
            anchor,
        })
    }

    /// The dictionary stays, and entries are only ever added to it.
    fn stale_annotations(&mut self, new: &Program, anchor: Span) -> Option<StaleMetadata> {
        let kept = annotated(new);
        let forgotten = forgotten(new);
        // From 3.14 on a new `__annotate__` takes the place of the old one, and whether the old
        // answers stay depends on whether somebody has asked.
        if self.around.python.minor >= LAZY_ANNOTATIONS && !kept.is_empty() {
            return None;
        }
        let mut names: Vec<Name> = Vec::new();
        let mut first = None;
        for (name, version, span) in &self.before.annotated {
            let is_kept = kept.iter().any(|(kept, _)| kept == name) || forgotten.contains(name);
            if is_kept || self.is_gone_altogether(name) {
                continue;
            }
            first.get_or_insert((*version, *span));
            names.push(name.clone());
        }
        let (version, span) = first?;
        Some(StaleMetadata { attribute: "__annotations__", names, version, span, anchor })
    }

    /// An orphan is told of as such.
    fn is_gone_altogether(&mut self, name: &Name) -> bool {
        let symbol = self.machine.symbol(name);
        let left = self.reload.is_some_and(|run| run.state.global(symbol).is_some());
        let fresh = self.restart.is_some_and(|run| run.offered().global(symbol).is_some());
        left && !fresh
    }
}

/// The names that a text annotates for certain, each with its place.
pub(in crate::worlds) fn annotated(program: &Program) -> Vec<(Name, Span)> {
    let ast = program.ast();
    let annotated = ast.body.iter().filter_map(|&id| match &ast.stmt(id).kind {
        StmtKind::AnnAssign { target, simple: true, .. } => match &ast.expr(*target).kind {
            ExprKind::Name(name) => Some((name.clone(), ast.expr(*target).span)),
            _ => None,
        },
        _ => None,
    });
    annotated.collect()
}

/// The names whose entries a text removes itself: `….pop("name", …)` of what names
/// `__annotations__`, as a statement of the module body.
fn forgotten(program: &Program) -> Vec<Name> {
    let ast = program.ast();
    let removed = ast.body.iter().filter_map(|&id| {
        let StmtKind::Expr(value) = ast.stmt(id).kind else { return None };
        let ExprKind::Call { func, args, .. } = &ast.expr(value).kind else { return None };
        let ExprKind::Attribute { value, attr } = &ast.expr(*func).kind else { return None };
        let is_removal = &*attr.name == "pop"
            && program.slice(ast.expr(*value).span).contains("__annotations__");
        match &ast.expr(*args.first()?).kind {
            ExprKind::Constant(Constant::Str(text)) if is_removal => Some(text.clone()),
            _ => None,
        }
    });
    removed.collect()
}
