//! Where files come from: the disk, a revision that git holds, or either with some texts
//! replaced. Everything above asks a [`FileTree`] and never the disk itself.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::text::source::{Revision, Source};

/// Files larger than this many bytes are not analysed unless the configuration says so.
pub const DEFAULT_MAX_FILE_SIZE: u64 = 4 * 1024 * 1024;

/// A tree of files. Paths are absolute and normalised (no `.` and `..`), whatever the tree.
pub trait FileTree: fmt::Debug + Send + Sync {
    /// The bytes of a file, `None` where there is no such file.
    ///
    /// # Errors
    ///
    /// Where there is something that cannot be read: a directory or a device of this name, no
    /// permission, more than the size limit (`ErrorKind::FileTooLarge`), a Git LFS pointer.
    /// The error's text says so to a person.
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>>;

    /// Whether there is a regular file, or a symbolic link to one.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether there is a directory, or a symbolic link to one.
    fn is_dir(&self, path: &Path) -> bool;

    /// What a directory holds, by name; empty where it does not exist or cannot be read.
    fn list_dir(&self, path: &Path) -> Vec<Entry>;

    /// A text that somebody holds already decoded, such as an editor's buffer.
    fn source(&self, _path: &Path) -> Option<Arc<Source>> {
        None
    }

    /// Which texts these are, for the places that findings point to.
    fn revision(&self) -> Revision {
        Revision::Current
    }

    /// Where the file of a path really lies, for the places that findings point to.
    fn location(&self, path: &Path) -> PathBuf {
        path.to_path_buf()
    }
}

/// Something in a directory. Symbolic links count as what they lead to; broken ones and
/// devices are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub name: OsString,
    pub is_dir: bool,
}

/// The files of the machine.
#[derive(Debug, Clone, Copy)]
pub struct DiskTree {
    max_size: u64,
}

impl DiskTree {
    /// The disk, of which files up to `max_size` bytes are read.
    pub fn new(max_size: u64) -> Self {
        DiskTree { max_size }
    }
}

impl Default for DiskTree {
    fn default() -> Self {
        DiskTree::new(DEFAULT_MAX_FILE_SIZE)
    }
}

impl FileTree for DiskTree {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_absence(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        // Reading a pipe or a terminal would wait for ever.
        if !metadata.is_file() {
            return Err(io::Error::other("is not a regular file"));
        }
        check_size(metadata.len(), self.max_size)?;
        let bytes = fs::read(path)?;
        check_content(&bytes)?;
        Ok(Some(bytes))
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn list_dir(&self, path: &Path) -> Vec<Entry> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let mut listed: Vec<Entry> =
            entries.flatten().filter_map(|entry| on_disk(&entry)).collect();
        listed.sort();
        listed
    }
}

fn on_disk(entry: &fs::DirEntry) -> Option<Entry> {
    let kind = entry.file_type().ok()?;
    let (is_dir, is_file) = if kind.is_symlink() {
        let target = fs::metadata(entry.path()).ok()?;
        (target.is_dir(), target.is_file())
    } else {
        (kind.is_dir(), kind.is_file())
    };
    (is_dir || is_file).then(|| Entry { name: entry.file_name(), is_dir })
}

/// A file, a link that leads nowhere, or something below what is not a directory.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Refuses what is larger than the limit; both in bytes.
pub(super) fn check_size(size: u64, max_size: u64) -> io::Result<()> {
    if size <= max_size {
        return Ok(());
    }
    let message = format!("{size} bytes, more than the limit of {max_size}");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
}

/// Refuses a Git LFS pointer file, which stands where a text should be.
/// The format: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>.
pub(super) fn check_content(bytes: &[u8]) -> io::Result<()> {
    if bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Err(io::Error::other("is a Git LFS pointer, its text is not there"));
    }
    Ok(())
}

/// No files at all; what an in-memory tree begins with.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyTree;

impl FileTree for EmptyTree {
    fn read(&self, _path: &Path) -> io::Result<Option<Vec<u8>>> {
        Ok(None)
    }

    fn is_file(&self, _path: &Path) -> bool {
        false
    }

    fn is_dir(&self, _path: &Path) -> bool {
        false
    }

    fn list_dir(&self, _path: &Path) -> Vec<Entry> {
        Vec::new()
    }
}

/// What stands in for a file of the tree below.
#[derive(Debug, Clone)]
enum Stand {
    Bytes(Vec<u8>),
    Source(Arc<Source>),
    Deleted,
}

/// A tree in which some files are replaced, added or deleted.
#[derive(Debug, Clone)]
pub struct OverlayTree {
    below: Arc<dyn FileTree>,
    files: BTreeMap<PathBuf, Stand>,
}

impl OverlayTree {
    /// A tree that is so far the same as the one below.
    pub fn new(below: Arc<dyn FileTree>) -> Self {
        OverlayTree { below, files: BTreeMap::new() }
    }

    /// A tree of only these files; for tests and for texts that lie nowhere.
    pub fn of<P: Into<PathBuf>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let mut tree = OverlayTree::new(Arc::new(EmptyTree));
        for (path, bytes) in files {
            tree.set_bytes(path, bytes);
        }
        tree
    }

    /// Puts these bytes in the place of a file.
    pub fn set_bytes(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Stand::Bytes(bytes.into()));
    }

    /// Puts a decoded text in the place of a file.
    pub fn set_source(&mut self, path: impl Into<PathBuf>, source: Arc<Source>) {
        self.files.insert(path.into(), Stand::Source(source));
    }

    /// Hides a file of the tree below.
    pub fn delete(&mut self, path: impl Into<PathBuf>) {
        self.files.insert(path.into(), Stand::Deleted);
    }

    /// Lets the tree below show through again.
    pub fn reset(&mut self, path: &Path) {
        self.files.remove(path);
    }

    /// The replaced files beneath a directory, without the deleted ones.
    fn beneath<'a>(&'a self, dir: &'a Path) -> impl Iterator<Item = &'a Path> {
        let from = self.files.range(dir.to_path_buf()..);
        from.take_while(move |(path, _)| path.starts_with(dir))
            .filter(move |(path, stand)| !matches!(stand, Stand::Deleted) && *path != dir)
            .map(|(path, _)| path.as_path())
    }
}

