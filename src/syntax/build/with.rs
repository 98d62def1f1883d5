//! `with` and its items.

use super::super::ast::*;
use super::expr::NONE;
use super::{Builder, Kind, Node, Outcome};

/// The grammar reads `a if b else c as d` and `lambda: c as d` as if `as` bound tighter; it ends
/// the whole item.
pub(super) struct HoistedAs {
    /// Where the item ends.
    end: u32,
    /// Where the value ends, and its target, once they have been met.
    found: Option<(u32, ExprId)>,
}

impl Builder<'_> {
    pub(super) fn with_statement(&mut self, statement: Node) -> Outcome<StmtKind> {
        let (mut is_async, mut items, mut body) = (false, Vec::new(), Vec::new());
        self.children(|this, node| {
            match node.kind {
                Kind::Async => is_async = true,
                Kind::WithClause => items = this.with_clause(node)?,
                Kind::Block => body = this.block(node)?,
                _ => {}
            }
            Ok(())
        })?;
        if items.is_empty() {
            return self.unexpected(statement);
        }
        Ok(StmtKind::With { items, body, is_async })
    }

    fn with_clause(&mut self, clause: Node) -> Outcome<Vec<WithItem>> {
        let mut items = Vec::new();
        let (mut parens, mut count) = (false, 0);
        let mut last = clause;
        self.children(|this, node| {
            match node.kind {
                Kind::LParen => parens = true,
                Kind::WithItem => {
                    count += 1;
                    this.with_item(&mut items)?;
                }
                _ => {}
            }
            last = node;
            Ok(())
        })?;
        if !parens && last.kind == Kind::Comma {
            return self.unexpected(last);
        }
        if parens && (count > 1 || items.iter().any(|item| item.target.is_some())) {
            self.needs(9, clause.span(), "a parenthesized list of `with` items")?;
        }
        // `with (a, b):` has two items, unless an older Python or a star makes it a tuple.
        if let [WithItem { context, target: None }] = items[..]
            && count == 1
            && self.python.minor >= 9
            && let ExprKind::Tuple(ids) = &self.ast.expr(context).kind
            && self.byte(self.ast.expr(context).span.start) == b'('
            && !ids.is_empty()
            && ids.iter().all(|&id| self.is_expression(id))
        {
            return Ok(ids.iter().map(|&context| WithItem { context, target: None }).collect());
        }
        Ok(items)
    }

    /// Whether an expression is one in the sense of CPython's grammar, which a starred one
    /// and one with a bare `:=` are not.
    fn is_expression(&self, id: ExprId) -> bool {
        let expr = self.ast.expr(id);
        let bare = || self.text.as_bytes()[..expr.span.start as usize].last() != Some(&b'(');
        match expr.kind {
            ExprKind::Starred(_) => false,
            ExprKind::Named { .. } => !bare(),
            _ => true,
        }
    }

    fn with_item(&mut self, items: &mut Vec<WithItem>) -> Outcome<()> {
        self.children(|this, node| {
            match node.kind {
                Kind::AsPattern => {
                    let item = this.as_item(node)?;
                    items.push(item);
                }
                Kind::Tuple if this.tuple_has_as()? => {
                    this.needs(9, node.span(), "a parenthesized list of `with` items")?;
                    this.children(|this, part| {
                        match part.kind {
                            Kind::LParen | Kind::RParen | Kind::Comma => {}
                            Kind::AsPattern => items.push(this.as_item(part)?),
                            _ => items.push(this.plain_item(part)?),
                        }
                        Ok(())
                    })?;
                }
                Kind::Parenthesized if this.tuple_has_as()? => {
                    this.needs(9, node.span(), "a parenthesized list of `with` items")?;
                    this.children(|this, part| {
                        match part.kind {
                            Kind::LParen | Kind::RParen => {}
                            Kind::AsPattern => items.push(this.as_item(part)?),
                            _ => items.push(this.plain_item(part)?),
                        }
                        Ok(())
                    })?;
                }
                _ => items.push(this.plain_item(node)?),
            }
            Ok(())
        })
    }

    fn plain_item(&mut self, node: Node) -> Outcome<WithItem> {
        let (context, target) = self.expr_as(node)?;
        if let Some(target) = target {
            self.check_assign(target)?;
        }
        Ok(WithItem { context, target })
    }

    /// An expression, and the target of an `as` that is read into its last operand.
    pub(super) fn expr_as(&mut self, node: Node) -> Outcome<(ExprId, Option<ExprId>)> {
        if !matches!(node.kind, Kind::Conditional | Kind::Lambda) {
            return Ok((self.expr(NONE)?, None));
        }
        let outer = self.hoisted_as.replace(HoistedAs { end: node.end, found: None });
        let context = self.expr(NONE)?;
        let hoisted = std::mem::replace(&mut self.hoisted_as, outer);
        let target = hoisted.and_then(|hoisted| hoisted.found).map(|(_, target)| target);
        Ok((context, target))
    }

    /// The value of `value as target` where that ends the item around it.
    pub(super) fn before_as(&mut self, node: Node) -> Outcome<ExprId> {
        if self.hoisted_as.as_ref().is_none_or(|hoisted| hoisted.end != node.end) {
            return self.unexpected(node);
        }
        let mut end = node.start;
        self.children(|_, part| {
            if !matches!(part.kind, Kind::As | Kind::AsPatternTarget) {
                end = part.end;
            }
            Ok(())
        })?;
        let (value, target) = self.as_clause(node)?;
        if let Some(hoisted) = &mut self.hoisted_as {
            hoisted.found = Some((end, target));
        }
        Ok(value)
    }

    /// Where the last operand of a node ends, without an `as` that is read into it.
    pub(super) fn end_before_as(&self, node: Node) -> u32 {
        let hoisted = self.hoisted_as.as_ref().filter(|hoisted| hoisted.end == node.end);
        hoisted.and_then(|hoisted| hoisted.found).map_or(node.end, |(end, _)| end)
    }

    fn tuple_has_as(&mut self) -> Outcome<bool> {
        let mut found = false;
        self.children(|this, node| {
            found |= node.kind == Kind::AsPattern || this.ends_in_as(node)?;
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether an `as` is read into the last operand of a conditional or a lambda.
    fn ends_in_as(&mut self, node: Node) -> Outcome<bool> {
        if !matches!(node.kind, Kind::Conditional | Kind::Lambda) {
            return Ok(false);
        }
        let mut found = false;
        self.children(|this, part| {
            found = part.kind == Kind::AsPattern || this.ends_in_as(part)?;
            Ok(())
        })?;
        Ok(found)
    }

    fn as_item(&mut self, node: Node) -> Outcome<WithItem> {
        let (context, target) = self.as_clause(node)?;
        self.check_assign(target)?;
        Ok(WithItem { context, target: Some(target) })
    }

    /// `value as target`, the target as an expression.
    pub(super) fn as_clause(&mut self, node: Node) -> Outcome<(ExprId, ExprId)> {
        let (mut value, mut target) = (None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::As => {}
                Kind::AsPatternTarget => this.children(|this, _| {
                    target = Some(this.expr(NONE)?);
                    Ok(())
                })?,
                _ => value = Some(this.expr(NONE)?),
            }
            Ok(())
        })?;
        match (value, target) {
            (Some(value), Some(target)) => Ok((value, target)),
            _ => self.unexpected(node),
        }
    }
}
