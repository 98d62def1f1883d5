//! The GitHub action, the GitLab component and the container file: what checks them, and their
//! scripts run as a runner runs them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::{NEW, OLD, Repository, distributions, git, root, run, system, tool};

/// What `tests/packaging/expand.py` makes of a file.
fn expanded(kind: &str, file: &str, given: &Value) -> Option<Value> {
    let script = root().join("tests/packaging/expand.py");
    let mut command = Command::new(tool("python")?);
    command.arg(script).arg(kind).arg(root().join(file)).arg(given.to_string());
    Some(serde_json::from_str(&run(&mut command, 0)).unwrap())
}

#[test]
fn the_files_fit_their_schemas() {
    let Some(check) = tool("check-jsonschema") else { return };
    let fits = |schema: &str, files: &[&Path]| {
        run(Command::new(&check).args(["--builtin-schema", schema]).args(files), 0);
    };
    fits("vendor.github-actions", &[&root().join("action.yml")]);
    let workflows = root().join(".github/workflows");
    let workflows: Vec<_> =
        std::fs::read_dir(workflows).unwrap().map(|entry| entry.unwrap().path()).collect();
    let workflows: Vec<&Path> = workflows.iter().map(|path| path.as_path()).collect();
    assert!(!workflows.is_empty());
    fits("vendor.github-workflows", &workflows);
    fits("custom.github-workflows-require-timeout", &workflows);
    let Some(jobs) = expanded("gitlab", "templates/reloadsafe.yml", &json!({})) else { return };
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("gitlab.json");
    std::fs::write(&path, jobs.to_string()).unwrap();
    fits("vendor.gitlab-ci", &[&path]);
}

#[test]
fn nothing_is_seen_that_an_attacker_could_use() {
    let Some(zizmor) = tool("zizmor") else { return };
    let mut command = Command::new(zizmor);
    command.args(["--offline", "--no-progress", "--persona", "pedantic"]);
    run(command.args(["action.yml", ".github/workflows"]).current_dir(root()), 0);
}

#[test]
fn the_scripts_and_the_container_file_are_clean() {
    let Some(shellcheck) = system("shellcheck") else { return };
    let scripts = ["action/install.sh", "action/check.sh", ".ci/run"];
    run(Command::new(shellcheck).args(scripts).current_dir(root()), 0);
    let Some(hadolint) = tool("hadolint") else { return };
    run(Command::new(hadolint).arg("Containerfile").current_dir(root()), 0);
    // What is copied is there, and let in.
    let file = std::fs::read_to_string(root().join("Containerfile")).unwrap();
    let ignored = std::fs::read_to_string(root().join(".containerignore")).unwrap();
    let copied = file.lines().filter_map(|line| line.strip_prefix("COPY "));
    let copied: Vec<&str> = copied
        .filter(|line| !line.starts_with("--from"))
        .flat_map(|line| line.rsplit_once(' ').unwrap().0.split(' '))
        .collect();
    assert!(copied.len() > 3);
    for path in copied {
        assert!(root().join(path).exists(), "{path}");
        assert!(ignored.lines().any(|line| line == format!("!{path}")), "{path}");
    }
}

/// Runs the steps of the action in a directory; what was said, and the outputs.
fn act(
    workspace: &Path,
    context: &Value,
    environment: &[(&str, &str)],
    code: i32,
) -> Option<String> {
    let mut given = json!({
        "github.action_path": root(), "github.action_ref": "main", "github.event.before": "",
    });
    given.as_object_mut().unwrap().extend(context.as_object().unwrap().clone());
    let steps = expanded("action", "action.yml", &given)?;
    let temporary = tempfile::tempdir().unwrap();
    let (outputs, summary) = (temporary.path().join("outputs"), temporary.path().join("summary"));
    let mut said = String::new();
    let steps = steps.as_array().unwrap();
    for (index, step) in steps.iter().enumerate() {
        // As the runner calls it for `shell: bash`.
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c"]).arg(step["run"].as_str()?);
        bash.current_dir(workspace.join(step["working-directory"].as_str().unwrap_or(".")));
        for (name, value) in step["env"].as_object().unwrap() {
            bash.env(name, value.as_str().unwrap());
        }
        let head = git(workspace, &["rev-parse", "HEAD"]);
        bash.env("GITHUB_SHA", head).env("GITHUB_WORKSPACE", workspace);
        bash.env("GITHUB_BASE_REF", "").env("RUNNER_TEMP", temporary.path());
        bash.env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary);
        bash.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", distributions()?);
        bash.envs(environment.iter().copied());
        said += &run(&mut bash, if index + 1 == steps.len() { code } else { 0 });
    }
    for file in [outputs, summary] {
        said += &std::fs::read_to_string(file).unwrap_or_default();
    }
    Some(said)
}

/// A shallow clone, as actions/checkout makes one.
fn checkout(origin: &Repository, revision: &str, at: &Path) {
    std::fs::create_dir_all(at).unwrap();
    git(at, &["init", "--quiet"]);
    git(at, &["remote", "add", "origin", &format!("file://{}", origin.path.display())]);
    git(at, &["fetch", "--quiet", "--no-tags", "--depth=1", "origin", revision]);
    git(at, &["checkout", "--quiet", "FETCH_HEAD"]);
}

