//! Headers of every kind, and streams that are out of step.

use serde_json::json;

use crate::lsp::{Server, frame};

const SEEN: &str =
    r#"{"jsonrpc":"2.0","id":77,"method":"reloadsafe/test","params":{"action":"seen"}}"#;

/// The request with these header lines; `BYTES` stands for its length.
fn with_header(header: &str) -> Vec<u8> {
    (header.replace("BYTES", &SEEN.len().to_string()) + SEEN).into_bytes()
}

#[track_caller]
fn expect_answered(header: &str) {
    let mut server = Server::with_hooks();
    server.send_bytes(&with_header(header));
    assert_eq!(server.response(77), Ok(json!([])), "{header:?}");
    server.expect_alive();
    server.shut_down();
}

#[test]
fn header_names_in_any_case() {
    expect_answered("content-length: BYTES\r\n\r\n");
    expect_answered("CONTENT-LENGTH:BYTES\r\n\r\n");
}

#[test]
fn further_header_lines() {
    expect_answered("Content-Length: BYTES\r\nContent-Type: application/json\r\nX-More: 1\r\n\r\n");
    expect_answered(
        "Content-Type: application/json\r\nA: b\r\nC: d\r\nContent-Length: BYTES\r\n\r\n",
    );
}

#[test]
fn content_types_with_and_without_charset() {
    expect_answered("Content-Length: BYTES\r\nContent-Type: application/vscode-jsonrpc\r\n\r\n");
    expect_answered("Content-Length: BYTES\r\nContent-Type: a/b; charset=utf8\r\n\r\n");
    // It is not; the body is JSON in UTF-8 all the same.
    expect_answered("Content-Length: BYTES\r\nContent-Type: a/b; charset=utf-16\r\n\r\n");
}

#[test]
fn header_lines_that_end_in_a_line_feed_only() {
    expect_answered("Content-Length: BYTES\n\n");
}

#[test]
fn empty_lines_between_messages() {
    expect_answered("\r\nContent-Length: BYTES\r\n\r\n");
}

/// Sends something bad and a good request behind it; checks that an error without id and the
/// good one's answer come, and that the session goes on.
#[track_caller]
fn expect_survived(bad: &[u8]) {
    let mut server = Server::with_hooks();
    let mut bytes = bad.to_vec();
    bytes.extend(frame(SEEN.as_bytes()));
    server.send_bytes(&bytes);
    let error = server.response(serde_json::Value::Null).unwrap_err();
    assert_eq!(error["code"], -32700, "{error}");
    assert_eq!(server.response(77), Ok(json!([])));
    server.expect_alive();
    server.shut_down();
}

const NOTE: &str = r#"{"jsonrpc":"2.0","method":"$/note","params":{"text":"a: b, length: 3"}}"#;

#[test]
fn lengths_that_are_none() {
    for length in ["-1", "many", "", "12.5", "0x10"] {
        expect_survived(format!("Content-Length: {length}\r\n\r\n{NOTE}").as_bytes());
    }
}

#[test]
fn a_header_without_length() {
    expect_survived(format!("Content-Type: a/b\r\n\r\n{NOTE}").as_bytes());
}

#[test]
fn a_body_without_header() {
    expect_survived(format!("{NOTE}\r\n").as_bytes());
    expect_survived(NOTE.as_bytes());
}

#[test]
fn a_length_beyond_all_bounds() {
    expect_survived(format!("Content-Length: 99999999999\r\n\r\n{NOTE}").as_bytes());
    // More than 64 bits.
    expect_survived(format!("Content-Length: 99999999999999999999999\r\n\r\n{NOTE}").as_bytes());
}

#[test]
fn lengths_that_are_too_short() {
    for missing in [1, 5, NOTE.len() - 1] {
        let mut server = Server::with_hooks();
        let length = NOTE.len() - missing;
        let bad = format!("Content-Length: {length}\r\n\r\n{NOTE}");
        server.send_bytes(&[bad.as_bytes(), &frame(SEEN.as_bytes())].concat());
        // One for the body, one for the rest of it where a header should be.
        for _ in 0..2 {
            let error = server.response(serde_json::Value::Null).unwrap_err();
            assert_eq!(error["code"], -32700, "{error}");
        }
        assert_eq!(server.response(77), Ok(json!([])));
        server.expect_alive();
        server.shut_down();
    }
}

#[test]
fn lengths_that_are_too_long() {
    // Into the next header, up to its end, into the next body, beyond what is ever sent.
    for too_much in [1, 8, 15, 18, 23, 60, 100_000] {
        let mut server = Server::with_hooks();
        let length = NOTE.len() + too_much;
        let bad = format!("Content-Length: {length}\r\n\r\n{NOTE}");
        server.send_bytes(&[bad.as_bytes(), &frame(SEEN.as_bytes())].concat());
        assert_eq!(server.response(77), Ok(json!([])), "{too_much}");
        server.expect_alive();
        server.shut_down();
    }
}

#[test]
fn a_stream_that_is_no_protocol_ends_it() {
    let mut server = Server::with_hooks();
    let noise = vec![b'x'; 1024 * 1024];
    for _ in 0..70 {
        // At some point it stops to read.
        if !server.try_send(&noise) {
            break;
        }
    }
    assert_eq!(server.wait(), Some(1));
    server.abandon();
}

#[test]
fn the_end_within_a_message() {
    let mut server = Server::with_hooks();
    server.send_bytes(b"Content-Length: 100\r\n\r\n{\"jsonrpc\"");
    server.close_input();
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn messages_in_pieces() {
    let mut server = Server::with_hooks();
    for byte in frame(SEEN.as_bytes()) {
        server.send_bytes(&[byte]);
    }
    assert_eq!(server.response(77), Ok(json!([])));
    server.shut_down();
}

#[test]
fn a_message_of_eight_megabytes() {
    let mut server = Server::with_hooks();
    // That it is too much to analyse is said, and is not what this is about.
    server.ignore("window/showMessage");
    let uri = "untitled:big";
    server.open(uri, &"# comment\n".repeat(800_000));
    server.edit(uri, 1);
    assert_eq!(server.seen(), [1]);
    server.shut_down();
}
