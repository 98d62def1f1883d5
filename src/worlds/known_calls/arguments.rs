//! What a call is given, as far as that tells one call from another.

use std::rc::Rc;

use crate::catalogue::{Argument, Condition, Entry, Key, Part, Wanted, plain_text};
use crate::syntax::ast::BinaryOp;
use crate::worlds::eval::Args;
use crate::worlds::function::Namespace;
use crate::worlds::machine::Machine;
use crate::worlds::state::Object;
use crate::worlds::value::{External, Returned, Value};

/// As what `|` of flags is kept.
const JOINED: &str = "operator.or_";

/// The inputs of a call or of a class statement.
pub(in crate::worlds) struct Inputs<'i> {
    pub(in crate::worlds) args: &'i Args,
    /// The call that gave what is called.
    pub(in crate::worlds) factory: Option<&'i Returned>,
    /// The call that made the object that is called on.
    pub(in crate::worlds) made: Option<&'i Returned>,
    /// The name of the class that is made, and what its body has bound.
    pub(in crate::worlds) class: Option<(&'i str, &'i Namespace)>,
}

/// What is known of an input.
enum Input {
    /// It is not given.
    Absent,
    Unknown,
    Value(Value),
}

impl Inputs<'_> {
    fn get(&self, part: &Part) -> Input {
        let given = |value: Option<&Value>, inexact: bool| match value {
            Some(value) => Input::Value(value.clone()),
            None if inexact => Input::Unknown,
            None => Input::Absent,
        };
        let named = |keywords: &[(crate::syntax::ast::Name, Value)], name: &str| {
            keywords.iter().find(|(own, _)| **own == *name).map(|(_, value)| value.clone())
        };
        let at_position = |call: Option<&Returned>, at: usize| match call {
            Some(call) => given(call.args.get(at), call.inexact),
            None => Input::Absent,
        };
        let by_name = |call: Option<&Returned>, name: &str| match call {
            Some(call) => given(named(&call.keywords, name).as_ref(), call.inexact),
            None => Input::Absent,
        };
        match part {
            Part::Position(at) => given(self.args.positional.get(*at), self.args.inexact),
            Part::Keyword(name) => {
                given(named(&self.args.keywords, name).as_ref(), self.args.inexact)
            }
            Part::FactoryPosition(at) => at_position(self.factory, *at),
            Part::FactoryKeyword(name) => by_name(self.factory, name),
            // What another module has made was made with what is not known here.
            Part::MadePosition(_) | Part::MadeKeyword(_) if self.made.is_none() => Input::Unknown,
            Part::MadePosition(at) => at_position(self.made, *at),
            Part::MadeKeyword(name) => by_name(self.made, name),
            Part::Definition | Part::Qualname => {
                given(self.args.positional.first(), self.args.inexact)
            }
            Part::ClassName => match self.class {
                Some((name, _)) => Input::Value(Value::str(name)),
                None => Input::Absent,
            },
            Part::ClassAttribute(name) => match self.class.map(|(_, body)| body.get(name)) {
                Some(Some(local)) if local.maybe_unbound => Input::Unknown,
                Some(Some(local)) => Input::Value(local.value.clone()),
                _ => Input::Absent,
            },
        }
    }

    /// Whether one of the conditions under which an entry says nothing is certain to hold.
    pub(super) fn is_excepted(&self, entry: &Entry) -> bool {
        entry.unless.iter().any(|condition| holds(condition, self) == Some(true))
    }

    /// Whether a condition is certain not to hold.
    pub(super) fn excludes(&self, condition: &Condition) -> bool {
        holds(condition, self) == Some(false)
    }

    fn argument(&self, argument: &Argument) -> Input {
        let value = match self.get(&argument.part) {
            Input::Value(value) => value,
            other => return other,
        };
        let value = match (argument.index, &value) {
            (None, _) => value,
            (Some(index), Value::Tuple(items)) => match items.get(index) {
                Some(item) => item.clone(),
                None => return Input::Absent,
            },
            (Some(index), Value::Returned(made)) => match made.args.get(index) {
                Some(item) => item.clone(),
                None => return Input::Unknown,
            },
            _ => return Input::Unknown,
        };
        match (argument.word, &value) {
            (None, _) => Input::Value(value),
            (Some(word), Value::Str(text)) => {
                let plain = plain_text(text);
                let ends = |letter: char| letter.is_whitespace() || letter == '(';
                match plain.split(ends).filter(|word| !word.is_empty()).nth(word) {
                    Some(word) => Input::Value(Value::str(word)),
                    None => Input::Absent,
                }
            }
            _ => Input::Unknown,
        }
    }

    /// The first of some inputs that is given, where it is known.
    pub(super) fn value(&self, key: &Key) -> Option<Value> {
        match self.first(key) {
            Input::Value(value) => Some(value),
            Input::Absent | Input::Unknown => None,
        }
    }

    /// The first of some inputs that is given.
    fn first(&self, key: &Key) -> Input {
        for argument in &key.alternatives {
            match self.argument(argument) {
                Input::Absent => {}
                found => return found,
            }
        }
        Input::Absent
    }
}

