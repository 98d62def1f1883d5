//! `any`, `all`, `sum`, `min`, `max`, `sorted`.

use super::functions::sort;
use crate::syntax::ast::{BinaryOp, ExprId};
use crate::worlds::eval::Args;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;

impl Machine<'_> {
    pub(in crate::worlds) fn any_or_all(
        &mut self,
        any: bool,
        iterable: &Value,
        at: ExprId,
    ) -> Flow<Value> {
        let items = self.iterate(iterable, at)?;
        if !items.exact {
            return Ok(Value::of_type("bool"));
        }
        let mut unknown = false;
        for value in &items.values {
            match self.truth(value) {
                Some(holds) if holds == any => return Ok(Value::Bool(any)),
                Some(_) => {}
                None => unknown = true,
            }
        }
        Ok(if unknown { Value::of_type("bool") } else { Value::Bool(!any) })
    }

    pub(in crate::worlds) fn sum(&mut self, iterable: &Value, at: ExprId) -> Flow<Value> {
        let before = self.raises.len();
        let items = match self.exhaust(iterable, at) {
            Ok(items) => items,
            Err(stop) => {
                // What came before may have been no number.
                for raise in &mut self.raises[before..] {
                    raise.exception = Value::Unknown;
                    raise.class_name = None;
                }
                return Err(stop);
            }
        };
        if !items.exact {
            return self.unseen_builtin("sum", &Args::plain(vec![iterable.clone()]), at);
        }
        let mut total = Value::Int(0);
        for value in &items.values {
            if matches!(value, Value::Str(_)) {
                return Err(self.raise_builtin("TypeError", "sum() can't sum strings"));
            }
            total = self.binary(&total, BinaryOp::Add, value, at)?;
        }
        Ok(total)
    }

    pub(in crate::worlds) fn extreme(
        &mut self,
        largest: bool,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let values = match &args.positional[..] {
            [iterable] => self.exhaust(&iterable.clone(), at)?,
            values => Items::exactly(values.to_vec()),
        };
        let numbers: Option<Vec<i64>> = values.values.iter().map(Value::as_int).collect();
        let default = args.keywords.iter().find(|(name, _)| &**name == "default");
        match numbers {
            Some(numbers) if values.exact && args.keywords.is_empty() => {
                let extreme = if largest { numbers.iter().max() } else { numbers.iter().min() };
                match extreme {
                    Some(extreme) => Ok(Value::Int(*extreme)),
                    None => Err(self.raise_builtin("ValueError", "the argument is empty")),
                }
            }
            Some(numbers) if values.exact && numbers.is_empty() => match default {
                Some((_, default)) => Ok(default.clone()),
                None => Err(self.raise_builtin("ValueError", "the argument is empty")),
            },
            _ => self.unseen_builtin("max", args, at),
        }
    }

    pub(in crate::worlds) fn sorted(
        &mut self,
        iterable: &Value,
        args: &Args,
        at: ExprId,
    ) -> Flow<Value> {
        let items = match iterable {
            // The order is lost anyway: the members of a set are known well enough.
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Set(items)) => items.clone(),
                _ => self.exhaust(iterable, at)?,
            },
            _ => self.exhaust(iterable, at)?,
        };
        if let (true, Some(sorted)) = (items.exact && args.keywords.is_empty(), sort(&items.values))
        {
            return Ok(self.allocate(Object::List(Items::exactly(sorted))));
        }
        self.unseen_builtin("sorted", args, at)?;
        Ok(self.allocate(Object::List(Items::unknown())))
    }
}
