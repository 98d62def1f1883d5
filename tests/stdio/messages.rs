//! Bodies of every kind.

use serde_json::{Value, json};

use crate::lsp::Server;

/// Sends a body; checks the error that it is answered with, and that the session goes on.
#[track_caller]
fn expect_error(body: &[u8], id: Value, code: i64) {
    let mut server = Server::with_hooks();
    server.send_body(body);
    let error = server.response(id).unwrap_err();
    assert_eq!(error["code"], code, "{error}");
    server.expect_alive();
    server.shut_down();
}

#[test]
fn what_is_no_json() {
    let bodies: [&[u8]; 8] = [
        b"{",
        b"hello",
        br#"{"jsonrpc": "2.0", "method": "a", }"#,
        br#"{"jsonrpc": "2.0"} {"jsonrpc": "2.0"}"#,
        // Numbers that no type holds, and more brackets than anybody counts.
        br#"{"jsonrpc": "2.0", "method": "a", "params": [1e999]}"#,
        &b"[".repeat(100_000),
        b"\x00\x01\x02",
        // UTF-16.
        b"\xff\xfe{\x00}\x00",
    ];
    for body in bodies {
        expect_error(body, Value::Null, -32700);
    }
}

#[test]
fn what_is_no_message() {
    let bodies = [
        "[]",
        r#"[{"jsonrpc": "2.0", "id": 1, "method": "a"}]"#,
        "1",
        "null",
        r#""text""#,
        "{}",
        r#"{"jsonrpc": "2.0"}"#,
        r#"{"jsonrpc": "2.0", "id": 1.5, "method": "shutdown"}"#,
        r#"{"jsonrpc": "2.0", "id": true, "method": "shutdown"}"#,
        r#"{"jsonrpc": "2.0", "id": null, "method": "shutdown"}"#,
        r#"{"jsonrpc": "2.0", "id": 99999999999999999999, "method": "shutdown"}"#,
        r#"{"jsonrpc": "2.0", "method": 5}"#,
        r#"{"method": "initialized"}"#,
    ];
    for body in bodies {
        expect_error(body.as_bytes(), Value::Null, -32600);
    }
    expect_error(br#"{"id": 5, "method": "shutdown"}"#, json!(5), -32600);
    expect_error(br#"{"jsonrpc": "1.0", "id": "x", "method": "shutdown"}"#, json!("x"), -32600);
    expect_error(br#"{"jsonrpc": "2.0", "id": 6, "method": null}"#, json!(6), -32600);
}

#[test]
fn parameters_that_do_not_fit() {
    let hover = br#"{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover", "params": 5}"#;
    expect_error(hover, json!(7), -32602);
    let hover = br#"{"jsonrpc": "2.0", "id": 7, "method": "textDocument/hover"}"#;
    expect_error(hover, json!(7), -32602);
    expect_error(br#"{"jsonrpc": "2.0", "id": 8, "method": "no/such"}"#, json!(8), -32601);
}

/// Sends a body that has no answer; checks that the session goes on.
#[track_caller]
fn expect_no_answer(body: &[u8]) {
    let mut server = Server::with_hooks();
    server.send_body(body);
    server.expect_alive();
    server.shut_down();
}

#[test]
fn responses_to_nothing() {
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 4711, "result": null}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": "x", "error": {"code": 1, "message": "m"}}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": null, "result": null}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": null, "error": {"code": 1, "message": "m"}}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 1.5, "result": null}"#);
    // With more and less than an error has.
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "stack": "s"}}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 1, "error": "no"}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 1}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "id": 1, "result": 1, "error": null}"#);
}

