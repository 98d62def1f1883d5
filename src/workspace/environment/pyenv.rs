//! Which installation a pyenv shim would start (<https://github.com/pyenv/pyenv>, "Choosing
//! the Python version"): a shim is a script that is the same for every version.

use std::fs;
use std::path::{Path, PathBuf};

use super::Search;

/// The prefix of the version that the shim stands for in this project; `None` where the
/// program is no shim or its version is not installed.
pub(super) fn version_of_shim(search: &Search<'_>, program: &Path) -> Option<PathBuf> {
    let directory = program.parent()?;
    let root = pyenv_root(search, directory)?;
    let versions = root.join("versions");
    let chosen = chosen_versions(search, &root);
    let prefixes = chosen.split_whitespace().map(|name| {
        // `3.11` means the newest 3.11.N that is installed.
        let exact = versions.join(name);
        if exact.is_dir() { Some(exact) } else { newest_with_prefix(&versions, name) }
    });
    prefixes
        .flatten()
        .find(|prefix| prefix.join("bin").join(program.file_name().unwrap_or_default()).exists())
}

/// The root of the pyenv whose shims (or a plugin's) a directory holds.
fn pyenv_root(search: &Search<'_>, directory: &Path) -> Option<PathBuf> {
    if !directory.ends_with("shims") {
        return None;
    }
    let told = (search.variable)("PYENV_ROOT").map(PathBuf::from);
    let home = (search.variable)("HOME").map(|home| PathBuf::from(home).join(".pyenv"));
    let around = directory.ancestors().skip(1).map(Path::to_path_buf);
    let candidates = told.into_iter().chain(around).chain(home);
    candidates.into_iter().find(|root| {
        root.join("versions").is_dir() && (directory.starts_with(root) || root.ends_with(".pyenv"))
    })
}

/// One version a line: `PYENV_VERSION`, the nearest `.python-version`, the global choice.
fn chosen_versions(search: &Search<'_>, root: &Path) -> String {
    if let Some(told) = (search.variable)("PYENV_VERSION").filter(|value| !value.is_empty()) {
        return told.to_string_lossy().replace(':', "\n");
    }
    let local = search.project.ancestors().map(|directory| directory.join(".python-version"));
    let files = local.chain([root.join("version")]);
    files.into_iter().find_map(|file| fs::read_to_string(file).ok()).unwrap_or_default()
}

/// The newest installed version that continues a name: `3.11` by `3.11.7`.
fn newest_with_prefix(versions: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(versions).ok()?.flatten().map(|entry| entry.file_name());
    let newest = entries
        .filter_map(|entry| {
            let patch = entry.to_str()?.strip_prefix(name)?.strip_prefix('.')?.parse().ok()?;
            Some((patch, entry))
        })
        .max_by_key(|(patch, _): &(u32, _)| *patch)?;
    Some(versions.join(newest.1))
}
