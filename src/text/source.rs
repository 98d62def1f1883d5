//! One text of one module: where it is from, what it says, where its lines begin.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::span::Span;

/// A place in a text as people count: lines and columns from 1, columns in **code points**.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1. LF, CRLF and lone CR end a line, as they do for CPython and for LSP.
    pub line: u32,
    /// The column, from 1, counted in code points.
    pub column: u32,
}

/// Which text of a file this is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Revision {
    /// The text as it is now (working tree, editor buffer, the last version given).
    Current,
    /// The version with this number in a history, from 0.
    Version(u32),
    /// A revision that git knows, as the user named it.
    Git(String),
}

/// A decoded text with what is needed to show places in it. Always shared as `Arc<Source>`.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    revision: Revision,
    text: String,
    line_starts: Vec<u32>,
}

impl Source {
    /// Wraps a decoded text. A text longer than `u32::MAX` bytes must have been refused before.
    pub fn new(path: impl Into<PathBuf>, revision: Revision, text: String) -> Arc<Source> {
        let line_starts = line_starts(&text);
        Arc::new(Source { path: path.into(), revision, text, line_starts })
    }

    /// The file this is a text of, as the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which text of the file this is.
    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a range.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// How many lines the text has; a text that ends in a line end has an empty last line.
    pub fn line_count(&self) -> u32 {
        self.line_starts.len() as u32
    }

    /// The line, from 1, on which a byte offset lies.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|&start| start <= offset) as u32
    }

    /// The byte offset at which a line (from 1) begins, or the end of the text beyond the last.
    pub fn line_start(&self, line: u32) -> u32 {
        let index = line.saturating_sub(1) as usize;
        self.line_starts.get(index).copied().unwrap_or(self.text.len() as u32)
    }

    /// The range of a line (from 1) without its line end.
    pub fn line_span(&self, line: u32) -> Span {
        let start = self.line_start(line);
        let text = &self.text[start as usize..self.line_start(line + 1) as usize];
        Span::new(start, start + text.trim_end_matches(['\r', '\n']).len() as u32)
    }

    /// The place of a byte offset; one inside a character counts as that character's.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let offset = offset.min(self.text.len() as u32);
        let line = self.line(offset);
        let before = &self.text.as_bytes()[self.line_start(line) as usize..offset as usize];
        let continuation = |byte: &&u8| (**byte & 0xC0) == 0x80;
        let column = before.len() - before.iter().filter(continuation).count() + 1;
        LineColumn { line, column: column as u32 }
    }
}

fn line_starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for (at, &byte) in bytes.iter().enumerate() {
        let ends_line = byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
        if ends_line {
            starts.push(at as u32 + 1);
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_end_counts_and_columns_are_code_points() {
        let source = Source::new("m.py", Revision::Current, "a\r\nb\rc\n𝒳é = 1".to_owned());
        assert_eq!(source.line_count(), 4);
        let at = |text: &str| source.text().find(text).unwrap() as u32;
        assert_eq!(source.line_column(at("b")), LineColumn { line: 2, column: 1 });
        assert_eq!(source.line_column(at("c")), LineColumn { line: 3, column: 1 });
        assert_eq!(source.line_column(at("=")), LineColumn { line: 4, column: 4 });
        assert_eq!(source.slice(source.line_span(1)), "a");
        assert_eq!(source.line_column(9999).line, 4);
    }
}
