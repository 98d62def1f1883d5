//! Environment variables. Which are set is not known, but hardly any is: what is done only where
//! one is set is followed, and held to be unlikely. So is what is done only where a module has
//! been loaded that cannot be found.

use std::rc::Rc;

use crate::modules::Found;
use crate::syntax::ast::{CompareOp, ExprId, Name};
use crate::worlds::answers::{agreed, any_of};
use crate::worlds::eval::Args;
use crate::worlds::eval::attributes::returned;
use crate::worlds::eval::operators::ordering;
use crate::worlds::machine::{Flow, Machine};
use crate::worlds::resolve::Presence;
use crate::worlds::state::Object;
use crate::worlds::value::{External, Value};

/// Variables that a session has, whatever is done in it (POSIX, "Environment Variables";
/// systemd's `file-hierarchy`; what Windows sets).
const USUAL: &[&str] = &[
    "APPDATA",
    "COMSPEC",
    "DISPLAY",
    "HOME",
    "HOMEDRIVE",
    "HOMEPATH",
    "LANG",
    "LANGUAGE",
    "LOCALAPPDATA",
    "LOGNAME",
    "PATH",
    "PATHEXT",
    "PROGRAMFILES",
    "PWD",
    "SHELL",
    "SYSTEMROOT",
    "TEMP",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
    "USERNAME",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "WINDIR",
];

/// Whether nobody sets a variable but for a purpose.
fn is_unusual(name: &str) -> bool {
    let is_of_session = ["LC_", "XDG_", "WAYLAND_"].iter().any(|prefix| name.starts_with(prefix));
    !is_of_session && !USUAL.contains(&name.to_ascii_uppercase().as_str())
}

/// Any variable that nobody sets but for a purpose.
const SOME_VARIABLE: &str = "PYTHON";

/// Methods of texts that give plain data, and take any arguments that are texts.
const LOOKING: &[&str] = &[
    "casefold",
    "endswith",
    "isdigit",
    "lower",
    "lstrip",
    "rstrip",
    "startswith",
    "strip",
    "upper",
];

fn read_with_default(name: Value, default: Value) -> Value {
    let callee = External { module: "os".into(), attribute: "getenv".into() };
    returned(&Rc::new(callee), Args::plain(vec![name, default]))
}

/// A value that is known where environment variables are not set that decide it.
pub(super) fn remembered(presumed: Value) -> Value {
    read_with_default(Value::str(SOME_VARIABLE), presumed)
}

