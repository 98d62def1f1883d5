//! Every message of a client, with parameters that fit and that do not.

use serde_json::{Value, json};

/// Every request but those that begin and end a session.
pub(crate) const REQUESTS: [&str; 18] = [
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

/// Parameters that fit a request, about a document.
pub(crate) fn params(method: &str, uri: &str) -> Value {
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
pub(crate) fn notifications(uri: &str) -> Vec<(&'static str, Value)> {
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
pub(crate) fn wrong_params() -> Vec<Value> {
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
