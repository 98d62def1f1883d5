//! The pipelines of `docs/ci`, run as the services would: each job in a clone of its own, with
//! the variables and the artifacts that the service gives it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use crate::generated;
use crate::project::run;
use crate::scratch::{Scratch, git_in};

type Variables = BTreeMap<String, String>;

/// A repository with a branch `main`, and `topic` with an edit; the machines of a service.
struct Service {
    origin: Scratch,
    machines: Scratch,
    path: OsString,
}

impl Service {
    fn new(broken: bool) -> Service {
        let origin = generated::workspace(if broken { 12 } else { 11 }, 20);
        origin.git(&["checkout", "-q", "-b", "topic"]);
        for file in origin.git(&["ls-files", "--others", "--modified"]).lines() {
            let text = std::fs::read(origin.path(file)).unwrap_or_default();
            if !broken && (text == b"x = (\n" || text.contains(&0xff)) {
                origin.git(&["checkout", "-q", "--", file]);
            }
        }
        origin.commit("topic");
        let machines = Scratch::new();
        // The package is not installed: the program that was built is there in its place.
        machines.write("bin/pip", "#!/bin/sh\ntest \"$*\" = 'install reloadsafe'\n");
        machines.write("bin/pipx", "#!/bin/sh\ntest \"$*\" = 'install reloadsafe'\n");
        for name in ["pip", "pipx"] {
            let script = machines.path("bin").join(name);
            let status = Command::new("chmod").arg("+x").arg(script).status();
            assert!(status.unwrap().success());
        }
        let program = env!("CARGO_BIN_EXE_reloadsafe");
        std::fs::copy(program, machines.path("bin/reloadsafe")).unwrap();
        let own = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(machines.path("bin")).chain(std::env::split_paths(&own));
        let path = std::env::join_paths(folders).unwrap();
        Service { origin, machines, path }
    }

    /// A clone of `topic`, with all of the history or none.
    fn clone(&self, job: &str, whole_history: bool, all_branches: bool) -> PathBuf {
        let directory = self.machines.path(&format!("machine {job}"));
        let url = format!("file://{}", self.origin.path("").display());
        let mut arguments = vec!["clone", "-q", "--branch", "topic"];
        arguments.extend((!whole_history).then_some(["--depth", "1"]).into_iter().flatten());
        arguments.extend((!all_branches).then_some("--single-branch"));
        git_in(
            &self.machines.path(""),
            &[&arguments[..], &[&url, directory.to_str().unwrap()]].concat(),
        );
        directory
    }

    /// Runs lines of a shell; the exit code.
    fn shell(&self, directory: &Path, options: &[&str], lines: &str, given: &Variables) -> i32 {
        let status = Command::new("bash")
            .args(options)
            .args(["-c", lines])
            .current_dir(directory)
            .env("PATH", &self.path)
            .env_remove("VIRTUAL_ENV")
            .env_remove("GITHUB_STEP_SUMMARY")
            .envs(given)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        status.unwrap().code().unwrap()
    }

    /// What one machine makes of all, without the directory in which it lies.
    fn whole(&self) -> Value {
        let directory = self.clone("for the whole", true, true);
        let check = ["check", "--base", "origin/main", "--output-format", "sarif"];
        without_root(&run(&directory, &check).out)
    }

    fn artifacts(&self) -> PathBuf {
        let directory = self.machines.path("artifacts");
        std::fs::create_dir_all(&directory).unwrap();
        directory
    }
}

fn without_root(log: &str) -> Value {
    let mut log: Value = serde_json::from_str(log).unwrap();
    // The machines of these tests are different directories.
    log["runs"][0].as_object_mut().unwrap().shift_remove("originalUriBaseIds");
    log
}

fn load(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// An entry of a table; `None` where there is no such one.
fn get<'a, 'y>(table: &'a Yaml<'y>, key: &str) -> Option<&'a Yaml<'y>> {
    table.as_mapping_get(key)
}

fn text(scalar: &Yaml<'_>) -> String {
    match (scalar.as_str(), scalar.as_integer(), scalar.as_bool()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(number), _) => number.to_string(),
        (.., Some(truth)) => truth.to_string(),
        _ => panic!("{scalar:?} is no scalar"),
    }
}

fn list<'a, 'y>(table: &'a Yaml<'y>, key: &str) -> Vec<&'a Yaml<'y>> {
    let list = get(table, key).and_then(Yaml::as_sequence);
    list.into_iter().flatten().collect()
}

