//! Expressions.

use super::super::ast::*;
use super::super::literal;
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

/// Which forms may stand at a place without parentheses.
pub(super) type Allow = u8;
pub(super) const NONE: Allow = 0;
/// `name := value`
pub(super) const NAMED: Allow = 1;
/// `*value`, the value no looser than `|`.
pub(super) const STAR: Allow = 2;
/// `*value` with any value, as in a call.
pub(super) const STAR_ANY: Allow = 4;

/// A chain while it is built from the inside out.
struct Chain {
    value: ExprId,
    /// Where the innermost operand begins, parentheses included.
    start: u32,
    /// The operands of `and` or `or` that are not yet a node.
    pending: Option<(BoolOp, Vec<ExprId>, u32)>,
}

impl Builder<'_> {
    /// The expression at the cursor.
    pub(super) fn expr(&mut self, allow: Allow) -> Outcome<ExprId> {
        let node = self.node();
        match node.kind {
            Kind::Identifier => {
                let name = self.name(node)?;
                self.add(ExprKind::Name(name), node.span())
            }
            Kind::Attribute
            | Kind::Call
            | Kind::Subscript
            | Kind::BinaryOperator
            | Kind::BooleanOperator
            | Kind::Comparison
            | Kind::Conditional => self.chain(allow),
            // The lexer has made a number of a name before `[`.
            Kind::Integer if !self.byte(node.start).is_ascii_digit() => {
                let name = self.name(node)?;
                self.add(ExprKind::Name(name), node.span())
            }
            Kind::Integer | Kind::Float => self.number(node),
            Kind::True => self.constant(Constant::True, node),
            Kind::False => self.constant(Constant::False, node),
            Kind::None => self.constant(Constant::None, node),
            Kind::Ellipsis => self.constant(Constant::Ellipsis, node),
            _ => {
                self.enter()?;
                let id = self.nested(node, allow)?;
                self.leave();
                Ok(id)
            }
        }
    }

    fn constant(&mut self, constant: Constant, node: Node) -> Outcome<ExprId> {
        self.add(ExprKind::Constant(constant), node.span())
    }

    pub(super) fn number(&mut self, node: Node) -> Outcome<ExprId> {
        match literal::number(self.slice(node)) {
            Some(constant) => self.constant(constant, node),
            None => Err(syntax(node.span(), "the number has too many digits")),
        }
    }

    /// Whether a node begins with a star that binds loosest.
    fn is_star(&self, node: Node) -> bool {
        match node.kind {
            Kind::ListSplat | Kind::ListSplatPattern => true,
            // The lexer has made a `~` of the star.
            Kind::UnaryOperator => self.byte(node.start) == b'*',
            _ => false,
        }
    }

    fn nested(&mut self, node: Node, allow: Allow) -> Outcome<ExprId> {
        match node.kind {
            _ if self.is_star(node) => {
                if allow & (STAR | STAR_ANY) == 0 {
                    let message = "a starred expression cannot stand here";
                    return Err(syntax(node.span(), message));
                }
                self.starred(node, allow)
            }
            Kind::String | Kind::ConcatenatedString => self.string(node),
            Kind::Parenthesized => self.parenthesized(node),
            Kind::Tuple | Kind::TuplePattern => self.tuple(node),
            Kind::List | Kind::ListPattern => {
                let elements = self.elements()?;
                self.add(ExprKind::List(elements), node.span())
            }
            Kind::Set => {
                let elements = self.elements()?;
                self.add(ExprKind::Set(elements), node.span())
            }
            Kind::Dictionary => self.dictionary(node),
            Kind::ListComprehension
            | Kind::SetComprehension
            | Kind::DictComprehension
            | Kind::Generator => self.comprehension(node),
            Kind::UnaryOperator => self.unary(node),
            Kind::NotOperator => self.not(node),
            Kind::Lambda => self.lambda(node),
            Kind::AsPattern => self.before_as(node),
            Kind::Await => self.awaited(node),
            Kind::NamedExpression if allow & NAMED != 0 => self.walrus(node),
            Kind::NamedExpression => {
                Err(syntax(node.span(), "`:=` is not allowed here without parentheses"))
            }
            Kind::ExpressionList | Kind::PatternList if allow & STAR != 0 => {
                let elements = self.elements_allowing(STAR)?;
                self.add(ExprKind::Tuple(elements), node.span())
            }
            _ => self.unexpected(node),
        }
    }

    /// A chain that leans to the left, followed down to its first operand and built upwards.
    fn chain(&mut self, allow: Allow) -> Outcome<ExprId> {
        let base = self.spine.len();
        let mut node = self.node();
        self.enter()?;
        while is_chain(node.kind) {
            if node.kind == Kind::Conditional && self.spine.len() > base {
                return self.unexpected(node);
            }
            self.spine.push(node);
            if !self.down() {
                return self.unexpected(node);
            }
            node = self.node();
        }
        let star = self.hoisted_star(node, allow, base)?;
        let target = self.hoisted_walrus(allow, base)?;
        let leaf = self.node();
        if leaf.kind == Kind::Lambda {
            return self.unexpected(leaf);
        }
        let value = self.expr(NONE)?;
        if star.is_some() || target.is_some() {
            self.up();
        }
        let mut chain = Chain { value, start: leaf.start, pending: None };
        while self.spine.len() > base {
            let Some(node) = self.spine.pop() else { break };
            self.link(node, &mut chain)?;
            self.up();
        }
        self.settle(&mut chain)?;
        self.leave();
        let (value, end) = (chain.value, self.node().end);
        match (star, target) {
            (Some(start), _) => self.add(ExprKind::Starred(value), Span::new(start, end)),
            (None, Some(target)) => {
                let span = Span::new(target.span.start, end);
                self.add(ExprKind::Named { target, value }, span)
            }
            (None, None) => Ok(value),
        }
    }

    /// The grammar reads `a := b if c else d` as if `:=` bound tighter; its value is the whole
    /// conditional. Steps to the first operand of that and says what it is bound to.
    fn hoisted_walrus(&mut self, allow: Allow, base: usize) -> Outcome<Option<Ident>> {
        let is_condition = matches!(self.spine[base..], [Node { kind: Kind::Conditional, .. }]);
        if !is_condition || allow & NAMED == 0 || self.node().kind != Kind::NamedExpression {
            return Ok(None);
        }
        self.down();
        let name = self.node();
        let target = self.ident(name)?;
        self.next();
        self.next();
        Ok(Some(target))
    }

    /// The grammar reads `*a.b + c` as if the star bound tightest; it binds loosest. Steps
    /// into the star and says where it stands.
    fn hoisted_star(&mut self, leaf: Node, allow: Allow, base: usize) -> Outcome<Option<u32>> {
        if !self.is_star(leaf) {
            return Ok(None);
        }
        let loose = matches!(
            self.spine[base].kind,
            Kind::BooleanOperator | Kind::Comparison | Kind::Conditional
        );
        if allow & STAR_ANY == 0 && (allow & STAR == 0 || loose) {
            return Err(syntax(leaf.span(), "a starred expression cannot stand here"));
        }
        self.down();
        self.next();
        Ok(Some(leaf.start))
    }

    /// Adds the rest of one node of a chain; the cursor is at its first child.
    fn link(&mut self, node: Node, chain: &mut Chain) -> Outcome<()> {
        if node.kind == Kind::BooleanOperator {
            return self.boolean(node, chain);
        }
        self.settle(chain)?;
        let left = chain.value;
        let kind = match node.kind {
            Kind::Attribute => {
                self.next();
                self.next();
                let part = self.node();
                ExprKind::Attribute { value: left, attr: self.ident(part)? }
            }
            Kind::Call => {
                self.next();
                let (args, keywords) = self.call_arguments()?;
                ExprKind::Call { func: left, args, keywords }
            }
            Kind::Subscript => ExprKind::Subscript { value: left, index: self.index()? },
            Kind::BinaryOperator => {
                self.next();
                let operator = self.node();
                let Some(op) = binary(operator.kind) else { return self.unexpected(operator) };
                self.next();
                ExprKind::BinOp { left, op, right: self.expr(NONE)? }
            }
            Kind::Comparison => self.comparison(left)?,
            _ => self.conditional(left)?,
        };
        chain.value = self.add(kind, Span::new(chain.start, self.end_before_as(node)))?;
        Ok(())
    }

    fn boolean(&mut self, node: Node, chain: &mut Chain) -> Outcome<()> {
        self.next();
        let op = if self.node().kind == Kind::And { BoolOp::And } else { BoolOp::Or };
        if chain.pending.as_ref().is_some_and(|(pending, ..)| *pending != op) {
            self.settle(chain)?;
        }
        self.next();
        let right = self.operand()?;
        let (_, values, end) =
            chain.pending.get_or_insert_with(|| (op, vec![chain.value], node.end));
        values.push(right);
        *end = node.end;
        Ok(())
    }

    /// Makes a node of the operands that wait for one.
    fn settle(&mut self, chain: &mut Chain) -> Outcome<()> {
        if let Some((op, values, end)) = chain.pending.take() {
            let span = Span::new(chain.start, end);
            chain.value = self.add(ExprKind::BoolOp { op, values }, span)?;
        }
        Ok(())
    }

    /// An operand of `and`, `or`, `not` and `if`: no lambda and no conditional.
    pub(super) fn operand(&mut self) -> Outcome<ExprId> {
        let node = self.node();
        match node.kind {
            Kind::Lambda | Kind::Conditional => self.unexpected(node),
            _ => self.expr(NONE),
        }
    }

    fn comparison(&mut self, left: ExprId) -> Outcome<ExprKind> {
        let (mut ops, mut comparators) = (Vec::new(), Vec::new());
        while self.next() {
            let node = self.node();
            match comparator(node.kind) {
                Some(op) => ops.push(op),
                None => comparators.push(self.expr(NONE)?),
            }
        }
        Ok(ExprKind::Compare { left, ops, comparators })
    }

    fn conditional(&mut self, body: ExprId) -> Outcome<ExprKind> {
        self.next();
        self.next();
        let test = self.operand()?;
        self.next();
        self.next();
        let orelse = self.expr(NONE)?;
        Ok(ExprKind::IfExp { test, body, orelse })
    }

    /// What stands between the brackets of a subscript.
    fn index(&mut self) -> Outcome<ExprId> {
        let (mut elements, mut tuple) = (Vec::new(), false);
        let (mut first, mut last) = (None, self.node());
        while self.next() {
            let node = self.node();
            match node.kind {
                Kind::LBracket | Kind::RBracket => continue,
                Kind::Comma => tuple = true,
                Kind::Slice => elements.push(self.slice_expr(node)?),
                _ => {
                    if node.kind == Kind::NamedExpression {
                        self.needs(10, node.span(), "a bare `:=` in a subscript")?;
                    }
                    elements.push(self.expr(NAMED | STAR)?);
                }
            }
            first.get_or_insert(node);
            last = node;
        }
        let Some(first) = first else { return self.unexpected(last) };
        self.index_of(elements, tuple, Self::cover(first, last))
    }

    /// The index that the elements of a subscript make.
    pub(super) fn index_of(
        &mut self,
        elements: Vec<ExprId>,
        tuple: bool,
        span: Span,
    ) -> Outcome<ExprId> {
        let starred =
            elements.iter().any(|&id| matches!(self.ast.expr(id).kind, ExprKind::Starred(_)));
        if starred {
            self.needs(11, span, "a starred expression in a subscript")?;
        }
        match elements[..] {
            [only] if !tuple && !starred => Ok(only),
            _ => self.add(ExprKind::Tuple(elements), span),
        }
    }

    fn slice_expr(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut bounds, mut at) = ([None; 3], 0);
        self.children(|this, part| {
            if part.kind == Kind::Colon {
                at += 1;
            } else {
                bounds[at.min(2)] = Some(this.expr(NONE)?);
            }
            Ok(())
        })?;
        let [lower, upper, step] = bounds;
        self.add(ExprKind::Slice { lower, upper, step }, node.span())
    }

    fn unary(&mut self, node: Node) -> Outcome<ExprId> {
        self.down();
        let op = match self.node().kind {
            Kind::Plus => UnaryOp::UAdd,
            Kind::Minus => UnaryOp::USub,
            _ => UnaryOp::Invert,
        };
        self.next();
        let operand = self.expr(NONE)?;
        self.up();
        if op == UnaryOp::UAdd && self.byte(node.start) != b'+' {
            // The lexer has put it before a list.
            return Ok(operand);
        }
        self.add(ExprKind::UnaryOp { op, operand }, node.span())
    }

    fn not(&mut self, node: Node) -> Outcome<ExprId> {
        self.down();
        self.next();
        let operand = self.operand()?;
        self.up();
        self.add(ExprKind::UnaryOp { op: UnaryOp::Not, operand }, node.span())
    }

    fn lambda(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut params, mut body, mut colon) = (Params::default(), None, false);
        self.children(|this, part| {
            match part.kind {
                Kind::LambdaParameters => params = this.params(true)?,
                Kind::Colon => colon = true,
                _ if colon => body = Some(this.expr(NONE)?),
                _ => {}
            }
            Ok(())
        })?;
        let Some(body) = body else { return self.unexpected(node) };
        let span = Span::new(node.start, self.end_before_as(node));
        self.add(ExprKind::Lambda(Box::new(Lambda { params, body })), span)
    }

    fn awaited(&mut self, node: Node) -> Outcome<ExprId> {
        self.down();
        self.next();
        let operand = self.node();
        if matches!(operand.kind, Kind::UnaryOperator | Kind::Await) {
            return self.unexpected(operand);
        }
        let value = self.expr(NONE)?;
        self.up();
        if operand.kind != Kind::BinaryOperator {
            return self.add(ExprKind::Await(value), node.span());
        }
        // `await a ** b` is `(await a) ** b`; the grammar has it the other way round.
        let ExprKind::BinOp { left, op: BinaryOp::Pow, right } = self.ast.expr(value).kind else {
            return self.unexpected(operand);
        };
        let end = self.ast.expr(left).span.end;
        let awaited = self.add(ExprKind::Await(left), Span::new(node.start, end))?;
        let kind = ExprKind::BinOp { left: awaited, op: BinaryOp::Pow, right };
        self.add(kind, node.span())
    }

    fn walrus(&mut self, node: Node) -> Outcome<ExprId> {
        self.down();
        let name = self.node();
        let target = self.ident(name)?;
        self.next();
        self.next();
        let value = self.expr(NONE)?;
        self.up();
        self.add(ExprKind::Named { target, value }, node.span())
    }

    fn starred(&mut self, node: Node, allow: Allow) -> Outcome<ExprId> {
        self.down();
        self.next();
        let part = self.node();
        if allow & STAR_ANY == 0 && is_loose(part.kind) {
            return self.unexpected(part);
        }
        let value = self.expr(NONE)?;
        self.up();
        self.add(ExprKind::Starred(value), node.span())
    }
}