impl Machine<'_> {
    /// `os.O_CREAT | os.O_EXCL`, where the catalogue asks for one of them.
    pub(in crate::worlds) fn joined_flags(
        &self,
        left: &Value,
        op: BinaryOp,
        right: &Value,
    ) -> Option<Value> {
        let flags = self.resolver.catalogue?.flags();
        let is_flag = |value: &Value| match value {
            Value::External(external) => flags.iter().any(|flag| external.is_path(flag)),
            Value::Returned(joined) => joined.callee.is_path(JOINED),
            _ => false,
        };
        if op != BinaryOp::BitOr || !is_flag(left) && !is_flag(right) {
            return None;
        }
        let (module, attribute) = JOINED.split_once('.')?;
        let callee = External { module: module.into(), attribute: attribute.into() };
        let args = vec![left.clone(), right.clone()];
        let joined = Returned { callee: callee.into(), args, keywords: Vec::new(), inexact: false };
        Some(Value::Returned(Rc::new(joined)))
    }

    /// As [`Self::input`], for what need not be the same object, only be written the same.
    pub(super) fn input_as_written(&self, key: &Key, inputs: &Inputs<'_>) -> Option<String> {
        match inputs.first(key) {
            Input::Absent => Some("-".to_owned()),
            Input::Unknown => None,
            Input::Value(value) => self.text_of(&value, &|_| true, 0),
        }
    }

    /// Whether an entry is about a call with these inputs, for certain.
    pub(super) fn applies(&self, entry: &Entry, inputs: &Inputs<'_>) -> bool {
        let python = self.resolver.python;
        let is_release = |releases: &crate::catalogue::Releases| {
            releases.contain(self.resolver.release(&releases.distribution).as_deref())
        };
        entry.since.is_none_or(|since| python >= since)
            && entry.until.is_none_or(|until| python < until)
            && entry.only.iter().all(|condition| holds(condition, inputs) == Some(true))
            && entry.unless.iter().all(|condition| holds(condition, inputs) == Some(false))
            && entry.releases.as_ref().is_none_or(is_release)
    }

    /// What an entry's key comes to; None where that is not known.
    pub(in crate::worlds) fn input(&self, key: &Key, inputs: &Inputs<'_>) -> Option<String> {
        let is_definition =
            |argument: &Argument| matches!(argument.part, Part::Definition | Part::Qualname);
        for argument in &key.alternatives {
            let value = match inputs.argument(argument) {
                Input::Absent => continue,
                Input::Unknown => return None,
                Input::Value(value) => value,
            };
            if !is_definition(argument) {
                return self.shown(&value);
            }
            return match &value {
                Value::Function(function) if argument.part == Part::Qualname => function.qualname(),
                Value::Function(function) => Some(function.name.to_string()),
                // What is made of a class stands for it.
                Value::Object(_) => self
                    .own_class_name(&value)
                    .or_else(|| self.own_class_name(&self.class_of(&value))),
                _ => None,
            };
        }
        key.is_optional.then(|| "-".to_owned())
    }

    /// A text that is the same for values that are equal, in this process; None where a value may
    /// be another one each time.
    pub(in crate::worlds) fn shown(&self, value: &Value) -> Option<String> {
        let catalogue = self.resolver.catalogue;
        self.text_of(value, &|call| catalogue.is_some_and(|facts| facts.gives_the_same(call)), 0)
    }

    /// As [`Self::shown`], given which calls stand for what they give.
    fn text_of(
        &self,
        value: &Value,
        is_shown: &dyn Fn(&str) -> bool,
        depth: u32,
    ) -> Option<String> {
        const MAX_DEPTH: u32 = 6;
        if depth > MAX_DEPTH {
            return None;
        }
        let list = |values: &[Value]| -> Option<String> {
            let shown: Option<Vec<String>> =
                values.iter().map(|value| self.text_of(value, is_shown, depth + 1)).collect();
            Some(shown?.join(", "))
        };
        Some(match value {
            Value::None => "None".to_owned(),
            Value::Bool(value) => if *value { "True" } else { "False" }.to_owned(),
            Value::Int(value) => value.to_string(),
            Value::Float(value) => format!("{value:?}"),
            Value::Str(text) => format!("{text:?}"),
            Value::Bytes(bytes) => format!("{bytes:?}"),
            Value::Tuple(items) => format!("({})", list(items)?),
            Value::Function(function) => format!("def {}", function.name),
            Value::Type(name) | Value::Builtin(name) => format!("builtins.{name}"),
            Value::Module(name) => format!("module {name}"),
            Value::ThisModule => "this module".to_owned(),
            Value::External(external) if !external.attribute.contains(['(', '[']) => {
                format!("{}.{}", external.module, external.attribute)
            }
            Value::Returned(returned) => {
                let callee = format!("{}.{}", returned.callee.module, returned.callee.attribute);
                if returned.inexact || !is_shown(&callee) {
                    return None;
                }
                let mut keywords = Vec::new();
                for (name, value) in &returned.keywords {
                    let value = self.text_of(value, is_shown, depth + 1)?;
                    keywords.push(format!(", {name}={value}"));
                }
                format!("{callee}({}{})", list(&returned.args)?, keywords.concat())
            }
            Value::Object(id) => match self.state.object(*id)? {
                Object::Class(class) => format!("class {}", class.name),
                Object::List(items) if items.exact => format!("[{}]", list(&items.values)?),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// Whether a condition holds; None where that is not known.
fn holds(condition: &Condition, inputs: &Inputs<'_>) -> Option<bool> {
    let value = match (inputs.first(&condition.argument), &condition.wanted) {
        (Input::Absent, _) => return Some(false),
        (Input::Unknown, _) => return None,
        (Input::Value(_), Wanted::Given) => return Some(true),
        (Input::Value(value), Wanted::Imported) => return Some(is_imported(&value)),
        (Input::Value(value), Wanted::Flag(flag)) => return has_flag(&value, flag),
        (Input::Value(value), _) => value,
    };
    let text = match &value {
        // What another module has made for this is an object.
        Value::External(external) => match &condition.wanted {
            Wanted::OneOf(words) if words[..] == ["None"] => return Some(false),
            Wanted::OneOf(words) => {
                return words.iter().any(|word| external.is_path(word)).then_some(true);
            }
            _ => return None,
        },
        Value::Returned(made) => format!("{}.{}()", made.callee.module, made.callee.attribute),
        value => value.plain_text()?,
    };
    Some(match &condition.wanted {
        Wanted::Given | Wanted::Imported | Wanted::Flag(_) => true,
        Wanted::OneOf(words) => words.contains(&text),
        Wanted::Begins(words) => {
            let plain = plain_text(&text);
            words.iter().any(|words| plain.starts_with(words.as_str()))
        }
    })
}

/// Whether a value is this name of a module, or was joined from it and others; None where that is
/// not known.
fn has_flag(value: &Value, flag: &str) -> Option<bool> {
    match value {
        Value::External(external) => Some(external.is_path(flag)),
        Value::Returned(joined) if joined.callee.is_path(JOINED) => {
            let mut parts = joined.args.iter().map(|part| has_flag(part, flag));
            match parts.clone().any(|part| part == Some(true)) {
                true => Some(true),
                false => parts.all(|part| part.is_some()).then_some(false),
            }
        }
        Value::Int(0) => Some(false),
        _ => None,
    }
}

/// Whether another module binds it: it is the same in each run.
fn is_imported(value: &Value) -> bool {
    matches!(value, Value::External(external) if !external.attribute.contains(['(', '[']))
}
