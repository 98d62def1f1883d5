//! The files behind a finder: directories listed once, sources read and decoded once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::tree::FileTree;
use super::FinderInput;
use super::path_files::is_of_workspace;
use super::refresh::{FileChanges, copied};
use crate::modules::{Found, ModuleFile, ModuleOrigin};
use crate::python::PythonVersion;
use crate::text::decode::decode;
use crate::text::source::Source;

/// What a directory has under a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// A directory with an `__init__.py`.
    Package,
    Module(PathBuf),
    /// A directory of which the `__init__` is compiled.
    CompiledPackage,
    /// An extension module, or bytecode without a source.
    Compiled,
    /// A directory that could be a portion of a namespace package.
    Directory,
}

/// The names in a directory.
#[derive(Debug, Default)]
pub(super) struct Listing {
    files: FxHashSet<String>,
    directories: FxHashSet<String>,
}

impl Listing {
    /// Whether a file begins with the name and a dot: `leaf.pyx`, `leaf.c`, `leaf.py.in`.
    pub(super) fn has_kin(&self, leaf: &str) -> bool {
        let is_kin =
            |file: &String| file.strip_prefix(leaf).is_some_and(|rest| rest.starts_with('.'));
        self.files.iter().any(is_kin)
    }

    pub(super) fn has_file(&self, name: &str) -> bool {
        self.files.contains(name)
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    pub(super) fn directories(&self) -> impl Iterator<Item = &str> {
        self.directories.iter().map(String::as_str)
    }
}

type Loaded = Result<Option<Found>, String>;

pub(super) struct Files {
    workspace: Arc<dyn FileTree>,
    disk: Arc<dyn FileTree>,
    project: PathBuf,
    shown_from: Option<PathBuf>,
    version: PythonVersion,
    listings: RwLock<FxHashMap<PathBuf, Arc<Listing>>>,
    loaded: RwLock<FxHashMap<(PathBuf, String), Loaded>>,
}

impl Files {
    pub(super) fn new(input: &FinderInput<'_>) -> Files {
        Files {
            workspace: Arc::clone(&input.workspace),
            disk: Arc::clone(&input.disk),
            project: input.project.to_path_buf(),
            shown_from: input.shown_from.map(Path::to_path_buf),
            version: input.version,
            listings: RwLock::default(),
            loaded: RwLock::default(),
        }
    }

    /// The same files, those that have changed left to be looked at again.
    pub(super) fn refreshed(&self, workspace: Arc<dyn FileTree>, changes: &FileChanges) -> Files {
        let mut listings = copied(&self.listings);
        for path in &changes.created_or_deleted {
            // The path itself may have been a directory.
            listings.retain(|directory, _| !directory.starts_with(path));
            listings.retain(|directory, _| !path.starts_with(directory));
        }
        let mut loaded = copied(&self.loaded);
        loaded.retain(|(path, _), _| !changes.paths().any(|changed| path.starts_with(changed)));
        Files {
            workspace,
            disk: Arc::clone(&self.disk),
            project: self.project.clone(),
            shown_from: self.shown_from.clone(),
            version: self.version,
            listings: RwLock::new(listings),
            loaded: RwLock::new(loaded),
        }
    }

    pub(super) fn project(&self) -> &Path {
        &self.project
    }

    /// The tree that holds a path. An environment in the project is the machine's.
    pub(super) fn tree(&self, path: &Path) -> &dyn FileTree {
        let tree = if is_of_workspace(path, &self.project) { &self.workspace } else { &self.disk };
        tree.as_ref()
    }

    pub(super) fn listing(&self, directory: &Path) -> Arc<Listing> {
        let known = self.listings.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(listing) = known.get(directory) {
            return Arc::clone(listing);
        }
        drop(known);
        let mut listing = Listing::default();
        for entry in self.tree(directory).list_dir(directory) {
            // A name that is no Unicode is no module's.
            let Ok(name) = entry.name.into_string() else { continue };
            let names = if entry.is_dir { &mut listing.directories } else { &mut listing.files };
            names.insert(name);
        }
        let listing = Arc::new(listing);
        let mut known = self.listings.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(directory.to_path_buf(), Arc::clone(&listing));
        listing
    }

    pub(super) fn is_package(&self, directory: &Path) -> bool {
        self.listing(directory).has_file("__init__.py")
    }

