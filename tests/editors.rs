//! The editors' folders, each tried in the real editor. Where one is not installed its test says
//! so and is skipped; with `RELOADSAFE_REQUIRE_EDITORS` set, as in CI, that is a failure.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

#[path = "support/lsp.rs"]
mod lsp;

#[path = "editors/emacs.rs"]
mod emacs;
#[path = "editors/helix.rs"]
mod helix;
#[path = "editors/jupyterlab.rs"]
mod jupyterlab;
#[path = "editors/kakoune.rs"]
mod kakoune;
#[path = "editors/kate.rs"]
mod kate;
#[path = "editors/neovim.rs"]
mod neovim;
#[path = "editors/untried.rs"]
mod untried;
#[path = "editors/vim.rs"]
mod vim;
#[path = "editors/vscode.rs"]
mod vscode;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the editors open: its definition is renamed, and not its use.
const SHAPES: &str = "def area(w, h):\n    return w * h\n\n\ndef total(items):\n    return sum(area(w, h) for w, h in items)\n";

/// What is tried: one of the folders of `editors/`.
fn folder(editor: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("editors").join(editor)
}

/// What a script in an editor has printed, one `key<tab>value` a line.
struct Said(String);

impl Said {
    fn by(command: &mut Command) -> Said {
        let output = command.output().unwrap();
        let (said, errors) = (output.stdout, output.stderr);
        Said([&said, &b"\n"[..], &errors].map(String::from_utf8_lossy).concat())
    }

    /// Messages of the editor itself may stand before what the script says, even on its line.
    fn value(&self, key: &str) -> &str {
        let line = self.0.lines().find_map(|line| line.split_once(&format!("{key}\t")));
        line.unwrap_or_else(|| panic!("no {key} in:\n{}", self.0)).1
    }
}

/// Runs `test.py` of an editor's folder, which starts the program (and others) in a folder of its
/// own; gives what it said and what has become of the module.
fn by_script(editor: &str, programs: &[OsString]) -> (Said, String) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("shapes.py");
    std::fs::write(&file, SHAPES).unwrap();
    let said = Said::by(
        Command::new("python3")
            .arg(folder(editor).join("test.py"))
            .args(programs)
            .arg(env!("CARGO_BIN_EXE_reloadsafe"))
            .arg(directory.path()),
    );
    (said, std::fs::read_to_string(&file).unwrap())
}

/// A terminal editor has shown the finding and applied its fix.
fn assert_mended((said, saved): &(Said, String)) {
    assert!(said.value("ghost").starts_with("`area` was renamed to `surface`"));
    assert_eq!(said.value("title"), "Read `surface` instead");
    assert_eq!(said.value("saved"), "    return sum(surface(w, h) for w, h in items)");
    assert_eq!(said.value("restarted"), "true");
    assert_eq!(*saved, SHAPES.replace("area", "surface"));
}

/// A program that the environment names, or that is on the `PATH`.
fn program(variable: &str, name: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from);
    let program = named.unwrap_or_else(|| PathBuf::from(name));
    let runs = Command::new(&program).arg("--version").output();
    if runs.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    skip(&format!("{} does not run (set {variable})", program.display()));
    None
}

/// Says that a test cannot be made here, which in CI is a failure.
fn skip(why: &str) {
    assert!(std::env::var_os("RELOADSAFE_REQUIRE_EDITORS").is_none(), "{why}");
    eprintln!("SKIPPED: {why}");
}
