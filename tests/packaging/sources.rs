//! The crate: `cargo package`, `cargo install`.

use std::process::Command;

use crate::{Repository, root, run, target};

#[test]
fn the_crate_has_what_is_needed_and_nothing_else() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--list", "--allow-dirty", "--offline", "--quiet"]);
    let listed = run(cargo.current_dir(root()), 0);
    let has = |path: &str| listed.lines().any(|line| line == path);
    for path in ["LICENSE", "README.md", "src/main.rs", "src/rules/ghost_read.md"] {
        assert!(has(path), "{path} is missing in\n{listed}");
    }
    let top = ["src/", "examples/", "python/"];
    let is_expected = |line: &str| {
        let own = ["Cargo.toml", "Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];
        let about = ["LICENSE", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "pyproject.toml"];
        top.iter().any(|top| line.starts_with(top)) || own.contains(&line) || about.contains(&line)
    };
    let is_path = |line: &&str| !line.starts_with("warning") && !line.contains("manifest");
    let others: Vec<&str> =
        listed.lines().filter(is_path).filter(|line| !is_expected(line)).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn cargo_installs_the_program() {
    let scratch = tempfile::tempdir().unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["install", "--debug", "--locked", "--offline", "--quiet", "--path", "."]);
    cargo.arg("--root").arg(scratch.path()).arg("--target-dir").arg(target());
    run(cargo.current_dir(root()), 0);
    let repository = Repository::new();
    let program = scratch.path().join("bin/reloadsafe");
    let said = run(Command::new(program).arg("check").current_dir(&repository.path), 1);
    assert!(said.contains("error[RS104 ghost-read]"), "{said}");
}
