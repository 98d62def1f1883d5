//! Panics, clients that do not answer, clients that do not read.

use std::time::Duration;

use serde_json::{Value, json};

use crate::lsp::{Server, frame};

#[test]
fn a_panic_in_a_handler_costs_one_request() {
    let mut server = Server::with_hooks();
    let waiting = server.hook(json!({ "action": "hold" }));
    let id = server.hook(json!({ "action": "panicInHandler" }));
    assert_eq!(server.response(id).unwrap_err()["code"], -32603);
    assert_eq!(server.log("please report it")["type"], 1);
    let release = server.hook(json!({ "action": "release" }));
    assert_eq!(server.response(release), Ok(json!(1)));
    assert_eq!(server.response(waiting), Ok(Value::Null));
    server.shut_down();
}

#[test]
fn a_panic_in_the_session_costs_one_event() {
    let mut server = Server::with_hooks();
    server.open("untitled:a", "");
    server.edit("untitled:a", 1);
    let waiting = server.hook(json!({ "action": "hold" }));
    let id = server.hook(json!({ "action": "panicInSession" }));
    assert_eq!(server.response(id).unwrap_err()["code"], -32603);
    assert_eq!(server.log("please report it")["type"], 1);
    server.edit("untitled:a", 2);
    assert_eq!(server.seen(), [1, 2]);
    let release = server.hook(json!({ "action": "release" }));
    assert_eq!(server.response(release), Ok(json!(1)));
    assert_eq!(server.response(waiting), Ok(Value::Null));
    server.shut_down();
}

/// A server that waits a short time for a client's answers.
fn impatient() -> Server {
    let mut server = Server::build()
        .environment("RELOADSAFE_TEST_HOOKS", "1")
        .environment("RELOADSAFE_TEST_PATIENCE", "300")
        .start();
    server.initialize(json!({}));
    server
}

#[test]
fn a_client_that_never_answers() {
    let mut server = impatient();
    let asking = server.hook(json!({ "action": "ask" }));
    server.server_request("workspace/configuration");
    server.expect_alive();
    let error = server.response(asking).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("did not answer"), "{error}");
    server.shut_down();
}

#[test]
fn a_client_that_answers_too_late() {
    let mut server = impatient();
    let asking = server.hook(json!({ "action": "ask" }));
    let (id, _) = server.server_request("workspace/configuration");
    server.response(asking).unwrap_err();
    server.answer(&id, json!([]));
    server.expect_alive();
    // And twice.
    server.answer(&id, json!([]));
    server.expect_alive();
    server.shut_down();
}

#[test]
fn a_client_that_leaves_too_much_unanswered_is_asked_no_more() {
    let mut server = impatient();
    for _ in 0..256 {
        server.hook(json!({ "action": "ask" }));
        server.server_request("workspace/configuration");
    }
    for id in 2..=257 {
        server.response(id).unwrap_err();
    }
    let asking = server.hook(json!({ "action": "ask" }));
    let error = server.response(asking).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("unanswered"), "{error}");
    server.shut_down();
}

#[test]
fn a_client_that_answers_nonsense() {
    let mut server = Server::with_hooks();
    let asking = server.hook(json!({ "action": "ask" }));
    let (id, _) = server.server_request("workspace/configuration");
    server.answer(&id, json!("not a list"));
    server.response(asking).unwrap_err();
    let asking = server.hook(json!({ "action": "ask" }));
    let (id, _) = server.server_request("workspace/configuration");
    server.send(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": 1, "message": "no" } }));
    let error = server.response(asking).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("no"), "{error}");
    server.shut_down();
}

/// A server nothing of whose output has been read, and the id of `initialize`.
fn unread() -> (Server, i64) {
    let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
    let mut server = builder.without_reading().start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    let id = server.request("initialize", params);
    server.notify("initialized", json!({}));
    (server, id)
}

#[test]
fn a_client_that_stops_to_read_is_still_listened_to() {
    let (mut server, initialize) = unread();
    server.open("untitled:a", "");
    // Far more than the pipe holds, in both directions.
    let ids: Vec<i64> = (0..5000)
        .map(|number| {
            server.edit("untitled:a", number);
            server.hook(json!({ "action": "give", "length": 100 }))
        })
        .collect();
    // The session has handled it all while nobody was reading.
    server.ignore("textDocument/publishDiagnostics");
    server.read_output();
    server.response(initialize).unwrap();
    for id in ids {
        assert_eq!(server.response(id).unwrap().as_str().unwrap().len(), 100);
    }
    assert_eq!(server.seen().len(), 5000);
    server.shut_down();
}

#[test]
fn a_client_that_never_reads_is_given_up() {
    let (mut server, _) = unread();
    for id in 100..180 {
        let params = json!({ "action": "give", "length": 1024 * 1024 });
        let request =
            json!({ "jsonrpc": "2.0", "id": id, "method": "reloadsafe/test", "params": params });
        if !server.try_send(&frame(request.to_string().as_bytes())) {
            break;
        }
    }
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn log_messages_do_not_fill_the_memory() {
    let (mut server, initialize) = unread();
    let flood = server.hook(json!({ "action": "flood", "count": 3000, "length": 10_000 }));
    server.expect_running(Duration::from_secs(2));
    server.read_output();
    server.response(initialize).unwrap();
    server.response(flood).unwrap();
    server.log("log messages were dropped");
    server.expect_alive();
    server.shut_down();
}
