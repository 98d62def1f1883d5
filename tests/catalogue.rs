//! The catalogue's entries against the real libraries: each of them is found by the engine, at
//! its line, and is what CPython does. And nothing is said of what is harmless.
//!
//! `RELOADSAFE_CATALOGUE` is the `python` of an environment with the packages of
//! `tests/catalogue/requirements.txt`. Without it the libraries' cases are skipped, which is said;
//! with `RELOADSAFE_REQUIRE_CATALOGUE` set, as in CI, that is a failure. The standard library's
//! cases need a `python3`.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};

use reloadsafe::catalogue::{Catalogue, Use};
use serde::Deserialize;
use serde_json::Value;

#[path = "support/edits.rs"]
mod edits;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    of: String,
    module: String,
    shared: Option<String>,
    /// The module as it is when it is reloaded, where that is not as it was imported.
    edited: Option<String>,
    probe: Option<String>,
    /// Statements that put there what the module depends on, and that take it away.
    setup: Option<String>,
    away: Option<String>,
    /// Its libraries are too large for CI, or do not go with the others: it is run only where
    /// `RELOADSAFE_CATALOGUE_APART` is set, and then no others are.
    #[serde(default)]
    apart: bool,
    /// It opens a window: it is run on a screen of its own.
    #[serde(default)]
    display: bool,
    /// The `N` of the first Python 3.N that does it.
    min_python: Option<u64>,
    /// No fact is about it: it is found by following the code.
    #[serde(skip)]
    is_followed: bool,
}

/// What a fix that stands for an answer of its own is called.
const LATER: &str = "Move the call into a function";

impl Case {
    /// The module as it is reloaded.
    fn reloaded(&self) -> &str {
        self.edited.as_ref().unwrap_or(&self.module)
    }

