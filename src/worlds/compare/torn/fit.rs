//! Whether a use that is written for what new code makes fits what live holds.

use super::super::Worlds;
use super::Misfit;
use super::uses::{How, Use, names_attribute};
use crate::program::Program;
use crate::simulation::TornKind;
use crate::syntax::ast::{Ast, ExprId, ExprKind, Name};
use crate::text::span::Span;
use crate::worlds::eval::Args;
use crate::worlds::machine::Machine;
use crate::worlds::signature;
use crate::worlds::state::{Object, State};
use crate::worlds::value::Value;

/// What two worlds hold under one name.
struct Pair<'s> {
    name: &'s Name,
    old: (&'s State, Value),
    new: (&'s State, Value),
}

/// How much of a value is worth quoting.
const QUOTED: usize = 24;

impl Worlds<'_, '_> {
    /// Why a use of a name does not fit what live holds under it.
    pub(super) fn misfit(&mut self, new: &Program, used: &Use) -> Option<Misfit> {
        let symbol = self.machine.symbol(&used.name);
        let live = self.live.global(symbol)?;
        let made = self.reload?.intended.global(symbol)?;
        let ([old], [remade]) = (&live.bindings[..], &made.bindings[..]) else { return None };
        if old.version >= self.last || remade.version != self.last {
            return None;
        }
        let place = (old.version, old.span);
        let pair = Pair {
            name: &used.name,
            old: (self.live, old.value.clone()),
            new: (&self.reload?.intended, remade.value.clone()),
        };
        let ast = new.ast();
        let breaks = match &used.how {
            How::Call(call, attribute) => {
                let refused = self.call_misfit(ast, *call, &pair);
                let attribute = attribute.as_ref();
                refused.or_else(|| self.instance_misfit(&pair, place, attribute?))
            }
            How::Attribute(attribute) => self.attribute_misfit(&pair, attribute),
            How::Item(index) => self.kind_misfit(&pair).or_else(|| item_misfit(&pair, index)),
            How::Read => None,
        };
        let is_called = matches!(used.how, How::Call(..));
        let breaks = breaks.or_else(|| self.kind_misfit(&pair).filter(|_| !is_called));
        let (kind, why) = match breaks {
            Some(why) => (TornKind::Breaks, why),
            None => (TornKind::OtherValue, value_misfit(&pair, &used.how)?),
        };
        Some(Misfit { kind, old: Some(place), new: remade.span, why })
    }

    /// Why a call that fits the new callee does not fit the old one.
    fn call_misfit(&mut self, ast: &Ast, call: ExprId, pair: &Pair<'_>) -> Option<String> {
        let name = pair.name;
        let is_callable = |value: &Value| matches!(value, Value::Function(_) | Value::Object(_));
        let is_plain = pair.old.1.type_name().filter(|_| is_data(&pair.old.1));
        if is_plain.is_some() && is_callable(&pair.new.1) {
            let kind = self.kind(&pair.old)?;
            return Some(format!("the old `{name}` is {kind}, not something to call"));
        }
        let args = arguments(ast, call)?;
        let [old, new] =
            [&pair.old, &pair.new].map(|held| self.with(held.0, |m| m.signature_of(&held.1)));
        if new?.misfit(&args).is_some() {
            return None;
        }
        Some(match old?.misfit(&args)? {
            signature::Misfit::TooMany { takes, given } => {
                let plural = if takes == 1 { "" } else { "s" };
                format!("the old `{name}` takes {takes} positional argument{plural}, not {given}")
            }
            signature::Misfit::NoParameter(parameter) => {
                format!("the old `{name}` has no parameter `{parameter}`")
            }
            signature::Misfit::Missing(parameter) => {
                format!("the old `{name}` still needs `{parameter}`")
            }
        })
    }

    /// What the new object has and the old one lacks.
    fn attribute_misfit(&mut self, pair: &Pair<'_>, attribute: &Name) -> Option<String> {
        let (old, new) = (&pair.old, &pair.new);
        let is_new = self.with(new.0, |machine| has(machine, &new.1, attribute));
        let is_old = self.with(old.0, |machine| may_have(machine, &old.1, attribute));
        (is_new && !is_old).then(|| format!("the old `{}` has no `{attribute}`", pair.name))
    }

    /// What instances of the new class have and those of the old one lack.
    fn instance_misfit(
        &mut self,
        pair: &Pair<'_>,
        (version, span): (u32, Span),
        attribute: &Name,
    ) -> Option<String> {
        let (old, new) = (&pair.old, &pair.new);
        let is_class = |machine: &Machine<'_>, value: &Value| {
            matches!(value, Value::Object(id)
                if matches!(machine.state.object(*id), Some(Object::Class(_))))
        };
        let is_new = self.with(new.0, |machine| {
            is_class(machine, &new.1) && machine.class_attribute(&new.1, attribute).is_some()
        });
        let is_old = self.with(old.0, |machine| {
            !is_class(machine, &old.1)
                || machine.class_attribute(&old.1, "__getattr__").is_some()
                || may_have(machine, &old.1, attribute)
        });
        // A method of the old class may set it.
        if !is_new || is_old || names_attribute(self.program(version)?, span, attribute) {
            return None;
        }
        Some(format!("the old `{}` has no `{attribute}`", pair.name))
    }

    /// Values of another kind than the new code reckons with.
    fn kind_misfit(&mut self, pair: &Pair<'_>) -> Option<String> {
        let (old, new) = (self.kind(&pair.old)?, self.kind(&pair.new)?);
        (old != new).then(|| format!("the old `{}` is {old}, not {new}", pair.name))
    }

    fn kind(&mut self, held: &(&State, Value)) -> Option<&'static str> {
        Some(match &held.1 {
            Value::None => "`None`",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Str(_) => "a string",
            Value::Bytes(_) => "bytes",
            Value::Tuple(_) => "a tuple",
            Value::Function(_) => "a function",
            Value::Object(id) => match held.0.object(*id)? {
                Object::List(_) => "a list",
                Object::Set(_) => "a set",
                Object::Dict(_) => "a dict",
                Object::Class(_) => "a class",
                _ => return None,
            },
            _ => return None,
        })
    }

    /// Asks the machine about a world.
    fn with<T>(&mut self, state: &State, ask: impl FnOnce(&Machine<'_>) -> T) -> T {
        let before = std::mem::replace(&mut self.machine.state, state.clone());
        let answer = ask(self.machine);
        self.machine.state = before;
        answer
    }
}

