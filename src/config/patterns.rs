//! Patterns over paths, with the semantics of `.gitignore`.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::selection::Selector;

/// Patterns relative to a directory: `tests/` is a directory at any depth, `src/*.py` is
/// anchored, `__init__.py` a file at any depth, a later `!x` takes back.
#[derive(Debug, Clone)]
pub struct PathPatterns {
    root: PathBuf,
    patterns: Arc<Gitignore>,
    /// Whether what matches is meant, or everything else.
    inverted: bool,
}

impl PathPatterns {
    /// Patterns relative to `root`.
    ///
    /// # Errors
    /// A pattern that is not valid, in words.
    pub fn new<'a>(
        root: &Path,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new(root);
        for pattern in patterns {
            builder
                .add_line(None, pattern)
                .map_err(|error| format!("`{pattern}` is not a valid pattern: {error}"))?;
        }
        let patterns = builder.build().map_err(|error| error.to_string())?;
        Ok(PathPatterns { root: root.to_owned(), patterns: Arc::new(patterns), inverted: false })
    }

    /// One pattern relative to `root`; one that begins with `!` means all other files.
    ///
    /// # Errors
    /// A pattern that is not valid, in words.
    pub fn one(root: &Path, pattern: &str) -> Result<Self, String> {
        let (pattern, inverted) = match pattern.strip_prefix('!') {
            Some(rest) => (rest, true),
            None => (pattern, false),
        };
        Ok(PathPatterns { inverted, ..PathPatterns::new(root, [pattern])? })
    }

    /// Whether a file, or a directory that it lies in, is meant. A relative path is relative
    /// to the current directory if the patterns' directory is absolute, else to that directory.
    pub fn matches_file(&self, path: &Path) -> bool {
        self.matches(path, false)
    }

    /// The same for a directory.
    pub fn matches_directory(&self, path: &Path) -> bool {
        self.matches(path, true)
    }

    fn matches(&self, path: &Path, is_directory: bool) -> bool {
        let absolute = if path.is_relative() && self.root.is_absolute() {
            std::path::absolute(path).ok()
        } else {
            None
        };
        let path = without_dots(absolute.as_deref().unwrap_or(path));
        let relative = path.strip_prefix(without_dots(&self.root)).unwrap_or(&path);
        let outside = relative.has_root()
            || relative.as_os_str().is_empty()
            || relative.components().any(|component| component == Component::ParentDir);
        let found = !outside
            && self.patterns.matched_path_or_any_parents(relative, is_directory).is_ignore();
        found != self.inverted
    }
}

impl Default for PathPatterns {
    /// Nothing is meant.
    fn default() -> Self {
        PathPatterns {
            root: PathBuf::new(),
            patterns: Arc::new(Gitignore::empty()),
            inverted: false,
        }
    }
}

/// The path without `.` and, lexically, without `a/..`.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

/// Which rules do not report in which files.
#[derive(Debug, Clone, Default)]
pub struct PerFileIgnores {
    entries: Vec<(PathPatterns, Vec<Selector>)>,
}

impl PerFileIgnores {
    /// Each entry says which rules are ignored in the files that its patterns mean.
    pub fn new(entries: Vec<(PathPatterns, Vec<Selector>)>) -> Self {
        PerFileIgnores { entries }
    }

    /// Whether the rule with this code is ignored in this file.
    pub fn ignores(&self, path: &Path, code: &str) -> bool {
        self.entries.iter().any(|(patterns, selectors)| {
            selectors.iter().any(|selector| selector.matches(code)) && patterns.matches_file(path)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(root: &str, pattern: &str, path: &str, expected: bool) {
        let patterns = PathPatterns::one(Path::new(root), pattern).unwrap();
        assert_eq!(patterns.matches_file(Path::new(path)), expected, "{pattern} on {path}");
    }

    #[test]
    fn patterns_mean_what_gitignore_means_by_them() {
        check("/p", "__init__.py", "/p/a/b/__init__.py", true);
        check("/p", "tests/", "/p/a/tests/test_x.py", true);
        check("/p", "/tests/", "/p/a/tests/test_x.py", false);
        check("/p", "src/*.py", "/p/src/m.py", true);
        check("/p", "src/*.py", "/p/src/a/m.py", false);
        check("/p", "src/**/*.py", "/p/./src/a/m.py", true);
        check("/p", "m.py", "/q/m.py", false);
        check("/p", "m.py", "/p/../q/m.py", false);
        check("", "m.py", "./a/m.py", true);
        check("", "m.py", "../m.py", false);
    }

    #[test]
    fn an_exclamation_mark_means_all_other_files() {
        check("/p", "!src/", "/p/tests/m.py", true);
        check("/p", "!src/", "/p/src/m.py", false);
    }

    #[test]
    fn nothing_matches_no_patterns() {
        assert!(!PathPatterns::default().matches_file(Path::new("m.py")));
    }

    #[test]
    fn an_invalid_pattern_is_an_error() {
        assert!(PathPatterns::one(Path::new("/p"), "[z-a]").is_err());
    }
}
