//! A change of several files, through the program itself: what the process finds of it.

use std::process::Command;

use serde_json::Value;

use crate::scratch::Scratch;

/// Where `check` finds something: `path:line code severity`.
fn check(scratch: &Scratch, below: &str, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .current_dir(scratch.path(below))
        .args(["check", ".", "--isolated", "--output-format", "json", "--exit-zero"])
        .args(arguments)
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(said["failed"], Value::Array(Vec::new()));
    let found = said["diagnostics"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let shown = found.map(|found| {
        let line = &found["range"]["start"]["line"];
        let (code, severity) = (text(&found["code"]), text(&found["severity"]));
        format!("{}:{line} {code} {severity}", text(&found["path"]))
    });
    shown.collect()
}

const BEFORE: [(&str, &str); 3] = [
    ("p/__init__.py", ""),
    ("p/app.py", "def run():\n    return 1\n"),
    ("p/gone.py", "VALUE = 1\n"),
];
const AFTER: [(&str, &str); 5] = [
    ("p/__init__.py", ""),
    (
        "p/app.py",
        "from . import helper\nfrom .deep.inner import VALUE\nimport top\n\n\n\
         def run():\n    return helper.build(VALUE) + top.ONE\n\n\nRUN = run()\n",
    ),
    ("p/helper.py", "def build(size):\n    return size\n"),
    ("p/deep/inner.py", "VALUE = 1\n"),
    ("top.py", "ONE = 1\n"),
];

#[test]
fn new_modules_are_found_against_another_directory() {
    let scratch = Scratch::new();
    for (path, text) in BEFORE {
        scratch.write(&format!("base/{path}"), text);
    }
    for (path, text) in AFTER {
        scratch.write(&format!("head/{path}"), text);
    }
    let nothing: Vec<String> = Vec::new();
    assert_eq!(check(&scratch, "head", &["--base-dir", "../base"]), nothing);
    // What is in neither state is missing.
    std::fs::remove_file(scratch.path("head/p/helper.py")).unwrap();
    let found = check(&scratch, "head", &["--base-dir", "../base"]);
    assert_eq!(found, ["p/app.py:1 RS201 error"]);
}

#[test]
fn new_modules_are_found_against_git() {
    let scratch = Scratch::repository(&BEFORE);
    scratch.write_all(&AFTER);
    scratch.remove("p/gone.py");
    let nothing: Vec<String> = Vec::new();
    assert_eq!(check(&scratch, "", &[]), nothing);
    scratch.commit("second");
    assert_eq!(check(&scratch, "", &["--base", "HEAD~1"]), nothing);
    assert_eq!(check(&scratch, "", &["--base-exact", "HEAD~1", "--head", "HEAD"]), nothing);
}

#[test]
fn a_module_that_is_loaded_has_to_be_reloaded_first() {
    let before = [
        ("app.py", "import shapes\nfrom p import other\n"),
        ("shapes.py", "def area(w):\n    return w\n"),
        ("p/__init__.py", ""),
        ("p/other.py", "ONE = 1\n"),
    ];
    let after = [
        ("app.py", "import shapes\nfrom p import other\nA = other.TWO\nB = shapes.surface(A)\n"),
        ("shapes.py", "def area(w):\n    return w\ndef surface(w):\n    return w\n"),
        ("p/other.py", "ONE = 1\nTWO = 2\n"),
    ];
    let scratch = Scratch::repository(&before);
    scratch.write_all(&after);
    assert_eq!(check(&scratch, "", &[]), ["app.py:3 RS206 warning", "app.py:4 RS206 warning"]);
    let found = check(&scratch, "", &["--ignore", "stale-dependency-import"]);
    assert_eq!(found, [] as [&str; 0]);
    // Against itself nothing is older than anything.
    assert_eq!(check(&scratch, "", &["--no-base"]), [] as [&str; 0]);
}
