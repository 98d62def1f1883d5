//! Bytes of a source file to text, as CPython does it (PEP 263).

use encoding_rs::{DecoderResult, Encoding};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Why bytes are no Python source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The cookie names an encoding that does not exist, or none for source code.
    #[error("unknown encoding `{name}` in line {line}")]
    UnknownEncoding { name: String, line: u32 },
    /// A byte order mark says UTF-8, the cookie something else.
    #[error("the byte order mark says utf-8, the cookie in line {line} says `{name}`")]
    Conflict { name: String, line: u32 },
    /// A byte at which the encoding fails.
    #[error("invalid {encoding} at byte {offset} in line {line}")]
    Invalid { encoding: String, offset: usize, line: u32 },
    /// A NUL byte: the file is binary.
    #[error("a NUL byte at byte {offset} in line {line}: not source code")]
    Binary { offset: usize, line: u32 },
}

/// Decodes the bytes of a source file.
///
/// The encoding is the one that a cookie (`# -*- coding: .. -*-`) in the first two lines
/// names, else UTF-8. A byte order mark is **stripped**: CPython does not count it as a
/// column, and an editor does not show it.
///
/// # Errors
///
/// See [`DecodeError`]; offsets count bytes from 0, lines from 1.
pub fn decode(bytes: Vec<u8>) -> Result<String, DecodeError> {
    let marked = bytes.starts_with(BOM);
    let body = if marked { &bytes[BOM.len()..] } else { &bytes[..] };
    let skipped = bytes.len() - body.len();
    if let Some(at) = body.iter().position(|&byte| byte == 0) {
        return Err(DecodeError::Binary { offset: skipped + at, line: line_of(body, at) });
    }
    let cookie = cookie(body);
    let name = cookie.as_ref().map_or("utf-8", |(name, _)| name);
    let normal = normalized(name);
    if let (true, Some((name, line))) = (marked, &cookie) {
        // Of the names of UTF-8, CPython takes only this one beside a mark.
        let lower = name.to_ascii_lowercase().replace('_', "-");
        if lower != "utf-8" && !lower.starts_with("utf-8-") {
            return Err(DecodeError::Conflict { name: name.clone(), line: *line });
        }
    }
    let invalid = |at: usize| DecodeError::Invalid {
        encoding: name.to_owned(),
        offset: skipped + at,
        line: line_of(body, at),
    };
    match normal.as_str() {
        "utf-8" if marked => match std::str::from_utf8(body) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(invalid(error.valid_up_to())),
        },
        "utf-8" => String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = line_of(error.as_bytes(), at);
            DecodeError::Invalid { encoding: "utf-8".to_owned(), offset: at, line }
        }),
        "iso-8859-1" => Ok(body.iter().map(|&byte| byte as char).collect()),
        "ascii" => match body.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err(invalid(at)),
            None => Ok(body.iter().map(|&byte| byte as char).collect()),
        },
        other => {
            let line = cookie.as_ref().map_or(1, |(_, line)| *line);
            let unknown = || DecodeError::UnknownEncoding { name: name.to_owned(), line };
            // Python's "replacement" and UTF-16 are no supersets of ASCII.
            let encoding = Encoding::for_label(other.as_bytes())
                .filter(|encoding| encoding.is_ascii_compatible())
                .ok_or_else(unknown)?;
            decode_with(encoding, body).map_err(invalid)
        }
    }
}

/// Decodes, or says at which byte that fails.
fn decode_with(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, usize> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(room.unwrap_or(bytes.len()));
    match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
        (DecoderResult::InputEmpty, _) => Ok(text),
        (DecoderResult::Malformed(length, after), read) => {
            Err(read.saturating_sub(usize::from(length) + usize::from(after)))
        }
        (DecoderResult::OutputFull, read) => Err(read),
    }
}

/// The encoding that a cookie in the first two lines names, and its line.
fn cookie(bytes: &[u8]) -> Option<(String, u32)> {
    let mut rest = bytes;
    for line in 1..=2 {
        let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let end = end.unwrap_or(rest.len());
        let text = rest[..end].trim_ascii_start_blanks();
        if !text.is_empty() && text[0] != b'#' {
            return None;
        }
        if let Some(name) = named_in(text) {
            return Some((name, line));
        }
        let crlf = rest[end..].starts_with(b"\r\n");
        rest = rest.get(end + 1 + usize::from(crlf)..).unwrap_or_default();
    }
    None
}

