//! `def` and `class`.

use std::rc::Rc;
use std::sync::Arc;

use crate::program::ScopeKind;
use crate::simulation::BindingKind;
use crate::syntax::ast::{ClassDef, ExprId, ExprKind, FunctionDef, Ident, Name, Params, StmtId};
use crate::worlds::builtins::types;
use crate::worlds::eval::Args;
use crate::worlds::function::{Class, Code, Function, Namespace};
use crate::worlds::machine::{Active, Flow, Machine, Risk};
use crate::worlds::state::{Entries, Frame, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    pub(super) fn function_def(&mut self, id: StmtId, def: &FunctionDef) -> Flow<()> {
        self.stand_at(def.header);
        let decorators = self.decorators(&def.decorators)?;
        let defaults = self.defaults(&def.params)?;
        if !self.program.lazy_annotations && def.type_params.is_empty() {
            let annotations = def.params.list.iter().filter_map(|param| param.annotation);
            for annotation in annotations.chain(def.returns) {
                self.expr(annotation)?;
            }
        }
        self.stand_at(def.header);
        let function = self.make_function(def.name.name.clone(), Code::Def(id), defaults);
        if !self.active.iter().any(|active| is_function(active.kind)) {
            self.trace.defined.insert(id);
        }
        let value = self.decorate(function, &def.decorators, decorators)?;
        self.bind_name(&def.name.name, value, def.name.span, BindingKind::Function);
        Ok(())
    }

    fn decorators(&mut self, decorators: &[ExprId]) -> Flow<Vec<Value>> {
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
            active => active.class.as_ref().map(|(class, _)| *class),
        };
        Value::Function(Rc::new(Function {
            name,
            program: Rc::clone(&self.program),
            version: self.version,
            code,
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
    fn decorate(&mut self, made: Value, at: &[ExprId], decorators: Vec<Value>) -> Flow<Value> {
        let mut value = made;
        for (&at, decorator) in at.iter().zip(decorators).rev() {
            let span = self.program.ast().expr(at).span;
            self.stand_at(span);
            self.ran(at);
            let result = self.call(&decorator, vec![value.clone()], at)?;
            value = self.decorated_by(value, result);
        }
        Ok(value)
    }

    pub(super) fn class_def(&mut self, id: StmtId, def: &ClassDef) -> Flow<()> {
        self.stand_at(def.header);
        let decorators = self.decorators(&def.decorators)?;
        let generic = !def.type_params.is_empty();
        let (bases, metaclass) = if generic { (Vec::new(), None) } else { self.class_bases(def)? };
        self.stand_at(def.header);
        let scope = self.program.statement_scope(id).map(Arc::clone);
        let Some(scope) = scope else { return Ok(()) };
        let body = self.allocate_frame(scope.clone());
        self.active.push(Active {
            kind: ScopeKind::Class,
            frame: Some(body),
            scope: Some(scope),
            closure: self.closure_here(),
            class: None,
        });
        let site = self.site;
        let end = self.block(&def.body);
        self.active.pop();
        self.site = site;
        end?;
        // The class is made when the body has run (`builtin___build_class__`).
        for (&at, base) in def.bases.iter().zip(&bases) {
            self.ran(at);
            self.check_base(base, at)?;
        }
        let is_opaque = generic
            || !def.decorators.is_empty()
            || bases.iter().any(|base| self.is_opaque_base(base))
            || def.keywords.iter().any(|keyword| is_metaclass(keyword.name.as_ref()));
        let metaclass = metaclass.or_else(|| bases.iter().find_map(|base| self.metaclass_of(base)));
        self.finish_class(def, body, (bases, metaclass), is_opaque)?;
        let value = self.decorate(Value::Object(body), &def.decorators, decorators)?;
        self.bind_name(&def.name.name, value, def.name.span, BindingKind::Class);
        Ok(())
    }

    /// Evaluates bases and keywords; gives the bases, and the metaclass where it is given.
    fn class_bases(&mut self, def: &ClassDef) -> Flow<(Vec<Value>, Option<Value>)> {
        let mut bases = Vec::new();
        for &base in &def.bases {
            if let ExprKind::Starred(inner) = self.program.ast().expr(base).kind {
                self.expr(inner)?;
                bases.push(Value::Unknown);
                continue;
            }
            let value = self.expr(base)?;
            bases.push(value);
        }
        let mut metaclass = None;
        for keyword in &def.keywords {
            let value = self.expr(keyword.value)?;
            if keyword.name.as_ref().is_some_and(|name| &*name.name == "metaclass") {
                metaclass = Some(value);
            }
        }
        Ok((bases, metaclass))
    }

    fn check_base(&mut self, base: &Value, at: ExprId) -> Flow<()> {
        match base {
            Value::Type("bool" | "function" | "NoneType" | "range" | "slice" | "memoryview") => {
                let reason = "the type cannot be a base class";
                Err(self.raise_builtin("TypeError", reason))
            }
            Value::Type(_) => Ok(()),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(_)) => Ok(()),
                _ if self.has_unseen_attributes(base) => Ok(()),
                Some(Object::Instance(_)) => {
                    self.may_raise("TypeError", Risk::Inside, at, || {
                        "the base is no class".to_owned()
                    });
                    Ok(())
                }
                _ => Err(self.raise_builtin("TypeError", "the base is no class")),
            },
            Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Function(_)
            | Value::Builtin(_) => Err(self.raise_builtin("TypeError", "the base is no class")),
            Value::Unknown | Value::External(_) | Value::Returned(_) => {
                // By convention what begins with a small letter is rarely a class.
                let is_class_like = match base {
                    Value::External(external) => {
                        !external.attribute.starts_with(|c: char| c.is_ascii_lowercase())
                    }
                    _ => true,
                };
                if !self.is_harmless(base) || !is_class_like {
                    let text = self.excerpt(self.program.ast().expr(at).span);
                    self.may_raise("TypeError", Risk::Environment, at, || {
                        format!("`{text}` may refuse to be a base class")
                    });
                }
                Ok(())
            }
            _ => {
                let risk = Risk::decided_by(base.is_outside());
                self.may_raise("TypeError", risk, at, || "the base may be no class".to_owned());
                Ok(())
            }
        }
    }

    /// Whether instances may have attributes that the class statements do not show.
    pub(in crate::worlds) fn is_opaque_base(&self, base: &Value) -> bool {
        match base {
            Value::Type(name) => {
                !matches!(*name, "object" | "Exception" | "BaseException" | "module")
                    && !types::is_exception(name)
            }
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => class.is_opaque,
                _ => true,
            },
            _ => true,
        }
    }

    fn finish_class(
        &mut self,
        def: &ClassDef,
        body: ObjectId,
        (bases, metaclass): (Vec<Value>, Option<Value>),
        is_opaque: bool,
    ) -> Flow<()> {
        let Some(Object::Frame(Frame { locals, .. })) = self.state.object(body) else {
            return Ok(());
        };
        let namespace = locals.clone();
        let bases: Rc<[Value]> = bases.into();
        let class = Class {
            name: def.name.name.clone(),
            bases: Rc::clone(&bases),
            metaclass: metaclass.clone(),
            namespace: namespace.clone(),
            is_opaque,
        };
        // The frame becomes the class: functions made in the body know it by this id.
        self.state.insert(body, Object::Class(class));
        let class = Value::Object(body);
        let at = def.bases.first().copied().or(def.keywords.first().map(|keyword| keyword.value));
        if let (Some(metaclass), Some(at)) = (&metaclass, at) {
            self.call_metaclass(metaclass, def, (&bases, &namespace), at)?;
        }
        for (name, local) in namespace.iter() {
            if let Some(hook) = self.special(&local.value, "__set_name__") {
                let args = vec![class.clone(), Value::str(name)];
                self.call_hook(&hook, args, at)?;
            }
        }
        for base in bases.iter() {
            if let Some(hook) = self.class_attribute(base, "__init_subclass__") {
                let hook = hook.value;
                if matches!(hook, Value::Function(_)) {
                    self.call_hook(&hook, vec![class.clone()], at)?;
                }
                break;
            }
        }
        Ok(())
    }

    fn metaclass_of(&self, base: &Value) -> Option<Value> {
        let Value::Object(id) = base else { return None };
        match self.state.object(*id) {
            Some(Object::Class(class)) => class.metaclass.clone(),
            _ => None,
        }
    }

    /// `__new__` of the module's own metaclass; what it makes of the class is not looked at.
    fn call_metaclass(
        &mut self,
        metaclass: &Value,
        def: &ClassDef,
        (bases, body): (&Rc<[Value]>, &Namespace),
        at: ExprId,
    ) -> Flow<()> {
        let Some(new) = self.class_attribute(metaclass, "__new__") else { return Ok(()) };
        let (Value::Function(_), false) = (&new.value, new.maybe_unbound) else { return Ok(()) };
        let pairs = body.iter().map(|(name, local)| (Value::str(name), local.value.clone()));
        let entries = Entries { pairs: pairs.collect(), exact: true };
        let body = self.allocate(Object::Dict(entries));
        let name = Value::str(&def.name.name);
        let positional = vec![metaclass.clone(), name, Value::Tuple(Rc::clone(bases)), body];
        // Further keywords of the class statement are handed on, too.
        let inexact = def.keywords.len() > 1;
        let args = Args { positional, keywords: Vec::new(), inexact };
        self.call_with(&new.value, args, at).map(drop)
    }

    fn call_hook(&mut self, hook: &Value, args: Vec<Value>, at: Option<ExprId>) -> Flow<()> {
        let Some(at) = at else { return Ok(()) };
        self.call(hook, args, at).map(drop)
    }
}

fn is_function(kind: ScopeKind) -> bool {
    matches!(kind, ScopeKind::Function | ScopeKind::Lambda)
}

fn is_metaclass(name: Option<&Ident>) -> bool {
    name.is_none_or(|name| &*name.name == "metaclass")
}
