//! Calls: binding arguments, following functions of the module, leaving the rest alone.

use std::rc::Rc;
use std::sync::Arc;

use crate::program::ScopeKind;
use crate::syntax::ast::{ExprId, ExprKind, Keyword, Name, StmtKind};
use crate::worlds::builtins::c_functions::misuse;
use crate::worlds::code::Code;
use crate::worlds::eval::attributes::returned;
use crate::worlds::function::Function;
use crate::worlds::machine::{Active, Flow, Machine, Risk, Stop};
use crate::worlds::state::Object;
use crate::worlds::value::{External, ObjectId, Returned, Value};

/// Calls deeper than this are not followed.
const MAX_DEPTH: usize = 32;
/// A function within itself is followed this deep, where the code of other modules is.
const MAX_NESTED: usize = 4;

/// Evaluated arguments.
#[derive(Debug, Clone, Default)]
pub(in crate::worlds) struct Args {
    pub(in crate::worlds) positional: Vec<Value>,
    pub(in crate::worlds) keywords: Vec<(Name, Value)>,
    /// `*` or `**` of something that is not known may add others.
    pub(in crate::worlds) inexact: bool,
}

impl Args {
    pub(in crate::worlds) fn plain(positional: Vec<Value>) -> Args {
        Args { positional, ..Args::default() }
    }

    /// Those of a call that has been made.
    pub(in crate::worlds) fn of(call: &Returned) -> Args {
        let (positional, keywords) = (call.args.clone(), call.keywords.clone());
        Args { positional, keywords, inexact: call.inexact }
    }

    pub(in crate::worlds) fn is_empty(&self) -> bool {
        self.positional.is_empty() && self.keywords.is_empty() && !self.inexact
    }

    pub(in crate::worlds) fn values(&self) -> impl Iterator<Item = &Value> {
        self.positional.iter().chain(self.keywords.iter().map(|(_, value)| value))
    }
}

