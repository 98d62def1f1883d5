//! Kate on a screen of its own: a finding and its fix.

use super::{SHAPES, by_script, skip};

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
    let (said, saved) = by_script("kate", &["kate".into()]);
    assert_eq!(said.value("error"), "marked");
    assert_eq!(said.value("saved"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(saved, SHAPES.replace("area", "surface"));
}