fn is_chain(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Attribute
            | Kind::Call
            | Kind::Subscript
            | Kind::BinaryOperator
            | Kind::BooleanOperator
            | Kind::Comparison
            | Kind::Conditional
    )
}

/// Whether an expression binds looser than `|`.
pub(super) fn is_loose(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::BooleanOperator
            | Kind::Comparison
            | Kind::Conditional
            | Kind::NotOperator
            | Kind::Lambda
            | Kind::NamedExpression
    )
}

fn binary(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Star => BinaryOp::Mult,
        Kind::At => BinaryOp::MatMult,
        Kind::Slash => BinaryOp::Div,
        Kind::Percent => BinaryOp::Mod,
        Kind::DoubleSlash => BinaryOp::FloorDiv,
        Kind::DoubleStar => BinaryOp::Pow,
        Kind::Bar => BinaryOp::BitOr,
        // The lexer has swapped these two.
        Kind::Caret => BinaryOp::BitAnd,
        Kind::Ampersand => BinaryOp::BitXor,
        Kind::ShiftLeft => BinaryOp::LShift,
        Kind::ShiftRight => BinaryOp::RShift,
        _ => return None,
    })
}

fn comparator(kind: Kind) -> Option<CompareOp> {
    Some(match kind {
        Kind::EqualEqual => CompareOp::Eq,
        Kind::NotEqual => CompareOp::NotEq,
        Kind::Less => CompareOp::Lt,
        Kind::LessEqual => CompareOp::LtE,
        Kind::Greater => CompareOp::Gt,
        Kind::GreaterEqual => CompareOp::GtE,
        Kind::Is => CompareOp::Is,
        Kind::IsNot => CompareOp::IsNot,
        Kind::In => CompareOp::In,
        Kind::NotIn => CompareOp::NotIn,
        _ => return None,
    })
}
