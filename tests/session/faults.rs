//! What goes wrong in one module concerns that module only.

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities};

const FIRST: &str = "def area(w, h):\n    return w * h\n";
const SECOND: &str = "def surface(w, h):\n    return w * h\n";

#[test]
fn a_panic_in_a_rule_costs_one_answer() {
    let mut editor = Editor::new(&[("bad.py", FIRST), ("good.py", FIRST)]);
    editor.open("bad.py");
    editor.open("good.py");
    editor.expect("bad.py", &[]);
    editor.set("bad.py", &format!("{SECOND}# reloadsafe: panic\n"));
    let message = editor.server.notification("window/showMessage");
    let text = message["message"].as_str().unwrap();
    assert!(text.contains("bad.py") && text.contains("internal error"), "{text}");
    editor.expect("bad.py", &[]);
    // Others are served, and so is the module itself with its next text.
    editor.set("good.py", SECOND);
    editor.expect("good.py", &["RS101 1"]);
    editor.set("bad.py", SECOND);
    editor.expect("bad.py", &["RS101 1"]);
    editor.quit();
}

#[test]
fn texts_that_cannot_be_analysed_are_named_and_the_rest_goes_on() {
    let mut editor = Editor::new(&[("old.py", "print 'two'\n"), ("m.py", FIRST)]);
    editor.open("old.py");
    let message = editor.server.notification("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("old.py"), "{message}");
    editor.open("m.py");
    editor.set("m.py", SECOND);
    editor.expect("m.py", &["RS101 1"]);
    editor.quit();
}

#[test]
fn a_file_that_is_no_text_on_the_disk_is_no_baseline() {
    let mut editor = Editor::new(&[]);
    std::fs::write(editor.path("m.py"), b"\xff\xfe\0binary").unwrap();
    editor.open_with("m.py", FIRST);
    editor.expect("m.py", &[]);
    editor.save("m.py");
    editor.set("m.py", SECOND);
    while editor.shown("m.py").is_empty() {}
    editor.quit();
}

#[test]
fn progress_is_shown_once_to_clients_that_show_it() {
    let mut capabilities = capabilities();
    capabilities["window"]["workDoneProgress"] = json!(true);
    let mut editor = Editor::with(&[("m.py", FIRST)], capabilities, Value::Null);
    editor.open("m.py");
    let (id, created) = editor.server.server_request("window/workDoneProgress/create");
    editor.server.answer(&id, Value::Null);
    editor.expect("m.py", &[]);
    editor.set("m.py", SECOND);
    editor.expect("m.py", &["RS101 1"]);
    // Where it was begun, it was ended.
    let progress = editor.server.take_all("$/progress");
    let kinds: Vec<&str> =
        progress.iter().map(|it| it["params"]["value"]["kind"].as_str().unwrap()).collect();
    assert!(kinds.is_empty() || kinds == ["begin", "end"], "{kinds:?}");
    assert!(progress.iter().all(|it| it["params"]["token"] == created["token"]));
    editor.quit();
}
