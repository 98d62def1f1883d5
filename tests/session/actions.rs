//! Code actions, as editors ask for them; the harness of the fixes proves what they do.

use serde_json::{Value, json};

use crate::editor::{Editor, capabilities};

const FIRST: &str = "def area(w, h):\n    return w * h\n\n\ndef total(items):\n    return sum(area(w, h) for w, h in items)\n";

/// Asks for the actions at a word, with what the client knows of diagnostics left out.
#[track_caller]
fn actions(editor: &mut Editor, name: &str, word: &str, context: Value) -> Vec<Value> {
    let text = editor.text(name);
    let at = crate::editor::position(text, text.find(word).unwrap());
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "range": { "start": at, "end": at },
        "context": context,
    });
    let found = editor.server.call("textDocument/codeAction", params).unwrap();
    found.as_array().cloned().unwrap_or_default()
}

fn titles(actions: &[Value]) -> Vec<&str> {
    actions.iter().map(|action| action["title"].as_str().unwrap()).collect()
}

/// A text after a workspace edit, in either form.
fn edited(editor: &Editor, name: &str, edit: &Value) -> String {
    let uri = editor.uri(name);
    let edits = match edit.get("documentChanges") {
        Some(changes) => {
            let changes = changes.as_array().unwrap();
            let own = changes.iter().find(|it| it["textDocument"]["uri"] == uri).unwrap();
            assert_eq!(own["textDocument"]["version"], editor.version(name));
            own["edits"].clone()
        }
        None => edit["changes"][&uri].clone(),
    };
    let mut text = editor.text(name).to_owned();
    let mut edits = edits.as_array().unwrap().clone();
    let line = |edit: &Value, end: &str| {
        let at = &edit["range"][end];
        (at["line"].as_u64().unwrap() as usize, at["character"].as_u64().unwrap() as usize)
    };
    edits.sort_by_key(|edit| line(edit, "start"));
    for edit in edits.iter().rev() {
        let offset = |(line, column): (usize, usize)| {
            text.split_inclusive('\n').take(line).map(str::len).sum::<usize>() + column
        };
        let range = offset(line(edit, "start"))..offset(line(edit, "end"));
        text.replace_range(range, edit["newText"].as_str().unwrap());
    }
    text
}

fn with_a_ghost_read(capabilities: Value) -> Editor {
    let mut editor = Editor::with(&[("shapes.py", FIRST)], capabilities, Value::Null);
    editor.open("shapes.py");
    editor.type_over("shapes.py", "area", "surface");
    editor
}

#[test]
fn a_ghost_read_is_mended_by_the_new_name() {
    let mut editor = with_a_ghost_read(capabilities());
    let found = actions(&mut editor, "shapes.py", "area(w", json!({ "diagnostics": [] }));
    let preferred: Vec<&Value> = found.iter().filter(|it| it["isPreferred"] == true).collect();
    assert_eq!(preferred.len(), 1, "{:?}", titles(&found));
    let action = preferred[0].clone();
    assert_eq!((&action["kind"], action.get("edit")), (&json!("quickfix"), None));
    assert_eq!(action["diagnostics"][0]["code"], "RS104");
    let resolved = editor.server.call("codeAction/resolve", action).unwrap();
    let text = edited(&editor, "shapes.py", &resolved["edit"]);
    assert!(text.contains("sum(surface(w, h)"), "{text}");
    editor.set("shapes.py", &text);
    let uri = editor.uri("shapes.py");
    editor.save("shapes.py");
    editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
    editor.quit();
}

#[test]
fn a_client_that_announces_neither_gets_inline_edits_and_changes() {
    let mut capabilities = capabilities();
    capabilities["textDocument"]["codeAction"].as_object_mut().unwrap().remove("resolveSupport");
    capabilities["workspace"]["workspaceEdit"] = json!({});
    let mut editor = with_a_ghost_read(capabilities);
    let found = actions(&mut editor, "shapes.py", "area(w", json!({ "diagnostics": [] }));
    let text = edited(&editor, "shapes.py", &found[0]["edit"]);
    assert!(text.contains("sum(surface(w, h)"), "{text}");
    editor.quit();
}

#[test]
fn an_offer_that_the_text_has_overtaken_is_refused() {
    let mut editor = with_a_ghost_read(capabilities());
    let found = actions(&mut editor, "shapes.py", "area(w", json!({ "diagnostics": [] }));
    editor.type_over("shapes.py", "def total", "def totals");
    let error = editor.server.call("codeAction/resolve", found[0].clone()).unwrap_err();
    assert_eq!(error["code"], -32801, "{error}");
    editor.quit();
}

