//! Annotations and type parameters, for which the grammar has rules of its own.

use super::super::ast::*;
use super::expr::{NONE, STAR};
use super::{Builder, Kind, Node, Outcome, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    /// The annotation at the cursor.
    pub(super) fn type_expr(&mut self) -> Outcome<ExprId> {
        self.type_expr_allowing(false)
    }

    /// The annotation at the cursor, `*Ts` included where `star` allows it.
    pub(super) fn type_expr_allowing(&mut self, star: bool) -> Outcome<ExprId> {
        self.enter()?;
        let node = self.node();
        if !self.down() {
            return self.unexpected(node);
        }
        let inner = self.node();
        let id = match inner.kind {
            Kind::UnionType => self.union_type(inner)?,
            Kind::MemberType => self.member_type(inner)?,
            Kind::SplatType if star => self.splat_type(inner)?,
            Kind::SplatType | Kind::ConstrainedType | Kind::GenericType => {
                return self.unexpected(inner);
            }
            _ => self.expr(if star { STAR } else { NONE })?,
        };
        self.up();
        self.leave();
        Ok(id)
    }

    fn splat_type(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut value, mut double) = (None, false);
        self.children(|this, part| {
            match part.kind {
                Kind::DoubleStar => double = true,
                Kind::Identifier => value = Some(this.expr(NONE)?),
                _ => {}
            }
            Ok(())
        })?;
        match value {
            Some(value) if !double => self.add(ExprKind::Starred(value), node.span()),
            _ => self.unexpected(node),
        }
    }

    fn union_type(&mut self, node: Node) -> Outcome<ExprId> {
        let mut parts = Vec::new();
        self.children(|this, part| {
            if part.kind == Kind::Type {
                parts.push(this.type_expr()?);
            }
            Ok(())
        })?;
        match parts[..] {
            [left, right] => {
                let kind = ExprKind::BinOp { left, op: BinaryOp::BitOr, right };
                self.add(kind, node.span())
            }
            _ => self.unexpected(node),
        }
    }

    fn member_type(&mut self, node: Node) -> Outcome<ExprId> {
        let (mut value, mut attr) = (None, None);
        self.children(|this, part| {
            match part.kind {
                Kind::Type => value = Some(this.type_expr()?),
                Kind::Identifier => attr = Some(this.ident(part)?),
                _ => {}
            }
            Ok(())
        })?;
        match (value, attr) {
            (Some(value), Some(attr)) => self.add(ExprKind::Attribute { value, attr }, node.span()),
            _ => self.unexpected(node),
        }
    }

    /// The name and the type parameters of a type alias.
    pub(super) fn alias_head(&mut self) -> Outcome<(Ident, Vec<TypeParam>)> {
        let node = self.node();
        self.down();
        let inner = self.node();
        let head = match inner.kind {
            Kind::Identifier => (self.ident(inner)?, Vec::new()),
            Kind::GenericType => {
                let (mut name, mut params) = (None, Vec::new());
                self.children(|this, part| {
                    match part.kind {
                        Kind::Identifier => name = Some(this.ident(part)?),
                        Kind::TypeParameter => params = this.type_params(part)?,
                        _ => {}
                    }
                    Ok(())
                })?;
                let Some(name) = name else { return self.unexpected(node) };
                (name, params)
            }
            _ => return self.unexpected(node),
        };
        self.up();
        Ok(head)
    }

    /// The type parameters in the brackets at the cursor.
    pub(super) fn type_params(&mut self, node: Node) -> Outcome<Vec<TypeParam>> {
        self.needs(12, node.span(), "a type parameter")?;
        let mut params: Vec<TypeParam> = Vec::new();
        self.children(|this, part| {
            if part.kind == Kind::Type {
                let param = this.type_param(part)?;
                let defaulted = params.iter().any(|earlier| earlier.default.is_some());
                if defaulted && param.default.is_none() {
                    let message = "a type parameter without a default follows one with a default";
                    return Err(syntax(part.span(), message));
                }
                params.push(param);
            }
            Ok(())
        })?;
        Ok(params)
    }

    fn type_param(&mut self, node: Node) -> Outcome<TypeParam> {
        self.down();
        let inner = self.node();
        if inner.kind != Kind::ConstrainedType {
            let (name, kind) = self.type_param_name(inner)?;
            self.up();
            return Ok(TypeParam { name, kind, bound: None, default: None });
        }
        self.down();
        self.down();
        let head = self.node();
        let (name, kind) = self.type_param_name(head)?;
        self.up();
        self.next();
        let mut param = TypeParam { name, kind, bound: None, default: None };
        self.bound_or_default(&mut param)?;
        self.up();
        self.up();
        if param.bound.is_some() && kind != TypeParamKind::TypeVar {
            return Err(syntax(node.span(), "only a plain type parameter has a bound"));
        }
        Ok(param)
    }

    /// What follows the name of a type parameter, from its `:`, or from its `=`, which the
    /// lexer has made a `:` for the grammar.
    fn bound_or_default(&mut self, param: &mut TypeParam) -> Outcome<()> {
        let sign = self.node();
        self.next();
        let value = self.node();
        if self.byte(sign.start) == b'=' {
            self.needs(13, value.span(), "a default of a type parameter")?;
            let star = param.kind == TypeParamKind::TypeVarTuple;
            param.default = Some(self.type_expr_allowing(star)?);
            return Ok(());
        }
        self.down();
        if self.node().kind != Kind::ConstrainedType {
            self.up();
            param.bound = Some(self.type_expr()?);
            return Ok(());
        }
        // `T: bound = default`
        self.down();
        param.bound = Some(self.type_expr()?);
        self.next();
        let sign = self.node();
        if self.byte(sign.start) != b'=' {
            return self.unexpected(sign);
        }
        self.bound_or_default(param)?;
        self.up();
        self.up();
        Ok(())
    }

    fn type_param_name(&mut self, node: Node) -> Outcome<(Ident, TypeParamKind)> {
        if node.kind == Kind::Identifier {
            return Ok((self.ident(node)?, TypeParamKind::TypeVar));
        }
        let (mut name, mut kind) = (None, TypeParamKind::TypeVar);
        if matches!(node.kind, Kind::SplatType | Kind::ListSplat | Kind::ListSplatPattern) {
            self.children(|this, part| {
                match part.kind {
                    Kind::Star => kind = TypeParamKind::TypeVarTuple,
                    Kind::DoubleStar => kind = TypeParamKind::ParamSpec,
                    Kind::Identifier => name = Some(this.ident(part)?),
                    _ => {}
                }
                Ok(())
            })?;
        }
        match name {
            Some(name) => Ok((name, kind)),
            None => Err(syntax(Span::new(node.start, node.end), "invalid type parameter")),
        }
    }
}
