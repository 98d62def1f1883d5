//! Helix in a terminal: a finding and its fix.

use std::process::Command;

use super::{SHAPES, Said, folder, program};

#[test]
fn helix_shows_a_finding_and_applies_a_fix() {
    let Some(helix) = program("RELOADSAFE_HELIX", "hx") else { return };
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let said = Said::by(
        Command::new("python3")
            .arg(folder("helix").join("test.py"))
            .arg(helix)
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
