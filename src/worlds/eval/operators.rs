//! Operators on known values, and what they raise.

mod arithmetic;
mod formats;

use crate::syntax::ast::{BinaryOp, ExprId, UnaryOp};
use crate::worlds::builtins::c_functions::is_special_form;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;
pub(in crate::worlds) use arithmetic::MAX_REPEATED;
use arithmetic::{Outcome, arithmetic, has_no_operators, is_integer, never_fit, repeated};
pub(super) use arithmetic::{is_number, ordering};

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
        if let Some(value) = self.set_operation(left, op, right) {
            return Ok(value);
        }
        let outcome = match (self.sequence(left), self.sequence(right)) {
            (Some(a), Some(b)) if op == BinaryOp::Add => {
                let mut items = a;
                items.append(b);
                Outcome::Is(self.allocate(Object::List(items)))
            }
            (Some(items), None) if op == BinaryOp::Mult => self.repeat(&items, right),
            (None, Some(items)) if op == BinaryOp::Mult => self.repeat(&items, left),
            _ => arithmetic(left, op, right),
        };
        match outcome {
            Outcome::Is(value) => Ok(value),
            Outcome::Raises(class, reason) => Err(self.raise_builtin(class, reason)),
            Outcome::Unseen => {
                let result = self.unseen_binary(left, op, right, at)?;
                Ok(self.joined_flags(left, op, right).unwrap_or(result))
            }
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
        if let (BinaryOp::Mod, Value::Str(format)) = (op, left)
            && let Some(text) = formats::formatted(format, right)
        {
            return Ok(text);
        }
        let known = [left.type_name(), right.type_name()];
        match (op, known) {
            (BinaryOp::Mod, [Some("str"), _]) => {
                self.suppose_effects([right]);
                // The format decides; a literal format with its arguments rarely fails.
                let rarely = left.is_constant() && (right.is_constant() || right.is_outside());
                let risk = Risk::decided_by(rarely && right.is_outside());
                // `__str__` and `__repr__` of the module's own classes may raise anything.
                let is_plain = rarely || matches!(right.type_name(), Some("str" | "int" | "float"));
                let class = if is_plain { "TypeError" } else { "" };
                self.may_raise(class, risk, at, || "the format may not fit".to_owned());
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
                let minor = self.resolver.python.minor;
                if is_special_form(left, minor) || is_special_form(right, minor) {
                    let reason = "a form of `typing` without parameters is no type";
                    return Err(self.raise_builtin("TypeError", reason));
                }
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
        let outside = operands.iter().any(|operand| self.is_decided_outside(operand));
        self.suppose_effects(operands.iter().copied());
        let risk = Risk::decided_by(outside);
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
                    items.append(more);
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