impl FileTree for OverlayTree {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        match self.files.get(path) {
            Some(Stand::Bytes(bytes)) => Ok(Some(bytes.clone())),
            Some(Stand::Source(source)) => Ok(Some(source.text().as_bytes().to_vec())),
            Some(Stand::Deleted) => Ok(None),
            None => self.below.read(path),
        }
    }

    fn is_file(&self, path: &Path) -> bool {
        match self.files.get(path) {
            Some(stand) => !matches!(stand, Stand::Deleted),
            None => self.below.is_file(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.below.is_dir(path) || self.beneath(path).next().is_some()
    }

    fn list_dir(&self, path: &Path) -> Vec<Entry> {
        let mut entries: BTreeMap<OsString, bool> =
            self.below.list_dir(path).into_iter().map(|entry| (entry.name, entry.is_dir)).collect();
        entries.retain(|name, _| {
            !matches!(self.files.get(path.join(name).as_path()), Some(Stand::Deleted))
        });
        for file in self.beneath(path) {
            let mut rest = file.strip_prefix(path).into_iter().flat_map(Path::components);
            if let Some(Component::Normal(name)) = rest.next() {
                entries.insert(name.to_owned(), rest.next().is_some());
            }
        }
        entries.into_iter().map(|(name, is_dir)| Entry { name, is_dir }).collect()
    }

    fn source(&self, path: &Path) -> Option<Arc<Source>> {
        match self.files.get(path) {
            Some(Stand::Source(source)) => Some(Arc::clone(source)),
            Some(_) => None,
            None => self.below.source(path),
        }
    }

    fn revision(&self) -> Revision {
        self.below.revision()
    }
}

/// A directory tree that stands where another one is: the same layout, other files.
#[derive(Debug)]
pub struct RebasedTree {
    place: PathBuf,
    files: PathBuf,
    disk: DiskTree,
}

impl RebasedTree {
    /// The files of the directory `files`, as if they lay in the directory `place`.
    pub fn new(place: &Path, files: &Path, disk: DiskTree) -> Self {
        RebasedTree { place: place.to_path_buf(), files: files.to_path_buf(), disk }
    }

    /// The directory in which the files appear to lie.
    pub fn place(&self) -> &Path {
        &self.place
    }
}

impl FileTree for RebasedTree {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(&self.location(path))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.disk.is_file(&self.location(path))
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(&self.location(path))
    }

    fn list_dir(&self, path: &Path) -> Vec<Entry> {
        self.disk.list_dir(&self.location(path))
    }

    fn location(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.place) {
            Ok(below) => self.files.join(below),
            Err(_) => path.to_path_buf(),
        }
    }
}

/// The path without `.` and `..`, absolute from `base`. Links are not followed.
pub fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(tree: &dyn FileTree, dir: &str) -> Vec<String> {
        let entries = tree.list_dir(Path::new(dir));
        let mark = |entry: &Entry| if entry.is_dir { "/" } else { "" };
        entries.iter().map(|e| format!("{}{}", e.name.to_string_lossy(), mark(e))).collect()
    }

    #[test]
    fn an_overlay_adds_replaces_and_deletes() {
        let below = OverlayTree::of([("/w/a.py", "a"), ("/w/b.py", "b"), ("/w/p/c.py", "c")]);
        let mut tree = OverlayTree::new(Arc::new(below));
        tree.delete("/w/b.py");
        tree.set_bytes("/w/q/d.py", "d");
        tree.set_source("/w/a.py", Source::new("a.py", Revision::Current, "new".to_owned()));
        assert_eq!(names(&tree, "/w"), ["a.py", "p/", "q/"]);
        assert!(tree.is_dir(Path::new("/w/q")) && !tree.is_file(Path::new("/w/b.py")));
        assert_eq!(tree.read(Path::new("/w/a.py")).unwrap().unwrap(), b"new");
        assert!(tree.source(Path::new("/w/a.py")).is_some());
        assert_eq!(tree.read(Path::new("/w/b.py")).unwrap(), None);
        tree.reset(Path::new("/w/b.py"));
        assert_eq!(tree.read(Path::new("/w/b.py")).unwrap().unwrap(), b"b");
    }

    #[test]
    fn a_directory_is_not_its_namesakes() {
        let tree = OverlayTree::of([("/w/ab/c.py", "")]);
        assert!(!tree.is_dir(Path::new("/w/a")) && !tree.is_dir(Path::new("/w/ab/c.py")));
        assert_eq!(names(&tree, "/w/ab"), ["c.py"]);
    }

    #[test]
    fn large_files_and_pointers_are_refused() {
        assert_eq!(check_size(5, 4).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(check_size(4, 4).is_ok());
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n";
        assert!(check_content(pointer).unwrap_err().to_string().contains("Git LFS"));
    }

    #[test]
    fn paths_are_normalised_without_the_disk() {
        let at = |path: &str| absolute(Path::new("/w/x"), Path::new(path));
        assert_eq!(at("../y/./z.py"), Path::new("/w/y/z.py"));
        assert_eq!(at("/a/../b"), Path::new("/b"));
    }
}
