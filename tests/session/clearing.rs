//! Nothing stays on the screen that does not hold any more.

use serde_json::json;

use crate::editor::Editor;

const BEFORE: &str = "def area(w, h):\n    return w * h\n";
const AFTER: &str = "def surface(w, h):\n    return w * h\n";
const ORPHAN: &str = "RS101 1: `area` was renamed to `surface`";

fn with_an_orphan() -> Editor {
    let mut editor = Editor::new(&[("shapes.py", BEFORE)]);
    editor.open("shapes.py");
    editor.set("shapes.py", AFTER);
    editor.expect("shapes.py", &[ORPHAN]);
    editor
}

#[test]
fn closing_a_document_takes_its_diagnostics_away() {
    let mut editor = with_an_orphan();
    editor.close("shapes.py");
    assert_eq!(editor.published("shapes.py", None)["diagnostics"], json!([]));
    // What was not saved is gone with it, and the process has loaded nothing of it.
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.quit();
}

#[test]
fn a_restart_takes_them_away() {
    let mut editor = with_an_orphan();
    editor.save("shapes.py");
    editor.expect("shapes.py", &[ORPHAN]);
    let uri = editor.uri("shapes.py");
    editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
    editor.until("shapes.py", &[]);
    editor.quit();
}

#[test]
fn restarting_everything_takes_everything_away() {
    let mut editor = with_an_orphan();
    editor.save("shapes.py");
    editor.expect("shapes.py", &[ORPHAN]);
    editor.command("reloadsafe.markRestarted", json!([])).unwrap();
    editor.until("shapes.py", &[]);
    editor.quit();
}

#[test]
fn a_changed_setting_takes_them_away_and_brings_them_back() {
    let mut editor = with_an_orphan();
    let settings =
        |ignored: &[&str]| json!({ "settings": { "reloadsafe": { "ignore": ignored } } });
    editor.server.notify("workspace/didChangeConfiguration", settings(&["RS101"]));
    editor.until("shapes.py", &[]);
    editor.server.notify("workspace/didChangeConfiguration", settings(&[]));
    editor.until("shapes.py", &[ORPHAN]);
    editor.quit();
}

#[test]
fn what_is_found_in_another_file_goes_with_its_cause() {
    let importer = "from shapes import area\n\nprint(area(1, 2))\n";
    let mut editor = Editor::new(&[("shapes.py", BEFORE), ("app.py", importer)]);
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.set("shapes.py", AFTER);
    editor.expect("shapes.py", &[]);
    // The file is not open: there is no version to speak of.
    let published = editor.published("app.py", None);
    assert_eq!(published["diagnostics"][0]["code"], "RS107", "{published}");
    editor.set("shapes.py", BEFORE);
    assert_eq!(editor.published("app.py", None)["diagnostics"], json!([]));
    editor.quit();
}

#[test]
fn mending_the_importer_takes_the_finding_away() {
    let importer = "from shapes import area\n\nprint(area(1, 2))\n";
    let mut editor = Editor::new(&[("shapes.py", BEFORE), ("app.py", importer)]);
    editor.open("shapes.py");
    editor.open("app.py");
    editor.set("shapes.py", AFTER);
    while editor.shown("app.py").is_empty() {}
    editor.set("app.py", "from shapes import surface as area\n\nprint(area(1, 2))\n");
    // First as it was, then as it is: the other module is asked again.
    while editor.shown("app.py").iter().any(|line| line.starts_with("RS107")) {}
    editor.quit();
}

#[test]
fn closing_the_cause_takes_the_finding_in_the_other_file_away() {
    let importer = "from shapes import area\n";
    let mut editor = Editor::new(&[("shapes.py", BEFORE), ("app.py", importer)]);
    editor.open("shapes.py");
    editor.set("shapes.py", AFTER);
    assert_eq!(editor.published("app.py", None)["diagnostics"][0]["code"], "RS107");
    editor.close("shapes.py");
    assert_eq!(editor.published("app.py", None)["diagnostics"], json!([]));
    editor.quit();
}

#[test]
fn a_deleted_file_leaves_nothing() {
    let mut editor = with_an_orphan();
    editor.save("shapes.py");
    editor.close("shapes.py");
    assert_eq!(editor.published("shapes.py", None)["diagnostics"], json!([]));
    editor.delete("shapes.py");
    editor.watched("shapes.py", 3);
    // A new file of the name has no history.
    editor.write("shapes.py", AFTER);
    editor.watched("shapes.py", 1);
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.quit();
}

#[test]
fn a_module_that_another_needs_appears_and_the_abort_point_goes() {
    let mut editor = Editor::new(&[("package/__init__.py", ""), ("package/app.py", "x = 1\n")]);
    editor.open("package/app.py");
    editor.set("package/app.py", "x = 1\nfrom . import helper\n");
    editor.expect("package/app.py", &["RS201 2"]);
    editor.write("package/helper.py", "");
    editor.watched("package/helper.py", 1);
    // The process finds it, too, when it reloads.
    editor.until("package/app.py", &[]);
    editor.quit();
}
