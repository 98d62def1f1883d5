//! Statements at which the reload may stop: earlier, so that nothing is half new by then; with
//! the previous value kept; or only when somebody calls.

use rustc_hash::FxHashSet;

use super::layout::Layout;
use super::{Aim, Candidate, EXTRACT, Subject};
use crate::diagnostic::{Diagnostic, Edit};
use crate::program::visit;
use crate::simulation::{AbortPoint, BindingKind, Outcome};
use crate::syntax::ast::{ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::{body_exprs, bound_names};

/// What may be done about the statement that a finding is about.
pub(super) fn candidates(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Vec<Candidate> {
    let Some(layout) = subject.layout() else { return Vec::new() };
    let Some(point) = point(subject, diagnostic) else { return Vec::new() };
    let Some((index, id)) = layout.top_level(point.span) else { return Vec::new() };
    if !layout.stands_alone(id) {
        return Vec::new();
    }
    let mut found = Vec::new();
    found.extend(earlier(subject, diagnostic, point, (index, id)));
    if subject.comparison.restart.outcome != Outcome::Aborts {
        found.extend(guarded(subject, diagnostic, point, id));
        found.extend(extracted(subject, diagnostic, id));
    }
    found
}

/// The call in a function, where somebody decides when it runs.
pub(super) fn later(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let layout = subject.layout()?;
    let (_, id) = layout.top_level(diagnostic.location.span)?;
    if !layout.stands_alone(id) {
        return None;
    }
    extracted(subject, diagnostic, id)
}

/// The abort point that a finding is about.
fn point<'s>(subject: &'s Subject<'_>, diagnostic: &Diagnostic) -> Option<&'s AbortPoint> {
    let comparison = subject.comparison;
    let place = diagnostic.location.span;
    if diagnostic.code == "RS205" {
        let torn = comparison.torn.iter().find(|torn| torn.usage == place)?;
        return comparison.abort_points.get(torn.abort);
    }
    comparison.abort_points.iter().find(|point| point.span == place)
}

/// The statement above the first thing that is new by then, where it reads nothing that it
/// would pass.
fn earlier(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    point: &AbortPoint,
    (index, id): (usize, StmtId),
) -> Option<Candidate> {
    let layout = subject.layout()?;
    let ast = layout.ast();
    let is_own = |name: &Name| {
        subject.comparison.entry(name).is_none_or(|entry| entry.kind != BindingKind::Import)
    };
    if point.stale.is_empty() || !point.updated.iter().any(is_own) || !may_move(layout, id) {
        return None;
    }
    let needs = needs(layout, id);
    let makes = names_bound(layout, id);
    let mut target = index;
    while target > 0 && may_pass(layout, ast.body[target - 1], &needs, &makes) {
        target -= 1;
    }
    let makes_new = |&&id: &&StmtId| {
        names_bound(layout, id).iter().any(|name| point.updated.contains(name) && is_own(name))
    };
    if target == index || ast.body[..target].iter().any(|id| makes_new(&id)) {
        return None;
    }
    // No further up than it has to be.
    let first = ast.body[target..index].iter().position(|id| makes_new(&id))?;
    let before = ast.body[target + first];
    if !layout.stands_alone(before) {
        return None;
    }
    let place = layout.with_comments(before);
    let mut lines = own_lines(layout, id);
    lines.extend(vec![String::new(); layout.blanks_above(place)]);
    let mut edits = vec![layout.insert(place, &lines)];
    edits.push((taken_lines(layout, id), String::new()));
    let edits: Vec<Edit> = edits.into_iter().map(|edit| subject.edit(edit)).collect();
    let line = layout.source().line(ast.stmt(id).span.start);
    let title = format!("Move line {line} up, so that nothing is half new where it may stop");
    let mut candidate = Candidate::new(diagnostic, title, edits).preferred();
    if diagnostic.code != "RS205" {
        candidate.aim = Aim::Whole { reason: point.reason.clone() };
    }
    Some(candidate)
}

/// Simple statements only: what a compound one does is not looked at.
fn may_move(layout: Layout<'_>, id: StmtId) -> bool {
    matches!(
        layout.ast().stmt(id).kind,
        StmtKind::Assign { .. }
            | StmtKind::AnnAssign { .. }
            | StmtKind::Expr(_)
            | StmtKind::Assert { .. }
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
    )
}

/// Whether a statement may change places with one above it: neither reads or makes what the
/// other makes, and the one above does nothing else.
fn may_pass(
    layout: Layout<'_>,
    above: StmtId,
    needs: &FxHashSet<Name>,
    makes: &FxHashSet<Name>,
) -> bool {
    let bound = names_bound(layout, above);
    if bound.iter().any(|name| needs.contains(name) || makes.contains(name)) {
        return false;
    }
    let mut exprs = Vec::new();
    match &layout.ast().stmt(above).kind {
        StmtKind::FunctionDef(def) => {
            exprs.extend(&def.decorators);
            visit::param_exprs(&def.params, &mut |expr| exprs.push(expr));
            exprs.extend(def.params.list.iter().filter_map(|param| param.annotation));
            exprs.extend(def.returns);
        }
        StmtKind::ClassDef(_) | StmtKind::Assign { .. } | StmtKind::AnnAssign { .. } => {
            body_exprs(layout.ast(), above, &mut exprs);
        }
        _ => return false,
    }
    let is_class = matches!(layout.ast().stmt(above).kind, StmtKind::ClassDef(_));
    let mut is_quiet = true;
    each_expr(layout, exprs, &mut |expr| match expr {
        ExprKind::Name(name) => is_quiet &= !makes.contains(name),
        // In a class most calls are in methods, which do not run now.
        ExprKind::Call { .. } => is_quiet &= is_class,
        ExprKind::Await(_) | ExprKind::Yield(_) | ExprKind::YieldFrom(_) => is_quiet &= is_class,
        _ => {}
    });
    is_quiet
}

/// The names that a statement reads, and those that what they mean reads in its turn.
fn needs(layout: Layout<'_>, id: StmtId) -> FxHashSet<Name> {
    let mut needed: FxHashSet<Name> = FxHashSet::default();
    let mut pending = vec![id];
    let mut seen: FxHashSet<StmtId> = FxHashSet::default();
    while let Some(id) = pending.pop() {
        if !seen.insert(id) {
            continue;
        }
        let mut exprs = Vec::new();
        body_exprs(layout.ast(), id, &mut exprs);
        let mut read = Vec::new();
        each_expr(layout, exprs, &mut |expr| {
            if let ExprKind::Name(name) = expr {
                read.push(name.clone());
            }
        });
        for name in read {
            if needed.insert(name.clone()) {
                let makers = layout.ast().body.iter().copied();
                pending.extend(makers.filter(|&id| names_bound(layout, id).contains(&name)));
            }
        }
    }
    needed
}

fn each_expr(layout: Layout<'_>, mut pending: Vec<ExprId>, f: &mut dyn FnMut(&ExprKind)) {
    while let Some(id) = pending.pop() {
        f(&layout.ast().expr(id).kind);
        visit::child_exprs(layout.ast(), id, &mut |child| pending.push(child));
    }
}

pub(super) fn names_bound(layout: Layout<'_>, id: StmtId) -> FxHashSet<Name> {
    let mut names = FxHashSet::default();
    let mut pending = vec![id];
    while let Some(id) = pending.pop() {
        bound_names(layout.ast(), id, &mut |name| {
            names.insert(name.clone());
        });
        let is_scope =
            matches!(layout.ast().stmt(id).kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_));
        if !is_scope {
            visit::child_blocks(layout.ast(), id, &mut |block| pending.extend_from_slice(block));
        }
    }
    names
}

/// The lines of a statement with the comments above it.
fn own_lines(layout: Layout<'_>, id: StmtId) -> Vec<String> {
    let source = layout.source();
    let span = Span::new(layout.with_comments(id), layout.lines(id).end);
    let first = source.line(span.start);
    let last = source.line(span.end.saturating_sub(1).max(span.start));
    (first..=last).map(|line| source.slice(source.line_span(line)).to_owned()).collect()
}

/// What goes away where a statement was: its lines, and the empty lines above, so that the gap
/// is not twice as wide.
fn taken_lines(layout: Layout<'_>, id: StmtId) -> Span {
    let source = layout.source();
    let start = layout.with_comments(id);
    let end = layout.lines(id).end;
    let blanks = layout.blanks_above(start) as u32;
    Span::new(source.line_start(source.line(start) - blanks), end)
}

/// `try` around the statement: where it fails and there is a value already, that one stays.
fn guarded(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    point: &AbortPoint,
    id: StmtId,
) -> Option<Candidate> {
    let layout = subject.layout()?;
    let ast = layout.ast();
    let stmt = ast.stmt(id);
    let is_import = matches!(stmt.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. });
    if !is_import && !matches!(stmt.kind, StmtKind::Assign { .. } | StmtKind::AnnAssign { .. }) {
        return None;
    }
    let mut bound = names_bound(layout, id).into_iter();
    let (Some(name), None) = (bound.next(), bound.next()) else { return None };
    if !point.stale.contains(&name) || has_long_strings(layout, id) {
        return None;
    }
    let exception = if is_import { "ImportError" } else { "Exception" };
    let step = layout.indent_step();
    let tail = [
        format!("except {exception}:"),
        format!("{step}# After a failed reload the previous value stays."),
        format!("{step}if \"{name}\" not in globals():"),
        format!("{step}{step}raise"),
    ];
    let span = Span::new(layout.lines(id).start, stmt.span.end);
    let edit = subject.edit(layout.under("try:".to_owned(), span, &tail));
    let title = format!("Keep the previous `{name}` where this fails");
    Some(Candidate::new(diagnostic, title, vec![edit]))
}

