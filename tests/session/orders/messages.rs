//! One random step of a session, and every message with parameters that fit and that do not.

use std::fs;

use serde_json::{Value, json};

use super::client::Client;
use crate::lsp::Server;

/// Every request but those that begin and end a session.
pub(super) const REQUESTS: [&str; 18] = [
    "textDocument/codeAction",
    "codeAction/resolve",
    "textDocument/hover",
    "textDocument/codeLens",
    "codeLens/resolve",
    "textDocument/inlayHint",
    "textDocument/diagnostic",
    "workspace/diagnostic",
    "workspace/executeCommand",
    "reloadsafe/namespace",
    "reloadsafe/history",
    "reloadsafe/versionText",
    "workspace/textDocumentContent",
    // Not ours, and asked for by some clients all the same.
    "textDocument/documentSymbol",
    "textDocument/completion",
    "textDocument/definition",
    "workspace/symbol",
    "reloadsafe/nothing",
];

const COMMANDS: [&str; 7] = [
    "reloadsafe.markReloaded",
    "reloadsafe.markRestarted",
    "reloadsafe.showNamespace",
    "reloadsafe.showHistory",
    "reloadsafe.showPlan",
    "reloadsafe.compareWithVersion",
    "reloadsafe.nothing",
];

/// Parameters that fit a request, about a document.
pub(super) fn params(method: &str, uri: &str) -> Value {
    let document = json!({ "uri": uri });
    let at = |line, character| json!({ "line": line, "character": character });
    let range = json!({ "start": at(0, 0), "end": at(9, 3) });
    match method {
        "textDocument/codeAction" => {
            json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } })
        }
        "codeAction/resolve" => json!({ "title": "x", "data": { "uri": uri, "serial": 1,
            "code": "RS101", "key": "area", "index": 0, "safe": true } }),
        "codeLens/resolve" => json!({ "range": range }),
        "textDocument/inlayHint" => json!({ "textDocument": document, "range": range }),
        "workspace/diagnostic" => {
            json!({ "previousResultIds": [{ "uri": uri, "value": "0" }] })
        }
        "workspace/executeCommand" => {
            json!({ "command": "reloadsafe.showHistory", "arguments": [uri] })
        }
        "reloadsafe/versionText" | "workspace/textDocumentContent" => {
            json!({ "uri": format!("reloadsafe:{}?version=0", uri.trim_start_matches("file:")) })
        }
        "workspace/symbol" => json!({ "query": "" }),
        _ => json!({ "textDocument": document, "position": at(0, 5) }),
    }
}

