#![doc = include_str!("orphan_hides_getattr.md")]

use super::findings::{Findings, edit, left_over, related, remains, untold};
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;
use crate::simulation::BindingKind;

/// RS106: a leftover hides a name that the module's `__getattr__` is meant to serve.
pub const RULE: Rule = Rule {
    code: "RS106",
    name: "orphan-hides-getattr",
    default_severity: Severity::Warning,
    summary: "a leftover hides a name that the module's `__getattr__` is meant to serve",
    docs: include_str!("orphan_hides_getattr.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let exports = &comparison.exports;
    let Some(getattr) = exports.getattr else { return };
    let kinds =
        [BindingKind::Function, BindingKind::Class, BindingKind::Import, BindingKind::Variable];
    for orphan in untold(comparison, findings, &kinds) {
        if !exports.served.contains(&orphan.name) {
            continue;
        }
        let message = format!(
            "{}; `__getattr__` is not asked for it until a restart, because the reloaded module \
             keeps {}",
            edit(orphan),
            remains(orphan.kind)
        );
        let location = comparison.here(getattr);
        let mut found = RULE.finding(location, orphan.certainty, &*orphan.name, message);
        if let Some(rename) = &orphan.renamed {
            found.related.push(related(comparison.here(rename.span), "the new name"));
        }
        found.related.push(left_over(comparison, orphan.version, orphan.span));
        findings.tell_of(&orphan.name);
        findings.add(found);
    }
}
