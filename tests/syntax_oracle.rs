//! CPython's `ast` and `compile` against our trees and our health check.
//!
//! The standard library of the local `python3` is sampled; RELOADSAFE_FULL_ORACLE=1 takes
//! all of it. Without a `python3` the tests say so and pass, unless
//! RELOADSAFE_REQUIRE_PYTHON=1.

#![allow(clippy::print_stderr, reason = "a test that skips says so")]

#[path = "syntax_oracle/dumper.rs"]
mod dumper;
#[path = "syntax_oracle/python.rs"]
mod python;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dumper::Dumper;
use python::Python;
use reloadsafe::python::PythonVersion;
use reloadsafe::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use reloadsafe::text::decode::decode;
use reloadsafe::text::source::{Revision, Source};
use serde_json::{Value, json};

/// Of the standard library, every how many-th file is compared in an ordinary run.
const STRIDE: usize = 13;

fn full() -> bool {
    std::env::var("RELOADSAFE_FULL_ORACLE").is_ok_and(|value| value == "1")
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// The version of the local python3 and its standard library.
fn library(python: &mut Python) -> (PythonVersion, Vec<PathBuf>) {
    let answer = python.ask(&json!(["version"]));
    let minor = answer[0].as_u64().expect("a minor version") as u8;
    let root =
        Path::new(answer[1].as_str().expect("a path")).parent().expect("a folder").to_owned();
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("site-packages") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                files.push(path);
            }
        }
    }
    files.sort();
    (PythonVersion { minor }, files)
}

fn parse_text(text: String, python: PythonVersion) -> Result<Parsed, ParseFailure> {
    let source = Source::new("m.py", Revision::Current, text);
    parse(&source, &ParseOptions::new(python))
}

/// The first top-level statement whose dump differs.
fn difference(parsed: &Parsed, theirs: &[Value]) -> Option<usize> {
    let dumper = Dumper { ast: &parsed.ast, source: &parsed.source };
    let ours: Vec<_> =
        parsed.ast.body.iter().map(|&id| crc32(dumper.stmt(id).as_bytes())).collect();
    let same = |(ours, theirs): (&u32, &Value)| theirs[1].as_u64() == Some(u64::from(*ours));
    let first = ours.iter().zip(theirs).position(|pair| !same(pair));
    first.or((ours.len() != theirs.len()).then_some(ours.len().min(theirs.len())))
}

#[test]
fn the_standard_library_has_the_same_trees_and_the_same_health() {
    let Some(mut python) = Python::start() else { return };
    let (version, files) = library(&mut python);
    let mut wrong = Vec::new();
    for path in files.iter().step_by(if full() { 1 } else { STRIDE }) {
        let answer = python.ask(&json!(["tree", path]));
        let ours = decode(std::fs::read(path).expect("a readable file"))
            .map_err(|error| error.to_string())
            .and_then(|text| parse_text(text, version).map_err(|error| error.to_string()));
        match (ours, answer.as_array()) {
            // Before 3.9 only the health is compared.
            (Ok(_), Some(_)) if version.minor < 9 => {}
            (Ok(parsed), Some(theirs)) => {
                if let Some(index) = difference(&parsed, theirs) {
                    wrong.push(explain(&mut python, path, &parsed, index));
                }
            }
            (Err(message), Some(_)) => wrong.push(format!("{}: {message}", path.display())),
            (Ok(_), None) => wrong.push(format!("{}: should not compile", path.display())),
            (Err(_), None) => {}
        }
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

/// Where two dumps of a statement part.
fn explain(python: &mut Python, path: &Path, parsed: &Parsed, index: usize) -> String {
    let Some(&id) = parsed.ast.body.get(index) else { return format!("{}: short", path.display()) };
    let ours = Dumper { ast: &parsed.ast, source: &parsed.source }.stmt(id);
    let answer = python.ask(&json!(["dump", path, index]));
    let theirs = answer.as_str().unwrap_or_default();
    let at = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b).count();
    let show = |text: &str| {
        let bytes =
            &text.as_bytes()[at.saturating_sub(60).min(text.len())..(at + 60).min(text.len())];
        String::from_utf8_lossy(bytes).into_owned()
    };
    format!("{}:\n  ours   {}\n  theirs {}", path.display(), show(&ours), show(theirs))
}

/// Small modules, one of every construct; mutations of them probe the health check.
const SNIPPETS: &str = include_str!("syntax_oracle/snippets.txt");

fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    let mut in_word = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match ranges.last_mut() {
            Some(last) if in_word && word(c) => last.end = end,
            _ => ranges.push(at..end),
        }
        in_word = word(c);
    }
    ranges
}

