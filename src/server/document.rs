//! The text of an open document, as the client's edits have it.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ropey::{Rope, RopeSlice};
use tower_lsp::lsp_types::{Range, TextDocumentContentChangeEvent, Url};

use crate::text::edits::EditLog;
use crate::text::position::Encoding;
use crate::text::source::{Revision, Source};

/// A document that the client has open.
#[derive(Debug)]
pub(super) struct Document {
    /// As the client counts; it may begin at 0, 1 or 2.
    pub(super) version: i32,
    rope: Rope,
    /// The text, once somebody has asked for it.
    source: Option<Arc<Source>>,
    /// What was typed since the process loaded the module: evidence of renames.
    since_load: EditLog,
    /// The text that was saved last, and what was typed since.
    saved: Option<(Arc<Source>, EditLog)>,
    /// What was typed since the text that was last shown something about.
    since_shown: EditLog,
}

impl Document {
    pub(super) fn new(version: i32, text: &str) -> Document {
        Document {
            version,
            rope: Rope::from_str(text),
            source: None,
            since_load: EditLog::default(),
            saved: None,
            since_shown: EditLog::default(),
        }
    }

    /// The text as it is now, as a source of the file `path`.
    pub(super) fn source(&mut self, path: &Path) -> Arc<Source> {
        if let Some(source) = &self.source {
            return Arc::clone(source);
        }
        let source = Source::new(path, Revision::Current, self.rope.to_string());
        self.source = Some(Arc::clone(&source));
        source
    }

    /// Applies the changes of one `textDocument/didChange`, in their order. Positions beyond a
    /// line or the text are taken as its end (LSP 3.17, "Position").
    pub(super) fn change(
        &mut self,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) {
        for change in changes {
            match change.range {
                Some(range) => self.replace(range, &change.text, encoding),
                None => self.replace_all(&change.text),
            }
        }
        self.version = version;
        self.source = None;
    }

    /// The whole text is another one.
    pub(super) fn replace_all(&mut self, text: &str) {
        let old = self.rope.to_string();
        self.note(0, &old, text);
        self.rope = Rope::from_str(text);
        self.source = None;
    }

    /// What was typed since the process loaded the module.
    pub(super) fn since_load(&self) -> &EditLog {
        &self.since_load
    }

    /// What was typed since [`Document::shown`].
    pub(super) fn since_shown(&self) -> &EditLog {
        &self.since_shown
    }

    /// The process has loaded a text: the one as it is now, the one that was saved, or another
    /// of which nobody saw how it became this one.
    pub(super) fn loaded(&mut self, loaded: &Source) {
        let text = self.source(loaded.path());
        self.since_load.clear();
        match &self.saved {
            _ if loaded.text() == text.text() => {}
            Some((saved, since)) if loaded.text() == saved.text() => {
                self.since_load.clone_from(since);
            }
            _ => self.since_load.replaced(0, loaded.text(), text.text()),
        }
    }

    /// A text was saved.
    pub(super) fn saved(&mut self, saved: &Arc<Source>) {
        let is_own = self.source(saved.path()).text() == saved.text();
        self.saved = is_own.then(|| (Arc::clone(saved), EditLog::default()));
    }

    /// What is shown from now on is about the text as it is now.
    pub(super) fn shown(&mut self) {
        self.since_shown.clear();
    }

    fn replace(&mut self, range: Range, text: &str, encoding: Encoding) {
        let start = self.byte(range.start.line, range.start.character, encoding);
        let end = self.byte(range.end.line, range.end.character, encoding).max(start);
        let old: Cow<'_, str> = self.rope.byte_slice(start..end).into();
        let old = old.into_owned();
        self.note(start as u32, &old, text);
        let (from, to) = (self.rope.byte_to_char(start), self.rope.byte_to_char(end));
        self.rope.remove(from..to);
        self.rope.insert(from, text);
    }

    fn note(&mut self, start: u32, old: &str, new: &str) {
        self.since_load.replaced(start, old, new);
        if let Some((_, since)) = &mut self.saved {
            since.replaced(start, old, new);
        }
        self.since_shown.replaced(start, old, new);
    }

