//! Order and cancellation under load.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lsp::Server;

#[test]
fn two_hundred_edits_in_order() {
    let mut server = Server::with_hooks();
    server.open("untitled:a", "");
    for version in 1..=200 {
        server.edit("untitled:a", version);
    }
    assert_eq!(server.seen(), Vec::from_iter(1..=200));
    server.shut_down();
}

#[test]
fn edits_among_requests_in_order() {
    let mut server = Server::with_hooks();
    server.open("untitled:a", "");
    let mut expected = Vec::new();
    for version in 1..=100 {
        server.edit("untitled:a", version);
        expected.push(json!(["untitled:a", version]));
        let id = server.hook(json!({ "action": "seen" }));
        // Nothing is read in between: the answer shows what was handled before the request.
        if version % 50 == 0 {
            assert_eq!(server.response(id), Ok(json!(expected)));
        }
    }
    for id in 2..=101 {
        if ![51, 101].contains(&id) {
            let seen = server.response(id).unwrap();
            assert_eq!(seen.as_array().unwrap().len() as i64, id - 1);
        }
    }
    server.shut_down();
}

#[test]
fn edits_behind_requests_that_wait_for_the_client() {
    let mut server = Server::with_hooks();
    server.open("untitled:a", "");
    let asking: Vec<i64> = (0..10).map(|_| server.hook(json!({ "action": "ask" }))).collect();
    for version in 1..=150 {
        server.edit("untitled:a", version);
    }
    assert_eq!(server.seen(), Vec::from_iter(1..=150));
    for _ in 0..10 {
        let (id, _) = server.server_request("workspace/configuration");
        server.answer(&id, json!(["yes"]));
    }
    for id in asking {
        assert_eq!(server.response(id), Ok(json!(["yes"])));
    }
    server.shut_down();
}

#[test]
fn more_waiting_requests_than_the_queue_of_tower_lsp_has_room_for() {
    let mut server = Server::with_hooks();
    let asking: Vec<i64> = (0..250).map(|_| server.hook(json!({ "action": "ask" }))).collect();
    for _ in 0..250 {
        let (id, _) = server.server_request("workspace/configuration");
        server.answer(&id, json!([]));
    }
    for id in asking {
        assert_eq!(server.response(id), Ok(json!([])));
    }
    server.shut_down();
}

#[test]
fn questions_to_the_client_in_order() {
    let mut server = Server::with_hooks();
    let asking: Vec<i64> = (0..50).map(|_| server.hook(json!({ "action": "ask" }))).collect();
    for (number, _) in asking.iter().enumerate() {
        let (id, _) = server.server_request("workspace/configuration");
        server.answer(&id, json!([number]));
    }
    for (number, id) in asking.into_iter().enumerate() {
        assert_eq!(server.response(id), Ok(json!([number])));
    }
    server.shut_down();
}

#[test]
fn a_question_that_is_not_answered_holds_up_nothing() {
    let mut server = Server::with_hooks();
    let first = server.hook(json!({ "action": "ask" }));
    let (first_question, _) = server.server_request("workspace/configuration");
    let second = server.hook(json!({ "action": "ask" }));
    let (second_question, _) = server.server_request("workspace/configuration");
    let flood = server.hook(json!({ "action": "flood", "count": 1, "length": 3 }));
    assert_eq!(server.response(flood), Ok(Value::Null));
    server.log("xxx");
    server.answer(&second_question, json!([2]));
    assert_eq!(server.response(second), Ok(json!([2])));
    server.answer(&first_question, json!([1]));
    assert_eq!(server.response(first), Ok(json!([1])));
    server.shut_down();
}

#[test]
fn a_cancellation_waits_for_nobody() {
    let mut server = Server::with_hooks();
    let held: Vec<i64> = (0..20).map(|_| server.hook(json!({ "action": "hold" }))).collect();
    for &id in &held[..5] {
        let started = Instant::now();
        server.cancel(id);
        let error = server.response(id).unwrap_err();
        assert_eq!(error["code"], -32800, "{error}");
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    let release = server.hook(json!({ "action": "release" }));
    assert_eq!(server.response(release), Ok(json!(15)));
    for &id in &held[5..] {
        assert_eq!(server.response(id), Ok(Value::Null));
    }
    server.shut_down();
}

#[test]
fn a_cancellation_while_the_session_is_busy() {
    let mut server = Server::with_hooks();
    let busy = server.hook(json!({ "action": "block", "millis": 3000 }));
    let waiting = server.hook(json!({ "action": "seen" }));
    let started = Instant::now();
    server.cancel(waiting);
    assert_eq!(server.response(waiting).unwrap_err()["code"], -32800);
    assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
    assert_eq!(server.response(busy), Ok(Value::Null));
    server.shut_down();
}

#[test]
fn shutdown_waits_for_no_other_request() {
    let mut server = Server::with_hooks();
    for _ in 0..20 {
        server.hook(json!({ "action": "hold" }));
    }
    server.call("shutdown", Value::Null).unwrap();
    server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.wait(), Some(0));
    server.abandon();
}

#[test]
fn an_answer_to_a_question_of_a_cancelled_request() {
    let mut server = Server::with_hooks();
    let asking = server.hook(json!({ "action": "ask" }));
    let (id, _) = server.server_request("workspace/configuration");
    server.cancel(asking);
    assert_eq!(server.response(asking).unwrap_err()["code"], -32800);
    server.answer(&id, json!([]));
    server.expect_alive();
    server.shut_down();
}

/// The most memory that the server has had so far, in kB (`proc(5)`).
#[cfg(target_os = "linux")]
fn most_memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_flood_while_the_session_is_busy_stays_with_the_client() {
    const MESSAGES: i64 = 200;
    let mut server = Server::with_hooks();
    let before = most_memory(&server);
    let busy = server.hook(json!({ "action": "block", "millis": 8000 }));
    // 100 MB that nobody needs: of a document that is not open.
    let text = "# nothing\n".repeat(50_000);
    for version in 1..=MESSAGES {
        let document = json!({ "uri": "untitled:nobody", "version": version });
        let changes = json!([{ "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        server.notify("textDocument/didChange", params);
    }
    assert_eq!(server.response(busy), Ok(Value::Null));
    // None is lost.
    assert_eq!(server.seen(), Vec::from_iter(1..=MESSAGES));
    let grown = most_memory(&server) - before;
    assert!(grown < 40_000, "{grown} kB");
    server.shut_down();
}

#[test]
#[cfg(target_os = "linux")]
fn a_flood_of_small_messages_while_the_session_is_busy_stays_with_the_client() {
    const MESSAGES: i64 = 200_000;
    let mut server = Server::with_hooks();
    let before = most_memory(&server);
    let busy = server.hook(json!({ "action": "block", "millis": 8000 }));
    let mut bytes = Vec::new();
    for _ in 0..1_000 {
        let close = br#"{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":"untitled:nobody"}}}"#;
        bytes.extend(crate::lsp::frame(close));
    }
    for _ in 0..MESSAGES / 1_000 {
        server.send_bytes(&bytes);
    }
    assert_eq!(server.response(busy), Ok(Value::Null));
    server.expect_alive();
    let grown = most_memory(&server) - before;
    assert!(grown < 40_000, "{grown} kB");
    server.shut_down();
}
