//! Comments that silence findings, and what becomes of those that silence none.
//!
//! `# reloadsafe: ignore[RS101, ghost-read]` and `# reloadsafe: ignore` silence findings that
//! begin or end on their line, `# reloadsafe: ignore-file[RS1]` those of the whole file. What
//! follows, after a space, is a reason for people.

mod directive;

use std::sync::Arc;

use crate::config::{RuleSelection, Selector};
use crate::diagnostic::{Certainty, Diagnostic, Edit, Fix, Location};
use crate::rules::{self, unused_suppression};
use crate::text::source::Source;
use crate::text::span::Span;
use directive::{Directive, Item, Malformed, Scope, parse};

/// The suppressions of one text, and which of them have silenced something.
#[derive(Debug)]
pub struct Suppressions {
    source: Arc<Source>,
    directives: Vec<Tracked>,
    malformed: Vec<Malformed>,
}

#[derive(Debug)]
struct Tracked {
    directive: Directive,
    line: u32,
    /// For each of the directive's items, or once for one without items.
    used: Vec<bool>,
}

impl Suppressions {
    /// Understands the directives of a text: the ranges of the comments that begin with
    /// `# reloadsafe:`, as [`crate::syntax::parse::Parsed::directives`] has them.
    pub fn new(source: &Arc<Source>, comments: &[Span]) -> Self {
        let mut suppressions =
            Suppressions { source: source.clone(), directives: Vec::new(), malformed: Vec::new() };
        for &comment in comments {
            match parse(source.slice(comment), comment) {
                Ok(directive) => suppressions.directives.push(Tracked {
                    line: source.line(comment.start),
                    used: vec![false; directive.items.len().max(1)],
                    directive,
                }),
                Err(malformed) => suppressions.malformed.push(malformed),
            }
        }
        suppressions
    }

    /// Whether a finding in this text is silenced; the directives that do so count as used.
    /// The finding's place must be in the text that the directives are from.
    pub fn suppresses(&mut self, diagnostic: &Diagnostic) -> bool {
        // A finding in another file is not this file's to silence.
        if diagnostic.location.source.path() != self.source.path() {
            return false;
        }
        let lines = self.lines(diagnostic.location.span);
        let mut silenced = false;
        for tracked in &mut self.directives {
            let in_scope = match tracked.directive.scope {
                Scope::File => true,
                Scope::Line => lines.0 == tracked.line || lines.1 == tracked.line,
            };
            if !in_scope {
                continue;
            }
            if tracked.directive.items.is_empty() {
                tracked.used[0] = true;
                silenced = true;
            }
            for (item, used) in tracked.directive.items.iter().zip(&mut tracked.used) {
                if item.matches(diagnostic.code) {
                    *used = true;
                    silenced = true;
                }
            }
        }
        silenced
    }

    /// The RS901 findings: directives that cannot be understood, and those that have silenced
    /// nothing so far, each with a fix. What names only rules that do not report, or that this
    /// version does not check, is not unused: nobody could have said. None where RS901 itself
    /// does not report.
    pub fn unused(&self, selection: &RuleSelection) -> Vec<Diagnostic> {
        if !selection.is_enabled(unused_suppression::RULE.code) {
            return Vec::new();
        }
        let mut findings: Vec<Diagnostic> =
            self.malformed.iter().map(|malformed| self.malformed(malformed)).collect();
        for tracked in &self.directives {
            findings.extend(self.unknown_rules(&tracked.directive));
            findings.extend(self.unused_items(tracked, selection));
        }
        findings.retain(|finding| !self.asks_for_silence(finding));
        findings.sort_by_key(|finding| finding.location.span);
        findings
    }

    /// Removes the silenced findings of this text and adds the RS901 findings. Give it all
    /// findings, before [`crate::config::Config::reports`] drops any: a comment that silences
    /// one which would have been dropped anyway is in use.
    pub fn apply(
        mut self,
        diagnostics: Vec<Diagnostic>,
        selection: &RuleSelection,
    ) -> Vec<Diagnostic> {
        let mut kept: Vec<Diagnostic> =
            diagnostics.into_iter().filter(|diagnostic| !self.suppresses(diagnostic)).collect();
        kept.extend(self.unused(selection));
        kept
    }

    /// The lines on which a range begins and ends; one that ends with a line end does not
    /// reach the next line.
    fn lines(&self, span: Span) -> (u32, u32) {
        let last = span.end.saturating_sub(1).max(span.start);
        (self.source.line(span.start), self.source.line(last))
    }

