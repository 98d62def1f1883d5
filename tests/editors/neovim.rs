//! Neovim: findings, a fix, old versions and commands.

use std::path::Path;
use std::process::Command;

use super::{SHAPES, Said, folder, program, skip};

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
    let folder = folder("neovim");
    let said = Said::by(
        Command::new(neovim)
            .args(["--headless", "--clean", "-u", "NONE", "-l"])
            .args([folder.join("test.lua"), folder.clone()])
            .arg(env!("CARGO_BIN_EXE_reloadsafe"))
            .arg(&file)
            .env("XDG_STATE_HOME", directory.path().join("state")),
    );
    assert!(said.value("ghost").starts_with("6: `area` was renamed to `surface`"));
    assert_eq!(said.value("fixed"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("old"), "def area(w, h):");
    assert_eq!(said.value("namespace"), "orphan");
    assert_eq!(said.value("history"), "version 1: reloaded");
    assert_eq!(said.value("diff"), "true");
    assert_eq!(said.value("lens"), "orphan");
    assert_eq!(said.value("lspconfig"), "reloadsafe");
    assert_eq!(said.value("restarted"), "0");
    assert_eq!(said.value("stopped"), "true");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