    /// The byte offset of a position: line and column from 0.
    fn byte(&self, line: u32, column: u32, encoding: Encoding) -> usize {
        let line = line as usize;
        if line >= self.rope.len_lines() {
            return self.rope.len_bytes();
        }
        let text: Cow<'_, str> = without_end(self.rope.line(line)).into();
        self.rope.line_to_byte(line) + encoding.offset(&text, column)
    }
}

/// A line without its line end.
fn without_end(line: RopeSlice<'_>) -> RopeSlice<'_> {
    let is_end = |c: &char| matches!(c, '\n' | '\r');
    let ends = line.chars_at(line.len_chars()).reversed().take_while(is_end).count();
    line.slice(..line.len_chars() - ends)
}

/// The file of a document, links to its directory followed; for what lies in no file, what its
/// URI says.
pub(super) fn path_of(uri: &Url) -> PathBuf {
    let Ok(path) = uri.to_file_path() else { return PathBuf::from(uri.path()) };
    match (path.parent().and_then(|directory| directory.canonicalize().ok()), path.file_name()) {
        (Some(directory), Some(name)) => directory.join(name),
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::Position;

    use super::*;

    fn document(text: &str) -> Document {
        Document::new(0, text)
    }

    fn change(range: ((u32, u32), (u32, u32)), text: &str) -> TextDocumentContentChangeEvent {
        let position = |(line, character)| Position { line, character };
        let range = Some(Range { start: position(range.0), end: position(range.1) });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    /// A range as two pairs of line and column, and the text that takes its place.
    type Replacement<'t> = (((u32, u32), (u32, u32)), &'t str);

    #[track_caller]
    fn check(encoding: Encoding, text: &str, changes: &[Replacement<'_>], expected: &str) {
        let mut document = document(text);
        let changes = changes.iter().map(|(range, text)| change(*range, text)).collect();
        document.change(7, changes, encoding);
        assert_eq!((document.source(Path::new("m.py")).text(), document.version), (expected, 7));
    }

    #[test]
    fn changes_are_applied_in_order() {
        check(
            Encoding::Utf16,
            "a\nb\n",
            &[(((0, 0), (0, 1)), "x"), (((1, 1), (1, 1)), "!")],
            "x\nb!\n",
        );
        check(
            Encoding::Utf16,
            "a\nb\n",
            &[(((0, 0), (1, 0)), ""), (((0, 0), (0, 0)), "c")],
            "cb\n",
        );
        check(
            Encoding::Utf16,
            "",
            &[(((0, 0), (0, 0)), "x = 1\r\n"), (((1, 0), (1, 0)), "y")],
            "x = 1\r\ny",
        );
    }

    #[test]
    fn columns_count_in_the_negotiated_units() {
        for (encoding, column) in [(Encoding::Utf8, 4), (Encoding::Utf16, 2), (Encoding::Utf32, 1)]
        {
            check(encoding, "𝒳é\n", &[(((0, column), (0, column)), "|")], "𝒳|é\n");
        }
    }

    #[test]
    fn every_line_end_counts_and_separators_do_not() {
        check(Encoding::Utf16, "a\rb\r\nc\nd", &[(((3, 0), (3, 1)), "D")], "a\rb\r\nc\nD");
        check(
            Encoding::Utf16,
            "a\u{2028}b\x0cc\nd",
            &[(((1, 0), (1, 0)), "|")],
            "a\u{2028}b\x0cc\n|d",
        );
    }

    #[test]
    fn what_lies_outside_is_clamped() {
        check(Encoding::Utf16, "ab\r\ncd", &[(((0, 99), (0, 99)), "!")], "ab!\r\ncd");
        check(Encoding::Utf16, "ab\ncd", &[(((9, 9), (99, 0)), "!")], "ab\ncd!");
        // An end before the start.
        check(Encoding::Utf16, "abc", &[(((0, 2), (0, 1)), "-")], "ab-c");
        // Inside a surrogate pair.
        check(Encoding::Utf16, "𝒳", &[(((0, 1), (0, 2)), "x")], "x");
    }

    #[test]
    fn a_change_without_a_range_is_the_whole_text() {
        let mut document = document("a = 1\nb = 2\n");
        let text = "b = 2\n".to_owned();
        let all = TextDocumentContentChangeEvent { range: None, range_length: None, text };
        document.change(1, vec![all], Encoding::Utf16);
        assert_eq!(document.source(Path::new("m.py")).text(), "b = 2\n");
    }
}
