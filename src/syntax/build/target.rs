//! What may stand on the left of an assignment, and after `del`.

use super::super::ast::*;
use super::{Builder, Outcome, syntax};
use crate::text::span::Span;

impl Builder<'_> {
    /// Checks the target of an assignment, a `for` or a `with`.
    pub(super) fn check_assign(&self, target: ExprId) -> Outcome<()> {
        let expr = self.ast.expr(target);
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => Ok(()),
            ExprKind::List(elements) | ExprKind::Tuple(elements) => {
                let mut stars = 0;
                for &element in elements {
                    let mut element = element;
                    if let ExprKind::Starred(inner) = self.ast.expr(element).kind {
                        stars += 1;
                        element = inner;
                    }
                    self.check_assign(element)?;
                }
                if stars > 1 {
                    return Err(syntax(expr.span, "more than one starred target"));
                }
                Ok(())
            }
            ExprKind::Starred(_) => {
                Err(syntax(expr.span, "a starred target must be in a list or tuple"))
            }
            kind => Err(syntax(expr.span, format!("{} cannot be assigned", described(kind)))),
        }
    }

    pub(super) fn check_delete(&self, target: ExprId) -> Outcome<()> {
        let expr = self.ast.expr(target);
        match &expr.kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => Ok(()),
            ExprKind::List(elements) | ExprKind::Tuple(elements) => {
                elements.iter().try_for_each(|&element| self.check_delete(element))
            }
            kind => Err(syntax(expr.span, format!("{} cannot be deleted", described(kind)))),
        }
    }

    pub(super) fn check_augmented(&self, target: ExprId, span: Span) -> Outcome<()> {
        match &self.ast.expr(target).kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. } => Ok(()),
            kind => {
                let what = described(kind);
                Err(syntax(span, format!("{what} is no target of an augmented assignment")))
            }
        }
    }
}

fn described(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Call { .. } => "a call",
        ExprKind::Constant(Constant::None) => "`None`",
        ExprKind::Constant(Constant::True) => "`True`",
        ExprKind::Constant(Constant::False) => "`False`",
        ExprKind::Constant(Constant::Ellipsis) => "`...`",
        ExprKind::Constant(_) => "a literal",
        ExprKind::JoinedStr(_) | ExprKind::TemplateStr(_) => "an f-string",
        ExprKind::Lambda(_) => "a lambda",
        ExprKind::Starred(_) => "a starred expression",
        ExprKind::List(_) => "a list",
        ExprKind::Tuple(_) => "a tuple",
        ExprKind::Dict { .. } => "a dict",
        ExprKind::Set(_) => "a set",
        ExprKind::Compare { .. } => "a comparison",
        ExprKind::Await(_) => "an `await`",
        ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "a `yield`",
        ExprKind::Named { .. } => "a `:=`",
        ExprKind::IfExp { .. } => "a conditional expression",
        ExprKind::ListComp(_)
        | ExprKind::SetComp(_)
        | ExprKind::DictComp(_)
        | ExprKind::GeneratorExp(_) => "a comprehension",
        _ => "an expression",
    }
}
