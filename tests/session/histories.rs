//! What the process has loaded: saves, commands, versions that can be read.

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities};

const FIRST: &str = "def area(w, h):\n    return w * h\n";
const SECOND: &str = "def surface(w, h):\n    return w * h\n";

fn kinds(history: &Value) -> Vec<&str> {
    history["events"].as_array().unwrap().iter().map(|it| it["kind"].as_str().unwrap()).collect()
}

#[test]
fn a_save_is_a_reload_and_orphans_stay_until_a_restart() {
    let mut editor = Editor::new(&[("shapes.py", FIRST)]);
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &["RS101 1"]);
    assert_eq!(editor.ask("reloadsafe/history", "shapes.py")["pending"], true);
    editor.save("shapes.py");
    editor.until("shapes.py", &["RS101 1"]);
    let history = editor.ask("reloadsafe/history", "shapes.py");
    assert_eq!(
        (kinds(&history), &history["pending"]),
        (vec!["imported", "reloaded"], &json!(false))
    );
    // Two versions later it is still there.
    editor.set("shapes.py", &format!("{SECOND}\nX = 1\n"));
    editor.save("shapes.py");
    editor.until("shapes.py", &["RS101"]);
    let uri = editor.uri("shapes.py");
    editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
    editor.until("shapes.py", &[]);
    let history = editor.ask("reloadsafe/history", "shapes.py");
    assert_eq!(kinds(&history), ["imported", "reloaded", "reloaded", "restarted"]);
    assert_eq!(history["events"][3]["version"], 0);
    editor.quit();
}

#[test]
fn where_saving_does_not_reload_a_command_does() {
    let options = json!({ "reloadOn": "command" });
    let mut editor = Editor::with(&[("shapes.py", FIRST)], capabilities(), options);
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    editor.save("shapes.py");
    editor.expect("shapes.py", &["RS101"]);
    assert_eq!(kinds(&editor.ask("reloadsafe/history", "shapes.py")), ["imported"]);
    // The process never had it: back at the first text there is nothing to say.
    editor.set("shapes.py", FIRST);
    editor.expect("shapes.py", &[]);
    let uri = editor.uri("shapes.py");
    // The text as saved is what was reloaded.
    editor.command("reloadsafe.markReloaded", json!([uri])).unwrap();
    assert_eq!(kinds(&editor.ask("reloadsafe/history", "shapes.py")), ["imported", "reloaded"]);
    editor.until("shapes.py", &["RS101 1: `surface` was renamed to `area`"]);
    editor.quit();
}

#[test]
fn an_aborted_reload_leaves_a_torn_module_and_says_where() {
    let mut editor = Editor::new(&[("m.py", "def f():\n    return 1\n")]);
    editor.open("m.py");
    editor.set("m.py", "def g():\n    return 1\n\n\nraise RuntimeError\n");
    editor.expect("m.py", &["RS101 1", "RS201 5"]);
    editor.save("m.py");
    editor.until("m.py", &["RS101 1", "RS201 5"]);
    let history = editor.ask("reloadsafe/history", "m.py");
    assert_eq!(kinds(&history), ["imported", "aborted"]);
    assert_eq!(history["events"][1]["line"], 5);
    editor.quit();
}

#[test]
fn a_text_that_does_not_compile_is_saved_and_changes_nothing() {
    let mut editor = Editor::new(&[("m.py", "def f():\n    return 1\n")]);
    editor.open("m.py");
    editor.set("m.py", "def g(:\n");
    editor.save("m.py");
    editor.set("m.py", "def g():\n    return 1\n");
    editor.expect("m.py", &["RS101 1: `f` was renamed to `g`"]);
    assert_eq!(kinds(&editor.ask("reloadsafe/history", "m.py")), ["imported", "aborted"]);
    editor.quit();
}

#[test]
fn old_versions_are_readable_at_the_uris_of_related_locations() {
    let mut editor = Editor::new(&[("shapes.py", FIRST)]);
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    let published = editor.published("shapes.py", Some(2));
    let location = &published["diagnostics"][0]["relatedInformation"][0]["location"];
    let uri = location["uri"].as_str().unwrap().to_owned();
    assert!(uri.starts_with("reloadsafe:///"), "{uri}");
    assert_eq!(location["range"]["start"], json!({ "line": 0, "character": 4 }));
    for method in ["reloadsafe/versionText", "workspace/textDocumentContent"] {
        let read = editor.server.call(method, json!({ "uri": uri })).unwrap();
        assert_eq!(read["text"], FIRST);
    }
    // Saved twice more, the orphan is still of version 0.
    for text in [SECOND, "def surface(w, h):\n    return h * w\n"] {
        editor.set("shapes.py", text);
        editor.save("shapes.py");
    }
    let read = editor.server.call("reloadsafe/versionText", json!({ "uri": uri })).unwrap();
    assert_eq!(read["text"], FIRST);
    let nothing = json!({ "uri": uri.replace("version=0", "version=99") });
    let error = editor.server.call("reloadsafe/versionText", nothing).unwrap_err();
    assert_eq!(error["code"], -32602, "{error}");
    editor.quit();
}

