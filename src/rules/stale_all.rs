#![doc = include_str!("stale_all.md")]

use super::findings::{Findings, left_over, listed, related, untold};
use super::{Rule, Status};
use crate::comparison::{Comparison, Orphan};
use crate::diagnostic::{Certainty, Severity};
use crate::simulation::BindingKind;
use crate::text::span::Span;

/// RS108: a star import takes names that only an older version of the module defines.
pub const RULE: Rule = Rule {
    code: "RS108",
    name: "stale-all",
    default_severity: Severity::Warning,
    summary: "a star import takes names that only an older version of the module defines",
    docs: include_str!("stale_all.md"),
    status: Status::Stable { since: "0.1.0" },
};

pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let kinds =
        [BindingKind::Function, BindingKind::Class, BindingKind::Import, BindingKind::Variable];
    let orphans = untold(comparison, findings, &kinds);
    let all = orphans.iter().find(|orphan| &*orphan.name == "__all__");
    if let Some(orphan) = all {
        leftover(comparison, findings, orphan);
    }
    let exports = &comparison.exports;
    let (Some(names), Some(span)) = (&exports.all, exports.all_span) else { return };
    let named: Vec<&Orphan> =
        orphans.iter().copied().filter(|orphan| names.contains(&orphan.name)).collect();
    if !named.is_empty() {
        names_orphans(comparison, findings, &named, span);
    }
}

/// `__all__` itself is left over.
fn leftover(comparison: &Comparison, findings: &mut Findings, all: &Orphan) {
    let message = "`__all__` was removed; until a restart `import *` still takes what the old \
                   one names, and nothing else";
    let location = comparison.here(all.anchor);
    let mut found = RULE.finding(location, all.certainty, "__all__", message);
    found.related.push(left_over(comparison, all.version, all.span));
    findings.tell_of(&all.name);
    findings.add(found);
}

/// `__all__` names what is left over.
fn names_orphans(comparison: &Comparison, findings: &mut Findings, named: &[&Orphan], span: Span) {
    let names: Vec<_> = named.iter().map(|orphan| orphan.name.clone()).collect();
    let is_certain = named.iter().any(|orphan| orphan.certainty == Certainty::Always);
    let verb = if names.len() == 1 { "is" } else { "are" };
    let message = format!(
        "`__all__` still names {}, which {verb} no longer defined; after a restart `import *` \
         raises `AttributeError`",
        listed(&names)
    );
    let location = comparison.here(span);
    let key = names.join(" ");
    let mut found = RULE.finding(location, Certainty::always_if(is_certain), key, message);
    for orphan in named {
        if let Some(rename) = &orphan.renamed {
            found.related.push(related(comparison.here(rename.span), "the new name"));
        }
        found.related.push(left_over(comparison, orphan.version, orphan.span));
        findings.tell_of(&orphan.name);
    }
    findings.add(found);
}
