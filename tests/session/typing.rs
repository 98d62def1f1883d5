//! Diagnostics while somebody types.

use serde_json::json;

use crate::editor::{Editor, capabilities};

const SHAPES: &str = "def area(w, h):\n    return w * h\n\n\ndef total(items):\n    return sum(area(w, h) for w, h in items)\n";

#[test]
fn a_rename_that_forgets_a_caller_is_shown_at_the_caller() {
    let mut editor = Editor::new(&[("shapes.py", SHAPES)]);
    editor.open("shapes.py");
    editor.expect("shapes.py", &[]);
    editor.type_over("shapes.py", "area", "surface");
    editor.expect("shapes.py", &["RS104 6: `area` was renamed to `surface`"]);
    editor.type_over("shapes.py", "sum(area", "sum(surface");
    editor.expect("shapes.py", &["RS101 1: `area` was renamed to `surface`"]);
    editor.type_over("shapes.py", "surface", "area");
    editor.type_over("shapes.py", "sum(surface", "sum(area");
    editor.expect("shapes.py", &[]);
    editor.quit();
}

#[test]
fn a_name_typed_over_letter_by_letter_is_a_rename_whatever_becomes_of_the_body() {
    let mut editor = Editor::new(&[("m.py", "def a(x):\n    return 1\n")]);
    editor.open("m.py");
    editor.type_over("m.py", "a(x)", "(x)");
    editor.type_over("m.py", "def (", "def b(");
    editor.type_over("m.py", "def b(", "def bo(");
    editor.type_over("m.py", "return 1", "x += 1\n    yield from other(x)");
    editor.expect("m.py", &["RS101 1: `a` was renamed to `bo`"]);
    // Removed and written elsewhere, it is no rename.
    editor.set("m.py", "X = 1\n\n\ndef far(away):\n    while True:\n        print(away)\n");
    editor.expect("m.py", &["RS101 1: `a` was removed"]);
    editor.quit();
}

#[test]
fn while_the_text_does_not_compile_nothing_is_said_to_be_removed() {
    let mut editor = Editor::new(&[("shapes.py", SHAPES)]);
    editor.open("shapes.py");
    editor.type_over("shapes.py", "def area", "X = (\ndef area");
    editor.expect("shapes.py", &[]);
    editor.type_over("shapes.py", "X = (\n", "");
    editor.type_over("shapes.py", "def area", "def size");
    editor.expect("shapes.py", &["RS104 6: `area` was renamed"]);
    // What was said stays, and moves with the text.
    editor.type_over("shapes.py", "def size", "\n\nif (\ndef size");
    editor.expect("shapes.py", &["RS104 9: `area` was renamed"]);
    editor.type_over("shapes.py", "if (\n", "");
    editor.expect("shapes.py", &["RS104 8: `area` was renamed"]);
    editor.quit();
}

#[test]
fn every_version_is_published_once_typing_stops() {
    let mut editor = Editor::new(&[("m.py", "x = 1\n")]);
    editor.open("m.py");
    for number in 0..100 {
        editor.set("m.py", &format!("x_{number} = 1\n"));
    }
    editor.expect("m.py", &["RS102 1: `x` was renamed to `x_99`"]);
    editor.quit();
}

#[test]
fn columns_count_in_utf_16_by_default() {
    let mut editor = Editor::new(&[("m.py", "def old(): pass\n\nn = '𝒳', old\n")]);
    editor.open("m.py");
    editor.set("m.py", "n = '𝒳', old\n");
    let published = editor.published("m.py", Some(2));
    let range = &published["diagnostics"][0]["range"];
    assert_eq!(range["start"]["character"], 10, "{published}");
    assert_eq!(range["end"]["character"], 13);
    editor.quit();
}

#[test]
fn what_was_typed_counts_from_the_text_that_was_loaded() {
    // Opened with another text than the process has: what is typed then is no evidence for what
    // stood at the same place of the old one.
    let mut editor = Editor::new(&[("m.py", "A, B = 1, 2\n\n\ndef alpha(): return 5\n")]);
    editor.open("m.py");
    editor.close("m.py");
    editor.open_with("m.py", "C = 'x', 'y'\n\ndef bravo(one, two):\n    print(one)\n");
    editor.type_over("m.py", "bravo", "charlie");
    editor.expect("m.py", &["RS102 1: `A`", "RS102 1: `B`", "RS101 1: `alpha` was removed"]);
    editor.quit();
}

#[test]
fn what_was_typed_since_the_save_counts_when_the_saved_text_is_loaded() {
    let options = json!({ "reloadOn": "command" });
    let first = "def alpha(x):\n    return x\n";
    let mut editor = Editor::with(&[("m.py", first)], capabilities(), options);
    editor.open("m.py");
    editor.set("m.py", &format!("import os\n\n\n{first}"));
    editor.save("m.py");
    editor.type_over("m.py", "alpha", "charlie");
    editor.type_over("m.py", "return x", "x += 1\n    yield from other(x)");
    editor.expect("m.py", &["RS101 4: `alpha` was renamed to `charlie`"]);
    let uri = editor.uri("m.py");
    editor.command("reloadsafe.markReloaded", json!([uri])).unwrap();
    // The same words, and the version is the same: it is published once more.
    editor.expect("m.py", &["RS101 4: `alpha` was renamed to `charlie`"]);
    editor.quit();
}
