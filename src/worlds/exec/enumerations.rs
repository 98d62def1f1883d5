//! What the classes of `enum` refuse (`Lib/enum.py`).

use crate::syntax::ast::{ClassDef, ExprId, ExprKind, Name, StmtKind};
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
    /// `float` makes them.
    float: bool,
    /// `str` makes them: `(str, Enum)`.
    str: bool,
    /// Only texts are taken: `StrEnum`.
    text: bool,
    /// They are combined by their bits: `Flag`.
    bits: bool,
    /// What `auto()` gives is the next bit: `Flag`, `IntFlag`.
    flags: bool,
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
            && !self.members(own).is_empty()
        {
            // They are called for each member while the class is made.
            self.suppose_effects(made_by.iter());
            let said = || "making a member may fail".to_owned();
            self.may_raise("", Risk::Inside, at, said);
            return Ok(());
        }
        let Some(mixed) = self.mixed(class) else { return Ok(()) };
        // `auto()` is asked while the body runs, the others are made after it.
        if let Some(name) = self.refused_auto(&mixed, own) {
            let reason = format!("`auto()` does not go on from what is before `{name}`");
            return Err(self.raise_builtin("TypeError", reason));
        }
        let refused = self.members(own).into_iter().find_map(|(name, value)| {
            let class = self.refusal(&mixed, value)?;
            Some((class, format!("the member `{name}` cannot have this value")))
        });
        match refused {
            Some((class, reason)) => Err(self.raise_builtin(class, reason)),
            None => Ok(()),
        }
    }

    /// The first member whose `auto()` cannot go on from the values before it
    /// (`_generate_next_value_`).
    fn refused_auto<'c>(&self, mixed: &Mixed, own: &'c Class) -> Option<&'c str> {
        let is_asked_of_all = self.resolver.python.minor >= if mixed.flags { 11 } else { 13 };
        if mixed.text || !is_asked_of_all {
            return None;
        }
        let is_number = |value: &Value| match value {
            Value::Float(_) => !mixed.flags,
            value => !value.is_constant() || value.as_int().is_some(),
        };
        let members = self.members(own);
        let (numbers, others) =
            members.split_at(members.iter().position(|(_, value)| !is_number(value))?);
        let is_new = |value: &Value| !numbers.iter().any(|(_, earlier)| earlier.same(value));
        let mut autos = others.iter().filter(|(_, value)| is_auto(value));
        autos.find(|(_, value)| is_new(value)).map(|(name, _)| *name)
    }

    /// What is raised where a member has such a value; None where nothing is, as far as known.
    fn refusal(&self, mixed: &Mixed, value: &Value) -> Option<&'static str> {
        if self.is_class(value) {
            // From 3.13 on it is no member.
            let is_made = mixed.int || mixed.float || mixed.text || mixed.bits;
            let is_member =
                self.resolver.python.minor < 13 && self.class_attribute(value, "__get__").is_none();
            return (is_made && is_member).then_some("TypeError");
        }
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
            Value::Str(text) if mixed.float => {
                let is_number = text.trim().replace('_', "").parse::<f64>().is_ok();
                (!is_number).then_some("ValueError")
            }
            // `str(1, 2)`, `float(1, 2)`
            Value::Tuple(items) if (mixed.text || mixed.str || mixed.float) && items.len() > 1 => {
                let is_encoded = !mixed.float && matches!(items[0], Value::Bytes(_));
                (!is_encoded).then_some("TypeError")
            }
            Value::None if mixed.int || mixed.float => Some("TypeError"),
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

    /// What the body of an enumeration binds that becomes a member for certain.
    fn members<'c>(&self, class: &'c Class) -> Vec<Member<'c>> {
        let ignored: Option<Vec<Name>> = match class.namespace.get("_ignore_") {
            Some(local) => {
                self.names_in(&local.value).and_then(|names| names.into_iter().collect())
            }
            None => Some(Vec::new()),
        };
        let Some(ignored) = ignored else { return Vec::new() };
        let is_member = |name: &str, local: &Local| {
            let is_descriptor = matches!(local.value, Value::Function(_) | Value::Method(_));
            let is_ignored = ignored.iter().any(|ignored| &**ignored == name);
            !name.starts_with('_') && !local.maybe_unbound && !is_descriptor && !is_ignored
        };
        let entries = class.namespace.iter().filter(|(name, local)| is_member(name, local));
        entries.map(|(name, local)| (&**name, &local.value)).collect()
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
            let makes = ["__new__", "_generate_next_value_"];
            if makes.iter().any(|name| own.namespace.get(name).is_some()) {
                return None;
            }
            for base in own.bases.iter() {
                match base {
                    Value::Type("int") => mixed.int = true,
                    Value::Type("float") => mixed.float = true,
                    Value::Type("str") => mixed.str = true,
                    Value::Type("object") | Value::Object(_) => {}
                    Value::External(base) if &*base.module == "enum" => {
                        is_enum = true;
                        match &*base.attribute {
                            "Enum" => {}
                            "IntEnum" => mixed.int = true,
                            "IntFlag" => (mixed.int, mixed.flags) = (true, true),
                            "StrEnum" => mixed.text = true,
                            "Flag" => {
                                mixed.flags = true;
                                mixed.bits = self.resolver.python.minor >= 11;
                            }
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
        let members = self.members(own);
        let is_member = |name: &str| members.iter().any(|(known, _)| *known == name);
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
    pub(in crate::worlds) fn check_unique(&mut self, class: &Value, at: ExprId) -> Flow<()> {
        let Value::Object(id) = class else { return Ok(()) };
        let Some(Object::Class(own)) = self.state.object(*id) else { return Ok(()) };
        let Some(mixed) = self.mixed(class) else { return Ok(()) };
        let values = made_values(&mixed, &self.members(own), self.resolver.python.minor);
        let is_one = |a: &Value, b: &Value| a.equals(b) == Some(true);
        let pairs = values
            .iter()
            .enumerate()
            .flat_map(|(index, value)| values[..index].iter().map(move |earlier| (earlier, value)));
        let reason = "two members have one value";
        let mut is_sure = true;
        for pair in pairs {
            match pair {
                (Some(a), Some(b)) if is_one(a, b) => {
                    return Err(self.raise_builtin("ValueError", reason));
                }
                (Some(_), Some(_)) => {}
                _ => is_sure = false,
            }
        }
        if !is_sure {
            self.may_raise("ValueError", Risk::Inside, at, || reason.to_owned());
        }
        Ok(())
    }
}

/// A name that becomes a member, and what it is bound to.
type Member<'c> = (&'c str, &'c Value);

fn is_auto(value: &Value) -> bool {
    matches!(value, Value::Returned(made)
        if (&*made.callee.module, &*made.callee.attribute) == ("enum", "auto"))
}

/// The values that members have when the class is made; None for one that `auto()` or the data
/// type makes in a way that is not followed.
fn made_values(mixed: &Mixed, members: &[Member], minor: u8) -> Vec<Option<Value>> {
    let mut given: Vec<Option<Value>> = Vec::new();
    for (index, (name, value)) in members.iter().enumerate() {
        // Under another name it is the value that it has become.
        let same = members[..index].iter().position(|(_, earlier)| earlier.same(value));
        given.push(match is_auto(value) {
            true if same.is_some() => same.and_then(|same| given[same].clone()),
            true if mixed.text => Some(Value::str(&name.to_lowercase())),
            true => next_value(mixed, &given, minor).map(Value::Int),
            false => Some((*value).clone()),
        });
    }
    let made = |value: Value| match (&value, mixed.int, mixed.float) {
        (Value::Str(text), true, _) => text.trim().parse().ok().map(Value::Int),
        (_, false, false) if mixed.str => value.plain_text().map(|text| Value::str(&text)),
        (Value::Str(text), _, true) => text.trim().parse().ok().map(Value::Float),
        _ => Some(value),
    };
    given.into_iter().map(|value| value.and_then(made)).collect()
}

/// What `auto()` gives after these values (`_generate_next_value_`, `Lib/enum.py`).
fn next_value(mixed: &Mixed, given: &[Option<Value>], minor: u8) -> Option<i64> {
    let numbers: Option<Vec<Option<i64>>> = given
        .iter()
        .map(|value| match value.as_ref()? {
            Value::Int(number) => Some(Some(*number)),
            Value::Str(_) | Value::None | Value::Bytes(_) | Value::Tuple(_) => Some(None),
            _ => None,
        })
        .collect();
    let numbers = numbers?.into_iter().flatten();
    // The highest, or the last one.
    let is_highest = minor >= if mixed.flags { 11 } else { 13 };
    let before = if is_highest { numbers.max() } else { numbers.last() };
    Some(match (before, mixed.flags) {
        (None, _) => 1,
        (Some(before), true) => 1 << (i64::BITS - before.leading_zeros()).min(62),
        (Some(before), false) => before + 1,
    })
}

/// `class Color(Enum, str)`
pub(super) fn is_enum_misplaced(bases: &[Value]) -> bool {
    let is_enum = |base: &Value| match base {
        Value::External(base) => &*base.module == "enum" && &*base.attribute == "Enum",
        _ => false,
    };
    bases.iter().any(is_enum) && matches!(bases.last(), Some(Value::Type(_)))
}