#[test]
fn what_comes_back_with_an_offer_holds_nothing_that_a_client_reads_as_null() {
    let mut editor = with_a_ghost_read(capabilities());
    let found = actions(&mut editor, "shapes.py", "area(w", json!({ "diagnostics": [] }));
    let resolvable: Vec<&Value> = found.iter().filter(|it| it["data"].is_object()).collect();
    assert!(!resolvable.is_empty());
    for action in resolvable {
        for (key, value) in action["data"].as_object().unwrap() {
            assert!(!value.is_null() && *value != json!(false), "{key} of {}", action["title"]);
        }
    }
    editor.quit();
}

#[test]
fn only_the_kinds_that_are_asked_for_are_offered() {
    let mut editor = with_a_ghost_read(capabilities());
    let context = json!({ "diagnostics": [], "only": ["refactor"] });
    let found = actions(&mut editor, "shapes.py", "area(w", context);
    assert!(found.iter().all(|it| it["kind"].as_str().unwrap().starts_with("refactor")));
    editor.quit();
}

#[test]
fn away_from_findings_and_in_broken_text_nothing_is_offered() {
    let mut editor = with_a_ghost_read(capabilities());
    let found = actions(&mut editor, "shapes.py", "return w", json!({ "diagnostics": [] }));
    assert!(found.is_empty(), "{:?}", titles(&found));
    editor.type_over("shapes.py", "def total", "def (total");
    let found = actions(&mut editor, "shapes.py", "area(w", json!({ "diagnostics": [] }));
    assert!(found.is_empty(), "{:?}", titles(&found));
    editor.quit();
}

#[test]
fn saying_that_the_process_was_restarted_is_offered_with_what_is_left_over() {
    let mut editor = Editor::new(&[("m.py", "def a():\n    return 1\n")]);
    editor.open("m.py");
    editor.type_over("m.py", "a()", "b()");
    editor.save("m.py");
    let found = actions(&mut editor, "m.py", "b()", json!({ "diagnostics": [] }));
    let restart = found.iter().find(|it| it.get("command").is_some()).unwrap();
    let command = restart["command"]["command"].as_str().unwrap().to_owned();
    editor.command(&command, restart["command"]["arguments"].clone()).unwrap();
    loop {
        if editor.shown("m.py").is_empty() {
            break;
        }
    }
    editor.quit();
}

#[test]
fn every_safe_fix_is_applied_at_once() {
    let first =
        "\"\"\"Shapes.\"\"\"\n\n\ndef area(w):\n    return w\n\n\ndef size(x):\n    return x\n";
    let mut editor = Editor::new(&[("m.py", first)]);
    editor.open("m.py");
    editor.set("m.py", "X = 1\n");
    let context = json!({ "diagnostics": [], "only": ["source.fixAll"] });
    let found = actions(&mut editor, "m.py", "X", context);
    assert_eq!(found.len(), 1, "{:?}", titles(&found));
    assert_eq!(found[0]["kind"], "source.fixAll.reloadsafe");
    let text = edited(&editor, "m.py", &found[0]["edit"]);
    editor.set("m.py", &text);
    editor.expect("m.py", &[]);
    editor.quit();
}

#[test]
fn an_importer_is_mended_where_the_finding_is_shown() {
    let files = [
        ("shapes.py", "def area(w):\n    return w\n"),
        ("app.py", "from shapes import area\n\nprint(area(1))\n"),
    ];
    let mut editor = Editor::new(&files);
    editor.open("shapes.py");
    editor.open("app.py");
    editor.type_over("shapes.py", "area", "surface");
    while editor.shown("app.py").is_empty() {}
    let found = actions(&mut editor, "app.py", "area\n", json!({ "diagnostics": [] }));
    let mended = found.iter().find(|it| it["isPreferred"] == true);
    let action = mended.unwrap_or_else(|| panic!("{:?}", titles(&found))).clone();
    let resolved = editor.server.call("codeAction/resolve", action).unwrap();
    let text = edited(&editor, "app.py", &resolved["edit"]);
    assert!(text.starts_with("from shapes import surface"), "{text}");
    editor.quit();
}

#[test]
fn a_rule_is_ignored_in_the_projects_configuration() {
    let files = [("m.py", "def a():\n    return 1\n"), ("reloadsafe.toml", "# ours\n")];
    let mut editor = Editor::new(&files);
    editor.open("m.py");
    editor.type_over("m.py", "a()", "b()");
    editor.expect("m.py", &["RS101"]);
    let found = actions(&mut editor, "m.py", "b()", json!({ "diagnostics": [] }));
    let title = "Ignore RS101 in this project (reloadsafe.toml)";
    let action = found.iter().find(|it| it["title"] == title);
    let edit = &action.unwrap_or_else(|| panic!("{:?}", titles(&found)))["edit"]["documentChanges"];
    assert_eq!(edit[0]["edits"][0]["newText"], "ignore = [\"RS101\"]\n", "{edit}");
    editor.write("reloadsafe.toml", "# ours\nignore = [\"RS101\"]\n");
    editor.watched("reloadsafe.toml", 2);
    editor.until("m.py", &[]);
    editor.quit();
}
