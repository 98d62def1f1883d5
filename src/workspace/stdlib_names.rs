//! Which modules the standard library of each version of Python has.
//!
//! `stdlib_names.txt` is written by `tools/stdlib_names.py` from the interpreters themselves
//! (`sys.stdlib_module_names`, `sys.builtin_module_names` and the files of the library).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::python::PythonVersion;

static TABLE: LazyLock<FxHashMap<&'static str, Row>> =
    LazyLock::new(|| include_str!("stdlib_names.txt").lines().filter_map(parse_row).collect());

/// Modules that `importlib` finds frozen before it looks at `sys.path`, though their sources
/// lie in the library (`Python/frozen.c`, 3.11 and newer).
const FROZEN_WITH_SOURCE: &[&str] = &[
    "_collections_abc",
    "_sitebuiltins",
    "abc",
    "codecs",
    "genericpath",
    "importlib.machinery",
    "importlib.util",
    "io",
    "ntpath",
    "os",
    "posixpath",
    "runpy",
    "site",
    "stat",
];

/// Modules that only CPython for Windows has (`PC/config.c`, `PCbuild`).
const OF_WINDOWS: &[&str] =
    &["_msi", "_overlapped", "_winapi", "_wmi", "msilib", "msvcrt", "nt", "winreg", "winsound"];

/// Modules that CPython for Windows has not (marked "Unix" in the library's documentation).
const OF_UNIX: &[&str] = &[
    "_crypt",
    "_posixshmem",
    "_posixsubprocess",
    "crypt",
    "fcntl",
    "grp",
    "nis",
    "ossaudiodev",
    "posix",
    "pwd",
    "resource",
    "spwd",
    "syslog",
    "termios",
];

/// Bit `n` stands for Python 3.`n`.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    present: u32,
    builtin: u32,
}

/// Whether the standard library of this version has a module of this absolute name, on any
/// platform. Submodules of its packages are known too, test packages are not.
pub fn is_stdlib_module(name: &str, version: PythonVersion) -> bool {
    TABLE.get(name).is_some_and(|row| row.present & bit(version) != 0)
}

/// Whether a module of the standard library is one that only other platforms have than this one.
pub fn is_of_other_platform(name: &str) -> bool {
    let others = if cfg!(windows) { OF_UNIX } else { OF_WINDOWS };
    others.contains(&name.split('.').next().unwrap_or(name))
}

/// Whether the module is compiled into the interpreter, and so is found before any file.
/// What is compiled in depends on the build; these are the modules that always are.
pub fn is_builtin_module(name: &str, version: PythonVersion) -> bool {
    TABLE.get(name).is_some_and(|row| row.builtin & bit(version) != 0)
}

/// Whether the module is frozen into the interpreter, and so is found before any file.
pub fn is_frozen_module(name: &str, version: PythonVersion) -> bool {
    match name {
        "_frozen_importlib" | "_frozen_importlib_external" | "zipimport" => true,
        "__hello__" | "__phello__" | "__phello__.spam" => true,
        _ => version.minor >= 11 && FROZEN_WITH_SOURCE.contains(&name),
    }
}

fn bit(version: PythonVersion) -> u32 {
    1 << version.minor
}

fn parse_row(line: &'static str) -> Option<(&'static str, Row)> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let mut row = Row::default();
    for word in words {
        match word.strip_prefix('b') {
            Some(range) => row.builtin |= parse_range(range)?,
            None => row.present |= parse_range(word)?,
        }
    }
    Some((name, row))
}

/// The bits of `8-13` or `8`.
fn parse_range(range: &str) -> Option<u32> {
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
    Some((first..=last).fold(0, |bits, minor| bits | 1 << minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_version(name: &str, minor: u8) -> bool {
        is_stdlib_module(name, PythonVersion { minor })
    }

    #[test]
    fn every_line_of_the_table_can_be_read() {
        let lines = include_str!("stdlib_names.txt").lines().count();
        assert_eq!(TABLE.len(), lines);
        assert!(TABLE.values().all(|row| row.present != 0 && row.builtin & !row.present == 0));
    }

    #[test]
    fn modules_come_and_go_with_the_versions() {
        assert!(in_version("distutils", 11) && !in_version("distutils", 12));
        assert!(!in_version("tomllib", 10) && in_version("tomllib", 11));
        assert!(in_version("asyncore", 11) && !in_version("asyncore", 12));
        assert!(!in_version("annotationlib", 13) && in_version("annotationlib", 14));
        assert!(in_version("string.templatelib", 14) && in_version("winreg", 8));
        assert!(in_version("json.decoder", 8) && !in_version("json.no_such", 8));
        assert!(!in_version("requests", 12));
    }

    #[test]
    fn lists_of_platforms_are_of_the_table() {
        let known = |name: &&str| TABLE.contains_key(*name);
        assert!(OF_WINDOWS.iter().chain(OF_UNIX).all(known));
    }

    #[test]
    fn what_no_file_can_shadow() {
        let old = PythonVersion { minor: 10 };
        let new = PythonVersion { minor: 11 };
        assert!(is_builtin_module("sys", old) && !is_builtin_module("json", new));
        assert!(is_frozen_module("os", new) && !is_frozen_module("os", old));
    }
}
