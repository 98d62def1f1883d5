//! Emacs with Eglot: findings, a fix, old versions and commands.

use std::process::Command;

use super::{SHAPES, Said, folder, program, skip};

#[test]
fn emacs_shows_findings_applies_a_fix_and_opens_old_versions() {
    let Some(emacs) = program("RELOADSAFE_EMACS", "emacs") else { return };
    let directory = tempfile::tempdir().unwrap();
    // Eglot is part of Emacs 29; before, it is a package of the system.
    let mut batch = Command::new(emacs);
    batch.args(["--batch", "-f", "package-activate-all"]).env("HOME", directory.path());
    let has_eglot = "(unless (locate-library \"eglot\") (kill-emacs 3))";
    let probe = Command::new(batch.get_program())
        .args(batch.get_args())
        .args(["--eval", has_eglot])
        .env("HOME", directory.path())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return skip("this Emacs has no Eglot (before Emacs 29 a package, elpa-eglot)");
    }
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let folder = folder("emacs");
    batch.arg("-l").arg(folder.join("reloadsafe.el")).arg("-l").arg(folder.join("test.el"));
    batch.env("FILE", &file).env("SERVER", env!("CARGO_BIN_EXE_reloadsafe"));
    let said = Said::by(&mut batch);
    assert!(said.value("ghost").starts_with("6: reloadsafe [RS104]: `area` was renamed"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("old"), "def area(w, h):");
    assert_eq!(said.value("name"), "*reloadsafe shapes.py version 0*");
    assert_eq!(said.value("namespace"), "orphan");
    assert_eq!(said.value("history"), "reloaded");
    assert_eq!(said.value("restarted"), "0");
    assert_eq!(said.value("stopped"), "true");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
