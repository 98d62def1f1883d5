use super::*;

/// A stream that comes in pieces of a few bytes.
struct Pieces<'a> {
    bytes: &'a [u8],
    size: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.size.min(buffer.len()).min(self.bytes.len());
        let (piece, rest) = self.bytes.split_at(count);
        buffer[..count].copy_from_slice(piece);
        self.bytes = rest;
        Ok(count)
    }
}

/// What a stream gives up to its end: bodies as text, refusals as `None`; and how it ends.
fn read_all(bytes: &[u8], size: usize) -> (Vec<Option<String>>, Ended) {
    let mut frames = Frames::new(Pieces { bytes, size });
    let mut found = Vec::new();
    loop {
        match frames.next() {
            Ok(Next::Body(body)) => found.push(Some(String::from_utf8(body).unwrap())),
            Ok(Next::Refused(_)) => found.push(None),
            Err(ended) => return (found, ended),
        }
    }
}

/// Checks what a stream gives, however it is cut in pieces.
#[track_caller]
fn check(stream: &str, expected: &[Option<&str>]) {
    for size in [1, 2, 3, 7, 16, 4096] {
        let (found, ended) = read_all(stream.as_bytes(), size);
        let found: Vec<Option<&str>> = found.iter().map(Option::as_deref).collect();
        assert_eq!(found, expected, "in pieces of {size}");
        assert!(matches!(ended, Ended::Closed), "in pieces of {size}: {ended}");
    }
}

#[test]
fn bodies_one_after_another() {
    check("", &[]);
    check("Content-Length: 2\r\n\r\n{}Content-Length: 3\r\n\r\n[1]", &[Some("{}"), Some("[1]")]);
    check("Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", &[Some(""), Some("{}")]);
    check("content-length:2\nX: y\n\n{}\n\ncontent-length:2\n\n[]", &[Some("{}"), Some("[]")]);
    // Two lengths: the last counts, as for any reader that takes them one by one.
    check("Content-Length: 9\r\nContent-Length: 2\r\n\r\n{}", &[Some("{}")]);
}

#[test]
fn a_length_in_the_text_of_a_body_is_no_header() {
    let body = r#"{"text": "Content-Length: 5\r\n\r\nContent-Length: 12"}"#;
    let stream = format!("Content-Length: {}\r\n\r\n{body}", body.len());
    check(&stream, &[Some(body)]);
}

#[test]
fn after_what_is_no_header_comes_the_next_one() {
    let next = "Content-Length: 2\r\n\r\n[]";
    for bad in [
        "nonsense\r\n",
        "{\"a\": 1}",
        "{\"a\": 1}\r\n",
        "Content-Length: x\r\n\r\n{}",
        "Content-Length: -2\r\n\r\n{}",
        "Content-Type: a/b\r\n\r\n{}",
        "Content-Length: 999999999999\r\n\r\n{}",
        "a\u{0}b: c\r\n\r\n{}",
    ] {
        check(&format!("{bad}{next}"), &[None, Some("[]")]);
    }
}

#[test]
fn a_body_ends_where_the_next_header_begins() {
    check("Content-Length: 200\r\n\r\n{}Content-Length: 2\r\n\r\n[]", &[Some("{}"), Some("[]")]);
}

#[test]
fn the_rest_of_a_body_that_was_longer_is_skipped() {
    check(
        "Content-Length: 3\r\n\r\n{\"a\": 1}content-length: 2\r\n\r\n[]",
        &[Some("{\"a"), None, Some("[]")],
    );
}

#[test]
fn bytes_may_be_taken_back() {
    let stream = "Content-Length: 7\r\n\r\n{}ContentContent";
    let stream = stream.replacen("ContentContent", "Content-Length: 2\r\n\r\n[]", 1);
    let mut frames = Frames::new(stream.as_bytes());
    let Ok(Next::Body(body)) = frames.next() else { panic!() };
    assert_eq!(body, b"{}Conte");
    let end = end_of_value(&body).unwrap();
    assert_eq!(&body[..end], b"{}");
    frames.unread(body.len() - end);
    let Ok(Next::Body(body)) = frames.next() else { panic!() };
    assert_eq!(body, b"[]");
}

#[test]
fn a_body_ends_with_its_value() {
    assert_eq!(end_of_value(b"{}c"), Some(2));
    assert_eq!(end_of_value(b"{} \r\nContent-Length: 5"), Some(5));
    assert_eq!(end_of_value(b"{}"), None);
    assert_eq!(end_of_value(b"{} x"), None);
    assert_eq!(end_of_value(b"{Content"), None);
}

#[test]
fn ends_within_a_message_and_between_messages() {
    for (stream, within) in [
        ("", false),
        ("Content-Length: 2\r\n\r\n{}", false),
        ("Content-Len", true),
        ("Content-Length: 2\r\n", true),
        ("Content-Length: 2\r\n\r\n", true),
        ("Content-Length: 2\r\n\r\n{", true),
    ] {
        let (_, ended) = read_all(stream.as_bytes(), 5);
        assert_eq!(matches!(ended, Ended::ClosedWithin), within, "{stream:?}: {ended}");
    }
}

#[test]
fn an_endless_header_line_is_none() {
    let stream = "x".repeat(3 * MAX_HEADER) + "Content-Length: 2\r\n\r\n{}";
    let (found, _) = read_all(stream.as_bytes(), 4096);
    assert_eq!(found, [None, Some("{}".to_owned())]);
}

#[test]
fn a_declared_length_takes_no_memory() {
    let stream = format!("Content-Length: {MAX_BODY}\r\n\r\n{{}}");
    let mut frames = Frames::new(stream.as_bytes());
    assert!(matches!(frames.next(), Err(Ended::ClosedWithin)));
    assert!(frames.buffer.capacity() < 64 * 1024);
}

#[test]
fn utf_8_has_two_names() {
    for good in ["a/b", "a/b; charset=utf-8", "a/b;charset=\"UTF8\"", "a/b; boundary=x"] {
        assert!(is_utf8(good), "{good}");
    }
    assert!(!is_utf8("a/b; boundary=x; charset=utf-16"));
}
