//! Blanks, comments and line ends.

use super::{Lexer, Outcome};
use crate::text::span::Span;

const DIRECTIVE: &[u8] = b"# reloadsafe:";

impl Lexer<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips blanks, a comment and continued line ends, none of which end a logical line.
    pub(super) fn blanks(&mut self) -> Outcome<()> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\x0c') => self.at += 1,
                Some(b'#') => self.comment(),
                Some(b'\\') => self.continuation()?,
                _ => return Ok(()),
            }
        }
    }

    /// A comment, up to its line end.
    pub(super) fn comment(&mut self) {
        let start = self.at;
        let length = self.bytes[start..].iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.at = length.map_or(self.bytes.len(), |length| start + length);
        if self.bytes[start..self.at].starts_with(DIRECTIVE) {
            self.out.directives.push(Span::new(start as u32, self.at as u32));
        }
        self.out.text[start..self.at].fill(b' ');
    }

    /// A backslash and the line end it hides.
    pub(super) fn continuation(&mut self) -> Outcome<()> {
        let start = self.at;
        if start + 1 >= self.bytes.len() {
            return Err(self.error(start, start + 1, "unexpected end of file after a backslash"));
        }
        if !matches!(self.bytes[start + 1], b'\n' | b'\r') {
            return Err(self.stray(start));
        }
        self.out.text[start] = b' ';
        self.at = start + 1 + self.blank_line_end(start + 1);
        if self.at >= self.bytes.len() {
            return Err(self.error(start, start + 1, "unexpected end of file after a backslash"));
        }
        Ok(())
    }

    /// Blanks the line end at `at` and says how long it is.
    pub(super) fn blank_line_end(&mut self, at: usize) -> usize {
        let crlf = self.bytes[at] == b'\r' && self.bytes.get(at + 1) == Some(&b'\n');
        let length = 1 + usize::from(crlf);
        self.out.text[at..at + length].fill(b' ');
        length
    }
}
