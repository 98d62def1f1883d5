//! Evaluating expressions.

mod arguments;
mod attributes;
pub(super) use attributes::returned;
mod calls;
pub(super) use calls::Args;
mod class_checks;
pub(super) use class_checks::is_new_type;
mod classes;
pub(super) use classes::super_of;
pub(super) use data_attributes::is_data;
mod comparisons;
mod comprehensions;
mod conditions;
mod data_attributes;
mod dataclasses;
pub(super) use dataclasses::ORDER;
mod descriptors;
pub(super) use descriptors::property_part;
mod effects;
mod entry_points;
mod environment;
mod generators;
mod membership;
mod module_attributes;
pub(super) use generators::{Generator, Source};
mod getters;
mod instances;
mod iteration;
mod named_tuples;
mod names;
mod narrowing;
mod operators;
mod protocols;
mod subscripts;
mod type_attributes;

use std::rc::Rc;
use std::sync::Arc;

pub(super) use self::operators::MAX_REPEATED;
use super::machine::{Flow, Machine, Risk};
use super::state::{Entries, Items, Object};
use super::value::Value;
use crate::program::visit;
use crate::syntax::ast::{Constant, ExprId, ExprKind, FStringPart};

impl Machine<'_> {
    /// Evaluates an expression. A path that raises is written down; the rest goes on.
    pub(super) fn expr(&mut self, id: ExprId) -> Flow<Value> {
        let program = Rc::clone(&self.program);
        let expr = program.ast().expr(id);
        match &expr.kind {
            ExprKind::Constant(constant) => Ok(constant_value(constant)),
            ExprKind::Name(name) => {
                let value = self.load_name(name, id)?;
                self.linked_value(value, id)
            }
            ExprKind::Attribute { value, attr } => {
                let object = self.expr(*value)?;
                self.stand_at(expr.span);
                let value = self.attribute(&object, &attr.name, id)?;
                self.linked_value(value, id)
            }
            ExprKind::Call { func, args, keywords } => self.call_expr(id, *func, args, keywords),
            ExprKind::Subscript { value, index } => {
                let object = self.expr(*value)?;
                let slice = self.slice_bounds(*index)?;
                let index = match slice {
                    Some(_) => Value::Opaque(Some("slice")),
                    None => self.expr(*index)?,
                };
                self.stand_at(expr.span);
                match slice.flatten().and_then(|bounds| self.sliced(&object, Some(bounds))) {
                    Some(part) => Ok(part),
                    None => self.item(&object, &index, id),
                }
            }
            ExprKind::Tuple(items) => Ok(self.elements(items, id)?.into_tuple()),
            ExprKind::List(items) => {
                let items = self.elements(items, id)?;
                Ok(self.allocate(Object::List(items)))
            }
            ExprKind::Set(items) => {
                let items = self.elements(items, id)?;
                for item in &items.values {
                    self.hash_value(item, id)?;
                }
                Ok(self.make_set(items))
            }
            ExprKind::Dict { keys, values } => self.dict_display(keys, values, id),
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values),
            ExprKind::UnaryOp { op, operand } => self.unary(*op, *operand, id),
            ExprKind::BinOp { left, op, right } => {
                let left = self.expr(*left)?;
                let right = self.expr(*right)?;
                self.stand_at(expr.span);
                self.binary(&left, *op, &right, id)
            }
            ExprKind::Compare { left, ops, comparators } => {
                self.compare(*left, ops, comparators, id)
            }
            ExprKind::IfExp { test, body, orelse } => {
                let (body, orelse) = (*body, *orelse);
                self.condition_value(*test, |machine, holds| {
                    machine.expr(if holds { body } else { orelse })
                })
            }
            ExprKind::Named { target, value } => {
                let value = self.expr(*value)?;
                self.bind_walrus(&target.name, value.clone(), target.span);
                Ok(value)
            }
            ExprKind::Lambda(lambda) => self.lambda_value(id, &lambda.params),
            ExprKind::ListComp(comp)
            | ExprKind::SetComp(comp)
            | ExprKind::DictComp(comp)
            | ExprKind::GeneratorExp(comp) => self.comprehension(id, comp),
            ExprKind::JoinedStr(parts) => self.joined_str(parts, id),
            ExprKind::TemplateStr(parts) => {
                self.template(parts)?;
                Ok(Value::Opaque(None))
            }
            ExprKind::Starred(inner) => self.expr(*inner),
            ExprKind::Slice { .. } => {
                let mut parts = Vec::new();
                visit::child_exprs(program.ast(), id, &mut |part| parts.push(part));
                for part in parts {
                    self.expr(part)?;
                }
                Ok(Value::Opaque(Some("slice")))
            }
            ExprKind::Await(value) => {
                self.expr(*value)?;
                Ok(Value::Unknown)
            }
            ExprKind::YieldFrom(value) => {
                let iterable = self.expr(*value)?;
                let items = self.iterate(&iterable, id)?;
                self.yield_items(items);
                Ok(Value::Opaque(None))
            }
            ExprKind::Yield(value) => {
                let item = value.map_or(Ok(Value::None), |value| self.expr(value))?;
                Ok(self.yield_items(Items::exactly(vec![item])))
            }
        }
    }

    /// The items of a display, `*iterable` spread out.
    fn elements(&mut self, items: &[ExprId], at: ExprId) -> Flow<Items> {
        let mut values = Vec::with_capacity(items.len());
        let mut exact = true;
        for &item in items {
            if let ExprKind::Starred(inner) = self.program.ast().expr(item).kind {
                let iterable = self.expr(inner)?;
                let spread = self.exhaust(&iterable, at)?;
                exact &= spread.exact;
                values.extend(spread.values);
            } else {
                values.push(self.expr(item)?);
            }
        }
        Ok(if exact { Items::exactly(values) } else { Items::unknown() })
    }

    fn dict_display(
        &mut self,
        keys: &[Option<ExprId>],
        values: &[ExprId],
        at: ExprId,
    ) -> Flow<Value> {
        let mut entries = Entries::exactly(Vec::new());
        let mut pairs: Vec<(Value, Value)> = Vec::new();
        for (key, &value) in keys.iter().zip(values) {
            match key {
                Some(key) => {
                    let key = self.expr(*key)?;
                    self.hash_value(&key, at)?;
                    let value = self.expr(value)?;
                    pairs.push((key, value));
                }
                None => {
                    let mapping = self.expr(value)?;
                    match self.mapping_entries(&mapping, at)? {
                        Some(more) => pairs.extend(more),
                        None => entries.exact = false,
                    }
                }
            }
        }
        entries.extend(pairs);
        Ok(self.allocate(Object::Dict(entries)))
    }

    /// The pairs of a mapping, where they are known.
    pub(super) fn mapping_entries(
        &mut self,
        mapping: &Value,
        at: ExprId,
    ) -> Flow<Option<Vec<(Value, Value)>>> {
        match mapping {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Dict(entries)) => Ok(entries.exact.then(|| entries.pairs.clone())),
                Some(Object::Instance(_)) => {
                    if let Some(contents) = self.contents(mapping) {
                        return self.mapping_entries(&contents, at);
                    }
                    self.may_raise("TypeError", Risk::Inside, at, || {
                        "this may be no mapping".into()
                    });
                    Ok(None)
                }
                _ => Err(self.raise_builtin("TypeError", "this is not a mapping")),
            },
            Value::Attributes(id) => Ok(self.own_entries(*id)),
            Value::Globals => Ok(None),
            value if value.is_outside() || matches!(value, Value::Opaque(_) | Value::Union(_)) => {
                let risk = if value.is_outside() { Risk::Outside } else { Risk::Inside };
                if value.type_name() != Some("dict") {
                    self.may_raise("TypeError", risk, at, || "this may be no mapping".into());
                }
                Ok(None)
            }
            _ => Err(self.raise_builtin("TypeError", "this is not a mapping")),
        }
    }

    fn joined_str(&mut self, parts: &[FStringPart], at: ExprId) -> Flow<Value> {
        let mut text = Some(String::new());
        for part in parts {
            match part {
                FStringPart::Literal(literal) => {
                    if let Some(text) = &mut text {
                        text.push_str(literal);
                    }
                }
                FStringPart::Field { value, conversion, spec } => {
                    let value = self.expr(*value)?;
                    self.template(spec)?;
                    let plain = conversion.is_none() && spec.is_empty();
                    let shown = if plain { self.plain_str(&value) } else { None };
                    if let Some(conversion) = conversion {
                        self.converted(&value, *conversion, spec, at)?;
                    } else if shown.is_none() {
                        self.check_format(&value, spec, at)?;
                    }
                    text = text.zip(shown).map(|(text, shown)| text + &shown);
                }
            }
        }
        let text = text.filter(|text| text.len() <= MAX_REPEATED);
        Ok(text.map_or(Value::of_type("str"), |text| Value::Str(Arc::from(text))))
    }

    /// `!r`, `!s`, `!a`: the value is shown, then the text is formatted.
    fn converted(
        &mut self,
        value: &Value,
        conversion: char,
        spec: &[FStringPart],
        at: ExprId,
    ) -> Flow<()> {
        let methods: &[&str] =
            if conversion == 's' { &["__str__", "__repr__"] } else { &["__repr__"] };
        if self.own_text(value, methods, at)?.is_none() && self.has_own_format(value) {
            self.suppose_effects([value]);
            self.may_raise("", Risk::Inside, at, || "showing the value may fail".to_owned());
        }
        self.check_format(&Value::of_type("str"), spec, at)
    }

    /// Formatting what is known without a spec never raises; the rest may.
    fn check_format(&mut self, value: &Value, spec: &[FStringPart], at: ExprId) -> Flow<()> {
        if let ([FStringPart::Literal(spec)], Value::Int(_) | Value::Float(_)) = (spec, value)
            && is_plain_number_spec(spec, matches!(value, Value::Float(_)))
        {
            return Ok(());
        }
        if spec.is_empty()
            && self.own_text(value, &["__format__", "__str__", "__repr__"], at)?.is_some()
        {
            return Ok(());
        }
        let own = self.has_own_format(value);
        if own {
            self.suppose_effects([value]);
        }
        if own || (!spec.is_empty() && !value.is_outside()) {
            self.may_raise("", Risk::Inside, at, || "formatting the value may fail".to_owned());
        } else if !spec.is_empty() {
            self.may_raise("", Risk::Outside, at, || "formatting the value may fail".to_owned());
        }
        Ok(())
    }

    fn template(&mut self, parts: &[FStringPart]) -> Flow<()> {
        let mut exprs = Vec::new();
        visit::part_exprs(parts, &mut |expr| exprs.push(expr));
        for expr in exprs {
            self.expr(expr)?;
        }
        Ok(())
    }

    /// `str(value)` of a simple constant.
    pub(super) fn plain_str(&self, value: &Value) -> Option<String> {
        match value {
            Value::Str(text) => Some(text.to_string()),
            Value::Int(number) => Some(number.to_string()),
            Value::Bool(true) => Some("True".to_owned()),
            Value::Bool(false) => Some("False".to_owned()),
            Value::None => Some("None".to_owned()),
            _ => None,
        }
    }

    pub(super) fn make_set(&mut self, items: Items) -> Value {
        self.allocate(Object::Set(items.unique()))
    }
}

