//! Splits what a client writes into message bodies (LSP, "Base Protocol": headers, an empty
//! line, as many bytes as `Content-Length` says), and finds its way back when that fails.
//!
//! What makes finding back safe: in JSON a line break inside a string is escaped, so
//! `Content-Length: 12` with a line break behind it is never part of a body.

use std::io::{self, Read};

use memchr::{memchr, memmem};
use serde::de::IgnoredAny;

/// The longest body that is taken, in bytes. No source is longer: columns and offsets are 32 bit,
/// and JSON needs a few bytes for some characters.
pub(super) const MAX_BODY: usize = 256 * 1024 * 1024;

/// How much is skipped in search of a next message before the session is given up.
const MAX_SKIPPED: usize = 64 * 1024 * 1024;

/// The longest line of a header block.
const MAX_HEADER: usize = 8 * 1024;

/// The longest that `Content-Length: N` with its line break can be.
const MAX_MARK: usize = 64;

/// What comes next in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A body, as long as its header says unless the next header begins before.
    Body(Vec<u8>),
    /// There is no body: what the header says cannot be followed. What comes then is skipped up
    /// to the next message.
    Refused(Refused),
}

/// Why there is no body.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("a message of {0} bytes is longer than {MAX_BODY}")]
    TooLong(u64),
    #[error("a message's header has no `Content-Length`")]
    NoLength,
    #[error("`Content-Length` is {0:?}, which is not a number of bytes")]
    BadLength(String),
    #[error("what should be a message's header is none: {0:?}")]
    NoHeader(String),
}

/// Why the stream has ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum Ended {
    #[error("the client closed it")]
    Closed,
    #[error("the client closed it within a message")]
    ClosedWithin,
    #[error("{MAX_SKIPPED} bytes without the beginning of a message")]
    Lost,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The messages of a stream.
pub(super) struct Frames<R> {
    input: R,
    /// What has been read and not been given out: `buffer[start..]`.
    buffer: Vec<u8>,
    start: usize,
    /// Whether `start` is somewhere in what nobody understands.
    lost: bool,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(input: R) -> Frames<R> {
        Frames { input, buffer: Vec::new(), start: 0, lost: false }
    }

    /// The next body, or why there is none.
    pub(super) fn next(&mut self) -> Result<Next, Ended> {
        if self.lost {
            self.find_header()?;
            self.lost = false;
        }
        match self.header()? {
            Ok(length) => self.body(length).map(Next::Body),
            Err(refused) => {
                self.lost = true;
                Ok(Next::Refused(refused))
            }
        }
    }

    /// Takes back the last bytes of the body given out last: they belong to what comes next.
    pub(super) fn unread(&mut self, count: usize) {
        self.start -= count;
    }

    /// Reads a block of headers and gives the length that it declares.
    fn header(&mut self) -> Result<Result<usize, Refused>, Ended> {
        let mut length = None;
        let mut any = false;
        loop {
            let Some((line, consumed)) = self.line(any)? else {
                return Ok(Err(no_header(&self.buffer[self.start..])));
            };
            if line.is_empty() {
                match length {
                    Some(length) => return Ok(checked(length)),
                    None if any => return Ok(Err(Refused::NoLength)),
                    // Somebody ends bodies with a line break.
                    None => continue,
                }
            }
            any = true;
            let Some((name, value)) = header_field(&line) else {
                // The next header may begin in this very line.
                self.start -= consumed;
                return Ok(Err(no_header(&line)));
            };
            if name.eq_ignore_ascii_case("content-length") {
                match value.parse::<u64>() {
                    Ok(bytes) => length = Some(bytes),
                    Err(_) => return Ok(Err(Refused::BadLength(excerpt(value.as_bytes())))),
                }
            } else if name.eq_ignore_ascii_case("content-type") && !is_utf8(&value) {
                tracing::warn!("`Content-Type: {value}` is read as UTF-8, which LSP requires");
            }
        }
    }

