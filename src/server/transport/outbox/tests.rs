use super::*;
use serde_json::json;

fn outbox() -> (Arc<Outbox>, tokio::sync::mpsc::UnboundedReceiver<End>) {
    let (lifecycle, ends) = Lifecycle::new();
    (Outbox::new(Arc::new(lifecycle)), ends)
}

fn push(outbox: &Outbox, message: &serde_json::Value) {
    outbox.push(message.to_string().as_bytes());
}

fn diagnostics(uri: &str, version: u32) -> serde_json::Value {
    let params = json!({ "uri": uri, "version": version, "diagnostics": [] });
    json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params })
}

fn log(text: &str) -> serde_json::Value {
    let params = json!({ "type": 3, "message": text });
    json!({ "jsonrpc": "2.0", "method": "window/logMessage", "params": params })
}

fn response(length: usize) -> serde_json::Value {
    json!({ "jsonrpc": "2.0", "id": 1, "result": "x".repeat(length) })
}

/// The bodies that wait, in order.
fn waiting(outbox: &Outbox) -> Vec<serde_json::Value> {
    let mut queue = outbox.queue();
    std::iter::from_fn(|| queue.pop())
        .map(|frame| {
            let body = memmem::find(&frame.bytes, b"\r\n\r\n").unwrap() + 4;
            serde_json::from_slice(&frame.bytes[body..]).unwrap()
        })
        .collect()
}

#[test]
fn while_the_client_keeps_up_everything_is_sent() {
    let (outbox, _ends) = outbox();
    let messages =
        [diagnostics("a", 1), log("x"), diagnostics("a", 2), response(5), diagnostics("b", 1)];
    for message in &messages {
        push(&outbox, message);
    }
    assert_eq!(waiting(&outbox), messages);
    assert_eq!(outbox.queue().bytes, 0);
    assert!(outbox.queue().diagnostics.is_empty());
}

#[test]
fn when_it_does_not_the_newest_diagnostics_are_sent() {
    let (outbox, _ends) = outbox();
    push(&outbox, &diagnostics("a", 1));
    push(&outbox, &diagnostics("b", 1));
    push(&outbox, &response(CONGESTED));
    push(&outbox, &log("dropped"));
    for version in 2..100 {
        push(&outbox, &diagnostics("a", version));
    }
    assert_eq!(outbox.queue().dropped, 1);
    let expected = [diagnostics("b", 1), response(CONGESTED), diagnostics("a", 99)];
    assert_eq!(waiting(&outbox), expected);
    assert_eq!(outbox.queue().bytes, 0);
    // And from there on again everything.
    push(&outbox, &diagnostics("a", 100));
    push(&outbox, &diagnostics("a", 101));
    assert_eq!(waiting(&outbox), [diagnostics("a", 100), diagnostics("a", 101)]);
}

#[test]
fn a_client_that_never_reads_is_given_up() {
    let (outbox, mut ends) = outbox();
    for _ in 0..FULL / (8 * CONGESTED) {
        push(&outbox, &response(8 * CONGESTED));
    }
    assert_eq!(ends.try_recv(), Ok(End::Unwritable));
    assert!(outbox.queue().frames.is_empty());
    push(&outbox, &response(1));
    assert!(outbox.queue().frames.is_empty());
    assert_eq!(outbox.next(), None);
}

#[test]
fn what_tower_lsp_writes_may_come_in_any_pieces() {
    let (outbox, _ends) = outbox();
    let messages = [response(3), diagnostics("ä", 1), response(0)];
    let mut bytes = Vec::new();
    for body in messages.iter().map(ToString::to_string) {
        bytes.extend(format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes());
    }
    for size in [1, 3, 10, 1000] {
        let mut output = Output::new(Arc::clone(&outbox));
        for piece in bytes.chunks(size) {
            output.partial.extend_from_slice(piece);
            output.hand_over().unwrap();
        }
        assert_eq!(waiting(&outbox), messages, "in pieces of {size}");
        assert!(output.partial.is_empty());
    }
}

#[test]
fn an_output_that_fails_ends_the_session() {
    struct Broken;
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let (outbox, mut ends) = outbox();
    push(&outbox, &response(1));
    outbox.write_to(Broken);
    assert_eq!(ends.try_recv(), Ok(End::Unwritable));
    // Nothing is left to wait for.
    outbox.flush(Duration::from_secs(60));
}
