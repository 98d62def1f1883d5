//! Blocks and the statements that have them.

use super::super::ast::*;
use super::expr::{NONE, STAR};
use super::{Builder, Kind, Node, Outcome, python2, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    /// The statements below the node at the cursor.
    pub(super) fn statements(&mut self, body: &mut Vec<StmtId>) -> Outcome<()> {
        self.children(|this, node| {
            if node.kind != Kind::Semicolon {
                let id = this.statement(node)?;
                body.push(id);
            }
            Ok(())
        })
    }

    fn statement(&mut self, node: Node) -> Outcome<StmtId> {
        self.line(node)?;
        match node.kind {
            Kind::If
            | Kind::For
            | Kind::While
            | Kind::Try
            | Kind::With
            | Kind::Match
            | Kind::FunctionDef
            | Kind::ClassDef
            | Kind::Decorated => {
                self.enter()?;
                let id = self.compound_statement(node)?;
                self.leave();
                Ok(id)
            }
            _ => self.simple_statement(node),
        }
    }

    fn compound_statement(&mut self, node: Node) -> Outcome<StmtId> {
        let kind = match node.kind {
            Kind::If => self.if_statement()?,
            Kind::For => self.for_statement(node)?,
            Kind::While => self.while_statement(node)?,
            Kind::Try => self.try_statement(node)?,
            Kind::With => self.with_statement(node)?,
            Kind::Match => self.match_statement(node)?,
            Kind::Decorated => return self.decorated(node),
            _ => return self.definition(node, node.start, Vec::new()),
        };
        let end = self.end_of(&kind).max(node.start);
        Ok(self.ast.add_stmt(kind, Span::new(node.start, end)))
    }

    /// Where the last block of a compound statement ends.
    fn end_of(&self, kind: &StmtKind) -> u32 {
        let block = match kind {
            StmtKind::If { branches, orelse } => {
                let last = branches.last().map(|(_, body)| body);
                if orelse.is_empty() { last } else { Some(orelse) }
            }
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                Some(if orelse.is_empty() { body } else { orelse })
            }
            StmtKind::Try { body, handlers, orelse, finalbody, .. } if finalbody.is_empty() => {
                let last = handlers.last().map_or(body, |handler| &handler.body);
                Some(if orelse.is_empty() { last } else { orelse })
            }
            StmtKind::Try { finalbody, .. } => Some(finalbody),
            StmtKind::With { body, .. } => Some(body),
            StmtKind::Match { cases, .. } => cases.last().map(|case| &case.body),
            _ => None,
        };
        block.map_or(0, |block| self.block_end(block))
    }

    pub(super) fn block_end(&self, block: &[StmtId]) -> u32 {
        block.last().map_or(0, |&last| self.ast.stmt(last).span.end)
    }

    /// Holds a statement or clause against the lines of the lexer: one that begins a logical
    /// line stands at the depth of the block it is in, and none is passed over.
    pub(super) fn line(&mut self, node: Node) -> Outcome<()> {
        let Some(line) = self.lexed.lines.get(self.next_line) else { return Ok(()) };
        if node.start < line.start {
            return Ok(());
        }
        if node.start > line.start {
            return Err(syntax(Span::empty(line.start), "invalid syntax"));
        }
        if line.depth != self.indent {
            return Err(syntax(Span::empty(line.start), "the indentation does not fit"));
        }
        self.next_line += 1;
        Ok(())
    }

    /// A clause keyword (`else`, `except`, `case` ..), which always begins a line.
    pub(super) fn clause(&mut self, node: Node) -> Outcome<()> {
        let before = self.next_line;
        self.line(node)?;
        if self.next_line == before {
            return self.unexpected(node);
        }
        Ok(())
    }

    /// The block at the cursor.
    pub(super) fn block(&mut self, node: Node) -> Outcome<Vec<StmtId>> {
        let mut body = Vec::new();
        let indented = self.indents(node);
        self.indent += u16::from(indented);
        self.statements(&mut body)?;
        self.indent -= u16::from(indented);
        if body.is_empty() {
            return Err(syntax(Span::empty(node.start), "expected an indented block"));
        }
        Ok(body)
    }

    /// Whether a block begins on a line of its own.
    fn indents(&mut self, node: Node) -> bool {
        let mut start = node.start;
        if self.down() {
            start = self.node().start;
            self.up();
        }
        self.lexed.lines.get(self.next_line).is_some_and(|line| line.start == start)
    }

    fn if_statement(&mut self) -> Outcome<StmtKind> {
        let mut branches = Vec::new();
        let mut orelse = Vec::new();
        let mut test = None;
        self.children(|this, node| {
            match node.kind {
                Kind::If_ | Kind::Colon => {}
                Kind::Block => {
                    let Some(test) = test.take() else { return this.unexpected(node) };
                    branches.push((test, this.block(node)?));
                }
                Kind::Elif => {
                    this.clause(node)?;
                    let branch = this.elif(node)?;
                    branches.push(branch);
                }
                Kind::Else => orelse = this.else_clause(node)?,
                _ => test = Some(this.named()?),
            }
            Ok(())
        })?;
        Ok(StmtKind::If { branches, orelse })
    }

    fn elif(&mut self, clause: Node) -> Outcome<(ExprId, Vec<StmtId>)> {
        let (mut test, mut body) = (None, Vec::new());
        self.children(|this, node| {
            match node.kind {
                Kind::Colon => {}
                Kind::Block => body = this.block(node)?,
                _ if node.start == clause.start => {}
                _ => test = Some(this.named()?),
            }
            Ok(())
        })?;
        match test {
            Some(test) => Ok((test, body)),
            None => self.unexpected(clause),
        }
    }

    /// The block of an `else` or `finally`.
    fn else_clause(&mut self, clause: Node) -> Outcome<Vec<StmtId>> {
        self.clause(clause)?;
        let mut body = Vec::new();
        self.children(|this, node| {
            if node.kind == Kind::Block {
                body = this.block(node)?;
            }
            Ok(())
        })?;
        Ok(body)
    }

    fn for_statement(&mut self, statement: Node) -> Outcome<StmtKind> {
        let (mut is_async, mut in_seen) = (false, false);
        let (mut target, mut iter) = (None, None);
        let (mut body, mut orelse) = (Vec::new(), Vec::new());
        self.children(|this, node| {
            match node.kind {
                Kind::Async => is_async = true,
                Kind::In => in_seen = true,
                Kind::For_ | Kind::Colon => {}
                Kind::Block => body = this.block(node)?,
                Kind::Else => orelse = this.else_clause(node)?,
                _ if in_seen => {
                    let value = this.star_expressions()?;
                    if this.has_star(value) && node.kind == Kind::ExpressionList {
                        this.needs(9, node.span(), "a starred expression after `in`")?;
                    }
                    iter = Some(value);
                }
                _ => {
                    let value = this.expr(STAR)?;
                    this.check_assign(value)?;
                    target = Some(value);
                }
            }
            Ok(())
        })?;
        match (target, iter) {
            (Some(target), Some(iter)) => {
                Ok(StmtKind::For { target, iter, body, orelse, is_async })
            }
            _ => self.unexpected(statement),
        }
    }

    pub(super) fn has_star(&self, value: ExprId) -> bool {
        let starred = |id: &ExprId| matches!(self.ast.expr(*id).kind, ExprKind::Starred(_));
        matches!(&self.ast.expr(value).kind, ExprKind::Tuple(ids) if ids.iter().any(starred))
    }

    fn while_statement(&mut self, statement: Node) -> Outcome<StmtKind> {
        let mut test = None;
        let (mut body, mut orelse) = (Vec::new(), Vec::new());
        self.children(|this, node| {
            match node.kind {
                Kind::Colon => {}
                Kind::Block => body = this.block(node)?,
                Kind::Else => orelse = this.else_clause(node)?,
                _ if node.start == statement.start => {}
                _ => test = Some(this.named()?),
            }
            Ok(())
        })?;
        match test {
            Some(test) => Ok(StmtKind::While { test, body, orelse }),
            None => self.unexpected(statement),
        }
    }

    fn try_statement(&mut self, statement: Node) -> Outcome<StmtKind> {
        let mut body = Vec::new();
        let (mut handlers, mut orelse, mut finalbody) = (Vec::new(), Vec::new(), Vec::new());
        let mut star = None;
        self.children(|this, node| {
            match node.kind {
                Kind::Block => body = this.block(node)?,
                Kind::Except => {
                    let (handler, is_star) = this.except(node)?;
                    if star.is_some_and(|star| star != is_star) {
                        let message = "`except` and `except*` cannot be mixed";
                        return Err(syntax(node.span(), message));
                    }
                    star = Some(is_star);
                    handlers.push(handler);
                }
                Kind::Else => orelse = this.else_clause(node)?,
                Kind::Finally => finalbody = this.else_clause(node)?,
                _ => {}
            }
            Ok(())
        })?;
        let head = Span::new(statement.start, statement.start + 3);
        if handlers.is_empty() && (finalbody.is_empty() || !orelse.is_empty()) {
            return Err(syntax(head, "`try` without `except` or `finally`"));
        }
        if let Some(bare) = handlers.iter().rev().skip(1).find(|handler| handler.typ.is_none()) {
            return Err(syntax(bare.span, "a bare `except:` must be the last"));
        }
        Ok(StmtKind::Try { body, handlers, orelse, finalbody, is_star: star == Some(true) })
    }

    fn except(&mut self, clause: Node) -> Outcome<(ExceptHandler, bool)> {
        self.clause(clause)?;
        let (mut star, mut body, mut name) = (false, Vec::new(), None);
        let mut types = Vec::new();
        let mut as_seen = false;
        self.children(|this, node| {
            match node.kind {
                Kind::Star => star = true,
                Kind::As => as_seen = true,
                Kind::Comma | Kind::Colon => {}
                Kind::Block => body = this.block(node)?,
                Kind::AsPattern => {
                    let (value, alias) = this.as_clause(node)?;
                    types.push((value, node));
                    name = Some(this.handler_name(alias)?);
                }
                _ if node.start == clause.start => {}
                _ if as_seen => {
                    let alias = this.expr(NONE)?;
                    name = Some(this.handler_name(alias)?);
                }
                _ => {
                    let (value, alias) = this.expr_as(node)?;
                    types.push((value, node));
                    if let Some(alias) = alias {
                        name = Some(this.handler_name(alias)?);
                    }
                }
            }
            Ok(())
        })?;
        if star {
            self.needs(11, Span::new(clause.start, clause.start + 6), "`except*`")?;
        }
        let typ = self.handler_type(clause, &types, name.is_some(), star)?;
        let end = self.block_end(&body).max(clause.start);
        let span = Span::new(clause.start, end);
        Ok((ExceptHandler { typ, name, body, span }, star))
    }

    fn handler_type(
        &mut self,
        clause: Node,
        types: &[(ExprId, Node)],
        named: bool,
        star: bool,
    ) -> Outcome<Option<ExprId>> {
        match types {
            [] if star => Err(syntax(
                Span::new(clause.start, clause.start + 6),
                "`except*` needs the type of an exception",
            )),
            [] => Ok(None),
            [(only, _)] => Ok(Some(*only)),
            [(_, first), .., (last_id, last)] => {
                let span = Self::cover(*first, *last);
                if self.python.minor < 14 {
                    let names = matches!(self.ast.expr(*last_id).kind, ExprKind::Name(_));
                    let message = "several exception types need parentheses";
                    return Err(if types.len() == 2 && names && !star {
                        python2(span, "an exception is bound with `as`")
                    } else {
                        syntax(span, message)
                    });
                }
                if named {
                    return Err(syntax(span, "several exception types with `as` need parentheses"));
                }
                let ids = types.iter().map(|(id, _)| *id).collect();
                Ok(Some(self.add(ExprKind::Tuple(ids), span)?))
            }
        }
    }

    fn handler_name(&self, alias: ExprId) -> Outcome<Ident> {
        let expr = self.ast.expr(alias);
        match &expr.kind {
            ExprKind::Name(name) if self.byte(expr.span.start.wrapping_sub(1)) != b'(' => {
                Ok(Ident { name: name.clone(), span: expr.span })
            }
            _ => Err(syntax(expr.span, "`except .. as` binds a plain name")),
        }
    }
}
