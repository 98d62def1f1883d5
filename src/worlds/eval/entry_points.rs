//! What installed distributions say of themselves: a group of entry points that nobody offers is
//! empty, and who is installed has a version.

use crate::worlds::machine::Machine;
use crate::worlds::value::{External, Returned, Value};

impl Machine<'_> {
    /// Whether a call asks about a distribution that is installed: it does not raise.
    pub(super) fn asks_installed(&self, callee: &External, args: &[Value]) -> bool {
        let is_asked = matches!(
            (&*callee.module, &*callee.attribute),
            ("importlib.metadata" | "importlib_metadata", "version" | "metadata" | "distribution")
                | ("pkg_resources", "get_distribution")
        );
        match args {
            [Value::Str(distribution)] if is_asked => self.resolver.release(distribution).is_some(),
            _ => false,
        }
    }

    /// Whether what a call gave is a group of entry points that is certain to be empty.
    pub(super) fn has_no_entry_points(&self, call: &Returned) -> bool {
        let group = call.keywords.iter().find(|(name, _)| &**name == "group");
        let group = group.map(|(_, group)| group).or(call.args.first());
        let module = &*call.callee.module;
        let is_asked = match (module, &*call.callee.attribute) {
            ("importlib.metadata" | "importlib_metadata", "entry_points") => call.args.is_empty(),
            ("importlib.metadata" | "importlib_metadata", "entry_points().select") => true,
            // Without a default it would be None.
            ("importlib.metadata" | "importlib_metadata", "entry_points().get") => {
                matches!(&call.args[..], [_, default] if self.truth(default) == Some(false))
            }
            ("pkg_resources", "iter_entry_points" | "working_set.iter_entry_points") => true,
            _ => false,
        };
        match group {
            Some(Value::Str(group)) if is_asked && !call.inexact => {
                self.resolver.has_entry_points(group) == Some(false)
            }
            _ => false,
        }
    }
}
