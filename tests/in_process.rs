//! A server in this process, over pipes: cheap enough to try every message at every moment of a
//! session of its own.

#[path = "support/lsp.rs"]
mod lsp;

#[path = "support/messages.rs"]
mod messages;

use serde_json::{Value, json};

use lsp::Server;
use messages::{REQUESTS, notifications, params, wrong_params};

const FIRST: &str = "def area(w):\n    return w\n";
const SECOND: &str = "def surface(w):\n    return w\n";

/// What the odd messages are about: not what is looked at in the end.
const ODD: &str = "untitled:odd";
const LOOKED_AT: &str = "untitled:m";

/// When an odd message comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeInitialize,
    BeforeInitialized,
    BeforeOpening,
    AfterOpening,
    AfterOpeningTwice,
    AfterClosing,
    AfterShutdown,
}

use Moment::{
    AfterClosing, AfterOpening, AfterOpeningTwice, AfterShutdown, BeforeInitialize,
    BeforeInitialized, BeforeOpening,
};

const MOMENTS: [Moment; 7] = [
    BeforeInitialize,
    BeforeInitialized,
    BeforeOpening,
    AfterOpening,
    AfterOpeningTwice,
    AfterClosing,
    AfterShutdown,
];

fn start() -> Server {
    Server::build().here().start()
}

fn initialize_params() -> Value {
    json!({ "processId": null, "rootUri": null, "capabilities": {} })
}

fn did_open(uri: &str) -> Value {
    let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": FIRST });
    json!({ "textDocument": document })
}

/// The codes of what is published for a version of the document that is looked at.
#[track_caller]
fn shown(server: &mut Server, version: i64) -> Vec<String> {
    let is_it = |message: &Value| {
        let params = &message["params"];
        message["method"] == "textDocument/publishDiagnostics"
            && params["uri"] == LOOKED_AT
            && params["version"] == version
    };
    let published = server.take("diagnostics", is_it);
    let diagnostics = published["params"]["diagnostics"].as_array().unwrap();
    diagnostics.iter().map(|found| found["code"].as_str().unwrap().to_owned()).collect()
}

/// A document is opened and edited as if nothing had been: it is shown what it always is.
#[track_caller]
fn work(server: &mut Server) {
    server.notify("textDocument/didOpen", did_open(LOOKED_AT));
    assert!(shown(server, 1).is_empty());
    let document = json!({ "uri": LOOKED_AT, "version": 2 });
    let changes = json!([{ "text": SECOND }]);
    let params = json!({ "textDocument": document, "contentChanges": changes });
    server.notify("textDocument/didChange", params);
    assert_eq!(shown(server, 2), ["RS101"]);
}

/// A session in which `odd` is done at some moment. Whatever it is, the session goes on and ends
/// as it should.
fn session(moment: Moment, odd: &mut dyn FnMut(&mut Server)) {
    let mut server = start();
    let mut at = |now: Moment, server: &mut Server| {
        if now == moment {
            odd(server);
        }
    };
    at(BeforeInitialize, &mut server);
    server.call("initialize", initialize_params()).expect("`initialize` is answered");
    at(BeforeInitialized, &mut server);
    server.notify("initialized", json!({}));
    at(BeforeOpening, &mut server);
    server.notify("textDocument/didOpen", did_open(ODD));
    at(AfterOpening, &mut server);
    server.notify("textDocument/didOpen", did_open(ODD));
    at(AfterOpeningTwice, &mut server);
    server.notify("textDocument/didClose", json!({ "textDocument": { "uri": ODD } }));
    at(AfterClosing, &mut server);
    work(&mut server);
    assert_eq!(server.call("shutdown", Value::Null), Ok(Value::Null), "{moment:?}");
    at(AfterShutdown, &mut server);
    server.notify("exit", Value::Null);
    assert_eq!(server.wait(), Some(0), "{moment:?}");
    // Each was answered once, and nothing was asked or sent that is not known here.
    for method in ["textDocument/publishDiagnostics", "window/showMessage"] {
        server.forget_unread(method);
    }
}

/// The answer to a request: exactly one, of which the caller says whether it fits the moment.
#[track_caller]
fn answer(server: &mut Server, method: &str, params: &Value) -> Result<Value, i64> {
    let answer = server.call(method, params.clone());
    answer.map_err(|error| error["code"].as_i64().expect("an error has a code"))
}

