//! The server under a client that is not ours: `tests/conformance/` drives it through pytest-lsp
//! and parses every message strictly as lsprotocol's types say.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python that has what `tests/conformance/requirements.txt` says, where there is one.
fn python() -> Option<PathBuf> {
    let variable = "RELOADSAFE_PYTEST_LSP";
    let python = std::env::var_os(variable).map_or_else(|| "python3".into(), PathBuf::from);
    let runs = Command::new(&python).args(["-c", "import pytest_lsp, pytest_asyncio"]).output();
    if runs.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let message = format!("{} has no pytest-lsp (set {variable})", python.display());
    assert!(std::env::var_os("RELOADSAFE_REQUIRE_EDITORS").is_none(), "{message}");
    eprintln!("SKIPPED: {message}");
    None
}

#[test]
fn an_independent_client_finds_nothing_that_the_protocol_does_not_have() {
    let Some(python) = python() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let server = std::env::var_os("RELOADSAFE_SERVER");
    let server = server.unwrap_or_else(|| env!("CARGO_BIN_EXE_reloadsafe").into());
    let output = Command::new(python)
        .args(["-B", "-m", "pytest", "--quiet", "--tb=short", "-c"])
        .args([folder.join("pytest.ini"), folder])
        .env("RELOADSAFE_SERVER", server)
        // What lies around on this machine is no part of the test.
        .env_remove("PYTEST_ADDOPTS")
        .env_remove("PYTHONPATH")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}\n{errors}");
    // Six clients, twenty features: a run that found nothing to try proves nothing.
    let last = said.lines().rev().find(|line| line.contains(" passed")).unwrap_or_default();
    let passed = last.split(" passed").next().and_then(|count| count.trim().parse::<u32>().ok());
    assert!(passed.is_some_and(|passed| passed >= 100), "{said}");
}
