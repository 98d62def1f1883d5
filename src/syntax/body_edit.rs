//! Edits that change nothing but what a function does once it is called.
//!
//! Most of what is typed is typed there. What such an edit leaves as it is only moves.

use std::ops::Range;

use super::ast::{Ast, Expr, ExprId, FunctionDef, Stmt, StmtId, StmtKind};
use super::reparse::Change;
use crate::text::span::Span;

/// What an edit did to a tree, where it is inside the body of one function (or only between
/// statements): nothing that is executed before that function is called has changed.
#[derive(Debug, Clone)]
pub struct BodyEdit {
    change: Change,
    stmts: Hole,
    exprs: Hole,
    /// The function before the edit; none where the edit is between statements.
    pub function: Option<StmtId>,
    /// The fingerprints that the function, and the class around it, had.
    pub was: Vec<u64>,
    /// The function, and the class around it, now.
    pub now: Vec<StmtId>,
}

/// Nodes of an arena that others have replaced; those behind have moved.
#[derive(Debug, Clone, Default)]
struct Hole {
    range: Range<u32>,
    by: i64,
}

impl Hole {
    fn moved(&self, at: u32) -> Option<u32> {
        match at {
            at if at < self.range.start => Some(at),
            at if at < self.range.end => None,
            // It lies in an arena of fewer than `u32::MAX`.
            at => Some((i64::from(at) + self.by) as u32),
        }
    }
}

/// The statements around an edit: before it, and the nodes that take their places.
pub(super) struct Replaced<'a> {
    pub(super) old: &'a Ast,
    pub(super) before: &'a [StmtId],
    /// The expressions below those statements.
    pub(super) exprs: Range<u32>,
    /// The new nodes, whose ids begin where those of the old ones did.
    pub(super) new_exprs: &'a [Expr],
    pub(super) new_stmts: &'a [Stmt],
    pub(super) first_stmt: u32,
    pub(super) now: &'a [StmtId],
    pub(super) change: Change,
}

impl BodyEdit {
    /// None where the edit is another one.
    pub(super) fn find(replaced: &Replaced<'_>) -> Option<BodyEdit> {
        let Replaced { old, before, now, change, .. } = *replaced;
        let mut edit = BodyEdit {
            change,
            stmts: Hole::default(),
            exprs: Hole::default(),
            function: None,
            was: Vec::new(),
            now: Vec::new(),
        };
        if before.len() != now.len() {
            return None;
        }
        for (&old_id, &new_id) in before.iter().zip(now) {
            let was = old.stmt(old_id);
            let is = &replaced.new_stmts[(new_id.0 - replaced.first_stmt) as usize];
            if change.span(was.span) != is.span {
                return None;
            }
            if was.span.end < change.start || was.span.start > change.old_end {
                continue;
            }
            let (StmtKind::FunctionDef(one), StmtKind::FunctionDef(other)) = (&was.kind, &is.kind)
            else {
                return None;
            };
            // Up to the edit the texts are the same.
            if one.header != other.header || change.start <= one.header.end {
                return None;
            }
            (edit.stmts, edit.exprs) = replaced.holes(old_id, new_id, one)?;
            edit.function = Some(old_id);
            edit.was.push(was.fingerprint);
            edit.now.push(new_id);
        }
        Some(edit)
    }

    /// The function is one of a class.
    pub(super) fn within(&mut self, was: &(u64, Span), class: StmtId, ast: &Ast) -> bool {
        self.was.push(was.0);
        self.now.push(class);
        self.change.span(was.1) == ast.stmt(class).span
    }

    /// Where a range of the text is now.
    pub fn span(&self, span: Span) -> Span {
        self.change.span(span)
    }

    /// Where a statement is now; None where it stood in the body that was edited.
    pub fn stmt(&self, id: StmtId) -> Option<StmtId> {
        self.stmts.moved(id.0).map(StmtId)
    }

    /// Where an expression is now; None where it stood in the body that was edited.
    pub fn expr(&self, id: ExprId) -> Option<ExprId> {
        self.exprs.moved(id.0).map(ExprId)
    }
}

impl Replaced<'_> {
    /// The nodes of a function's body, of both kinds.
    fn holes(&self, was: StmtId, is: StmtId, def: &FunctionDef) -> Option<(Hole, Hole)> {
        let end = def.header.end;
        // A compound statement follows those in it.
        let inside = |&id: &u32| self.old.stmt(StmtId(id)).span.start >= end;
        let first = (self.first_stmt..was.0).rev().take_while(inside).last().unwrap_or(was.0);
        let stmts = Hole { range: first..was.0, by: i64::from(is.0) - i64::from(was.0) };
        let span = self.old.stmt(was).span;
        let in_body = |id: &u32| {
            let at = self.old.exprs()[*id as usize].span.start;
            at >= end && at < span.end
        };
        let body = || self.exprs.clone().filter(in_body);
        let by = self.new_exprs.len() as i64 - self.exprs.len() as i64;
        let exprs = match (body().min(), body().max()) {
            (Some(first), Some(last)) => Hole { range: first..last + 1, by },
            _ => {
                let after = |id: &u32| self.old.exprs()[*id as usize].span.start >= span.end;
                let at = self.exprs.clone().find(after).unwrap_or(self.exprs.end);
                Hole { range: at..at, by }
            }
        };
        let is_whole = exprs.range.clone().all(|id| in_body(&id));
        is_whole.then_some((stmts, exprs))
    }
}
