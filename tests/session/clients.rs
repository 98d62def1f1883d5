//! Clients differ in what they announce, and in what they send all the same.

use std::time::Duration;

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities, lines};

const FIRST: &str = "def area(w, h):\n    return w * h\n";

/// A client that pulls diagnostics, and can be told to.
fn pulling() -> Value {
    let mut capabilities = capabilities();
    capabilities["textDocument"]["diagnostic"] = json!({});
    capabilities["workspace"]["diagnostics"] = json!({ "refreshSupport": true });
    capabilities
}

#[test]
fn positions_are_in_the_encoding_that_was_agreed_on() {
    for (offered, agreed, column) in [
        (json!(["utf-8", "utf-16"]), "utf-8", 14),
        (json!(["utf-32", "utf-16"]), "utf-16", 11),
        (json!(["utf-32"]), "utf-32", 10),
        (json!(null), "utf-16", 11),
    ] {
        let mut capabilities = capabilities();
        capabilities["general"]["positionEncodings"] = offered;
        let mut editor = Editor::uninitialized(&[("m.py", "def old(): pass\n")]);
        let root = editor.root_uri();
        let params = json!({ "processId": null, "rootUri": root, "capabilities": capabilities });
        let result = editor.server.call("initialize", params).unwrap();
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        editor.server.notify("initialized", json!({}));
        editor.open("m.py");
        editor.set("m.py", "n = '𝒳é', old\n");
        let published = editor.published("m.py", Some(2));
        let range = &published["diagnostics"][0]["range"];
        assert_eq!(range["start"], json!({ "line": 0, "character": column }), "{agreed}");
        // Edits are in the same units: the read is replaced, and nothing else.
        let change = json!([{
            "range": { "start": range["start"], "end": range["end"] },
            "text": "1",
        }]);
        editor.change("m.py", change);
        let namespace = editor.ask("reloadsafe/namespace", "m.py");
        assert_eq!(namespace["stages"][1]["outcome"], "completes", "{namespace}");
        assert_eq!(namespace["ghost_reads"], json!([]));
        editor.quit();
    }
}

#[test]
fn a_client_that_pulls_is_not_pushed_at() {
    let mut editor = Editor::with(&[("m.py", FIRST)], pulling(), Value::Null);
    editor.open("m.py");
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    let report = editor.ask("textDocument/diagnostic", "m.py");
    assert_eq!(report["kind"], "full");
    assert!(lines(&report["items"])[0].starts_with("RS101 1"), "{report}");
    let again = json!({
        "textDocument": { "uri": editor.uri("m.py") },
        "previousResultId": report["resultId"],
    });
    let unchanged = editor.server.call("textDocument/diagnostic", again).unwrap();
    assert_eq!(unchanged["kind"], "unchanged");
    assert_eq!(unchanged["resultId"], report["resultId"]);
    let all = json!({ "previousResultIds": [] });
    let workspace = editor.server.call("workspace/diagnostic", all).unwrap();
    assert_eq!(workspace["items"][0]["version"], 2, "{workspace}");
    let known = json!({ "previousResultIds": [
        { "uri": editor.uri("m.py"), "value": workspace["items"][0]["resultId"] },
    ] });
    let workspace = editor.server.call("workspace/diagnostic", known).unwrap();
    assert_eq!(workspace["items"][0]["kind"], "unchanged");
    // Nothing was published: the server minds what nobody took.
    editor.server.shut_down();
}

#[test]
fn findings_in_files_that_are_not_open_are_pulled_after_a_refresh() {
    let files = [("m.py", FIRST), ("app.py", "from m import area\n")];
    let mut editor = Editor::with(&files, pulling(), Value::Null);
    editor.open("m.py");
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    let (id, _) = editor.server.server_request("workspace/diagnostic/refresh");
    editor.server.answer(&id, Value::Null);
    let all = json!({ "previousResultIds": [] });
    let workspace = editor.server.call("workspace/diagnostic", all).unwrap();
    let items = workspace["items"].as_array().unwrap();
    let of_app = items.iter().find(|item| item["uri"] == editor.uri("app.py")).unwrap();
    assert_eq!(of_app["items"][0]["code"], "RS107", "{workspace}");
    editor.server.shut_down();
}

#[test]
fn a_client_that_announces_nothing_gets_plain_diagnostics() {
    let mut editor = Editor::with(&[("m.py", FIRST)], json!({}), Value::Null);
    editor.open("m.py");
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    let published = editor.published("m.py", Some(2));
    let found = &published["diagnostics"][0];
    assert_eq!(found["source"], "reloadsafe");
    for absent in ["relatedInformation", "codeDescription", "data", "tags"] {
        assert!(found.get(absent).is_none(), "{absent}: {found}");
    }
    editor.quit();
}

#[test]
fn a_file_outside_of_every_folder_finds_its_own_project() {
    let mut editor = Editor::uninitialized(&[
        ("pyproject.toml", "[tool.reloadsafe]\nignore = [\"RS101\"]\n"),
        ("package/__init__.py", ""),
        ("package/m.py", FIRST),
    ]);
    editor.server.initialize(capabilities());
    editor.open("package/m.py");
    editor.set("package/m.py", "def surface(w, h):\n    return w * h\n");
    editor.expect("package/m.py", &[]);
    assert_eq!(editor.ask("reloadsafe/namespace", "package/m.py")["module"], "package.m");
    editor.quit();
}

