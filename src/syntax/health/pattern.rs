//! `match`: what may capture what, and which case is out of reach.

use std::collections::BTreeSet;

use super::{Checker, Outcome, ParseFailure, syntax};
use crate::syntax::ast::*;

/// The names that a pattern captures.
type Captures = BTreeSet<Name>;

impl Checker<'_> {
    pub(super) fn cases(&mut self, cases: &[MatchCase]) -> Outcome {
        for (index, case) in cases.iter().enumerate() {
            let last = index + 1 == cases.len();
            let mut captures = Captures::new();
            self.pattern(&case.pattern, last || case.guard.is_some(), &mut captures)?;
            self.optional(case.guard)?;
            self.block(&case.body)?;
        }
        Ok(())
    }

    /// `irrefutable`: a pattern that matches everything may stand here.
    fn pattern(&mut self, pattern: &Pattern, irrefutable: bool, into: &mut Captures) -> Outcome {
        match &pattern.kind {
            PatternKind::Value(value) => self.expr(*value),
            PatternKind::Singleton(_) => Ok(()),
            PatternKind::Sequence(patterns) => self.patterns(patterns, into),
            PatternKind::Mapping { keys, patterns, rest } => {
                self.mapping_keys(keys)?;
                self.patterns(patterns, into)?;
                rest.as_ref().map_or(Ok(()), |name| self.capture(name, into))
            }
            PatternKind::Class { cls, patterns, keywords } => {
                self.expr(*cls)?;
                self.patterns(patterns, into)?;
                for (index, (name, inner)) in keywords.iter().enumerate() {
                    if keywords[..index].iter().any(|(earlier, _)| earlier == name) {
                        let message = format!("the attribute `{name}` is there twice");
                        return syntax(inner.span, message);
                    }
                    self.not_debug(name, inner.span)?;
                    self.pattern(inner, true, into)?;
                }
                Ok(())
            }
            PatternKind::Star(name) => {
                name.as_ref().map_or(Ok(()), |name| self.capture(name, into))
            }
            PatternKind::As { pattern: inner, name } => {
                match inner {
                    Some(inner) => self.pattern(inner, irrefutable, into)?,
                    None if !irrefutable => {
                        let message = "this pattern makes those after it unreachable";
                        return syntax(pattern.span, message);
                    }
                    None => {}
                }
                name.as_ref().map_or(Ok(()), |name| self.capture(name, into))
            }
            PatternKind::Or(patterns) => self.alternatives(patterns, irrefutable, into),
        }
    }

    fn patterns(&mut self, patterns: &[Pattern], into: &mut Captures) -> Outcome {
        patterns.iter().try_for_each(|pattern| self.pattern(pattern, true, into))
    }

    fn capture(&mut self, name: &Ident, into: &mut Captures) -> Outcome {
        self.bind(&name.name, name.span)?;
        if !into.insert(name.name.clone()) {
            let message = format!("the pattern captures `{}` twice", name.name);
            return syntax(name.span, message);
        }
        Ok(())
    }

    fn alternatives(
        &mut self,
        patterns: &[Pattern],
        irrefutable: bool,
        into: &mut Captures,
    ) -> Outcome {
        let mut common: Option<Captures> = None;
        for (index, pattern) in patterns.iter().enumerate() {
            let last = index + 1 == patterns.len();
            let mut own = Captures::new();
            self.pattern(pattern, irrefutable && last, &mut own)?;
            if common.as_ref().is_some_and(|common| *common != own) {
                return syntax(pattern.span, "the alternatives capture different names");
            }
            common = Some(own);
        }
        for name in common.unwrap_or_default() {
            if !into.insert(name.clone()) {
                let span = patterns.first().map_or_else(Default::default, |first| first.span);
                return syntax(span, format!("the pattern captures `{name}` twice"));
            }
        }
        Ok(())
    }

    fn mapping_keys(&mut self, keys: &[ExprId]) -> Result<(), ParseFailure> {
        for (index, &key) in keys.iter().enumerate() {
            self.expr(key)?;
            let expr = self.ast.expr(key);
            let earlier = |id: &ExprId| same_key(self.ast, *id, key);
            if keys[..index].iter().any(earlier) {
                return syntax(expr.span, "the pattern has this key twice");
            }
        }
        Ok(())
    }
}

/// Whether two keys of a mapping pattern are equal literals.
fn same_key(ast: &Ast, one: ExprId, other: ExprId) -> bool {
    let (one, other) = (ast.expr(one), ast.expr(other));
    match (&one.kind, &other.kind) {
        (ExprKind::Attribute { .. }, _) | (_, ExprKind::Attribute { .. }) => false,
        (ExprKind::Constant(one), ExprKind::Constant(other)) => match (value(one), value(other)) {
            (Some(one), Some(other)) => one == other,
            _ => one == other,
        },
        _ => one.fingerprint == other.fingerprint,
    }
}

/// Numbers and booleans that Python takes for equal.
fn value(constant: &Constant) -> Option<f64> {
    match constant {
        Constant::True => Some(1.0),
        Constant::False => Some(0.0),
        Constant::Int(value) => Some(*value as f64),
        Constant::Float(value) => Some(*value),
        _ => None,
    }
}
