//! `check --diff`: what is new, and what is gone, between two revisions.

use serde_json::{Value, json};

use crate::project::found;
use crate::scratch::Scratch;

/// Three commits: `released` has A, B and C; `main` has lost A and B; the branch has B again and
/// has lost C.
fn project() -> Scratch {
    let scratch = Scratch::repository(&[
        ("reloadsafe.toml", ""),
        ("m.py", "A = 1\nB = 2\nC = 3\n"),
        ("n.py", "X = 1\n"),
    ]);
    scratch.git(&["tag", "released"]);
    scratch.write("m.py", "C = 3\n");
    scratch.write("n.py", "x = (\n");
    scratch.commit("main");
    scratch.git(&["checkout", "-q", "-b", "branch"]);
    scratch.write("m.py", "\n\nB = 2\n");
    scratch.write("n.py", "");
    scratch.commit("branch");
    scratch
}

fn names(findings: &Value) -> Vec<&str> {
    let all = findings.as_array().unwrap().iter();
    all.map(|found| found["message"].as_str().unwrap().split('`').nth(1).unwrap()).collect()
}

#[test]
fn new_and_gone_over_the_same_live_world() {
    let scratch = project();
    let diff = ["check", "--diff", "main", "--base", "released"];
    let json = ["--output-format", "json", "--no-fixes"];
    let report = scratch.run(&[&diff[..], &json].concat()).expect(1).json();
    // A is lost in both; n.py could not be analysed before, so that what it has is new.
    assert_eq!(names(&report["diagnostics"]), ["C", "X"]);
    assert_eq!(names(&report["diff"]["gone"]), ["B"]);
    assert_eq!((&report["diff"]["from"], &report["diff"]["kept"]), (&json!("main"), &json!(1)));
    assert_eq!(report["diff"]["failed"][0]["path"], "n.py");
    assert_eq!(report["summary"]["by_code"], json!({ "RS102": 2 }));
    let text = scratch.run(&diff).expect(1).out;
    assert!(text.contains("note: could not analyse n.py at main: "), "{text}");
    assert!(text.contains("gone: RS102 orphaned-variable at m.py:1 of main: `B` was"), "{text}");
    assert!(text.contains("Found 2 new hazards in 2 files"), "{text}");
    // Back again: what was new is gone, and only what is new fails.
    let back = ["check", "m.py", "--diff", "branch", "--head", "main", "--base-exact", "released"];
    let report = scratch.run(&[&back[..], &json].concat()).expect(1).json();
    assert_eq!(names(&report["diagnostics"]), ["B"]);
    assert_eq!(names(&report["diff"]["gone"]), ["C"]);
}

#[test]
fn gone_alone_does_not_fail() {
    let scratch = project();
    scratch.write("m.py", "A = 1\nB = 2\nC = 3\n");
    let run = scratch.run(&["check", "m.py", "--diff", "HEAD", "--base", "released"]).expect(0);
    assert!(run.out.contains("Nothing to reload in 1 module."), "{}", run.out);
    assert!(run.out.contains("2 gone since HEAD, 0 in both."), "{}", run.out);
}

#[test]
fn without_a_live_world_each_module_is_reloaded_on_itself() {
    let grows = "import logging\ntry:\n    HANDLERS\nexcept NameError:\n    HANDLERS = []\n";
    let scratch = Scratch::repository(&[("reloadsafe.toml", ""), ("m.py", grows)]);
    let json = ["check", "--diff", "HEAD", "--output-format", "json"];
    let clean = scratch.run(&json).expect(0).json();
    assert_eq!((found(&clean), &clean["diff"]["gone"]), (Vec::new(), &json!([])));
    let again = "try:\n    n\nexcept NameError:\n    n = []\nelse:\n    raise ValueError(n)\n";
    scratch.write("m.py", again);
    let report = scratch.run(&json).expect(1).json();
    assert_eq!(found(&report), ["RS201 m.py"]);
    assert_eq!(report["base"], Value::Null);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let scratch = project();
    let refused = |more: &[&str], expected: &str| {
        let run = scratch.run(&[&["check", "--diff", "main"], more].concat()).expect(2);
        assert!(run.err.contains(expected), "{}", run.err);
    };
    refused(&["--fix"], "cannot be used with");
    refused(&["--base-dir", "x"], "cannot be used with");
    let run = scratch.run(&["check", "--diff", "nowhere"]).expect(2);
    assert!(run.err.contains("git has no revision `nowhere` here"), "{}", run.err);
}

#[test]
fn known_findings_are_in_neither() {
    let scratch = project();
    scratch.run(&["baseline", "create", "m.py", "--base", "released"]).expect(0);
    let diff = ["check", "m.py", "--diff", "main", "--base", "released", "--output-format", "json"];
    let with = [&diff[..], &["--baseline-file", ".reloadsafe-baseline.json"]].concat();
    let report = scratch.run(&with).expect(0).json();
    assert_eq!((found(&report).len(), &report["diff"]["kept"]), (0, &json!(0)));
    assert_eq!(names(&report["diff"]["gone"]), ["B"]);
}