    /// What `FileFinder.find_spec` finds for the last part of a name: in a directory of that
    /// name an `__init__`, else a file; extension modules before sources before bytecode.
    pub(super) fn hit(&self, directory: &Path, leaf: &str) -> Option<Hit> {
        let listing = self.listing(directory);
        let is_directory = listing.directories.contains(leaf);
        if is_directory {
            let inner = self.listing(&directory.join(leaf));
            match self.file_of(&inner, "__init__") {
                Some(FileKind::Source) => return Some(Hit::Package),
                Some(FileKind::Compiled) => return Some(Hit::CompiledPackage),
                None => {}
            }
        }
        match self.file_of(&listing, leaf) {
            Some(FileKind::Source) => Some(Hit::Module(directory.join(format!("{leaf}.py")))),
            Some(FileKind::Compiled) => Some(Hit::Compiled),
            None => is_directory.then_some(Hit::Directory),
        }
    }

    fn file_of(&self, listing: &Listing, stem: &str) -> Option<FileKind> {
        let is_extension = |file: &str| {
            let rest = file.strip_prefix(stem).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|suffix| is_extension_suffix(suffix, self.version))
        };
        if listing.files().any(is_extension) {
            Some(FileKind::Compiled)
        } else if listing.has_file(&format!("{stem}.py")) {
            Some(FileKind::Source)
        } else if listing.has_file(&format!("{stem}.pyc")) {
            Some(FileKind::Compiled)
        } else {
            None
        }
    }

    /// The text of a file as bytes decode, without looking for a cookie; for textual evidence.
    pub(super) fn text(&self, path: &Path) -> String {
        let bytes = self.tree(path).read(path).ok().flatten().unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether one of the words is in that text.
    pub(super) fn mentions(&self, path: &Path, words: &[&str]) -> bool {
        let text = self.text(path);
        words.iter().any(|word| text.contains(word))
    }

    /// The module of a file; `Ok(None)` where there is no such file.
    pub(super) fn load(&self, path: &Path, name: &str, origin: ModuleOrigin) -> Loaded {
        let key = (path.to_path_buf(), name.to_owned());
        if let Some(loaded) = self.loaded.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return loaded.clone();
        }
        let loaded = self.read(path, name, origin);
        let mut known = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster: everybody shares its text.
        known.entry(key).or_insert(loaded).clone()
    }

    fn read(&self, path: &Path, name: &str, origin: ModuleOrigin) -> Loaded {
        let tree = self.tree(path);
        let source = match tree.source(path) {
            Some(source) => source,
            None => {
                let bytes = tree.read(path).map_err(|error| error.to_string())?;
                let Some(bytes) = bytes else { return Ok(None) };
                let text = decode(bytes).map_err(|error| error.to_string())?;
                let place = tree.location(path);
                let shown = self.shown_from.as_deref();
                let shown = shown.and_then(|from| place.strip_prefix(from).ok()).unwrap_or(&place);
                Source::new(shown, tree.revision(), text)
            }
        };
        let is_package = path.file_name().is_some_and(|name| name == "__init__.py");
        let name = name.to_owned();
        let file = ModuleFile { name, path: path.to_path_buf(), source, is_package, origin };
        Ok(Some(Found::Source(Arc::new(file))))
    }
}

enum FileKind {
    Source,
    Compiled,
}

/// Whether this version imports extension modules of this suffix
/// (`importlib.machinery.EXTENSION_SUFFIXES`).
fn is_extension_suffix(suffix: &str, version: PythonVersion) -> bool {
    let Some((tag, "so" | "pyd")) = suffix.rsplit_once('.').or(Some(("", suffix))) else {
        return false;
    };
    let tagged = |prefix: &str| {
        let digits = tag.strip_prefix(prefix).map(|rest| rest.split(['-', 't']).next());
        digits.flatten() == Some(version.minor.to_string().as_str())
    };
    matches!(tag, "" | "abi3") || tagged("cpython-3") || tagged("cp3") || tagged("pypy3")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extension_suffixes_of_this_version() {
        let is = |suffix| is_extension_suffix(suffix, PythonVersion { minor: 11 });
        assert!(is("so") && is("pyd") && is("abi3.so"));
        assert!(is("cpython-311-x86_64-linux-gnu.so") && is("cp311-win_amd64.pyd"));
        assert!(!is("cpython-312-x86_64-linux-gnu.so") && !is("py") && !is("cpython-31-x.so"));
        assert!(!is("tar.so"));
    }
}