    /// What is done before the import and before the reload.
    fn outside(&self) -> (&str, &str) {
        (self.setup.as_deref().unwrap_or_default(), self.away.as_deref().unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct Harmless {
    module: Vec<String>,
}

/// `$RELOADSAFE_BIN`, or the binary under test.
fn binary() -> PathBuf {
    std::env::var_os("RELOADSAFE_BIN")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_reloadsafe")), PathBuf::from)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of `tests/catalogue`, in which every `{own}` is a number of its own: a port,
/// or part of a name, that no test beside it takes.
fn read(name: &str) -> String {
    let text = fs::read_to_string(root().join("tests/catalogue").join(name)).unwrap();
    let mut parts = text.split("{own}");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, after| before + &own_port().to_string() + after)
}

/// A port of the loopback interface that is free, and that this process gave to nobody else. The
/// system gives none below 32768 to whoever asks for any (Linux, `ip_local_port_range`).
fn own_port() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let start = std::process::id() % 1_000 * 10;
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let next = || {
        let given = GIVEN.fetch_add(1, Ordering::Relaxed);
        20_000 + (u16::try_from(start).unwrap() + given) % 10_000
    };
    std::iter::repeat_with(next).take(10_000).find(is_free).expect("no port is free")
}

/// The cases of the catalogue's entries.
fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(&read("cases.toml")).unwrap().case
}

/// Those, and what is found by following the code.
fn all_cases() -> Vec<Case> {
    let mut followed = toml::from_str::<Cases>(&read("followed.toml")).unwrap().case;
    followed.iter_mut().for_each(|case| case.is_followed = true);
    let mut all = cases();
    all.append(&mut followed);
    all
}

/// Whether a case is for this run.
fn is_meant(case: &Case) -> bool {
    case.apart == std::env::var_os("RELOADSAFE_CATALOGUE_APART").is_some()
}

/// The interpreter, and whether the libraries are there.
fn python() -> Option<(PathBuf, bool)> {
    if let Some(given) = std::env::var_os("RELOADSAFE_CATALOGUE") {
        return Some((root().join(given), true));
    }
    assert!(
        std::env::var_os("RELOADSAFE_REQUIRE_CATALOGUE").is_none(),
        "RELOADSAFE_CATALOGUE is not set"
    );
    let found = Command::new("python3").arg("--version").output().is_ok();
    let required = std::env::var_os("RELOADSAFE_REQUIRE_PYTHON").is_some();
    assert!(found || !required, "there is no python3");
    if !found {
        eprintln!("SKIPPED: there is no python3");
    }
    found.then(|| (PathBuf::from("python3"), false))
}

/// Whether windows can be opened; says so where not.
fn has_display(python: &Path) -> bool {
    let runs = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    let found = runs(Command::new(python).args(["-c", "import tkinter"]))
        && runs(Command::new("xvfb-run").arg("--help"));
    let required = std::env::var_os("RELOADSAFE_REQUIRE_CATALOGUE").is_some();
    assert!(found || !required, "there is no tkinter or no xvfb-run");
    if !found {
        eprintln!("SKIPPED: cases with windows need tkinter and xvfb-run");
    }
    found
}

fn minor_of(python: &Path) -> u64 {
    let code = "import sys; print(sys.version_info.minor)";
    let said = Command::new(python).args(["-c", code]).output().unwrap().stdout;
    String::from_utf8(said).unwrap().trim().parse().unwrap()
}

/// Whether a case needs nothing but the standard library.
fn is_standard(case: &Case) -> bool {
    let of = &case.of;
    let is_in = |file: &str| {
        let text = fs::read_to_string(root().join("src/catalogue").join(file)).unwrap();
        text.contains(&format!("\"{of}\""))
    };
    case.is_followed
        || is_in("standard_library.toml")
        || (is_in("environment.toml") && !of.starts_with("requests."))
}

/// An empty directory with the case's files.
fn written(name: &str, module: &str, shared: Option<&str>) -> PathBuf {
    let own = format!("{}-{}", std::process::id(), name);
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("catalogue").join(own);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(directory.join("files")).unwrap();
    fs::write(directory.join("m.py"), module).unwrap();
    fs::write(directory.join("shared.py"), shared.unwrap_or_default()).unwrap();
    fs::write(directory.join("d.json"), "[]").unwrap();
    directory
}

/// The text of `m.py` that is reloaded, where it is another one (`run.py` knows it, too).
const EDITED: &str = "files/m.py";

/// Puts the text there that is reloaded.
fn edit(directory: &Path, case: &Case) {
    if let Some(edited) = &case.edited {
        fs::write(directory.join(EDITED), edited).unwrap();
    }
}

/// What the engine says of a module that is reloaded, as it is or as [`edit`] has left it.
fn findings(directory: &Path, python: &Path, minor: u64, more: &[&str]) -> Vec<Value> {
    let module = directory.join("m.py");
    let mut command = Command::new(binary());
    let edited = directory.join(EDITED);
    let reloaded = if edited.exists() { &edited } else { &module };
    command.arg("simulate").args([&module, reloaded]).arg("--root").arg(directory);
    command.args(["--module", "m", "--isolated", "--output-format", "json"]);
    command.args(["--python-version", &format!("3.{minor}")]).args(more);
    if python.is_absolute() {
        command.arg("--python").arg(python);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let answer: Value = serde_json::from_str(&said)
        .unwrap_or_else(|_| panic!("{said}{}", String::from_utf8_lossy(&output.stderr)));
    answer["diagnostics"].as_array().unwrap().clone()
}

/// What CPython does.
fn truth(
    directory: &Path,
    python: &Path,
    probe: &str,
    (setup, away): (&str, &str),
    display: bool,
) -> Result<Value, String> {
    let program = root().join("tests/catalogue/run.py");
    let mut command = match display {
        true => Command::new("xvfb-run"),
        false => Command::new(python),
    };
    if display {
        command.arg("--auto-servernum").arg(python);
    }
    command.arg(program).arg(directory).arg(probe);
    command.args([setup, away]);
    for variable in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONWARNINGS"] {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let last = said.lines().last().unwrap_or_default();
    serde_json::from_str(last)
        .map_err(|_| format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// The code that is expected of a case, and the line.
fn expected(case: &Case) -> (&'static str, u64) {
    let mut marked = case.reloaded().lines().enumerate().filter_map(|(at, line)| {
        let code = match line.rsplit_once("  # ")?.1 {
            "raises" => "RS203",
            "repeats" => "RS306",
            "depends" => "RS204",
            "wraps" => "RS307",
            _ => return None,
        };
        Some((code, at as u64 + 1))
    });
    marked.next().unwrap_or_else(|| panic!("no line of {} is marked", case.of))
}

/// What is wrong with a case.
fn check(number: usize, case: &Case, python: &Path, minor: u64) -> Option<String> {
    let (code, line) = expected(case);
    let directory = written(&number.to_string(), &case.module, case.shared.as_deref());
    edit(&directory, case);
    let said = findings(&directory, python, minor, &["--no-fixes"]);
    let own: Vec<&Value> = said.iter().filter(|found| found["code"] == code).collect();
    let is_there = own.len() == 1 && own[0]["range"]["start"]["line"] == line;
    // What is known of a library may be found in its source, too.
    let silent = match is_standard(case) {
        true => findings(&directory, python, minor, &["--no-catalogue", "--no-fixes"]),
        false => Vec::new(),
    };
    let truth = truth(
        &directory,
        python,
        case.probe.as_deref().unwrap_or("0"),
        case.outside(),
        case.display,
    );
    let _ = fs::remove_dir_all(&directory);
    let truth = match truth {
        Ok(truth) => truth,
        Err(said) => return Some(format!("the import fails: {said}")),
    };
    let is_true = match code {
        "RS203" => truth["line"] == line,
        "RS204" => truth["line"] == line && case.away.is_some(),
        _ => {
            let count = |at: usize| truth["counts"][at].as_i64().unwrap_or(0);
            truth["line"].is_null() && count(1) > count(0)
        }
    };
    let told = said.iter().map(|found| format!("{} {}", found["code"], found["message"]));
    let told: Vec<String> = told.collect();
    if !is_there {
        return Some(format!("the engine says {told:?}, CPython {truth}"));
    }
    if !is_true {
        return Some(format!("CPython: {truth}"));
    }
    if matches!(code, "RS203" | "RS204") {
        let shown = own[0]["message"].as_str().unwrap_or_default();
        let mut classes = truth["exceptions"].as_array().unwrap().iter().flat_map(Value::as_str);
        // A call that is written anew may raise anything else, too.
        let is_unnamed = case.edited.is_some() && shown.contains("may raise when");
        if !is_unnamed && !classes.any(|class| shown.contains(&format!("`{class}`"))) {
            return Some(format!("another exception: {shown}, CPython {truth}"));
        }
    }
    let is_quiet = |found: &&Value| matches!(found["code"].as_str(), Some("RS900" | "RS204"));
    let others = said.iter().filter(|found| found["code"] != code && !is_quiet(found));
    if others.count() > 0 {
        return Some(format!("more than one finding: {told:?}"));
    }
    // Without it, code that is followed may say the same, and nothing else.
    let is_same = |found: &Value| found["code"] == code && found["range"]["start"]["line"] == line;
    (!silent.iter().all(is_same)).then(|| format!("without the catalogue: {silent:?}"))
}

/// The cases that can be run here, with their numbers. Says which others there are.
fn runnable<'c>(cases: &'c [Case], python: &Path, has_libraries: bool) -> Vec<(usize, &'c Case)> {
    let (minor, has_windows) = (minor_of(python), has_display(python));
    let mut chosen = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        if !is_meant(case) {
            eprintln!("SKIPPED: {} (apart: {})", case.of, case.apart);
        } else if !has_libraries && !is_standard(case) {
            eprintln!("SKIPPED: {} (RELOADSAFE_CATALOGUE is not set)", case.of);
        } else if case.min_python.is_some_and(|first| minor < first) {
            eprintln!("SKIPPED: {} is not for Python 3.{minor}", case.of);
        } else if !case.display || has_windows {
            chosen.push((number, case));
        }
    }
    chosen
}

#[test]
fn every_entry_is_found_and_true() {
    let Some((python, has_libraries)) = python() else { return };
    let minor = minor_of(&python);
    let cases = all_cases();
    let chosen = runnable(&cases, &python, has_libraries);
    let tried = |(number, case): &(usize, &Case)| {
        check(*number, case, &python, minor).map(|why| format!("{}: {why}", case.of))
    };
    let failures = on_each(&chosen, tried);
    assert!(failures.is_empty(), "{}\n{} of {}", failures.join("\n"), failures.len(), chosen.len());
    eprintln!("{} cases", chosen.len());
}

/// What is wrong with the fixes of a case: with each of them the library lets the module be
/// reloaded twice, what it does is not there once more, and a fresh import does what it did.
fn check_fixes(number: usize, case: &Case, python: &Path, minor: u64) -> (usize, Vec<String>) {
    let shared = case.shared.as_deref();
    let directory = written(&format!("fixed-{number}"), &case.module, shared);
    edit(&directory, case);
    let said = findings(&directory, python, minor, &[]);
    let probe = case.probe.as_deref().unwrap_or("0");
    let before = truth(&directory, python, probe, case.outside(), case.display);
    let (mut tried, mut wrong) = (0, Vec::new());
    let fixes = said.iter().flat_map(|found| found["fixes"].as_array().into_iter().flatten());
    for fix in fixes {
        let title = fix["title"].as_str().unwrap_or_default();
        if title.starts_with("Silence ") {
            continue;
        }
        let changes: Vec<&Value> = fix["edits"].as_array().into_iter().flatten().collect();
        let text = edits::edited(case.reloaded(), &changes);
        let directory = written(&format!("fixed-{number}-{tried}"), &text, shared);
        let after = truth(&directory, python, probe, case.outside(), case.display);
        let _ = fs::remove_dir_all(&directory);
        tried += 1;
        let is_right = match (&before, &after) {
            (Ok(before), Ok(after)) => {
                let counts = &after["counts"];
                let first =
                    if title.starts_with(LATER) { &counts[0] } else { &before["counts"][0] };
                after["line"].is_null()
                    && after["again"].is_null()
                    && (0..3).all(|at| counts[at] == *first)
            }
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{}: \"{title}\": {before:?}, then {after:?}:{text}", case.of));
        }
    }
    let _ = fs::remove_dir_all(&directory);
    (tried, wrong)
}

