//! What is shown besides diagnostics: hover, lenses, hints, the namespace, the plan.

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities, position};

const FIRST: &str = "def area(w, h):\n    return w * h\n\n\ndef size(x):\n    return x\n";
const SECOND: &str = "def surface(w, h):\n    return w * h\n\n\ndef size(x):\n    return x\n";

#[track_caller]
fn hover(editor: &mut Editor, name: &str, word: &str) -> Value {
    let text = editor.text(name);
    let at = position(text, text.find(word).unwrap() + 1);
    let params = json!({ "textDocument": { "uri": editor.uri(name) }, "position": at });
    editor.server.call("textDocument/hover", params).unwrap()
}

#[test]
fn hover_says_which_version_bound_a_name() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", &SECOND.replace("return x", "return area(x, 1)"));
    let orphan = hover(&mut editor, "m.py", "area(x");
    let text = orphan["contents"]["value"].as_str().unwrap();
    assert!(text.contains("**orphan**") && text.contains("version 0, line 1"), "{text}");
    assert_eq!(orphan["range"]["start"]["line"], 5);
    let added = hover(&mut editor, "m.py", "surface");
    assert!(added["contents"]["value"].as_str().unwrap().contains("new in the text as it is now"));
    let rebound = hover(&mut editor, "m.py", "size");
    let text = rebound["contents"]["value"].as_str().unwrap();
    assert!(text.contains("Last changed by the text as it is now"), "{text}");
    assert!(text.contains("still holds the old object"), "{text}");
    // A parameter is no name of the module.
    assert_eq!(hover(&mut editor, "m.py", "h):"), Value::Null);
    editor.quit();
}

#[test]
fn an_unchanged_function_is_said_to_be_so() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", SECOND);
    let size = hover(&mut editor, "m.py", "size");
    assert!(size["contents"]["value"].as_str().unwrap().contains("Unchanged since the import"));
    editor.quit();
}

#[test]
fn the_lens_counts_and_opens_the_namespace() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", &format!("{SECOND}\nraise RuntimeError\n"));
    let lenses = editor.ask("textDocument/codeLens", "m.py");
    let title = lenses[0]["command"]["title"].as_str().unwrap();
    assert_eq!(title, "version 0 loaded, reload pending · 1 orphan · 1 abort point");
    let command = lenses[0]["command"]["command"].as_str().unwrap().to_owned();
    let shown = editor.command(&command, lenses[0]["command"]["arguments"].clone()).unwrap();
    assert!(shown["text"].as_str().unwrap().contains("area"), "{shown}");
    let (id, params) = editor.server.server_request("window/showDocument");
    assert_eq!(params["uri"], shown["uri"]);
    editor.server.answer(&id, json!({ "success": true }));
    editor.quit();
}

#[test]
fn a_hint_at_an_abort_point_says_what_is_new_and_what_old() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", &FIRST.replace("def size", "raise RuntimeError\n\n\ndef size"));
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
    let params = json!({ "textDocument": { "uri": editor.uri("m.py") }, "range": range });
    let hints = editor.server.call("textDocument/inlayHint", params).unwrap();
    assert_eq!(hints[0]["label"], "⛔ stopped here: new area old size", "{hints}");
    assert_eq!(hints[0]["position"], json!({ "line": 4, "character": 18 }));
    editor.quit();
}

#[test]
fn the_namespace_is_what_simulate_prints() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", SECOND);
    let namespace = editor.ask("reloadsafe/namespace", "m.py");
    let entries = namespace["namespace"].as_array().unwrap();
    let origin = |name: &str| {
        entries.iter().find(|it| it["name"] == name).map(|it| it["origin"].as_str().unwrap())
    };
    assert_eq!(origin("area"), Some("orphan"));
    assert_eq!(origin("surface"), Some("added"));
    assert_eq!(origin("size"), Some("rebound"));
    assert_eq!(namespace["module"], "m");
    assert_eq!(namespace["diagnostics"][0]["code"], "RS101", "{namespace}");
    editor.quit();
}

#[test]
fn the_plan_puts_what_is_imported_first() {
    let mut editor = Editor::new(&[("a.py", "import b\n"), ("b.py", "x = 1\n")]);
    editor.open("a.py");
    editor.open("b.py");
    editor.set("a.py", "import b\n\ny = b.x\n");
    editor.set("b.py", "x = 2\n");
    editor.published("a.py", Some(2));
    editor.published("b.py", Some(2));
    let uri = editor.uri("a.py");
    let plan = editor.command("reloadsafe.showPlan", json!([uri])).unwrap();
    let text = plan["text"].as_str().unwrap().to_owned();
    let (b, a) = (text.find("reload(b)").unwrap(), text.find("reload(a)").unwrap());
    assert!(b < a, "{text}");
    let (id, _) = editor.server.server_request("window/showDocument");
    editor.server.answer(&id, json!({ "success": true }));
    editor.quit();
}

#[test]
fn a_comparison_names_both_sides() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.open("m.py");
    editor.set("m.py", SECOND);
    let uri = editor.uri("m.py");
    let comparison = editor.command("reloadsafe.compareWithVersion", json!([uri, 0])).unwrap();
    assert_eq!(comparison["right"], uri);
    assert_eq!(comparison["text"], FIRST);
    let error = editor.command("reloadsafe.compareWithVersion", json!([uri, 7])).unwrap_err();
    assert!(error["message"].as_str().unwrap().contains("version 7"), "{error}");
    editor.quit();
}

#[test]
fn everything_can_be_switched_off() {
    let options = json!({ "hover": false, "codeLens": false, "inlayHints": false });
    let mut editor = Editor::with(&[("m.py", FIRST)], capabilities(), options);
    editor.open("m.py");
    assert_eq!(hover(&mut editor, "m.py", "area"), Value::Null);
    assert_eq!(editor.ask("textDocument/codeLens", "m.py"), Value::Null);
    editor.quit();
}

#[test]
fn a_command_that_is_wrong_is_refused_with_a_reason() {
    let mut editor = Editor::new(&[]);
    for (command, arguments, reason) in [
        ("reloadsafe.dance", json!([]), "no command"),
        ("reloadsafe.markReloaded", json!([]), "needs the URI"),
        ("reloadsafe.markReloaded", json!(["file:///nowhere.py"]), "has not been opened"),
        ("reloadsafe.markReloaded", json!([7]), "no URI"),
        ("reloadsafe.showPlan", json!([]), "no module"),
    ] {
        let error = editor.command(command, arguments).unwrap_err();
        assert!(error["message"].as_str().unwrap().contains(reason), "{error}");
    }
    editor.quit();
}
