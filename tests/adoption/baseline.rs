//! `reloadsafe baseline`, and what `check` makes of its file.

use serde_json::{Value, json};

use crate::project::{found, run};
use crate::scratch::Scratch;

const FILE: &str = ".reloadsafe-baseline.json";

/// `lib/shapes.py` has lost `area` and `AREAS`, which `lib/user.py` imports; `lib/old.py` has
/// lost two of the same name.
fn project() -> Scratch {
    let scratch = Scratch::repository(&[
        ("reloadsafe.toml", "src = ['lib']\nbaseline-file = '.reloadsafe-baseline.json'\n"),
        ("lib/shapes.py", "AREAS = []\ndef area(w):\n    return w\ndef name():\n    return 1\n"),
        ("lib/user.py", "import shapes\ndef f():\n    return shapes.area(1)\n"),
        ("lib/same.py", "A = 1\n"),
    ]);
    scratch.write("lib/shapes.py", "def name():\n    return 1\n");
    scratch
}

fn check(scratch: &Scratch, more: &[&str]) -> Value {
    let run = scratch.run(&[&["check", "--output-format", "json", "--no-fixes"], more].concat());
    run.json()
}

fn stale(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let stale = report["baseline_file"]["stale"].as_array().unwrap().iter();
    stale.map(|stale| format!("{} {}", text(&stale["code"]), text(&stale["path"]))).collect()
}

#[test]
fn only_new_findings_fail() {
    let scratch = project();
    let before = scratch.run(&["check"]).expect(2);
    assert!(before.err.contains("there is no .reloadsafe-baseline.json"), "{}", before.err);
    let all = found(&check(&scratch, &["--no-baseline-file"]));
    assert_eq!(all, ["RS102 lib/shapes.py", "RS107 lib/user.py"]);
    let created = scratch.run(&["baseline", "create"]).expect(0);
    assert_eq!(created.out, ".reloadsafe-baseline.json: 2 findings.\n");
    // It is a file to commit: the same findings give the same bytes, and nothing else is in it.
    let text = scratch.read(FILE);
    scratch.run(&["baseline", "create", "--force"]).expect(0);
    assert_eq!(scratch.read(FILE), text);
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["schema"], 1);
    assert_eq!(file["findings"][1]["module"], "lib/shapes.py");
    assert!(!text.contains(&*scratch.path("").to_string_lossy()), "{text}");

    let run = scratch.run(&["check"]).expect(0);
    assert!(run.out.contains("2 more known from .reloadsafe-baseline.json."), "{}", run.out);
    assert_eq!(run.err, "");
    let report = check(&scratch, &[]);
    assert_eq!(report["diagnostics"], json!([]));
    let expected = json!({ "path": FILE, "silenced": 2, "stale": [] });
    assert_eq!(report["baseline_file"], expected);

    // Lines move, and one more is found.
    scratch.write("lib/shapes.py", "\n\n\nX = 1\n");
    assert_eq!(found(&check(&scratch, &[])), ["RS101 lib/shapes.py"]);
    scratch.run(&["check"]).expect(1);
    let updated = scratch.run(&["baseline", "update"]).expect(0);
    assert_eq!(updated.out, ".reloadsafe-baseline.json: 3 findings, 1 added, 0 taken out.\n");
    scratch.run(&["check"]).expect(0);
}

#[test]
fn what_is_not_there_any_more_is_said_and_taken_out() {
    let scratch = project();
    scratch.run(&["baseline", "create"]).expect(0);
    scratch.write("lib/shapes.py", "AREAS = []\ndef name():\n    return 1\n");
    let run = scratch.run(&["check"]).expect(0);
    assert!(run.err.starts_with("note: stale: RS102 in lib/shapes.py: "), "{}", run.err);
    assert!(run.err.contains("`reloadsafe baseline prune`"), "{}", run.err);
    assert_eq!(scratch.run(&["check", "--quiet"]).expect(0).err, "");
    scratch.run(&["check", "--fail-on-stale"]).expect(1);
    scratch.run(&["check", "--fail-on-stale", "--exit-zero"]).expect(0);
    // Nothing that is new is added on the way.
    scratch.write("lib/shapes.py", "AREAS = []\n");
    let report = check(&scratch, &[]);
    assert_eq!(stale(&report), ["RS102 lib/shapes.py"]);
    assert_eq!(found(&report), ["RS101 lib/shapes.py"]);
    let pruned = scratch.run(&["baseline", "prune"]).expect(0);
    let expected = ".reloadsafe-baseline.json: 1 finding, 1 taken out, 1 new left out.\n";
    assert_eq!(pruned.out, expected);
    let report = check(&scratch, &[]);
    assert_eq!((stale(&report).len(), found(&report).len()), (0, 1));
}

