//! `class`, as `builtin___build_class__` and `type_new` (`Objects/typeobject.c`) do it.

use std::sync::Arc;

use super::definitions::TypeParams;
use super::enumerations::is_enum_misplaced;
use crate::program::{Scope, ScopeKind};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ClassDef, ExprId, ExprKind, Ident, Name, StmtId, StmtKind};
use crate::worlds::builtins::types;
use crate::worlds::eval::{Args, is_new_type};
use crate::worlds::function::{Annotated, AnnotatedAs, Class, Local, Namespace};
use crate::worlds::machine::{Active, Flow, Machine, Risk};
use crate::worlds::purpose::{Purpose, is_named_as_class};
use crate::worlds::state::{Frame, Object};
use crate::worlds::value::{External, ObjectId, Value};

/// Bases and keywords of a class, evaluated.
#[derive(Default)]
pub(super) struct Head {
    pub(super) bases: Vec<Value>,
    pub(super) metaclass: Option<Value>,
    pub(super) keywords: Vec<(Name, Value)>,
    /// `*bases` or `**keywords` of something that is not known.
    pub(super) inexact: bool,
    /// A decorator is from outside the module.
    pub(super) is_outside: bool,
    /// A decorator is not followed.
    pub(super) is_remade: bool,
}

impl Machine<'_> {
    pub(super) fn class_def(&mut self, id: StmtId, def: &ClassDef) -> Flow<()> {
        self.stand_at(def.header);
        let decorators = self.decorators(&def.decorators)?;
        let scope = self.program.statement_scope(id).map(Arc::clone);
        let Some(scope) = scope else { return Ok(()) };
        let type_params = self.enter_type_params(&def.type_params);
        let head = match type_params {
            TypeParams::Unseen => Ok(Head { inexact: true, ..Head::default() }),
            _ => self.class_head(def),
        };
        let is_outside = decorators.iter().any(Value::is_outside);
        let is_remade = decorators.iter().any(|decorator| !self.keeps_class(decorator));
        let made = head
            .and_then(|head| self.class_made(def, &scope, Head { is_outside, is_remade, ..head }));
        self.leave_type_params(&type_params);
        let value = self.decorate(made?, &def.decorators, decorators)?;
        self.bind_name(&def.name.name, value, def.name.span, BindingKind::Class);
        Ok(())
    }

    fn class_made(&mut self, def: &ClassDef, scope: &Arc<Scope>, head: Head) -> Flow<Value> {
        self.stand_at(def.header);
        let head = Head { metaclass: self.plain_metaclass(head.metaclass), ..head };
        let site = self.site;
        if head.bases.iter().any(|base| self.is_complete_enum(base)) {
            // `EnumType.__prepare__`, before the body runs, as below.
            let reason = "an enumeration with members is no base";
            return Err(self.raise_builtin("TypeError", reason));
        }
        if is_enum_misplaced(&head.bases) {
            let reason = "the data type of an enumeration comes before it";
            return Err(self.raise_builtin("TypeError", reason));
        }
        let metaclass = head.metaclass.clone().or_else(|| self.inherited_metaclass(&head.bases));
        let own_metaclass = metaclass.filter(|class| matches!(class, Value::Object(_)));
        let at = def.bases.first().copied().or(def.keywords.first().map(|keyword| keyword.value));
        let mut prepared = None;
        if let (Some(metaclass), Some(at)) = (&own_metaclass, at)
            && let Some(prepare) = self.class_attribute(metaclass, "__prepare__")
        {
            let prepare = self.bind_wrapped(prepare.value, metaclass);
            prepared = Some(self.call_hook(&prepare, self.prepare_arguments(def, &head), at)?);
        }
        let body = self.allocate_frame(Arc::clone(scope));
        self.prepare_body(body, prepared.as_ref());
        self.begin_body(body, &def.name.name);
        self.active.push(Active {
            kind: ScopeKind::Class,
            frame: Some(body),
            scope: Some(Arc::clone(scope)),
            closure: self.closure_here(),
            class: None,
            yields: None,
            version: self.version,
            function: None,
        });
        let end = self.block(&def.body);
        self.active.pop();
        self.site = site;
        end?;
        // The class is made when the body has run.
        for (&at, base) in def.bases.iter().zip(&head.bases) {
            self.used_for(Purpose::Derived, at);
            self.check_base(base, at)?;
        }
        if !def.type_params.is_empty()
            && head.bases.iter().any(|base| matches!(base, Value::Type("object")))
        {
            // `typing.Generic` comes after it.
            let reason = "`object` cannot come before `Generic`";
            return Err(self.raise_builtin("TypeError", reason));
        }
        self.check_bases(&head.bases, at)?;
        if let Some(at) = at
            && let Some(Object::Frame(Frame { locals, .. })) = self.state.object(body)
        {
            let locals = locals.clone();
            self.known_bases(&head.bases, (&def.name.name, &locals), at)?;
        }
        let head = self.named_tuple(def, body, head)?;
        self.finish_class(def, body, head, own_metaclass)
    }

    /// A class with the base `typing.NamedTuple` has one in its place that
    /// `collections.namedtuple` makes (`NamedTupleMeta`, `Lib/typing.py`).
    fn named_tuple(&mut self, def: &ClassDef, body: ObjectId, head: Head) -> Flow<Head> {
        let is_it = |base: &Value| match base {
            Value::External(external) => {
                &*external.attribute == "NamedTuple" && external.module.starts_with("typing")
            }
            _ => false,
        };
        let (true, [base], [at, ..]) = (self.linked.is_some(), &head.bases[..], &def.bases[..])
        else {
            return Ok(head);
        };
        if !is_it(base) {
            return Ok(head);
        }
        let program = std::rc::Rc::clone(&self.program);
        let ast = program.ast();
        let fields = def.body.iter().filter_map(|&id| match &ast.stmt(id).kind {
            StmtKind::AnnAssign { target, .. } => match &ast.expr(*target).kind {
                ExprKind::Name(name) => Some(name.clone()),
                _ => None,
            },
            _ => None,
        });
        let fields: Vec<Name> = fields.collect();
        let Some(Object::Frame(frame)) = self.state.object(body) else { return Ok(head) };
        let defaults: Vec<Value> =
            fields.iter().filter_map(|name| Some(frame.locals.get(name)?.value.clone())).collect();
        let maker = External { module: "collections".into(), attribute: "namedtuple".into() };
        let maker = self.linked_value(Value::External(maker.into()), *at)?;
        let args = Args {
            positional: vec![
                Value::Str(def.name.name.clone()),
                Value::tuple(fields.into_iter().map(Value::Str).collect()),
            ],
            keywords: vec![("defaults".into(), Value::tuple(defaults))],
            inexact: false,
        };
        let made = self.call_with(&maker, args, *at)?;
        Ok(Head { bases: vec![made], ..head })
    }

    /// Evaluates bases and keywords.
    fn class_head(&mut self, def: &ClassDef) -> Flow<Head> {
        let mut head = Head::default();
        for &base in &def.bases {
            if let ExprKind::Starred(inner) = self.program.ast().expr(base).kind {
                let iterable = self.expr(inner)?;
                let items = self.exhaust(&iterable, inner)?;
                head.inexact |= !items.exact;
                head.bases.push(Value::Unknown);
                continue;
            }
            let value = self.expr(base)?;
            let value = self.plain_base(value, base)?;
            head.bases.push(self.unsubscripted(value, base));
        }
        for keyword in &def.keywords {
            let value = self.expr(keyword.value)?;
            match &keyword.name {
                Some(Ident { name, .. }) if &**name == "metaclass" => {
                    self.check_metaclass(&value, keyword.value);
                    head.metaclass = Some(value);
                }
                Some(name) => head.keywords.push((name.name.clone(), value)),
                None => {
                    head.inexact = true;
                    head.metaclass.get_or_insert(Value::Unknown);
                }
            }
        }
        Ok(head)
    }

    /// `list[T]` as a base is `list` (`__mro_entries__` of a generic alias).
    fn unsubscripted(&mut self, value: Value, base: ExprId) -> Value {
        let program = std::rc::Rc::clone(&self.program);
        if let ExprKind::Subscript { value: generic, .. } = program.ast().expr(base).kind
            && let ExprKind::Name(name) = &program.ast().expr(generic).kind
            && matches!(value, Value::Unknown)
            && let Ok(generic @ Value::Type(_)) = self.load_name(name, generic)
        {
            return generic;
        }
        value
    }

    fn inherited_metaclass(&self, bases: &[Value]) -> Option<Value> {
        bases.iter().find_map(|base| match base {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => class.metaclass.clone(),
                _ => None,
            },
            _ => None,
        })
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
                // Its class is asked for the new one, as if it were a metaclass.
                Some(Object::Instance(_)) => {
                    let risk = Risk::decided_by(self.is_decided_outside(base));
                    self.suppose_effects([base]);
                    let reason = || "the base is no class".to_owned();
                    self.may_refuse(Purpose::Derived, "", risk, at, reason);
                    Ok(())
                }
                // `map("Name", bases, body)`
                Some(Object::Iterator(_) | Object::Generator(_)) => {
                    let reason = || "the base is no class".to_owned();
                    self.may_refuse(Purpose::Derived, "", Risk::Inside, at, reason);
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
            Value::External(alias) if has_no_subclasses(alias) => {
                Err(self.raise_builtin("TypeError", "the base is no class"))
            }
            Value::Returned(made) if is_new_type(made) => {
                Err(self.raise_builtin("TypeError", "what `NewType` gives is no class"))
            }
            Value::Unknown | Value::External(_) | Value::Returned(_) => {
                let is_class_like = is_named_as_class(base);
                if !self.is_harmless(base) || !is_class_like {
                    let text = self.excerpt(self.program.ast().expr(at).span);
                    let said = || format!("`{text}` may refuse to be a base class");
                    match is_class_like {
                        true => self.may_raise("TypeError", Risk::Environment, at, said),
                        false => {
                            let risk = Risk::Environment;
                            self.may_refuse(Purpose::Derived, "TypeError", risk, at, said);
                        }
                    }
                }
                Ok(())
            }
            _ => {
                self.may_be_no_class(base, Purpose::Derived, at, "the base may be no class");
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

    /// Whether code outside the module has a part in a class.
    pub(in crate::worlds) fn is_outside_base(&self, base: &Value) -> bool {
        match base {
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(class)) => class.from_outside,
                _ => false,
            },
            base => base.is_outside(),
        }
    }

    fn finish_class(
        &mut self,
        def: &ClassDef,
        body: ObjectId,
        head: Head,
        own_metaclass: Option<Value>,
    ) -> Flow<Value> {
        let Some(Object::Frame(Frame { locals, .. })) = self.state.object(body) else {
            return Ok(Value::Opaque(None));
        };
        let namespace = locals.clone();
        let metaclass = head.metaclass.clone();
        let parts = || head.bases.iter().chain(&metaclass);
        // All that has a part in making the class is seen.
        let is_seen = match self.linked {
            Some(_) => !head.inexact && !head.is_remade && self.is_followed_metaclass(&metaclass),
            None => {
                def.type_params.is_empty()
                    && def.decorators.is_empty()
                    && !head.inexact
                    && own_metaclass.is_none()
                    && metaclass.is_none()
            }
        };
        let class = Class {
            name: def.name.name.clone(),
            bases: head.bases.clone().into(),
            namespace: namespace.clone(),
            is_opaque: !is_seen || head.bases.iter().any(|base| self.is_opaque_base(base)),
            is_hidden: false,
            from_outside: head.is_outside || parts().any(|part| self.is_outside_base(part)),
            metaclass: own_metaclass.clone(),
            annotated: self.annotated(def),
        };
        let class = Class { is_hidden: class.is_opaque && !is_seen, ..class };
        let from_outside = class.from_outside;
        // The frame becomes the class: functions made in the body know it by this id.
        self.state.insert(body, Object::Class(class));
        let class = Value::Object(body);
        if self.has_slots(&namespace)
            && head.bases.iter().any(|base| {
                !base.is_outside() && self.is_variable_size(base)
                    || matches!(base, Value::Returned(_)) && self.is_variable_size(base)
            })
        {
            // `type_new_slots`
            return Err(self.raise_builtin("TypeError", "the base takes no `__slots__`"));
        }
        self.check_names_once(def, &class)?;
        self.check_members(&class, self.place_of(def))?;
        self.check_slots(&class)?;
        self.check_tuple_fields(&class)?;
        let Some(at) = self.place_of(def) else { return Ok(class) };
        let mut made = class.clone();
        let mut given = Args::default();
        if let Some(metaclass) = &own_metaclass {
            given = self.metaclass_arguments(metaclass, body, &head);
            let args = given.clone();
            made = self.while_making(&class, |machine| {
                machine.new_of_metaclass(metaclass, &class, args, at)
            })?;
        }
        let namespace = match self.state.object(body) {
            Some(Object::Class(class)) => class.namespace.clone(),
            _ => namespace,
        };
        self.set_names(&class, &namespace, at)?;
        if !from_outside || self.linked.is_some() {
            self.init_subclass(&class, &head, at)?;
        } else if !head.inexact && head.metaclass.is_none() {
            self.check_class_keywords(&head.bases, &head.keywords)?;
        }
        if let Some(metaclass) = own_metaclass.filter(|_| made.same(&class)) {
            self.while_making(&class, |machine| {
                machine.init_of_metaclass(&metaclass, &class, given, at)
            })?;
        }
        Ok(made)
    }

    /// What a body annotates; None where it does so in its branches.
    fn annotated(&self, def: &ClassDef) -> Option<std::rc::Rc<[Annotated]>> {
        let ast = self.program.ast();
        let mut found: Vec<Annotated> = Vec::new();
        for &id in &def.body {
            match &ast.stmt(id).kind {
                StmtKind::AnnAssign { target, annotation, .. } => {
                    let ExprKind::Name(name) = &ast.expr(*target).kind else { continue };
                    let text = self.program.slice(ast.expr(*annotation).span);
                    let kind = match text {
                        text if text.contains("ClassVar") => AnnotatedAs::ClassVariable,
                        text if text.contains("KW_ONLY") => AnnotatedAs::KeywordOnly,
                        _ => AnnotatedAs::Plain,
                    };
                    if !found.iter().any(|known| known.name == *name) {
                        found.push(Annotated { name: name.clone(), kind });
                    }
                }
                StmtKind::If { .. }
                | StmtKind::For { .. }
                | StmtKind::While { .. }
                | StmtKind::With { .. }
                | StmtKind::Match { .. }
                | StmtKind::Try { .. } => return None,
                _ => {}
            }
        }
        Some(found.into())
    }

    /// Some expression of a class, for what is done when it is made; where there is none,
    /// nothing can be done.
    fn place_of(&self, def: &ClassDef) -> Option<ExprId> {
        let keywords = def.keywords.iter().map(|keyword| keyword.value);
        let values = def.body.iter().filter_map(|&id| match &self.program.ast().stmt(id).kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) => Some(*value),
            StmtKind::AnnAssign { annotation, .. } => Some(*annotation),
            _ => None,
        });
        def.bases.iter().copied().chain(keywords).chain(values).next()
    }

    /// `type_new_set_names`
    fn set_names(&mut self, class: &Value, namespace: &Namespace, at: ExprId) -> Flow<()> {
        for (name, local) in namespace.iter() {
            let Some(hook) = self.special(&local.value, "__set_name__") else { continue };
            let args = Args::plain(vec![class.clone(), Value::str(name)]);
            let raised = self.raises.len();
            let end = self.call_hook(&hook, args, at);
            if self.resolver.python.minor < 12 {
                // What it raises is wrapped.
                for raise in &mut self.raises[raised..] {
                    raise.exception = Value::of_type("RuntimeError");
                    raise.class_name = Some("RuntimeError".to_owned());
                }
            }
            end?;
        }
        Ok(())
    }

    /// `type_new_init_subclass`
    fn init_subclass(&mut self, class: &Value, head: &Head, at: ExprId) -> Flow<()> {
        let ancestors = self.own_ancestors(class);
        let hook: Option<Local> =
            ancestors.iter().skip(1).find_map(|&ancestor| match self.state.object(ancestor) {
                Some(Object::Class(class)) => class.namespace.get("__init_subclass__").cloned(),
                _ => None,
            });
        let args = Args {
            positional: vec![class.clone()],
            keywords: head.keywords.clone(),
            inexact: head.inexact,
        };
        // It is a class method without being marked as such; some mark it all the same.
        let hook = hook.map(|hook| match hook.value {
            Value::Method(pair) if matches!(pair.0, Value::Type("classmethod")) => {
                Local { value: pair.1.clone(), ..hook }
            }
            _ => hook,
        });
        match hook {
            Some(Local { value: hook @ Value::Function(_), .. }) => {
                self.call_hook(&hook, args, at).map(drop)
            }
            Some(_) => Ok(()),
            None if head.keywords.is_empty() => Ok(()),
            None if head.metaclass.is_some() => self.check_metaclass_keywords(head),
            None if self.linked.is_some() && !self.has_known_bases(class) => Ok(()),
            None => {
                let own = self.inherited_metaclass(&head.bases).is_some();
                let reason = "the class takes no keyword arguments";
                if own {
                    self.may_raise("TypeError", Risk::Inside, at, || reason.to_owned());
                    return Ok(());
                }
                Err(self.raise_builtin("TypeError", reason))
            }
        }
    }

    pub(super) fn call_hook(&mut self, hook: &Value, args: Args, at: ExprId) -> Flow<Value> {
        self.call_with(hook, args, at)
    }
}

/// `Optional[int]` and the like, from which nothing derives.
fn has_no_subclasses(alias: &External) -> bool {
    &*alias.module == "typing"
        && matches!(
            &*alias.attribute,
            "Literal[]" | "Optional" | "Optional[]" | "Union" | "Union[]"
        )
}
