//! What literals stand for: numbers, strings and bytes.

use std::sync::Arc;

use super::ast::Constant;
use super::parse::ParseFailure;
use crate::text::span::Span;

/// CPython's default limit of the decimal digits of an integer literal.
const MAX_DECIMAL_DIGITS: usize = 4300;

/// What is wrong with an escape, and where in the literal.
pub(super) struct Fault {
    offset: usize,
    length: usize,
    message: &'static str,
}

impl Fault {
    /// The failure, for a literal whose body begins at a byte offset of the text.
    pub(super) fn at(self, start: u32) -> ParseFailure {
        let from = start + self.offset as u32;
        let span = Span::new(from, from + self.length as u32);
        ParseFailure::Syntax { span, message: self.message.to_owned() }
    }
}

/// A decoded string.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) text: String,
    /// Something stands as U+FFFD that a Rust string cannot hold.
    pub(super) lossy: bool,
}

/// The value of a number that the lexer has accepted; None where it is too long.
pub(super) fn number(text: &str) -> Option<Constant> {
    let lower = text.replace('_', "").to_ascii_lowercase();
    let radix = match lower.as_bytes() {
        [b'0', b'x', ..] => 16,
        [b'0', b'o', ..] => 8,
        [b'0', b'b', ..] => 2,
        _ => 10,
    };
    if radix == 10 {
        if let Some(imaginary) = lower.strip_suffix('j') {
            return Some(Constant::Complex(imaginary.parse().ok()?));
        }
        if lower.contains(['.', 'e']) {
            return Some(Constant::Float(lower.parse().ok()?));
        }
        if lower.len() > MAX_DECIMAL_DIGITS {
            return None;
        }
    }
    let digits = if radix == 10 { &lower[..] } else { &lower[2..] };
    Some(match i64::from_str_radix(digits, radix) {
        Ok(value) => Constant::Int(value),
        Err(_) => Constant::BigInt(Arc::from(lower)),
    })
}

/// Decodes the text of a string, or of a stretch of an f-string, where `braces` are doubled.
pub(super) fn decode_str(
    text: &str,
    raw: bool,
    braces: bool,
    into: &mut Decoded,
) -> Result<(), Fault> {
    let special = |byte: &u8| match byte {
        b'\\' => !raw,
        b'\r' => true,
        b'{' | b'}' => braces,
        _ => false,
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(length) = bytes[at..].iter().position(special) {
        let found = at + length;
        into.text.push_str(&text[at..found]);
        at = match bytes[found] {
            b'\r' => {
                into.text.push('\n');
                found + 1 + usize::from(bytes.get(found + 1) == Some(&b'\n'))
            }
            b'\\' => escape(text, found, into)?,
            brace => {
                into.text.push(brace as char);
                found + 2
            }
        };
    }
    into.text.push_str(&text[at..]);
    Ok(())
}

/// Decodes the escape at an offset and says where the text goes on.
fn escape(text: &str, at: usize, into: &mut Decoded) -> Result<usize, Fault> {
    let Some(next) = text[at + 1..].chars().next() else {
        into.text.push('\\');
        return Ok(at + 1);
    };
    if let Some(simple) = simple_escape(next) {
        into.text.push(simple);
        return Ok(at + 2);
    }
    match next {
        '\n' => Ok(at + 2),
        '\r' => Ok(at + 2 + usize::from(text.as_bytes().get(at + 2) == Some(&b'\n'))),
        '0'..='7' => {
            let (value, end) = octal(text.as_bytes(), at + 1);
            into.text.push(char::from_u32(value).unwrap_or('\u{FFFD}'));
            Ok(end)
        }
        'x' => hex(text, at, 2, into),
        'u' => hex(text, at, 4, into),
        'U' => hex(text, at, 8, into),
        'N' => named(text, at, into),
        // An unknown escape stands for itself, backslash included.
        _ => {
            into.text.push('\\');
            Ok(at + 1)
        }
    }
}

fn simple_escape(character: char) -> Option<char> {
    Some(match character {
        '\\' => '\\',
        '\'' => '\'',
        '"' => '"',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    })
}

/// Up to three octal digits, and where they end.
fn octal(bytes: &[u8], from: usize) -> (u32, usize) {
    let digits = bytes[from..].iter().take(3).take_while(|byte| matches!(byte, b'0'..=b'7'));
    let (value, length) = digits
        .fold((0, 0), |(value, length), byte| (value * 8 + u32::from(byte - b'0'), length + 1));
    (value, from + length)
}

fn hex_value(bytes: &[u8], from: usize, digits: usize) -> Option<u32> {
    let text = bytes.get(from..from + digits)?;
    text.iter().try_fold(0u32, |value, &byte| {
        let digit = (byte as char).to_digit(16)?;
        value.checked_mul(16)?.checked_add(digit)
    })
}

fn hex(text: &str, at: usize, digits: usize, into: &mut Decoded) -> Result<usize, Fault> {
    let length = (2 + digits).min(text.len() - at);
    let Some(value) = hex_value(text.as_bytes(), at + 2, digits) else {
        return Err(Fault { offset: at, length: 2, message: "a truncated escape in a string" });
    };
    if value > 0x10_FFFF {
        return Err(Fault { offset: at, length, message: "no such Unicode character" });
    }
    let character = char::from_u32(value);
    into.lossy |= character.is_none();
    into.text.push(character.unwrap_or('\u{FFFD}'));
    Ok(at + 2 + digits)
}

/// The aliases of characters (`NameAliases.txt` of Unicode) that every modelled CPython
/// knows, with their code points: `NAME;HEX`, one a line.
const ALIASES: &str = include_str!("literal/aliases.txt");

/// The character of a name. The library forgives missing blanks and hyphens; CPython only
/// another case.
fn character(name: &str) -> Option<char> {
    let alias = ALIASES.lines().filter_map(|line| line.split_once(';'));
    if let Some((_, code)) = alias.into_iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)) {
        return char::from_u32(u32::from_str_radix(code, 16).ok()?);
    }
    let found = unicode_names2::character(name)?;
    let exact = unicode_names2::name(found)?.to_string();
    exact.eq_ignore_ascii_case(name).then_some(found)
}