/// What a call gives; None where that is not all written there.
fn arguments(ast: &Ast, call: ExprId) -> Option<Args> {
    let ExprKind::Call { args, keywords, .. } = &ast.expr(call).kind else { return None };
    if args.iter().any(|&arg| matches!(ast.expr(arg).kind, ExprKind::Starred(_))) {
        return None;
    }
    let named =
        keywords.iter().map(|keyword| Some((keyword.name.as_ref()?.name.clone(), Value::Unknown)));
    let mut given = Args::plain(vec![Value::Unknown; args.len()]);
    given.keywords = named.collect::<Option<_>>()?;
    Some(given)
}

/// Whether an object certainly has an attribute.
fn has(machine: &Machine<'_>, value: &Value, attribute: &str) -> bool {
    let Value::Object(id) = value else { return false };
    match machine.state.object(*id) {
        Some(Object::Class(_)) => machine.class_attribute(value, attribute).is_some(),
        Some(Object::Instance(instance)) => {
            instance.attributes.get(attribute).is_some()
                || machine.class_attribute(&instance.class, attribute).is_some()
        }
        _ => false,
    }
}

/// Whether an object may have an attribute, as far as is known.
fn may_have(machine: &Machine<'_>, value: &Value, attribute: &str) -> bool {
    let Value::Object(id) = value else { return true };
    match machine.state.object(*id) {
        Some(Object::Class(class)) => {
            let is_enum = is_plain_enum(&class.bases) && class.metaclass.is_none();
            let is_seen = is_enum || (!machine.is_opaque_class(value) && class.metaclass.is_none());
            let builtin = machine.builtin_ancestor(value);
            !is_seen
                || machine.class_attribute(value, attribute).is_some()
                || crate::worlds::builtins::types::has_attribute(builtin, attribute) != Some(false)
                || crate::worlds::builtins::types::has_attribute("type", attribute) != Some(false)
        }
        Some(Object::Instance(instance)) => {
            instance.is_opaque
                || instance.attributes.get(attribute).is_some()
                || machine.class_attribute(&instance.class, "__getattr__").is_some()
                || machine.class_attribute(&instance.class, "__getattribute__").is_some()
                || may_have(machine, &instance.class, attribute)
        }
        _ => true,
    }
}

