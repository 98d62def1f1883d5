//! Parsing a text that differs little from one that is parsed already.
//!
//! Statements of a module, and those of a class at its top level, are grammatical one by one: a
//! statement that begins a line at the level of its block ends whatever stood before it. So the
//! statements around an edit are parsed on their own, and the rest of the tree is moved to where
//! its text is now. The tree that results is the one that [`parse`](super::parse::parse) makes,
//! ids included.

use std::ops::Range;
use std::sync::Arc;

use super::ast::*;
use super::body_edit::{BodyEdit, Replaced};
use super::health;
use super::health::future::is_future;
use super::parse::{ParseOptions, Parsed, grammatical};
use super::relocate::{Shift, Step};
use crate::text::source::Source;
use crate::text::span::Span;

/// Where the nodes of a tree have gone when a part of it was parsed again.
#[derive(Debug, Clone)]
pub struct Patch {
    shift: Shift,
    /// The nodes below the statements of the module that were touched, in the arenas of before.
    exprs: Range<u32>,
    stmts: Range<u32>,
    /// The statements of the module, now, that were touched: indices into [`Ast::body`].
    pub body: Range<usize>,
    /// What the edit was, where it is one inside a function.
    pub body_edit: Option<BodyEdit>,
}

impl Patch {
    /// Where a statement is now; None where it belongs to a touched one.
    pub fn stmt(&self, id: StmtId) -> Option<StmtId> {
        (!self.stmts.contains(&id.0)).then(|| StmtId(self.shift.stmts.moved(id.0)))
    }

    /// Where an expression is now; None where it belongs to a touched statement.
    pub fn expr(&self, id: ExprId) -> Option<ExprId> {
        (!self.exprs.contains(&id.0)).then(|| ExprId(self.shift.exprs.moved(id.0)))
    }

    /// Where a range outside the touched statements is now; None where it has not moved.
    pub fn moved(&self, span: Span) -> Option<Span> {
        let Step { from, by } = self.shift.bytes;
        (by != 0 && span.end >= from).then(|| {
            let mut span = span;
            self.shift.span(&mut span);
            span
        })
    }
}

/// Parses a text, given the tree of an earlier one. Gives the tree back where that brings
/// nothing: the edit is too wide or does not stand on its own (which may be for an error). Only
/// a whole [`parse`](super::parse::parse) tells then.
///
/// # Errors
/// The tree of the earlier text, as it was.
pub fn reparse(
    mut parsed: Box<Parsed>,
    source: &Arc<Source>,
    options: &ParseOptions,
) -> Result<(Box<Parsed>, Patch), Box<Parsed>> {
    let too_long = source.text().len() > options.max_bytes.min(u32::MAX as usize);
    if parsed.python != options.python || too_long {
        return Err(parsed);
    }
    let Some(graft) = Graft::find(&parsed, source, options) else { return Err(parsed) };
    let patch = graft.apply(&mut parsed);
    parsed.source = Arc::clone(source);
    Ok((parsed, patch))
}

/// What an edit replaced, in byte offsets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) start: u32,
    pub(super) old_end: u32,
    /// How much longer the text has become.
    growth: i64,
}

impl Change {
    fn between(old: &[u8], new: &[u8]) -> Change {
        let same = |(a, b): &(&u8, &u8)| a == b;
        let start = old.iter().zip(new).take_while(same).count();
        let (old_rest, new_rest) = (&old[start..], &new[start..]);
        let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
        Change {
            start: start as u32,
            old_end: (old.len() - end) as u32,
            growth: new.len() as i64 - old.len() as i64,
        }
    }

    fn moved(self, at: u32) -> u32 {
        (i64::from(at) + self.growth) as u32
    }

    /// Where a range is now that does not begin or end in what was replaced.
    pub(super) fn span(self, span: Span) -> Span {
        let place = |at: u32| if at < self.old_end { at } else { self.moved(at) };
        Span { start: place(span.start), end: place(span.end) }
    }
}

/// The statements of one block that an edit touches, and their text with the lines between them.
#[derive(Debug, Clone)]
struct Cut {
    statements: Range<usize>,
    old: Range<u32>,
    new: Range<u32>,
}

