//! Operators on known values, and what they raise.

use std::sync::Arc;

use crate::syntax::ast::{BinaryOp, CompareOp, ExprId, UnaryOp};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;

/// The outcome of an operation on two known operands.
enum Outcome {
    Is(Value),
    Raises(&'static str, &'static str),
    /// It does not raise, or it may: nothing is known.
    Unseen,
}

/// A text or list is not multiplied beyond this.
const MAX_REPEATED: usize = 10_000;

impl Machine<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: ExprId, at: ExprId) -> Flow<Value> {
        if op == UnaryOp::Not {
            return self.condition_value(operand, |_, holds| Ok(Value::Bool(!holds)));
        }
        let value = self.expr(operand)?;
        self.ran(at);
        let known = match (op, &value) {
            (UnaryOp::USub, Value::Float(number)) => Some(Value::Float(-number)),
            (UnaryOp::UAdd, Value::Float(number)) => Some(Value::Float(*number)),
            (UnaryOp::USub, value) => value.as_int().and_then(i64::checked_neg).map(Value::Int),
            (UnaryOp::UAdd, value) => value.as_int().map(Value::Int),
            (_, value) => value.as_int().map(|number| Value::Int(!number)),
        };
        if let Some(known) = known {
            return Ok(known);
        }
        match value.type_name() {
            Some("int" | "float" | "bool" | "complex") => Ok(Value::Opaque(value.type_name())),
            Some(_) if !value.is_outside() => {
                Err(self.raise_builtin("TypeError", "the operand has no such operation"))
            }
            _ => self.unseen_operation(&[&value], at),
        }
    }

    /// `left op right`.
    pub(in crate::worlds) fn binary(
        &mut self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        self.ran(at);
        let (lefts, rights) = (left.alternatives(), right.alternatives());
        if lefts.len() * rights.len() > 16 {
            return self.unseen_operation(&[left, right], at);
        }
        self.alternatives(
            lefts.len() * rights.len(),
            |machine, index| {
                let left = &lefts[index / rights.len()];
                let right = &rights[index % rights.len()];
                machine.binary_single(left, op, right, at)
            },
            |a, b| a.join(&b),
        )
    }

    fn binary_single(
        &mut self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        if let Some(value) = self.own_operator(left, op, right, at)? {
            return Ok(value);
        }
        let outcome = match (self.sequence(left), self.sequence(right)) {
            (Some(a), Some(b)) if op == BinaryOp::Add => {
                let items = Items {
                    values: a.values.iter().chain(&b.values).cloned().collect(),
                    exact: a.exact && b.exact,
                };
                Outcome::Is(self.allocate(Object::List(items)))
            }
            (Some(items), None) if op == BinaryOp::Mult => self.repeat(&items, right),
            (None, Some(items)) if op == BinaryOp::Mult => self.repeat(&items, left),
            _ => arithmetic(left, op, right),
        };
        match outcome {
            Outcome::Is(value) => Ok(value),
            Outcome::Raises(class, reason) => Err(self.raise_builtin(class, reason)),
            Outcome::Unseen => self.unseen_binary(left, op, right, at),
        }
    }

    fn repeat(&mut self, items: &Items, times: &Value) -> Outcome {
        match times.as_int() {
            Some(times) if items.exact => {
                let times = times.max(0) as usize;
                if items.values.len().saturating_mul(times) > MAX_REPEATED {
                    return Outcome::Is(self.allocate(Object::List(Items::unknown())));
                }
                let values = repeated(&items.values, times);
                Outcome::Is(self.allocate(Object::List(Items::exactly(values))))
            }
            _ => Outcome::Unseen,
        }
    }

    /// The items of a list object.
    fn sequence(&self, value: &Value) -> Option<Items> {
        match value {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::List(items)) => Some(items.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// The operator as a method of a class of the module's own.
    fn own_operator(
        &mut self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let (method, reflected) = operator_methods(op);
        for (receiver, other, name) in [(left, right, method), (right, left, reflected)] {
            if !matches!(receiver, Value::Object(_)) {
                continue;
            }
            if let Some(method) = self.special(receiver, name) {
                let value = self.call(&method, vec![other.clone()], at)?;
                if !matches!(value, Value::NotImplemented) {
                    return Ok(Some(value));
                }
            }
        }
        Ok(None)
    }

    fn unseen_binary(
        &mut self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let known = [left.type_name(), right.type_name()];
        match (op, known) {
            (BinaryOp::Mod, [Some("str"), _]) => {
                // The format decides; a literal format with its arguments rarely fails.
                if left.is_constant() && (right.is_constant() || right.is_outside()) {
                    let risk = if right.is_outside() { Risk::Environment } else { Risk::Inside };
                    self.may_raise("TypeError", risk, at, || "the format may not fit".to_owned());
                } else {
                    self.may_raise("TypeError", Risk::Inside, at, || {
                        "the format may not fit".into()
                    });
                }
                Ok(Value::of_type("str"))
            }
            (BinaryOp::Add, [Some("str"), Some("str")]) => Ok(Value::of_type("str")),
            (BinaryOp::Add, [Some("tuple"), Some("tuple")]) => Ok(Value::of_type("tuple")),
            (BinaryOp::Mult, [Some("str" | "tuple" | "list"), Some("int" | "bool")]) => {
                Ok(Value::Opaque(known[0]))
            }
            (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mult, [Some(a), Some(b)])
                if is_number(a) && is_number(b) =>
            {
                let float = a == "float" || b == "float";
                Ok(Value::of_type(if float { "float" } else { "int" }))
            }
            (BinaryOp::BitOr | BinaryOp::BitAnd | BinaryOp::BitXor, [Some(a), Some(b)])
                if is_integer(a) && is_integer(b) =>
            {
                Ok(Value::of_type("int"))
            }
            (BinaryOp::BitOr, _) if self.is_type_like(left) && self.is_type_like(right) => {
                // `int | None` as a type (PEP 604, from 3.10 on).
                if self.resolver.python.minor >= 10 || left.is_outside() || right.is_outside() {
                    Ok(Value::Opaque(None))
                } else {
                    Err(self.raise_builtin("TypeError", "types have no `|` before Python 3.10"))
                }
            }
            (_, [Some("NoneType"), Some(_)] | [Some(_), Some("NoneType")])
                if !left.is_outside() && !right.is_outside() =>
            {
                Err(self.raise_builtin("TypeError", "`None` has no such operation"))
            }
            (_, [Some(a), Some(b)])
                if (has_no_operators(a, op) || has_no_operators(b, op))
                    && !left.is_outside()
                    && !right.is_outside() =>
            {
                Err(self.raise_builtin("TypeError", "the object has no such operation"))
            }
            (_, [Some(a), Some(b)]) if never_fit(op, a, b) => {
                Err(self.raise_builtin("TypeError", "the operands do not fit together"))
            }
            _ => self.unseen_operation(&[left, right], at),
        }
    }

    fn is_type_like(&self, value: &Value) -> bool {
        matches!(value, Value::Type(_) | Value::None | Value::External(_) | Value::Unknown)
            || self.is_class(value)
    }

    /// An operation of which nothing is known.
    pub(in crate::worlds) fn unseen_operation(
        &mut self,
        operands: &[&Value],
        at: ExprId,
    ) -> Flow<Value> {
        let outside = operands.iter().any(|operand| operand.is_outside());
        let risk = if outside { Risk::Environment } else { Risk::Inside };
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise("", risk, at, || format!("`{text}` may raise"));
        Ok(if outside { Value::Unknown } else { Value::Opaque(None) })
    }

    /// `old op= operand`: a list takes the operand's items in.
    pub(in crate::worlds) fn in_place(
        &mut self,
        old: &Value,
        op: BinaryOp,
        operand: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let Value::Object(id) = old else { return self.binary(old, op, operand, at) };
        match (self.state.object(*id), op) {
            (Some(Object::List(_)), BinaryOp::Add) => {
                let more = self.iterate(operand, at)?;
                if let Some(Object::List(items)) = self.state.object_mut(*id) {
                    items.exact &= more.exact;
                    items.values.extend(more.values);
                    if !items.exact {
                        *items = Items::unknown();
                    }
                }
                Ok(old.clone())
            }
            (Some(Object::Dict(_)), BinaryOp::BitOr) => {
                let pairs = self.mapping_entries(operand, at)?;
                if let Some(Object::Dict(entries)) = self.state.object_mut(*id) {
                    match pairs {
                        Some(pairs) => pairs.into_iter().for_each(|(k, v)| entries.set(k, v)),
                        None => entries.exact = false,
                    }
                }
                Ok(old.clone())
            }
            (Some(Object::Instance(_)), _) => {
                let name = operator_methods(op).0.replacen("__", "__i", 1);
                match self.special(old, &name) {
                    Some(method) => self.call(&method, vec![operand.clone()], at),
                    None => self.binary(old, op, operand, at),
                }
            }
            _ => self.binary(old, op, operand, at),
        }
    }

    pub(super) fn compare(
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
    pub(super) fn compare_values(
        &mut self,
        left: &Value,
        op: CompareOp,
        right: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        self.ran(at);
        let truth = match op {
            CompareOp::Is => self.is_identical(left, right),
            CompareOp::IsNot => self.is_identical(left, right).map(|same| !same),
            CompareOp::Eq | CompareOp::NotEq => {
                let name = if op == CompareOp::Eq { "__eq__" } else { "__ne__" };
                if let Some(method) = self.own_method(left, name) {
                    return self.call(&method, vec![right.clone()], at);
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

    fn own_method(&self, value: &Value, name: &str) -> Option<Value> {
        matches!(value, Value::Object(_)).then(|| self.special(value, name)).flatten()
    }

    fn order(&mut self, left: &Value, op: CompareOp, right: &Value, at: ExprId) -> Flow<Value> {
        let name = match op {
            CompareOp::Lt => "__lt__",
            CompareOp::LtE => "__le__",
            CompareOp::Gt => "__gt__",
            _ => "__ge__",
        };
        if let Some(method) = self.own_method(left, name) {
            return self.call(&method, vec![right.clone()], at);
        }
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
                let mut answers = values.iter().map(|value| self.is_identical(value, other));
                let first = answers.next()??;
                answers.all(|answer| answer == Some(first)).then_some(first)
            }
            (Value::External(external), other) | (other, Value::External(external)) => {
                let constant = self.resolver.constant(&external.module, &external.attribute)?;
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
                Some(Object::List(_) | Object::Dict(_) | Object::Set(_) | Object::Iterator(_)) => {
                    true
                }
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
        if let (Value::External(external), other) | (other, Value::External(external)) = (a, b) {
            let constant = self.resolver.constant(&external.module, &external.attribute)?;
            return constant.equals(other);
        }
        if let (Value::Union(values), other) | (other, Value::Union(values)) = (a, b) {
            let mut answers = values.iter().map(|value| self.values_equal(value, other));
            let first = answers.next()??;
            return answers.all(|answer| answer == Some(first)).then_some(first);
        }
        a.equals(b)
    }
}

fn operator_methods(op: BinaryOp) -> (&'static str, &'static str) {
    match op {
        BinaryOp::Add => ("__add__", "__radd__"),
        BinaryOp::Sub => ("__sub__", "__rsub__"),
        BinaryOp::Mult => ("__mul__", "__rmul__"),
        BinaryOp::MatMult => ("__matmul__", "__rmatmul__"),
        BinaryOp::Div => ("__truediv__", "__rtruediv__"),
        BinaryOp::Mod => ("__mod__", "__rmod__"),
        BinaryOp::Pow => ("__pow__", "__rpow__"),
        BinaryOp::LShift => ("__lshift__", "__rlshift__"),
        BinaryOp::RShift => ("__rshift__", "__rrshift__"),
        BinaryOp::BitOr => ("__or__", "__ror__"),
        BinaryOp::BitXor => ("__xor__", "__rxor__"),
        BinaryOp::BitAnd => ("__and__", "__rand__"),
        BinaryOp::FloorDiv => ("__floordiv__", "__rfloordiv__"),
    }
}

fn is_number(name: &str) -> bool {
    matches!(name, "int" | "float" | "bool" | "complex")
}

fn is_integer(name: &str) -> bool {
    matches!(name, "int" | "bool")
}

/// Types whose objects take part in no arithmetic.
fn has_no_operators(name: &str, op: BinaryOp) -> bool {
    match name {
        "module"
        | "range"
        | "function"
        | "method"
        | "builtin_function_or_method"
        | "ellipsis"
        | "generator"
        | "coroutine" => true,
        "type" => op != BinaryOp::BitOr,
        _ => false,
    }
}

/// Types of which no operator joins the two.
fn never_fit(op: BinaryOp, a: &str, b: &str) -> bool {
    let sequence = |name: &str| matches!(name, "str" | "tuple" | "list" | "bytes");
    match op {
        BinaryOp::Add => {
            (sequence(a) && is_number(b)) || (is_number(a) && sequence(b)) || {
                sequence(a) && sequence(b) && a != b
            }
        }
        BinaryOp::Sub | BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Pow => {
            sequence(a) && (sequence(b) || is_number(b)) || is_number(a) && sequence(b)
        }
        _ => false,
    }
}

fn ordering(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    if let (Some(a), Some(b)) = (a.as_int(), b.as_int()) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (a.as_float(), b.as_float()) {
        return a.partial_cmp(&b);
    }
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Some(a.chars().cmp(b.chars())),
        (Value::Bytes(a), Value::Bytes(b)) => Some(a.cmp(b)),
        (Value::Tuple(a), Value::Tuple(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match a.equals(b)? {
                    true => {}
                    false => return ordering(a, b),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => None,
    }
}

fn arithmetic(left: &Value, op: BinaryOp, right: &Value) -> Outcome {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        return integers(a, op, b, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_float(), right.as_float()) {
        return floats(a, op, b);
    }
    match (left, op, right) {
        (Value::Str(a), BinaryOp::Add, Value::Str(b)) => {
            Outcome::Is(Value::Str(Arc::from(format!("{a}{b}"))))
        }
        (Value::Bytes(a), BinaryOp::Add, Value::Bytes(b)) => {
            Outcome::Is(Value::Bytes(a.iter().chain(b.iter()).copied().collect()))
        }
        (Value::Tuple(a), BinaryOp::Add, Value::Tuple(b)) => {
            Outcome::Is(Value::tuple(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Value::Str(text), BinaryOp::Mult, times) | (times, BinaryOp::Mult, Value::Str(text)) => {
            match times.as_int() {
                Some(times) if text.len().saturating_mul(times.max(0) as usize) < MAX_REPEATED => {
                    Outcome::Is(Value::Str(Arc::from(text.repeat(times.max(0) as usize))))
                }
                _ => Outcome::Unseen,
            }
        }
        (Value::Tuple(items), BinaryOp::Mult, times)
        | (times, BinaryOp::Mult, Value::Tuple(items)) => match times.as_int() {
            Some(times) if items.len().saturating_mul(times.max(0) as usize) < MAX_REPEATED => {
                Outcome::Is(Value::tuple(repeated(items, times.max(0) as usize)))
            }
            _ => Outcome::Unseen,
        },
        _ => Outcome::Unseen,
    }
}

fn integers(a: i64, op: BinaryOp, b: i64, left: &Value, right: &Value) -> Outcome {
    let both_bool = matches!((left, right), (Value::Bool(_), Value::Bool(_)));
    let value = match op {
        BinaryOp::Add => a.checked_add(b),
        BinaryOp::Sub => a.checked_sub(b),
        BinaryOp::Mult => a.checked_mul(b),
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod if b == 0 => {
            return Outcome::Raises("ZeroDivisionError", "division by zero");
        }
        BinaryOp::Div => return Outcome::Is(Value::Float(a as f64 / b as f64)),
        BinaryOp::FloorDiv => a.checked_div_euclid(b).and_then(|_| floor_div(a, b)),
        BinaryOp::Mod => floor_div(a, b).map(|quotient| a - quotient * b),
        BinaryOp::Pow if b < 0 => {
            if a == 0 {
                return Outcome::Raises("ZeroDivisionError", "zero to a negative power");
            }
            return Outcome::Is(Value::Float((a as f64).powf(b as f64)));
        }
        BinaryOp::Pow => u32::try_from(b).ok().and_then(|power| a.checked_pow(power)),
        BinaryOp::LShift | BinaryOp::RShift if b < 0 => {
            return Outcome::Raises("ValueError", "negative shift count");
        }
        BinaryOp::LShift => {
            let shifted = u32::try_from(b).ok().and_then(|by| a.checked_shl(by));
            shifted.filter(|shifted| b < 62 && (shifted >> b) == a)
        }
        BinaryOp::RShift => Some(a >> b.min(63)),
        BinaryOp::BitOr if both_bool => return Outcome::Is(Value::Bool(a | b != 0)),
        BinaryOp::BitAnd if both_bool => return Outcome::Is(Value::Bool(a & b != 0)),
        BinaryOp::BitXor if both_bool => return Outcome::Is(Value::Bool(a ^ b != 0)),
        BinaryOp::BitOr => Some(a | b),
        BinaryOp::BitXor => Some(a ^ b),
        BinaryOp::BitAnd => Some(a & b),
        BinaryOp::MatMult => {
            return Outcome::Raises("TypeError", "numbers have no matrix product");
        }
    };
    Outcome::Is(value.map_or(Value::of_type("int"), Value::Int))
}

fn repeated(values: &[Value], times: usize) -> Vec<Value> {
    std::iter::repeat_n(values, times).flatten().cloned().collect()
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// `float_pow` of CPython's `Objects/floatobject.c`.
fn float_power(a: f64, b: f64) -> Outcome {
    if a == 0.0 && b < 0.0 {
        return Outcome::Raises("ZeroDivisionError", "zero to a negative power");
    }
    let power = a.powf(b);
    if power.is_finite() {
        return Outcome::Is(Value::Float(power));
    }
    match a.is_finite() && b.is_finite() {
        // A root of a negative number is complex.
        true if power.is_nan() => Outcome::Unseen,
        true => Outcome::Raises("OverflowError", "the result is too large"),
        false => Outcome::Is(Value::Float(power)),
    }
}

fn floats(a: f64, op: BinaryOp, b: f64) -> Outcome {
    match op {
        BinaryOp::Add => Outcome::Is(Value::Float(a + b)),
        BinaryOp::Sub => Outcome::Is(Value::Float(a - b)),
        BinaryOp::Mult => Outcome::Is(Value::Float(a * b)),
        BinaryOp::Div | BinaryOp::FloorDiv | BinaryOp::Mod if b == 0.0 => {
            Outcome::Raises("ZeroDivisionError", "division by zero")
        }
        BinaryOp::Div => Outcome::Is(Value::Float(a / b)),
        BinaryOp::FloorDiv => Outcome::Is(Value::Float((a / b).floor())),
        BinaryOp::Mod => Outcome::Is(Value::Float(a - b * (a / b).floor())),
        BinaryOp::Pow => float_power(a, b),
        _ => Outcome::Raises("TypeError", "floats have no such operation"),
    }
}
