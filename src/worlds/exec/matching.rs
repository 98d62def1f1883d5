//! `match`.

use crate::program::scopes::pattern_names;
use crate::simulation::BindingKind;
use crate::syntax::ast::{Constant, ExprId, MatchCase, Name, Pattern, PatternKind};
use crate::text::span::Span;
use crate::worlds::answers::both;
use crate::worlds::builtins::types;
use crate::worlds::machine::{Flow, Machine, Stop};
use crate::worlds::state::{Items, Object, State};
use crate::worlds::value::Value;

/// What a pattern would bind, in order.
pub(super) type Captures = Vec<(Name, Span, Value)>;

impl Machine<'_> {
    pub(super) fn match_statement(&mut self, subject: ExprId, cases: &[MatchCase]) -> Flow<()> {
        let subject = self.expr(subject)?;
        let mut done: Vec<State> = Vec::new();
        let mut open = true;
        for case in cases {
            self.stand_at(case.pattern.span);
            let mut captures = Captures::new();
            let Ok(matches) = self.pattern(&case.pattern, &subject, &mut captures) else {
                open = false;
                break;
            };
            if matches == Some(false) {
                continue;
            }
            let before = self.state.clone();
            for (name, span, value) in captures {
                self.bind_name(&name, value, span, BindingKind::Variable);
            }
            let mut otherwise = (matches != Some(true)).then_some(before);
            let entered = match case.guard {
                None => Ok(()),
                Some(guard) => match self.outcomes(guard) {
                    Err(Stop) => Err(Stop),
                    Ok(outcomes) => {
                        // Where the guard fails the captures stay bound.
                        otherwise = match (otherwise, outcomes.when_false) {
                            (Some(a), Some(b)) => Some(a.join(&b)),
                            (a, b) => a.or(b),
                        };
                        self.resume(outcomes.when_true)
                    }
                },
            };
            if entered.is_ok() && self.block(&case.body).is_ok() {
                done.push(std::mem::take(&mut self.state));
            }
            match otherwise {
                Some(state) => self.state = state,
                None => {
                    open = false;
                    break;
                }
            }
        }
        if open {
            done.push(std::mem::take(&mut self.state));
        }
        self.resume(done)
    }

    /// Whether a value matches; captures are noted, not bound.
    pub(super) fn pattern(
        &mut self,
        pattern: &Pattern,
        value: &Value,
        captures: &mut Captures,
    ) -> Flow<Option<bool>> {
        match &pattern.kind {
            PatternKind::Value(expected) => {
                let expected = self.expr(*expected)?;
                Ok(self.values_equal(value, &expected))
            }
            PatternKind::Singleton(constant) => {
                let expected = match constant {
                    Constant::True => Value::Bool(true),
                    Constant::False => Value::Bool(false),
                    _ => Value::None,
                };
                Ok(self.is_identical(value, &expected))
            }
            PatternKind::As { pattern: inner, name } => {
                let matches = match inner {
                    Some(inner) => self.pattern(inner, value, captures)?,
                    None => Some(true),
                };
                if let Some(name) = name {
                    captures.push((name.name.clone(), name.span, value.clone()));
                }
                Ok(matches)
            }
            PatternKind::Or(patterns) => self.or_pattern(patterns, value, captures),
            PatternKind::Sequence(patterns) => self.sequence_pattern(patterns, value, captures),
            PatternKind::Mapping { keys, patterns, rest } => {
                for &key in keys {
                    self.expr(key)?;
                }
                let matches = self.mapping_pattern(keys, patterns, value, captures)?;
                if let Some(rest) = rest {
                    captures.push((rest.name.clone(), rest.span, Value::of_type("dict")));
                }
                Ok(matches)
            }
            PatternKind::Class { cls, patterns, keywords } => {
                let class = self.expr(*cls)?;
                self.class_pattern(&class, *cls, patterns, keywords, value, captures)
            }
            PatternKind::Star(_) => Ok(Some(true)),
        }
    }

    fn or_pattern(
        &mut self,
        patterns: &[Pattern],
        value: &Value,
        captures: &mut Captures,
    ) -> Flow<Option<bool>> {
        let mut maybe: Option<Captures> = None;
        for pattern in patterns {
            let mut own = Captures::new();
            match self.pattern(pattern, value, &mut own)? {
                Some(true) if maybe.is_none() => {
                    captures.extend(own);
                    return Ok(Some(true));
                }
                Some(false) => {}
                _ => maybe = Some(own),
            }
        }
        let Some(own) = maybe else { return Ok(Some(false)) };
        captures.extend(own.into_iter().map(|(name, span, _)| (name, span, Value::Opaque(None))));
        Ok(None)
    }

    /// Whether an object is neither a sequence nor a mapping: its class derives from neither.
    fn is_plain_object(&self, value: &Value) -> bool {
        let builtin = self.builtin_ancestor(&self.class_of(value));
        !self.has_unseen_attributes(value) && (builtin == "object" || types::is_exception(builtin))
    }

    fn sequence_pattern(
        &mut self,
        patterns: &[Pattern],
        value: &Value,
        captures: &mut Captures,
    ) -> Flow<Option<bool>> {
        let items = match value {
            Value::Tuple(items) | Value::Range(items) => Items::exactly(items.to_vec()),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) => items.clone(),
                Some(
                    Object::Dict(_) | Object::Set(_) | Object::Iterator(_) | Object::Generator(_),
                ) => {
                    return Ok(Some(false));
                }
                // A class of the module's own is no sequence unless it derives from one.
                Some(Object::Instance(_) | Object::Class(_)) if self.is_plain_object(value) => {
                    return Ok(Some(false));
                }
                _ => Items::unknown(),
            },
            Value::Unknown
            | Value::External(_)
            | Value::Returned(_)
            | Value::Opaque(_)
            | Value::Union(_) => Items::unknown(),
            _ => return Ok(Some(false)),
        };
        if !items.exact {
            for pattern in patterns {
                note_names(pattern, captures);
            }
            return Ok(None);
        }
        let star = patterns.iter().position(|p| matches!(p.kind, PatternKind::Star(_)));
        let needed = patterns.len() - usize::from(star.is_some());
        let given = items.values.len();
        if (star.is_none() && given != needed) || given < needed {
            return Ok(Some(false));
        }
        let mut values = items.values.into_iter();
        let mut all = Some(true);
        for pattern in patterns {
            if let PatternKind::Star(name) = &pattern.kind {
                let rest: Vec<Value> = values.by_ref().take(given - needed).collect();
                let rest = self.allocate(Object::List(Items::exactly(rest)));
                if let Some(name) = name {
                    captures.push((name.name.clone(), name.span, rest));
                }
                continue;
            }
            let Some(value) = values.next() else { break };
            all = both(all, self.pattern(pattern, &value, captures)?);
            if all == Some(false) {
                return Ok(all);
            }
        }
        Ok(all)
    }

    fn mapping_pattern(
        &mut self,
        keys: &[ExprId],
        patterns: &[Pattern],
        value: &Value,
        captures: &mut Captures,
    ) -> Flow<Option<bool>> {
        let entries = match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Dict(entries)) => Some(entries.clone()),
                Some(
                    Object::List(_) | Object::Set(_) | Object::Iterator(_) | Object::Generator(_),
                ) => {
                    return Ok(Some(false));
                }
                Some(Object::Instance(_) | Object::Class(_)) if self.is_plain_object(value) => {
                    return Ok(Some(false));
                }
                _ => None,
            },
            Value::Unknown
            | Value::External(_)
            | Value::Returned(_)
            | Value::Opaque(_)
            | Value::Union(_)
            | Value::Globals
            | Value::Attributes(_) => None,
            _ => return Ok(Some(false)),
        };
        let mut all = Some(true);
        for (&key, pattern) in keys.iter().zip(patterns) {
            let key = self.expr(key)?;
            match entries.as_ref().and_then(|entries| entries.get(&key)) {
                Some(Some(value)) => {
                    let value = value.clone();
                    all = both(all, self.pattern(pattern, &value, captures)?);
                }
                Some(None) => return Ok(Some(false)),
                None => {
                    note_names(pattern, captures);
                    all = both(all, None);
                }
            }
        }
        if entries.is_none() {
            all = both(all, None);
        }
        Ok(all)
    }
}

pub(super) fn note_names(pattern: &Pattern, captures: &mut Captures) {
    pattern_names(pattern, &mut |ident| {
        captures.push((ident.name.clone(), ident.span, Value::Opaque(None)));
    });
}
