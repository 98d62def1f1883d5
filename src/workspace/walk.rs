//! Which files a run is about: what lies under the given paths and is not ignored.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::source_roots::is_skipped;
use super::tree::{DiskTree, absolute};
use crate::config::PathPatterns;

/// What to look for, and where.
#[derive(Debug)]
pub struct Targets {
    /// Files that are named one by one: taken whatever they are called and whatever is
    /// excluded.
    files: Vec<PathBuf>,
    directories: Vec<PathBuf>,
}

/// The files found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Absolute paths, sorted, each once.
    pub files: Vec<PathBuf>,
    /// What could not be looked at, and why.
    pub failed: BTreeMap<PathBuf, String>,
}

/// A target that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` does not exist", .0.display())]
pub struct NoSuchTarget(PathBuf);

impl Targets {
    /// Sorts the paths that a user names into files and directories. `is_known` says whether
    /// a path that is not on the disk exists in one of the revisions that are compared, and
    /// then whether as a directory.
    ///
    /// # Errors
    ///
    /// The first path that exists nowhere.
    pub fn new(
        from: &Path,
        paths: &[PathBuf],
        is_known: &dyn Fn(&Path) -> Option<Kind>,
    ) -> Result<Targets, NoSuchTarget> {
        let mut targets = Targets { files: Vec::new(), directories: Vec::new() };
        for path in paths {
            let full = real_directory(&absolute(from, path));
            let kind = if full.is_dir() {
                Some(Kind::Directory)
            } else if full.exists() {
                Some(Kind::File)
            } else {
                is_known(&full)
            };
            match kind {
                Some(Kind::Directory) => targets.directories.push(full),
                Some(Kind::File) => targets.files.push(full),
                None => return Err(NoSuchTarget(path.clone())),
            }
        }
        // A stub is never executed, but hooks hand over stubs along with modules.
        targets.files.retain(|file| file.extension().is_none_or(|extension| extension != "pyi"));
        Ok(targets)
    }

    /// The directories among the targets.
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Whether a file is one of the targets, or lies under one and is not left out.
    pub fn include(&self, file: &Path, exclude: &PathPatterns) -> bool {
        if self.files.iter().any(|target| target == file) {
            return true;
        }
        let Some(directory) = self.directories.iter().find(|top| file.starts_with(top)) else {
            return false;
        };
        let is_left_out = |part: &Path| is_skipped(part, &DiskTree::default());
        is_module_file(file)
            && !exclude.matches_file(file)
            && !file
                .ancestors()
                .take_while(|part| part != directory)
                .any(|part| is_left_out(part) || part == file && is_hidden(part))
    }

    /// The `.py` files on the disk: those named, and those under the directories that neither
    /// git nor the configuration ignores, outside hidden directories and environments.
    /// Directory links are not followed, so there are no loops.
    pub fn on_disk(&self, exclude: &PathPatterns) -> Walked {
        self.with_directories(exclude).1
    }

    /// The same, and the directories that were looked into.
    pub fn with_directories(&self, exclude: &PathPatterns) -> (Vec<PathBuf>, Walked) {
        let result = Mutex::new((Vec::new(), Walked::default()));
        if let Some((first, others)) = self.directories.split_first() {
            let mut builder = WalkBuilder::new(first);
            for other in others {
                builder.add(other);
            }
            let patterns = exclude.clone();
            builder
                .require_git(false)
                .filter_entry(move |entry| is_walked(entry, &patterns))
                .build_parallel()
                .run(|| {
                    Box::new(|entry| {
                        let mut found = result.lock().unwrap_or_else(PoisonError::into_inner);
                        let (directories, walked) = &mut *found;
                        let directory = entry.as_ref().ok().filter(|entry| is_directory(entry));
                        directories.extend(directory.map(|entry| entry.path().to_path_buf()));
                        walked.take(entry);
                        WalkState::Continue
                    })
                });
        }
        let result = result.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (directories, mut walked) = result;
        walked.files.extend(self.files.iter().filter(|file| file.exists()).cloned());
        walked.sort();
        (directories, walked)
    }

    /// The same of a list of files, such as those that a revision has.
    pub fn among<'a>(
        &self,
        files: impl Iterator<Item = &'a Path>,
        exclude: &PathPatterns,
    ) -> Walked {
        let files = files.filter(|file| self.include(file, exclude)).map(Path::to_path_buf);
        let mut walked = Walked { files: files.collect(), failed: BTreeMap::new() };
        walked.sort();
        walked
    }
}

