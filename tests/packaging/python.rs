//! The wheel and the source distribution, installed with pip.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{NEW, OLD, Repository, distributions, run, system, target, tool};

/// A fresh environment; its `bin` directory.
fn environment(at: &Path) -> Option<PathBuf> {
    run(Command::new(system("python3")?).args(["-m", "venv"]).arg(at), 0);
    Some(at.join("bin"))
}

/// `pip install`, from the distributions only.
fn install(python: &Path, options: &[&str]) -> Option<String> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--no-deps", "--disable-pip-version-check", "--no-index"]);
    pip.arg("--find-links").arg(distributions()?).args(options);
    Some(run(&mut pip, 0))
}

/// `python -m reloadsafe check` finds what it has to find, and hands its exit code on.
#[track_caller]
fn checks(command: &mut Command, repository: &Repository) {
    let said = run(command.args(["-m", "reloadsafe", "check"]).current_dir(&repository.path), 1);
    assert!(said.contains("error[RS104 ghost-read]"), "{said}");
}

#[test]
fn the_wheel_is_installed_and_runs() {
    let Some(distributions) = distributions() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let repository = Repository::new();
    let Some(bin) = environment(&scratch.path().join("an environment")) else { return };
    let python = bin.join("python");
    install(&python, &["--only-binary=:all:", "reloadsafe"]).unwrap();
    let version = concat!("reloadsafe ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(run(Command::new(bin.join("reloadsafe")).arg("--version"), 0), version);
    assert_eq!(run(Command::new(&python).args(["-m", "reloadsafe", "--version"]), 0), version);
    checks(&mut Command::new(&python), &repository);
    // Standard input is the program's.
    repository.write("old.py", OLD);
    repository.write("new.py", NEW);
    let piped = format!("'{}' -m reloadsafe simulate old.py - < new.py", python.display());
    run(Command::new("bash").args(["-c", &piped]).current_dir(&repository.path), 1);
    // The tags: any Python 3, and a system that is named: `linux` alone is not for others.
    let names = std::fs::read_dir(distributions).unwrap();
    let names: Vec<String> =
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let wheel = names.iter().find(|name| name.ends_with(".whl")).unwrap();
    let start = concat!("reloadsafe-", env!("CARGO_PKG_VERSION"), "-py3-none-");
    assert!(wheel.starts_with(start), "{wheel}");
    assert!(!cfg!(target_os = "linux") || wheel.contains("-manylinux_2_"), "{wheel}");
}

#[test]
fn the_program_is_found_wherever_pip_has_put_it() {
    let Some(python) = system("python3") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let repository = Repository::new();
    // An environment in which it is not installed.
    let Some(bin) = environment(&scratch.path().join("venv")) else { return };
    let place = |name: &str| scratch.path().join(name).to_str().unwrap().to_owned();

    let Some(_) = install(&bin.join("python"), &["--target", &place("target"), "reloadsafe"])
    else {
        return;
    };
    let with_path = |path: &str| {
        let mut command = Command::new("env");
        command.arg(format!("PYTHONPATH={path}")).arg(bin.join("python"));
        command
    };
    checks(&mut with_path(&place("target")), &repository);

    install(&bin.join("python"), &["--prefix", &place("prefix"), "reloadsafe"]);
    let libraries = std::fs::read_dir(scratch.path().join("prefix/lib")).unwrap();
    let site = libraries.map(|entry| entry.unwrap().path().join("site-packages")).next().unwrap();
    checks(&mut with_path(site.to_str().unwrap()), &repository);

    // `--user` is for the interpreter itself: an environment has no such place.
    let user = format!("PYTHONUSERBASE={}", place("user"));
    let mut pip = Command::new("env");
    pip.args([&user, "PIP_BREAK_SYSTEM_PACKAGES=1"]).arg(&python);
    pip.args(["-m", "pip", "install", "--user", "--no-index", "--no-deps", "--find-links"]);
    run(pip.arg(distributions().unwrap()).arg("reloadsafe"), 0);
    checks(Command::new("env").arg(&user).arg(&python), &repository);

    // Taken away, it is not found, and that is said.
    std::fs::remove_file(scratch.path().join("target/bin/reloadsafe")).unwrap();
    let said = run(with_path(&place("target")).args(["-m", "reloadsafe", "--version"]), 1);
    assert!(said.contains("FileNotFoundError: the reloadsafe program is not in any of"), "{said}");
}

#[test]
fn the_source_distribution_has_all_that_it_needs() {
    let Some(distributions) = distributions() else { return };
    let Some(maturin) = tool("maturin") else { return };
    let scratch = tempfile::tempdir().unwrap();
    let Some(bin) = environment(&scratch.path().join("venv")) else { return };
    let name = concat!("reloadsafe-", env!("CARGO_PKG_VERSION"));
    // Always in the same place, so that Cargo replaces what it has built there before, and with
    // the time of now (`--touch`), so that it does: a distribution's files are of the year 2006.
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unpacked");
    let _ = std::fs::remove_dir_all(&unpacked);
    std::fs::create_dir(&unpacked).unwrap();
    let mut tar = Command::new("tar");
    tar.args(["--extract", "--touch", "--file"]);
    run(tar.arg(distributions.join(format!("{name}.tar.gz"))).arg("--directory").arg(&unpacked), 0);

    // Without isolation nothing is fetched: the build backend is that of the packaging tools.
    let tools = maturin.parent().unwrap();
    let backend = "import maturin, os; print(os.path.dirname(os.path.dirname(maturin.__file__)))";
    let backend = run(Command::new(tools.join("python")).args(["-c", backend]), 0);
    let path = std::env::var_os("PATH").unwrap();
    let path =
        std::env::join_paths([tools.to_owned()].into_iter().chain(std::env::split_paths(&path)));
    let mut pip = Command::new("env");
    pip.arg(format!("PYTHONPATH={}", backend.trim())).arg(bin.join("python"));
    pip.args(["-m", "pip", "install", "--no-deps", "--no-index", "--no-build-isolation"]);
    pip.arg(unpacked.join(name)).env("PATH", path.unwrap());
    // What the tests were built of is not built again; the crate itself is.
    pip.env("MATURIN_PEP517_ARGS", "--profile dev --locked").env("CARGO_TARGET_DIR", target());
    run(&mut pip, 0);
    forget_builds_of("tmp/unpacked/");
    checks(&mut Command::new(bin.join("python")), &Repository::new());
}

/// Takes from Cargo what it knows of builds of sources below a folder of the target directory: it
/// holds them for builds of the repository, and would not build that again when it has changed.
fn forget_builds_of(folder: &str) {
    let is_of_folder = |file: &std::fs::DirEntry| {
        let is_dependencies = file.file_name().to_string_lossy().starts_with("dep-");
        let content = std::fs::read(file.path()).unwrap();
        is_dependencies && content.windows(folder.len()).any(|part| part == folder.as_bytes())
    };
    for unit in std::fs::read_dir(Path::new(&target()).join("debug/.fingerprint")).unwrap() {
        let unit = unit.unwrap();
        if unit.file_name().to_string_lossy().starts_with(env!("CARGO_PKG_NAME"))
            && std::fs::read_dir(unit.path()).unwrap().any(|file| is_of_folder(&file.unwrap()))
        {
            std::fs::remove_dir_all(unit.path()).unwrap();
        }
    }
}
