//! Completions in the shells, the manual in the programs that show it.

use std::process::Command;

use crate::{run, system};

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_reloadsafe")
}

/// Writes the script for a shell to a file of this name.
fn script(directory: &std::path::Path, shell: &str, name: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, run(Command::new(program()).args(["completions", shell]), 0)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn bash_completes() {
    let Some(bash) = system("bash") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let script = script(scratch.path(), "bash", "reloadsafe.bash");
    let completed = |words: &str, index: usize| {
        let code = format!(
            "source '{script}'; COMP_WORDS=({words}); COMP_CWORD={index}; \
             _reloadsafe reloadsafe \"${{COMP_WORDS[{index}]}}\" \"${{COMP_WORDS[{index}-1]}}\"; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        run(Command::new(&bash).args(["--norc", "-c", &code]), 0)
    };
    assert_eq!(completed("reloadsafe si", 1), "simulate\n");
    assert!(completed("reloadsafe check --base", 2).contains("--base-exact\n"));
    assert!(completed("reloadsafe check --output-format ''", 3).contains("sarif\n"));
}

#[test]
fn fish_completes() {
    let Some(fish) = system("fish") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let script = script(scratch.path(), "fish", "reloadsafe.fish");
    let completed = |line: &str| {
        let code = format!("source '{script}'; complete --do-complete '{line}'");
        run(Command::new(&fish).args(["--no-config", "-c", &code]).env("HOME", scratch.path()), 0)
    };
    assert!(completed("reloadsafe si").starts_with("simulate\t"));
    assert!(completed("reloadsafe check --base-e").starts_with("--base-exact\t"));
    assert!(completed("reloadsafe check --output-format sa").starts_with("sarif"));
}

#[test]
fn zsh_completes() {
    let Some(zsh) = system("zsh") else { return };
    let scratch = tempfile::tempdir().unwrap();
    script(scratch.path(), "zsh", "_reloadsafe");
    // What completes is a shell in a terminal of its own, in which somebody presses Tab.
    let code = r#"
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1='> '; fpath=($PWD \$fpath); autoload -U compinit; compinit -u -d $PWD/dump; echo rea''dy"
        zpty -r -m shell answer $'*\nready*'
        zpty -w -n shell $'reloadsafe simu\t'
        zpty -r -m shell answer '*simulate*' && print completed
    "#;
    let mut command = Command::new("timeout");
    command.arg("60").arg(zsh).args(["-f", "-c", code]).env("HOME", scratch.path());
    let said = run(command.current_dir(scratch.path()).env("TERM", "dumb"), 0);
    assert!(said.contains("completed"), "{said}");
}

#[test]
fn the_manual_can_be_shown() {
    let scratch = tempfile::tempdir().unwrap();
    run(Command::new(program()).args(["man", "--directory"]).arg(scratch.path()), 0);
    let mut pages: Vec<_> =
        std::fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    let first = run(Command::new(program()).arg("man"), 0);
    assert_eq!(std::fs::read_to_string(scratch.path().join("reloadsafe.1")).unwrap(), first);
    // Every page that the first one names is there.
    let named: Vec<&str> = first.lines().filter(|line| line.ends_with("(1)")).collect();
    assert_eq!(named.len() + 1, pages.len(), "{named:?}");
    let (Some(man), Some(mandoc)) = (system("man"), system("mandoc")) else { return };
    for page in &pages {
        let name = page.file_stem().unwrap().to_str().unwrap();
        let shown = Command::new(&man)
            .args(["--warnings", "-E", "UTF-8", "-P", "cat", "-l"])
            .arg(page)
            .env("MANWIDTH", "100")
            .output()
            .unwrap();
        assert!(shown.status.success() && shown.stderr.is_empty(), "{name}: {shown:?}");
        let text = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(text.contains("SYNOPSIS") && text.contains(&format!("{name}(1)")), "{text}");
        run(Command::new(&mandoc).args(["-Tlint", "-W", "error"]).arg(page), 0);
    }
}