const INSERTED: [&str; 28] = [
    "(", ")", "[", "]", "{", "}", ",", ":", ";", "=", "*", "**", ".", "\n", "\n    ", "\t", "'",
    "x", "1", "not ", "lambda: ", "yield ", "await ", ":=", " if ", " as ", "@", "\\",
];

/// Every way to delete a token, insert one or cut the text off.
fn mutations(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for range in tokens(text) {
        out.push(text[..range.start].to_owned());
        out.push(format!("{}{}", &text[..range.start], &text[range.end..]));
        for inserted in INSERTED {
            out.push(format!("{}{inserted}{}", &text[..range.start], &text[range.start..]));
        }
    }
    out
}

/// Asks python3 which texts compile and holds our answer against it: what we take for
/// healthy must compile. Says how many of those that compile we refuse.
fn judge(python: &mut Python, version: PythonVersion, texts: &[String]) -> (usize, Vec<String>) {
    let mut question = vec![json!("compiles")];
    question.extend(texts.iter().map(|text| json!(text)));
    let answer = python.ask(&Value::Array(question));
    let mut refused = 0;
    let mut unsound = Vec::new();
    for (text, compiles) in texts.iter().zip(answer.as_array().expect("a list")) {
        let ours = parse_text(text.clone(), version);
        match (ours, compiles.as_bool()) {
            (Ok(_), Some(false)) => unsound.push(format!("healthy, but: {text:?}")),
            (Err(failure), Some(true)) => {
                refused += 1;
                if std::env::var_os("RELOADSAFE_SHOW_REFUSED").is_some() {
                    eprintln!("refused: {failure}: {text:?}");
                }
            }
            _ => {}
        }
    }
    (refused, unsound)
}

#[test]
fn what_is_healthy_compiles_however_it_is_mutilated() {
    let Some(mut python) = Python::start() else { return };
    let minor = python.ask(&json!(["version"]))[0].as_u64().expect("a minor version") as u8;
    let version = PythonVersion { minor };
    let stride = if full() { 1 } else { 7 };
    let (mut total, mut refused, mut unsound) = (0, 0, Vec::new());
    for (index, snippet) in SNIPPETS.split("#---\n").enumerate() {
        let mut texts: Vec<String> =
            mutations(snippet).into_iter().skip(index % stride).step_by(stride).collect();
        texts.push(snippet.to_owned());
        total += texts.len();
        let (more, wrong) = judge(&mut python, version, &texts);
        refused += more;
        unsound.extend(wrong);
    }
    eprintln!("{total} texts, {refused} of them compile and are refused");
    assert!(unsound.is_empty(), "{} texts:\n{}", unsound.len(), unsound.join("\n"));
    assert!(refused * 500 <= total, "{refused} of {total} texts compile and are refused");
}

#[test]
fn one_of_each_kind_of_error_is_refused() {
    let Some(mut python) = Python::start() else { return };
    let minor = python.ask(&json!(["version"]))[0].as_u64().expect("a minor version") as u8;
    let texts: Vec<String> =
        include_str!("syntax_oracle/errors.txt").split("#---\n").map(str::to_owned).collect();
    let (_, unsound) = judge(&mut python, PythonVersion { minor }, &texts);
    assert!(unsound.is_empty(), "{}", unsound.join("\n"));
    for text in texts {
        for minor in 8..=14 {
            let answer = parse_text(text.clone(), PythonVersion { minor });
            assert!(answer.is_err(), "accepted for 3.{minor}: {text:?}");
        }
    }
}

#[test]
fn a_lone_carriage_return_ends_a_line_as_for_cpython() {
    let text = "def f():\r    return 1\rx = '''a\rb'''\r";
    let parsed = parse_text(text.to_owned(), PythonVersion::DEFAULT).expect("healthy");
    let unix = parse_text(text.replace('\r', "\n"), PythonVersion::DEFAULT).expect("healthy");
    let prints = |parsed: &Parsed| -> Vec<u64> {
        parsed.ast.body.iter().map(|&id| parsed.ast.stmt(id).fingerprint).collect()
    };
    assert_eq!(prints(&parsed), prints(&unix));
    assert_eq!(Arc::clone(&parsed.source).line_count(), 5);
}
