//! Reading names.

use crate::program::{Program, ScopeKind};
use crate::syntax::ast::{Constant, ExprId, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;
use crate::worlds::builtins::types;
use crate::worlds::function::Local;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{OUTSIDE, Object, Symbol};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    /// Reads a name in the scope that executes.
    pub(in crate::worlds) fn load_name(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        let here = self.here();
        let (Some(frame), Some(scope)) = (here.frame, here.scope.clone()) else {
            return self.load_global(name, at);
        };
        if scope.globals.contains(name) {
            return self.load_global(name, at);
        }
        if here.kind == ScopeKind::Class {
            // LOAD_NAME: the class body so far, else as if it were not there.
            let local = self.frame_local(frame, name);
            return match local {
                Some(Local { value, maybe_unbound: false }) => Ok(value),
                Some(Local { value, maybe_unbound: true }) => {
                    let outer = self.load_outer(name, at)?;
                    Ok(value.join(&outer))
                }
                None => self.load_outer(name, at),
            };
        }
        if scope.locals.contains(name) {
            return self.load_local(frame, name, at);
        }
        self.load_outer(name, at)
    }

    fn frame_local(&self, frame: ObjectId, name: &Name) -> Option<Local> {
        match self.state.object(frame) {
            Some(Object::Frame(frame)) => frame.locals.get(name).cloned(),
            _ => None,
        }
    }

    fn load_local(&mut self, frame: ObjectId, name: &Name, at: ExprId) -> Flow<Value> {
        match self.frame_local(frame, name) {
            Some(Local { value, maybe_unbound: false }) => Ok(value),
            Some(Local { value, maybe_unbound: true }) => {
                self.may_raise("UnboundLocalError", Risk::Inside, at, || {
                    format!("`{name}` may not be bound")
                });
                self.set_local(frame, name, Local { value: value.clone(), maybe_unbound: false });
                Ok(value)
            }
            None => {
                let reason = format!("`{name}` is read before it is bound");
                Err(self.raise_builtin("UnboundLocalError", reason))
            }
        }
    }

    /// A name that the innermost scope does not bind.
    fn load_outer(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        if &**name == "__class__"
            && let Some(class) = self.class_around()
        {
            return Ok(Value::Object(class));
        }
        let closure = self.here().closure.clone();
        for &frame in closure.iter().rev() {
            let binds = match self.state.object(frame) {
                Some(Object::Frame(frame)) => frame.scope.locals.contains(name),
                _ => false,
            };
            if !binds {
                continue;
            }
            return match self.frame_local(frame, name) {
                Some(Local { value, maybe_unbound }) => {
                    if maybe_unbound {
                        self.may_raise("NameError", Risk::Inside, at, || {
                            format!("`{name}` may not be bound yet")
                        });
                    }
                    Ok(value)
                }
                None => {
                    let reason = format!("`{name}` is not bound yet in the enclosing function");
                    Err(self.raise_builtin("NameError", reason))
                }
            };
        }
        self.load_global(name, at)
    }

    /// The class in whose body the function stands that runs, or one around it.
    pub(in crate::worlds) fn class_around(&self) -> Option<ObjectId> {
        let function = self.active.iter().rev().find_map(|active| active.function.as_ref())?;
        function.class
    }

    /// Whether something that is not seen may have bound a module name.
    pub(in crate::worlds) fn may_be_bound_unseen(&self, name: &Name) -> bool {
        self.state.unseen
            || self.trace.lent_names.contains(name)
            || is_listed_in_class(&self.program, name)
    }

    /// Reads a module name, or the builtin of that name.
    pub(in crate::worlds) fn load_global(&mut self, name: &Name, at: ExprId) -> Flow<Value> {
        self.note_read(name, at);
        let symbol = self.symbol(name);
        self.note_found(symbol, name);
        let builtin = self.builtin(name);
        let Some(slot) = self.state.global(symbol).cloned() else {
            return match builtin {
                // What is not seen may hide it, but hardly ever does.
                Some(builtin) => Ok(builtin),
                None if self.bind_submodule(name) => self.load_global(name, at),
                None if self.may_be_bound_unseen(name) => {
                    self.may_raise("NameError", Risk::Environment, at, || {
                        format!("`{name}` may not be bound here")
                    });
                    if self.trace.lent_names.contains(name) || self.state.unseen {
                        self.maybe_bind_global(name, self.site);
                    }
                    Ok(Value::Unknown)
                }
                // Its module has bound it in a way that was not followed.
                None if self.is_elsewhere() && self.is_supposed(at) => Ok(Value::Unknown),
                None => {
                    let span = self.program.ast().expr(at).span;
                    self.stand_at(span);
                    Err(self.raise_unbound(name, at))
                }
            };
        };
        let value = slot.value();
        if !slot.maybe_unbound {
            return Ok(value);
        }
        match builtin {
            Some(builtin) => Ok(value.join(&builtin)),
            None => {
                let risk = Risk::decided_by(self.state.unseen);
                self.may_raise("NameError", risk, at, || format!("`{name}` may not be bound here"));
                self.assume_bound(symbol);
                Ok(value)
            }
        }
    }

    /// The builtin of a name.
    pub(in crate::worlds) fn builtin(&self, name: &str) -> Option<Value> {
        if !types::is_builtin_name(name, self.resolver.python) {
            return None;
        }
        Some(match name {
            "True" => Value::Bool(true),
            "False" => Value::Bool(false),
            "None" => Value::None,
            "Ellipsis" => Value::Ellipsis,
            "NotImplemented" => Value::NotImplemented,
            "__debug__" => Value::Bool(true),
            "__name__" | "__doc__" | "__package__" => Value::of_type("str"),
            "__spec__" | "__loader__" => Value::Unknown,
            _ => match (types::class_named(name), types::builtin_name(name)) {
                (Some(class), _) => Value::Type(class),
                (None, Some(builtin)) => Value::Builtin(builtin),
                (None, None) => Value::Unknown,
            },
        })
    }

    /// Writes down what a read of a module name finds, for comparing it between worlds.
    pub(in crate::worlds) fn note_read(&mut self, name: &Name, at: ExprId) {
        let symbol = self.symbol(name);
        let span = self.program.ast().expr(at).span;
        let slot = self.state.global(symbol);
        let unseen = self.state.unseen;
        if self.version != self.stage {
            return;
        }
        let found: Vec<(u32, Span)> = slot.map_or_else(Vec::new, |slot| {
            slot.bindings.iter().map(|binding| (binding.version, binding.span)).collect()
        });
        let absent = slot.is_none_or(|slot| slot.maybe_unbound);
        let maybe_builtin = absent && types::is_builtin_name(name, self.resolver.python);
        let read = self.trace.reads.entry(span).or_default();
        read.name = Some(name.clone());
        read.maybe_builtin |= maybe_builtin;
        read.maybe_unbound |= absent && !maybe_builtin && !unseen;
        for place in found {
            if !read.found.contains(&place) {
                read.found.push(place);
            }
        }
    }

    /// A name of this version that is built on what an older version left under it.
    pub(in crate::worlds) fn note_rebind(&mut self, name: &Name, target: ExprId, read: ExprId) {
        if !self.at_module_level() || self.version != self.stage {
            return;
        }
        let symbol = self.symbol(name);
        if self.is_older(symbol) {
            let ast = self.program.ast();
            let (span, read) = (ast.expr(target).span, ast.expr(read).span);
            if !self.trace.rebinds.iter().any(|(_, known, _)| *known == span) {
                self.trace.rebinds.push((name.clone(), span, read));
            }
        }
    }

    /// As [`Self::note_rebind`] for `name = f(name)`, before it is assigned.
    pub(in crate::worlds) fn note_wrapping(&mut self, target: ExprId, value: ExprId) {
        if !self.at_module_level() {
            return;
        }
        let program = std::rc::Rc::clone(&self.program);
        if let ExprKind::Name(name) = &program.ast().expr(target).kind
            && let Some(read) = self.builds_on(value, name)
        {
            self.note_rebind(name, target, read);
        }
    }

    fn is_older(&self, symbol: Symbol) -> bool {
        self.state.global(symbol).is_some_and(|slot| {
            !slot.maybe_unbound
                && slot
                    .bindings
                    .iter()
                    .all(|binding| binding.version < self.stage && binding.version != OUTSIDE)
        })
    }

    /// Where a call or an operation reads the name that its result is assigned to. What only
    /// hands the value on (`x = x`, `x = x or y`, `getattr(m, "x", x)`) builds nothing.
    fn builds_on(&self, value: ExprId, name: &Name) -> Option<ExprId> {
        let ast = self.program.ast();
        match &ast.expr(value).kind {
            ExprKind::Call { func, .. } => {
                let hands_on =
                    matches!(&ast.expr(*func).kind, ExprKind::Name(name) if &**name == "getattr");
                if hands_on {
                    return None;
                }
            }
            ExprKind::BinOp { .. } => {}
            _ => return None,
        }
        let mut pending = vec![value];
        while let Some(id) = pending.pop() {
            match &ast.expr(id).kind {
                ExprKind::Name(read) if read == name => return Some(id),
                // It is read when it is called.
                ExprKind::Lambda(_) | ExprKind::GeneratorExp(_) => continue,
                _ => {}
            }
            crate::program::visit::child_exprs(ast, id, &mut |child| pending.push(child));
        }
        None
    }
}

/// Whether a class that derives from others lists a name among texts in its body: the metaclass of
/// another module may bind it beside the class.
fn is_listed_in_class(program: &Program, name: &str) -> bool {
    let ast = program.ast();
    let is_it = |&item: &ExprId| matches!(&ast.expr(item).kind, ExprKind::Constant(Constant::Str(text)) if **text == *name);
    let lists_it = |&id: &StmtId| match &ast.stmt(id).kind {
        StmtKind::Assign { value, .. } => match &ast.expr(*value).kind {
            ExprKind::Tuple(items) | ExprKind::List(items) => items.iter().any(is_it),
            _ => false,
        },
        _ => false,
    };
    ast.body.iter().any(|&id| match &ast.stmt(id).kind {
        StmtKind::ClassDef(def) if !def.bases.is_empty() => def.body.iter().any(lists_it),
        _ => false,
    })
}