#[test]
fn the_action_compares_a_pull_request_with_its_target() {
    let origin = Repository::new();
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let before = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&["checkout", "--quiet", "-b", "topic"]);
    origin.commit("rename", NEW);
    origin.git(&["checkout", "--quiet", "main"]);
    origin.write("other.py", "UNIT = 'm'\n");
    origin.commit("meanwhile", OLD);
    origin.git(&["merge", "--quiet", "--no-edit", "topic"]);
    let merge = origin.git(&["rev-parse", "HEAD"]);
    origin.git(&["update-ref", "refs/heads/main", "HEAD^1"]);
    origin.git(&["update-ref", "refs/pull/1/merge", &merge]);
    let scratch = tempfile::tempdir().unwrap();
    let found = "::error file=shapes.py,line=6,endLine=6,col=12,endColumn=16,title=RS104";

    let merged = scratch.path().join("merge");
    checkout(&origin, "refs/pull/1/merge", &merged);
    let pull_request = [("GITHUB_BASE_REF", "main")];
    let Some(said) = act(&merged, &json!({}), &pull_request, 1) else { return };
    assert!(said.contains("--base-exact HEAD^1") && said.contains(found), "{said}");
    assert!(said.contains("| error | RS104 ghost-read | shapes.py:6 |"), "{said}");

    // Somebody checks out the branch itself.
    let branch = scratch.path().join("branch");
    checkout(&origin, "topic", &branch);
    let said = act(&branch, &json!({}), &pull_request, 1).unwrap();
    assert!(said.contains("--base origin/main") && said.contains(found), "{said}");

    // A push; and one whose commit before is not to be had.
    let said = act(&branch, &json!({ "github.event.before": before }), &[], 1).unwrap();
    assert!(said.contains(&format!("--base-exact {before}")) && said.contains(found), "{said}");
    let zeros = json!({ "github.event.before": "0".repeat(40) });
    let said = act(&branch, &zeros, &[], 0).unwrap();
    assert!(said.contains("each module is compared with itself"), "{said}");
    let gone = json!({ "github.event.before": "ab".repeat(20) });
    let said = act(&branch, &gone, &[], 0).unwrap();
    assert!(said.contains("the commit before the push is gone"), "{said}");
}

#[test]
fn the_action_writes_sarif_and_executes_no_input() {
    let repository = Repository::new();
    repository.commit("rename", NEW);
    let context = json!({
        "inputs.base": "HEAD^", "inputs.output-format": "sarif",
        "inputs.version": env!("CARGO_PKG_VERSION"), "github.action_ref": "v9.9.9",
        "inputs.args": "--ignore 'RS101' \"$(touch pwned)\" --fail-on=warning",
        "inputs.paths": "shapes.py '; touch pwned'",
    });
    let Some(said) = act(&repository.path, &context, &[], 2) else { return };
    assert!(!repository.path.join("pwned").exists(), "{said}");
    let mut context = context;
    context["inputs.args"] = json!("--ignore 'RS101'");
    context["inputs.paths"] = json!("shapes.py");
    let said = act(&repository.path, &context, &[], 1).unwrap();
    assert!(said.ends_with("sarif-file=./reloadsafe.sarif\n"), "{said}");
    let log = std::fs::read_to_string(repository.path.join("reloadsafe.sarif")).unwrap();
    let log: Value = serde_json::from_str(&log).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().all(|found| found["ruleId"] == "RS104") && !results.is_empty());
}

#[test]
fn the_gitlab_component_writes_a_report() {
    let repository = Repository::new();
    let before = repository.git(&["rev-parse", "HEAD"]);
    repository.commit("rename", NEW);
    let given = json!({ "version": env!("CARGO_PKG_VERSION"), "args": "--ignore RS101" });
    let Some(jobs) = expanded("gitlab", "templates/reloadsafe.yml", &given) else { return };
    let job = &jobs["reloadsafe"];
    let script: Vec<&str> =
        job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let report = repository.path.join("gl-code-quality-report.json");
    let work = |variables: &[(&str, &str)], code: i32| {
        let mut shell = Command::new("sh");
        shell.arg("-ec").arg(script.join("\n")).current_dir(&repository.path);
        for (name, value) in job["variables"].as_object().unwrap() {
            shell.env(name, value.as_str().unwrap());
        }
        shell.env("CI_PROJECT_DIR", &repository.path).envs(variables.iter().copied());
        shell.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", distributions().unwrap());
        let said = run(&mut shell, code);
        let report: Value =
            serde_json::from_str(&std::fs::read_to_string(&report).unwrap()).unwrap();
        (said, report.as_array().unwrap().clone())
    };
    let zeros = "0".repeat(40);
    let request = [("CI_MERGE_REQUEST_DIFF_BASE_SHA", &*before), ("CI_COMMIT_BEFORE_SHA", &*zeros)];
    let (said, issues) = work(&request, 1);
    assert!(said.contains("error[RS104 ghost-read]"), "{said}");
    assert_eq!((issues.len(), &issues[0]["location"]["path"]), (1, &json!("shapes.py")));
    assert_eq!(work(&[("CI_COMMIT_BEFORE_SHA", &zeros)], 0).1, Vec::<Value>::new());
}