/// What a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    File,
    Directory,
}

impl Walked {
    fn take(&mut self, entry: Result<DirEntry, ignore::Error>) {
        match entry {
            Ok(entry) => {
                let kind = entry.file_type();
                let is_file = kind.is_some_and(|kind| {
                    kind.is_file() || kind.is_symlink() && entry.path().is_file()
                });
                if is_file && is_module_file(entry.path()) {
                    self.files.push(entry.into_path());
                }
            }
            Err(error) => {
                let (path, reason) = place_of(&error);
                // A line of an ignore file that is no pattern concerns no module.
                if let Some(path) =
                    path.filter(|path| path.is_dir() || path.extension().is_some_and(|e| e == "py"))
                {
                    self.failed.insert(path, reason);
                }
            }
        }
    }

    fn sort(&mut self) {
        self.files.sort();
        self.files.dedup();
    }
}

/// Whether the walk goes on into, or takes, what it meets.
fn is_walked(entry: &DirEntry, exclude: &PathPatterns) -> bool {
    // What is named is looked at, whatever it is.
    if entry.depth() == 0 {
        return true;
    }
    if is_directory(entry) {
        !is_skipped(entry.path(), &DiskTree::default()) && !exclude.matches_directory(entry.path())
    } else {
        !exclude.matches_file(entry.path())
    }
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

/// Where a walk failed, and why.
fn place_of(error: &ignore::Error) -> (Option<PathBuf>, String) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path.clone()), place_of(err).1),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            place_of(err)
        }
        ignore::Error::Loop { child, .. } => (Some(child.clone()), error.to_string()),
        other => (None, other.to_string()),
    }
}

fn is_module_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The path with the links in the directories that lead to it resolved, as git names paths; a
/// link at its end is kept where it leads to a file.
pub fn real_directory(path: &Path) -> PathBuf {
    if path.is_dir() {
        return std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    }
    let parent = path.parent().and_then(|parent| std::fs::canonicalize(parent).ok());
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_path_buf(),
    }
}

/// The paths that a file lists, or standard input where there is no file.
///
/// # Errors
///
/// Where it cannot be read.
pub fn read_list(file: Option<&Path>) -> io::Result<Vec<PathBuf>> {
    let list = match file {
        Some(file) => std::fs::read(file)?,
        None => {
            let mut list = Vec::new();
            io::stdin().lock().read_to_end(&mut list)?;
            list
        }
    };
    Ok(parse_list(&list))
}

/// The paths of a list: separated by NUL where there is one, else one a line.
fn parse_list(bytes: &[u8]) -> Vec<PathBuf> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    let lines = bytes.split(|&byte| byte == separator);
    let trimmed = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    trimmed.filter(|line| !line.is_empty()).map(|line| super::git::os_string(line).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_lines_and_of_nul_separated_paths() {
        let paths = |bytes: &[u8]| parse_list(bytes);
        assert_eq!(paths(b"a.py\r\nb c.py\n\n"), [Path::new("a.py"), Path::new("b c.py")]);
        assert_eq!(paths(b"a\nb.py\0c.py\0"), [Path::new("a\nb.py"), Path::new("c.py")]);
    }

    #[test]
    fn a_revision_file_is_included_as_on_disk() {
        let is_directory = |_: &Path| Some(Kind::Directory);
        let nowhere = Path::new("/no/such/place");
        let targets = Targets::new(nowhere, &[PathBuf::from("w")], &is_directory).unwrap();
        let exclude = PathPatterns::new(&nowhere.join("w"), ["gen/"]).unwrap();
        let includes = |path: &str| targets.include(&nowhere.join(path), &exclude);
        assert!(includes("w/a.py") && includes("w/p/b.py"));
        assert!(!includes("w/.hidden/a.py") && !includes("w/.a.py") && !includes("x/a.py"));
        assert!(!includes("w/gen/a.py") && !includes("w/site-packages/a.py"));
        assert!(!includes("w/a.pyi"));
        let absent = Targets::new(nowhere, &[PathBuf::from("w")], &|_| None);
        assert_eq!(absent.unwrap_err().to_string(), "`w` does not exist");
    }
}
