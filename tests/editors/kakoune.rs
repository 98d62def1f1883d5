//! Kakoune with kak-lsp in a terminal: a finding and its fix. Compiling kak-lsp takes too long for
//! CI, and no registry has it compiled, so CI goes without.

use std::process::Command;

use super::{SHAPES, Said, folder};

#[test]
fn kakoune_shows_a_finding_and_applies_a_fix() {
    let named = ["RELOADSAFE_KAKOUNE", "RELOADSAFE_KAK_LSP"].map(std::env::var_os);
    let [Some(kakoune), Some(kak_lsp)] = named else {
        return eprintln!(
            "SKIPPED: RELOADSAFE_KAKOUNE and RELOADSAFE_KAK_LSP do not name both (tmux is needed, too)"
        );
    };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let said = Said::by(
        Command::new("python3")
            .arg(folder("kakoune").join("test.py"))
            .args([kakoune, kak_lsp])
            .arg(env!("CARGO_BIN_EXE_reloadsafe"))
            .arg(directory.path()),
    );
    assert!(said.value("ghost").starts_with("`area` was renamed to `surface`"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("saved"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("restarted"), "true");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
