//! Binding and unbinding: names, attributes, subscripts, unpacking.

use crate::program::ScopeKind;
use crate::simulation::BindingKind;
use crate::syntax::ast::{BinaryOp, ExprId, ExprKind, Name};
use crate::text::span::Span;
use crate::worlds::function::Local;
use crate::worlds::machine::{Active, Flow, Machine, Risk};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::{Items, Object};
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
        let needed = targets.len() - usize::from(star.is_some());
        let purpose = Purpose::Unpacked(needed, star.is_some());
        self.used_for(purpose, at);
        if !items.exact {
            let outside = value.is_outside();
            let risk = Risk::decided_by(outside);
            self.may_refuse(purpose, "ValueError", risk, at, || {
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
    ) -> Flow<()> {
        if let Some(value) = value {
            let value = self.expr(value)?;
            self.assign(target, value)?;
        }
        let in_function = !matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        if self.program.lazy_annotations || self.linked.is_some() || in_function {
            return Ok(());
        }
        self.expr(annotation).map(drop)
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
                let name = Value::Str(attr.name.clone());
                self.known_operation(&object, "__delattr__", Some(&name), target)?;
                self.delete_attribute(&object, &attr.name, target)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(*object)?;
                let index = self.expr(*index)?;
                self.known_operation(&object, "__delitem__", Some(&index), target)?;
                self.delete_item(&object, &index, target)
            }
            _ => Ok(()),
        }
    }

    fn delete_name(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        match self.place(self.here(), name) {
            Place::Global => self.delete_global(name, at),
            Place::Frame(frame) => {
                let is_own = self.here().frame == Some(frame);
                let class = match self.here().kind {
                    ScopeKind::Class => "NameError",
                    _ if !is_own => "NameError",
                    _ => "UnboundLocalError",
                };
                let Some(Object::Frame(locals)) = self.state.object(frame) else { return Ok(()) };
                match locals.locals.get(name).map(|local| local.maybe_unbound) {
                    None => return Err(self.raise_builtin(class, format!("`{name}` is not bound"))),
                    Some(true) => {
                        self.may_refuse(Purpose::Deleted, class, Risk::Inside, at, || {
                            format!("`{name}` may not be bound")
                        })
                    }
                    Some(false) => {}
                }
                self.forget_name(name);
                Ok(())
            }
        }
    }

    fn delete_global(&mut self, name: &Name, at: ExprId) -> Flow<()> {
        self.unbind(name, "NameError", at)
    }

    /// Unbinds a module name; where it is not bound, this raises `class`.
    pub(in crate::worlds) fn unbind(
        &mut self,
        name: &Name,
        class: &'static str,
        at: ExprId,
    ) -> Flow<()> {
        self.note_read(name, at);
        let symbol = self.symbol(name);
        match self.state.global(symbol).map(|slot| slot.maybe_unbound) {
            None if self.bind_submodule(name) => {
                self.unbind_global(name);
                Ok(())
            }
            None if self.may_be_bound_unseen(name) => {
                let reason = || format!("`{name}` may be unbound");
                self.may_refuse(Purpose::Deleted, class, Risk::Environment, at, reason);
                Ok(())
            }
            None => {
                let reason = format!("`{name}` is not bound in any world here");
                Err(self.raise_lacking(name, class, reason))
            }
            Some(maybe_unbound) => {
                if maybe_unbound {
                    self.note_found(symbol, name);
                    self.may_refuse(Purpose::Deleted, class, Risk::Inside, at, || {
                        format!("`{name}` may not be bound here")
                    });
                }
                self.unbind_global(name);
                Ok(())
            }
        }
    }
}
