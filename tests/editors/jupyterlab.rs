//! JupyterLab in a browser: a finding in a module, and none in a notebook.

use std::path::PathBuf;
use std::process::Command;

use super::{SHAPES, Said, folder, program, skip};

#[test]
fn jupyterlab_underlines_a_finding_in_a_module_and_nothing_in_a_notebook() {
    let Some(node) = program("RELOADSAFE_NODE", "node") else { return };
    let Some(chromium) = program("RELOADSAFE_CHROMIUM", "/usr/bin/chromium") else { return };
    let places = ["RELOADSAFE_JUPYTERLAB", "RELOADSAFE_CODE_SERVER"].map(std::env::var_os);
    let [Some(jupyterlab), Some(playwright)] = places else {
        return skip(
            "RELOADSAFE_JUPYTERLAB names no environment with jupyterlab and jupyterlab-lsp, or \
             RELOADSAFE_CODE_SERVER not where editors/vscode/test/install.sh has put playwright",
        );
    };
    let directory = tempfile::tempdir().unwrap();
    let modules = directory.path().join("modules");
    std::fs::create_dir(&modules).unwrap();
    std::fs::write(modules.join("shapes.py"), SHAPES).unwrap();
    let mut command = Command::new(node);
    command.arg(folder("jupyterlab").join("test.mjs"));
    for (name, value) in [
        ("--jupyter", PathBuf::from(jupyterlab)),
        ("--server", env!("CARGO_BIN_EXE_reloadsafe").into()),
        ("--work", directory.path().into()),
        ("--playwright", playwright.into()),
        ("--chromium", chromium),
    ] {
        command.arg(name).arg(value);
    }
    let said = Said::by(&mut command);
    assert_eq!(said.value("underlined"), "area");
    assert!(said.value("message").starts_with("`area` was renamed to `surface`"));
    assert_eq!(said.value("mended"), "0");
    assert_eq!(said.value("notebook"), "nothing");
}