#[test]
fn notifications_that_do_not_fit() {
    expect_no_answer(br#"{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": [1]}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "method": "no/such", "params": {}}"#);
    expect_no_answer(br#"{"jsonrpc": "2.0", "method": "$/no/such", "params": {}}"#);
    expect_no_answer(b"");
    expect_no_answer(b" \r\n");
}

#[test]
fn fields_twice_and_fields_that_nobody_knows() {
    let mut server = Server::with_hooks();
    server.send_body(
        br#"{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "reloadsafe/test", "extra": 1,
            "method": "reloadsafe/test", "result": 1, "params": {"action": "seen"}}"#,
    );
    assert_eq!(server.response(2), Ok(json!([])));
    server.shut_down();
}

/// An edit whose text is this JSON string arrives, whatever is wrong with it.
#[track_caller]
fn expect_edit(text: &[u8]) {
    let mut server = Server::with_hooks();
    server.open("untitled:a", "");
    let edit: &[u8] = br#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{
        "textDocument":{"uri":"untitled:a","version":7},"contentChanges":[{"text":""#;
    server.send_body(&[edit, text, br#""}]}}"#].concat());
    assert_eq!(server.seen(), [7]);
    server.shut_down();
}

#[test]
fn half_of_a_surrogate_pair() {
    expect_edit(br"x \ud83d y");
    expect_edit(br"\\\uDE00\ud83d\ude00");
}

#[test]
fn invalid_utf_8() {
    expect_edit(b"x \xff\xfe y");
    expect_edit(b"x \xed\xa0\xbd y");
}

#[test]
fn null_and_empty_parameters() {
    for params in ["null", "{}", "[]"] {
        let mut server = Server::with_hooks();
        let shutdown =
            format!(r#"{{"jsonrpc":"2.0","id":50,"method":"shutdown","params":{params}}}"#);
        server.send_body(shutdown.as_bytes());
        assert_eq!(server.response(50), Ok(Value::Null), "{params}");
        server.notify("exit", params.parse().unwrap());
        assert_eq!(server.wait(), Some(0));
    }
}

#[test]
fn requests_before_initialize() {
    let mut server = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1").start();
    for (method, params) in [("shutdown", Value::Null), ("reloadsafe/test", json!({}))] {
        let error = server.call(method, params).unwrap_err();
        assert_eq!(error["code"], -32002, "{error}");
    }
    server.notify("textDocument/didSave", json!({ "textDocument": { "uri": "file:///a.py" } }));
    server.initialize(json!({}));
    server.expect_alive();
    let error = server.call("initialize", json!({ "capabilities": {} })).unwrap_err();
    assert_eq!(error["code"], -32600, "{error}");
    server.shut_down();
}

#[test]
fn messages_right_behind_initialize() {
    let builder = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1");
    let mut server = builder.ignoring("textDocument/publishDiagnostics").start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    let initialize = server.request("initialize", params);
    server.notify("initialized", Value::Null);
    server.open("untitled:a", "x = 1\n");
    server.edit("untitled:a", 1);
    let seen = server.hook(json!({ "action": "seen" }));
    assert!(server.response(initialize).is_ok());
    assert_eq!(server.response(seen), Ok(json!([["untitled:a", 1]])));
    server.shut_down();
}

#[test]
fn initialize_may_come_again_after_it_was_refused() {
    let mut server = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1").start();
    let error = server.call("initialize", json!({ "capabilities": 5 })).unwrap_err();
    assert_eq!(error["code"], -32602, "{error}");
    server.initialize(json!({}));
    server.expect_alive();
    server.shut_down();
}

#[test]
fn requests_after_shutdown_are_refused() {
    let mut server = Server::with_hooks();
    server.call("shutdown", Value::Null).unwrap();
    let error = server.call("reloadsafe/test", json!({ "action": "seen" })).unwrap_err();
    assert_eq!(error["code"], -32600, "{error}");
    server.send(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(server.wait(), Some(0));
}

#[test]
fn notebooks_are_declined() {
    let mut server = Server::build().environment("RELOADSAFE_TEST_HOOKS", "1").start();
    let result = server.initialize(json!({ "notebookDocument": { "synchronization": {} } }));
    assert!(result["capabilities"].get("notebookDocumentSync").is_none(), "{result}");
    let notebook = json!({ "uri": "file:///a.ipynb", "version": 1, "notebookType": "jupyter-notebook", "cells": [] });
    let params = json!({ "notebookDocument": notebook, "cellTextDocuments": [] });
    server.notify("notebookDocument/didOpen", params);
    server.notify("notebookDocument/didClose", json!({}));
    server.expect_alive();
    server.shut_down();
}

#[test]
fn the_hooks_of_tests_are_not_for_clients() {
    let mut server = Server::build().start();
    server.initialize(json!({}));
    for action in ["seen", "panicInHandler", "panicInSession"] {
        let error = server.call("reloadsafe/test", json!({ "action": action })).unwrap_err();
        assert_eq!(error["code"], -32601, "{error}");
    }
    server.shut_down();
}
