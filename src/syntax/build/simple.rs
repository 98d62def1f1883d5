//! Statements on one line.

use super::super::ast::*;
use super::expr::{NAMED, NONE, STAR};
use super::{Builder, Kind, Node, Outcome, python2, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    /// Statement at the cursor that is no compound one.
    pub(super) fn simple_statement(&mut self, node: Node) -> Outcome<StmtId> {
        let kind = match node.kind {
            Kind::ExpressionStatement => return self.expression_statement(node),
            Kind::Return => StmtKind::Return(self.optional_value()?),
            Kind::Delete => self.delete(node)?,
            Kind::Raise => self.raise(node)?,
            Kind::Assert => self.assertion(node)?,
            Kind::Pass => StmtKind::Pass,
            Kind::Break => StmtKind::Break,
            Kind::Continue => StmtKind::Continue,
            Kind::Global => StmtKind::Global(self.identifiers()?),
            Kind::Nonlocal => StmtKind::Nonlocal(self.identifiers()?),
            Kind::ImportStatement => self.import(node)?,
            Kind::ImportFrom => self.import_from(node)?,
            Kind::TypeAlias => self.type_alias(node)?,
            _ => return self.unexpected(node),
        };
        Ok(self.ast.add_stmt(kind, node.span()))
    }

    fn identifiers(&mut self) -> Outcome<Vec<Ident>> {
        let mut names = Vec::new();
        self.children(|this, node| {
            if node.kind == Kind::Identifier {
                names.push(this.ident(node)?);
            }
            Ok(())
        })?;
        Ok(names)
    }

    /// The value after the keyword of `return`.
    fn optional_value(&mut self) -> Outcome<Option<ExprId>> {
        let mut value = None;
        let mut first = true;
        self.children(|this, _| {
            if !std::mem::take(&mut first) {
                value = Some(this.star_expressions()?);
            }
            Ok(())
        })?;
        Ok(value)
    }

    fn delete(&mut self, statement: Node) -> Outcome<StmtKind> {
        let mut targets = Vec::new();
        self.children(|this, node| {
            match node.kind {
                Kind::ExpressionList => this.children(|this, node| {
                    if node.kind != Kind::Comma {
                        targets.push(this.expr(NONE)?);
                    }
                    Ok(())
                })?,
                _ if node.start != statement.start => targets.push(this.expr(NONE)?),
                _ => {}
            }
            Ok(())
        })?;
        for &target in &targets {
            self.check_delete(target)?;
        }
        Ok(StmtKind::Delete(targets))
    }

    fn raise(&mut self, statement: Node) -> Outcome<StmtKind> {
        let (mut exc, mut cause, mut from) = (None, None, false);
        self.children(|this, node| {
            match node.kind {
                Kind::From => from = true,
                Kind::ExpressionList => {
                    return Err(python2(node.span(), "an exception is raised with a call"));
                }
                _ if node.start == statement.start => {}
                _ if from => cause = Some(this.expr(NONE)?),
                _ => exc = Some(this.expr(NONE)?),
            }
            Ok(())
        })?;
        if from && exc.is_none() {
            return self.unexpected(statement);
        }
        Ok(StmtKind::Raise { exc, cause })
    }

    fn assertion(&mut self, statement: Node) -> Outcome<StmtKind> {
        let mut parts = Vec::new();
        self.children(|this, node| {
            if node.kind != Kind::Comma && node.start != statement.start {
                parts.push(this.expr(NONE)?);
            }
            Ok(())
        })?;
        match parts[..] {
            [test] => Ok(StmtKind::Assert { test, msg: None }),
            [test, msg] => Ok(StmtKind::Assert { test, msg: Some(msg) }),
            _ => self.unexpected(statement),
        }
    }

    fn expression_statement(&mut self, statement: Node) -> Outcome<StmtId> {
        if !self.down() {
            return self.unexpected(statement);
        }
        let node = self.node();
        match node.kind {
            Kind::Assignment => {
                let id = self.assignment(statement)?;
                self.up();
                return Ok(id);
            }
            Kind::AugmentedAssignment => {
                let kind = self.augmented_assignment(node)?;
                self.up();
                return Ok(self.ast.add_stmt(kind, statement.span()));
            }
            Kind::NamedExpression => {
                return Err(syntax(node.span(), "`:=` is not allowed here without parentheses"));
            }
            _ => {}
        }
        let first = if node.kind == Kind::Yield { self.yielded()? } else { self.expr(STAR)? };
        let mut elements = vec![first];
        let mut tuple = false;
        while self.next() {
            if self.node().kind == Kind::Comma {
                tuple = true;
            } else {
                elements.push(self.expr(STAR)?);
            }
        }
        self.up();
        let value = if tuple {
            self.add(ExprKind::Tuple(elements), statement.span())?
        } else {
            self.no_star(first)?;
            first
        };
        Ok(self.ast.add_stmt(StmtKind::Expr(value), statement.span()))
    }

    /// A chain of assignments, `a = b = value`, or an annotated one.
    fn assignment(&mut self, statement: Node) -> Outcome<StmtId> {
        let mut targets = Vec::new();
        let mut levels = 0;
        let kind = loop {
            levels += 1;
            if !self.down() {
                return self.unexpected(statement);
            }
            let left = self.node();
            let target = self.expr(STAR)?;
            self.next();
            if self.node().kind == Kind::Colon {
                if levels > 1 {
                    return self.unexpected(left);
                }
                break self.annotated(left, target)?;
            }
            self.check_assign(target)?;
            targets.push(target);
            self.next();
            let right = self.node();
            if right.kind == Kind::Assignment {
                continue;
            }
            let value = self.right_hand_side(right)?;
            break StmtKind::Assign { targets, value };
        };
        (0..levels).for_each(|_| self.up());
        Ok(self.ast.add_stmt(kind, statement.span()))
    }

    /// From the colon of an annotated assignment.
    fn annotated(&mut self, left: Node, target: ExprId) -> Outcome<StmtKind> {
        let simple = left.kind == Kind::Identifier;
        let span = left.span();
        match &self.ast.expr(target).kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => {}
            ExprKind::Tuple(_) => return Err(syntax(span, "a tuple cannot be annotated")),
            ExprKind::List(_) => return Err(syntax(span, "a list cannot be annotated")),
            _ => return Err(syntax(span, "this cannot be annotated")),
        }
        self.next();
        let annotation = self.type_expr()?;
        let value = if self.next() {
            self.next();
            let right = self.node();
            Some(self.right_hand_side(right)?)
        } else {
            None
        };
        Ok(StmtKind::AnnAssign { target, annotation, value, simple })
    }

    fn right_hand_side(&mut self, right: Node) -> Outcome<ExprId> {
        match right.kind {
            Kind::Yield => self.yielded(),
            Kind::Assignment | Kind::AugmentedAssignment => self.unexpected(right),
            _ => self.star_expressions(),
        }
    }

    fn augmented_assignment(&mut self, node: Node) -> Outcome<StmtKind> {
        self.down();
        let left = self.node();
        let target = self.expr(NONE)?;
        self.check_augmented(target, left.span())?;
        self.next();
        let operator = self.node();
        let Some(op) = augmented(operator.kind) else { return self.unexpected(node) };
        self.next();
        let right = self.node();
        let value = self.right_hand_side(right)?;
        self.up();
        Ok(StmtKind::AugAssign { target, op, value })
    }

    /// One expression, or several with commas between them as a tuple; stars are allowed in
    /// the tuple only.
    pub(super) fn star_expressions(&mut self) -> Outcome<ExprId> {
        let value = self.expr(STAR)?;
        self.no_star(value)?;
        Ok(value)
    }

    pub(super) fn no_star(&self, value: ExprId) -> Outcome<()> {
        let expr = self.ast.expr(value);
        match expr.kind {
            ExprKind::Starred(_) => {
                Err(syntax(expr.span, "a starred expression cannot stand here"))
            }
            _ => Ok(()),
        }
    }

    fn type_alias(&mut self, statement: Node) -> Outcome<StmtKind> {
        self.needs(12, statement.span(), "a type alias")?;
        self.down();
        self.next();
        let (name, type_params) = self.alias_head()?;
        self.next();
        self.next();
        let value = self.type_expr()?;
        self.up();
        Ok(StmtKind::TypeAlias { name, type_params, value })
    }

    pub(super) fn yielded(&mut self) -> Outcome<ExprId> {
        let node = self.node();
        self.enter()?;
        let (mut from, mut value) = (false, None);
        self.children(|this, child| {
            match child.kind {
                Kind::From => from = true,
                _ if child.start == node.start => {}
                _ if from => value = Some(this.expr(NONE)?),
                _ => value = Some(this.star_expressions()?),
            }
            Ok(())
        })?;
        self.leave();
        let kind = match (from, value) {
            (true, Some(value)) => ExprKind::YieldFrom(value),
            (true, None) => return self.unexpected(node),
            (false, value) => ExprKind::Yield(value),
        };
        self.add(kind, node.span())
    }

    /// The test of `if`, `while` and the like: `:=` needs no parentheses.
    pub(super) fn named(&mut self) -> Outcome<ExprId> {
        self.expr(NAMED)
    }

    /// The span from one node to another.
    pub(super) fn cover(first: Node, last: Node) -> Span {
        Span::new(first.start, last.end)
    }
}

fn augmented(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::PlusEqual => BinaryOp::Add,
        Kind::MinusEqual => BinaryOp::Sub,
        Kind::StarEqual => BinaryOp::Mult,
        Kind::SlashEqual => BinaryOp::Div,
        Kind::AtEqual => BinaryOp::MatMult,
        Kind::DoubleSlashEqual => BinaryOp::FloorDiv,
        Kind::PercentEqual => BinaryOp::Mod,
        Kind::DoubleStarEqual => BinaryOp::Pow,
        Kind::ShiftRightEqual => BinaryOp::RShift,
        Kind::ShiftLeftEqual => BinaryOp::LShift,
        // The lexer has swapped these two.
        Kind::CaretEqual => BinaryOp::BitAnd,
        Kind::AmpersandEqual => BinaryOp::BitXor,
        Kind::BarEqual => BinaryOp::BitOr,
        _ => return None,
    })
}
