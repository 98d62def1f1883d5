//! A repository, and the program in it.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::scratch::Scratch;

/// What the program did.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }

    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

/// The program, as a CI service would start it in a directory.
pub(crate) fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reloadsafe"));
    command
        .current_dir(directory)
        .env_remove("RUST_BACKTRACE")
        .env_remove("GITHUB_WORKSPACE")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("CI_PROJECT_DIR")
        .env_remove("VIRTUAL_ENV")
        .stdin(Stdio::null());
    command
}

pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Run {
    let output = program(directory).args(arguments).output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Scratch {
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        run(&self.path(""), arguments)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }
}

/// `CODE path` of each finding of a JSON report, in their order.
pub(crate) fn found(report: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let found = report["diagnostics"].as_array().unwrap().iter();
    found.map(|found| format!("{} {}", text(&found["code"]), text(&found["path"]))).collect()
}
