//! String tokens and the fields of f-strings and t-strings.

use super::{Bracket, Lexer, Outcome, Token};
use crate::text::span::Span;

/// Deeper nests of f-strings than any program has; CPython stops at 150.
const MAX_STRING_DEPTH: usize = 40;
/// How deep format specs may nest: CPython's `MAX_EXPR_NESTING`, one more than before 3.12.
const MAX_SPEC_DEPTH: usize = 3;

/// How a string is quoted.
#[derive(Clone, Copy)]
struct Quote {
    byte: u8,
    triple: bool,
    raw: bool,
    /// Where the token begins.
    start: usize,
}

impl Lexer<'_> {
    /// A string token that begins at `start` and whose first quote is at the current place.
    pub(super) fn string(&mut self, start: usize) -> Outcome<()> {
        let prefix = &self.bytes[start..self.at];
        let has = |lower: u8| prefix.iter().any(|byte| byte.to_ascii_lowercase() == lower);
        let (format, bytes, raw) = (has(b'f') || has(b't'), has(b'b'), has(b'r'));
        let byte = self.bytes[self.at];
        let triple = self.bytes[self.at..].starts_with(&[byte; 3]);
        let quote = Quote { byte, triple, raw, start };
        let body = self.at + if triple { 3 } else { 1 };
        let index = self.out.strings.len();
        self.out.strings.push(Span::empty(start as u32));
        if format {
            self.format_string(quote, body)?;
        } else {
            self.at = self.plain_end(quote, body)?;
            let body_end = self.at - if triple { 3 } else { 1 };
            if bytes && let Some(offset) = self.bytes[body..body_end].iter().position(|b| *b >= 128)
            {
                let at = body + offset;
                let width = self.source[at..].chars().next().map_or(1, char::len_utf8);
                return Err(self.error(at, at + width, "bytes can only contain ASCII characters"));
            }
            self.out.text[body..body_end].fill(b'_');
        }
        self.out.strings[index] = Span::new(start as u32, self.at as u32);
        Ok(())
    }

    /// Where a string without fields ends, quotes included.
    fn plain_end(&self, quote: Quote, body: usize) -> Outcome<usize> {
        let mut at = body;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => at += 1 + self.line_end_length(at + 1).max(1),
                b'\n' | b'\r' if !quote.triple => break,
                _ if byte == quote.byte && self.closes(quote, at) => {
                    return Ok(at + if quote.triple { 3 } else { 1 });
                }
                _ => at += 1,
            }
        }
        Err(self.unterminated(quote, at))
    }

    fn closes(&self, quote: Quote, at: usize) -> bool {
        let length = if quote.triple { 3 } else { 1 };
        self.bytes[at..].starts_with(&[quote.byte; 3][..length])
    }

    fn line_end_length(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b'\r') => 1 + usize::from(self.bytes.get(at + 1) == Some(&b'\n')),
            Some(b'\n') => 1,
            _ => 0,
        }
    }

    fn unterminated(&self, quote: Quote, at: usize) -> super::ParseFailure {
        let at = at.min(self.bytes.len());
        let (message, end) = if quote.triple {
            ("unterminated triple-quoted string", (quote.start + 3).min(at))
        } else {
            ("unterminated string", at)
        };
        self.error(quote.start, end.max(quote.start), message)
    }

    /// A string with fields, from its body on.
    fn format_string(&mut self, quote: Quote, body: usize) -> Outcome<()> {
        self.string_depth += 1;
        if self.string_depth > MAX_STRING_DEPTH {
            return Err(super::ParseFailure::TooCostly {
                reason: "f-strings are nested too deeply".to_owned(),
            });
        }
        // Before 3.12 the tokenizer knew nothing of fields.
        let plain_end = match self.python.minor {
            ..12 => Some(self.plain_end(quote, body)?),
            _ => None,
        };
        self.at = body;
        loop {
            let Some(byte) = self.peek() else { return Err(self.unterminated(quote, self.at)) };
            let doubled = self.bytes.get(self.at + 1) == Some(&byte);
            match byte {
                b'{' | b'}' if doubled => self.blank(2),
                b'{' => self.field(quote, 1)?,
                b'}' => {
                    let message = "f-string: a single '}' is not allowed";
                    return Err(self.error(self.at, self.at + 1, message));
                }
                b'\\' => self.escape(quote),
                b'\n' | b'\r' if !quote.triple => return Err(self.unterminated(quote, self.at)),
                _ if byte == quote.byte && self.closes(quote, self.at) => break,
                _ => self.blank(1),
            }
        }
        self.at += if quote.triple { 3 } else { 1 };
        if plain_end.is_some_and(|end| end != self.at) {
            let message = "f-string: a quote inside a field needs Python 3.12";
            return Err(self.error(quote.start, self.at, message));
        }
        self.string_depth -= 1;
        Ok(())
    }

    fn blank(&mut self, length: usize) {
        let end = (self.at + length).min(self.bytes.len());
        self.out.text[self.at..end].fill(b'_');
        self.at = end;
    }

    /// A backslash in the literal text, with what it escapes.
    fn escape(&mut self, quote: Quote) {
        self.blank(1);
        match self.peek() {
            // `\{` is a backslash before a field.
            Some(b'{' | b'}') | None => {}
            Some(b'N') if !quote.raw && self.bytes.get(self.at + 1) == Some(&b'{') => {
                let rest = &self.bytes[self.at..];
                let stop = |byte: &u8| matches!(byte, b'}' | b'"' | b'\'' | b'\n' | b'\r');
                let length = rest.iter().position(stop).unwrap_or(rest.len());
                self.blank(length + usize::from(rest.get(length) == Some(&b'}')));
            }
            Some(_) => self.blank(self.line_end_length(self.at).max(1)),
        }
    }

    /// A replacement field, from `{` to `}`.
    fn field(&mut self, quote: Quote, spec_depth: usize) -> Outcome<()> {
        let open = self.at;
        let limit = if self.python.minor >= 12 { MAX_SPEC_DEPTH } else { MAX_SPEC_DEPTH - 1 };
        if spec_depth > limit {
            return Err(self.error(open, open + 1, "f-string: expressions nested too deeply"));
        }
        self.open(b'{')?;
        let level = self.brackets.len();
        let index = self.out.field_ends.len();
        self.out.field_ends.push(0);
        let outer = (self.last, self.before_last, self.def_name);
        self.last = Token::Op(b'{');
        self.field_expression(quote, level)?;
        self.out.field_ends[index] = self.at as u32;
        if self.last == Token::Op(b'{') && self.brackets.len() == level && self.blank_since(open) {
            return Err(self.error(open, self.at + 1, "f-string: a field is empty"));
        }
        (self.last, self.before_last, self.def_name) = outer;
        if self.peek() == Some(b'!') {
            self.conversion()?;
        }
        if self.peek() == Some(b':') {
            self.at += 1;
            self.format_spec(quote, spec_depth)?;
        }
        if self.peek() != Some(b'}') {
            return Err(self.error(open, self.at, "f-string: '}' is expected"));
        }
        self.close(b'}')
    }

    fn blank_since(&self, open: usize) -> bool {
        self.out.text[open + 1..self.at].iter().all(u8::is_ascii_whitespace)
    }

    /// The tokens of a field up to its `!`, `:` or `}`.
    fn field_expression(&mut self, quote: Quote, level: usize) -> Outcome<()> {
        loop {
            if self.python.minor < 12 && matches!(self.peek(), Some(b'\\' | b'#')) {
                let message = "f-string: a backslash or comment in a field needs Python 3.12";
                return Err(self.error(self.at, self.at + 1, message));
            }
            let Some(byte) = self.peek() else { return Err(self.unterminated(quote, self.at)) };
            let here = self.brackets.len() == level;
            match byte {
                b' ' | b'\t' | b'\x0c' => self.at += 1,
                b'#' => self.comment(),
                b'\\' => self.continuation()?,
                b'\n' | b'\r' => {
                    if !quote.triple && self.python.minor < 12 {
                        return Err(self.unterminated(quote, self.at));
                    }
                    self.at += self.blank_line_end(self.at);
                }
                b'}' | b':' if here => return Ok(()),
                b'!' if here && self.bytes.get(self.at + 1) != Some(&b'=') => return Ok(()),
                b'\'' | b'"' if byte == quote.byte && self.python.minor < 12 && !quote.triple => {
                    return Err(self.error(self.at, self.at + 1, "f-string: '}' is expected"));
                }
                _ => {
                    let from = self.at;
                    self.token()?;
                    let text = &self.bytes[from..self.at];
                    if self.python.minor < 12 && text.contains(&b'\\') {
                        let message = "f-string: a backslash in a field needs Python 3.12";
                        return Err(self.error(from, self.at, message));
                    }
                }
            }
        }
    }

    /// `!r`, `!s` or `!a`.
    fn conversion(&mut self) -> Outcome<()> {
        let at = self.at;
        let known = matches!(self.bytes.get(at + 1), Some(b'r' | b's' | b'a'));
        self.at += 2;
        while matches!(self.peek(), Some(b' ' | b'\t')) && self.python.minor >= 12 {
            self.at += 1;
        }
        if known && matches!(self.peek(), Some(b':' | b'}')) {
            return Ok(());
        }
        Err(self.error(at, (at + 2).max(at), "f-string: a conversion is one of !r, !s and !a"))
    }

    /// The text after the `:` of a field, up to its `}`.
    fn format_spec(&mut self, quote: Quote, spec_depth: usize) -> Outcome<()> {
        loop {
            let Some(byte) = self.peek() else { return Err(self.unterminated(quote, self.at)) };
            match byte {
                b'{' => self.field(quote, spec_depth + 1)?,
                b'}' => return Ok(()),
                b'\\' => self.escape(quote),
                b'\n' | b'\r' if !quote.triple => return Err(self.unterminated(quote, self.at)),
                _ if byte == quote.byte && self.closes(quote, self.at) => {
                    return Err(self.error(quote.start, self.at, "f-string: '}' is expected"));
                }
                _ => self.blank(1),
            }
        }
    }

    #[allow(dead_code)]
    fn innermost(&self) -> Option<Bracket> {
        self.brackets.last().copied()
    }
}
