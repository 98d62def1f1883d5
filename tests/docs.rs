//! The documentation: what its pages show is what the program prints and what CPython does.
//!
//! `docs/rules/` is made of the rules' own pages and their examples, executed; the blocks of
//! console output on the other pages are executed in the folders of `docs/examples/`;
//! `docs/accuracy.md` is made of the README. With `DOCS_BLESS=1` what is different is written.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

#[path = "docs/accuracy.rs"]
mod accuracy;
#[path = "docs/console.rs"]
mod console;
#[path = "docs/pages.rs"]
mod pages;
#[path = "docs/rules.rs"]
mod rules;

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn docs() -> PathBuf {
    root().join("docs")
}

/// The pages below a folder, by path.
fn pages_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Checks that a page is what it should be, or makes it so. What is wrong, in words.
fn settle(page: &Path, wanted: &str) -> Option<String> {
    let is = std::fs::read_to_string(page).unwrap_or_default();
    if is == wanted {
        return None;
    }
    if std::env::var_os("DOCS_BLESS").is_some() {
        std::fs::create_dir_all(page.parent().unwrap()).unwrap();
        std::fs::write(page, wanted).unwrap();
        return None;
    }
    let differs = similar::TextDiff::from_lines(is.as_str(), wanted);
    let diff = differs.unified_diff().context_radius(2).header("the page", "now").to_string();
    Some(format!("{}:\n{diff}", page.display()))
}

#[track_caller]
fn assert_settled(wrong: &[String]) {
    assert!(wrong.is_empty(), "DOCS_BLESS=1 writes what is right now\n{}", wrong.join("\n"));
}

/// Whether there is a Python for which the examples are printed as the pages have them: from 3.11 on
/// its own library is read as it is there.
fn has_python() -> bool {
    let script = "import sys; sys.exit(sys.version_info < (3, 11))";
    let asked = std::process::Command::new("python3").args(["-c", script]).status();
    let found = asked.is_ok_and(|status| status.success());
    if !found {
        skip("there is no python3 of 3.11 or newer", "RELOADSAFE_REQUIRE_PYTHON");
    }
    found
}

/// Says that a test cannot be made here; where the environment requires it that is a failure.
fn skip(why: &str, required: &str) {
    assert!(std::env::var_os(required).is_none(), "{why}");
    eprintln!("SKIPPED: {why}");
}
