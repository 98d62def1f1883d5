//! Whether classes can be bases of one class.

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::types;
use crate::worlds::function::{Class, Local};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::Value;

impl Machine<'_> {
    pub(super) fn is_complete_enum(&self, base: &Value) -> bool {
        match base {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => has_members(class),
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether classes can be bases together: an order of resolution and a layout.
    pub(super) fn check_bases(&mut self, bases: &[Value], at: Option<ExprId>) -> Flow<()> {
        if bases.len() < 2 {
            return Ok(());
        }
        for (index, base) in bases.iter().enumerate() {
            let is_class = matches!(base, Value::Type(_)) || self.is_class(base);
            let is_dropped = self.linked.is_some() && matches!(base, Value::Type("object"));
            if is_class && !is_dropped && bases[..index].iter().any(|earlier| earlier.same(base)) {
                return Err(self.raise_builtin("TypeError", "a base class is there twice"));
            }
        }
        if !bases.iter().all(|base| self.has_seen_bases(base)) {
            return Ok(());
        }
        if self.linked.is_none() && self.resolution_order(bases).is_none() {
            let reason = "the bases have no consistent method resolution order";
            return Err(self.raise_builtin("TypeError", reason));
        }
        let mut layouts: Vec<&str> = Vec::new();
        for base in bases {
            let builtin = self.builtin_ancestor(base);
            let known = layouts.iter().any(|known| {
                types::is_subclass(known, builtin) || types::is_subclass(builtin, known)
            });
            if builtin != "object" && !known {
                layouts.push(builtin);
            }
        }
        if layouts.len() < 2 {
            return Ok(());
        }
        // Most exception classes share a layout; some hold more than others.
        if layouts.iter().all(|name| types::is_exception(name)) {
            if let Some(at) = at {
                self.may_raise("TypeError", Risk::Inside, at, || {
                    "the bases may not fit together".to_owned()
                });
            }
            return Ok(());
        }
        Err(self.raise_builtin("TypeError", "the layouts of the bases do not fit together"))
    }

    /// Whether every class that a class derives from is builtin or the module's own.
    fn has_seen_bases(&self, class: &Value) -> bool {
        match class {
            Value::Type(_) => true,
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => {
                    !class.from_outside && class.bases.iter().all(|base| self.has_seen_bases(base))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The C3 linearisation of bases (`mro_implementation`); None where there is none.
    pub(in crate::worlds) fn resolution_order(&self, bases: &[Value]) -> Option<Vec<Value>> {
        let mut sequences: Vec<Vec<Value>> = Vec::new();
        for base in bases {
            let mut order = vec![base.clone()];
            let own_bases: Vec<Value> = match base {
                Value::Object(id) => match self.state.object(*id) {
                    Some(Object::Class(class)) if class.bases.is_empty() => {
                        vec![Value::Type("object")]
                    }
                    Some(Object::Class(class)) => class.bases.to_vec(),
                    _ => Vec::new(),
                },
                Value::Type(name) => types::bases(name).map(Value::Type).collect(),
                _ => Vec::new(),
            };
            order.extend(self.resolution_order(&own_bases)?);
            sequences.push(order);
        }
        sequences.push(bases.to_vec());
        let mut merged = Vec::new();
        loop {
            sequences.retain(|sequence| !sequence.is_empty());
            if sequences.is_empty() {
                return Some(merged);
            }
            let is_free = |candidate: &Value| {
                !sequences.iter().any(|rest| rest[1..].iter().any(|class| class.same(candidate)))
            };
            let next = sequences.iter().map(|rest| rest[0].clone()).find(is_free)?;
            for sequence in &mut sequences {
                if sequence[0].same(&next) {
                    sequence.remove(0);
                }
            }
            merged.push(next);
        }
    }
}

/// Whether a class is plainly an enumeration that has members.
fn has_members(class: &Class) -> bool {
    let is_enum = class.bases.iter().any(|base| match base {
        Value::External(base) => {
            &*base.module == "enum"
                && matches!(&*base.attribute, "Enum" | "IntEnum" | "Flag" | "IntFlag" | "StrEnum")
        }
        _ => false,
    });
    let is_member = |(name, local): &(Name, Local)| {
        let is_auto = match &local.value {
            Value::Returned(returned) => {
                (&*returned.callee.module, &*returned.callee.attribute) == ("enum", "auto")
            }
            _ => false,
        };
        let is_value = is_auto || local.value.is_constant();
        !name.starts_with('_') && !local.maybe_unbound && is_value
    };
    is_enum && class.namespace.iter().any(is_member)
}