fn variables(table: &Yaml<'_>, key: &str, expand: impl Fn(&str) -> String) -> Variables {
    let entries = get(table, key).and_then(Yaml::as_mapping);
    let entries = entries.into_iter().flatten();
    entries.map(|(name, value)| (text(name), expand(&text(value)))).collect()
}

/// Copies the files that a pattern with `*` names.
fn copy(from: &Path, pattern: &str, to: &Path) -> usize {
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let is_whole = !pattern.contains('*');
    let mut copied = 0;
    for entry in std::fs::read_dir(from).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let fits = name.starts_with(before) && name.ends_with(after);
        if if is_whole { name == pattern } else { fits } {
            std::fs::copy(from.join(&name), to.join(&name)).unwrap();
            copied += 1;
        }
    }
    copied
}

/// One job of a GitHub workflow.
struct GithubJob<'a> {
    service: &'a Service,
    directory: Option<PathBuf>,
    matrix: Variables,
    name: String,
    /// What was uploaded to code scanning.
    uploaded: Option<String>,
    /// The exit codes of its own lines.
    codes: Vec<i32>,
}

impl GithubJob<'_> {
    /// Replaces `${{ … }}`.
    fn expand(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").unwrap();
            let value = self.matrix.get(expression.trim());
            expanded += before;
            expanded += value.unwrap_or_else(|| panic!("{expression} is not known here"));
            rest = after;
        }
        expanded + rest
    }

    fn run(&mut self, job: &Yaml<'_>) {
        let env = variables(job, "env", |text| self.expand(text));
        let mut has_failed = false;
        for step in list(job, "steps") {
            let goes_on = match get(step, "if") {
                None => !has_failed,
                Some(condition) => {
                    assert_eq!(text(condition), "${{ !cancelled() }}");
                    true
                }
            };
            if !goes_on {
                continue;
            }
            let with = variables(step, "with", |text| self.expand(text));
            if let Some(action) = get(step, "uses") {
                has_failed |= !self.action(&text(action), &with);
                continue;
            }
            let lines = self.expand(&text(&step["run"]));
            let mut given = env.clone();
            given.extend(variables(step, "env", |text| self.expand(text)));
            given.insert("GITHUB_BASE_REF".to_owned(), "main".to_owned());
            let directory = self.directory.as_deref().unwrap();
            let code = self.service.shell(directory, &["-e"], &lines, &given);
            self.codes.push(code);
            has_failed |= code != 0;
        }
    }

    /// What the actions do, as far as the pipeline asks for it.
    fn action(&mut self, action: &str, with: &Variables) -> bool {
        let directory = self.directory.clone().unwrap_or_default();
        let artifacts = self.service.artifacts();
        match action.split_once('@').unwrap().0 {
            "actions/checkout" => {
                let whole = with.get("fetch-depth").is_some_and(|depth| depth == "0");
                self.directory = Some(self.service.clone(&self.name, whole, whole));
                true
            }
            "actions/upload-artifact" => {
                let place = artifacts.join(&with["name"]);
                std::fs::create_dir_all(&place).unwrap();
                copy(&directory, &with["path"], &place) == 1
            }
            "actions/download-artifact" => {
                assert_eq!(with["merge-multiple"], "true");
                let prefix = with["pattern"].trim_end_matches('*').to_owned();
                let all = std::fs::read_dir(&artifacts).unwrap().map(|entry| entry.unwrap());
                let named =
                    all.filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix));
                named.map(|artifact| copy(&artifact.path(), "*", &directory)).sum::<usize>() > 0
            }
            "github/codeql-action/upload-sarif" => {
                let log = std::fs::read_to_string(directory.join(&with["sarif_file"]));
                self.uploaded = log.ok();
                self.uploaded.is_some()
            }
            other => panic!("{other} is not known here"),
        }
    }
}

