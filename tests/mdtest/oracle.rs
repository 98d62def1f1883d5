//! What CPython does with a case: one python process serves all of them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::parser::Case;

/// The Python that is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Python {
    pub(crate) minor: i64,
}

/// `python3`, or nothing, said loudly; a failure where it is required.
#[allow(clippy::print_stderr)]
pub(crate) fn python() -> Option<Python> {
    let script = "import sys; print(sys.version_info[1])";
    let asked = Command::new("python3").args(["-c", script]).output();
    let minor =
        asked.ok().and_then(|said| String::from_utf8_lossy(&said.stdout).trim().parse().ok());
    if minor.is_none() {
        assert!(
            std::env::var_os("RELOADSAFE_REQUIRE_PYTHON").is_none(),
            "RELOADSAFE_REQUIRE_PYTHON is set and python3 cannot be run"
        );
        eprintln!("\n*** SKIPPED: python3 cannot be run; nothing is compared with CPython ***\n");
    }
    minor.map(|minor| Python { minor })
}

impl Python {
    /// Whether this Python behaves as the case is written for.
    pub(crate) fn can_run(self, case: &Case) -> bool {
        case.settings.min_python.is_none_or(|least| self.minor >= least)
            && case.settings.below_python.is_none_or(|most| self.minor < most)
    }
}

/// A question: a workspace, a module of it, and the texts that it had.
pub(crate) fn question(case: &Case, versions: &[&str]) -> Value {
    let mut files: serde_json::Map<String, Value> = case
        .first_others()
        .iter()
        .map(|(path, block)| ((*path).to_owned(), json!(block.text)))
        .collect();
    files.insert(case.path.clone(), json!(versions[0]));
    let others: Vec<String> =
        case.first_others().iter().map(|(path, _)| crate::parser::module_name(path)).collect();
    let mut question = json!({
        "files": files, "module": case.module(), "path": case.path, "versions": versions, "others": others,
    });
    if let Some(block) = &case.world {
        let uses = crate::world::parse(block).torn_uses();
        question["torn"] = uses.into_iter().map(|(line, used)| json!([line, used])).collect();
    }
    if !case.earlier.is_empty() {
        let text = |path: &String| {
            let mut now = case.others.iter().filter(|(other, _)| other == path);
            now.next().map_or(Value::Null, |(_, block)| json!(block.text))
        };
        let together = case.earlier.iter().map(|(path, _)| (path.clone(), text(path)));
        question["together"] = together.collect();
    }
    question
}

/// Asks all the questions; the answers are in the same order.
pub(crate) fn ask(questions: &[Value]) -> Vec<Value> {
    if questions.is_empty() {
        return Vec::new();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mdtest/oracle.py");
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut input = child.stdin.take().expect("stdin is piped");
    let text: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("the oracle can be waited for");
    writer.join().expect("the writer does not panic").expect("the oracle reads all questions");
    let said = String::from_utf8(output.stdout).expect("the oracle answers in UTF-8");
    let answers: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).expect("an answer is JSON")).collect();
    assert_eq!(answers.len(), questions.len(), "the oracle answered every question");
    answers
}