impl Cut {
    /// `region` is the text of the block, from the line of its first statement.
    fn of(
        parsed: &Parsed,
        block: &[StmtId],
        region: Range<u32>,
        change: Change,
        new: &str,
    ) -> Option<Cut> {
        let boundary = |index: usize| match index {
            0 => Some(region.start),
            _ => line_of_its_own(parsed, block[index - 1], block[index]),
        };
        // An edit at the very edge of a statement may be about its neighbour, too.
        let before = |&index: &usize| boundary(index).is_some_and(|at| at < change.start);
        let from = (0..block.len()).rev().find(before).unwrap_or(0);
        let is_behind = |&index: &usize| {
            boundary(index)
                .is_some_and(|at| at > change.old_end && begins_line(new, change.moved(at)))
        };
        let first = block.partition_point(|&id| parsed.ast.stmt(id).span.start <= change.old_end);
        let to = (first.max(from + 1)..block.len()).find(is_behind);
        let start = boundary(from)?;
        let end = to.map_or(Some(region.end), boundary)?;
        let (old, new) = (start..end, start..change.moved(end));
        // Nothing before the region's start has changed, nor behind its end.
        let is_inside = start <= change.start && change.old_end <= end && new.start <= new.end;
        is_inside.then(|| Cut { statements: from..to.unwrap_or(block.len()), old, new })
    }
}

/// Where the line of a statement begins, if nothing else of the program is on it.
fn line_of_its_own(parsed: &Parsed, before: StmtId, id: StmtId) -> Option<u32> {
    let (before, own) = (parsed.ast.stmt(before).span, parsed.ast.stmt(id).span);
    let source = &parsed.source;
    let line = source.line_start(source.line(own.start));
    let indent = &source.text()[line as usize..own.start as usize];
    (before.end < line && is_indent(indent)).then_some(line)
}