#[test]
fn it_serves_and_ends_as_a_process_does() {
    let mut server = start();
    server.initialize(json!({}));
    work(&mut server);
    server.shut_down();

    let mut server = start();
    server.initialize(json!({}));
    server.close_input();
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn several_in_one_process_know_nothing_of_each_other() {
    let mut servers: Vec<Server> = (0..4).map(|_| start()).collect();
    for server in &mut servers {
        server.initialize(json!({}));
    }
    for server in &mut servers {
        work(server);
    }
    for mut server in servers {
        let history = json!({ "textDocument": { "uri": LOOKED_AT } });
        let history = server.call("reloadsafe/history", history).unwrap();
        assert_eq!(history["events"].as_array().unwrap().len(), 1, "{history}");
        server.shut_down();
    }
}

#[test]
fn every_request_at_every_moment_is_answered_once() {
    for method in REQUESTS {
        let params = params(method, ODD);
        for moment in MOMENTS {
            session(moment, &mut |server| {
                for _ in 0..2 {
                    let answer = answer(server, method, &params);
                    let fits = match moment {
                        BeforeInitialize => matches!(answer, Err(-32002 | -32601)),
                        AfterShutdown => matches!(answer, Err(-32600 | -32601)),
                        _ => matches!(answer, Ok(_) | Err(-32601 | -32602 | -32801 | -32803)),
                    };
                    assert!(fits, "{method} {moment:?}: {answer:?}");
                }
            });
        }
    }
}

#[test]
fn every_notification_at_every_moment_does_no_harm() {
    for (method, params) in notifications(ODD) {
        for moment in MOMENTS {
            session(moment, &mut |server| {
                server.notify(method, params.clone());
                server.notify(method, params.clone());
            });
        }
    }
}

#[test]
fn parameters_that_fit_nothing_do_no_harm_at_any_moment() {
    for moment in MOMENTS {
        session(moment, &mut |server| {
            for wrong in wrong_params() {
                for (method, _) in notifications(ODD) {
                    server.notify(method, wrong.clone());
                }
                for method in REQUESTS {
                    // Whatever it is, it is one answer.
                    let _ = answer(server, method, &wrong);
                }
            }
        });
    }
}

#[test]
fn what_begins_and_ends_a_session_comes_once() {
    for moment in MOMENTS.into_iter().filter(|moment| *moment != BeforeInitialize) {
        session(moment, &mut |server| {
            assert_eq!(answer(server, "initialize", &initialize_params()), Err(-32600));
            server.notify("initialized", json!({}));
        });
    }
    session(BeforeInitialize, &mut |server| {
        assert_eq!(answer(server, "shutdown", &Value::Null), Err(-32002));
        assert_eq!(answer(server, "initialize", &json!({ "capabilities": 7 })), Err(-32602));
    });
    session(AfterShutdown, &mut |server| {
        assert_eq!(answer(server, "shutdown", &Value::Null), Err(-32600));
    });
}

#[test]
fn shutdown_and_exit_end_it_at_any_moment() {
    for opened in [false, true] {
        for is_orderly in [false, true] {
            let mut server = start();
            server.initialize(json!({}));
            if opened {
                server.notify("textDocument/didOpen", did_open(LOOKED_AT));
            }
            if is_orderly {
                assert_eq!(server.call("shutdown", Value::Null), Ok(Value::Null));
            }
            server.notify("exit", Value::Null);
            assert_eq!(server.wait(), Some(i32::from(!is_orderly)));
            server.abandon();
        }
    }
    let mut server = start();
    server.notify("exit", Value::Null);
    assert_eq!(server.wait(), Some(1));
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_of_it_is_left_when_it_has_ended() {
    /// How many threads of servers there are (`proc(5)`, comm).
    fn threads() -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        let names = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("comm")).ok());
        let own = ["session", "worker-", "input", "output"];
        names.filter(|name| own.iter().any(|own| name.starts_with(own))).count()
    }
    const SERVERS: usize = 40;
    for _ in 0..SERVERS {
        let mut server = start();
        server.initialize(json!({}));
        work(&mut server);
        server.shut_down();
    }
    // Other tests run beside this one, each with a server or a few; a thread needs a moment to end.
    let deadline = std::time::Instant::now() + lsp::PATIENCE;
    while threads() > SERVERS {
        assert!(std::time::Instant::now() < deadline, "{} threads are left", threads());
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
