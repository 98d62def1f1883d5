//! Which Python the modules are imported by: its version, its standard library, its
//! site-packages. Told from files and directories alone; no interpreter is ever started.

mod layout;
mod pyenv;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::python::PythonVersion;
use layout::{Installation, Venv};

/// The names of directories in a project that are taken for its virtual environment.
const PROJECT_ENVIRONMENTS: [&str; 2] = [".venv", "venv"];

/// What is known of the Python that imports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Environment {
    pub version: Option<PythonVersion>,
    /// The directory of `os.py`.
    pub stdlib: Option<PathBuf>,
    /// Directories of installed packages, in the order of `sys.path`.
    pub site_packages: Vec<PathBuf>,
    /// Whether this is what the code runs with: said by the user, active, or the project's
    /// own. Only then is a package that is not there certainly missing.
    pub is_known: bool,
    pub origin: EnvironmentOrigin,
}

/// How the environment was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EnvironmentOrigin {
    /// `--python` or the setting `python`.
    Setting,
    /// `VIRTUAL_ENV`.
    ActiveVenv,
    /// `CONDA_PREFIX`.
    ActiveConda,
    /// `.venv` or `venv` in the project.
    Project,
    /// A `python3` on `PATH`.
    SearchPath,
    #[default]
    None,
}

/// Why the environment that a user asked for cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentError {
    #[error("`{}` (the setting `python`) does not exist", .0.display())]
    Absent(PathBuf),
    #[error(
        "`{}` (the setting `python`) is not a Python interpreter, virtual environment or prefix",
        .0.display()
    )]
    NotPython(PathBuf),
}

/// What the search for the environment may look at.
pub struct Search<'a> {
    /// The directory of the project, or one in it. Relative paths are relative to it.
    pub project: &'a Path,
    /// The directory up to which a virtual environment is looked for, from `project` on.
    pub up_to: &'a Path,
    /// What the user says: an interpreter, a virtual environment, a prefix, or the name of a
    /// program on `PATH`.
    pub python: Option<&'a Path>,
    /// The environment variables.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("project", &self.project).finish_non_exhaustive()
    }
}

/// Finds the environment: what the user says, the active one, the project's own, or else the
/// standard library of a `python3` on `PATH`.
///
/// # Errors
///
/// Only where the user names something that is not there or is no Python. An active
/// environment that is not there any more is passed over.
pub fn find(search: &Search<'_>) -> Result<Environment, EnvironmentError> {
    if let Some(python) = search.python {
        return search.named(python);
    }
    let active = [
        ("VIRTUAL_ENV", EnvironmentOrigin::ActiveVenv),
        ("CONDA_PREFIX", EnvironmentOrigin::ActiveConda),
    ];
    for (variable, origin) in active {
        let prefix = (search.variable)(variable).filter(|value| !value.is_empty());
        if let Some(found) = prefix.and_then(|prefix| search.prefix(Path::new(&prefix))) {
            return Ok(Environment { is_known: true, origin, ..found });
        }
    }
    let within = |directory: &&Path| directory.starts_with(search.up_to);
    let holders = search.project.ancestors().take_while(within);
    for directory in holders.flat_map(|dir| PROJECT_ENVIRONMENTS.map(|name| dir.join(name))) {
        if let Some(found) = Venv::at(&directory).and_then(|venv| search.venv(&venv)) {
            return Ok(Environment { is_known: true, origin: EnvironmentOrigin::Project, ..found });
        }
    }
    Ok(search.on_path())
}

impl Search<'_> {
    /// What the user names.
    fn named(&self, python: &Path) -> Result<Environment, EnvironmentError> {
        let is_program = python.components().count() == 1 && !self.project.join(python).exists();
        let path = if is_program {
            let places = self.search_path().into_iter().map(|dir| dir.join(python));
            places.into_iter().find(|place| place.is_file())
        } else {
            Some(self.project.join(python)).filter(|path| path.exists())
        };
        let path = path.ok_or_else(|| EnvironmentError::Absent(python.to_path_buf()))?;
        let found = if path.is_dir() { self.prefix(&path) } else { self.interpreter(&path) };
        let found = found.ok_or_else(|| EnvironmentError::NotPython(python.to_path_buf()))?;
        Ok(Environment { is_known: true, origin: EnvironmentOrigin::Setting, ..found })
    }

    /// The standard library of the first Python on `PATH`. Its packages say nothing about
    /// those that the project runs with, but are likelier than none.
    fn on_path(&self) -> Environment {
        for directory in self.search_path() {
            for name in ["python3", "python", "python.exe"] {
                let program = directory.join(name);
                if !program.is_file() {
                    continue;
                }
                if let Some(found) = self.interpreter(&program) {
                    let origin = EnvironmentOrigin::SearchPath;
                    return Environment { is_known: false, origin, ..found };
                }
            }
        }
        Environment::default()
    }

    fn search_path(&self) -> Vec<PathBuf> {
        let path = (self.variable)("PATH").unwrap_or_default();
        std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect()
    }

    /// A virtual environment or an installation.
    fn prefix(&self, directory: &Path) -> Option<Environment> {
        match Venv::at(directory) {
            Some(venv) => self.venv(&venv),
            None => Some(self.installation(&Installation::at(directory, None)?)),
        }
    }

    /// The environment of which a file is the interpreter.
    fn interpreter(&self, program: &Path) -> Option<Environment> {
        // The link in a virtual environment leads out of it: look before following it.
        let holder = program.parent()?.parent()?;
        if let Some(venv) = Venv::at(holder) {
            return self.venv(&venv);
        }
        if let Some(version) = pyenv::version_of_shim(self, program) {
            return self.prefix(&version);
        }
        Some(self.installation(&Installation::of_program(program)?))
    }

    fn venv(&self, venv: &Venv) -> Option<Environment> {
        let base = venv.base();
        let minor = venv.minor.or(base.as_ref().map(|base| base.minor))?;
        let mut site_packages = venv.site_packages(minor);
        if let Some(base) = base.as_ref().filter(|_| venv.includes_system) {
            site_packages.extend(self.user_site(minor));
            site_packages.extend(base.site_packages());
        }
        Some(Environment {
            version: version(minor),
            stdlib: base.map(|base| base.stdlib),
            site_packages,
            ..Environment::default()
        })
    }

    fn installation(&self, installation: &Installation) -> Environment {
        let mut site_packages: Vec<PathBuf> = self.user_site(installation.minor).collect();
        site_packages.extend(installation.site_packages());
        Environment {
            version: version(installation.minor),
            stdlib: Some(installation.stdlib.clone()),
            site_packages,
            ..Environment::default()
        }
    }

    /// `site.getusersitepackages()` of the usual layouts.
    fn user_site(&self, minor: u8) -> impl Iterator<Item = PathBuf> {
        let home = (self.variable)("HOME").map(PathBuf::from);
        let base = (self.variable)("PYTHONUSERBASE").map(PathBuf::from);
        let base = base.or(home.map(|home| home.join(".local")));
        let site = base.map(|base| base.join(format!("lib/python3.{minor}/site-packages")));
        site.filter(|site| site.is_dir()).into_iter()
    }
}

/// The version as far as it is modelled: one that is newer counts as the newest.
fn version(minor: u8) -> Option<PythonVersion> {
    let newest = PythonVersion::NEWEST.minor;
    let version = PythonVersion { minor: minor.min(newest) };
    (version >= PythonVersion::OLDEST).then_some(version)
}