    /// The next line without its end (LF or CRLF) and its length with it, or nothing where it is
    /// too long for a header.
    fn line(&mut self, within: bool) -> Result<Option<(Vec<u8>, usize)>, Ended> {
        let mut scanned = 0;
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(end) = memchr(b'\n', &rest[scanned..]) {
                let end = scanned + end;
                let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]).to_vec();
                self.start += end + 1;
                return Ok(Some((line, end + 1)));
            }
            scanned = rest.len();
            if scanned > MAX_HEADER {
                return Ok(None);
            }
            self.fill(within || scanned > 0)?;
        }
    }

    /// Reads a body: all of it, or up to where the next header begins.
    fn body(&mut self, length: usize) -> Result<Vec<u8>, Ended> {
        let mut searched: usize = 0;
        loop {
            let rest = &self.buffer[self.start..];
            let present = rest.len().min(length);
            let from = searched.saturating_sub(MAX_MARK);
            if let Some(end) = find_mark(&rest[from..present]) {
                let end = from + end;
                tracing::warn!("`Content-Length` says {length}, but the body has {end} bytes");
                return Ok(self.take(end));
            }
            if present == length {
                return Ok(self.take(length));
            }
            searched = present;
            self.fill(true)?;
        }
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let body = self.buffer[self.start..self.start + count].to_vec();
        self.start += count;
        body
    }

    /// Skips to where a header begins.
    fn find_header(&mut self) -> Result<(), Ended> {
        let mut skipped = 0;
        loop {
            let rest = &self.buffer[self.start..];
            if let Some(mark) = find_mark(rest) {
                self.start += mark;
                let skipped = skipped + mark;
                tracing::warn!("skipped {skipped} bytes up to the next message");
                return Ok(());
            }
            let useless = rest.len().saturating_sub(MAX_MARK);
            self.start += useless;
            skipped += useless;
            if skipped > MAX_SKIPPED {
                return Err(Ended::Lost);
            }
            self.fill(true)?;
        }
    }

    /// Reads more. `within` says whether an end here is one within a message.
    fn fill(&mut self, within: bool) -> Result<(), Ended> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let old = self.buffer.len();
        // As much again as there is: a long body takes few reads, a declared length no memory.
        self.buffer.resize(old + old.clamp(4 * 1024, 1024 * 1024), 0);
        let read = loop {
            match self.input.read(&mut self.buffer[old..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.buffer.truncate(old + read.as_ref().map_or(0, |read| *read));
        match read? {
            0 if within => Err(Ended::ClosedWithin),
            0 => Err(Ended::Closed),
            _ => Ok(()),
        }
    }
}

fn no_header(line: &[u8]) -> Refused {
    Refused::NoHeader(excerpt(line))
}

fn excerpt(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(MAX_MARK)]).into_owned()
}

fn checked(length: u64) -> Result<usize, Refused> {
    match usize::try_from(length) {
        Ok(length) if length <= MAX_BODY => Ok(length),
        _ => Err(Refused::TooLong(length)),
    }
}

/// A field's name and value, or nothing where the name is no token (RFC 9110, section 5.6.2).
fn header_field(line: &[u8]) -> Option<(&str, String)> {
    let (name, value) = line.split_at(memchr(b':', line)?);
    let name = str::from_utf8(name).ok()?.trim_end();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return None;
    }
    Some((name, String::from_utf8_lossy(&value[1..]).trim().to_owned()))
}

/// Whether a content type has no charset besides UTF-8, under either of its names.
fn is_utf8(content_type: &str) -> bool {
    let charset = content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    charset.is_none_or(|charset| {
        charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
    })
}

/// Where `Content-Length: N` with a line break behind it begins.
fn find_mark(text: &[u8]) -> Option<usize> {
    let spelt = |ending: &'static [u8]| {
        let start = NAME.len() - ending.len();
        let mut found = memmem::find_iter(text, ending).filter_map(|at| at.checked_sub(start));
        found.find(|&at| is_mark(&text[at..]))
    };
    match (spelt(b"ength:"), spelt(b"ENGTH:")) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Where a body ends that goes on with the next message's header, cut off too early to be
/// recognised by [`find_mark`]: behind its one complete JSON value.
pub(super) fn end_of_value(body: &[u8]) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let end = values.byte_offset();
    let rest = body[end..].trim_ascii_start();
    let common = rest.len().min(NAME.len());
    let is_header = common > 0 && rest[..common].eq_ignore_ascii_case(&NAME[..common]);
    is_header.then_some(body.len() - rest.len())
}

const NAME: &[u8] = b"content-length:";

fn is_mark(text: &[u8]) -> bool {
    let Some((name, rest)) = text.split_at_checked(NAME.len()) else { return false };
    let blanks = rest.iter().take_while(|byte| b" \t".contains(byte)).count();
    let value = &rest[blanks..];
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = &value[digits..];
    name.eq_ignore_ascii_case(NAME)
        && digits > 0
        && (end.starts_with(b"\n") || end.starts_with(b"\r\n"))
}

#[cfg(test)]
mod tests;