impl Items {
    /// The items of a set that is made of these; unknown where some of them may be the same.
    pub(super) fn unique(self) -> Items {
        let mut unique: Vec<Value> = Vec::new();
        for value in self.values {
            let equal: Vec<_> = unique.iter().map(|known| known.equals(&value)).collect();
            if equal.contains(&Some(true)) {
                continue;
            }
            if equal.contains(&None) && !value.is_constant() {
                return Items::unknown();
            }
            unique.push(value);
        }
        Items { values: unique, exact: self.exact }
    }

    fn into_tuple(self) -> Value {
        if self.exact { Value::tuple(self.values) } else { Value::Opaque(Some("tuple")) }
    }
}

fn constant_value(constant: &Constant) -> Value {
    match constant {
        Constant::None => Value::None,
        Constant::True => Value::Bool(true),
        Constant::False => Value::Bool(false),
        Constant::Ellipsis => Value::Ellipsis,
        Constant::Int(value) => Value::Int(*value),
        Constant::BigInt(_) => Value::of_type("int"),
        Constant::Float(value) => Value::Float(*value),
        Constant::Complex(_) => Value::of_type("complex"),
        Constant::Str(text) => Value::Str(Arc::clone(text)),
        Constant::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
    }
}

/// A width, a precision and a type that every number takes.
fn is_plain_number_spec(spec: &str, is_float: bool) -> bool {
    /// More digits than this may be more than can be formatted.
    const MOST_DIGITS: usize = 3;
    let (width, rest) = leading_digits(spec);
    let (precision, kind) = match rest.strip_prefix('.') {
        Some(rest) => leading_digits(rest),
        None => ("0", rest),
    };
    let without_kind = kind.is_empty() && (is_float || !rest.starts_with('.'));
    let known = without_kind || ["f", "e", "g", "%"].contains(&kind);
    known && (1..=MOST_DIGITS).contains(&precision.len()) && width.len() <= MOST_DIGITS
}

fn leading_digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(end)
}
