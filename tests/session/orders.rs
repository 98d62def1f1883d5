//! Every message in odd orders: the server lives, answers everything once, and in the end shows
//! what a server shows that was started just then.

#[path = "orders/client.rs"]
mod client;
#[path = "orders/steps.rs"]
mod steps;

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities, lines};
use crate::lsp::Server;
use crate::messages;
use crate::random::Random;
use client::Client;

/// How many random sessions, and how many steps each has.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=8;
const STEPS: usize = 120;

fn seeds() -> std::ops::RangeInclusive<u64> {
    let asked = std::env::var("RELOADSAFE_ORDERS_SEEDS").ok();
    asked.and_then(|last| last.parse().ok()).map_or(SEEDS, |last| 1..=last)
}

#[test]
fn whatever_comes_in_whatever_order_the_end_is_that_of_a_fresh_server() {
    let mut compared = 0;
    for seed in seeds() {
        let mut client = Client::new(Random::new(seed * 7919));
        for step in 0..STEPS {
            steps::step(&mut client);
            if step % 15 == 14 {
                client.settle();
                client.check_closed(seed);
            }
        }
        client.tidy_up();
        let (before, changes) = client.edit_at_last();
        client.call("workspace/executeCommand", restart_all());
        client.settle();
        client.check_closed(seed);
        let shown = client.shown();
        let history = client.histories();
        let fresh = client.fresh(&before, &changes);
        compared += fresh.values().map(Vec::len).sum::<usize>();
        for (uri, expected) in &fresh {
            let found = shown.get(uri).cloned().unwrap_or_default();
            let told = |found: &[Value]| match found.len() == expected.len() {
                false => lines(&json!(found)),
                true => found.iter().map(Value::to_string).collect(),
            };
            let (found_told, expected_told) = (told(&found), told(expected));
            assert!(
                &found == expected,
                "seed {seed}, {uri}: shown {found_told:#?}, fresh {expected_told:#?}; before \
                 {before:#?}, {changes:#?}, {history:#}"
            );
        }
        for (uri, found) in shown.iter().filter(|(uri, _)| !fresh.contains_key(*uri)) {
            assert!(found.is_empty(), "seed {seed}: {uri} shows {found:#?}");
        }
        client.quit();
    }
    assert!(compared > 10, "hardly anything was compared: {compared} findings");
}

fn restart_all() -> Value {
    json!({ "command": "reloadsafe.markRestarted", "arguments": [] })
}

/// Every request, with parameters that fit.
fn requests(uri: &str) -> Vec<(&'static str, Value)> {
    messages::REQUESTS.iter().map(|method| (*method, messages::params(method, uri))).collect()
}

/// Whether a request can make something of parameters that fit hardly anything: nobody provides
/// it, or it needs none of what is missing.
fn may_fit(method: &str, params: &Value) -> bool {
    let is_unknown = messages::REQUESTS[13..].contains(&method);
    is_unknown && (params.is_object() || params.is_array() || params.is_null())
}

fn plain_server() -> Server {
    Server::build().ignoring("textDocument/publishDiagnostics").start()
}

fn error_code(answer: Result<Value, Value>) -> Option<i64> {
    answer.err().and_then(|error| error["code"].as_i64())
}

#[test]
fn before_initialize_and_after_shutdown_requests_are_refused_and_nothing_else_counts() {
    let mut server = plain_server();
    for (method, params) in requests("file:///m.py") {
        // Of what nobody provides it may say that at once.
        let code = error_code(server.call(method, params));
        let is_refused = matches!(code, Some(-32002 | -32601));
        assert!(is_refused, "{method} before `initialize`: {code:?}");
    }
    for (method, params) in messages::notifications("file:///m.py") {
        server.notify(method, params);
    }
    assert_eq!(error_code(server.call("shutdown", Value::Null)), Some(-32002));
    server.initialize(capabilities());
    assert_eq!(error_code(server.call("initialize", json!({ "capabilities": {} }))), Some(-32600));
    let history = json!({ "textDocument": { "uri": "file:///m.py" } });
    // What was opened too early was not opened.
    assert_eq!(error_code(server.call("reloadsafe/history", history)), Some(-32602));
    assert_eq!(server.call("shutdown", Value::Null), Ok(Value::Null));
    for (method, params) in requests("file:///m.py") {
        let code = error_code(server.call(method, params));
        let is_refused = matches!(code, Some(-32600 | -32601));
        assert!(is_refused, "{method} after `shutdown`: {code:?}");
    }
    for (method, params) in messages::notifications("file:///m.py") {
        server.notify(method, params);
    }
    assert_eq!(error_code(server.call("shutdown", Value::Null)), Some(-32600));
    server.notify("exit", Value::Null);
    assert_eq!(server.wait(), Some(0));
    server.forget_unread("window/showMessage");
}

#[test]
fn parameters_that_do_not_fit_are_refused_by_every_request() {
    let mut server = plain_server();
    server.initialize(capabilities());
    for method in messages::REQUESTS {
        for wrong in messages::wrong_params() {
            let code = error_code(server.call(method, wrong.clone()));
            let fits = code == Some(-32602) || may_fit(method, &wrong);
            assert!(fits, "{method} with {wrong}: {code:?}");
        }
    }
    for (method, _) in messages::notifications("file:///m.py") {
        for wrong in messages::wrong_params() {
            server.notify(method, wrong);
        }
    }
    assert!(server.call("workspace/diagnostic", json!({ "previousResultIds": [] })).is_ok());
    server.shut_down();
}

#[test]
fn every_request_may_be_cancelled_and_is_answered_once() {
    let text = "def area(w):\n    return w\n";
    let mut editor = Editor::new(&[("m.py", text)]);
    editor.server.ignore("textDocument/publishDiagnostics");
    editor.open("m.py");
    for (round, (method, params)) in requests(&editor.uri("m.py")).into_iter().enumerate() {
        // There is something to wait for.
        editor.set("m.py", &format!("def surface{round}(w):\n    return w\n"));
        let id = editor.server.request(method, params);
        editor.server.cancel(id);
        let code = error_code(editor.server.response(id));
        assert!(
            matches!(code, None | Some(-32800 | -32801 | -32602 | -32601 | -32803)),
            "{method}: {code:?}"
        );
        // Twice, and when it is too late.
        editor.server.cancel(id);
    }
    steps::answer_server(&mut editor.server, &json!({}));
    // What the last of them sets going may still ask for something.
    editor.server.leave_unread();
    editor.quit();
}
