//! What is known of the standard library's callables: which are harmless, and the few whose
//! result matters for the namespace.

use std::rc::Rc;

use crate::catalogue::Harmless;
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::worlds::builtins::regexes::is_doubtful;
use crate::worlds::eval::{Args, returned};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::value::{External, Value};

impl Machine<'_> {
    /// Whether using a value from outside (calling it, deriving from it, reading an attribute)
    /// is known to be harmless.
    pub(in crate::worlds) fn is_harmless(&self, value: &Value) -> bool {
        match value {
            Value::External(external) => self.is_listed(external),
            Value::Returned(returned) => self.is_listed(&returned.callee),
            _ => false,
        }
    }

    /// Whether it is among what comes with the program, whether or not the catalogue is asked, or
    /// among what a user has added.
    pub(in crate::worlds) fn is_listed(&self, external: &External) -> bool {
        if takes_out(&external.attribute) {
            return false;
        }
        let first = external.attribute.split(['.', '(', '[']).next().unwrap_or("");
        let own = self.resolver.catalogue.map(|catalogue| catalogue.harmless());
        [Some(Harmless::built_in()), own]
            .into_iter()
            .flatten()
            .any(|harmless| harmless.has(&external.module, first))
    }

    /// Calls of the outside whose effect or result is known; None for all others.
    pub(in crate::worlds) fn call_known_external(
        &mut self,
        external: &Rc<External>,
        args: &Args,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let name = (&*external.module, &*external.attribute);
        if name == ("enum", "global_enum") {
            self.see_nothing(self.site, "`enum.global_enum` binds the members of a class");
        }
        let converts = name.1.ends_with("._convert_") || name.1.ends_with("._convert");
        if converts && args.values().any(|arg| self.is_own_key(arg)) {
            // `Lib/enum.py`: it updates the globals of the module that it is given by name.
            self.see_nothing(self.site, "`_convert_` binds constants as the members of a class");
            if let (true, Some(Value::Str(name))) = (self.is_elsewhere(), args.positional.first()) {
                let name = Name::clone(name);
                self.bind_global(&name, Value::Unknown, self.site, BindingKind::Class);
            }
        }
        self.lend(external, None, args)?;
        self.note_registration(external, args, self.site);
        match (name, &args.positional[..]) {
            (("dataclasses", "dataclass"), [class]) => self.make_dataclass(class, args, at)?,
            (("dataclasses", "field"), []) => self.check_field(args)?,
            (("functools", "partial"), [function, ..])
                if self.is_callable(function) == Some(false) =>
            {
                let reason = "the first argument of `partial` cannot be called";
                return Err(self.raise_builtin("TypeError", reason));
            }
            (("functools", "singledispatch().register"), [Value::Function(function)])
                if args.keywords.is_empty() && !function.is_annotated() =>
            {
                let reason = "neither a class nor an annotation says what is registered";
                return Err(self.raise_builtin("TypeError", reason));
            }
            (("datetime", class), _) => self.check_time(class, args)?,
            (("enum", "unique"), [class]) => self.check_unique(class, at)?,
            (("functools", "total_ordering"), [class]) => self.check_ordering(class)?,
            (("contextlib", "ExitStack().callback"), [function, ..])
                if self.gets_at_names(function) =>
            {
                self.see_nothing(self.site, "a callback of `ExitStack` may bind anything");
            }
            (("collections", "namedtuple"), [_, names, ..]) => {
                self.check_field_names(names, args)?
            }
            (("enum", "Enum" | "IntEnum" | "Flag" | "IntFlag"), [_, names]) => {
                self.check_names(names)?;
            }
            (("typing", "Union[]" | "Optional[]"), _) => {
                let said = || "a union makes no objects".to_owned();
                self.may_raise("TypeError", Risk::Inside, at, said);
            }
            (("re", _), [Value::Str(pattern), ..]) if is_doubtful(pattern) => {
                let said = || "the pattern may be no regular expression".to_owned();
                self.may_raise("", Risk::Inside, at, said);
            }
            _ => {}
        }
        let value = match (name, &args.positional[..]) {
            (("typing" | "typing_extensions", "_overload_dummy"), _) => {
                let reason = "the overloads are not followed by an implementation";
                return Err(self.raise_builtin("NotImplementedError", reason));
            }
            // `Lib/typing.py`: only what is defined last under the name can be called.
            (("typing" | "typing_extensions", "overload"), [_]) => {
                let module = external.module.clone();
                let attribute = crate::syntax::ast::Name::from("_overload_dummy");
                Value::External(Rc::new(External { module, attribute }))
            }
            (("sys", "exit"), _) => {
                return Err(self.raise_builtin("SystemExit", "`sys.exit` is called"));
            }
            (("typing" | "typing_extensions", "cast"), [_, value]) => value.clone(),
            (
                (
                    "typing" | "typing_extensions",
                    "final" | "no_type_check" | "runtime_checkable" | "override",
                )
                | ("abc", "abstractmethod")
                | ("enum", "unique")
                | ("functools", "total_ordering")
                | ("dataclasses", "dataclass")
                | ("contextlib", "contextmanager" | "asynccontextmanager"),
                [value],
            ) if !matches!(value, Value::Function(_)) || name.0 != "contextlib" => value.clone(),
            (("functools", "update_wrapper"), [wrapper, rest @ ..]) => {
                self.wrap(wrapper, rest.first());
                wrapper.clone()
            }
            (
                ("functools", "reduce"),
                [
                    function @ (Value::Function(_) | Value::Builtin(_) | Value::Type(_)),
                    iterable,
                    start @ ..,
                ],
            ) => self.reduced(function, iterable, start.first(), at)?,
            (("functools", "reduce"), [Value::External(_), iterable]) => {
                let items = self.exhaust(iterable, at)?;
                if items.exact && items.values.is_empty() {
                    return Err(self.raise_builtin("TypeError", "there is nothing to reduce"));
                }
                return Ok(None);
            }
            (("sys", "_getframe"), depth) if self.linked.is_some() => {
                self.frame(depth.first()).unwrap_or(Value::Unknown)
            }
            (("sys", "_getframe"), [depth]) if self.lent.is_some() => {
                self.lent_frame(depth).unwrap_or(Value::Unknown)
            }
            (("sys", "getrecursionlimit"), []) if self.linked.is_some() => Value::Int(1000),
            (("inspect", "iscoroutinefunction"), [function]) if self.linked.is_some() => {
                self.is_coroutine_function(function).map_or(Value::of_type("bool"), Value::Bool)
            }
            (("sys", "getrecursionlimit" | "getrefcount"), _) => Value::of_type("int"),
            (("platform", "python_implementation"), []) => Value::str("CPython"),
            (("platform", "system"), []) => Value::str("Linux"),
            (("math", function @ ("isfinite" | "isinf" | "isnan")), [number]) => {
                match is_of_floats(function, number) {
                    Some(answer) => Value::Bool(answer),
                    None => return Ok(None),
                }
            }
            (("re", function), [pattern, text]) if args.keywords.is_empty() && !args.inexact => {
                match self.regex_result(function, pattern, text) {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
            (("re", function), [text]) if args.keywords.is_empty() && !args.inexact => {
                let found = function.strip_prefix("compile().").and_then(|function| {
                    let compiled = self.receiver(at)?;
                    let [pattern] = &compiled.args[..] else { return None };
                    self.regex_result(function, pattern, text)
                });
                match found {
                    Some(found) => found,
                    None => return Ok(None),
                }
            }
            (("os", "getenv" | "environ.get"), _) => returned(external, args.clone()),
            (("importlib", "import_module"), [Value::Str(module)])
                if !module.starts_with('.') && args.keywords.is_empty() =>
            {
                let module = Name::clone(module);
                self.require_module(&module)?;
                self.module_value(module)
            }
            (("importlib.util", "find_spec"), [Value::Str(module)]) if args.keywords.is_empty() => {
                match self.spec_of(&Name::clone(module))? {
                    Some(spec) => spec,
                    None => return Ok(None),
                }
            }
            (("importlib", "import_module"), [Value::Str(module), ..]) => {
                let module = module.to_string();
                self.may_raise("ImportError", Risk::Environment, at, || {
                    format!("module `{module}` may not be importable")
                });
                Value::Unknown
            }
            // Another module's source decides, which is outside of this one.
            (("importlib", "reload"), [module @ Value::Module(name)]) => {
                self.may_raise("", Risk::Environment, at, || {
                    format!("reloading `{name}` may raise")
                });
                module.clone()
            }
            _ => return Ok(None),
        };
        Ok(Some(value))
    }

    /// `functools.reduce` by a function that is known.
    fn reduced(
        &mut self,
        function: &Value,
        iterable: &Value,
        start: Option<&Value>,
        at: ExprId,
    ) -> Flow<Value> {
        let items = self.exhaust(iterable, at)?;
        if !items.exact {
            self.suppose_effects([function]);
            self.may_raise("", Risk::Inside, at, || "the function may raise".to_owned());
            return Ok(Value::Opaque(None));
        }
        let mut values = start.cloned().into_iter().chain(items.values);
        let Some(mut total) = values.next() else {
            return Err(self.raise_builtin("TypeError", "there is nothing to reduce"));
        };
        for value in values {
            total = self.call(function, vec![total, value], at)?;
        }
        Ok(total)
    }

    /// What is left of a class or function after a decorator from outside.
    pub(in crate::worlds) fn decorated_by(&self, decorated: Value, result: Value) -> Value {
        match (&result, &decorated) {
            // Nearly always the class itself; its attributes are taken as unseen anyway.
            (Value::Unknown | Value::Returned(_), Value::Object(_)) => decorated,
            _ => result,
        }
    }
}

/// Whether this is a method of something made outside that refuses what is not there.
fn takes_out(attribute: &str) -> bool {
    let methods =
        ["group", "index", "move_to_end", "pop", "popitem", "popleft", "remove", "substitute"];
    attribute.rsplit_once("().").is_some_and(|(_, method)| methods.contains(&method))
}

/// `math.isfinite` and the like of a number that is known.
fn is_of_floats(function: &str, number: &Value) -> Option<bool> {
    let number = match number {
        Value::Float(number) => *number,
        Value::Int(_) | Value::Bool(_) => 0.0,
        _ => return None,
    };
    match function {
        "isfinite" => Some(number.is_finite()),
        "isinf" => Some(number.is_infinite()),
        "isnan" => Some(number.is_nan()),
        _ => None,
    }
}
