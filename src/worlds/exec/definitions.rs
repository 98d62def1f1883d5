//! `def` and `class`.

use std::rc::Rc;
use std::sync::Arc;

use crate::program::{Scope, ScopeKind};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, FunctionDef, Name, Params, StmtId, TypeParam};
use crate::worlds::code::Code;
use crate::worlds::function::{Function, Local};
use crate::worlds::machine::{Active, Flow, Machine};
use crate::worlds::value::{ObjectId, Value};

/// Whether the scope of type parameters is open around a definition.
pub(super) enum TypeParams {
    None,
    Open,
    /// There are some, in a place where what they can see is not followed.
    Unseen,
}

impl Machine<'_> {
    pub(super) fn function_def(&mut self, id: StmtId, def: &FunctionDef) -> Flow<()> {
        self.stand_at(def.header);
        let decorators = self.decorators(&def.decorators)?;
        let defaults = self.defaults(&def.params)?;
        let type_params = self.enter_type_params(&def.type_params);
        let annotated = self.annotations(def, &type_params);
        self.stand_at(def.header);
        let function = self.make_function(def.name.name.clone(), Code::Def(id), defaults);
        self.leave_type_params(&type_params);
        annotated?;
        if !self.active.iter().any(|active| is_function(active.kind)) {
            self.trace.defined.insert(id);
        }
        let value = self.decorate(function, &def.decorators, decorators)?;
        self.bind_name(&def.name.name, value, def.name.span, BindingKind::Function);
        Ok(())
    }

    fn annotations(&mut self, def: &FunctionDef, type_params: &TypeParams) -> Flow<()> {
        if self.program.lazy_annotations
            || self.linked.is_some()
            || matches!(type_params, TypeParams::Unseen)
        {
            return Ok(());
        }
        let annotations = def.params.list.iter().filter_map(|param| param.annotation);
        annotations.chain(def.returns).try_for_each(|annotation| self.expr(annotation).map(drop))
    }

    /// Opens the scope of type parameters (PEP 695), whose bounds wait until they are asked for.
    pub(super) fn enter_type_params(&mut self, params: &[TypeParam]) -> TypeParams {
        if params.is_empty() {
            return TypeParams::None;
        }
        // There, unlike in a function, names of the class can be read.
        if self.here().kind == ScopeKind::Class {
            return TypeParams::Unseen;
        }
        let names = params.iter().map(|param| param.name.name.clone());
        let scope = Arc::new(Scope::binding(names));
        let frame = self.allocate_frame(Arc::clone(&scope));
        for param in params {
            let local = Local { value: Value::Opaque(None), maybe_unbound: false };
            self.set_local(frame, &param.name.name, local);
        }
        let (closure, class) = (self.closure_here(), self.here().class.clone());
        self.active.push(Active {
            kind: ScopeKind::Comprehension,
            frame: Some(frame),
            scope: Some(scope),
            closure,
            class,
            yields: None,
            version: self.version,
            function: None,
        });
        TypeParams::Open
    }

    pub(super) fn leave_type_params(&mut self, type_params: &TypeParams) {
        if matches!(type_params, TypeParams::Open) {
            self.active.pop();
        }
    }

    pub(super) fn decorators(&mut self, decorators: &[ExprId]) -> Flow<Vec<Value>> {
        decorators.iter().map(|&decorator| self.expr(decorator)).collect()
    }

    fn defaults(&mut self, params: &Params) -> Flow<Vec<Option<Value>>> {
        let values = params.list.iter();
        values.map(|param| param.default.map(|default| self.expr(default)).transpose()).collect()
    }

    pub(in crate::worlds) fn lambda_value(&mut self, id: ExprId, params: &Params) -> Flow<Value> {
        let defaults = self.defaults(params)?;
        if !self.active.iter().any(|active| is_function(active.kind)) {
            self.trace.lambdas.insert(id);
        }
        Ok(self.make_function(Name::from("<lambda>"), Code::Lambda(id), defaults))
    }

    fn make_function(&mut self, name: Name, code: Code, defaults: Vec<Option<Value>>) -> Value {
        let class = match self.here() {
            Active { kind: ScopeKind::Class, frame, .. } => *frame,
            _ => self.class_around(),
        };
        Value::Function(Rc::new(Function {
            name,
            text: Rc::clone(&self.text),
            version: self.version,
            place: self.text.make(code),
            closure: self.closure_here(),
            class,
            defaults,
        }))
    }

    /// The frames that a function made here can see.
    pub(in crate::worlds) fn closure_here(&self) -> Rc<[ObjectId]> {
        let here = self.here();
        match here.frame {
            Some(frame) if here.kind != ScopeKind::Class => {
                here.closure.iter().copied().chain([frame]).collect()
            }
            _ => Rc::clone(&here.closure),
        }
    }

    /// Applies evaluated decorators, the innermost first.
    pub(super) fn decorate(
        &mut self,
        made: Value,
        at: &[ExprId],
        decorators: Vec<Value>,
    ) -> Flow<Value> {
        let mut value = made;
        for (&at, decorator) in at.iter().zip(decorators).rev() {
            let span = self.program.ast().expr(at).span;
            self.stand_at(span);
            self.ran(at);
            let result = self.call(&decorator, vec![value.clone()], at)?;
            if self.wraps_unseen(&decorator, &value, &result) {
                continue;
            }
            value = self.decorated_by(value, result);
        }
        Ok(value)
    }
}

fn is_function(kind: ScopeKind) -> bool {
    matches!(kind, ScopeKind::Function | ScopeKind::Lambda)
}
