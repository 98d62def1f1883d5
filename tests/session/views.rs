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
fn what_a_save_has_changed_is_not_forgotten() {
    let mut editor = Editor::new(&[("m.py", FIRST)]);
    editor.server.ignore("textDocument/publishDiagnostics");
    editor.open("m.py");
    editor.type_over("m.py", "return x", "return x + 1");
    editor.save("m.py");
    for _ in 0..3 {
        let size = hover(&mut editor, "m.py", "size");
        let text = size["contents"]["value"].as_str().unwrap();
        assert!(text.contains("Last changed by version 1."), "{text}");
        let area = hover(&mut editor, "m.py", "area");
        assert!(area["contents"]["value"].as_str().unwrap().contains("Unchanged since the import"));
        // The text of the import is not kept any more.
        editor.save("m.py");
    }
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

/// The plan's steps, as the module and why.
#[track_caller]
fn plan(editor: &mut Editor) -> Vec<(String, String)> {
    let plan = editor.command("reloadsafe.showPlan", json!([])).unwrap();
    let (id, params) = editor.server.server_request("window/showDocument");
    editor.server.answer(&id, json!({ "success": true }));
    assert_eq!(params["uri"], plan["uri"]);
    let read = json!({ "uri": plan["uri"] });
    let read = editor.server.call("reloadsafe/versionText", read).unwrap();
    assert_eq!(read["text"], plan["text"]);
    let lines = plan["text"].as_str().unwrap().lines();
    let steps =
        lines.filter_map(|line| line.split_once("`importlib.reload(")?.1.split_once(")`: "));
    steps.map(|(module, why)| (module.to_owned(), why.to_owned())).collect()
}

#[test]
fn the_plan_has_who_holds_what_is_old_open_or_not() {
    let files = [
        ("shapes.py", FIRST),
        ("app.py", "from shapes import size\n"),
        ("main.py", "import app\n\n\ndef run():\n    return app.size(1)\n"),
        ("sub/__init__.py", ""),
        ("sub/table.py", "import shapes\n\nTABLE = [shapes.size]\n"),
        ("quiet.py", "from shapes import area\n"),
    ];
    let mut editor = Editor::new(&files);
    editor.server.ignore("textDocument/publishDiagnostics");
    editor.open("shapes.py");
    assert_eq!(plan(&mut editor), []);
    editor.type_over("shapes.py", "return x", "return x + 1");
    let steps = plan(&mut editor);
    let modules: Vec<&str> = steps.iter().map(|(module, _)| module.as_str()).collect();
    assert_eq!(modules, ["shapes", "app", "sub.table"]);
    assert_eq!(steps[0].1, "its text is not what the process has loaded");
    assert!(steps[1].1.starts_with("holds `size` of `shapes`"), "{steps:?}");
    // Nobody has an older one of a name that is new.
    editor.write("late.py", "from shapes import volume\n");
    editor.watched("late.py", 1);
    let grown = format!("{}\n\ndef volume(x):\n    return x\n", editor.text("shapes.py"));
    editor.set("shapes.py", &grown);
    assert_eq!(plan(&mut editor).len(), 3);
    // The save reloads the module; who took its function by name still has the old one.
    editor.save("shapes.py");
    let modules: Vec<String> = plan(&mut editor).into_iter().map(|(module, _)| module).collect();
    assert_eq!(modules, ["app", "sub.table"]);
    // Until it is reloaded, too.
    editor.open("app.py");
    let uri = editor.uri("app.py");
    editor.command("reloadsafe.markReloaded", json!([uri])).unwrap();
    let modules: Vec<String> = plan(&mut editor).into_iter().map(|(module, _)| module).collect();
    assert_eq!(modules, ["sub.table"]);
    editor.command("reloadsafe.markRestarted", json!([])).unwrap();
    assert_eq!(plan(&mut editor), []);
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
