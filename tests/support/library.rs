//! Modules of the standard library of the `python3` at hand.

use std::path::PathBuf;
use std::process::Command;

/// The texts of modules, by name; those that this Python does not have are left out. None, and
/// said so, where there is no python3.
#[allow(clippy::print_stderr, reason = "a skipped test says so")]
pub(crate) fn texts<'a>(names: &[&'a str]) -> Option<Vec<(&'a str, String)>> {
    let ask = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let Ok(said) = Command::new("python3").args(["-c", ask]).output() else {
        assert!(
            std::env::var_os("RELOADSAFE_REQUIRE_PYTHON").is_none(),
            "python3 is required and cannot be run"
        );
        eprintln!("*** SKIPPED: there is no python3 ***");
        return None;
    };
    let folder = PathBuf::from(String::from_utf8_lossy(&said.stdout).trim());
    let text = |name: &str| std::fs::read_to_string(folder.join(format!("{name}.py"))).ok();
    Some(names.iter().filter_map(|&name| Some((name, text(name)?))).collect())
}
