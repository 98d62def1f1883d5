use std::collections::HashMap;
use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use reloadsafe::python::PythonVersion;
use reloadsafe::workspace::environment::{
    Environment, EnvironmentError, EnvironmentOrigin, Search, find,
};

use crate::scratch::Scratch;

fn search(
    scratch: &Scratch,
    python: Option<&str>,
    variables: &[(&str, PathBuf)],
) -> Result<Environment, EnvironmentError> {
    let variables: HashMap<&str, OsString> =
        variables.iter().map(|(name, value)| (*name, value.clone().into())).collect();
    find(&Search {
        project: &scratch.path("project/sub"),
        up_to: &scratch.path("project"),
        python: python.map(Path::new),
        variable: &|name| variables.get(name).cloned(),
    })
}

/// An installation of 3.11 and a virtual environment made with it. Their interpreters are
/// scripts that would give themselves away if anything ran them.
fn world() -> Scratch {
    let scratch = Scratch::new();
    let trap = format!("#!/bin/sh\ntouch {}\n", scratch.path("was-run").display());
    scratch.write("py/bin/python3.11", &trap);
    symlink("python3.11", scratch.path("py/bin/python3")).unwrap();
    scratch.write("py/lib/python3.11/os.py", "");
    scratch.write("py/lib/python3.11/site-packages/base.py", "");
    scratch.write("py/lib/python3.9/no_os.py", "");
    scratch.write("project/sub/m.py", "");
    scratch
}

fn make_venv(scratch: &Scratch, place: &str, config: &str) {
    let home = format!("home = {}\n", scratch.path("py/bin").display());
    scratch.write(&format!("{place}/pyvenv.cfg"), home + config);
    scratch.write(&format!("{place}/lib/python3.11/site-packages/dep.py"), "");
    std::fs::create_dir_all(scratch.path(&format!("{place}/bin"))).unwrap();
    let python = scratch.path("py/bin/python3");
    symlink(python, scratch.path(&format!("{place}/bin/python"))).unwrap();
}

fn is_3_11(environment: &Environment) -> bool {
    environment.version == Some(PythonVersion { minor: 11 })
}

#[test]
fn a_virtual_environment_of_the_project() {
    let scratch = world();
    make_venv(
        &scratch,
        "project/.venv",
        "include-system-site-packages = false\nversion = 3.11.2\n",
    );
    let found = search(&scratch, None, &[]).unwrap();
    assert!(is_3_11(&found) && found.is_known);
    assert_eq!(found.origin, EnvironmentOrigin::Project);
    assert_eq!(found.stdlib, Some(scratch.path("py/lib/python3.11")));
    let site = scratch.path("project/.venv/lib/python3.11/site-packages");
    assert_eq!(found.site_packages, [site]);
}

#[test]
fn an_active_environment_goes_before_the_projects_own() {
    let scratch = world();
    make_venv(&scratch, "project/.venv", "");
    make_venv(&scratch, "active", "include-system-site-packages = true\n");
    let active = [("VIRTUAL_ENV", scratch.path("active"))];
    let found = search(&scratch, None, &active).unwrap();
    assert_eq!(found.origin, EnvironmentOrigin::ActiveVenv);
    let packages = ["active/lib/python3.11/site-packages", "py/lib/python3.11/site-packages"];
    assert_eq!(found.site_packages, packages.map(|path| scratch.path(path)));
    let gone = [("VIRTUAL_ENV", scratch.path("gone"))];
    assert_eq!(search(&scratch, None, &gone).unwrap().origin, EnvironmentOrigin::Project);
    let conda = [("CONDA_PREFIX", scratch.path("py"))];
    let found = search(&scratch, None, &conda).unwrap();
    assert_eq!((found.origin, found.is_known), (EnvironmentOrigin::ActiveConda, true));
}