fn is_indent(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Whether a new line begins at a byte offset, and not one that a backslash continues.
fn begins_line(text: &str, at: u32) -> bool {
    let before = &text.as_bytes()[..at as usize];
    let line = before.strip_suffix(b"\r\n").or_else(|| before.strip_suffix(b"\n"));
    let line = line.or_else(|| before.strip_suffix(b"\r"));
    line.is_some_and(|line| line.last() != Some(&b'\\'))
}

/// New statements for a tree.
struct Graft {
    /// What of the module they stand in or are.
    touched: Cut,
    /// The class of which they are, where that is smaller.
    inner: Option<(StmtId, Cut)>,
    ast: Ast,
    body: Vec<StmtId>,
    directives: Vec<Span>,
    /// By how much their positions lie behind those in the text that was parsed.
    offset: i64,
    change: Change,
}

impl Graft {
    fn find(parsed: &Parsed, source: &Source, options: &ParseOptions) -> Option<Graft> {
        let (old, new) = (parsed.source.text(), source.text());
        let change = Change::between(old.as_bytes(), new.as_bytes());
        let body = &parsed.ast.body;
        if body.is_empty() || declares(&parsed.ast, body) {
            return None;
        }
        let touched = Cut::of(parsed, body, 0..old.len() as u32, change, new)?;
        if touches_future(parsed, &touched) {
            return None;
        }
        let inner = inner_cut(parsed, &touched, change, new);
        let cut = |inner| Graft::cut(parsed, &touched, inner, change, new, options);
        inner.and_then(|inner| cut(Some(inner))).or_else(|| cut(None))
    }

    fn cut(
        parsed: &Parsed,
        touched: &Cut,
        inner: Option<(StmtId, Cut)>,
        change: Change,
        new: &str,
        options: &ParseOptions,
    ) -> Option<Graft> {
        let cut = inner.as_ref().map_or(touched, |(_, cut)| cut);
        // The head of a class makes statements of the module of what are its own.
        let head = match &inner {
            Some((id, _)) => format!("class {}:\n", class_name(parsed, *id)?),
            None => String::new(),
        };
        let text = format!("{head}{}", &new[cut.new.start as usize..cut.new.end as usize]);
        let (ast, directives) = grammatical(&text, options).ok()?;
        health::check_with(&ast, parsed.features, options.python).ok()?;
        let body = match &inner {
            Some((id, _)) => members(parsed, *id, &ast, &text)?,
            None => ast.body.clone(),
        };
        if declares(&ast, &body) || ast.stmts.iter().any(|stmt| is_future(&stmt.kind)) {
            return None;
        }
        let offset = i64::from(cut.new.start) - head.len() as i64;
        let touched = touched.clone();
        Some(Graft { touched, inner, ast, body, directives, offset, change })
    }

    fn apply(self, parsed: &mut Parsed) -> Patch {
        let Graft { touched, inner, ast: mut new, mut body, mut directives, offset, change } = self;
        let ast = &mut parsed.ast;
        let (exprs, stmts) = (exprs_in(ast, &touched.old), stmts_in(ast, &touched.old));
        let cut = inner.as_ref().map_or(&touched, |(_, cut)| cut);
        let old_exprs = exprs_in(ast, &cut.old);
        let old_stmts = match &inner {
            None => stmts.clone(),
            Some((class, _)) => {
                // Of the text that was parsed, the class itself comes last.
                new.stmts.pop();
                members_in(ast, stmts.start..class.0, &cut.old)
            }
        };
        let added = Shift {
            exprs: Step { from: 0, by: i64::from(old_exprs.start) },
            stmts: Step { from: 0, by: i64::from(old_stmts.start) },
            bytes: Step { from: 0, by: offset },
        };
        new.exprs.iter_mut().for_each(|expr| added.expr(expr));
        new.stmts.iter_mut().for_each(|stmt| added.stmt(stmt));
        added.ids(&mut body);
        directives.iter_mut().for_each(|span| added.span(span));
        let block = match &inner {
            None => &ast.body,
            Some((class, _)) => members_of(ast, *class),
        };
        let mut body_edit = BodyEdit::find(&Replaced {
            old: ast,
            before: &block[cut.statements.clone()],
            exprs: old_exprs.clone(),
            new_exprs: &new.exprs,
            new_stmts: &new.stmts,
            first_stmt: old_stmts.start,
            now: &body,
            change,
        });
        let was = inner.as_ref().map(|(class, _)| {
            let class = ast.stmt(*class);
            (class.fingerprint, class.span)
        });
        let grown = |old: &Range<u32>, new: usize| new as i64 - i64::from(old.end - old.start);
        let shift = Shift {
            exprs: Step { from: old_exprs.end, by: grown(&old_exprs, new.exprs.len()) },
            stmts: Step { from: old_stmts.end, by: grown(&old_stmts, new.stmts.len()) },
            bytes: Step { from: cut.old.end, by: change.growth },
        };
        if !shift.is_nothing() {
            ast.exprs[old_exprs.end as usize..].iter_mut().for_each(|expr| shift.expr(expr));
            ast.stmts[old_stmts.end as usize..].iter_mut().for_each(|stmt| shift.stmt(stmt));
            shift.ids(&mut ast.body);
        }
        let known = &mut parsed.directives;
        let first = known.partition_point(|span| span.start < cut.old.start);
        let last = known.partition_point(|span| span.start < cut.old.end);
        known[last..].iter_mut().for_each(|span| shift.span(span));
        known.splice(first..last, directives);
        ast.exprs.splice(as_indices(&old_exprs), new.exprs);
        ast.stmts.splice(as_indices(&old_stmts), new.stmts);
        let from = touched.statements.start;
        let now = match inner {
            None => {
                let now = from..from + body.len();
                ast.body.splice(touched.statements, body);
                now
            }
            Some((mut class, cut)) => {
                shift.id(&mut class);
                ast.replace_members(class, cut.statements, body);
                let is_within =
                    |edit: &mut BodyEdit| was.is_some_and(|was| edit.within(&was, class, ast));
                body_edit = body_edit.and_then(|mut edit| is_within(&mut edit).then_some(edit));
                from..from + 1
            }
        };
        Patch { shift, exprs, stmts, body: now, body_edit }
    }
}

/// The cut among the statements of the one class that a cut of the module is about.
fn inner_cut(parsed: &Parsed, touched: &Cut, change: Change, new: &str) -> Option<(StmtId, Cut)> {
    let [id] = parsed.ast.body[touched.statements.clone()] else { return None };
    let StmtKind::ClassDef(class) = &parsed.ast.stmt(id).kind else { return None };
    let first = parsed.ast.stmt(*class.body.first()?).span.start;
    let source = &parsed.source;
    let line = source.line_start(source.line(first));
    let begins_a_line = is_indent(&source.text()[line as usize..first as usize]);
    let is_plain = begins_a_line && class.header.end < line && class.type_params.is_empty();
    if !is_plain || change.start <= line || declares(&parsed.ast, &class.body) {
        return None;
    }
    let cut = Cut::of(parsed, &class.body, line..touched.old.end, change, new)?;
    Some((id, cut))
}

/// A class's name as it is written.
fn class_name(parsed: &Parsed, id: StmtId) -> Option<&str> {
    match &parsed.ast.stmt(id).kind {
        StmtKind::ClassDef(class) => Some(parsed.source.slice(class.name.span)),
        _ => None,
    }
}

/// The statements of the only class of a text, if they are indented as those of a class of
/// another text are.
fn members(parsed: &Parsed, id: StmtId, ast: &Ast, text: &str) -> Option<Vec<StmtId>> {
    let indent = |ast: &Ast, text: &str, id: StmtId| {
        let start = ast.stmt(id).span.start as usize;
        let line = text[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        text[line..start].to_owned()
    };
    let [only] = ast.body[..] else { return None };
    let (StmtKind::ClassDef(old), StmtKind::ClassDef(new)) =
        (&parsed.ast.stmt(id).kind, &ast.stmt(only).kind)
    else {
        return None;
    };
    let now = indent(ast, text, *new.body.first()?);
    let before = indent(&parsed.ast, parsed.source.text(), *old.body.first()?);
    (now == before).then(|| new.body.clone())
}

/// The statements of a class.
fn members_of(ast: &Ast, class: StmtId) -> &[StmtId] {
    match &ast.stmt(class).kind {
        StmtKind::ClassDef(class) => &class.body,
        _ => &[],
    }
}

/// Whether a block declares names `global` or `nonlocal` for itself: what one of its statements
/// may do then depends on the others.
fn declares(ast: &Ast, block: &[StmtId]) -> bool {
    let mut pending: Vec<&[StmtId]> = vec![block];
    while let Some(block) = pending.pop() {
        for &id in block {
            match &ast.stmt(id).kind {
                StmtKind::Global(_) | StmtKind::Nonlocal(_) => return true,
                StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {}
                kind => kind.blocks(&mut |block| pending.push(block)),
            }
        }
    }
    false
}

fn touches_future(parsed: &Parsed, touched: &Cut) -> bool {
    let stmts = &parsed.ast.body[touched.statements.clone()];
    stmts.iter().any(|&id| is_future(&parsed.ast.stmt(id).kind))
}

/// The arena of expressions is in the order of the module's statements, and within a class in
/// that of its own.
fn exprs_in(ast: &Ast, text: &Range<u32>) -> Range<u32> {
    let before = |at: u32| ast.exprs.partition_point(|expr| expr.span.start < at) as u32;
    before(text.start)..before(text.end)
}

fn stmts_in(ast: &Ast, text: &Range<u32>) -> Range<u32> {
    members_in(ast, 0..ast.stmts.len() as u32, text)
}

/// As [`exprs_in`], of the statements; a compound one follows those in it.
fn members_in(ast: &Ast, among: Range<u32>, text: &Range<u32>) -> Range<u32> {
    let stmts = &ast.stmts[as_indices(&among)];
    let before = |at: u32| stmts.partition_point(|stmt| stmt.span.start < at) as u32;
    among.start + before(text.start)..among.start + before(text.end)
}

fn as_indices(ids: &Range<u32>) -> Range<usize> {
    ids.start as usize..ids.end as usize
}