/// Whether a string of a statement goes over several lines: it would be indented with it.
pub(super) fn has_long_strings(layout: Layout<'_>, id: StmtId) -> bool {
    let mut pending = Vec::new();
    body_exprs(layout.ast(), id, &mut pending);
    while let Some(id) = pending.pop() {
        let expr = layout.ast().expr(id);
        let is_string = matches!(
            expr.kind,
            ExprKind::Constant(_) | ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_)
        );
        if is_string && layout.source().slice(expr.span).contains(['\n', '\r']) {
            return true;
        }
        visit::child_exprs(layout.ast(), id, &mut |child| pending.push(child));
    }
    false
}

/// A call whose result nobody keeps, in a function that is to be called when it is time.
fn extracted(subject: &Subject<'_>, diagnostic: &Diagnostic, id: StmtId) -> Option<Candidate> {
    let layout = subject.layout()?;
    let ast = layout.ast();
    let StmtKind::Expr(value) = ast.stmt(id).kind else { return None };
    if !matches!(ast.expr(value).kind, ExprKind::Call { .. }) || has_long_strings(layout, id) {
        return None;
    }
    let text = layout.source().text();
    let name = ["run", "set_up", "main", "run_now", "set_up_now"]
        .into_iter()
        .find(|name| !text.contains(name))?;
    let edit = subject.edit(layout.under(format!("def {name}():"), ast.stmt(id).span, &[]));
    let title = format!("Move the call into a function `{name}`, to be called when it is time");
    let mut candidate = Candidate::new(diagnostic, title, vec![edit]).gaining(&Name::from(name));
    candidate.fix.kind = EXTRACT;
    Some(candidate)
}
