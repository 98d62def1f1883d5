//! The patterns of `case`.

use super::super::ast::*;
use super::expr::NONE;
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    /// The pattern at the cursor, a `case_pattern` node. Only in a sequence may it be a star.
    pub(super) fn case_pattern(&mut self, star: bool) -> Outcome<Pattern> {
        self.enter()?;
        let outer = self.node();
        let mut parts = Vec::new();
        self.children(|this, part| {
            // A minus is a child of its own here.
            match part.kind {
                Kind::Minus => {}
                Kind::Integer | Kind::Float if part.start != outer.start => {
                    parts.push(this.signed(outer, part)?);
                }
                _ => parts.push(this.pattern(part, star)?),
            }
            Ok(())
        })?;
        self.leave();
        match (parts.pop(), parts.is_empty()) {
            (Some(pattern), true) => Ok(pattern),
            _ => self.unexpected(outer),
        }
    }

    fn signed(&mut self, outer: Node, number: Node) -> Outcome<Pattern> {
        let operand = self.number(number)?;
        let span = Span::new(outer.start, number.end);
        let value = self.add(ExprKind::UnaryOp { op: UnaryOp::USub, operand }, span)?;
        Ok(Pattern { kind: PatternKind::Value(value), span })
    }

    /// What the comma-separated patterns of a `case` make.
    pub(super) fn open_sequence(
        &mut self,
        mut patterns: Vec<Pattern>,
        comma: bool,
        span: Span,
    ) -> Outcome<Pattern> {
        match (patterns.pop(), patterns.is_empty()) {
            (Some(only), true) if !comma => {
                no_star(&only)?;
                Ok(only)
            }
            (Some(last), _) => {
                patterns.push(last);
                sequence(patterns, span)
            }
            (None, _) => Err(syntax(span, "invalid syntax")),
        }
    }

    fn pattern(&mut self, node: Node, star: bool) -> Outcome<Pattern> {
        let span = node.span();
        let kind = match node.kind {
            Kind::Underscore => PatternKind::As { pattern: None, name: None },
            Kind::DottedName => self.capture_or_value(node)?,
            Kind::String | Kind::ConcatenatedString => self.string_value(node)?,
            Kind::Integer | Kind::Float => PatternKind::Value(self.number(node)?),
            Kind::True => PatternKind::Singleton(Constant::True),
            Kind::False => PatternKind::Singleton(Constant::False),
            Kind::None => PatternKind::Singleton(Constant::None),
            Kind::ComplexPattern => PatternKind::Value(self.complex(node)?),
            Kind::AsPattern => self.as_pattern(node)?,
            Kind::UnionPattern => return self.union(node),
            Kind::ListPattern => {
                let (patterns, _) = self.pattern_list()?;
                return sequence(patterns, span);
            }
            Kind::TuplePattern => return self.group(node),
            Kind::DictPattern => self.mapping(node)?,
            Kind::ClassPattern => self.class_pattern(node)?,
            Kind::SplatPattern if star => self.star_pattern(node)?,
            Kind::CasePattern => return self.case_pattern(star),
            _ => return self.unexpected(node),
        };
        Ok(Pattern { kind, span })
    }

    fn string_value(&mut self, node: Node) -> Outcome<PatternKind> {
        let value = self.expr(NONE)?;
        match self.ast.expr(value).kind {
            ExprKind::Constant(_) => Ok(PatternKind::Value(value)),
            _ => Err(syntax(node.span(), "a pattern can have no f-string")),
        }
    }

    /// `name` captures, `a.b` is compared with.
    fn capture_or_value(&mut self, node: Node) -> Outcome<PatternKind> {
        let value = self.dotted_expr(node)?;
        let expr = self.ast.expr(value);
        Ok(match &expr.kind {
            ExprKind::Name(name) if &**name == "_" => PatternKind::As { pattern: None, name: None },
            ExprKind::Name(name) => {
                let name = Some(Ident { name: name.clone(), span: expr.span });
                PatternKind::As { pattern: None, name }
            }
            _ => PatternKind::Value(value),
        })
    }

    /// A dotted name as an expression.
    fn dotted_expr(&mut self, node: Node) -> Outcome<ExprId> {
        let mut value = None;
        self.children(|this, part| {
            if part.kind == Kind::Identifier {
                let span = Span::new(node.start, part.end);
                let kind = match value {
                    None => ExprKind::Name(this.name(part)?),
                    Some(value) => ExprKind::Attribute { value, attr: this.ident(part)? },
                };
                value = Some(this.add(kind, span)?);
            }
            Ok(())
        })?;
        value.map_or_else(|| self.unexpected(node), Ok)
    }

    /// `-1 + 2j`: a real and an imaginary number.
    fn complex(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut left, mut op, mut result) = (None, BinaryOp::Add, None);
        let mut minus = false;
        self.children(|this, part| {
            match (part.kind, left) {
                (Kind::Plus, _) => {}
                (Kind::Minus, None) => minus = true,
                (Kind::Minus, Some(_)) => op = BinaryOp::Sub,
                (_, None) => {
                    let mut value = this.number(part)?;
                    if this.is_imaginary(value) {
                        return this.unexpected(part);
                    }
                    let span = Span::new(node.start, part.end);
                    if minus {
                        let kind = ExprKind::UnaryOp { op: UnaryOp::USub, operand: value };
                        value = this.add(kind, span)?;
                    }
                    left = Some(value);
                }
                (_, Some(left)) => {
                    let right = this.number(part)?;
                    if !this.is_imaginary(right) {
                        return this.unexpected(part);
                    }
                    result = Some(this.add(ExprKind::BinOp { left, op, right }, node.span())?);
                }
            }
            Ok(())
        })?;
        result.map_or_else(|| self.unexpected(node), Ok)
    }

    fn is_imaginary(&self, id: ExprId) -> bool {
        matches!(self.ast.expr(id).kind, ExprKind::Constant(Constant::Complex(_)))
    }

    fn as_pattern(&mut self, node: Node) -> Outcome<PatternKind> {
        let (mut pattern, mut name) = (None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::As => {}
                Kind::Identifier => name = Some(this.ident(part)?),
                _ => pattern = Some(this.pattern(part, false)?),
            }
            Ok(())
        })?;
        let (Some(pattern), Some(name)) = (pattern, name) else { return self.unexpected(node) };
        if &*name.name == "_" {
            return Err(syntax(name.span, "`_` cannot be bound in a pattern"));
        }
        Ok(PatternKind::As { pattern: Some(Box::new(pattern)), name: Some(name) })
    }

    fn union(&mut self, node: Node) -> Outcome<Pattern> {
        let mut patterns = Vec::new();
        let mut minus = None;
        self.children(|this, part| {
            match part.kind {
                Kind::Bar => {}
                Kind::Minus => minus = Some(part),
                Kind::Integer | Kind::Float if minus.is_some() => {
                    let sign = minus.take().unwrap_or(part);
                    patterns.push(this.signed(sign, part)?);
                }
                Kind::UnionPattern => {
                    let inner = this.union(part)?;
                    match inner.kind {
                        PatternKind::Or(inner) => patterns.extend(inner),
                        _ => return this.unexpected(part),
                    }
                }
                _ => patterns.push(this.pattern(part, false)?),
            }
            Ok(())
        })?;
        Ok(Pattern { kind: PatternKind::Or(patterns), span: node.span() })
    }

    /// The patterns between brackets, and whether there was a comma.
    fn pattern_list(&mut self) -> Outcome<(Vec<Pattern>, bool)> {
        let (mut patterns, mut comma) = (Vec::new(), false);
        self.children(|this, part| {
            match part.kind {
                Kind::Comma => comma = true,
                Kind::CasePattern => patterns.push(this.case_pattern(true)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok((patterns, comma))
    }

    fn group(&mut self, node: Node) -> Outcome<Pattern> {
        let (mut patterns, comma) = self.pattern_list()?;
        match (patterns.pop(), patterns.is_empty()) {
            (Some(only), true) if !comma => {
                no_star(&only)?;
                Ok(only)
            }
            (Some(last), _) => {
                patterns.push(last);
                sequence(patterns, node.span())
            }
            (None, _) => sequence(patterns, node.span()),
        }
    }

    fn star_pattern(&mut self, node: Node) -> Outcome<PatternKind> {
        let (name, double) = self.splat_name()?;
        if double {
            return self.unexpected(node);
        }
        Ok(PatternKind::Star(name))
    }

    fn splat_name(&mut self) -> Outcome<(Option<Ident>, bool)> {
        let (mut name, mut double) = (None, false);
        self.children(|this, part| {
            match part.kind {
                Kind::DoubleStar => double = true,
                Kind::Identifier => {
                    name = Some(this.ident(part)?).filter(|name| &*name.name != "_")
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok((name, double))
    }

    fn mapping(&mut self, node: Node) -> Outcome<PatternKind> {
        let (mut keys, mut patterns, mut rest) = (Vec::new(), Vec::new(), None);
        let (mut minus, mut closed) = (None, false);
        self.children(|this, part| {
            match part.kind {
                Kind::LBrace | Kind::RBrace | Kind::Comma | Kind::Colon => return Ok(()),
                _ if closed => return Err(syntax(part.span(), "nothing may follow `**`")),
                Kind::Minus => minus = Some(part),
                Kind::SplatPattern => {
                    let (name, double) = this.splat_name()?;
                    if !double || name.is_none() {
                        return this.unexpected(part);
                    }
                    rest = name;
                    closed = true;
                }
                Kind::CasePattern => patterns.push(this.case_pattern(false)?),
                Kind::Integer | Kind::Float if minus.is_some() => {
                    let sign = minus.take().unwrap_or(part);
                    let key = this.signed(sign, part)?;
                    keys.push(this.key(key)?);
                }
                _ => {
                    let key = this.pattern(part, false)?;
                    keys.push(this.key(key)?);
                }
            }
            Ok(())
        })?;
        if keys.len() != patterns.len() {
            return self.unexpected(node);
        }
        Ok(PatternKind::Mapping { keys, patterns, rest })
    }

    /// A key of a mapping pattern: a literal or a dotted name.
    fn key(&mut self, pattern: Pattern) -> Outcome<ExprId> {
        match pattern.kind {
            PatternKind::Value(value) => Ok(value),
            PatternKind::Singleton(constant) => {
                self.add(ExprKind::Constant(constant), pattern.span)
            }
            _ => Err(syntax(pattern.span, "a key is a literal or a dotted name")),
        }
    }

    fn class_pattern(&mut self, node: Node) -> Outcome<PatternKind> {
        let (mut cls, mut patterns, mut keywords) = (None, Vec::new(), Vec::new());
        self.children(|this, part| {
            match part.kind {
                Kind::DottedName => cls = Some(this.dotted_expr(part)?),
                Kind::CasePattern => match this.keyword_pattern()? {
                    Some(keyword) => keywords.push(keyword),
                    None if !keywords.is_empty() => {
                        let message = "a positional pattern follows a keyword pattern";
                        return Err(syntax(part.span(), message));
                    }
                    None => patterns.push(this.case_pattern(false)?),
                },
                _ => {}
            }
            Ok(())
        })?;
        let Some(cls) = cls else { return self.unexpected(node) };
        Ok(PatternKind::Class { cls, patterns, keywords })
    }

    /// `name=pattern`, if that is what the cursor is at. The grammar reads `name=a as b` as
    /// `(name=a) as b`.
    fn keyword_pattern(&mut self) -> Outcome<Option<(Name, Pattern)>> {
        self.down();
        let inner = self.node();
        let found = match inner.kind {
            Kind::KeywordPattern => Some(self.keyword_value(inner)?),
            Kind::AsPattern => self.bound_keyword(inner)?,
            _ => None,
        };
        self.up();
        Ok(found)
    }

    fn bound_keyword(&mut self, node: Node) -> Outcome<Option<(Name, Pattern)>> {
        self.down();
        self.down();
        let inner = self.node();
        if inner.kind != Kind::KeywordPattern {
            self.up();
            self.up();
            return Ok(None);
        }
        let (keyword, pattern) = self.keyword_value(inner)?;
        self.up();
        self.next();
        self.next();
        let part = self.node();
        let name = self.ident(part)?;
        self.up();
        if &*name.name == "_" {
            return Err(syntax(name.span, "`_` cannot be bound in a pattern"));
        }
        let span = Span::new(pattern.span.start, node.end);
        let kind = PatternKind::As { pattern: Some(Box::new(pattern)), name: Some(name) };
        Ok(Some((keyword, Pattern { kind, span })))
    }

    fn keyword_value(&mut self, node: Node) -> Outcome<(Name, Pattern)> {
        let (mut name, mut value, mut minus) = (None, None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::Equal => {}
                Kind::Minus => minus = Some(part),
                Kind::Identifier if name.is_none() => name = Some(this.plain_name(part)?),
                Kind::Integer | Kind::Float if minus.is_some() => {
                    value = Some(this.signed(minus.unwrap_or(part), part)?);
                }
                _ => value = Some(this.pattern(part, false)?),
            }
            Ok(())
        })?;
        match (name, value) {
            (Some(name), Some(value)) => Ok((name, value)),
            _ => self.unexpected(node),
        }
    }
}

fn no_star(pattern: &Pattern) -> Outcome<()> {
    match pattern.kind {
        PatternKind::Star(_) => Err(syntax(pattern.span, "a star belongs in a sequence")),
        _ => Ok(()),
    }
}

fn sequence(patterns: Vec<Pattern>, span: Span) -> Outcome<Pattern> {
    let stars = patterns.iter().filter(|part| matches!(part.kind, PatternKind::Star(_))).count();
    if stars > 1 {
        return Err(syntax(span, "more than one starred name in a sequence"));
    }
    Ok(Pattern { kind: PatternKind::Sequence(patterns), span })
}
