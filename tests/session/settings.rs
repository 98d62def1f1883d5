//! Settings from files and from the client, while the server runs.

use serde_json::json;

use crate::editor::{Editor, capabilities};

const FIRST: &str = "def area(w, h):\n    return w * h\n";
const SECOND: &str = "def surface(w, h):\n    return w * h\n";

#[test]
fn a_configuration_file_counts_and_is_followed() {
    let file = ("reloadsafe.toml", "ignore = [\"RS101\"]\n");
    let mut editor = Editor::new(&[("shapes.py", FIRST), file]);
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &[]);
    editor.write("reloadsafe.toml", "ignore = []\n");
    editor.watched("reloadsafe.toml", 2);
    editor.until("shapes.py", &["RS101"]);
    editor.quit();
}

#[test]
fn a_broken_configuration_file_is_named_and_the_work_goes_on() {
    let file = ("reloadsafe.toml", "ignore = [\n");
    let mut editor = Editor::new(&[("shapes.py", FIRST), file]);
    editor.open("shapes.py");
    let message = editor.server.notification("window/showMessage");
    let text = message["message"].as_str().unwrap();
    assert!(text.contains("reloadsafe.toml"), "{text}");
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &["RS101"]);
    editor.quit();
}

#[test]
fn a_wrong_setting_of_the_editor_is_named_and_the_others_hold() {
    let options = json!({ "ignore": ["RS101"], "colour": "red" });
    let mut editor = Editor::with(&[("shapes.py", FIRST)], capabilities(), options);
    let message = editor.server.notification("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("colour"), "{message}");
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &[]);
    editor.quit();
}

#[test]
fn the_client_is_asked_for_its_settings_where_it_has_them() {
    let mut capabilities = capabilities();
    capabilities["workspace"]["configuration"] = json!(true);
    let mut editor = Editor::with(&[("shapes.py", FIRST)], capabilities, json!(null));
    let (id, params) = editor.server.server_request("workspace/configuration");
    assert_eq!(params["items"][0]["section"], "reloadsafe");
    editor.server.answer(&id, json!([{ "ignore": ["RS101"] }]));
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &[]);
    editor.server.notify("workspace/didChangeConfiguration", json!({ "settings": null }));
    let (id, _) = editor.server.server_request("workspace/configuration");
    editor.server.answer(&id, json!([{ "ignore": [] }]));
    editor.expect("shapes.py", &["RS101"]);
    editor.quit();
}

#[test]
fn comments_silence_findings_as_they_do_on_the_command_line() {
    let mut editor = Editor::new(&[("shapes.py", FIRST)]);
    editor.open("shapes.py");
    editor.set("shapes.py", &SECOND.replace("):\n", "):  # reloadsafe: ignore[RS101]\n"));
    editor.expect("shapes.py", &[]);
    editor.set("shapes.py", &FIRST.replace("):\n", "):  # reloadsafe: ignore[RS101]\n"));
    editor.expect("shapes.py", &["RS901 1"]);
    editor.quit();
}

#[test]
fn each_folder_of_a_workspace_has_its_own_settings() {
    let files = [
        ("a/shapes.py", FIRST),
        ("a/reloadsafe.toml", "ignore = [\"RS101\"]\n"),
        ("b/shapes.py", FIRST),
    ];
    let mut editor = Editor::new(&files);
    editor.open("a/shapes.py");
    editor.open("b/shapes.py");
    editor.set("a/shapes.py", SECOND);
    editor.expect("a/shapes.py", &[]);
    editor.set("b/shapes.py", SECOND);
    editor.expect("b/shapes.py", &["RS101"]);
    editor.quit();
}