#[test]
fn a_rules_page_is_readable_where_the_diagnostic_says() {
    let mut editor = Editor::new(&[("shapes.py", FIRST)]);
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    let published = editor.published("shapes.py", Some(2));
    let page = published["diagnostics"][0]["codeDescription"]["href"].clone();
    let read = editor.server.call("reloadsafe/versionText", json!({ "uri": page })).unwrap();
    assert!(read["text"].as_str().unwrap().starts_with("# orphaned-definition (RS101)"));
    editor.quit();
}

#[test]
fn a_new_file_is_imported_at_its_first_save() {
    let mut editor = Editor::new(&[]);
    editor.open_with("new.py", "");
    editor.expect("new.py", &[]);
    editor.set("new.py", "import module_that_nobody_has\n\n\ndef f(): pass\n");
    // The process has not loaded it: nothing can be reloaded.
    editor.expect("new.py", &[]);
    editor.set("new.py", "def f(): pass\n");
    editor.save("new.py");
    editor.set("new.py", "def g(): pass\n");
    editor.until("new.py", &["RS101 1: `f` was renamed to `g`"]);
    assert_eq!(kinds(&editor.ask("reloadsafe/history", "new.py")), ["imported"]);
    editor.quit();
}

#[test]
fn what_the_process_has_loaded_outlives_the_document() {
    let mut editor = Editor::new(&[("shapes.py", FIRST)]);
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.set("shapes.py", SECOND);
    editor.save("shapes.py");
    editor.close("shapes.py");
    editor.open("shapes.py");
    editor.expect("shapes.py", &["RS101 1: `area` was renamed to `surface`"]);
    editor.quit();
}

#[test]
fn a_revision_can_be_what_the_process_has_imported() {
    let editor = Editor::uninitialized(&[("shapes.py", FIRST)]);
    commit_all(&editor);
    editor.write("shapes.py", SECOND);
    let mut editor = editor.initialize(capabilities(), json!({ "baseline": "git:HEAD" }));
    editor.open("shapes.py");
    editor.expect("shapes.py", &["RS101 1: `area` was renamed to `surface`"]);
    editor.quit();
}

/// Makes a repository of the editor's directory.
fn commit_all(editor: &Editor) {
    let git = |arguments: &[&str]| {
        let done = std::process::Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(editor.path(""))
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
}

#[test]
fn a_reload_finds_what_is_new_beside_the_revision_that_is_loaded() {
    let files = [("app.py", "import shapes\n"), ("shapes.py", "ONE = 1\n")];
    let editor = Editor::uninitialized(&files);
    commit_all(&editor);
    editor.write("helper.py", "def build(size):\n    return size\n");
    editor.write("shapes.py", "ONE = 1\nTWO = 2\n");
    let mut editor = editor.initialize(capabilities(), json!({ "baseline": "git:HEAD" }));
    editor.open("app.py");
    editor.expect("app.py", &[]);
    let new = "import shapes\nimport helper\nRUN = helper.build(1)\n";
    editor.set("app.py", new);
    editor.save("app.py");
    editor.expect("app.py", &[]);
    editor.set("app.py", &format!("{new}END = helper.end\n"));
    editor.expect(
        "app.py",
        &["RS201 4: The reload stops here with `AttributeError`: module `helper` has no attribute \
           `end`; `RUN` is new then"],
    );
    editor.set("app.py", &format!("{new}TWO = shapes.TWO\n"));
    editor.expect(
        "app.py",
        &["RS206 4: `shapes` has no `TWO` before it is reloaded itself: reload it first, or this \
           reload stops here with `AttributeError`"],
    );
    // Once the other one has been reloaded, too, nothing stops.
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.save("shapes.py");
    // It may have been asked for a reason before; this ends in a failure if nothing comes.
    while !editor.shown("app.py").is_empty() {}
    editor.quit();
}

#[test]
fn a_file_written_behind_the_editor_is_said_to_be_out_of_step() {
    let options = json!({ "status": true });
    let mut editor = Editor::with(&[("m.py", FIRST)], capabilities(), options);
    editor.open("m.py");
    editor.expect("m.py", &[]);
    editor.write("m.py", "def other(): pass\n");
    editor.watched("m.py", 2);
    loop {
        let status = editor.server.notification("reloadsafe/status");
        if status["outOfStep"] == true {
            break;
        }
    }
    editor.write("m.py", FIRST);
    editor.watched("m.py", 2);
    loop {
        let status = editor.server.notification("reloadsafe/status");
        if status["outOfStep"] == false {
            break;
        }
    }
    editor.server.ignore("reloadsafe/status");
    editor.server.forget_unread("reloadsafe/status");
    editor.quit();
}
