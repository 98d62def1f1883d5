//! Tests as Markdown: versions of a module, the findings that are expected, what fixes make of
//! the texts, and what CPython really does. `tests/mdtest/*.md` is about rules,
//! `tests/mdtest/model/*.md` about parts of the model, `tests/mdtest/fixes/*.md` about fixes. The format is in `tests/mdtest/parser.rs`, `assertions.rs` and `world.rs`.
//!
//! - `MDTEST_FILTER=text`: only cases whose file or headings contain it
//! - `MDTEST_BLESS=1`: write the assertion comments and the fixed texts anew (never the `world`
//!   blocks)
//! - `RELOADSAFE_REQUIRE_PYTHON=1`: fail where there is no python3, instead of skipping loudly
//! - `RELOADSAFE_BIN=path`: ask another binary

#[path = "mdtest/assertions.rs"]
mod assertions;
#[path = "mdtest/bless.rs"]
mod bless;
#[path = "mdtest/claims.rs"]
mod claims;
#[path = "support/edits.rs"]
mod edits;
#[path = "mdtest/engine.rs"]
mod engine;
#[path = "mdtest/fixes.rs"]
mod fixes;
#[path = "mdtest/oracle.rs"]
mod oracle;
#[path = "mdtest/parser.rs"]
mod parser;
#[path = "mdtest/world.rs"]
mod world;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::bless::Blessings;
use crate::engine::Texts;
use crate::fixes::Applied;
use crate::oracle::Python;
use crate::parser::{Block, Case};

/// The `world` blocks say what CPython does. Needs no engine.
#[test]
fn worlds_are_what_cpython_makes_of_them() {
    let Some(python) = oracle::python() else { return };
    let cases = cases();
    let (runnable, left): (Vec<&Case>, Vec<&Case>) =
        cases.iter().partition(|case| python.can_run(case));
    for case in left {
        eprintln!("SKIPPED: not for Python 3.{}: {}", python.minor, case.place());
    }
    let mut failures = Vec::new();
    for (case, truth) in runnable.iter().zip(truths(&runnable)) {
        if let Some(block) = &case.world {
            for (line, text) in world::against_truth(&world::parse(block), &truth) {
                failures.push(format!("{}:{line}: {}: {text}", case.suite.display(), case.title));
            }
        }
    }
    report(&failures, runnable.len());
}

/// Every finding is expected, every expected finding is there, and no claim of the engine is
/// contradicted by CPython.
#[test]
fn findings_are_as_asserted_and_claims_are_true() {
    let python = oracle::python();
    let cases = cases();
    let asked: Vec<&Case> =
        cases.iter().filter(|case| python.is_some_and(|python| python.can_run(case))).collect();
    let mut truths = truths(&asked).into_iter();
    let mut failures = Vec::new();
    let mut blessings = Blessings::default();
    let mut applied = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let truth =
            python.is_some_and(|python| python.can_run(case)).then(|| truths.next()).flatten();
        let scratch = scratch().join(number.to_string());
        let minor =
            python.map_or(11, |Python { minor }| minor.max(case.settings.min_python.unwrap_or(0)));
        match engine::run(case, &Texts::of(case), &scratch, minor) {
            Err(error) => failures.push(format!("{}: {error}", case.place())),
            Ok(answer) => {
                if case.settings.findings {
                    failures.extend(findings(case, &answer, &mut blessings));
                }
                let claims =
                    truth.as_ref().map(|truth| claims::contradictions(&answer.simulated, truth));
                for text in claims.into_iter().flatten() {
                    failures.push(format!("{}: {text}", case.place()));
                }
                let own = answer.findings.iter().filter(|(path, ..)| *path == case.path);
                let own: Vec<&Value> = own.map(|(.., finding)| finding).collect();
                let claims = truth.as_ref().map(|truth| claims::order_contradictions(&own, truth));
                for text in claims.into_iter().flatten() {
                    failures.push(format!("{}: {text}", case.place()));
                }
                if let Some(block) = &case.world {
                    for (line, text) in
                        world::against_engine(&world::parse(block), &answer.simulated)
                    {
                        failures.push(format!(
                            "{}:{line}: {}: {text}",
                            case.suite.display(),
                            case.title
                        ));
                    }
                }
                failures.extend(unproved(case, &answer));
                let offered = fixes::apply(case, &answer);
                let all: Vec<&Applied> = offered.iter().collect();
                failures.extend(fixes::against_suite(case, &all, &mut blessings));
                for fix in offered {
                    if fix.is_silence() {
                        let text = still_told(case, &answer, &fix, &scratch, minor);
                        failures.extend(text.map(|text| format!("{}: {text}", case.place())));
                    }
                    if let Some(truth) = &truth {
                        applied.push((case, fix, truth.clone()));
                    }
                }
            }
        }
    }
    let questions: Vec<Value> = applied.iter().map(|(_, fix, _)| fix.question.clone()).collect();
    for ((case, fix, before), after) in applied.iter().zip(oracle::ask(&questions)) {
        if let Some(text) = fixes::verdict(fix, before, &after) {
            let code = fix.finding["code"].as_str().unwrap_or("?");
            failures.push(format!("{}: fix of {code} \"{}\": {text}", case.place(), fix.title));
        }
    }
    // Only the test that writes there clears up: others run beside it.
    let _ = fs::remove_dir_all(scratch());
    if std::env::var_os("MDTEST_BLESS").is_some() {
        blessings.write().expect("the suites can be written");
    }
    report(&failures, cases.len());
}

