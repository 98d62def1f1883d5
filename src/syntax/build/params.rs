//! Parameters of functions and lambdas.

use super::super::ast::*;
use super::expr::NONE;
use super::{Builder, Kind, Node, Outcome, python2, syntax};
use crate::text::span::Span;

/// Parameters while they are read.
#[derive(Default)]
struct Reading {
    list: Vec<Param>,
    /// A `/` was seen.
    slash: bool,
    /// A `*` or `*args` was seen.
    star: bool,
    /// A bare `*` that no name has followed yet.
    open_star: Option<Span>,
    closed: bool,
    default: bool,
}

impl Builder<'_> {
    /// The parameters at the cursor, of a `def` or of a lambda.
    pub(super) fn params(&mut self, lambda: bool) -> Outcome<Params> {
        let mut reading = Reading::default();
        self.children(|this, node| match node.kind {
            Kind::LParen | Kind::RParen | Kind::Comma => Ok(()),
            _ => this.param(node, lambda, &mut reading),
        })?;
        if let Some(span) = reading.open_star {
            return Err(syntax(span, "names must follow a bare `*`"));
        }
        Ok(Params { list: reading.list })
    }

    fn param(&mut self, node: Node, lambda: bool, reading: &mut Reading) -> Outcome<()> {
        if reading.closed {
            return Err(syntax(node.span(), "nothing may follow `**`"));
        }
        if lambda && matches!(node.kind, Kind::TypedParameter | Kind::TypedDefaultParameter) {
            return Err(syntax(node.span(), "a lambda's parameters have no annotations"));
        }
        match node.kind {
            Kind::PositionalSeparator => return slash(node, reading),
            Kind::KeywordSeparator => {
                if reading.star {
                    return Err(syntax(node.span(), "`*` may appear once only"));
                }
                reading.star = true;
                reading.open_star = Some(node.span());
                return Ok(());
            }
            Kind::TuplePattern => {
                return Err(python2(node.span(), "tuple parameters are gone"));
            }
            _ => {}
        }
        let param = self.one(node, reading)?;
        self.order(&param, node, reading)?;
        reading.list.push(param);
        Ok(())
    }

    fn one(&mut self, node: Node, reading: &Reading) -> Outcome<Param> {
        let plain =
            if reading.star { ParamKind::KeywordOnly } else { ParamKind::PositionalOrKeyword };
        let (mut name, mut kind) = (None, plain);
        let (mut annotation, mut default) = (None, None);
        if node.kind == Kind::Identifier {
            let name = self.ident(node)?;
            return Ok(Param { name, kind, annotation, default });
        }
        if matches!(node.kind, Kind::ListSplatPattern | Kind::DictSplatPattern) {
            let (name, kind) = self.splat(node)?;
            return Ok(Param { name, kind, annotation, default });
        }
        self.children(|this, part| {
            match part.kind {
                Kind::Identifier if name.is_none() => name = Some(this.ident(part)?),
                Kind::ListSplatPattern | Kind::DictSplatPattern if name.is_none() => {
                    let (ident, splat) = this.splat(part)?;
                    (name, kind) = (Some(ident), splat);
                }
                Kind::TuplePattern if name.is_none() => {
                    return Err(python2(part.span(), "tuple parameters are gone"));
                }
                Kind::Type => {
                    let star = kind == ParamKind::VarPositional && this.python.minor >= 11;
                    annotation = Some(this.type_expr_allowing(star)?);
                }
                Kind::Colon | Kind::Equal => {}
                _ => default = Some(this.expr(NONE)?),
            }
            Ok(())
        })?;
        let Some(name) = name else { return self.unexpected(node) };
        Ok(Param { name, kind, annotation, default })
    }

    /// `*name` or `**name`.
    fn splat(&mut self, node: Node) -> Outcome<(Ident, ParamKind)> {
        let mut name = None;
        self.children(|this, part| {
            match part.kind {
                Kind::Star | Kind::DoubleStar => {}
                Kind::Identifier => name = Some(this.ident(part)?),
                _ => return this.unexpected(part),
            }
            Ok(())
        })?;
        let Some(name) = name else { return self.unexpected(node) };
        let list = node.kind == Kind::ListSplatPattern;
        Ok((name, if list { ParamKind::VarPositional } else { ParamKind::VarKeyword }))
    }

    fn order(&mut self, param: &Param, node: Node, reading: &mut Reading) -> Outcome<()> {
        match param.kind {
            ParamKind::VarPositional => {
                if reading.star {
                    return Err(syntax(node.span(), "`*` may appear once only"));
                }
                reading.star = true;
                return Ok(());
            }
            ParamKind::VarKeyword => {
                reading.closed = true;
                return Ok(());
            }
            ParamKind::KeywordOnly => reading.open_star = None,
            _ if param.default.is_some() => reading.default = true,
            _ if reading.default => {
                let message = "a parameter without a default follows one with a default";
                return Err(syntax(node.span(), message));
            }
            _ => {}
        }
        Ok(())
    }
}

fn slash(node: Node, reading: &mut Reading) -> Outcome<()> {
    if reading.slash || reading.star || reading.list.is_empty() {
        return Err(syntax(node.span(), "`/` must follow parameters, once, and before `*`"));
    }
    reading.slash = true;
    for param in &mut reading.list {
        param.kind = ParamKind::PositionalOnly;
    }
    Ok(())
}
