//! What the code that executes finds out about the process: whose frames are around it, which
//! modules there are, and which object is which.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHasher;

use super::Whose;
use super::contents::CONTENTS;
use crate::syntax::ast::Name;
use crate::worlds::builtins::types;
use crate::worlds::function::Namespace;
use crate::worlds::machine::Machine;
use crate::worlds::state::{Entries, Instance, Object, Symbol};
use crate::worlds::value::Value;

/// The module in whose frames modules are imported and reloaded.
const IMPORT_MACHINERY: &str = "importlib._bootstrap";

impl Machine<'_> {
    /// `sys._getframe(depth)`: of what a frame has, the name of the module counts whose globals
    /// it has.
    pub(in crate::worlds) fn frame(&mut self, depth: Option<&Value>) -> Option<Value> {
        let depth = usize::try_from(depth.map_or(Some(0), Value::as_int)?).ok()?;
        // Around a module's own frame are those of the import machinery.
        let index = self.active.len().checked_sub(depth + 1);
        let name = match index {
            Some(at) => self.linked.as_ref()?.identity_of(self.active[at].version).name.clone(),
            None => Name::from(IMPORT_MACHINERY),
        };
        let mut globals = Entries::unknown();
        globals.sure.set(&Value::str("__name__"), Some(Value::Str(name)));
        let globals = self.allocate(Object::Dict(globals));
        let mut attributes = Namespace::default();
        attributes.set(Name::from("f_globals"), globals);
        let class = Value::Type("object");
        let frame = Instance { class, attributes, is_opaque: true };
        Some(self.allocate(Object::Instance(frame)))
    }

    /// What `sys.modules` has under a name, where that module executes in the same world.
    pub(in crate::worlds) fn loaded_module(&mut self, name: &Value) -> Option<Value> {
        let Value::Str(name) = name else { return None };
        let linked = self.linked.as_ref()?;
        if *name == linked.own.name {
            return Some(match self.is_elsewhere() {
                true => Value::Module(name.clone()),
                false => self.registered(),
            });
        }
        let is_loaded =
            &**name == IMPORT_MACHINERY || linked.by_name.get(name).is_some_and(Option::is_some);
        if is_loaded {
            return Some(Value::Module(name.clone()));
        }
        let symbol = self.symbol_of_loaded(name)?;
        let slot = self.state.global(symbol).filter(|slot| !slot.maybe_unbound)?;
        Some(slot.value())
    }

    /// `sys.modules[name] = module`, of another name than the module's own.
    pub(in crate::worlds) fn set_loaded(&mut self, name: &Value, module: Value) {
        let Value::Str(name) = name else { return };
        let Some(symbol) = self.symbol_of_loaded(name) else { return };
        let slot = self.slot_of(self.version, module);
        self.state.set_global(symbol, Some(Rc::new(slot)));
    }

    /// What `sys.modules` has under a name is not known any more.
    pub(in crate::worlds) fn forget_loaded(&mut self, name: &Value) {
        let Value::Str(name) = name else { return };
        if let Some(symbol) = self.symbol_of_loaded(name) {
            self.state.set_global(symbol, None);
        }
    }

    /// The symbol of an entry of `sys.modules`.
    fn symbol_of_loaded(&mut self, name: &Name) -> Option<Symbol> {
        let Some(Whose::Other(version)) = self.whose(&Name::from("sys")) else { return None };
        self.foreign_symbol(version, &Name::from(format!("modules[{name}]")))
    }

    /// A reload asks the finders of `sys.meta_path` for the module (`Lib/importlib/__init__.py`,
    /// `reload`): one that a followed module has put there learns of it.
    pub(in crate::worlds) fn announce_reload(&mut self) {
        let (sys, meta_path) = (Name::from("sys"), Name::from("meta_path"));
        // Without a frame of its own; whatever is written first stands for it.
        let Some(at) = self.program.ast().any_expr() else { return };
        if self.linked.as_ref().is_none_or(|linked| !linked.by_name.contains_key(&sys)) {
            return;
        }
        let finders = match self.linked_attribute(&sys, &meta_path, at) {
            Ok(Some(Value::Object(list))) => match self.state.object(list) {
                Some(Object::List(items)) if items.exact => items.values.clone(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        let name = Value::Str(self.identity.name.clone());
        let is_followed = |finder: &&Value| matches!(finder, Value::Object(_));
        for finder in finders.iter().filter(is_followed) {
            let before = self.state.clone();
            let args = vec![name.clone(), Value::None, Value::None];
            let answer = self
                .attribute(finder, &Name::from("find_spec"), at)
                .and_then(|find_spec| self.call(&find_spec, args, at));
            if answer.is_err() {
                self.state = before;
            }
        }
        self.raises.clear();
    }

    /// `id(object)`: a number that no other object has.
    pub(in crate::worlds) fn identity_number(&self, object: &Value) -> Option<Value> {
        let linked = self.linked.as_ref()?;
        let mut hasher = FxHasher::default();
        match object {
            Value::Module(name) => name.hash(&mut hasher),
            Value::ThisModule => linked.own.name.hash(&mut hasher),
            Value::Object(id) => id.hash(&mut hasher),
            _ => return None,
        }
        Some(Value::Int((hasher.finish() >> 2) as i64))
    }
}

impl Machine<'_> {
    /// `inspect.iscoroutinefunction(function)`
    pub(in crate::worlds) fn is_coroutine_function(&self, function: &Value) -> Option<bool> {
        match function {
            Value::Function(function) => {
                let scope = function.scope()?;
                Some(scope.is_async && !scope.is_generator)
            }
            Value::Method(pair) => self.is_coroutine_function(&pair.0),
            _ => None,
        }
    }

    /// `vars(class)` of a builtin class. What there is in any version counts: nobody looks for it
    /// who looks through the classes for what code has put there.
    pub(in crate::worlds) fn builtin_dict(&mut self, class: &'static str) -> Value {
        let mut names: Vec<&'static str> = types::own_attributes(class).collect();
        names.sort_unstable();
        let attribute = |name: &str| (Value::Type(class), Name::from(name));
        let pair =
            |name: &'static str| (Value::str(name), Value::BuiltinMethod(Rc::new(attribute(name))));
        let pairs = names.into_iter().map(pair).collect();
        self.allocate(Object::Dict(Entries::exactly(pairs)))
    }

    /// `dir(object)` of an instance or a class of which everything is seen.
    pub(in crate::worlds) fn attribute_names(&mut self, object: &Value) -> Option<Value> {
        self.linked.as_ref()?;
        let Value::Object(id) = object else { return None };
        let mut names: Vec<Name> = Vec::new();
        let class = match self.state.object(*id)? {
            Object::Instance(instance) if !instance.is_opaque => {
                let own = instance.attributes.iter().filter(|(name, _)| &**name != CONTENTS);
                names.extend(own.map(|(name, _)| name.clone()));
                instance.class.clone()
            }
            Object::Class(_) => object.clone(),
            _ => return None,
        };
        if !self.has_known_bases(&class) || self.class_attribute(&class, "__dir__").is_some() {
            return None;
        }
        for ancestor in self.own_ancestors(&class) {
            let Some(Object::Class(class)) = self.state.object(ancestor) else { return None };
            names.extend(class.namespace.iter().map(|(name, _)| name.clone()));
        }
        names.extend(OBJECT_NAMES.split_whitespace().map(Name::from));
        names.sort();
        names.dedup();
        Some(self.name_list(names))
    }
}

/// What every instance of a class of Python code has.
const OBJECT_NAMES: &str = "__class__ __delattr__ __dict__ __dir__ __doc__ __eq__ __format__ \
    __ge__ __getattribute__ __gt__ __hash__ __init__ __init_subclass__ __le__ __lt__ __module__ \
    __ne__ __new__ __reduce__ __reduce_ex__ __repr__ __setattr__ __sizeof__ __str__ \
    __subclasshook__";
