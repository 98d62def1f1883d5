//! `match` and its cases.

use super::super::ast::*;
use super::expr::{NAMED, STAR};
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    pub(super) fn match_statement(&mut self, statement: Node) -> Outcome<StmtKind> {
        self.needs(10, Span::new(statement.start, statement.start + 5), "`match`")?;
        let mut subjects = Vec::new();
        let mut cases = Vec::new();
        let (mut tuple, mut first, mut last) = (false, None, statement);
        self.children(|this, node| {
            match node.kind {
                Kind::Comma => {
                    tuple = true;
                    last = node;
                }
                Kind::Colon => {}
                Kind::Block => cases = this.cases(node)?,
                _ if node.start == statement.start => {}
                _ => {
                    first.get_or_insert(node);
                    last = node;
                    subjects.push(this.expr(NAMED | STAR)?);
                }
            }
            Ok(())
        })?;
        let subject = match (&subjects[..], first) {
            ([only], _) if !tuple => {
                self.no_star(*only)?;
                *only
            }
            (_, Some(first)) => self.add(ExprKind::Tuple(subjects), Self::cover(first, last))?,
            _ => return self.unexpected(statement),
        };
        if cases.is_empty() {
            return Err(syntax(statement.span(), "expected `case` after `match`"));
        }
        Ok(StmtKind::Match { subject, cases })
    }

    fn cases(&mut self, _block: Node) -> Outcome<Vec<MatchCase>> {
        let mut cases = Vec::new();
        self.indent += 1;
        self.children(|this, node| {
            if node.kind == Kind::Case {
                this.clause(node)?;
                let case = this.case(node)?;
                cases.push(case);
            }
            Ok(())
        })?;
        self.indent -= 1;
        Ok(cases)
    }

    fn case(&mut self, clause: Node) -> Outcome<MatchCase> {
        let mut patterns = Vec::new();
        let (mut guard, mut body) = (None, Vec::new());
        let (mut open, mut first, mut last) = (false, None, clause);
        self.children(|this, node| {
            match node.kind {
                Kind::Comma => {
                    open = true;
                    last = node;
                }
                Kind::CasePattern => {
                    first.get_or_insert(node);
                    last = node;
                    patterns.push(this.case_pattern(true)?);
                }
                Kind::IfClause => guard = Some(this.guard(node)?),
                Kind::Block => body = this.block(node)?,
                _ => {}
            }
            Ok(())
        })?;
        let Some(first) = first else { return self.unexpected(clause) };
        let pattern = self.open_sequence(patterns, open, Self::cover(first, last))?;
        Ok(MatchCase { pattern, guard, body })
    }

    fn guard(&mut self, clause: Node) -> Outcome<ExprId> {
        let mut guard = None;
        self.children(|this, node| {
            if node.start != clause.start {
                guard = Some(this.named()?);
            }
            Ok(())
        })?;
        guard.map_or_else(|| self.unexpected(clause), Ok)
    }
}