/// `coding[:=][ \t]*([-\w.]+)` in a comment.
fn named_in(comment: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"coding";
    for at in 0..comment.len() {
        let Some(rest) = comment[at..].strip_prefix(KEY) else { continue };
        let Some((b':' | b'=', rest)) = rest.split_first() else { continue };
        let rest = rest.trim_ascii_start_blanks();
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let length = rest.iter().position(|byte| !fits(byte)).unwrap_or(rest.len());
        if length > 0 {
            return Some(rest[..length].iter().map(|&byte| byte as char).collect());
        }
    }
    None
}

/// The name in CPython's normal form.
fn normalized(name: &str) -> String {
    let name = name.to_ascii_lowercase().replace('_', "-");
    let is = |family: &str| name == family || name.starts_with(&format!("{family}-"));
    if is("utf-8") || matches!(name.as_str(), "utf8" | "u8" | "utf8-ucs2" | "utf8-ucs4" | "cp65001")
    {
        "utf-8".to_owned()
    } else if is("latin-1")
        || is("iso-8859-1")
        || is("iso-latin-1")
        || matches!(name.as_str(), "latin1" | "l1" | "latin" | "8859" | "cp819" | "iso8859-1")
    {
        "iso-8859-1".to_owned()
    } else if matches!(name.as_str(), "ascii" | "us-ascii" | "646") {
        "ascii".to_owned()
    } else if let Some(page) = name.strip_prefix("cp125") {
        format!("windows-125{page}")
    } else {
        name
    }
}

/// The line, from 1, of a byte offset.
fn line_of(bytes: &[u8], at: usize) -> u32 {
    let before = &bytes[..at.min(bytes.len())];
    let ends = |(index, byte): (usize, &u8)| {
        *byte == b'\n' || (*byte == b'\r' && before.get(index + 1) != Some(&b'\n'))
    };
    1 + before.iter().enumerate().filter(|&pair| ends(pair)).count() as u32
}

trait TrimBlanks {
    /// Without the blanks, tabs and form feeds in front.
    fn trim_ascii_start_blanks(&self) -> &[u8];
}

impl TrimBlanks for [u8] {
    fn trim_ascii_start_blanks(&self) -> &[u8] {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\x0c');
        let start = self.iter().position(|byte| !blank(byte)).unwrap_or(self.len());
        &self[start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Result<String, DecodeError> {
        decode(bytes.to_vec())
    }

    #[test]
    fn utf8_is_the_default_and_a_byte_order_mark_is_stripped() {
        assert_eq!(text("é = 1\n".as_bytes()).as_deref(), Ok("é = 1\n"));
        assert_eq!(text(b"\xef\xbb\xbfx = 1").as_deref(), Ok("x = 1"));
        assert_eq!(text(b"\xef\xbb\xbf# coding: UTF_8\n").as_deref(), Ok("# coding: UTF_8\n"));
        assert_eq!(text(b"").as_deref(), Ok(""));
    }

    #[test]
    fn a_cookie_in_the_first_two_lines_names_the_encoding() {
        assert_eq!(
            text(b"# -*- coding: latin-1 -*-\n'\xe9'").as_deref().map(|s| s.ends_with("'é'")),
            Ok(true)
        );
        assert!(
            text(b"#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n'\x80'")
                .is_ok_and(|s| s.ends_with("'€'"))
        );
        assert!(text(b"\n# coding=ISO-8859-15\n'\xa4'").is_ok_and(|s| s.ends_with("'€'")));
        // A statement before it, or a third line, is too late.
        assert!(text(b"x = 1\n# coding: latin-1\n'\xe9'").is_err());
        assert!(text(b"#\n#\n# coding: latin-1\n'\xe9'").is_err());
    }

    #[test]
    fn errors_name_byte_and_line() {
        let invalid = |encoding: &str, offset, line| {
            Err(DecodeError::Invalid { encoding: encoding.to_owned(), offset, line })
        };
        assert_eq!(text(b"x = 1\ny = '\xff'\n"), invalid("utf-8", 11, 2));
        assert_eq!(text(b"# coding: ascii\n\n'\xe9'"), invalid("ascii", 18, 3));
        assert_eq!(text(b"a\0"), Err(DecodeError::Binary { offset: 1, line: 1 }));
        assert_eq!(
            text(b"# coding: uft-8\n"),
            Err(DecodeError::UnknownEncoding { name: "uft-8".to_owned(), line: 1 })
        );
        assert_eq!(
            text(b"\xef\xbb\xbf#\n# coding: utf8\n"),
            Err(DecodeError::Conflict { name: "utf8".to_owned(), line: 2 })
        );
    }
}
