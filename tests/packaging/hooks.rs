//! The pre-commit hooks, in real commits.

use std::path::Path;
use std::process::Command;

use crate::{NEW, Repository, distributions, git, root, run, tool};

/// `pre-commit` in a repository, with a cache of its own and the program that was built.
fn pre_commit(repository: &Repository, cache: &Path) -> Option<Command> {
    let mut command = Command::new(tool("pre-commit")?);
    let program = Path::new(env!("CARGO_BIN_EXE_reloadsafe")).parent().unwrap().to_owned();
    let own = std::env::var_os("PATH").unwrap();
    let path = std::env::join_paths([program].into_iter().chain(std::env::split_paths(&own)));
    command.current_dir(&repository.path).env("PRE_COMMIT_HOME", cache).env("PATH", path.unwrap());
    Some(command)
}

#[test]
fn the_manifest_is_valid() {
    let Some(program) = tool("pre-commit") else { return };
    run(
        Command::new(program).arg("validate-manifest").arg(root().join(".pre-commit-hooks.yaml")),
        0,
    );
}

/// The hook of this repository with the installed program: tried as somebody would who chooses it.
#[test]
fn the_hook_is_tried_on_what_is_staged() {
    let cache = tempfile::tempdir().unwrap();
    let repository = Repository::new();
    // What pre-commit clones: the manifest, committed. The program is on the PATH.
    let hooks = tempfile::tempdir().unwrap();
    let manifest = std::fs::read(root().join(".pre-commit-hooks.yaml")).unwrap();
    std::fs::write(hooks.path().join(".pre-commit-hooks.yaml"), manifest).unwrap();
    git(hooks.path(), &["init", "--quiet"]);
    git(hooks.path(), &["add", "--all"]);
    git(hooks.path(), &["commit", "--quiet", "--message", "hooks"]);
    let try_hook = |code: i32| {
        let mut command = pre_commit(&repository, cache.path())?;
        command.arg("try-repo").arg(hooks.path()).args(["reloadsafe-system", "--verbose"]);
        Some(run(&mut command, code))
    };
    repository.git(&["add", "shapes.py"]);
    // Unstaged: the hazard is gone in the working tree, and not in what would be committed.
    repository.write("shapes.py", &NEW.replace("area(1, 2)", "surface(1, 2)"));
    let Some(said) = try_hook(1) else { return };
    assert!(said.contains("error[RS104 ghost-read]"), "{said}");
    repository.git(&["checkout", "--quiet", "HEAD", "--", "shapes.py"]);
    repository.write("other.py", "UNIT = 'm'\n");
    repository.git(&["add", "other.py"]);
    try_hook(0);
}

/// The recipe of docs/ci.md: a hook of one's own, with the wheel; in a real `git commit`.
#[test]
fn a_commit_is_stopped_by_a_hook_with_the_wheel() {
    let Some(distributions) = distributions() else { return };
    let cache = tempfile::tempdir().unwrap();
    let repository = Repository::new();
    // What pip finds, and nothing else; pre-commit makes a package of its own around the wheel.
    let wheels = tempfile::tempdir().unwrap();
    let mut download = Command::new(tool("python").unwrap());
    download.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]);
    run(download.arg("--dest").arg(wheels.path()).arg("setuptools==80.9.0"), 0);
    let found = format!("{} {}", wheels.path().display(), distributions.display());
    let guide = std::fs::read_to_string(root().join("docs/ci.md")).unwrap();
    let (_, recipe) =
        guide.split_once("```yaml title=\".pre-commit-config.yaml (wheel)\"\n").unwrap();
    let (recipe, _) = recipe.split_once("```").unwrap();
    repository.write(".pre-commit-config.yaml", recipe);
    repository.git(&["add", ".pre-commit-config.yaml"]);
    let Some(mut install) = pre_commit(&repository, cache.path()) else { return };
    run(install.arg("install"), 0);
    let commit = |code: i32| {
        let mut commit = Command::new("git");
        commit.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--all"]);
        commit.args(["--quiet", "--message", "rename"]).current_dir(&repository.path);
        commit.env("PRE_COMMIT_HOME", cache.path()).env("PIP_NO_INDEX", "1");
        commit.env("PIP_FIND_LINKS", &found);
        run(&mut commit, code)
    };
    let said = commit(1);
    assert!(said.contains("error[RS104 ghost-read]"), "{said}");
    repository.write("shapes.py", &format!("{NEW}\n\narea = surface\n"));
    commit(0);
}
