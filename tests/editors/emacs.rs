//! Emacs with Eglot and with lsp-mode: findings, a fix, old versions and commands.

use std::path::Path;
use std::process::Command;

use super::{SHAPES, Said, folder, program, skip};

/// Emacs without a terminal, with its packages, or nothing where it or the library is missing.
fn batch(home: &Path, library: &str) -> Option<Command> {
    let emacs = program("RELOADSAFE_EMACS", "emacs")?;
    let start = || {
        let mut batch = Command::new(&emacs);
        batch.args(["--batch", "-f", "package-activate-all"]).env("HOME", home);
        batch
    };
    let has_it = format!("(unless (locate-library \"{library}\") (kill-emacs 3))");
    let probe = start().args(["--eval", &has_it]).output();
    if probe.is_ok_and(|output| output.status.success()) {
        return Some(start());
    }
    skip(&format!("this Emacs has no {library} (package elpa-{library})"));
    None
}

/// Runs a script of the folder over a module; gives what it said and what the file became.
fn run(mut batch: Command, script: &str, directory: &Path) -> (Said, String) {
    let file = directory.join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let folder = folder("emacs");
    batch.arg("-L").arg(&folder).arg("-l").arg(folder.join(script));
    batch.env("FILE", &file).env("SERVER", env!("CARGO_BIN_EXE_reloadsafe"));
    let said = Said::by(&mut batch);
    (said, std::fs::read_to_string(&file).unwrap())
}

#[test]
fn emacs_shows_findings_applies_a_fix_and_opens_old_versions() {
    let directory = tempfile::tempdir().unwrap();
    // Part of Emacs 29; before, a package of the system.
    let Some(batch) = batch(directory.path(), "eglot") else { return };
    let (said, saved) = run(batch, "test-eglot.el", directory.path());
    assert!(said.value("ghost").starts_with("6: reloadsafe [RS104]: `area` was renamed"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("old"), "def area(w, h):");
    assert_eq!(said.value("name"), "*reloadsafe shapes.py version 0*");
    assert_eq!(said.value("namespace"), "orphan");
    assert_eq!(said.value("history"), "reloaded");
    assert_eq!(said.value("restarted"), "0");
    assert_eq!(said.value("stopped"), "true");
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}

#[test]
fn emacs_does_the_same_with_lsp_mode() {
    let directory = tempfile::tempdir().unwrap();
    let Some(batch) = batch(directory.path(), "lsp-mode") else { return };
    let (said, saved) = run(batch, "test-lsp-mode.el", directory.path());
    assert!(said.value("ghost").starts_with("6: `area` was renamed to `surface`"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("old"), "def area(w, h):");
    assert_eq!(said.value("name"), "*reloadsafe shapes.py version 0*");
    assert_eq!(said.value("namespace"), "orphan");
    assert_eq!(said.value("lens"), "*reloadsafe shapes.py namespace*");
    assert_eq!(said.value("restarted"), "0");
    assert_eq!(said.value("stopped"), "true");
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
