#![doc = include_str!("stale_dependency_import.md")]

use super::findings::Findings;
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;

/// RS206: needs what another module has once it is reloaded itself.
pub const RULE: Rule = Rule {
    code: "RS206",
    name: "stale-dependency-import",
    default_severity: Severity::Warning,
    summary: "imports from a module that itself has to be reloaded first",
    docs: include_str!("stale_dependency_import.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each module that has to be reloaded first, where it is needed first.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for import in &comparison.stale_imports {
        let exception = import.exception.as_ref();
        let exception = exception.map(|class| format!(" with `{class}`")).unwrap_or_default();
        let loaded = match import.is_loaded {
            true => String::new(),
            false => format!(", if the process has loaded `{}`", import.module),
        };
        let message = format!(
            "{} before it is reloaded itself: reload it first, or this reload stops here\
             {exception}{loaded}",
            import.lack
        );
        let location = comparison.here(import.span);
        findings.add(RULE.finding(location, import.certainty, &*import.module, message));
    }
}
