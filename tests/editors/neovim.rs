//! Neovim: findings, a fix, old versions and commands.

use std::path::Path;
use std::process::Command;

use super::{program, skip};

const SHAPES: &str = "def area(w, h):\n    return w * h\n\n\ndef total(items):\n    return sum(area(w, h) for w, h in items)\n";

/// `vim.lsp.config`, which the folder is for, came with Neovim 0.11.
fn is_recent(neovim: &Path) -> bool {
    let output = Command::new(neovim).arg("--version").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().find_map(|word| word.strip_prefix('v')).unwrap_or("0");
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let recent = version >= (0, 11);
    if !recent {
        skip(&format!("Neovim {version:?} is older than 0.11"));
    }
    recent
}

#[test]
fn neovim_shows_findings_applies_a_fix_and_opens_old_versions() {
    let Some(neovim) = program("RELOADSAFE_NVIM", "nvim") else { return };
    if !is_recent(&neovim) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/neovim");
    let output = Command::new(neovim)
        .args(["--headless", "--clean", "-u", "NONE", "-l"])
        .args([folder.join("test.lua"), folder.clone()])
        .arg(env!("CARGO_BIN_EXE_reloadsafe"))
        .arg(&file)
        .env("XDG_STATE_HOME", directory.path().join("state"))
        .output()
        .unwrap();
    let (said, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    // Messages of the editor itself may stand before what the script says.
    let value = |key: &str| {
        let line = said
            .lines()
            .chain(errors.lines())
            .find_map(|line| line.split_once(&format!("{key}\t")));
        line.unwrap_or_else(|| panic!("no {key} in:\n{said}\n{errors}")).1.to_owned()
    };
    assert!(value("ghost").starts_with("6: `area` was renamed to `surface`"));
    assert_eq!(value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(value("old"), "def area(w, h):");
    assert_eq!(value("namespace"), "orphan");
    assert_eq!(value("restarted"), "0");
    assert_eq!(value("stopped"), "true");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
