//! The local `python3`, asked one question after another in one process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

pub(crate) struct Python {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts `python3`. Where there is none, says so loudly and returns None, or fails the
    /// test if RELOADSAFE_REQUIRE_PYTHON=1.
    pub(crate) fn start() -> Option<Python> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/syntax_oracle/dump.py");
        let spawned = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        match spawned {
            Ok(mut child) => {
                let input = child.stdin.take().expect("stdin is piped");
                let output = BufReader::new(child.stdout.take().expect("stdout is piped"));
                Some(Python { child, input, output })
            }
            Err(error) => {
                let required = std::env::var("RELOADSAFE_REQUIRE_PYTHON").is_ok_and(|v| v == "1");
                assert!(!required, "python3 is required and does not start: {error}");
                eprintln!("SKIPPED, NOTHING WAS TESTED: python3 does not start: {error}");
                None
            }
        }
    }

    pub(crate) fn ask(&mut self, question: &Value) -> Value {
        writeln!(self.input, "{question}").expect("python3 takes a question");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("python3 answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {question} {line}"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
