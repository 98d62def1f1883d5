//! Runs the binary on a case.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::parser::Case;

/// What the binary said.
pub(crate) struct Answer {
    pub(crate) simulated: Value,
    /// Path as the suite names it, line, finding.
    pub(crate) findings: Vec<(String, u32, Value)>,
}

/// The texts of a case.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    pub(crate) versions: Vec<String>,
    /// The rest of the workspace as the last version finds it.
    pub(crate) others: Vec<(String, String)>,
}

impl Texts {
    /// As they are written in the suite.
    pub(crate) fn of(case: &Case) -> Texts {
        let others = case.others.iter().map(|(path, block)| (path.clone(), block.text.clone()));
        Texts {
            versions: case.versions.iter().map(|block| block.text.clone()).collect(),
            others: others.collect(),
        }
    }

    /// The files whose texts are not as the suite has them, with their texts.
    pub(crate) fn changed<'a>(&'a self, case: &'a Case) -> Vec<(&'a str, &'a str)> {
        let last = (case.path.as_str(), &self.versions[self.versions.len() - 1], case.last());
        let others = self.others.iter().zip(&case.others);
        let others = others.map(|((path, text), (_, block))| (path.as_str(), text, block));
        let all = std::iter::once(last).chain(others);
        all.filter(|(_, text, block)| **text != block.text)
            .map(|(path, text, _)| (path, text.as_str()))
            .collect()
    }

    /// The text that a fix of a file changes: of the module that is reloaded, the last version.
    pub(crate) fn of_file(&mut self, case: &Case, file: &str) -> Option<&mut String> {
        if file == case.path {
            return self.versions.last_mut();
        }
        self.others.iter_mut().find(|(path, _)| path == file).map(|(_, text)| text)
    }
}

/// `$RELOADSAFE_BIN`, or the binary under test.
fn binary() -> PathBuf {
    std::env::var_os("RELOADSAFE_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_reloadsafe")), PathBuf::from)
}

/// Simulates the case, and where it has several files and two versions, checks the workspace.
pub(crate) fn run(
    case: &Case,
    texts: &Texts,
    scratch: &Path,
    minor: i64,
) -> Result<Answer, String> {
    let written = |error: std::io::Error| format!("{}: {error}", scratch.display());
    let (base, head) = (scratch.join("base"), scratch.join("head"));
    let mut versions = Vec::new();
    for (number, text) in texts.versions.iter().enumerate() {
        let path = scratch.join("versions").join(number.to_string()).join(&case.path);
        write(&path, text).map_err(written)?;
        versions.push(path);
    }
    let last = &texts.versions[texts.versions.len() - 1];
    for (root, own) in [(&base, &texts.versions[0]), (&head, last)] {
        write(&root.join(&case.path), own).map_err(written)?;
    }
    for (path, block) in case.first_others() {
        write(&base.join(path), &block.text).map_err(written)?;
    }
    for (path, text) in &texts.others {
        write(&head.join(path), text).map_err(written)?;
    }
    let mut common = vec!["--output-format".to_owned(), "json".to_owned()];
    if case.config.is_empty() {
        common.push("--isolated".to_owned());
    } else {
        let config = scratch.join("reloadsafe.toml");
        write(&config, &case.config.to_string()).map_err(written)?;
        common.extend(["--config".to_owned(), config.display().to_string()]);
    }
    if !case.config.contains_key("python-version") {
        common.extend(["--python-version".to_owned(), format!("3.{minor}")]);
    }
    let simulate = Command::new(binary())
        .arg("simulate")
        .args(&versions)
        .arg("--root")
        .arg(&base)
        .args(["--module", &case.module()])
        .args(&common)
        .output();
    let simulated = json(simulate)?;
    let is_alone = case.others.is_empty() && case.earlier.is_empty();
    let checked = (!is_alone && case.versions.len() == 2).then(|| {
        let check = Command::new(binary())
            .current_dir(&head)
            .args(["check", ".", "--base-dir"])
            .arg(&base)
            .args(&common)
            .output();
        json(check)
    });
    let checked = checked.transpose()?;
    let said = checked.as_ref().unwrap_or(&simulated);
    let failed = said["failed"].as_array().is_some_and(|failed| !failed.is_empty());
    if failed {
        return Err(format!("could not analyse: {}", said["failed"]));
    }
    let findings = said["diagnostics"].as_array().ok_or("no list of diagnostics")?;
    let findings = findings.iter().map(|finding| {
        let line = finding["range"]["start"]["line"].as_u64().unwrap_or(0) as u32;
        (file_of(case, finding["path"].as_str().unwrap_or("")), line, finding.clone())
    });
    Ok(Answer { findings: findings.collect(), simulated })
}

/// The name that the suite gives to a file that the binary names.
pub(crate) fn file_of(case: &Case, reported: &str) -> String {
    let reported = reported.replace('\\', "/");
    let files = case.others.iter().map(|(path, _)| path).chain([&case.path]);
    let ends = |path: &&String| reported == **path || reported.ends_with(&format!("/{path}"));
    files.filter(ends).max_by_key(|path| path.len()).cloned().unwrap_or(reported.clone())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(path.parent().expect("a file is in a directory"))?;
    fs::write(path, text)
}

fn json(output: std::io::Result<std::process::Output>) -> Result<Value, String> {
    let output = output.map_err(|error| format!("the binary does not run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(format!(
            "{}: {}{said}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ));
    }
    serde_json::from_str(&said).map_err(|error| format!("not JSON: {error}: {said:?}"))
}
