//! The editors' folders, each tried in the real editor. Where one is not installed its test says
//! so and is skipped; with `RELOADSAFE_REQUIRE_EDITORS` set, as in CI, that is a failure.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

#[path = "support/lsp.rs"]
mod lsp;

#[path = "editors/neovim.rs"]
mod neovim;
#[path = "editors/vscode.rs"]
mod vscode;

use std::path::PathBuf;
use std::process::Command;

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