/// `\N{NAME}`
fn named(text: &str, at: usize, into: &mut Decoded) -> Result<usize, Fault> {
    let fault = Fault { offset: at, length: 2, message: "a malformed \\N escape" };
    let Some(rest) = text[at + 2..].strip_prefix('{') else { return Err(fault) };
    let Some(length) = rest.find('}').filter(|&length| length > 0) else { return Err(fault) };
    match character(&rest[..length]) {
        Some(character) => into.text.push(character),
        None => {
            let message = "a \\N escape names no Unicode character";
            return Err(Fault { offset: at, length: length + 4, message });
        }
    }
    Ok(at + 2 + 1 + length + 1)
}

/// Decodes the text of a bytes literal, which is ASCII.
pub(super) fn decode_bytes(text: &str, raw: bool, into: &mut Vec<u8>) -> Result<(), Fault> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\r' => {
                into.push(b'\n');
                at += 1 + usize::from(bytes.get(at + 1) == Some(&b'\n'));
            }
            b'\\' if !raw => at = byte_escape(bytes, at, into)?,
            _ => {
                into.push(byte);
                at += 1;
            }
        }
    }
    Ok(())
}

fn byte_escape(bytes: &[u8], at: usize, into: &mut Vec<u8>) -> Result<usize, Fault> {
    let Some(&next) = bytes.get(at + 1) else {
        into.push(b'\\');
        return Ok(at + 1);
    };
    if let Some(simple) = simple_escape(next as char) {
        into.push(simple as u8);
        return Ok(at + 2);
    }
    match next {
        b'\n' => Ok(at + 2),
        b'\r' => Ok(at + 2 + usize::from(bytes.get(at + 2) == Some(&b'\n'))),
        b'0'..=b'7' => {
            let (value, end) = octal(bytes, at + 1);
            into.push(value as u8);
            Ok(end)
        }
        b'x' => match hex_value(bytes, at + 2, 2) {
            Some(value) => {
                into.push(value as u8);
                Ok(at + 4)
            }
            None => Err(Fault { offset: at, length: 2, message: "a truncated \\x escape" }),
        },
        _ => {
            into.push(b'\\');
            Ok(at + 1)
        }
    }
}
