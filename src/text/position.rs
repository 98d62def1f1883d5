//! Places as the Language Server Protocol counts them.

use super::source::Source;
use super::span::Span;

/// In which units the columns of a protocol position count (LSP 3.17, `PositionEncodingKind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16: what every client understands.
    #[default]
    Utf16,
    /// Code points.
    Utf32,
}

/// A place: line and column **from 0**, the column in units of an [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Encoding {
    /// How many units a text has.
    pub fn length(self, text: &str) -> u32 {
        let length = match self {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
            Encoding::Utf32 => text.chars().count(),
        };
        length as u32
    }

    /// The byte offset, in a line without its line end, of a column. One beyond the end counts
    /// as the end, one inside a character as that character's.
    pub fn offset(self, line: &str, column: u32) -> usize {
        let mut left = column as usize;
        for (at, character) in line.char_indices() {
            let units = match self {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
                Encoding::Utf32 => 1,
            };
            if left < units {
                return at;
            }
            left -= units;
        }
        line.len()
    }
}

impl Source {
    /// The position of a byte offset; one inside a character counts as that character's, one
    /// beyond the end as the end.
    pub fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let mut offset = (offset as usize).min(self.text().len());
        while !self.text().is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset as u32);
        let before = &self.text()[self.line_start(line) as usize..offset];
        Position { line: line - 1, column: encoding.length(before) }
    }

    /// The byte offset of a position. A column beyond the end of its line counts as the end of
    /// the line, a line beyond the last as the end of the text.
    pub fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        if position.line >= self.line_count() {
            return self.text().len() as u32;
        }
        let line = self.line_span(position.line + 1);
        line.start + encoding.offset(self.slice(line), position.column) as u32
    }

    /// The byte range between two positions; an end before the start counts as the start.
    pub fn range(&self, start: Position, end: Position, encoding: Encoding) -> Span {
        let start = self.offset(start, encoding);
        Span::new(start, self.offset(end, encoding).max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::super::source::Revision;
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn source(text: &str) -> std::sync::Arc<Source> {
        Source::new("m.py", Revision::Current, text.to_owned())
    }

    fn at(line: u32, column: u32) -> Position {
        Position { line, column }
    }

    #[test]
    fn columns_count_in_the_units_of_the_encoding() {
        let source = source("a = '𝒳é'; b\n");
        let b = source.text().find('b').unwrap() as u32;
        let columns = ALL.map(|encoding| source.position(b, encoding).column);
        assert_eq!(columns, [14, 11, 10]);
        for encoding in ALL {
            assert_eq!(source.offset(source.position(b, encoding), encoding), b);
        }
    }

    #[test]
    fn every_line_end_counts() {
        let source = source("a\r\nb\rc\nd");
        let of = |text: &str| source.text().find(text).unwrap() as u32;
        assert_eq!(source.position(of("d"), Encoding::Utf16), at(3, 0));
        assert_eq!(source.offset(at(1, 0), Encoding::Utf16), of("b"));
        assert_eq!(source.offset(at(2, 0), Encoding::Utf16), of("c"));
    }

    #[test]
    fn what_lies_outside_is_clamped() {
        let source = source("ab\r\n𝒳\n");
        // The end of a line is before its line end.
        assert_eq!(source.offset(at(0, 99), Encoding::Utf16), 2);
        // Inside a surrogate pair.
        assert_eq!(source.offset(at(1, 1), Encoding::Utf16), 4);
        assert_eq!(source.offset(at(99, 3), Encoding::Utf16), source.text().len() as u32);
        assert_eq!(source.position(5, Encoding::Utf8), at(1, 0));
        assert_eq!(source.range(at(1, 1), at(0, 0), Encoding::Utf8), Span::empty(4));
    }

    #[test]
    fn every_offset_of_every_text_comes_back() {
        for text in ["", "\r", "\r\r\n", "x\u{2028}y\n", "é𝒳\r\n\u{feff}z"] {
            let source = source(text);
            for (offset, _) in text.char_indices() {
                let inside_line_end =
                    text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
                if inside_line_end {
                    continue;
                }
                for encoding in ALL {
                    let position = source.position(offset as u32, encoding);
                    assert_eq!(source.offset(position, encoding), offset as u32, "{text:?}");
                }
            }
        }
    }
}