    /// Whether RS901 itself is named by a directive for this place.
    fn asks_for_silence(&self, finding: &Diagnostic) -> bool {
        let line = self.lines(finding.location.span).0;
        self.directives.iter().any(|tracked| {
            let in_scope = tracked.directive.scope == Scope::File || tracked.line == line;
            in_scope && tracked.directive.items.iter().any(Item::names_unused_suppression)
        })
    }

    fn malformed(&self, malformed: &Malformed) -> Diagnostic {
        let message = format!("This suppression is not understood: {}", malformed.reason);
        self.finding(malformed.comment, message, malformed.comment, Vec::new())
    }

    fn unknown_rules(&self, directive: &Directive) -> Vec<Diagnostic> {
        let unknown = directive.items.iter().filter_map(|item| match &item.selector {
            Ok(_) => None,
            Err(message) => Some((item, message)),
        });
        unknown
            .map(|(item, message)| {
                let message = format!("This suppression names an {message}");
                let fix = self.fix(directive, &[item]);
                self.finding(item.span, message, directive.comment, vec![fix])
            })
            .collect()
    }

    fn unused_items(&self, tracked: &Tracked, selection: &RuleSelection) -> Option<Diagnostic> {
        let directive = &tracked.directive;
        if directive.items.is_empty() {
            if tracked.used[0] {
                return None;
            }
            let message = format!("This suppression silences nothing{}", directive.scope.place());
            let fix = self.fix(directive, &[]);
            return Some(self.finding(directive.comment, message, directive.comment, vec![fix]));
        }
        let items = directive.items.iter().zip(&tracked.used);
        let unused: Vec<&Item> = items
            .filter(|(item, used)| !**used && item.could_be_used(selection))
            .map(|(item, _)| item)
            .collect();
        let (first, last) = (unused.first()?, unused.last()?);
        let names: Vec<&str> = unused.iter().map(|item| item.text.as_str()).collect();
        let message = format!(
            "This suppression of {} silences nothing{}",
            names.join(", "),
            directive.scope.place()
        );
        let fix = self.fix(directive, &unused);
        Some(self.finding(first.span.cover(last.span), message, directive.comment, vec![fix]))
    }

    fn finding(&self, span: Span, message: String, comment: Span, fixes: Vec<Fix>) -> Diagnostic {
        let rule = unused_suppression::RULE;
        Diagnostic {
            code: rule.code,
            severity: rule.default_severity,
            certainty: Certainty::Always,
            message,
            location: self.location(span),
            related: Vec::new(),
            fixes,
            key: self.source.slice(comment).to_owned(),
            module: None,
        }
    }

    fn location(&self, span: Span) -> Location {
        Location { source: self.source.clone(), span }
    }

    /// Removes some of the items; all of them, or none named: the whole directive.
    fn fix(&self, directive: &Directive, items: &[&Item]) -> Fix {
        let whole = items.len() == directive.items.len();
        let edit = if whole {
            Edit { location: self.location(self.removal(directive)), new_text: String::new() }
        } else {
            let kept = directive
                .items
                .iter()
                .filter(|item| !items.iter().any(|removed| removed.span == item.span));
            let kept: Vec<&str> = kept.map(|item| item.text.as_str()).collect();
            Edit { location: self.location(directive.list), new_text: kept.join(", ") }
        };
        let title = if whole {
            "Remove the suppression".to_owned()
        } else {
            let names: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
            format!("Remove {} from the suppression", names.join(", "))
        };
        Fix { title, kind: "quickfix", preferred: true, safe: true, edits: vec![edit] }
    }

    /// What goes with a directive: the blanks before it; its line, where nothing else is on
    /// it; but no other comment that follows it.
    fn removal(&self, directive: &Directive) -> Span {
        let source = &self.source;
        let line = source.line(directive.comment.start);
        let whole = source.line_span(line);
        let before = source.slice(Span::new(whole.start, directive.comment.start));
        let code = before.trim_end_matches([' ', '\t']);
        if directive.own.end < directive.comment.end {
            return directive.own;
        }
        if code.is_empty() {
            return Span::new(whole.start, source.line_start(line + 1));
        }
        Span::new(whole.start + code.len() as u32, directive.comment.end)
    }
}

impl Item {
    fn matches(&self, code: &str) -> bool {
        self.selector.as_ref().is_ok_and(|selector| selector.matches(code))
    }

    fn names_unused_suppression(&self) -> bool {
        self.selector == Ok(Selector::Code(unused_suppression::RULE.code))
    }

    /// Whether one of its rules is checked and reports. RS901 silences itself only.
    fn could_be_used(&self, selection: &RuleSelection) -> bool {
        rules::RULES
            .iter()
            .filter(|rule| rule.code != unused_suppression::RULE.code)
            .any(|rule| self.matches(rule.code) && selection.is_enabled(rule.code))
    }
}

#[cfg(test)]
mod tests;
