//! Calling a class of the module's own: `type_call` in `Objects/typeobject.c`.

use crate::syntax::ast::{ExprId, Name};
use crate::worlds::answers::any_of;
use crate::worlds::builtins::types;
use crate::worlds::eval::Args;
use crate::worlds::function::Class;
use crate::worlds::linked::CONTENTS;
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::{Instance, Object};
use crate::worlds::value::{ObjectId, Value};

impl Machine<'_> {
    /// Calls a class: what its metaclass says comes before `type.__call__`.
    pub(super) fn instantiate(&mut self, id: ObjectId, args: Args, at: ExprId) -> Flow<Value> {
        match self.member_lookup(id, &args) {
            Some(true) => return Ok(Value::Opaque(None)),
            Some(false) => {
                let reason = "the enumeration has no member with this value";
                return Err(self.raise_builtin("ValueError", reason));
            }
            None => {}
        }
        let class = Value::Object(id);
        if self.enum_base(&class).is_some() {
            // A member is looked up, or, where there is none, an enumeration is made.
            let risk = Risk::decided_by(args.values().any(Value::is_outside));
            self.may_raise("", risk, at, || "there may be no such member".to_owned());
            return Ok(Value::Opaque(None));
        }
        if self.is_typed_dict(&class) {
            return self.construct("dict", args, at);
        }
        let metaclass = self.metaclass_of(&class);
        let call = metaclass.and_then(|metaclass| self.class_attribute(&metaclass, "__call__"));
        match call {
            Some(call) if matches!(call.value, Value::Function(_)) => {
                let mut args = args;
                args.positional.insert(0, class);
                self.call_with(&call.value, args, at)
            }
            _ => self.make_instance(id, args, at),
        }
    }

    /// Whether what a class makes are plain dictionaries (`_TypedDictMeta`, `Lib/typing.py`).
    fn is_typed_dict(&self, class: &Value) -> bool {
        self.own_ancestors(class).into_iter().any(|id| match self.state.object(id) {
            Some(Object::Class(own)) => own.bases.iter().any(|base| match base {
                Value::External(base) => {
                    &*base.attribute == "TypedDict" && base.module.starts_with("typing")
                }
                _ => false,
            }),
            _ => false,
        })
    }

    /// Whether an enumeration that is called with a value has a member of that value; None where
    /// it is none, or not all its members are known (`EnumType.__call__`, `Lib/enum.py`).
    fn member_lookup(&self, id: ObjectId, args: &Args) -> Option<bool> {
        let Some(Object::Class(class)) = self.state.object(id) else { return None };
        let [wanted] = &args.positional[..] else { return None };
        let is_lookup = !args.inexact && args.keywords.is_empty() && wanted.is_constant();
        if !is_lookup || !has_plain_members(class) {
            return None;
        }
        let public = class.namespace.iter().filter(|(name, _)| !name.starts_with('_'));
        let members: Vec<&Value> =
            public.map(|(_, local)| &local.value).filter(|value| !is_descriptor(value)).collect();
        // The data type makes the values: `str(1)` is another one than 1.
        let is_of =
            |class: &'static str| members.iter().all(|value| value.type_name() == Some(class));
        let is_same = class.bases.iter().all(|base| match base {
            Value::Type(class) => is_of(class),
            _ => true,
        });
        if !is_same {
            return None;
        }
        let is_wanted = |value: &&Value| value.equals(wanted).filter(|_| value.is_constant());
        any_of(&members, is_wanted).filter(|_| !members.is_empty())
    }

    /// `type.__call__`: `__new__`, then `__init__`.
    pub(in crate::worlds) fn make_instance(
        &mut self,
        id: ObjectId,
        args: Args,
        at: ExprId,
    ) -> Flow<Value> {
        let class = Value::Object(id);
        let is_opaque = self.is_opaque_class(&class);
        let builtin = self.builtin_ancestor(&class);
        let mut attributes = crate::worlds::function::Namespace::default();
        if types::is_exception(builtin) {
            attributes.set(Name::from("args"), Value::tuple(args.positional.clone()));
        }
        if let ("module", Some(name)) = (builtin, args.positional.first()) {
            attributes.set(Name::from("__name__"), name.clone());
        }
        if let Some(contents) = self.new_contents(builtin) {
            attributes.set(Name::from(CONTENTS), contents);
        }
        let instance = Instance { class: class.clone(), attributes, is_opaque };
        let own_new = self.class_attribute(&class, "__new__");
        if let Some(new) = own_new {
            let mut with_class = args.clone();
            with_class.positional.insert(0, class.clone());
            let function = match &new.value {
                Value::Method(pair) => pair.1.clone(),
                value => value.clone(),
            };
            let made = self.call_with(&function, with_class, at)?;
            return match self.is_instance(&made, &class) {
                Some(false) => Ok(made),
                _ => self.initialise(made, &class, args, at, true),
            };
        }
        if builtin == "type"
            && let Some(made) = self.inherited_new(&Args {
                positional: std::iter::once(class.clone())
                    .chain(args.positional.iter().cloned())
                    .collect(),
                ..args.clone()
            })
        {
            return self.initialise(made, &class, args, at, true);
        }
        if let Some(fields) = self.inherited_fields(&class) {
            self.check_field_count(fields, &args, at)?;
        }
        let made = self.allocate(Object::Instance(instance));
        self.initialise(made, &class, args, at, false)
    }

    fn initialise(
        &mut self,
        made: Value,
        class: &Value,
        args: Args,
        at: ExprId,
        has_new: bool,
    ) -> Flow<Value> {
        if let Some(init) = self.class_attribute(class, "__init__") {
            let mut args = args;
            args.positional.insert(0, made.clone());
            let given = self.call_with(&init.value, args, at)?;
            let is_none = self.is_instance(&given, &Value::Type("NoneType"));
            match is_none {
                Some(true) => {}
                Some(false) => {
                    let reason = "__init__() should return None";
                    return Err(self.raise_builtin("TypeError", reason));
                }
                None => {
                    self.may_raise("TypeError", Risk::decided_by(given.is_outside()), at, || {
                        "__init__() may return something".to_owned()
                    })
                }
            }
            return Ok(made);
        }
        let builtin = self.builtin_ancestor(class);
        if !has_new && self.contents(&made).is_some() {
            let contents = self.construct(builtin, args, at)?;
            self.set_contents(&made, contents);
            return Ok(made);
        }
        let is_made_of_nothing = args.is_empty() && MADE_OF_NOTHING.contains(&builtin);
        if is_made_of_nothing && !self.has_hidden_attributes(class) {
            return Ok(made);
        }
        if self.is_opaque_class(class) {
            let text = self.excerpt(self.program.ast().expr(at).span);
            let risk = self.unseen_risk(class);
            self.may_raise("", risk, at, || format!("the call `{text}` may raise"));
        } else if builtin == "object" && !has_new {
            if !args.positional.is_empty() || !args.keywords.is_empty() {
                let reason = "the class takes no arguments";
                return Err(self.raise_builtin("TypeError", reason));
            }
        } else if !types::is_exception(builtin) && builtin != "module" && !has_new {
            self.may_raise("", Risk::Inside, at, || "making the object may fail".to_owned());
        }
        Ok(made)
    }
}

/// Builtin classes that take no argument, too.
const MADE_OF_NOTHING: &[&str] = &[
    "bool",
    "bytearray",
    "bytes",
    "complex",
    "dict",
    "float",
    "frozenset",
    "int",
    "list",
    "set",
    "str",
    "tuple",
];

/// What the body of an enumeration binds without making a member of it.
fn is_descriptor(value: &Value) -> bool {
    matches!(value, Value::Function(_) | Value::Method(_))
}

/// Whether nothing but its body decides which values the members of an enumeration have.
fn has_plain_members(class: &Class) -> bool {
    let is_enum = |base: &Value| match base {
        Value::External(base) => {
            &*base.module == "enum" && matches!(&*base.attribute, "Enum" | "IntEnum" | "StrEnum")
        }
        _ => false,
    };
    class.bases.iter().all(|base| is_enum(base) || matches!(base, Value::Type("int" | "str")))
        && class.bases.iter().any(is_enum)
        && ["__new__", "_missing_"].iter().all(|name| class.namespace.get(name).is_none())
}
