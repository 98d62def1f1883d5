//! What the classes of `enum` refuse (`Lib/enum.py`).

use crate::syntax::ast::{ClassDef, ExprId, ExprKind, StmtKind};
use crate::worlds::eval::ORDER;
use crate::worlds::function::{Class, Local};
use crate::worlds::machine::{Flow, Machine, Risk};
use crate::worlds::state::Object;
use crate::worlds::value::Value;

/// What makes an object a number, or lets it be combined with one; a descriptor is no member.
const NUMERIC: &[&str] = &["__get__", "__index__", "__int__", "__ror__", "__trunc__"];

/// What the members of an enumeration are besides.
#[derive(Default)]
struct Mixed {
    /// `int` makes them: `IntEnum`, `IntFlag`, `(int, Enum)`.
    int: bool,
    /// Only texts are taken: `StrEnum`.
    text: bool,
    /// They are combined by their bits: `Flag`.
    bits: bool,
}

impl Machine<'_> {
    /// Values that an enumeration does not take for members.
    pub(super) fn check_members(&mut self, class: &Value, at: Option<ExprId>) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let makers = ["__new__", "__init__", "_generate_next_value_"];
        let made_by = makers.map(|name| self.class_attribute(class, name).map(|local| local.value));
        let made_by: Vec<Value> = made_by.into_iter().flatten().collect();
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        if let Some(at) = at
            && self.enum_base(class).is_some()
            && !made_by.is_empty()
            && members(own).next().is_some()
        {
            // They are called for each member while the class is made.
            self.suppose_effects(made_by.iter());
            let said = || "making a member may fail".to_owned();
            self.may_raise("", Risk::Inside, at, said);
            return Ok(());
        }
        let Some(mixed) = self.mixed(class) else { return Ok(()) };
        let refused = members(own).find_map(|(name, value)| {
            let class = self.refusal(&mixed, value)?;
            Some((class, format!("the member `{name}` cannot have this value")))
        });
        match refused {
            Some((class, reason)) => Err(self.raise_builtin(class, reason)),
            None => Ok(()),
        }
    }

    /// What is raised where a member has such a value; None where nothing is, as far as known.
    fn refusal(&self, mixed: &Mixed, value: &Value) -> Option<&'static str> {
        let is_container = matches!(value, Value::Object(id) if matches!(
            self.state.object(*id),
            Some(Object::List(_) | Object::Dict(_) | Object::Set(_))
        ));
        let is_number = value.as_float().is_some();
        match value {
            Value::Str(text) if mixed.int => {
                let digits = text.trim().replace('_', "");
                let is_number = digits.parse::<i64>().is_ok() || digits.len() > 18;
                (!is_number).then_some("ValueError")
            }
            // `int(1, 2)`
            Value::Tuple(items)
                if mixed.int && items.len() > 1 && items[0].as_float().is_some() =>
            {
                Some("TypeError")
            }
            Value::None if mixed.int => Some("TypeError"),
            _ if is_container && mixed.int => Some("TypeError"),
            Value::None if mixed.text => Some("TypeError"),
            _ if (is_container || is_number) && mixed.text => Some("TypeError"),
            // Since 3.11 every value is added to a mask.
            Value::Int(_) | Value::Bool(_) => None,
            Value::None | Value::Str(_) | Value::Bytes(_) | Value::Float(_) | Value::Tuple(_)
                if mixed.bits =>
            {
                Some("TypeError")
            }
            _ if (is_container || self.is_no_number(value)) && mixed.bits => Some("TypeError"),
            _ if self.is_no_number(value) && mixed.int => Some("TypeError"),
            _ => None,
        }
    }

    /// Whether something is an object of the module's own that is no number.
    fn is_no_number(&self, value: &Value) -> bool {
        let Value::Object(id) = value else { return false };
        matches!(self.state.object(*id), Some(Object::Instance(_)))
            && !self.has_unseen_attributes(value)
            && NUMERIC.iter().all(|name| self.special(value, name).is_none())
    }

    /// What the members of a class are; None where it is no enumeration, or makes them itself.
    fn mixed(&self, class: &Value) -> Option<Mixed> {
        let mut mixed = Mixed::default();
        let mut is_enum = false;
        for id in self.own_ancestors(class) {
            let Some(Object::Class(own)) = self.state.object(id) else { return None };
            let makes = ["__new__", "_generate_next_value_", "_ignore_"];
            if makes.iter().any(|name| own.namespace.get(name).is_some()) {
                return None;
            }
            for base in own.bases.iter() {
                match base {
                    Value::Type("int") => mixed.int = true,
                    Value::Type("object" | "str") | Value::Object(_) => {}
                    Value::External(base) if &*base.module == "enum" => {
                        is_enum = true;
                        match &*base.attribute {
                            "Enum" => {}
                            "IntEnum" | "IntFlag" => mixed.int = true,
                            "StrEnum" => mixed.text = true,
                            "Flag" => mixed.bits = self.resolver.python.minor >= 11,
                            _ => return None,
                        }
                    }
                    _ => return None,
                }
            }
        }
        is_enum.then_some(mixed)
    }

    /// A member is bound once (`_EnumDict.__setitem__`).
    pub(super) fn check_names_once(&mut self, def: &ClassDef, class: &Value) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        if self.mixed(class).is_none() {
            return Ok(());
        }
        let ast = self.program.ast();
        let is_member = |name: &str| members(own).any(|(known, _)| known == name);
        let mut bound: Vec<&str> = Vec::new();
        let mut again = None;
        for &id in &def.body {
            let StmtKind::Assign { targets, .. } = &ast.stmt(id).kind else { continue };
            let [target] = targets[..] else { continue };
            let ExprKind::Name(name) = &ast.expr(target).kind else { continue };
            if bound.contains(&&**name) && is_member(name) {
                again = Some(format!("the member `{name}` is there twice"));
            }
            bound.push(name);
        }
        match again {
            Some(reason) => Err(self.raise_builtin("TypeError", reason)),
            None => Ok(()),
        }
    }

    /// `Enum("Color", "RED BLUE")`: no name twice.
    pub(in crate::worlds) fn check_names(&mut self, names: &Value) -> Flow<()> {
        if names.as_float().is_some() {
            return Err(self.raise_builtin("TypeError", "a number holds no names of members"));
        }
        let Value::Str(names) = names else { return Ok(()) };
        let names = names.replace(',', " ");
        let names: Vec<&str> = names.split_whitespace().collect();
        let is_twice = |(index, name): (usize, &&str)| names[..index].contains(name);
        if names.iter().enumerate().any(is_twice) {
            return Err(self.raise_builtin("TypeError", "a member is there twice"));
        }
        Ok(())
    }

    /// `functools.total_ordering`: one of the comparisons has to be there.
    pub(in crate::worlds) fn check_ordering(&mut self, class: &Value) -> Flow<()> {
        let is_seen = matches!(class, Value::Object(_))
            && self.has_known_bases(class)
            && self.builtin_ancestor(class) == "object"
            && self.metaclass_of(class).is_none();
        let is_there = |name: &&str| self.class_attribute(class, name).is_some();
        if is_seen && !ORDER.iter().any(is_there) {
            let reason = "the class has none of `<`, `>`, `<=`, `>=`";
            return Err(self.raise_builtin("ValueError", reason));
        }
        Ok(())
    }

    /// `enum.unique`: no two members of one value.
    pub(in crate::worlds) fn check_unique(&mut self, class: &Value) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        if self.mixed(class).is_none() {
            return Ok(());
        }
        let values: Vec<&Value> = members(own).map(|(_, value)| value).collect();
        let is_there = |(index, value): (usize, &&Value)| {
            value.is_constant()
                && values[..index].iter().any(|earlier| earlier.equals(value) == Some(true))
        };
        if values.iter().enumerate().any(is_there) {
            return Err(self.raise_builtin("ValueError", "two members have one value"));
        }
        Ok(())
    }
}

/// What the body of an enumeration binds that becomes a member for certain.
fn members(class: &Class) -> impl Iterator<Item = (&str, &Value)> {
    let is_member = |name: &str, local: &Local| {
        let is_descriptor = matches!(local.value, Value::Function(_) | Value::Method(_));
        !name.starts_with('_') && !local.maybe_unbound && !is_descriptor
    };
    let entries = class.namespace.iter().filter(move |(name, local)| is_member(name, local));
    entries.map(|(name, local)| (&**name, &local.value))
}

/// `class Color(Enum, str)`
pub(super) fn is_enum_misplaced(bases: &[Value]) -> bool {
    let is_enum = |base: &Value| match base {
        Value::External(base) => &*base.module == "enum" && &*base.attribute == "Enum",
        _ => false,
    };
    bases.iter().any(is_enum) && matches!(bases.last(), Some(Value::Type(_)))
}
