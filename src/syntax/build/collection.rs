//! What stands in brackets: tuples, lists, sets, dicts and comprehensions.

use super::super::ast::*;
use super::expr::{Allow, NAMED, NONE, STAR, is_loose};
use super::{Builder, Kind, Node, Outcome};

impl Builder<'_> {
    pub(super) fn parenthesized(&mut self, node: Node) -> Outcome<ExprId> {
        let mut value = None;
        self.children(|this, part| {
            match part.kind {
                Kind::LParen | Kind::RParen => {}
                Kind::Yield => value = Some(this.yielded()?),
                _ => value = Some(this.expr(NAMED)?),
            }
            Ok(())
        })?;
        value.map_or_else(|| self.unexpected(node), Ok)
    }

    pub(super) fn tuple(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut elements, mut comma) = (Vec::new(), false);
        self.children(|this, part| {
            match part.kind {
                Kind::LParen | Kind::RParen => {}
                Kind::Comma => comma = true,
                _ => elements.push(this.expr(NAMED | STAR)?),
            }
            Ok(())
        })?;
        match elements[..] {
            // `(a) = 1` is a pattern of one to the grammar.
            [only] if !comma => {
                self.no_star(only)?;
                Ok(only)
            }
            _ => self.add(ExprKind::Tuple(elements), node.span()),
        }
    }

    pub(super) fn elements(&mut self) -> Outcome<Vec<ExprId>> {
        self.elements_allowing(NAMED | STAR)
    }

    pub(super) fn elements_allowing(&mut self, allow: Allow) -> Outcome<Vec<ExprId>> {
        let mut elements = Vec::new();
        self.children(|this, part| {
            match part.kind {
                Kind::LBracket | Kind::RBracket | Kind::LBrace | Kind::RBrace | Kind::Comma => {}
                _ => elements.push(this.expr(allow)?),
            }
            Ok(())
        })?;
        Ok(elements)
    }

    pub(super) fn dictionary(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let mut last = node;
        self.children(|this, part| {
            match part.kind {
                Kind::Pair => {
                    let (key, value) = this.pair(part)?;
                    keys.push(Some(key));
                    values.push(value);
                }
                Kind::DictSplat => {
                    keys.push(None);
                    values.push(this.splatted(part, true)?);
                }
                // `{,}` passes the grammar.
                Kind::Comma if matches!(last.kind, Kind::LBrace | Kind::Comma) => {
                    return this.unexpected(part);
                }
                _ => {}
            }
            last = part;
            Ok(())
        })?;
        self.add(ExprKind::Dict { keys, values }, node.span())
    }

    /// The value of `**value`; in a dictionary it is no looser than `|`.
    pub(super) fn splatted(&mut self, node: Node, tight: bool) -> Outcome<ExprId> {
        let mut value = None;
        self.children(|this, part| {
            if part.kind != Kind::DoubleStar {
                if tight && is_loose(part.kind) {
                    return this.unexpected(part);
                }
                value = Some(this.expr(NONE)?);
            }
            Ok(())
        })?;
        value.map_or_else(|| self.unexpected(node), Ok)
    }

    fn pair(&mut self, node: Node) -> Outcome<(ExprId, ExprId)> {
        let mut parts = Vec::with_capacity(2);
        self.children(|this, part| {
            if part.kind != Kind::Colon {
                parts.push(this.expr(NONE)?);
            }
            Ok(())
        })?;
        match parts[..] {
            [key, value] => Ok((key, value)),
            _ => self.unexpected(node),
        }
    }

    pub(super) fn comprehension(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut element, mut value) = (None, None);
        let mut generators: Vec<Generator> = Vec::new();
        self.children(|this, part| {
            match part.kind {
                Kind::LParen | Kind::RParen | Kind::LBracket | Kind::RBracket => {}
                Kind::LBrace | Kind::RBrace => {}
                Kind::Pair => {
                    let (key, of) = this.pair(part)?;
                    (element, value) = (Some(key), Some(of));
                }
                Kind::ForIn => generators.push(this.for_in(part)?),
                Kind::IfClause => {
                    let test = this.comprehension_if(part)?;
                    match generators.last_mut() {
                        Some(generator) => generator.ifs.push(test),
                        None => return this.unexpected(part),
                    }
                }
                _ => element = Some(this.expr(NAMED)?),
            }
            Ok(())
        })?;
        let Some(element) = element else { return self.unexpected(node) };
        let inner = Box::new(Comprehension { element, value, generators });
        let kind = match node.kind {
            Kind::ListComprehension => ExprKind::ListComp(inner),
            Kind::SetComprehension => ExprKind::SetComp(inner),
            Kind::DictComprehension => ExprKind::DictComp(inner),
            _ => ExprKind::GeneratorExp(inner),
        };
        self.add(kind, node.span())
    }

    fn comprehension_if(&mut self, clause: Node) -> Outcome<ExprId> {
        let mut test = None;
        self.children(|this, part| {
            if part.kind != Kind::If_ {
                test = Some(this.operand()?);
            }
            Ok(())
        })?;
        test.map_or_else(|| self.unexpected(clause), Ok)
    }

    fn for_in(&mut self, clause: Node) -> Outcome<Generator> {
        let (mut is_async, mut in_seen) = (false, false);
        let (mut target, mut iter) = (None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::Async => is_async = true,
                Kind::For_ => {}
                Kind::In => in_seen = true,
                Kind::Comma => return this.unexpected(part),
                _ if in_seen => iter = Some(this.operand()?),
                _ => {
                    let value = this.expr(STAR)?;
                    this.check_assign(value)?;
                    target = Some(value);
                }
            }
            Ok(())
        })?;
        match (target, iter) {
            (Some(target), Some(iter)) => Ok(Generator { target, iter, ifs: Vec::new(), is_async }),
            _ => self.unexpected(clause),
        }
    }
}
