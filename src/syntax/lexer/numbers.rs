//! Number literals, exactly as CPython's tokenizer takes them.

use super::{Lexer, Outcome};

impl Lexer<'_> {
    /// A number at the current place.
    pub(super) fn number(&mut self) -> Outcome<()> {
        let start = self.at;
        let radix = match (self.bytes[start], self.bytes.get(start + 1)) {
            (b'0', Some(b'x' | b'X')) => 16,
            (b'0', Some(b'o' | b'O')) => 8,
            (b'0', Some(b'b' | b'B')) => 2,
            _ => 10,
        };
        if radix == 10 {
            self.decimal(start)?;
        } else {
            self.at += 2;
            // `0x_1` is allowed.
            if self.peek() == Some(b'_') {
                self.at += 1;
            }
            if !self.digits(radix) {
                return Err(self.bad_number(start));
            }
        }
        self.end_of_number(start)
    }

    fn decimal(&mut self, start: usize) -> Outcome<()> {
        let mut integer = true;
        if self.peek() != Some(b'.') && !self.digits(10) {
            return Err(self.bad_number(start));
        }
        let digits_end = self.at;
        if self.peek() == Some(b'.') {
            integer = false;
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) && !self.digits(10) {
                return Err(self.bad_number(start));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.bytes.get(self.at + 1), Some(b'+' | b'-')));
            if self.bytes.get(self.at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                integer = false;
                self.at += 1 + sign;
                if !self.digits(10) {
                    return Err(self.bad_number(start));
                }
            } else if sign == 1 {
                return Err(self.bad_number(start));
            }
        }
        if matches!(self.peek(), Some(b'j' | b'J')) {
            integer = false;
            self.at += 1;
        }
        let digits = &self.bytes[start..digits_end];
        let zeros = digits.iter().all(|byte| matches!(byte, b'0' | b'_'));
        if integer && digits.first() == Some(&b'0') && !zeros {
            return Err(if digits.iter().all(|byte| matches!(byte, b'0'..=b'7')) {
                self.python2(start, self.at, "octal numbers are written with `0o`")
            } else {
                self.error(start, self.at, "leading zeros in a decimal integer")
            });
        }
        Ok(())
    }

    /// Digits with single `_` between them; false where there are none or a `_` is astray.
    fn digits(&mut self, radix: u32) -> bool {
        loop {
            let from = self.at;
            while self.peek().is_some_and(|byte| (byte as char).is_digit(radix)) {
                self.at += 1;
            }
            if self.at == from {
                return false;
            }
            if self.peek() != Some(b'_') {
                return true;
            }
            self.at += 1;
        }
    }

    /// What may follow a number without a blank: nothing of a name but some keywords.
    fn end_of_number(&mut self, start: usize) -> Outcome<()> {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        if word.is_empty() {
            return Ok(());
        }
        let keywords: [&[u8]; 8] = [b"and", b"else", b"for", b"if", b"in", b"is", b"or", b"not"];
        if keywords.contains(&word) {
            return Ok(());
        }
        if matches!(word, b"l" | b"L") {
            return Err(self.python2(start, self.at + 1, "integers have no suffix `L`"));
        }
        Err(self.bad_number(start))
    }

    /// Up to the character that does not fit, all of its bytes included.
    fn bad_number(&self, start: usize) -> super::ParseFailure {
        let mut end = (self.at + 1).max(start + 1).min(self.bytes.len());
        while self.bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
            end += 1;
        }
        self.error(start, end, "invalid number")
    }
}