#[test]
fn every_fix_works() {
    let Some((python, has_libraries)) = python() else { return };
    let minor = minor_of(&python);
    let cases = all_cases();
    let mut chosen = runnable(&cases, &python, has_libraries);
    chosen.retain(|(_, case)| case.away.is_none());
    let (tried, without) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failures = on_each(&chosen, |(number, case)| {
        let (fixes, wrong) = check_fixes(*number, case, &python, minor);
        tried.fetch_add(fixes, Ordering::Relaxed);
        without.fetch_add(usize::from(fixes == 0), Ordering::Relaxed);
        (!wrong.is_empty()).then(|| wrong.join("\n"))
    });
    let (tried, without) = (tried.into_inner(), without.into_inner());
    assert!(failures.is_empty(), "{}\n{} of {tried}", failures.join("\n"), failures.len());
    assert!(tried > chosen.len() / 2, "{tried} fixes of {} cases", chosen.len());
    eprintln!("{tried} fixes of {} cases, {without} have none", chosen.len());
}

/// What is wrong with some things, looked at side by side.
fn on_each<T: Sync>(things: &[T], check: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, NonZeroUsize::get) {
            scope.spawn(|| {
                while let Some(thing) = things.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let failure = check(thing);
                    failures.lock().unwrap().extend(failure);
                }
            });
        }
    });
    failures.into_inner().unwrap()
}

