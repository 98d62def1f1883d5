//! What the rules have found so far, and what they have in common.

use rustc_hash::FxHashSet;

use super::Rule;
use crate::comparison::{Comparison, Orphan};
use crate::diagnostic::{Certainty, Diagnostic, Location, Related, Severity};
use crate::simulation::BindingKind;
use crate::syntax::ast::Name;
use crate::text::span::Span;

/// The findings of one comparison. One cause is told once: what a rule has told of, those that
/// are asked after it leave out.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) diagnostics: Vec<Diagnostic>,
    orphans: FxHashSet<Name>,
    reads: FxHashSet<Span>,
}

impl Findings {
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Says that the findings so far tell of an orphan.
    pub(super) fn tell_of(&mut self, name: &Name) {
        self.orphans.insert(name.clone());
    }

    pub(super) fn tells_of(&self, name: &str) -> bool {
        self.orphans.contains(name)
    }

    /// Says that the findings so far tell of the read at this place.
    pub(super) fn tell_of_read(&mut self, span: Span) {
        self.reads.insert(span);
    }

    pub(super) fn tells_of_read(&self, span: Span) -> bool {
        self.reads.contains(&span)
    }
}

impl Rule {
    /// A finding of this rule, as loud as the rule is by default.
    pub(super) fn finding(
        &self,
        location: Location,
        certainty: Certainty,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            code: self.code,
            severity: quieter_if_maybe(self.default_severity, certainty),
            certainty,
            message: message.into(),
            location,
            related: Vec::new(),
            fixes: Vec::new(),
            key: key.into(),
            module: None,
        }
    }
}

/// What holds on some paths only is one step less loud.
pub(super) fn quieter_if_maybe(severity: Severity, certainty: Certainty) -> Severity {
    match (certainty, severity) {
        (Certainty::Always, severity) => severity,
        (Certainty::Maybe, Severity::Error) => Severity::Warning,
        (Certainty::Maybe, Severity::Warning) => Severity::Info,
        (Certainty::Maybe, Severity::Info | Severity::Hint) => Severity::Hint,
    }
}

/// A place, and what it has to do with the finding.
pub(super) fn related(location: Location, message: impl Into<String>) -> Related {
    Related { location, message: message.into() }
}

/// Where an orphan was bound.
pub(super) fn left_over(comparison: &Comparison, version: u32, span: Span) -> Related {
    related(comparison.there(version, span), "what is left over")
}

/// What was done to an orphan, as the beginning of a message.
pub(super) fn edit(orphan: &Orphan) -> String {
    let name = &orphan.name;
    match &orphan.renamed {
        Some(rename) if rename.is_exact => format!("`{name}` was renamed to `{}`", rename.to),
        Some(rename) => format!("`{name}` seems to have become `{}`", rename.to),
        None if orphan.kind == BindingKind::Import => format!("`{name}` is no longer imported"),
        None => format!("`{name}` was removed"),
    }
}

/// What of an orphan stays, in words.
pub(super) fn remains(kind: BindingKind) -> &'static str {
    match kind {
        BindingKind::Function => "the old function",
        BindingKind::Class => "the old class",
        BindingKind::Import => "the old import",
        BindingKind::Variable => "the old value",
    }
}

/// The orphans of some kinds that nothing else tells of: RS101, RS102 and RS103.
pub(super) fn untold<'c>(
    comparison: &'c Comparison,
    findings: &Findings,
    kinds: &[BindingKind],
) -> Vec<&'c Orphan> {
    let is_meant =
        |orphan: &&Orphan| kinds.contains(&orphan.kind) && !findings.tells_of(&orphan.name);
    comparison.orphans.iter().filter(is_meant).collect()
}

/// Says of an orphan that it stays, and nothing more.
pub(super) fn stays(rule: &Rule, comparison: &Comparison, orphan: &Orphan) -> Diagnostic {
    let message = format!(
        "{}; the reloaded module keeps {} until a restart",
        edit(orphan),
        remains(orphan.kind)
    );
    let location = comparison.here(orphan.anchor);
    let mut found = rule.finding(location, orphan.certainty, &*orphan.name, message);
    found.related.push(left_over(comparison, orphan.version, orphan.span));
    found
}

/// Names in backticks, the first few of them.
pub(super) fn listed(names: &[Name]) -> String {
    const MOST: usize = 4;
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    match shown.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_up_to_a_point() {
        let names: Vec<Name> = ["a", "b", "c", "d", "e", "f"].map(Name::from).to_vec();
        assert_eq!(listed(&names[..1]), "`a`");
        assert_eq!(listed(&names[..2]), "`a` and `b`");
        assert_eq!(listed(&names), "`a`, `b`, `c`, `d` and 2 more");
    }
}
