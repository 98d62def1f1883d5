//! Settings from files and from the client, while the server runs.

use serde_json::{Value, json};

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

const NOWHERE: (&str, &str) =
    ("reloadsafe.toml", "python = \"nowhere/python\"\nignore = [\"RS102\"]\n");

/// What the user is told when a document is opened and edited.
fn told(editor: &mut Editor) -> Vec<String> {
    editor.open("shapes.py");
    editor.set("shapes.py", SECOND);
    editor.expect("shapes.py", &["RS101"]);
    let told = editor.server.take_all("window/showMessage");
    told.iter().map(|it| it["params"]["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn files_of_a_workspace_that_is_not_trusted_do_not_say_where_python_lies() {
    let mut editor = Editor::new(&[("shapes.py", FIRST), NOWHERE]);
    let messages = told(&mut editor);
    assert!(messages.len() == 1 && messages[0].contains("nowhere"), "{messages:?}");
    editor.quit();

    let untrusted = json!({ "trusted": false });
    let mut editor = Editor::with(&[("shapes.py", FIRST), NOWHERE], capabilities(), untrusted);
    assert_eq!(told(&mut editor), Vec::<String>::new());
    // The file's other settings hold.
    editor.set("shapes.py", "TWO = 2\n\n\ndef area(w, h):\n    return w * h\n");
    editor.save("shapes.py");
    editor.set("shapes.py", FIRST);
    editor.until("shapes.py", &[]);
    // And it may come to be trusted.
    let settings = json!({ "settings": { "reloadsafe": { "trusted": true } } });
    editor.server.notify("workspace/didChangeConfiguration", settings);
    let message = editor.server.notification("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("nowhere"), "{message}");
    editor.quit();

    // What the user says counts in any case.
    let options = json!({ "trusted": false, "python": "elsewhere/python" });
    let mut editor = Editor::with(&[("shapes.py", FIRST), NOWHERE], capabilities(), options);
    let messages = told(&mut editor);
    assert!(messages.len() == 1 && messages[0].contains("elsewhere"), "{messages:?}");
    editor.quit();
}

#[test]
fn imports_resolve_in_the_environment_that_is_selected_in_the_editor() {
    let environment = [
        ("env/bin/python3.11", ""),
        ("env/lib/python3.11/os.py", ""),
        ("env/lib/python3.11/site-packages/there.py", "def here():\n    pass\n"),
    ];
    let mut files = vec![("m.py", "X = 1\n")];
    files.extend(environment);
    let mut editor = Editor::new(&files);
    editor.open("m.py");
    editor.set("m.py", "from there import gone\nX = 1\n");
    let unknown = editor.shown("m.py");
    assert!(unknown.iter().all(|it| !it.starts_with("RS201")), "{unknown:?}");
    let active = editor.path("env/bin/python3.11");
    let settings = json!({ "settings": { "reloadsafe": { "activePython": active } } });
    editor.server.notify("workspace/didChangeConfiguration", settings);
    editor.until("m.py", &["RS201 1"]);
    // What the project says itself counts more.
    editor.write("reloadsafe.toml", "python = \"elsewhere/python\"\n");
    editor.watched("reloadsafe.toml", 1);
    let message = editor.server.notification("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("elsewhere"), "{message}");
    editor.quit();
}

#[test]
fn git_is_not_started_where_the_workspace_is_not_trusted() {
    for trusted in [true, false] {
        let editor = Editor::uninitialized(&[("shapes.py", FIRST)]);
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &["-c", "user.name=t", "-c", "user.email=t@t", "commit", "--quiet", "-m", "first"],
        ] {
            let mut git = std::process::Command::new("git");
            let done = git.arg("-C").arg(editor.path("")).args(arguments).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        }
        editor.write("shapes.py", SECOND);
        let options = json!({ "trusted": trusted, "baseline": "git:HEAD" });
        let mut editor = editor.initialize(capabilities(), options);
        editor.open("shapes.py");
        // With the baseline of git the process has what is committed, and not what is there now.
        editor.expect("shapes.py", if trusted { &["RS101"] } else { &[] });
        let told = editor.server.take_all("window/showMessage");
        let is_told = told.iter().any(|it| it.to_string().contains("is not trusted"));
        assert_eq!(is_told, !trusted, "{told:?}");
        editor.quit();
    }
}

#[test]
fn the_status_is_sent_to_those_who_asked_for_it_and_follows_the_module() {
    let options = json!({ "status": true });
    let mut editor = Editor::with(&[("shapes.py", FIRST)], capabilities(), options);
    let uri = editor.uri("shapes.py");
    let expect = |editor: &mut Editor, version: u32, counts: [u32; 2], severity: Value| loop {
        // One for each look: the last of them is what holds.
        let status = editor.server.notification("reloadsafe/status");
        let expected = json!({ "uri": uri, "version": version, "orphans": counts[0],
            "abortPoints": counts[1], "severity": severity, "outOfStep": false });
        if status == expected {
            break;
        }
    };
    editor.open("shapes.py");
    expect(&mut editor, 0, [0, 0], Value::Null);
    editor.set("shapes.py", SECOND);
    expect(&mut editor, 0, [1, 0], json!(2));
    editor.set("shapes.py", &format!("{SECOND}raise RuntimeError\n"));
    expect(&mut editor, 0, [1, 1], json!(1));
    editor.set("shapes.py", SECOND);
    editor.save("shapes.py");
    expect(&mut editor, 1, [1, 0], json!(2));
    editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
    expect(&mut editor, 0, [0, 0], Value::Null);
    editor.set("shapes.py", FIRST);
    expect(&mut editor, 0, [1, 0], json!(2));
    // Of a closed document nothing is known that is not saved.
    editor.close("shapes.py");
    expect(&mut editor, 0, [0, 0], Value::Null);
    editor.server.ignore("reloadsafe/status");
    editor.server.forget_unread("reloadsafe/status");
    editor.quit();
}
