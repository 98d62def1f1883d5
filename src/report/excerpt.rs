//! Excerpts of sources for the terminal: the lines that are marked, made harmless.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::layout::replacement;
use super::{Layout, revision_label, visible};
use crate::diagnostic::{Location, Severity};
use crate::text::source::Source;
use crate::text::span::Span;

/// A range to underline, and what to write beside it.
pub(super) struct Mark<'a> {
    pub(super) kind: AnnotationKind,
    pub(super) span: Span,
    pub(super) label: &'a str,
}

/// An excerpt of one source with its marks; at least one.
pub(super) fn snippet(
    source: &Source,
    marks: &[Mark<'_>],
) -> Snippet<'static, Annotation<'static>> {
    let lines = || marks.iter().map(|mark| source.line(clamped(source, mark.span).start));
    let first = lines().min().unwrap_or(1);
    let last = lines().max().unwrap_or(1);
    let mut excerpt = Excerpt::default();
    for line in first..=last {
        excerpt.push_line(source, source.line_span(line));
    }
    let annotations = marks.iter().map(|mark| {
        let span = clamped(source, mark.span);
        // Only the first line of what spans several: the excerpt stays short.
        let end = span.end.min(source.line_span(source.line(span.start)).end).max(span.start);
        let range = excerpt.offset(span.start)..excerpt.offset(end);
        let annotation = mark.kind.span(range);
        if mark.label.is_empty() {
            annotation
        } else {
            annotation.label(visible(mark.label).into_owned())
        }
    });
    let annotations: Vec<Annotation<'static>> = annotations.collect();
    Snippet::source(excerpt.text)
        .line_start(first as usize)
        .path(path_label(source))
        .annotations(annotations)
}

/// The range, within the text: a finding never makes the report panic.
fn clamped(source: &Source, span: Span) -> Span {
    let end = source.text().len() as u32;
    Span::new(span.start.min(end), span.end.clamp(span.start.min(end), end))
}

/// The path, and which text of it where that is not the current one.
pub(super) fn path_label(source: &Source) -> String {
    let path = super::json::path_text(source.path());
    let path = visible(&path);
    match revision_label(source.revision()) {
        Some(revision) => format!("{path} ({})", visible(&revision)),
        None => path.into_owned(),
    }
}

/// Lines of a source in which characters were replaced, so that offsets differ.
#[derive(Default)]
struct Excerpt {
    text: String,
    /// Offsets in the source and in `text`, for the start of each line and wherever the
    /// difference between the two changes.
    anchors: Vec<(u32, usize)>,
}

impl Excerpt {
    fn push_line(&mut self, source: &Source, span: Span) {
        self.anchors.push((span.start, self.text.len()));
        for (at, character) in source.slice(span).char_indices() {
            // Tabs are left to the renderer, which shows them as spaces.
            let shown = if character == '\t' { character } else { replacement(character) };
            self.text.push(shown);
            if shown.len_utf8() != character.len_utf8() {
                let after = span.start as usize + at + character.len_utf8();
                self.anchors.push((after as u32, self.text.len()));
            }
        }
        self.text.push('\n');
    }

    fn offset(&self, in_source: u32) -> usize {
        let after = self.anchors.partition_point(|(source, _)| *source <= in_source);
        let (source, text) = self.anchors[after.saturating_sub(1)];
        let offset = text + in_source.saturating_sub(source) as usize;
        let mut offset = offset.min(self.text.len().saturating_sub(1));
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

/// Whether two places are in the same text.
pub(super) fn same_text(one: &Location, other: &Location) -> bool {
    std::sync::Arc::ptr_eq(&one.source, &other.source)
        || (one.source.path() == other.source.path()
            && one.source.revision() == other.source.revision())
}

/// The look of a severity.
pub(super) fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
        Severity::Hint => Level::NOTE.with_name("hint"),
    }
}

/// The groups as text with colours; whoever writes it strips them where they are not wanted.
pub(super) fn render(groups: &[Group<'_>], layout: Layout) -> String {
    Renderer::styled().term_width(layout.width).render(groups)
}