impl Machine<'_> {
    /// What a value is where the environment variables that decide it are not set.
    pub(super) fn presumed(&self, value: &Value) -> Option<Value> {
        match value {
            Value::Returned(call) => {
                let callee = (&*call.callee.module, &*call.callee.attribute);
                let is_read = matches!(callee, ("os", "getenv" | "environ.get")) && !call.inexact;
                match &call.args[..] {
                    [Value::Str(name)] if is_read && is_unusual(name) => {
                        let default = call.keywords.iter().find(|(name, _)| &**name == "default");
                        Some(default.map_or(Value::None, |(_, value)| value.clone()))
                    }
                    [Value::Str(name), default] if is_read && is_unusual(name) => {
                        Some(default.clone())
                    }
                    _ => None,
                }
            }
            // `getenv("A") or getenv("B")`
            Value::Union(values) => {
                let presumed: Option<Vec<Value>> =
                    values.iter().map(|value| self.presumed(value)).collect();
                let presumed = presumed?;
                agreed(&presumed, |value| self.truth(value))?;
                presumed.into_iter().next_back()
            }
            _ => None,
        }
    }

    /// A comparison that environment variables, or modules that are not installed, decide, as a
    /// value that remembers it.
    pub(super) fn presumed_comparison(
        &self,
        left: &Value,
        op: CompareOp,
        right: &Value,
    ) -> Option<Value> {
        let is_environ = |value: &Value| {
            matches!(value, Value::External(external)
                if (&*external.module, &*external.attribute) == ("os", "environ"))
        };
        let (name, holds) = match (op, left, right) {
            (CompareOp::In | CompareOp::NotIn, Value::Str(name), right) if is_environ(right) => {
                (Value::Str(name.clone()), op == CompareOp::NotIn)
            }
            (
                CompareOp::In | CompareOp::NotIn,
                Value::Str(name),
                Value::Opaque(Some("sys.modules")),
            ) if self.is_nowhere(name) => (Value::str(SOME_VARIABLE), op == CompareOp::NotIn),
            (CompareOp::Eq | CompareOp::NotEq, _, _) => {
                let (presumed, other) = match (self.presumed(left), self.presumed(right)) {
                    (Some(presumed), None) => (presumed, right),
                    (None, Some(presumed)) => (presumed, left),
                    _ => return None,
                };
                let equal = self.values_equal(&presumed, other)?;
                (Value::str(SOME_VARIABLE), equal == (op == CompareOp::Eq))
            }
            (CompareOp::In | CompareOp::NotIn, left, _) => {
                let presumed = self.presumed(left)?;
                let found = self.is_one_of(&presumed, right)?;
                (Value::str(SOME_VARIABLE), found == (op == CompareOp::In))
            }
            (CompareOp::Lt | CompareOp::LtE | CompareOp::Gt | CompareOp::GtE, left, right) => {
                let ordering = ordering(&self.presumed(left)?, right)?;
                let holds = match op {
                    CompareOp::Lt => ordering.is_lt(),
                    CompareOp::LtE => ordering.is_le(),
                    CompareOp::Gt => ordering.is_gt(),
                    _ => ordering.is_ge(),
                };
                (Value::str(SOME_VARIABLE), holds)
            }
            _ => return None,
        };
        let made = read_with_default(name, Value::Bool(holds));
        self.presumed(&made).is_some().then_some(made)
    }

    /// Whether plain data is among the items of a container, where these are plain data, too.
    fn is_one_of(&self, item: &Value, container: &Value) -> Option<bool> {
        let items: &[Value] = match container {
            Value::Tuple(items) => items,
            Value::Str(text) => match item {
                Value::Str(part) => return Some(text.contains(&**part)),
                _ => return None,
            },
            Value::Object(id) => match self.state.object(*id)? {
                Object::List(items) | Object::Set(items) if items.exact => &items.values,
                _ => return None,
            },
            _ => return None,
        };
        let is_plain = item.is_constant() && items.iter().all(Value::is_constant);
        is_plain.then(|| any_of(items, |value| self.values_equal(value, item)))?
    }

    /// The truth of a value that environment variables decide, as one that remembers it.
    pub(in crate::worlds) fn presumed_truth(&self, value: &Value) -> Option<Value> {
        let presumed = self.presumed(value)?;
        Some(remembered(Value::Bool(self.truth(&presumed)?)))
    }

    /// The number that `int()` makes of a value that environment variables decide.
    pub(in crate::worlds) fn presumed_number(&self, args: &Args) -> Option<Value> {
        let [value] = &args.positional[..] else { return None };
        match self.presumed(value).filter(|_| args.keywords.is_empty())? {
            Value::Str(text) => Some(remembered(Value::Int(text.trim().parse().ok()?))),
            number => Some(remembered(Value::Int(number.as_int()?))),
        }
    }

    /// Whether a method of a text that environment variables decide is one of those that are
    /// followed: they only look at it.
    pub(super) fn is_presumed_method(&self, value: &Value, name: &str) -> bool {
        LOOKING.contains(&name) && matches!(self.presumed(value), Some(Value::Str(_)))
    }

    /// What such a method gives.
    pub(in crate::worlds) fn presumed_method(
        &mut self,
        receiver: &Value,
        name: &Name,
        args: &Args,
        at: ExprId,
    ) -> Flow<Option<Value>> {
        let Some(Value::Str(text)) = self.presumed(receiver) else { return Ok(None) };
        let result = self.str_method(&text, name, args, at)?;
        Ok(Some(if result.is_constant() { remembered(result) } else { result }))
    }

    /// Whether no module of a name is installed, nor put into `sys.modules` by its package.
    fn is_nowhere(&self, name: &str) -> bool {
        let resolver = self.resolver_of(name);
        let is_plain = name.rsplit_once('.').is_none_or(|(package, _)| {
            matches!(resolver.find(package), Found::Source(file)
                if !file.source.text().contains("sys.modules"))
        });
        is_plain && resolver.module_presence(name) == Presence::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_session_sets_is_not_presumed_unset() {
        for name in ["HOME", "Path", "LC_ALL", "XDG_CACHE_HOME"] {
            assert!(!is_unusual(name), "{name}");
        }
        assert!(is_unusual("KOMBU_LOG_DEBUG") && is_unusual("CI"));
    }
}
