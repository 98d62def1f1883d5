//! Comparisons: equality, identity, order.

use super::operators::{is_number, ordering};
use crate::syntax::ast::{CompareOp, ExprId};
use crate::worlds::answers::{agreed, all_of};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::Object;
use crate::worlds::value::Value;

impl Machine<'_> {
    pub(in crate::worlds) fn compare(
        &mut self,
        left: ExprId,
        ops: &[CompareOp],
        comparators: &[ExprId],
        at: ExprId,
    ) -> Flow<Value> {
        let mut left = self.expr(left)?;
        let mut result = Value::Bool(true);
        let last = comparators.len().saturating_sub(1);
        for (index, (&op, &comparator)) in ops.iter().zip(comparators).enumerate() {
            let right = self.expr(comparator)?;
            self.stand_at(self.program.ast().expr(at).span);
            result = self.compare_values(&left, op, &right, at)?;
            match self.truth(&result) {
                Some(false) => return Ok(result),
                Some(true) => {}
                // Whether the rest is evaluated is not known.
                None if index < last => return Ok(Value::of_type("bool")),
                None => {}
            }
            left = right;
        }
        Ok(result)
    }

    /// One comparison.
    pub(in crate::worlds) fn compare_values(
        &mut self,
        left: &Value,
        op: CompareOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        self.ran(at);
        if let Some(presumed) = self.presumed_comparison(left, op, right) {
            return Ok(presumed);
        }
        let truth = match op {
            CompareOp::Is => self.is_identical(left, right),
            CompareOp::IsNot => self.is_identical(left, right).map(|same| !same),
            CompareOp::Eq | CompareOp::NotEq => {
                if let Some(answer) = self.own_equality(left, op == CompareOp::Eq, right, at)? {
                    return Ok(answer);
                }
                let equal = self.values_equal(left, right);
                if op == CompareOp::Eq { equal } else { equal.map(|equal| !equal) }
            }
            CompareOp::In | CompareOp::NotIn => {
                let contained = self.contains(right, left, at)?;
                if op == CompareOp::In { contained } else { contained.map(|found| !found) }
            }
            CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE => {
                return self.order(left, op, right, at);
            }
        };
        Ok(truth.map_or(Value::of_type("bool"), Value::Bool))
    }

    /// `==` or `!=` by a class of the module's own, of either operand; `!=` is the contrary of
    /// `==` where nothing else is said (`object_richcompare`).
    fn own_equality(
        &mut self,
        left: &Value,
        is_eq: bool,
        right: &Value,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        for (receiver, other) in [(left, right), (right, left)] {
            let contrary = (!is_eq).then(|| self.own_method(receiver, "__ne__")).flatten();
            let inverts = !is_eq && contrary.is_none();
            let Some(method) = contrary.or_else(|| self.own_method(receiver, "__eq__")) else {
                continue;
            };
            let answer = self.call(&method, vec![other.clone()], at)?;
            match answer {
                Value::NotImplemented => continue,
                answer if !inverts => return Ok(Some(answer)),
                answer => {
                    let answer = self.own_truth(&answer, at)?.unwrap_or(answer);
                    let truth = self.truth(&answer).map(|truth| !truth);
                    return Ok(Some(truth.map_or(Value::of_type("bool"), Value::Bool)));
                }
            }
        }
        Ok(None)
    }

    pub(in crate::worlds) fn own_method(&self, value: &Value, name: &str) -> Option<Value> {
        matches!(value, Value::Object(_)).then(|| self.special(value, name)).flatten()
    }

    pub(in crate::worlds) fn order(
        &mut self,
        left: &Value,
        op: CompareOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let name = match op {
            CompareOp::Lt => "__lt__",
            CompareOp::LtE => "__le__",
            CompareOp::Gt => "__gt__",
            _ => "__ge__",
        };
        if let Some(method) = self.own_method(left, name) {
            return self.call(&method, vec![right.clone()], at);
        }
        let (left, right) = (&*self.looked_up(left), &*self.looked_up(right));
        if let Some(ordering) = ordering(left, right) {
            let holds = match op {
                CompareOp::Lt => ordering.is_lt(),
                CompareOp::LtE => ordering.is_le(),
                CompareOp::Gt => ordering.is_gt(),
                _ => ordering.is_ge(),
            };
            return Ok(Value::Bool(holds));
        }
        match (left.type_name(), right.type_name()) {
            (Some(a), Some(b)) if is_number(a) && is_number(b) || (a == b && a == "str") => {
                Ok(Value::of_type("bool"))
            }
            (Some(a), Some(b))
                if !left.is_outside()
                    && !right.is_outside()
                    && (a == "NoneType" || b == "NoneType" || (is_number(a) != is_number(b))) =>
            {
                Err(self.raise_builtin("TypeError", "the operands have no order"))
            }
            _ => self.unseen_operation(&[left, right], at).map(|value| match value {
                Value::Opaque(_) => Value::of_type("bool"),
                value => value,
            }),
        }
    }

    /// `a is b`, where it is known.
    pub(in crate::worlds) fn is_identical(&self, a: &Value, b: &Value) -> Option<bool> {
        match (a, b) {
            (Value::Union(values), other) | (other, Value::Union(values)) => {
                agreed(values, |value| self.is_identical(value, other))
            }
            (Value::External(external), other) | (other, Value::External(external)) => {
                let constant = self.constant_of(external)?;
                self.is_identical(&constant, other)
            }
            (Value::Unknown | Value::Opaque(None) | Value::Returned(_), _)
            | (_, Value::Unknown | Value::Opaque(None) | Value::Returned(_)) => None,
            (Value::None, Value::None)
            | (Value::Ellipsis, Value::Ellipsis)
            | (Value::NotImplemented, Value::NotImplemented)
            | (Value::Globals, Value::Globals)
            | (Value::ThisModule, Value::ThisModule) => Some(true),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Object(a), Value::Object(b)) => Some(a == b),
            (Value::Object(_), other) | (other, Value::Object(_))
                if !matches!(other, Value::Opaque(_)) && !other.is_outside() =>
            {
                Some(false)
            }
            (Value::Function(_), Value::Function(_)) | (Value::Type(_), Value::Type(_)) => {
                Some(a.same(b))
            }
            // Equal constants may or may not be one object.
            _ if a.is_constant() && b.is_constant() => match a.equals(b) {
                Some(false) => Some(false),
                _ if a.type_name() != b.type_name() => Some(false),
                _ => None,
            },
            _ => match (a.type_name(), b.type_name()) {
                (Some(a), Some(b)) if a != b => Some(false),
                _ => None,
            },
        }
    }

    /// `a == b` without side effects, where it is known.
    pub(in crate::worlds) fn values_equal(&self, a: &Value, b: &Value) -> Option<bool> {
        if let (Value::Object(left), Value::Object(right)) = (a, b) {
            return match (self.state.object(*left)?, self.state.object(*right)?) {
                (Object::List(x), Object::List(y)) if x.exact && y.exact => {
                    if x.values.len() != y.values.len() {
                        return Some(false);
                    }
                    let mut pairs = x.values.iter().zip(&y.values);
                    pairs.try_fold(true, |all, (x, y)| Some(all && self.values_equal(x, y)?))
                }
                (Object::Dict(x), Object::Dict(y)) if x.exact && y.exact => {
                    if x.pairs.len() != y.pairs.len() {
                        return Some(false);
                    }
                    let mut pairs = x.pairs.iter();
                    pairs.try_fold(true, |all, (key, value)| match y.get(key)? {
                        Some(other) => Some(all && self.values_equal(value, other)?),
                        None => Some(false),
                    })
                }
                (Object::List(_), Object::Dict(_)) | (Object::Dict(_), Object::List(_)) => {
                    Some(false)
                }
                (Object::Class(_), Object::Class(_)) => Some(left == right),
                (Object::Instance(_), Object::Instance(_)) => {
                    let own = self.special(a, "__eq__").is_some()
                        || self.special(b, "__eq__").is_some()
                        || self.has_unseen_attributes(a)
                        || self.has_unseen_attributes(b);
                    (!own).then_some(left == right)
                }
                _ => None,
            };
        }
        if let (Value::Object(id), other) | (other, Value::Object(id)) = (a, b) {
            let plain = match self.state.object(*id) {
                Some(
                    Object::List(_)
                    | Object::Dict(_)
                    | Object::Set(_)
                    | Object::Iterator(_)
                    | Object::Generator(_),
                ) => true,
                Some(Object::Instance(_)) => {
                    let object = Value::Object(*id);
                    self.special(&object, "__eq__").is_none()
                        && !self.has_unseen_attributes(&object)
                        && self.builtin_ancestor(&self.class_of(&object)) == "object"
                }
                _ => false,
            };
            return (plain && (other.is_constant() || matches!(other, Value::Function(_))))
                .then_some(false);
        }
        if let (Value::Tuple(x), Value::Tuple(y)) = (a, b) {
            let pairs: Vec<_> = x.iter().zip(y.iter()).collect();
            return match x.len() == y.len() {
                true => all_of(&pairs, |(x, y)| self.is_or_equals(x, y)),
                false => Some(false),
            };
        }
        if let (Value::External(external), other) | (other, Value::External(external)) = (a, b) {
            let constant = self.constant_of(external)?;
            return constant.equals(other);
        }
        if let (Value::Union(values), other) | (other, Value::Union(values)) = (a, b) {
            return agreed(values, |value| self.values_equal(value, other));
        }
        a.equals(b)
    }
}
