#![doc = include_str!("repeated_effect.md")]

use super::findings::Findings;
use super::{Rule, Status};
use crate::comparison::Comparison;
use crate::diagnostic::Severity;

/// RS306: what a statement did outside of the module is there once more.
pub const RULE: Rule = Rule {
    code: "RS306",
    name: "repeated-effect",
    default_severity: Severity::Warning,
    summary: "what this did outside of the module is there once more after the reload",
    docs: include_str!("repeated_effect.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// What the catalogue knows to stay, done again.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    for repeat in &comparison.repeats {
        let message = format!("The reload adds {} once more: {}", repeat.noun, repeat.reason);
        let key = format!("{} {}", repeat.noun, text_of(comparison, repeat.span));
        findings.add(RULE.finding(comparison.here(repeat.span), repeat.certainty, key, message));
    }
}

/// The first line of a statement, which tells findings of one kind from each other.
fn text_of(comparison: &Comparison, span: crate::text::span::Span) -> &str {
    let text = comparison.last().text().get(span.range()).unwrap_or_default();
    text.lines().next().unwrap_or_default().trim()
}