#[test]
fn what_was_not_looked_at_is_not_stale() {
    let scratch = project();
    scratch.write("other/m.py", "A = 1\n");
    scratch.commit("other");
    scratch.write("other/m.py", "");
    scratch.run(&["baseline", "create"]).expect(0);
    let known = "RS102 other/m.py".to_owned();
    scratch.write("other/m.py", "A = 1\n");
    // Unchanged, it is not reloaded; elsewhere it is not asked about; other rules say nothing.
    assert!(stale(&check(&scratch, &[])).is_empty());
    scratch.write("other/m.py", "A = 2\n");
    assert!(stale(&check(&scratch, &["lib"])).is_empty());
    assert!(stale(&check(&scratch, &["--select", "RS101"])).is_empty());
    assert!(stale(&check(&scratch, &["--min-severity", "error"])).contains(&known));
    assert_eq!(stale(&check(&scratch, &["other"])), std::slice::from_ref(&known));
    // What is there and not reported is not stale.
    scratch.write("other/m.py", "");
    assert!(stale(&check(&scratch, &["--min-severity", "error"])).is_empty());
    // Neither is what could not be analysed, and `update` keeps it.
    scratch.write("other/m.py", "x = (\n");
    scratch.run(&["baseline", "update"]).expect(2);
    scratch.write("other/m.py", "");
    assert_eq!(found(&check(&scratch, &[])), Vec::<String>::new());
    scratch.remove("other/m.py");
    assert_eq!(stale(&check(&scratch, &[])), [known]);
}

#[test]
fn a_comment_that_silences_makes_an_entry_stale() {
    let scratch = project();
    scratch.run(&["baseline", "create"]).expect(0);
    let text = "# reloadsafe: ignore-file[RS102] known\ndef name():\n    return 1\n";
    scratch.write("lib/shapes.py", text);
    assert_eq!(stale(&check(&scratch, &[])), ["RS102 lib/shapes.py"]);
}

#[test]
fn so_many_as_are_known_are_silent() {
    let scratch = Scratch::repository(&[
        ("reloadsafe.toml", ""),
        ("m.py", "import os\nif os.name:\n    raise ValueError(1)\n"),
    ]);
    scratch.write("m.py", "# reloadsafe: ignore[RS1]\nX = 1\n");
    let create = ["baseline", "create", "--baseline-file", "ci/known.json"];
    let missing = scratch.run(&create).expect(2);
    assert!(missing.err.contains("cannot write ci/known.json"), "{}", missing.err);
    std::fs::create_dir(scratch.path("ci")).unwrap();
    scratch.run(&create).expect(0);
    assert!(scratch.read("ci/known.json").contains("\"path\":\"../m.py\""));
    let with = ["--baseline-file", "ci/known.json"];
    assert!(found(&check(&scratch, &with)).is_empty());
    // Once more the same comment.
    scratch.write("m.py", "# reloadsafe: ignore[RS1]\nX = 1\n# reloadsafe: ignore[RS1]\n");
    assert_eq!(found(&check(&scratch, &with)), ["RS901 m.py"]);
    scratch.run(&["baseline", "update", "--baseline-file", "ci/known.json"]).expect(0);
    assert!(scratch.read("ci/known.json").contains("\"count\":2"));
    scratch.write("m.py", "# reloadsafe: ignore[RS1]\nX = 1\n");
    let report = check(&scratch, &with);
    assert_eq!(report["baseline_file"]["stale"][0]["count"], 1);
    scratch.run(&["baseline", "prune", "--baseline-file", "ci/known.json"]).expect(0);
    assert!(scratch.read("ci/known.json").contains("\"count\":1"));
}

#[test]
fn it_does_not_matter_where_the_program_is_started() {
    let scratch = project();
    run(&scratch.path("lib"), &["baseline", "create", ".."]).expect(0);
    let text = scratch.read(FILE);
    scratch.run(&["baseline", "create", "--force"]).expect(0);
    assert_eq!(scratch.read(FILE), text);
    run(&scratch.path("lib"), &["check", "shapes.py"]).expect(0);
    let absolute = scratch.path("lib");
    scratch.run(&["check", absolute.to_str().unwrap()]).expect(0);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_place() {
    let scratch = project();
    scratch.write(FILE, "{\n  \"schema\": 1,\n<<<<<<< ours\n");
    for arguments in [&["check"][..], &["baseline", "update"], &["baseline", "prune"]] {
        let refused = scratch.run(arguments).expect(2);
        assert!(refused.out.is_empty());
        let expected = "error: .reloadsafe-baseline.json:3:1: key must be a string\n";
        assert_eq!(refused.err, expected);
    }
    scratch.write(FILE, "{\"schema\": 7, \"findings\": []}");
    let newer = scratch.run(&["check"]).expect(2);
    assert!(newer.err.contains("json:1:1: its schema is 7, this version knows 1"), "{}", newer.err);
    let there = scratch.run(&["baseline", "create"]).expect(2);
    assert!(there.err.contains("exists: `reloadsafe baseline update` changes it"), "{}", there.err);
    scratch.run(&["baseline", "create", "--force"]).expect(0);
    scratch.run(&["check"]).expect(0);
    scratch.write("reloadsafe.toml", "");
    let none = scratch.run(&["check", "--fail-on-stale"]).expect(2);
    assert!(none.err.contains("needs a baseline file"), "{}", none.err);
}

#[test]
fn without_a_configuration_the_file_is_in_the_current_directory_and_named() {
    let scratch = project();
    scratch.remove("reloadsafe.toml");
    scratch.write("reloadsafe.toml", "src = ['lib']\n");
    let created = scratch.run(&["baseline", "create"]).expect(0);
    assert!(created.err.contains("`--baseline-file .reloadsafe-baseline.json`"), "{}", created.err);
    scratch.run(&["check"]).expect(1);
    scratch.run(&["check", "--baseline-file", FILE]).expect(0);
}
