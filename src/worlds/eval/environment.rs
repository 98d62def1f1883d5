//! Environment variables. Which are set is not known, but hardly any is: what is done only where
//! one is set is followed, and held to be unlikely. So is what is done only where a module has
//! been loaded that cannot be found.

use std::rc::Rc;

use crate::modules::Found;
use crate::syntax::ast::CompareOp;
use crate::worlds::answers::agreed;
use crate::worlds::eval::Args;
use crate::worlds::eval::attributes::returned;
use crate::worlds::machine::Machine;
use crate::worlds::resolve::Presence;
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
            ) if self.is_nowhere(name) => (Value::str("PYTHON"), op == CompareOp::NotIn),
            (CompareOp::Eq | CompareOp::NotEq, _, _) => {
                let (presumed, other) = match (self.presumed(left), self.presumed(right)) {
                    (Some(presumed), None) => (presumed, right),
                    (None, Some(presumed)) => (presumed, left),
                    _ => return None,
                };
                let equal = self.values_equal(&presumed, other)?;
                (Value::str("PYTHON"), equal == (op == CompareOp::Eq))
            }
            _ => return None,
        };
        let callee = External { module: "os".into(), attribute: "getenv".into() };
        let made = returned(&Rc::new(callee), Args::plain(vec![name, Value::Bool(holds)]));
        self.presumed(&made).is_some().then_some(made)
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
