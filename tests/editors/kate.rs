//! Kate on a screen of its own: a finding and its fix.

use std::process::Command;

use super::{SHAPES, Said, folder, skip};

/// What the script in the folder starts.
const PROGRAMS: [&str; 5] = ["kate", "Xvfb", "xdotool", "import", "dbus-run-session"];

#[test]
fn kate_marks_a_finding_and_applies_a_fix() {
    // Not all of them know `--version`, and Kate wants a screen even for that.
    let on_path = |name: &str| {
        let places = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&places).any(|place| place.join(name).is_file())
    };
    if let Some(missing) = PROGRAMS.iter().find(|name| !on_path(name)) {
        return skip(&format!("{missing} is not installed"));
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let said = Said::by(
        Command::new("python3")
            .arg(folder("kate").join("test.py"))
            .arg("kate")
            .arg(env!("CARGO_BIN_EXE_reloadsafe"))
            .arg(directory.path()),
    );
    assert_eq!(said.value("error"), "marked");
    assert_eq!(said.value("saved"), "    return sum(surface(w, h) for w, h in items)");
    let saved = std::fs::read_to_string(&file).unwrap();
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
