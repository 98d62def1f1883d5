//! Source roots that a project's settings declare.

use std::path::{Path, PathBuf};

use toml::Value;

use super::super::tree::{FileTree, absolute};

/// Keys of `pyproject.toml` whose values are directories that modules are imported from. An
/// empty last key means a table's entry of the empty name, as in `package-dir = {"" = "lib"}`.
const KEYS: &[&[&str]] = &[
    &["tool", "setuptools", "packages", "find", "where"],
    &["tool", "setuptools", "package-dir", ""],
    &["tool", "pytest", "ini_options", "pythonpath"],
    &["tool", "ruff", "src"],
    &["tool", "pyright", "extraPaths"],
    &["tool", "mypy", "mypy_path"],
    &["tool", "pdm", "build", "package-dir"],
    &["tool", "maturin", "python-source"],
];

/// The directories that the settings in a project's directory declare and that exist.
pub(super) fn roots(directory: &Path, tree: &dyn FileTree) -> Vec<PathBuf> {
    let mut declared = Vec::new();
    if let Some(settings) = text(directory, "pyproject.toml", tree)
        && let Ok(settings) = settings.parse::<toml::Table>()
    {
        from_pyproject(&Value::Table(settings), &mut declared);
    }
    if let Some(settings) = text(directory, "setup.cfg", tree) {
        from_setup_cfg(&settings, &mut declared);
    }
    let paths = declared.iter().map(|path| absolute(directory, Path::new(path)));
    paths.filter(|path| path.starts_with(directory) && tree.is_dir(path)).collect()
}

fn text(directory: &Path, name: &str, tree: &dyn FileTree) -> Option<String> {
    let bytes = tree.read(&directory.join(name)).ok().flatten()?;
    String::from_utf8(bytes).ok()
}

fn from_pyproject(settings: &Value, declared: &mut Vec<String>) {
    let get = |keys: &[&str]| keys.iter().try_fold(settings, |value, key| value.get(*key));
    for keys in KEYS {
        match get(keys) {
            // `mypy_path` is a list in one string, as on a command line.
            Some(Value::String(paths)) => declared.extend(paths.split([':', ',']).map(trimmed)),
            Some(Value::Array(paths)) => {
                declared.extend(paths.iter().filter_map(Value::as_str).map(trimmed));
            }
            _ => {}
        }
    }
    if let Some(Value::Array(packages)) = get(&["tool", "poetry", "packages"]) {
        let from = packages.iter().filter_map(|package| package.get("from")?.as_str());
        declared.extend(from.map(trimmed));
    }
}

/// `where = lib` of `[options.packages.find]`, `= lib` of `package_dir`.
fn from_setup_cfg(settings: &str, declared: &mut Vec<String>) {
    for line in settings.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        if matches!(key.trim(), "where" | "") {
            declared.push(trimmed(value));
        } else if key.trim() == "package_dir" {
            declared.extend(value.split_once('=').map(|(_, directory)| trimmed(directory)));
        }
    }
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}
