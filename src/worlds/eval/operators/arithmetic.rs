//! What operators make of two known operands.

use std::sync::Arc;

use crate::syntax::ast::BinaryOp;
use crate::worlds::value::Value;

/// The outcome of an operation on two known operands.
pub(super) enum Outcome {
    Is(Value),
    Raises(&'static str, &'static str),
    /// It does not raise, or it may: nothing is known.
    Unseen,
}

/// A text or list does not grow beyond this by operators.
pub(in crate::worlds) const MAX_REPEATED: usize = 10_000;

pub(in crate::worlds::eval) fn is_number(name: &str) -> bool {
    matches!(name, "int" | "float" | "bool" | "complex")
}

pub(super) fn is_integer(name: &str) -> bool {
    matches!(name, "int" | "bool")
}

/// Types whose objects take part in no arithmetic.
pub(super) fn has_no_operators(name: &str, op: BinaryOp) -> bool {
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
pub(super) fn never_fit(op: BinaryOp, a: &str, b: &str) -> bool {
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

pub(in crate::worlds::eval) fn ordering(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
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

pub(super) fn arithmetic(left: &Value, op: BinaryOp, right: &Value) -> Outcome {
    if let (Some(a), Some(b)) = (left.as_int(), right.as_int()) {
        return integers(a, op, b, left, right);
    }
    if let (Some(a), Some(b)) = (left.as_float(), right.as_float()) {
        return floats(a, op, b);
    }
    match (left, op, right) {
        (Value::Str(a), BinaryOp::Add, Value::Str(b)) if a.len() + b.len() > MAX_REPEATED => {
            Outcome::Is(Value::of_type("str"))
        }
        (Value::Bytes(a), BinaryOp::Add, Value::Bytes(b)) if a.len() + b.len() > MAX_REPEATED => {
            Outcome::Is(Value::of_type("bytes"))
        }
        (Value::Tuple(a), BinaryOp::Add, Value::Tuple(b)) if a.len() + b.len() > MAX_REPEATED => {
            Outcome::Is(Value::of_type("tuple"))
        }
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

pub(super) fn integers(a: i64, op: BinaryOp, b: i64, left: &Value, right: &Value) -> Outcome {
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

pub(super) fn repeated(values: &[Value], times: usize) -> Vec<Value> {
    std::iter::repeat_n(values, times).flatten().cloned().collect()
}

pub(super) fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

/// `float_pow` of CPython's `Objects/floatobject.c`.
pub(super) fn float_power(a: f64, b: f64) -> Outcome {
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

pub(super) fn floats(a: f64, op: BinaryOp, b: f64) -> Outcome {
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
