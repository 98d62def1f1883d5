//! `check` against `ruff check --no-cache` on the same tree, both as processes.
//!
//! ruff is `RUFF` or what `ruff` is on the path; the tree is `RELOADSAFE_BENCH_TREE` or a made-up
//! project. What cannot be measured is said.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reloadsafe_benches::module::{Shape, edited, generate};
use reloadsafe_benches::ratio;

/// How many modules the made-up project has, and how long they are.
const MODULES: u64 = 40;
const LINES: usize = 500;

fn main() {
    let ruff = std::env::var_os("RUFF").unwrap_or_else(|| OsString::from("ruff"));
    let Ok(version) = Command::new(&ruff).arg("--version").output() else {
        eprintln!("*** SKIPPED: there is no ruff to measure against (set RUFF to one) ***");
        return;
    };
    println!("against {}", String::from_utf8_lossy(&version.stdout).trim());
    let scratch = std::env::temp_dir().join(format!("reloadsafe-bench-{}", std::process::id()));
    let (tree, base) = match std::env::var_os("RELOADSAFE_BENCH_TREE") {
        Some(tree) => (PathBuf::from(tree), None),
        None => {
            let (tree, base) = (scratch.join("tree"), scratch.join("base"));
            made_up(&base, &tree).expect("the scratch directory can be written");
            (tree, Some(base))
        }
    };
    let mut criterion = ratio::criterion();
    let by_ruff =
        || run(Command::new(&ruff).args(["check", "--no-cache", "--isolated", "-q"]).arg(&tree));
    ratio::compare(
        &mut criterion,
        "check --no-base / ruff check",
        || run(own().arg("--no-base").arg(&tree)),
        by_ruff,
    );
    if let Some(base) = base {
        ratio::compare(
            &mut criterion,
            "check --base-dir, one module in ten edited / ruff check",
            || run(own().arg("--base-dir").arg(&base).arg(&tree)),
            by_ruff,
        );
    }
    criterion.final_summary();
    let _ = std::fs::remove_dir_all(scratch);
}

fn own() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reloadsafe"));
    command.args(["check", "--isolated"]);
    command
}

/// # Panics
/// Where the command cannot be run, or fails otherwise than by finding something (exit code 1).
fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let code = status.expect("it can be started").code();
    assert!(matches!(code, Some(0 | 1)), "{command:?} ends with {code:?}");
}

/// Writes a project before and after an edit.
fn made_up(before: &Path, after: &Path) -> std::io::Result<()> {
    for root in [before, after] {
        std::fs::create_dir_all(root.join("project"))?;
        std::fs::write(root.join("project/__init__.py"), "")?;
    }
    for number in 0..MODULES {
        let mut text = generate(&Shape { lines: LINES, seed: number + 1, is_edited: false });
        if number > 0 {
            // After `from __future__`, which must come first.
            let imports =
                format!("from project.m{} import Base as Earlier, register\n\n\nclass", number - 1);
            text = text.replacen("\n\nclass", &imports, 1);
        }
        let name = format!("project/m{number}.py");
        std::fs::write(before.join(&name), &text)?;
        let is_edited = number % 10 == 3;
        std::fs::write(after.join(&name), if is_edited { edited(&text) } else { text })?;
    }
    Ok(())
}
