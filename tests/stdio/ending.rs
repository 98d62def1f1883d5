//! LSP, "exit": 0 after `shutdown`, 1 otherwise; and nothing keeps the process.

#[cfg(unix)]
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lsp::{Server, frame};

fn exit() -> Value {
    json!({ "jsonrpc": "2.0", "method": "exit" })
}

#[test]
fn shutdown_and_exit_end_it_with_standard_input_open() {
    Server::with_hooks().shut_down();
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let mut server = Server::with_hooks();
    server.send(&exit());
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn exit_before_initialize_is_a_failure() {
    let mut server = Server::build().start();
    server.send(&exit());
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn what_comes_after_exit_changes_nothing() {
    let mut server = Server::with_hooks();
    server.call("shutdown", Value::Null).unwrap();
    server.send(&exit());
    // The server may be gone before this is written.
    server.try_send(&frame(br#"{"jsonrpc":"2.0","id":9,"method":"shutdown"}"#));
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn shutdown_and_exit_in_one_piece() {
    let mut server = Server::with_hooks();
    let shutdown = frame(br#"{"jsonrpc":"2.0","id":"bye","method":"shutdown"}"#);
    let exit = frame(br#"{"jsonrpc":"2.0","method":"exit"}"#);
    server.send_bytes(&[shutdown, exit].concat());
    assert_eq!(server.wait(), Some(0));
    // Its answer may or may not have been written.
    server.abandon();
}

#[test]
fn the_end_of_standard_input_ends_it() {
    let mut server = Server::with_hooks();
    server.close_input();
    assert_eq!(server.wait(), Some(1));

    let mut server = Server::with_hooks();
    server.call("shutdown", Value::Null).unwrap();
    server.close_input();
    assert_eq!(server.wait(), Some(0));

    let mut server = Server::build().start();
    server.close_input();
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn what_came_before_the_end_of_standard_input_is_answered() {
    let mut server = Server::with_hooks();
    let slow = server.hook(json!({ "action": "block", "millis": 300 }));
    server.close_input();
    assert_eq!(server.response(slow), Ok(Value::Null));
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn no_work_in_progress_outlives_standard_input() {
    let mut server = Server::with_hooks();
    server.hook(json!({ "action": "block", "millis": 60_000 }));
    let started = Instant::now();
    server.close_input();
    assert_eq!(server.wait(), Some(1));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn no_question_to_the_client_outlives_standard_input() {
    let mut server = Server::with_hooks();
    server.hook(json!({ "action": "ask" }));
    server.server_request("workspace/configuration");
    server.close_input();
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn exit_is_heard_behind_more_requests_than_are_handled_at_a_time() {
    let mut server = Server::with_hooks();
    for _ in 0..600 {
        server.hook(json!({ "action": "hold" }));
    }
    server.send(&exit());
    assert_eq!(server.wait(), Some(1));
    server.abandon();
}

#[test]
#[cfg(unix)]
fn it_ends_with_the_process_that_started_it() {
    // Holds no end of the server's standard input, as a client that was killed and left a
    // child behind.
    let mut parent = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn().unwrap();
    let mut server = Server::build().start();
    let params = json!({ "processId": parent.id(), "rootUri": null, "capabilities": {} });
    server.call("initialize", params).unwrap();
    server.notify("initialized", json!({}));
    server.expect_silence(Duration::from_secs(3));
    // Killed, and nobody has waited for it: a zombie is as dead as one that is gone.
    parent.kill().unwrap();
    assert_eq!(server.wait(), Some(1));
    parent.wait().unwrap();
}

#[test]
#[cfg(unix)]
fn a_process_that_was_never_there_is_not_waited_for() {
    let mut gone = Command::new("true").stdin(Stdio::null()).spawn().unwrap();
    gone.wait().unwrap();
    let mut server = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1").start();
    let params = json!({ "processId": gone.id(), "rootUri": null, "capabilities": {} });
    server.call("initialize", params).unwrap();
    server.notify("initialized", json!({}));
    server.expect_silence(Duration::from_secs(3));
    server.expect_alive();
    server.shut_down();
}

#[test]
fn a_client_that_closes_standard_output_ends_it() {
    let mut server = Server::build().without_reading().start();
    server.close_output();
    // More than once: a process that another test starts may hold the other end for a moment.
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    for id in 0..100 {
        let request =
            json!({ "jsonrpc": "2.0", "id": id, "method": "initialize", "params": params });
        if !server.try_send(&frame(request.to_string().as_bytes())) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(server.wait(), Some(1));
}
