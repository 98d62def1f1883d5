//! `# reloadsafe: ignore[…]` on the line of a finding.

use super::{Aim, Candidate, Subject};
use crate::diagnostic::{Diagnostic, Edit};
use crate::syntax::ast::Ast;
use crate::syntax::parse::{ParseOptions, parse};
use crate::text::source::Source;
use crate::text::span::Span;

/// A comment on the first line of the finding, or else on its last, wherever the program stays
/// what it is. A directive that is there already gets one more code.
pub(super) fn on_its_line(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    if !subject.is_here(&diagnostic.location) || diagnostic.code == "RS901" {
        return None;
    }
    let program = subject.program(subject.last_version())?;
    let source = program.source();
    let span = diagnostic.location.span;
    let first = source.line(span.start);
    let last = source.line(span.end.saturating_sub(1).max(span.start));
    let directives = &program.parsed.directives;
    let edit = [first, last].into_iter().find_map(|line| {
        let added = in_a_directive(source, directives, line, diagnostic.code);
        let places = added.into_iter().chain(of_its_own(source, line, diagnostic.code));
        places.into_iter().find(|(span, text)| {
            is_the_same(subject, program.ast(), source, (*span, text), directives.len())
        })
    })?;
    let title = format!("Silence {} on this line", diagnostic.code);
    let edit = Edit { location: subject.comparison.here(edit.0), new_text: edit.1 };
    let mut candidate = Candidate::new(diagnostic, title, vec![edit]);
    candidate.aim = Aim::Silenced;
    Some(candidate)
}

/// One more code in the brackets that are there.
fn in_a_directive(
    source: &Source,
    directives: &[Span],
    line: u32,
    code: &str,
) -> Option<(Span, String)> {
    let directive = directives.iter().find(|span| source.line(span.start) == line)?;
    let text = source.slice(*directive);
    let (head, rest) = text.split_once(':')?;
    let list = rest.trim_start().strip_prefix("ignore")?.trim_start().strip_prefix('[')?;
    let close = list.find(']')?;
    let at = directive.start + (text.len() - list.len() + close) as u32;
    debug_assert!(!head.is_empty(), "a directive has a name");
    Some((Span::empty(at), format!(", {code}")))
}

/// The places on a line where a comment could begin: before each `#`, since a directive is the
/// first thing of its comment, and at the end.
fn of_its_own(source: &Source, line: u32, code: &str) -> Vec<(Span, String)> {
    let span = source.line_span(line);
    let text = source.slice(span);
    let comment = format!("# reloadsafe: ignore[{code}]");
    let mut places: Vec<(Span, String)> = text
        .match_indices('#')
        .map(|(at, _)| (Span::empty(span.start + at as u32), format!("{comment}  ")))
        .collect();
    let end = text.trim_end().len() as u32;
    let gap = if end == 0 { "" } else { "  " };
    places.push((Span::new(span.start + end, span.end), format!("{gap}{comment}")));
    places
}

/// Whether a text with an edit is the same program, and has the directive in it.
fn is_the_same(
    subject: &Subject<'_>,
    ast: &Ast,
    source: &Source,
    (span, new_text): (Span, &str),
    directives: usize,
) -> bool {
    let mut text = source.text().to_owned();
    text.replace_range(span.range(), new_text);
    let edited = Source::new(source.path(), source.revision().clone(), text);
    let Ok(parsed) = parse(&edited, &ParseOptions::new(subject.comparison.python)) else {
        return false;
    };
    let prints =
        |ast: &Ast| -> Vec<u64> { ast.body.iter().map(|&id| ast.stmt(id).fingerprint).collect() };
    let is_added = new_text.starts_with(", ");
    prints(&parsed.ast) == prints(ast)
        && parsed.directives.len() == directives + usize::from(!is_added)
}
