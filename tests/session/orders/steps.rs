//! One random step of a session.

use std::fs;

use serde_json::{Value, json};

use super::client::Client;
use crate::lsp::Server;
use crate::messages::{REQUESTS, notifications, params, wrong_params};

const COMMANDS: [&str; 7] = [
    "reloadsafe.markReloaded",
    "reloadsafe.markRestarted",
    "reloadsafe.showNamespace",
    "reloadsafe.showHistory",
    "reloadsafe.showPlan",
    "reloadsafe.compareWithVersion",
    "reloadsafe.nothing",
];

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