/// Every notification with parameters that fit, about a document.
pub(super) fn notifications(uri: &str) -> Vec<(&'static str, Value)> {
    let document = json!({ "uri": uri, "version": 3 });
    let files = json!({ "files": [{ "uri": uri, "oldUri": uri, "newUri": uri }] });
    let item = json!({ "uri": uri, "languageId": "python", "version": 1, "text": "x = 1\n" });
    vec![
        ("initialized", json!({})),
        ("textDocument/didOpen", json!({ "textDocument": item })),
        (
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": "" }] }),
        ),
        ("textDocument/didSave", json!({ "textDocument": document })),
        ("textDocument/didClose", json!({ "textDocument": document })),
        ("textDocument/willSave", json!({ "textDocument": document, "reason": 1 })),
        ("workspace/didChangeConfiguration", json!({ "settings": {} })),
        ("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri, "type": 2 }] })),
        ("workspace/didChangeWorkspaceFolders", json!({ "event": { "added": [], "removed": [] } })),
        ("workspace/didCreateFiles", files.clone()),
        ("workspace/didRenameFiles", files.clone()),
        ("workspace/didDeleteFiles", files),
        ("window/workDoneProgress/cancel", json!({ "token": "nobody's" })),
        ("$/setTrace", json!({ "value": "verbose" })),
        ("$/cancelRequest", json!({ "id": 987_654 })),
        ("$/progress", json!({ "token": 1, "value": {} })),
        ("notebookDocument/didOpen", json!({ "notebookDocument": { "uri": uri } })),
        ("notebookDocument/didChange", json!({})),
        ("notebookDocument/didSave", json!({})),
        ("notebookDocument/didClose", json!({})),
        ("reloadsafe/nothing", json!({})),
    ]
}

/// Parameters that fit nothing, or hardly anything.
pub(super) fn wrong_params() -> Vec<Value> {
    vec![
        Value::Null,
        json!([]),
        json!({}),
        json!([1, "x"]),
        json!({ "textDocument": {} }),
        json!({ "textDocument": { "uri": "no uri" }, "uri": "no uri" }),
        json!({ "textDocument": { "uri": 7 }, "uri": 7, "command": 7, "previousResultIds": 7 }),
        json!({ "title": 7, "range": "everything" }),
    ]
}

/// Whether a request can make something of parameters that fit hardly anything: nobody provides
/// it, or it needs none of what is missing.
pub(super) fn may_fit(method: &str, params: &Value) -> bool {
    let is_unknown = REQUESTS[13..].contains(&method);
    is_unknown && (params.is_object() || params.is_array() || params.is_null())
}

/// Answers what the server asks, in one of the ways in which clients do.
pub(super) fn answer_server(server: &mut Server, settings: &Value) {
    for method in [
        "workspace/configuration",
        "client/registerCapability",
        "window/showDocument",
        "workspace/codeLens/refresh",
        "workspace/inlayHint/refresh",
        "workspace/diagnostic/refresh",
    ] {
        for request in server.take_all(method) {
            let result = match method {
                "workspace/configuration" => json!([settings]),
                "window/showDocument" => json!({ "success": true }),
                _ => Value::Null,
            };
            server.answer(&request["id"], result);
        }
    }
}

/// One step: a message or some, that fit the state of the session or do not.
pub(super) fn step(client: &mut Client) {
    let name = client.pick_name();
    match client.random.below(20) {
        0..=2 => client.open(&name),
        3..=7 => client.change(&name),
        8 | 9 => client.save(&name),
        10 => client.close(&name),
        11 => files(client, &name),
        12 => flood(client),
        13 => settings(client),
        14 => folders(client),
        15 => notify(client, &name),
        _ => request(client, &name),
    }
}

fn request(client: &mut Client, name: &str) {
    let uri = client.uri(name);
    let method = *client.random.pick(&REQUESTS);
    let mut params = params(method, &uri);
    match method {
        "workspace/executeCommand" => {
            let command = *client.random.pick(&COMMANDS);
            let arguments = match client.random.below(5) {
                0 => json!([]),
                1 => json!([uri, client.random.below(4)]),
                2 => json!([7, null]),
                _ => json!([uri]),
            };
            params = json!({ "command": command, "arguments": arguments });
        }
        "textDocument/codeAction" if client.random.below(2) == 0 => {
            let kind =
                *client.random.pick(&["quickfix", "source.fixAll", "", "refactor", "nobody's"]);
            params["context"]["only"] = json!([kind]);
        }
        "codeAction/resolve" => {
            if let Some(action) = client.an_action() {
                params = action;
            }
        }
        _ => {}
    }
    if client.random.below(8) == 0 {
        params = client.random.pick(&wrong_params()).clone();
    }
    client.request(method, params);
    if client.random.below(4) == 0 {
        client.cancel_last();
    }
}

fn notify(client: &mut Client, name: &str) {
    let uri = client.uri(name);
    let all = notifications(&uri);
    // Those that change what is open are sent by the client, which keeps the books.
    let harmless: Vec<_> =
        all.into_iter().filter(|(method, _)| !method.starts_with("textDocument/did")).collect();
    let (method, params) = client.random.pick(&harmless).clone();
    let wrong = client.random.pick(&wrong_params()).clone();
    let params = if client.random.below(3) == 0 { wrong } else { params };
    client.server().notify(method, params);
}

/// Files come, go and change on the disk; the server hears of it in one of three ways, or not.
fn files(client: &mut Client, name: &str) {
    if !client.is_file(name) {
        return;
    }
    let path = client.path(name);
    let uri = client.uri(name);
    let (method, params) = match client.random.below(4) {
        0 => {
            let _ = fs::remove_file(&path);
            ("workspace/didDeleteFiles", json!({ "files": [{ "uri": uri }] }))
        }
        1 => {
            let other = client.pick_name();
            let target = client.uri(&other);
            if client.is_file(&other) {
                let _ = fs::rename(&path, client.path(&other));
            }
            ("workspace/didRenameFiles", json!({ "files": [{ "oldUri": uri, "newUri": target }] }))
        }
        _ => {
            let text = client.text();
            client.write(name, &text);
            ("workspace/didCreateFiles", json!({ "files": [{ "uri": uri }] }))
        }
    };
    match client.random.below(3) {
        0 => client.server().notify(method, params),
        1 => flood(client),
        _ => {}
    }
}

/// Everything has changed, as after a checkout, with some kinds that are not true.
fn flood(client: &mut Client) {
    let mut changes = Vec::new();
    for name in client.names() {
        let kind = 1 + client.random.below(3);
        changes.push(json!({ "uri": client.uri(&name), "type": kind }));
        if client.random.below(2) == 0 {
            changes.push(json!({ "uri": client.uri(&name), "type": 2 }));
        }
    }
    for number in 0..client.random.below(200) {
        let uri = client.uri(&format!("many/x{number}.py"));
        changes.push(json!({ "uri": uri, "type": 1 + number % 3 }));
    }
    let params = json!({ "changes": changes });
    client.server().notify("workspace/didChangeWatchedFiles", params);
}

fn settings(client: &mut Client) {
    let all = [
        json!({}),
        json!({ "ignore": ["RS101"] }),
        json!({ "reloadOn": "command" }),
        json!({ "reloadOn": "save", "codeLens": false, "hover": false }),
        json!({ "baseline": "git:HEAD" }),
        json!({ "baseline": 7, "select": "wrong", "nobodys": true }),
        json!({ "src": ["."], "minSeverity": "warning" }),
        Value::Null,
    ];
    let settings = client.random.pick(&all).clone();
    client.set_settings(settings);
}

fn folders(client: &mut Client) {
    let names = ["", "package", "missing"];
    let folder = |name: &str| json!({ "uri": client.uri(name), "name": name });
    let (added, removed) = (folder(names[1]), folder(names[2]));
    let root = folder(names[0]);
    let event = match client.random.below(4) {
        0 => json!({ "added": [added], "removed": [] }),
        1 => json!({ "added": [], "removed": [added] }),
        2 => json!({ "added": [removed], "removed": [root] }),
        _ => json!({ "added": [root], "removed": [removed] }),
    };
    client.server().notify("workspace/didChangeWorkspaceFolders", json!({ "event": event }));
}