#[test]
fn every_entry_has_a_case() {
    let catalogue = Catalogue::built_in();
    let cases = cases();
    let is_tried = |number: usize| {
        cases.iter().any(|case| {
            let uses = catalogue.uses(&case.of);
            assert!(!uses.is_empty(), "no entry is about {}", case.of);
            uses.contains(&Use::Does(number))
        })
    };
    for (number, entry) in catalogue.entries().iter().enumerate() {
        assert!(is_tried(number), "no case is about {:?}", entry.paths);
    }
}

#[test]
fn what_is_harmless_is_silent() {
    let Some((python, _)) = python() else { return };
    let minor = minor_of(&python);
    let modules = toml::from_str::<Harmless>(&read("harmless.toml")).unwrap().module;
    assert!(modules.len() > 100);
    let numbered: Vec<(usize, &String)> = modules.iter().enumerate().collect();
    let failures = on_each(&numbered, |(number, module)| {
        let directory = written(&format!("harmless-{number}"), module, None);
        // What is outside may change; that is no matter of what runs twice.
        let said = findings(&directory, &python, minor, &["--ignore", "RS204", "--no-fixes"]);
        let truth = truth(&directory, &python, "0", ("", ""), false);
        let _ = fs::remove_dir_all(&directory);
        match truth {
            _ if !said.is_empty() => Some(format!("{module}: {said:?}")),
            Ok(truth) if truth["line"].is_null() => None,
            Ok(truth) => Some(format!("{module}: CPython: {truth}")),
            Err(said) => Some(format!("{module}: {said}")),
        }
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// `check` in a directory: what it says, and how it ends.
fn checked(directory: &Path, more: &[&str]) -> (String, Option<i32>) {
    let mut command = Command::new(binary());
    command.current_dir(directory).args(["check", "--no-base", "--no-progress"]).args(more);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.code())
}

#[test]
fn code_is_followed_for_the_one_rule_that_is_asked_for() {
    let module =
        "from shared import register\n\n\n@register\ndef moved(shape):\n    return shape\n";
    let shared = "HANDLERS = []\n\n\ndef register(function):\n    HANDLERS.append(function)\n    return function\n";
    let directory = written("alone", module, Some(shared));
    let (said, _) = checked(&directory, &["--select", "RS306"]);
    assert!(said.contains("RS306") && said.contains("m.py:4:2"), "{said}");
    let (said, code) = checked(&directory, &["--select", "RS201"]);
    assert_eq!(code, Some(0), "{said}");
    let _ = fs::remove_dir_all(&directory);
}

#[test]
fn facts_of_a_users_own_are_asked() {
    let directory = written("own", "import ourlib\n\nourlib.add(\"x\")\n", None);
    let facts = |key: &str| {
        let entry = "call = [\"ourlib.add\"]\nraises = \"KeyError\"\nreason = \"it is there\"\n";
        fs::write(directory.join("facts.toml"), format!("[[entry]]\n{entry}{key}\n")).unwrap();
    };
    fs::write(directory.join("reloadsafe.toml"), "catalogue = [\"facts.toml\"]\n").unwrap();
    facts("key = [\"0|name\"]");
    let (said, code) = checked(&directory, &[]);
    assert!(said.contains("RS203") && said.contains("m.py:3:8"), "{said}");
    assert_eq!(code, Some(1));
    let (said, code) = checked(&directory, &["--no-catalogue"]);
    assert_eq!(code, Some(0), "{said}");
    facts("keys = [\"0\"]");
    let (said, code) = checked(&directory, &[]);
    assert!(said.contains("facts.toml:5:1: unknown field `keys`"), "{said}");
    assert_eq!(code, Some(2));
    facts("key = [\"0-\"]");
    let (said, _) = checked(&directory, &[]);
    assert!(said.contains("facts.toml:5:8: `0-` is no argument"), "{said}");
    fs::remove_file(directory.join("facts.toml")).unwrap();
    let (said, code) = checked(&directory, &[]);
    assert!(said.contains("facts.toml: the catalogue: "), "{said}");
    assert_eq!(code, Some(2));
    let _ = fs::remove_dir_all(&directory);
}
