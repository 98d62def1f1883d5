//! Operations on sets of which all is known.

use crate::syntax::ast::{BinaryOp, ExprId};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::Value;

/// Items of two sets are compared as long as there are no more pairs than this.
const MAX_COMPARED: usize = 100_000;

impl Machine<'_> {
    /// `left op right` of two sets, where each of their items is known to be in both or not.
    pub(in crate::worlds) fn set_operation(
        &mut self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
    ) -> Option<Value> {
        let (left, right) = (self.exact_set(left)?, self.exact_set(right)?);
        let made = self.set_operation_on(&left, op, &right)?;
        Some(self.allocate(Object::Set(made)))
    }

    /// The items of an iterable for what does not depend on their order, as that of a set is not
    /// known.
    pub(in crate::worlds) fn in_any_order(&mut self, value: &Value, at: ExprId) -> Flow<Items> {
        match self.exact_set(value) {
            Some(items) => Ok(items),
            None => self.exhaust(value, at),
        }
    }

    /// As [`Self::set_operation`], of items.
    pub(super) fn set_operation_on(
        &mut self,
        left: &Items,
        op: BinaryOp,
        right: &Items,
    ) -> Option<Items> {
        let too_many = left.values.len() * right.values.len() > MAX_COMPARED;
        if !left.exact || !right.exact || too_many {
            return None;
        }
        let mut kept = Vec::new();
        for item in &left.values {
            let is_there = self.is_among(item, right)?;
            let is_kept = match op {
                BinaryOp::BitAnd => is_there,
                BinaryOp::Sub | BinaryOp::BitXor => !is_there,
                BinaryOp::BitOr => true,
                _ => return None,
            };
            if is_kept {
                kept.push(item.clone());
            }
        }
        if matches!(op, BinaryOp::BitOr | BinaryOp::BitXor) {
            for item in &right.values {
                if !self.is_among(item, left)? {
                    kept.push(item.clone());
                }
            }
        }
        // What is on the right need not be a set.
        Some(Items::exactly(kept).unique())
    }

    fn is_among(&mut self, item: &Value, items: &Items) -> Option<bool> {
        let mut known = Some(false);
        for other in &items.values {
            match self.values_equal(other, item) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => known = None,
            }
        }
        known
    }

    fn exact_set(&self, value: &Value) -> Option<Items> {
        let Value::Object(id) = value else { return None };
        match self.state.object(*id)? {
            Object::Set(items) if items.exact => Some(items.clone()),
            _ => None,
        }
    }
}