#[test]
fn versions_may_begin_anywhere_and_languages_be_unknown() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    let uri = editor.uri("m.py");
    let document = json!({ "uri": uri, "languageId": "plaintext", "version": 0, "text": FIRST });
    editor.server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    assert_eq!(editor.published("m.py", Some(0))["diagnostics"], json!([]));
    // A text that is no Python and is not called so is none of ours.
    let notes =
        json!({ "uri": "file:///notes.txt", "languageId": "plaintext", "version": 0, "text": "" });
    editor.server.notify("textDocument/didOpen", json!({ "textDocument": notes }));
    editor.quit();
}

#[test]
fn an_untitled_document_is_reloaded_by_command() {
    let mut editor = Editor::new(&[]);
    let uri = "untitled:Untitled-1";
    let document = json!({ "uri": uri, "languageId": "python", "version": 1, "text": FIRST });
    editor.server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let change = json!({
        "textDocument": { "uri": uri, "version": 2 },
        "contentChanges": [{ "text": "def surface(w, h):\n    return w * h\n" }],
    });
    editor.server.notify("textDocument/didChange", change);
    let is_it = |message: &Value| message["params"]["version"] == 2;
    let published = editor.server.take("diagnostics", is_it);
    let found = &published["params"]["diagnostics"][0];
    assert_eq!((&found["code"], &published["params"]["uri"]), (&json!("RS101"), &json!(uri)));
    editor.quit();
}

#[test]
fn nothing_is_said_of_the_cells_of_a_notebook() {
    let mut editor = Editor::new(&[("m.py", FIRST), ("cells.ipynb", FIRST)]);
    // As jupyterlab-lsp does: all cells in one text.
    let uri = editor.uri("cells.ipynb");
    let document = json!({ "uri": uri, "languageId": "python", "version": 0, "text": FIRST });
    editor.server.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let change = json!({
        "textDocument": { "uri": uri, "version": 1 },
        "contentChanges": [{ "text": "def surface(w, h):\n    return w * h\n" }],
    });
    editor.server.notify("textDocument/didChange", change);
    editor.server.expect_silence(Duration::from_millis(300));
    editor.open("m.py");
    editor.expect("m.py", &[]);
    editor.quit();
}

#[test]
fn a_client_that_pulls_is_told_when_a_restart_has_changed_what_it_has() {
    let mut editor = Editor::with(&[("m.py", FIRST)], pulling(), Value::Null);
    editor.open("m.py");
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    assert_eq!(editor.ask("textDocument/diagnostic", "m.py")["items"][0]["code"], "RS101");
    editor.save("m.py");
    let (id, _) = editor.server.server_request("workspace/diagnostic/refresh");
    editor.server.answer(&id, Value::Null);
    let uri = editor.uri("m.py");
    editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
    let (id, _) = editor.server.server_request("workspace/diagnostic/refresh");
    editor.server.answer(&id, Value::Null);
    assert_eq!(editor.ask("textDocument/diagnostic", "m.py")["items"], json!([]));
    editor.server.shut_down();
}

#[test]
fn a_client_that_pulls_and_cannot_be_told_to_is_pushed_at() {
    let mut capabilities = capabilities();
    capabilities["textDocument"]["diagnostic"] = json!({});
    let mut editor = Editor::with(&[("m.py", FIRST)], capabilities, Value::Null);
    editor.open("m.py");
    editor.expect("m.py", &[]);
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    editor.expect("m.py", &["RS101 1"]);
    editor.quit();
}

#[test]
fn what_has_no_parameters_is_sent_without_any() {
    let mut editor = Editor::with(&[("m.py", FIRST)], pulling(), Value::Null);
    editor.open("m.py");
    editor.set("m.py", "def surface(w, h):\n    return w * h\n");
    editor.save("m.py");
    let is_it = |message: &Value| message["method"] == "workspace/diagnostic/refresh";
    let refresh = editor.server.take("refresh", is_it);
    // JSON-RPC knows objects and arrays only.
    assert!(refresh.get("params").is_none(), "{refresh}");
    editor.server.answer(&refresh["id"], Value::Null);
    editor.server.shut_down();
}

#[test]
fn old_versions_are_provided_to_clients_that_read_them() {
    let mut capabilities = capabilities();
    capabilities["workspace"]["textDocumentContent"] = json!({ "dynamicRegistration": true });
    for (announced, provided) in
        [(capabilities, json!({ "schemes": ["reloadsafe"] })), (json!({}), Value::Null)]
    {
        let mut server = crate::lsp::Server::build().start();
        let result = server.initialize(announced);
        assert_eq!(result["capabilities"]["workspace"]["textDocumentContent"], provided);
        server.shut_down();
    }
}

#[test]
fn a_hover_in_plain_text_has_no_markup() {
    let mut capabilities = capabilities();
    capabilities["textDocument"]["hover"] = json!({ "contentFormat": ["plaintext"] });
    let mut editor = Editor::with(&[("m.py", FIRST)], capabilities, Value::Null);
    editor.open("m.py");
    editor.set("m.py", "print(area)\n");
    let at = json!({ "line": 0, "character": 7 });
    let params = json!({ "textDocument": { "uri": editor.uri("m.py") }, "position": at });
    let hover = editor.server.call("textDocument/hover", params).unwrap();
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.starts_with("area is an orphan: "), "{text}");
    assert!(!text.contains(['`', '*']), "{text}");
    editor.quit();
}
