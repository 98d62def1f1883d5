//! What users install, installed: the wheel and the source distribution, the crate, completions
//! and the manual, the GitHub action, the GitLab component, the pre-commit hooks.
//!
//! `RELOADSAFE_PACKAGING` is the `bin` directory of an environment with the packages of
//! `tests/packaging/requirements.txt`. Without it tests say so and are skipped; with
//! `RELOADSAFE_REQUIRE_PACKAGING` set, as in CI, that is a failure.

#![expect(clippy::print_stderr, reason = "whoever runs the tests must see what was skipped")]

#[path = "packaging/ci.rs"]
mod ci;
#[path = "packaging/hooks.rs"]
mod hooks;
#[path = "packaging/python.rs"]
mod python;
#[path = "packaging/shells.rs"]
mod shells;
#[path = "packaging/sources.rs"]
mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

const OLD: &str = "def area(w, h):\n    return w * h\n";
const NEW: &str = "def surface(w, h):\n    return w * h\n\n\ndef show():\n    return area(1, 2)\n";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directory in which `cargo test` builds: what is there is not built again.
fn target() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.to_owned()
}

/// A program of the packaging environment.
fn tool(name: &str) -> Option<PathBuf> {
    let bin = std::env::var_os("RELOADSAFE_PACKAGING").map(PathBuf::from);
    let found = bin.map(|bin| root().join(bin).join(name)).filter(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{name} is not in RELOADSAFE_PACKAGING"));
    }
    found
}

/// A program of the system.
fn system(name: &str) -> Option<PathBuf> {
    let found = std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|directory| directory.join(name))
        .find(|path| path.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Says that a test cannot be made here, which in CI is a failure.
fn skip(why: &str) {
    assert!(std::env::var_os("RELOADSAFE_REQUIRE_PACKAGING").is_none(), "{why}");
    eprintln!("SKIPPED: {why}");
}

/// Runs a command without what the machine's owner has set up; its end must be the expected one.
#[track_caller]
fn run(command: &mut Command, code: i32) -> String {
    for variable in ["PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "GIT_DIR", "GIT_INDEX_FILE"] {
        command.env_remove(variable);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let said = [stdout, stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(status.code(), Some(code), "{command:?}\n{said}");
    said
}

/// The directory with the wheel and the source distribution, built once for all tests.
fn distributions() -> Option<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let maturin = tool("maturin")?;
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("distributions");
        let _ = std::fs::remove_dir_all(&out);
        // Unoptimised: what `cargo test` has just built is packed.
        let mut wheel = Command::new(&maturin);
        wheel.args(["build", "--locked", "--profile", "dev", "--out"]).arg(&out);
        run(wheel.current_dir(root()).env("CARGO_TARGET_DIR", target()), 0);
        let mut sources = Command::new(&maturin);
        run(sources.args(["sdist", "--out"]).arg(&out).current_dir(root()), 0);
        Some(out)
    };
    BUILT.get_or_init(build).as_deref()
}

/// A repository in which a commit has the old text and the working tree the new one.
struct Repository {
    _scratch: tempfile::TempDir,
    path: PathBuf,
}

impl Repository {
    fn new() -> Repository {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().canonicalize().unwrap().join("re po");
        std::fs::create_dir(&path).unwrap();
        let repository = Repository { _scratch: scratch, path };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository.commit("before", OLD);
        repository.write("shapes.py", NEW);
        repository
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path.join(name), text).unwrap();
    }

    fn commit(&self, message: &str, shapes: &str) {
        self.write("shapes.py", shapes);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments)
    }
}

#[track_caller]
fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(arguments);
    run(command.current_dir(directory), 0).trim().to_owned()
}
