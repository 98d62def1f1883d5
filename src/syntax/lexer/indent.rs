//! Indentation: which logical line belongs to which block.

use super::{Lexer, Line, LineBefore, Outcome, Token};
use crate::syntax::parse::ParseFailure;

/// CPython's `MAXINDENT`, the outermost level included.
const MAX_INDENTS: usize = 100;
const TAB: u32 = 8;

impl Lexer<'_> {
    /// Reads the white space at the beginning of a line. Says whether a logical line begins
    /// there; a blank line or one with only a comment is consumed.
    pub(super) fn indentation(&mut self) -> Outcome<bool> {
        let line_start = self.at;
        let (mut column, mut alternative) = (0u32, 0u32);
        let mut continued = None;
        loop {
            match self.peek() {
                Some(b' ') => (column, alternative) = (column + 1, alternative + 1),
                Some(b'\t') => (column, alternative) = ((column / TAB + 1) * TAB, alternative + 1),
                Some(b'\x0c') => (column, alternative) = (0, 0),
                Some(b'\\') => {
                    // CPython counts the columns of the first of the joined lines.
                    continued = continued.filter(|&at| at != 0).or(Some(column));
                    self.continuation()?;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        if self.peek() == Some(b'#') {
            self.comment();
        }
        match self.peek() {
            None => return Ok(false),
            Some(b'\n' | b'\r') => {
                self.end_blank_line();
                return Ok(false);
            }
            Some(_) => {}
        }
        if let Some(first) = continued.filter(|&first| first != 0) {
            (column, alternative) = (first, first);
        }
        self.indent(column, alternative)?;
        let depth = (self.indents.len() - 1) as u16;
        self.rewrite(line_start, depth);
        self.out.lines.push(Line { start: self.at as u32, depth });
        Ok(true)
    }

    /// Leaves one column for each level of indentation; a form feed begins the count anew.
    /// The grammar counts tabs in another way than CPython. Every level has added at least
    /// one byte, so the columns fit.
    fn rewrite(&mut self, line_start: usize, depth: u16) {
        let blanks = &mut self.out.text[line_start..self.at];
        let feeds = blanks.len().saturating_sub(usize::from(depth));
        blanks[..feeds].fill(b'\x0c');
        blanks[feeds..].fill(b' ');
    }

    /// The grammar takes `a = b, 1` and a `[c]` on the next line for one statement, and loses its way
    /// where a `(c)[0]` follows and then a `match`. A `;` between the two tells it better: where a
    /// blank makes room for it, else in the place of the line end.
    pub(super) fn part_lines(&mut self) {
        let (Some(before), Some(line)) = (self.before, self.out.lines.last()) else { return };
        if !matches!(self.peek(), Some(b'[' | b'('))
            || before.depth != line.depth
            || before.end == 0
        {
            return;
        }
        if self.out.text[before.end - 1] == b' ' {
            self.out.text[before.end - 1] = b';';
        } else if before.is_simple {
            self.out.text[before.end] = b';';
        }
    }

    /// Notes the logical line that ends here.
    pub(super) fn note_line(&mut self) {
        let Some(line) = self.out.lines.last().copied() else { return };
        let rest = &self.source[line.start as usize..];
        let word = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let is_compound = matches!(
            &rest[..word],
            "if" | "elif"
                | "else"
                | "for"
                | "while"
                | "try"
                | "except"
                | "finally"
                | "with"
                | "def"
                | "class"
                | "async"
                | "match"
                | "case"
        );
        let ends_open = matches!(self.last, Token::Op(b':' | b';'));
        self.before = (!ends_open && self.at < self.out.text.len()).then_some(LineBefore {
            end: self.at,
            depth: line.depth,
            is_simple: !is_compound && !rest.starts_with('@'),
        });
    }

    fn end_blank_line(&mut self) {
        let length = self.blank_line_end(self.at);
        self.at += length;
        self.out.text[self.at - 1] = b'\n';
    }

    fn indent(&mut self, column: u32, alternative: u32) -> Outcome<()> {
        let (top, top_alternative) = self.indents.last().copied().unwrap_or((0, 0));
        if column > top {
            if self.indents.len() >= MAX_INDENTS {
                return Err(self.error(self.at, self.at, "too many levels of indentation"));
            }
            if alternative <= top_alternative {
                return Err(self.tabs());
            }
            if !self.expects_block {
                return Err(self.error(self.at, self.at, "unexpected indent"));
            }
            self.indents.push((column, alternative));
            return Ok(());
        }
        let mut found = (top, top_alternative);
        while column < found.0 {
            self.indents.pop();
            found = self.indents.last().copied().unwrap_or((0, 0));
        }
        if column != found.0 {
            let message = "unindent does not match any outer indentation level";
            return Err(self.error(self.at, self.at, message));
        }
        if alternative != found.1 {
            return Err(self.tabs());
        }
        if self.expects_block {
            return Err(self.no_block(self.at));
        }
        Ok(())
    }

    fn tabs(&self) -> ParseFailure {
        self.error(self.at, self.at, "inconsistent use of tabs and spaces in indentation")
    }

    pub(super) fn no_block(&self, at: usize) -> ParseFailure {
        self.error(at, at, "expected an indented block")
    }
}