/// A class of members, and nothing else that could add some.
fn is_plain_enum(bases: &[Value]) -> bool {
    let [Value::External(base)] = bases else { return false };
    &*base.module == "enum"
        && matches!(&*base.attribute, "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag")
}

/// An item that the new object has and the old one lacks.
fn item_misfit(pair: &Pair<'_>, index: &Value) -> Option<String> {
    let (Some(None), Some(Some(_))) = (item(&pair.old, index), item(&pair.new, index)) else {
        return None;
    };
    let (name, shown) = (pair.name, quoted(index)?);
    Some(format!("the old `{name}` has no `{shown}`"))
}

/// The item of an object, where it is known well enough to say: `Some(None)` means absent.
fn item(held: &(&State, Value), index: &Value) -> Option<Option<Value>> {
    match (&held.1, index) {
        (Value::Object(id), _) => match held.0.object(*id)? {
            Object::Dict(entries) => entries.get(index).map(|found| found.cloned()),
            Object::List(items) if items.exact => Some(at(&items.values, index)),
            _ => None,
        },
        (Value::Tuple(items), Value::Int(_)) => Some(at(items, index)),
        _ => None,
    }
}

fn at(items: &[Value], index: &Value) -> Option<Value> {
    let Value::Int(index) = index else { return None };
    let index = if *index < 0 { index + items.len() as i64 } else { *index };
    items.get(usize::try_from(index).ok()?).cloned()
}

/// Another value than the new code was written beside.
fn value_misfit(pair: &Pair<'_>, how: &How) -> Option<String> {
    let name = pair.name;
    if let How::Item(index) = how {
        let (old, new) = (item(&pair.old, index)??, item(&pair.new, index)??);
        let place = format!("{name}[{}]", quoted(index)?);
        return (old.equals(&new) == Some(false)).then(|| told(&place, &old, &new));
    }
    let (old, new) = (&pair.old.1, &pair.new.1);
    if is_data(old) && is_data(new) && old.equals(new) == Some(false) {
        return Some(told(name, old, new));
    }
    let items = |held: &(&State, Value)| -> Option<Vec<Value>> {
        let Value::Object(id) = &held.1 else { return None };
        match held.0.object(*id)? {
            Object::List(items) | Object::Set(items) if items.exact => Some(items.values.clone()),
            _ => None,
        }
    };
    let (old, new) = (items(&pair.old)?, items(&pair.new)?);
    let differ = old.len() != new.len()
        || old.iter().zip(&new).any(|(old, new)| old.equals(new) == Some(false));
    differ.then(|| format!("the old `{name}` has other items"))
}

fn told(what: &str, old: &Value, new: &Value) -> String {
    match (quoted(old), quoted(new)) {
        (Some(old), Some(new)) => format!("the old `{what}` is `{old}`, not `{new}`"),
        _ => format!("the old `{what}` is another one"),
    }
}

fn is_data(value: &Value) -> bool {
    matches!(
        value,
        Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Bytes(_)
            | Value::Tuple(_)
    )
}

/// A short value as Python writes it.
fn quoted(value: &Value) -> Option<String> {
    let text = match value {
        Value::None => "None".to_owned(),
        Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Str(text)
            if !text.contains(['"', '\\', '`']) && !text.contains(char::is_control) =>
        {
            format!("\"{text}\"")
        }
        _ => return None,
    };
    (text.chars().count() <= QUOTED).then_some(text)
}
