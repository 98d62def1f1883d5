//! Binding and unbinding: names, attributes, subscripts, unpacking.

use crate::program::ScopeKind;
use crate::simulation::BindingKind;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Name};
use crate::text::span::Span;
use crate::worlds::function::Local;
use crate::worlds::machine::{Active, Flow, Machine, Risk};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{ObjectId, Value};

/// Where a name of the executing scope lives.
enum Place {
    Global,
    Frame(ObjectId),
}

impl Machine<'_> {
    fn place(&self, active: &Active, name: &Name) -> Place {
        let (Some(frame), Some(scope)) = (active.frame, &active.scope) else {
            return Place::Global;
        };
        if scope.globals.contains(name) {
            return Place::Global;
        }
        if scope.nonlocals.contains(name) {
            return self.enclosing_place(&active.closure, name);
        }
        Place::Frame(frame)
    }

    fn enclosing_place(&self, closure: &[ObjectId], name: &Name) -> Place {
        let owner = closure.iter().rev().find(|&&frame| match self.state.object(frame) {
            Some(Object::Frame(frame)) => frame.scope.locals.contains(name),
            _ => false,
        });
        owner.map_or(Place::Global, |&frame| Place::Frame(frame))
    }

    /// Binds a name in the scope that executes.
    pub(in crate::worlds) fn bind_name(
        &mut self,
        name: &Name,
        value: Value,
        span: Span,
        kind: BindingKind,
    ) {
        match self.place(self.here(), name) {
            Place::Global => self.bind_global(name, value, span, kind),
            Place::Frame(frame) => {
                self.set_local(frame, name, Local { value, maybe_unbound: false })
            }
        }
    }

    /// Binds the target of `:=`, which a comprehension leaves to the scope around it (PEP 572).
    pub(in crate::worlds) fn bind_walrus(&mut self, name: &Name, value: Value, span: Span) {
        let around = |active: &&Active| active.kind != ScopeKind::Comprehension;
        let Some(active) = self.active.iter().rev().find(around) else { return };
        match self.place(active, name) {
            Place::Global => self.bind_global(name, value, span, BindingKind::Variable),
            Place::Frame(frame) => {
                self.set_local(frame, name, Local { value, maybe_unbound: false })
            }
        }
    }

    pub(in crate::worlds) fn set_local(&mut self, frame: ObjectId, name: &Name, local: Local) {
        if let Some(Object::Frame(frame)) = self.state.object_mut(frame) {
            frame.locals.set_local(name.clone(), local);
        }
    }

    /// Unbinds a name if it is bound, without complaint.
    pub(super) fn forget_name(&mut self, name: &Name) {
        match self.place(self.here(), name) {
            Place::Global => self.unbind_global(name),
            Place::Frame(frame) => {
                if let Some(Object::Frame(frame)) = self.state.object_mut(frame) {
                    frame.locals.remove(name);
                }
            }
        }
    }

    /// Assigns to a target of any shape.
    pub(in crate::worlds) fn assign(&mut self, target: ExprId, value: Value) -> Flow<()> {
        let program = std::rc::Rc::clone(&self.program);
        let expr = program.ast().expr(target);
        match &expr.kind {
            ExprKind::Name(name) => {
                self.bind_name(name, value, expr.span, BindingKind::Variable);
                Ok(())
            }
            ExprKind::Starred(inner) => self.assign(*inner, value),
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                let values = self.unpack(&value, targets, target)?;
                for (&target, value) in targets.iter().zip(values) {
                    self.assign(target, value)?;
                }
                Ok(())
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(*object)?;
                self.set_attribute(&object, &attr.name, value, target)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(*object)?;
                let index = self.expr(*index)?;
                self.set_item(&object, &index, value, target)
            }
            _ => Ok(()),
        }
    }

    /// The values for each of several targets, at most one of them starred.
    fn unpack(&mut self, value: &Value, targets: &[ExprId], at: ExprId) -> Flow<Vec<Value>> {
        let star = targets.iter().position(|&target| {
            matches!(self.program.ast().expr(target).kind, ExprKind::Starred(_))
        });
        let items = self.iterate(value, at)?;
        self.ran(at);
        let needed = targets.len() - usize::from(star.is_some());
        if !items.exact {
            let outside = value.is_outside();
            let risk = if outside { Risk::Environment } else { Risk::Inside };
            self.may_raise("ValueError", risk, at, || {
                format!("there may not be {needed} values to unpack")
            });
            let unknown = self.any_item(&items, outside);
            return Ok(targets
                .iter()
                .enumerate()
                .map(|(index, _)| match star {
                    Some(star) if star == index => self.allocate(Object::List(Items::unknown())),
                    _ => unknown.clone(),
                })
                .collect());
        }
        let given = items.values.len();
        let fits = if star.is_some() { given >= needed } else { given == needed };
        if !fits {
            let reason = format!("{given} values cannot be unpacked into {needed}");
            return Err(self.raise_builtin("ValueError", reason));
        }
        let Some(star) = star else { return Ok(items.values) };
        let mut values = items.values;
        let after = needed - star;
        let rest = values.drain(star..given - after).collect();
        let rest = self.allocate(Object::List(Items::exactly(rest)));
        values.insert(star, rest);
        Ok(values)
    }

    pub(super) fn aug_assign(&mut self, target: ExprId, op: BinaryOp, value: ExprId) -> Flow<()> {
        let program = std::rc::Rc::clone(&self.program);
        let expr = program.ast().expr(target);
        match &expr.kind {
            ExprKind::Name(name) => {
                let old = self.load_name(name, target)?;
                let operand = self.expr(value)?;
                let new = self.in_place(&old, op, &operand, target)?;
                self.note_rebind(name, target, target);
                self.bind_name(name, new, expr.span, BindingKind::Variable);
                Ok(())
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(*object)?;
                let old = self.attribute(&object, &attr.name, target)?;
                let operand = self.expr(value)?;
                let new = self.in_place(&old, op, &operand, target)?;
                self.set_attribute(&object, &attr.name, new, target)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(*object)?;
                let index = self.expr(*index)?;
                let old = self.item(&object, &index, target)?;
                let operand = self.expr(value)?;
                let new = self.in_place(&old, op, &operand, target)?;
                self.set_item(&object, &index, new, target)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn ann_assign(
        &mut self,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    ) -> Flow<()> {
        if let Some(value) = value {
            let value = self.expr(value)?;
            self.assign(target, value)?;
        }
        let in_function = !matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        let is_name = matches!(self.program.ast().expr(target).kind, ExprKind::Name(_));
        if self.program.lazy_annotations || (in_function && is_name) {
            return Ok(());
        }
        let annotated = self.expr(annotation);
        debug_assert!(!simple || is_name);
        annotated.map(drop)
    }

    pub(super) fn delete(&mut self, target: ExprId) -> Flow<()> {
        let program = std::rc::Rc::clone(&self.program);
        let expr = program.ast().expr(target);
        match &expr.kind {
            ExprKind::Name(name) => self.delete_name(name, target),
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                targets.iter().try_for_each(|&target| self.delete(target))
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(*object)?;
                self.delete_attribute(&object, &attr.name, target)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(*object)?;
                let index = self.expr(*index)?;
                self.delete_item(&object, &index, target)
            }
            _ => Ok(()),
        }
    }

    fn delete_name(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        match self.place(self.here(), name) {
            Place::Global => self.delete_global(name, at),
            Place::Frame(frame) => {
                let class = match self.here().kind {
                    ScopeKind::Class => "NameError",
                    _ => "UnboundLocalError",
                };
                let Some(Object::Frame(locals)) = self.state.object(frame) else { return Ok(()) };
                match locals.locals.get(name).map(|local| local.maybe_unbound) {
                    None => return Err(self.raise_builtin(class, format!("`{name}` is not bound"))),
                    Some(true) => self.may_raise(class, Risk::Inside, at, || {
                        format!("`{name}` may not be bound")
                    }),
                    Some(false) => {}
                }
                self.forget_name(name);
                Ok(())
            }
        }
    }

    pub(in crate::worlds) fn delete_global(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        self.note_read(name, at);
        let symbol = self.symbol(name);
        match self.state.global(symbol).map(|slot| slot.maybe_unbound) {
            None if self.state.unseen => {
                self.may_raise("NameError", Risk::Environment, at, || {
                    format!("`{name}` may be unbound")
                });
                Ok(())
            }
            None => {
                let reason = format!("`{name}` is not bound in any world here");
                Err(self.raise_builtin("NameError", reason))
            }
            Some(maybe_unbound) => {
                if maybe_unbound {
                    self.may_raise("NameError", Risk::Inside, at, || {
                        format!("`{name}` may not be bound here")
                    });
                }
                self.unbind_global(name);
                Ok(())
            }
        }
    }

    pub(in crate::worlds) fn set_attribute(
        &mut self,
        object: &Value,
        name: &Name,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let span = self.program.ast().expr(at).span;
        match object {
            Value::ThisModule => {
                self.bind_global(name, value, span, BindingKind::Variable);
                Ok(())
            }
            Value::Object(id) => self.set_object_attribute(*id, name, value, at),
            Value::Unknown | Value::Opaque(_) | Value::Function(_) | Value::Union(_) => {
                let risk = if object.is_outside() { Risk::Environment } else { Risk::Inside };
                if !matches!(object, Value::Function(_)) {
                    self.ran(at);
                    self.may_raise("AttributeError", risk, at, || {
                        format!("attribute `{name}` may not be assignable")
                    });
                }
                Ok(())
            }
            Value::External(_) | Value::Returned(_) | Value::Module(_) => {
                self.ran(at);
                Ok(())
            }
            _ => {
                let reason = format!("attribute `{name}` cannot be set on this object");
                let class =
                    if matches!(object, Value::Type(_)) { "TypeError" } else { "AttributeError" };
                Err(self.raise_builtin(class, reason))
            }
        }
    }

    fn set_object_attribute(
        &mut self,
        id: ObjectId,
        name: &Name,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let object = Value::Object(id);
        let is_instance = matches!(self.state.object(id), Some(Object::Instance(_)));
        if is_instance && let Some(setter) = self.special(&object, "__setattr__") {
            return self.call(&setter, vec![Value::str(name), value], at).map(drop);
        }
        match self.state.object_mut(id) {
            Some(Object::Instance(instance))
                if !instance.is_opaque && matches!(instance.class, Value::Type("object")) =>
            {
                let reason = format!("attribute `{name}` cannot be set on a plain `object`");
                return Err(self.raise_builtin("AttributeError", reason));
            }
            Some(Object::Instance(instance)) => instance.attributes.set(name.clone(), value),
            Some(Object::Class(class)) => class.namespace.set(name.clone(), value),
            _ => {
                let reason = format!("attribute `{name}` cannot be set on this object");
                return Err(self.raise_builtin("AttributeError", reason));
            }
        }
        Ok(())
    }

    fn delete_attribute(&mut self, object: &Value, name: &Name, at: ExprId) -> Flow<()> {
        if let Value::ThisModule = object {
            return self.delete_global(name, at);
        }
        let removed = match object {
            Value::Object(id) => match self.state.object_mut(*id) {
                Some(Object::Instance(instance)) => {
                    Some(instance.attributes.remove(name) || instance.is_opaque)
                }
                Some(Object::Class(class)) => Some(class.namespace.remove(name) || class.is_opaque),
                _ => Some(false),
            },
            _ => None,
        };
        match removed {
            Some(true) => Ok(()),
            Some(false) => {
                Err(self.raise_builtin("AttributeError", format!("there is no attribute `{name}`")))
            }
            None => {
                let risk = if object.is_outside() { Risk::Environment } else { Risk::Inside };
                self.may_raise("AttributeError", risk, at, || format!("`{name}` may not be there"));
                Ok(())
            }
        }
    }

    pub(in crate::worlds) fn set_item(
        &mut self,
        object: &Value,
        index: &Value,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        let span = self.program.ast().expr(at).span;
        self.ran(at);
        match object {
            Value::Globals => {
                match index {
                    Value::Str(name) => {
                        self.bind_global(&Name::clone(name), value, span, BindingKind::Variable);
                    }
                    _ => self.see_nothing(span, "a name is computed and set through `globals()`"),
                }
                Ok(())
            }
            Value::Object(id) => self.set_object_item(*id, index, value, at),
            Value::Unknown
            | Value::Opaque(_)
            | Value::Union(_)
            | Value::External(_)
            | Value::Returned(_)
            | Value::Module(_) => {
                let risk = if object.is_outside() { Risk::Environment } else { Risk::Inside };
                let text = self.excerpt(span);
                self.may_raise("", risk, at, || format!("`{text}` may not be assignable"));
                Ok(())
            }
            _ => {
                let reason = "the object does not support item assignment";
                Err(self.raise_builtin("TypeError", reason))
            }
        }
    }

    fn set_object_item(
        &mut self,
        id: ObjectId,
        index: &Value,
        value: Value,
        at: ExprId,
    ) -> Flow<()> {
        if self.is_unhashable(index) == Some(true)
            && matches!(self.state.object(id), Some(Object::Dict(_)))
        {
            return Err(self.raise_builtin("TypeError", "the key is not hashable"));
        }
        match self.state.object_mut(id) {
            Some(Object::Dict(entries)) => {
                if index.is_constant() || entries.exact {
                    entries.set(index.clone(), value);
                } else {
                    *entries = Entries::unknown();
                }
                Ok(())
            }
            Some(Object::List(items)) => {
                let length = items.values.len() as i64;
                match (index.as_int(), items.exact) {
                    (Some(position), true) if (-length..length).contains(&position) => {
                        let position = if position < 0 { position + length } else { position };
                        items.values[position as usize] = value;
                        Ok(())
                    }
                    (Some(_), true) => {
                        Err(self.raise_builtin("IndexError", "the index is out of range"))
                    }
                    _ => {
                        *items = Items::unknown();
                        self.may_raise("", Risk::Inside, at, || "the index may not fit".to_owned());
                        Ok(())
                    }
                }
            }
            Some(Object::Instance(_) | Object::Class(_)) => {
                let object = Value::Object(id);
                match self.special(&object, "__setitem__") {
                    Some(setter) => self.call(&setter, vec![index.clone(), value], at).map(drop),
                    None if self.has_unseen_attributes(&object) => Ok(()),
                    None => {
                        let reason = "the object does not support item assignment";
                        Err(self.raise_builtin("TypeError", reason))
                    }
                }
            }
            _ => Err(self.raise_builtin("TypeError", "the object has no items to assign to")),
        }
    }

    fn delete_item(&mut self, object: &Value, index: &Value, at: ExprId) -> Flow<()> {
        self.ran(at);
        match object {
            Value::Globals => match index {
                Value::Str(name) => self.delete_global_key(&Name::clone(name), at),
                _ => {
                    let span = self.program.ast().expr(at).span;
                    self.see_nothing(span, "a name is computed and removed through `globals()`");
                    Ok(())
                }
            },
            Value::Object(id) => {
                // The read says whether the item is there, and what raises where it is not.
                self.item(object, index, at)?;
                match self.state.object_mut(*id) {
                    Some(Object::Dict(entries)) if entries.exact => {
                        entries.pairs.retain(|(key, _)| key.equals(index) != Some(true));
                    }
                    Some(Object::List(items)) if items.exact => match index.as_int() {
                        Some(position) => {
                            let length = items.values.len() as i64;
                            let position = if position < 0 { position + length } else { position };
                            if (0..length).contains(&position) {
                                items.values.remove(position as usize);
                            }
                        }
                        None => *items = Items::unknown(),
                    },
                    Some(Object::Dict(entries)) => *entries = Entries::unknown(),
                    Some(Object::List(items)) => *items = Items::unknown(),
                    _ => {}
                }
                Ok(())
            }
            _ => {
                let risk = if object.is_outside() { Risk::Environment } else { Risk::Inside };
                self.may_raise("", risk, at, || "the item may not be there".to_owned());
                Ok(())
            }
        }
    }

    fn delete_global_key(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        let symbol = self.symbol(name);
        match self.state.global(symbol).map(|slot| slot.maybe_unbound) {
            None if !self.state.unseen => {
                Err(self.raise_builtin("KeyError", format!("`{name}` is not bound here")))
            }
            None | Some(true) => {
                self.may_raise("KeyError", Risk::Inside, at, || format!("`{name}` may be unbound"));
                self.unbind_global(name);
                Ok(())
            }
            Some(false) => {
                self.unbind_global(name);
                Ok(())
            }
        }
    }
}
