//! Vim with ALE: findings, a fix, old versions and commands.

use std::process::Command;

use super::{SHAPES, Said, folder, program, skip};

#[test]
fn vim_shows_findings_applies_a_fix_and_opens_old_versions() {
    let Some(vim) = program("RELOADSAFE_VIM", "vim") else { return };
    let directory = tempfile::tempdir().unwrap();
    let has_ale = "try | packadd ale | catch | cquit | endtry | qall";
    let mut batch = Command::new(vim);
    batch.args(["--not-a-term", "-T", "dumb", "--clean", "-es"]);
    batch.env("HOME", directory.path()).stdin(std::process::Stdio::null());
    let probe = Command::new(batch.get_program())
        .args(batch.get_args())
        .args(["-c", has_ale])
        .stdin(std::process::Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return skip("this Vim has no ALE (package vim-ale)");
    }
    let (file, out) = (directory.path().join("shapes.py"), directory.path().join("out"));
    std::fs::write(&file, SHAPES).unwrap();
    let folder = folder("vim");
    batch.arg("-S").arg(folder.join("test.vim")).env("FOLDER", folder);
    batch.env("FILE", &file).env("OUT", &out).env("SERVER", env!("CARGO_BIN_EXE_reloadsafe"));
    batch.status().unwrap();
    let said = Said(std::fs::read_to_string(out).unwrap());
    assert!(said.value("ghost").starts_with("6: `area` was renamed to `surface`"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("namespace"), "orphan");
    assert_eq!(said.value("old"), "def area(w, h):");
    assert_eq!(said.value("diff"), "1");
    assert_eq!(said.value("restarted"), "0");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