/// Runs the workflow; what was uploaded, and the exit codes of the jobs' last lines.
fn github(service: &Service) -> (Value, Vec<i32>) {
    let source = load("github-shards.yml");
    let workflow = &Yaml::load_from_str(&source).unwrap()[0];
    let shard = &workflow["jobs"]["shard"];
    let matrix = list(&shard["strategy"]["matrix"], "shard");
    assert!(matrix.len() > 2);
    let mut last = Vec::new();
    for value in &matrix {
        let index = text(value);
        let context = [
            ("matrix.shard".to_owned(), index.clone()),
            ("strategy.job-total".to_owned(), matrix.len().to_string()),
        ];
        let mut job = GithubJob {
            service,
            directory: None,
            matrix: context.into(),
            name: index,
            uploaded: None,
            codes: Vec::new(),
        };
        job.run(shard);
        last.extend(job.codes.last());
    }
    let report = &workflow["jobs"]["report"];
    assert_eq!(text(&report["needs"]), "shard");
    let name = "report".to_owned();
    let mut job = GithubJob {
        service,
        directory: None,
        matrix: BTreeMap::new(),
        name,
        uploaded: None,
        codes: Vec::new(),
    };
    job.run(report);
    last.extend(job.codes.last());
    (without_root(&job.uploaded.unwrap()), last)
}

/// Runs the pipeline; the merged log, and the exit codes of the jobs.
fn gitlab(service: &Service) -> (Value, Vec<i32>) {
    let source = load("gitlab-shards.yml");
    let pipeline = &Yaml::load_from_str(&source).unwrap()[0];
    let base = service.origin.git(&["merge-base", "main", "topic"]);
    let total = text(&pipeline["reloadsafe"]["parallel"]).parse::<u32>().unwrap();
    assert!(total > 2);
    let mut jobs: Vec<(&str, Option<u32>)> =
        (1..=total).map(|index| ("reloadsafe", Some(index))).collect();
    jobs.push(("reloadsafe-report", None));
    let mut codes = Vec::new();
    let mut merged = None;
    for (name, index) in jobs {
        let job = &pipeline[name];
        let mut given = variables(job, "variables", str::to_owned);
        let whole = given.get("GIT_DEPTH").is_some_and(|depth| depth == "0");
        given.insert("CI_MERGE_REQUEST_DIFF_BASE_SHA".to_owned(), base.clone());
        if let Some(index) = index {
            given.insert("CI_NODE_INDEX".to_owned(), index.to_string());
            given.insert("CI_NODE_TOTAL".to_owned(), total.to_string());
        }
        // A runner fetches what the pipeline is about, not the other branches.
        let machine = format!("{name} {}", index.unwrap_or(0));
        let directory = service.clone(&machine, whole, false);
        if let Some(needed) = list(job, "needs").first() {
            assert_eq!(text(needed), "reloadsafe");
            copy(&service.artifacts(), "*", &directory);
        }
        let lines = [list(job, "before_script"), list(job, "script")].concat();
        let lines: Vec<String> = lines.into_iter().map(text).collect();
        codes.push(service.shell(&directory, &["-eo", "pipefail"], &lines.join("\n"), &given));
        assert_eq!(text(&job["artifacts"]["when"]), "always");
        for pattern in list(&job["artifacts"], "paths") {
            copy(&directory, &text(pattern), &service.artifacts());
        }
        merged = std::fs::read_to_string(directory.join("reloadsafe.sarif")).ok();
    }
    (without_root(&merged.unwrap()), codes)
}

#[test]
fn a_matrix_on_github_finds_what_the_whole_run_finds() {
    let service = Service::new(false);
    let (log, codes) = github(&service);
    let whole = service.whole();
    assert!(whole["runs"][0]["results"].as_array().unwrap().len() > 10);
    assert_eq!(log, whole);
    assert_eq!(codes, [0, 0, 0, 0, 1], "findings fail in the last job");
}

#[test]
fn what_could_not_be_analysed_fails_a_job_of_the_matrix_and_the_last_one() {
    let service = Service::new(true);
    let (log, codes) = github(&service);
    assert_eq!(log, service.whole());
    assert!(codes[..4].contains(&2) && codes[4] == 2, "{codes:?}");
}

#[test]
fn parallel_jobs_on_gitlab_find_what_the_whole_run_finds() {
    let service = Service::new(false);
    let (mut log, codes) = gitlab(&service);
    let mut whole = service.whole();
    assert!(whole["runs"][0]["results"].as_array().unwrap().len() > 10);
    // The base is called otherwise here: by its commit.
    for log in [&mut log, &mut whole] {
        log["runs"][0]["properties"]["base"] = Value::Null;
    }
    let base = service.origin.git(&["merge-base", "main", "topic"]);
    let log = log.to_string().replace(&base, "origin/main");
    assert_eq!(log, whole.to_string());
    assert_eq!(codes, [0, 0, 0, 0, 1], "findings fail in the last job");
}