#[test]
fn what_the_user_says() {
    let scratch = world();
    make_venv(&scratch, "v", "version_info = 3.11.7.final.0\n");
    let said = |path: &str| {
        let path = scratch.path(path);
        search(&scratch, Some(path.to_str().unwrap()), &[])
    };
    for place in ["v", "v/bin/python", "py", "py/bin/python3"] {
        let found = said(place).unwrap();
        assert!(is_3_11(&found) && found.is_known, "{place}");
        assert_eq!(found.stdlib, Some(scratch.path("py/lib/python3.11")), "{place}");
    }
    let of_venv = said("v/bin/python").unwrap().site_packages;
    assert_eq!(of_venv, [scratch.path("v/lib/python3.11/site-packages")]);
    assert!(matches!(said("absent"), Err(EnvironmentError::Absent(_))));
    assert!(matches!(said("project"), Err(EnvironmentError::NotPython(_))));
    let path = [("PATH", scratch.path("py/bin"))];
    assert!(is_3_11(&search(&scratch, Some("python3.11"), &path).unwrap()));
    assert!(search(&scratch, Some("python3.12"), &path).is_err());
    assert!(!scratch.path("was-run").exists(), "no interpreter is ever started");
}

#[test]
fn a_python_on_the_path_is_not_known_to_be_the_one() {
    let scratch = world();
    let found = search(&scratch, None, &[("PATH", scratch.path("py/bin"))]).unwrap();
    assert!(is_3_11(&found) && !found.is_known);
    assert_eq!(found.stdlib, Some(scratch.path("py/lib/python3.11")));
    let nothing = search(&scratch, None, &[]).unwrap();
    assert_eq!((nothing.origin, nothing.stdlib), (EnvironmentOrigin::None, None));
}

#[test]
fn a_pyenv_shim_leads_to_the_version_that_is_chosen() {
    let scratch = world();
    for version in ["3.10.1", "3.11.2", "3.11.9"] {
        let minor = &version[..4];
        scratch.write(&format!("pyenv/versions/{version}/bin/python{minor}"), "");
        let link = scratch.path(&format!("pyenv/versions/{version}/bin/python3"));
        symlink(format!("python{minor}"), link).unwrap();
        scratch.write(&format!("pyenv/versions/{version}/lib/python{minor}/os.py"), "");
    }
    scratch.write("pyenv/shims/python3", "#!/bin/sh\nexit 1\n");
    scratch.write("pyenv/version", "3.10.1\n");
    let path = [("PATH", scratch.path("pyenv/shims")), ("PYENV_ROOT", scratch.path("pyenv"))];
    let stdlib = |found: Environment| found.stdlib.unwrap();
    let found = stdlib(search(&scratch, None, &path).unwrap());
    assert_eq!(found, scratch.path("pyenv/versions/3.10.1/lib/python3.10"));
    scratch.write("project/.python-version", "# a comment\n3.11\n");
    let found = stdlib(search(&scratch, None, &path).unwrap());
    assert_eq!(found, scratch.path("pyenv/versions/3.11.9/lib/python3.11"));
    let told = [path.to_vec(), vec![("PYENV_VERSION", "3.11.2".into())]].concat();
    let found = stdlib(search(&scratch, None, &told).unwrap());
    assert_eq!(found, scratch.path("pyenv/versions/3.11.2/lib/python3.11"));
}

#[test]
fn the_packages_of_debian() {
    let scratch = Scratch::new();
    scratch.write("usr/bin/python3.11", "");
    scratch.write("usr/lib/python3.11/os.py", "");
    scratch.write("usr/lib/python3/dist-packages/a.py", "");
    scratch.write("usr/local/lib/python3.11/dist-packages/b.py", "");
    let found = search(&scratch, None, &[("PATH", scratch.path("usr/bin"))]);
    // Only `python3` and `python` are looked for on the path.
    assert_eq!(found.unwrap().stdlib, None);
    symlink("python3.11", scratch.path("usr/bin/python3")).unwrap();
    let found = search(&scratch, None, &[("PATH", scratch.path("usr/bin"))]).unwrap();
    let packages = ["usr/local/lib/python3.11/dist-packages", "usr/lib/python3/dist-packages"];
    assert_eq!(found.site_packages, packages.map(|path| scratch.path(path)));
}
