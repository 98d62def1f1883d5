//! The output formats for other programs, as those read them: by their schemas, with the
//! environment in which CI services run the program.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const OLD: &str = "def area(w, h):\n    return w * h\n";
const NEW: &str = "def surface(w, h):\n    return w * h\n\n\ndef show():\n    return area(1, 2)\n";

/// A repository with `lib/shapes.py`, what it was before, and a file that is no text.
struct Project {
    _scratch: tempfile::TempDir,
    root: PathBuf,
}

impl Project {
    fn new() -> Project {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap().join("re po");
        let write = |name: &str, text: &[u8]| {
            let path = root.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("reloadsafe.toml", b"");
        write("lib/shapes.py", NEW.as_bytes());
        write("lib/broken.py", b"x = '\xff'\n");
        write("before/shapes.py", OLD.as_bytes());
        write("before/broken.py", b"x = 1\n");
        Project { _scratch: scratch, root }
    }

    /// Checks `lib` from a directory of the project; what was printed.
    fn check(&self, from: &str, format: &str, environment: &[(&str, &Path)]) -> String {
        let from = self.root.join(from);
        let lib = self.root.join("lib");
        let lib = lib.strip_prefix(&from).unwrap_or(&lib);
        let lib = if lib.as_os_str().is_empty() { Path::new(".") } else { lib };
        let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
            .args(["check", "--isolated", "--no-progress", "--output-format", format, "--base-dir"])
            .arg(self.root.join("before"))
            .arg(lib)
            .current_dir(from)
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env_remove("CI_PROJECT_DIR")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "a file could not be analysed: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn validate(log: &Value) {
    let schema = include_str!("formats/sarif-schema-2.1.0.json");
    check_schema(&serde_json::from_str(schema).unwrap(), log);
}

#[track_caller]
fn check_schema(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The schema that is published, or the part of it that is about one finding.
fn own_schema(finding: bool) -> Value {
    let mut schema: Value =
        serde_json::from_str(include_str!("../docs/schema/check.json")).unwrap();
    if finding {
        let parts = schema["$defs"].take();
        schema = serde_json::json!({ "$ref": "#/$defs/diagnostic", "$defs": parts });
    }
    schema
}

#[test]
fn json_fits_the_schema_that_is_published() {
    let project = Project::new();
    let report: Value = serde_json::from_str(&project.check("", "json", &[])).unwrap();
    check_schema(&own_schema(false), &report);
    assert!(!report["diagnostics"].as_array().unwrap().is_empty());
    assert!(!report["failed"].as_array().unwrap().is_empty());
    // And says something: what it does not allow is refused.
    let validator = jsonschema::validator_for(&own_schema(false)).unwrap();
    for (place, wrong) in [
        ("/schema", serde_json::json!(2)),
        ("/diagnostics/0/range/start/line", serde_json::json!(0)),
        ("/diagnostics/0/severity", serde_json::json!("loud")),
        ("/diagnostics/0/fingerprint", serde_json::json!("x")),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&report), "{place}");
    }
}

#[test]
fn each_line_of_json_lines_fits_the_schema_and_is_a_finding_of_the_object() {
    let project = Project::new();
    let report: Value = serde_json::from_str(&project.check("", "json", &[])).unwrap();
    let text = project.check("", "jsonl", &[]);
    // As consumers read it: a line ends with LF, and each is one value of JSON (jsonlines.org).
    assert!(text.ends_with('\n') && !text.contains('\r'), "{text:?}");
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter().for_each(|line| check_schema(&own_schema(true), line));
    assert_eq!(Value::Array(lines), report["diagnostics"]);
}

#[test]
fn sarif_fits_its_schema() {
    let project = Project::new();
    let log: Value = serde_json::from_str(&project.check("", "sarif", &[])).unwrap();
    validate(&log);
    let run = &log["runs"][0];
    let found = run["results"].as_array().unwrap();
    let codes: Vec<&str> = found.iter().map(|found| found["ruleId"].as_str().unwrap()).collect();
    assert!(codes.contains(&"RS104"), "{codes:?}");
    for found in found {
        let place = &found["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], "lib/shapes.py");
    }
    assert!(found.iter().any(|found| found["fixes"][0]["artifactChanges"].is_array()));
    let told = &run["invocations"][0]["toolExecutionNotifications"];
    assert_eq!(told.as_array().map(Vec::len), Some(1));
}

#[test]
fn simulate_prints_its_findings_as_sarif() {
    let project = Project::new();
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .args(["simulate", "--isolated", "--output-format", "sarif"])
        .args(["before/shapes.py", "lib/shapes.py"])
        .current_dir(&project.root)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    validate(&log);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "RS104");
}

#[test]
fn github_gets_annotations_with_paths_from_the_workspace_and_a_summary_that_is_added_to() {
    let project = Project::new();
    let summary = project.root.join("summary.md");
    std::fs::write(&summary, "# another step\n").unwrap();
    let environment =
        [("GITHUB_WORKSPACE", &*project.root), ("GITHUB_STEP_SUMMARY", summary.as_path())];
    let text = project.check("lib", "github", &environment);
    let ghost = "::error file=lib/shapes.py,line=6,endLine=6,col=12,endColumn=16,title=RS104";
    assert!(text.lines().any(|line| line.starts_with(ghost)), "{text}");
    assert!(text.contains("::error file=lib/broken.py,title=reloadsafe::could not analyse"));
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("# another step\n### reloadsafe\n"), "{summary}");
    assert!(summary.contains("| error | RS104 ghost-read | lib/shapes.py:6 |"), "{summary}");
    assert!(summary.contains("- could not analyse lib/broken.py"), "{summary}");
}

#[test]
fn gitlab_gets_what_its_documentation_asks_for() {
    let project = Project::new();
    let text = project.check("lib", "gitlab", &[("CI_PROJECT_DIR", &*project.root)]);
    let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut fingerprints = std::collections::HashSet::new();
    for issue in &issues {
        assert!(issue["description"].as_str().is_some_and(|text| !text.is_empty()), "{issue}");
        assert!(issue["check_name"].is_string(), "{issue}");
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.contains(&issue["severity"].as_str().unwrap()), "{issue}");
        let path = issue["location"]["path"].as_str().unwrap();
        assert!(project.root.join(path).is_file(), "{path}");
        assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1), "{issue}");
        assert!(fingerprints.insert(issue["fingerprint"].as_str().unwrap()), "{issue}");
    }
    assert!(issues.iter().any(|issue| issue["check_name"] == "ghost-read"));
    assert!(issues.iter().any(|issue| issue["severity"] == "blocker"));
}

#[test]
fn junit_is_read_by_another_reader() {
    let project = Project::new();
    let text = project.check("", "junit", &[]);
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!((report.errors, report.failures > 0), (1, true));
    let names: Vec<&str> = report.test_suites.iter().map(|suite| suite.name.as_str()).collect();
    assert_eq!(names, ["lib/shapes.py", "lib/broken.py"]);
}
