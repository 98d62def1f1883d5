//! Where following the code of other modules takes a closer look than following one's own.

use super::contents::{CONTENTS, is_container};
use crate::syntax::ast::{ExprId, ExprKind, Name};
use crate::worlds::eval::Args;
use crate::worlds::function::{Function, Namespace};
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::state::{Instance, Object};
use crate::worlds::value::{ObjectId, Value};

/// Modules whose classes add nothing to one that derives from them, but for what a checker of
/// types or `isinstance` asks.
const TRANSPARENT: &[&str] = &["typing", "typing_extensions", "abc", "collections.abc"];

impl Machine<'_> {
    /// A base class as far as it matters: `Generic[T]`, `Protocol` and `ABC` are as `object`.
    pub(in crate::worlds) fn plain_base(&mut self, base: Value, at: ExprId) -> Flow<Value> {
        if self.linked.is_none() {
            return Ok(base);
        }
        let program = std::rc::Rc::clone(&self.program);
        let base = match program.ast().expr(at).kind {
            ExprKind::Subscript { value, .. } if !matches!(base, Value::Object(_)) => {
                self.expr(value)?
            }
            _ => base,
        };
        Ok(match &base {
            Value::External(external)
                if TRANSPARENT.contains(&&*external.module)
                    && !matches!(&*external.attribute, "NamedTuple" | "TypedDict") =>
            {
                Value::Type("object")
            }
            _ => base,
        })
    }

    /// As [`Self::plain_base`], for metaclasses: `ABCMeta` is as `type`.
    pub(in crate::worlds) fn plain_metaclass(&self, metaclass: Option<Value>) -> Option<Value> {
        metaclass.filter(|class| match class {
            Value::External(external) => {
                self.linked.is_none() || !TRANSPARENT.contains(&&*external.module)
            }
            _ => true,
        })
    }

    /// The module and the qualified name of a function, where they are known.
    pub(in crate::worlds) fn function_attribute(
        &self,
        function: &Function,
        name: &str,
    ) -> Option<Value> {
        let linked = self.linked.as_ref()?;
        match name {
            "__module__" => Some(Value::Str(linked.identity_of(function.version).name.clone())),
            "__qualname__" if function.class.is_none() && function.closure.is_empty() => {
                Some(Value::Str(function.name.clone()))
            }
            _ => None,
        }
    }

    /// What a class body begins with (`compiler_class_body` in `Python/compile.c`).
    pub(in crate::worlds) fn begin_body(&mut self, body: ObjectId, name: &Name) {
        if self.linked.is_none() {
            return;
        }
        let module = self.identity.name.clone();
        if let Some(Object::Frame(frame)) = self.state.object_mut(body) {
            frame.locals.set(Name::from("__module__"), Value::Str(module));
            frame.locals.set(Name::from("__qualname__"), Value::Str(name.clone()));
        }
    }

    /// Runs what makes a class; meanwhile `type.__new__` gives that class.
    pub(in crate::worlds) fn while_making(
        &mut self,
        class: &Value,
        run: impl FnOnce(&mut Self) -> Flow<Value>,
    ) -> Flow<Value> {
        if let Some(linked) = &mut self.linked {
            linked.classes.push(class.clone());
        }
        let made = run(self);
        if let Some(linked) = &mut self.linked {
            linked.classes.pop();
        }
        made
    }

    /// `super().__new__(cls)`, where that makes a plain object, or the class that a metaclass
    /// is making.
    pub(in crate::worlds) fn inherited_new(&mut self, args: &Args) -> Option<Value> {
        let linked = self.linked.as_ref()?;
        let class = args.positional.first()?;
        if !self.is_class(class) {
            return None;
        }
        match self.builtin_ancestor(class) {
            "type" => linked.classes.last().cloned(),
            "object" => {
                let is_opaque = self.is_opaque_class(class);
                let attributes = Default::default();
                let instance = Instance { class: class.clone(), attributes, is_opaque };
                Some(self.allocate(Object::Instance(instance)))
            }
            builtin if is_container(builtin) => {
                let is_opaque = self.is_opaque_class(class);
                let mut attributes = Namespace::default();
                let contents = match (builtin, args.positional.get(1)) {
                    ("tuple", Some(items)) => self.plain_tuple(items),
                    _ => self.new_contents(builtin)?,
                };
                attributes.set(Name::from(CONTENTS), contents);
                let instance = Instance { class: class.clone(), attributes, is_opaque };
                Some(self.allocate(Object::Instance(instance)))
            }
            _ => None,
        }
    }

    /// Whether a decorator that was followed made a function in a way that is not: by `exec`. As
    /// good as always that calls the one that it was given.
    pub(in crate::worlds) fn wraps_unseen(
        &self,
        decorator: &Value,
        decorated: &Value,
        result: &Value,
    ) -> bool {
        self.linked.is_some()
            && matches!(decorator, Value::Function(_))
            && matches!(decorated, Value::Function(_))
            && matches!(result, Value::Opaque(None))
    }

    /// Whether what is called leaves the objects alone that it is given: logging, warning,
    /// formatting. Few functions of the standard library do not.
    pub(in crate::worlds) fn leaves_arguments(&self, callee: &Value) -> bool {
        let module = match callee {
            Value::External(external) => &external.module,
            Value::Returned(returned) => &returned.callee.module,
            _ => return false,
        };
        if matches!(&**module, "importlib.metadata" | "importlib_metadata") {
            return true;
        }
        self.linked.is_some()
            && self.resolver.is_standard(module)
            && !matches!(&**module, "heapq" | "bisect" | "random" | "operator")
    }
}