impl Machine<'_> {
    pub(super) fn call_expr(
        &mut self,
        id: ExprId,
        func: ExprId,
        args: &[ExprId],
        keywords: &[Keyword],
    ) -> Flow<Value> {
        let callee = self.expr(func)?;
        let args = self.arguments(args, keywords, id)?;
        let ast = self.program.ast();
        let span = match &ast.expr(func).kind {
            // From 3.11 on a method call's line is that of the method's name.
            ExprKind::Attribute { attr, .. } if self.resolver.python.minor >= 11 => attr.span,
            _ => ast.expr(id).span,
        };
        self.stand_at(span);
        self.ran(id);
        self.call_with(&callee, args, id)
    }

    fn arguments(&mut self, args: &[ExprId], keywords: &[Keyword], at: ExprId) -> Flow<Args> {
        let mut evaluated = Args::default();
        for &arg in args {
            if let ExprKind::Starred(inner) = self.program.ast().expr(arg).kind {
                let iterable = self.expr(inner)?;
                let items = self.exhaust(&iterable, at)?;
                evaluated.inexact |= !items.exact;
                if items.exact {
                    evaluated.positional.extend(items.values);
                }
            } else {
                let value = self.expr(arg)?;
                evaluated.positional.push(value);
            }
        }
        for keyword in keywords {
            let value = self.expr(keyword.value)?;
            match &keyword.name {
                Some(name) => evaluated.keywords.push((name.name.clone(), value)),
                None => match self.mapping_entries(&value, at)? {
                    Some(pairs) => {
                        for (key, value) in pairs {
                            match key {
                                Value::Str(name) => {
                                    evaluated.keywords.push((Name::clone(&name), value));
                                }
                                _ => evaluated.inexact = true,
                            }
                        }
                    }
                    None => evaluated.inexact = true,
                },
            }
        }
        Ok(evaluated)
    }

    /// Calls a value with positional arguments.
    pub(in crate::worlds) fn call(
        &mut self,
        callee: &Value,
        args: Vec<Value>,
        at: ExprId,
    ) -> Flow<Value> {
        self.call_with(callee, Args::plain(args), at)
    }

    pub(in crate::worlds) fn call_with(
        &mut self,
        callee: &Value,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        self.each(callee, |machine, callee| machine.call_single(callee, args.clone(), at))
    }

    fn call_single(&mut self, callee: &Value, mut args: Args, at: ExprId) -> Flow<Value> {
        match callee {
            Value::Function(function) => self.call_function(&Rc::clone(function), args, at),
            Value::Method(pair) => match &pair.0 {
                Value::Type("staticmethod") => self.call_with(&pair.1, args, at),
                Value::Type(_) => {
                    Err(self.raise_builtin("TypeError", "the object is not callable"))
                }
                function => {
                    args.positional.insert(0, pair.1.clone());
                    let function = function.clone();
                    self.call_with(&function, args, at)
                }
            },
            Value::Builtin(name) => {
                self.known_builtin(name, &args, at)?;
                self.call_builtin(name, args, at)
            }
            Value::BuiltinMethod(method) => {
                let method = Rc::clone(method);
                self.call_builtin_method(&method.0, &method.1, args, at)
            }
            Value::Type(name) => self.construct(name, args, at),
            Value::Object(id) => match self.state.object(*id) {
                Some(Object::Class(_)) => self.instantiate(*id, args, at),
                Some(Object::Instance(_)) => match self.special(callee, "__call__") {
                    Some(method) => self.call_with(&method, args, at),
                    None if self.has_unseen_attributes(callee) => {
                        self.call_unseen(&Value::Unknown, args, at)
                    }
                    None => Err(self.raise_builtin("TypeError", "the object is not callable")),
                },
                _ => Err(self.raise_builtin("TypeError", "the object is not callable")),
            },
            Value::External(external) => {
                let external = Rc::clone(external);
                let known = self.known_call(&external, None, &args, at)?;
                if let Some(value) = self.call_known_external(&external, &args, at)? {
                    return Ok(value);
                }
                if let Some(reason) = misuse(&external.module, &external.attribute, &args) {
                    return Err(self.raise_builtin("TypeError", reason));
                }
                let asks = self.asks_installed(&external, &args.positional);
                if !self.is_harmless(callee) && !known.is_tame && !asks {
                    if self.baseline.is_some()
                        && !self.is_unchanged(at)
                        && let Some(problem) =
                            self.resolver_of(&external.module).misfit(&external, &args)
                    {
                        let reason: Rc<str> =
                            format!("`{}()`: {problem}", external.attribute).into();
                        self.note_misfit(&external, &args, at, &reason);
                        return Err(self.raise_builtin("TypeError", reason));
                    }
                    self.risk_of_call(&external, &args, known.is_known, at);
                }
                if !is_namedtuple(&external) && !self.leaves_arguments(callee) {
                    self.escape(&args, at);
                }
                let value = returned(&external, args);
                self.known_result(known, &value);
                Ok(value)
            }
            Value::Opaque(_) if self.is_callable(callee) == Some(false) => {
                Err(self.raise_builtin("TypeError", "the object is not callable"))
            }
            Value::Unknown | Value::Returned(_) | Value::Opaque(_) => {
                self.call_unseen(callee, args, at)
            }
            // A package may bind the name of a submodule to something in it.
            Value::Module(name) if let Some(bound) = self.bound_over(name) => {
                self.call_single(&bound, args, at)
            }
            _ => Err(self.raise_builtin("TypeError", "the object is not callable")),
        }
    }

    /// A call of something outside may raise. What an installed library offers hardly does
    /// when a module calls it; what cannot be seen at all, or lies in the workspace, may.
    fn risk_of_call(&mut self, callee: &External, args: &Args, is_known: bool, at: ExprId) {
        let in_frame = matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        let is_new = self.baseline.is_some() && !self.is_unchanged(at);
        let resolver = self.resolver_of(&callee.module);
        // A match lacks a group only where pattern and number do not fit: possible, hardly ever so.
        let is_group = callee.attribute.ends_with("().group");
        let origin = if is_new { resolver.library_origin(callee) } else { None };
        if origin.as_ref().is_some_and(|origin| self.is_listed(origin)) {
            return;
        }
        let is_installed = resolver.is_installed(&callee.module)
            || origin.is_some_and(|origin| resolver.is_installed(&origin.module));
        let is_library = is_known || is_group || is_installed;
        let loud = in_frame
            && !is_library
            && !(is_new && resolver.goes_through(callee, args, &self.state));
        let risk = if loud { Risk::Outside } else { Risk::Environment };
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise("", risk, at, || format!("the call `{text}` may raise"));
    }

    fn call_unseen(&mut self, callee: &Value, args: Args, at: ExprId) -> Flow<Value> {
        let mut known = None;
        self.may_be_exec(&args, at);
        if let Value::Returned(factory) = callee {
            known = Some(self.known_call(&factory.callee, Some(factory), &args, at)?);
            self.lend(&factory.callee, Some(factory), &args)?;
            // `functools.wraps(f)(g)` gives `g`.
            let is_wraps = &*factory.callee.module == "functools"
                && matches!(&*factory.callee.attribute, "wraps");
            if let ([value], true) = (&args.positional[..], is_wraps) {
                self.wrap(value, factory.args.first());
                return Ok(value.clone());
            }
            if let (("dataclasses", "dataclass"), [class]) =
                ((&*factory.callee.module, &*factory.callee.attribute), &args.positional[..])
            {
                self.make_dataclass(class, &Args::of(factory), at)?;
            }
            if let Some(fields) = self.namedtuple_fields(factory) {
                self.check_field_count(fields, &args, at)?;
            }
            if &*factory.callee.module == "enum" && !factory.callee.attribute.contains('(') {
                let risk = Risk::decided_by(args.values().any(Value::is_outside));
                self.may_raise("", risk, at, || "there may be no such member".to_owned());
            }
            if let Some(value) = self.call_getter(factory, &args, at)? {
                return Ok(value);
            }
            if let Some((function, args)) = self.completed(factory, &args) {
                return self.call_with(&function, args, at);
            }
            // `lru_cache(f)(…)`, `contextmanager(f)(…)`: a function of the module runs.
            if factory.args.iter().any(|arg| matches!(arg, Value::Function(_))) {
                return self.call_wrapped(&Rc::clone(factory), args, at);
            }
        }
        if !self.is_harmless(callee) || is_of_no_function(callee) {
            let text = self.excerpt(self.program.ast().expr(at).span);
            let risk = Risk::decided_by(callee.is_outside());
            self.may_raise("", risk, at, || format!("the call `{text}` may raise"));
        }
        if !self.leaves_arguments(callee) {
            self.escape(&args, at);
        }
        let value = match callee {
            // `functools.lru_cache(100)(f)` gives what `lru_cache(f)` does.
            Value::Returned(factory) if makes_cached(factory, &args) => {
                returned(&factory.callee, args)
            }
            _ if callee.is_outside() => Value::Unknown,
            _ => Value::Opaque(None),
        };
        if let Some(known) = known {
            self.known_result(known, &value);
        }
        Ok(value)
    }

    /// What `functools.partial(function, …)(…)` calls, where the function is known.
    fn completed(&self, factory: &Returned, args: &Args) -> Option<(Value, Args)> {
        let is_partial =
            (&*factory.callee.module, &*factory.callee.attribute) == ("functools", "partial");
        let (function, given) = factory.args.split_first().filter(|_| is_partial)?;
        let is_known = matches!(function, Value::Function(_) | Value::Type(_) | Value::Builtin(_));
        if !is_known || factory.inexact {
            return None;
        }
        let is_again = |name: &Name| args.keywords.iter().any(|(later, _)| later == name);
        let earlier = factory.keywords.iter().filter(|(name, _)| !is_again(name));
        Some((
            function.clone(),
            Args {
                positional: given.iter().chain(&args.positional).cloned().collect(),
                keywords: earlier.chain(&args.keywords).cloned().collect(),
                inexact: args.inexact,
            },
        ))
    }

    /// A function of the module that something outside has wrapped: it may run, or not.
    fn call_wrapped(&mut self, factory: &Returned, args: Args, at: ExprId) -> Flow<Value> {
        self.suppose_effects(factory.args.iter());
        let text = self.excerpt(self.program.ast().expr(at).span);
        self.may_raise("", Risk::Inside, at, || format!("the call `{text}` may raise"));
        self.escape(&args, at);
        Ok(Value::Unknown)
    }

    // --- Functions of the module ---

    fn call_function(&mut self, function: &Rc<Function>, args: Args, at: ExprId) -> Flow<Value> {
        let Some(scope) = function.scope() else { return Ok(Value::Opaque(None)) };
        let first = args.positional.first().cloned();
        let is_run = !(scope.is_generator || scope.is_async);
        let is_followed =
            !is_run || (self.active.len() <= MAX_DEPTH && !self.is_nested(function) && self.step());
        if !is_followed {
            self.escape(&args, at);
        }
        let frame = self.allocate_frame(Arc::clone(&scope));
        self.bind_arguments(function, args, frame, at)?;
        if scope.is_async {
            self.suppose_effects([&Value::Function(Rc::clone(function))]);
            return Ok(if scope.is_generator {
                Value::Opaque(None)
            } else {
                Value::of_type("coroutine")
            });
        }
        if scope.is_generator {
            return Ok(self.waiting_call(function, frame, first));
        }
        if !is_followed {
            self.suppose_effects([&Value::Function(Rc::clone(function))]);
            self.may_raise("", Risk::Inside, at, || {
                format!("`{}` is too deep to follow", function.name)
            });
            return Ok(Value::Opaque(None));
        }
        let kind = match function.code() {
            Code::Def(_) => ScopeKind::Function,
            Code::Lambda(_) => ScopeKind::Lambda,
        };
        let is_left = !scope.encloses;
        self.active.push(Active {
            kind,
            frame: Some(frame),
            scope: Some(scope),
            closure: Rc::clone(&function.closure),
            class: function.class.zip(first),
            yields: None,
            version: function.version,
            function: Some(Rc::clone(function)),
        });
        let caller = self.enter_code(&function.text, function.version);
        self.note_entered(function.code());
        let base = self.raises.len();
        let result = self.run_body(function.code());
        if is_left {
            self.leave_frame(frame, base);
        }
        self.compact_raises(base);
        self.leave_code(caller);
        self.active.pop();
        result
    }

    /// Whether a function has called itself so often that it is not followed any further: with
    /// what is not known to end it, each round is as the one before.
    fn is_nested(&self, function: &Function) -> bool {
        let is_same = |running: &Rc<Function>| {
            running.version == function.version && running.place == function.place
        };
        let running = self.active.iter().filter_map(|active| active.function.as_ref());
        self.linked.is_some() && running.filter(|running| is_same(running)).count() >= MAX_NESTED
    }

    /// Takes the locals of a call that has ended out of every path that leaves it: nothing
    /// reaches them any more, and joining them would be for nothing.
    fn leave_frame(&mut self, frame: ObjectId, raises: usize) {
        self.state.remove(frame);
        for raise in &mut self.raises[raises..] {
            if let Some(state) = &mut raise.state {
                state.remove(frame);
            }
        }
    }

    pub(super) fn run_body(&mut self, code: Code) -> Flow<Value> {
        let program = Rc::clone(&self.program);
        let body = match code {
            Code::Lambda(id) => {
                let ExprKind::Lambda(lambda) = &program.ast().expr(id).kind else {
                    return Ok(Value::Opaque(None));
                };
                return self.expr(lambda.body);
            }
            Code::Def(id) => match &program.ast().stmt(id).kind {
                StmtKind::FunctionDef(def) => &def.body,
                _ => return Ok(Value::Opaque(None)),
            },
        };
        let base = self.returns.len();
        let end = self.block(body);
        let mut ways = self.returns.split_off(base);
        if end.is_ok() {
            ways.push((std::mem::take(&mut self.state), Value::None));
        }
        let joined = ways
            .into_iter()
            .reduce(|(state, value), (other, result)| (state.join(&other), value.join(&result)));
        let (state, value) = joined.ok_or(Stop)?;
        self.state = state;
        Ok(value)
    }
}

/// Modules of the standard library that give nothing that can be called, classes aside.
const WITHOUT_CALLABLES: &[&str] = &[
    "datetime",
    "decimal",
    "fractions",
    "itertools",
    "math",
    "pathlib",
    "random",
    "re",
    "string",
    "struct",
    "time",
    "uuid",
];

/// Whether something is what such a module has given.
fn is_of_no_function(value: &Value) -> bool {
    matches!(value, Value::Returned(returned) if WITHOUT_CALLABLES.contains(&&*returned.callee.module))
}

/// Whether a call of `lru_cache(size)` with these arguments wraps a function.
fn makes_cached(factory: &Returned, args: &Args) -> bool {
    (&*factory.callee.module, &*factory.callee.attribute) == ("functools", "lru_cache")
        && matches!(args.positional[..], [Value::Function(_)])
}

pub(super) fn is_namedtuple(callee: &External) -> bool {
    (&*callee.module, &*callee.attribute) == ("collections", "namedtuple")
}