/// Unexpected and missing findings of a case, printed with where they are in the Markdown file.
fn findings(case: &Case, answer: &engine::Answer, blessings: &mut Blessings) -> Vec<String> {
    let mut failures = Vec::new();
    let files: Vec<(&str, &Block)> = case
        .others
        .iter()
        .map(|(path, block)| (path.as_str(), block))
        .chain([(case.path.as_str(), case.last())])
        .collect();
    let place = |block: &Block, line: u32| {
        format!("{}:{}", case.suite.display(), block.line + line.max(1) as usize - 1)
    };
    for (path, block) in &files {
        let assertions = assertions::parse(&block.text);
        let here = answer.findings.iter().filter(|(file, ..)| file == path);
        let here: Vec<(u32, &Value)> = here.map(|(_, line, finding)| (*line, finding)).collect();
        let (missing, extra) = assertions::unmatched(&assertions, &here);
        for assertion in &missing {
            failures.push(format!(
                "{}: {}: expected, not found: {assertion}",
                place(block, assertion.line),
                case.title
            ));
        }
        for (line, finding) in &extra {
            let text = |key: &str| finding[key].as_str().unwrap_or("?");
            let shown = format!("{}: [{}] \"{}\"", text("severity"), text("name"), text("message"));
            failures.push(format!(
                "{}: {}: not expected: {shown}",
                place(block, *line),
                case.title
            ));
        }
        if !missing.is_empty() || !extra.is_empty() {
            blessings.add(case.suite.clone(), block, &missing, &extra);
        }
    }
    for (file, line, finding) in &answer.findings {
        if !files.iter().any(|(path, _)| path == file) {
            failures.push(format!("{}: a finding in {file}:{line}: {finding}", case.place()));
        }
    }
    failures
}

/// A torn dependency that a case with a `world` block finds and does not show in CPython.
fn unproved(case: &Case, answer: &engine::Answer) -> Option<String> {
    let world = world::parse(case.world.as_ref()?);
    let is_found = answer.findings.iter().any(|(.., finding)| finding["code"] == "RS205");
    (is_found && world.torn_uses().is_empty())
        .then(|| format!("{}: no `torn` line shows what the stop leaves", case.place()))
}

/// What a text says in which a finding is silenced, if it still tells of it, or of a comment that
/// silences nothing.
fn still_told(
    case: &Case,
    known: &engine::Answer,
    fix: &Applied,
    scratch: &Path,
    minor: i64,
) -> Option<String> {
    let answer = match engine::run(case, &fix.texts, scratch, minor) {
        Ok(answer) => answer,
        Err(error) => return Some(format!("\"{}\": {error}", fix.title)),
    };
    let before = &fix.finding;
    let is_known = |found: &Value| {
        known.findings.iter().any(|(_, _, other)| other["message"] == found["message"])
    };
    let is_wrong = |(_, _, found): &&(String, u32, Value)| {
        (found["code"] == "RS901" && !is_known(found))
            || found["fingerprint"] == before["fingerprint"]
    };
    let (.., found) = answer.findings.iter().find(is_wrong)?;
    Some(format!("\"{}\" leaves {found}", fix.title))
}

fn truths(cases: &[&Case]) -> Vec<Value> {
    let questions = cases.iter().map(|case| {
        let versions: Vec<&str> = case.versions.iter().map(|block| block.text.as_str()).collect();
        oracle::question(case, &versions)
    });
    oracle::ask(&questions.collect::<Vec<_>>())
}

/// All cases that the filter lets through; a suite that cannot be read is a failure.
fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mdtest");
    let mut suites: Vec<PathBuf> = Vec::new();
    for folder in [root.clone(), root.join("model"), root.join("fixes")] {
        let entries = fs::read_dir(&folder).expect("the folder of suites can be listed");
        let paths = entries.map(|entry| entry.expect("an entry can be read").path());
        suites.extend(paths.filter(|path| path.extension().is_some_and(|ending| ending == "md")));
    }
    suites.sort();
    let filter = std::env::var("MDTEST_FILTER").unwrap_or_default();
    let mut cases = Vec::new();
    for suite in suites {
        let text = fs::read_to_string(&suite).expect("a suite can be read");
        let shown = suite.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&suite);
        cases.extend(parser::parse(shown, &text).unwrap_or_else(|error| panic!("{error}")));
    }
    cases.retain(|case| case.place().contains(&filter));
    assert!(!cases.is_empty(), "no case has {filter:?} in its file or headings");
    cases
}

fn scratch() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("mdtest").join(std::process::id().to_string())
}

#[allow(clippy::print_stderr)]
fn report(failures: &[String], cases: usize) {
    assert!(
        failures.is_empty(),
        "\n{}\n\n{} failures in {cases} cases",
        failures.join("\n"),
        failures.len()
    );
    eprintln!("{cases} cases");
}
