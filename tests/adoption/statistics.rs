//! `check --statistics`.

use serde_json::json;

use crate::scratch::Scratch;

#[test]
fn counts_by_rule_in_text_and_json() {
    let scratch = Scratch::repository(&[
        ("reloadsafe.toml", ""),
        ("m.py", "A = 1\nB = 2\ndef f():\n    return 1\ndef g():\n    return f()\n"),
    ]);
    scratch.write("m.py", "def g():\n    return f()\n");
    scratch.write("broken.py", b"x = '\xff'\n");
    scratch.git(&["add", "broken.py"]);
    let run = scratch.run(&["check", "--statistics", "m.py"]).expect(1);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines[..2], ["2  RS102  [*] orphaned-variable", "1  RS104      ghost-read"]);
    assert!(lines[2].starts_with("[*] fixed by `reloadsafe check --fix`"), "{}", run.out);
    assert!(lines[3].starts_with("Found 3 hazards in 1 file"), "{}", run.out);
    let json = ["check", "m.py", "--statistics", "--output-format", "json"];
    let report = scratch.run(&json).expect(1).json();
    assert!(report.get("diagnostics").is_none(), "{report}");
    assert_eq!(report["statistics"].as_array().map(Vec::len), Some(2));
    let first = &report["statistics"][0];
    let counts = (&first["code"], &first["count"], &first["fixable"], &first["severity"]);
    assert_eq!(counts, (&json!("RS102"), &json!(2), &json!(2), &json!("warning")));
    assert_eq!(first["name"], "orphaned-variable");
    assert_eq!(report["summary"]["by_code"], json!({ "RS102": 2, "RS104": 1 }));
    // What fixes nothing says nothing of it.
    let run = scratch.run(&["check", "--statistics", "--no-fixes", "--quiet", "m.py"]).expect(1);
    assert_eq!(run.out, "2  RS102  orphaned-variable\n1  RS104  ghost-read\n");
    let refused = scratch.run(&["check", "--statistics", "--output-format", "sarif"]).expect(2);
    assert!(refused.err.contains("`--statistics` has no sarif"), "{}", refused.err);
}
