//! Finds modules as CPython's import system would, without importing anything.
//!
//! Built-in modules come first, then frozen ones, then the entries of `sys.path` in order: the
//! workspace's source roots, the standard library, the site-packages. In each directory a
//! regular package goes before a module and a module before a namespace package, as
//! `FileFinder.find_spec` of `Lib/importlib/_bootstrap_external.py` decides; a namespace
//! package is taken only where no later entry has anything regular (`PathFinder._get_spec`).

mod absence;
mod files;
mod importers;
mod path_files;
mod refresh;
mod releases;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::environment::Environment;
use super::source_roots::is_identifier;
use super::stdlib_names::{is_builtin_module, is_frozen_module};
use super::tree::FileTree;
use crate::modules::{Found, ModuleFile, ModuleOrigin, Modules};
use crate::python::PythonVersion;
use files::{Files, Hit};
pub use refresh::FileChanges;

/// What a finder is made from.
#[derive(Debug)]
pub struct FinderInput<'a> {
    /// The files of the workspace, at the revision in which modules are to be found.
    pub workspace: Arc<dyn FileTree>,
    /// The files of the machine: standard library and site-packages.
    pub disk: Arc<dyn FileTree>,
    /// The directory of the project. Files below it belong to the workspace.
    pub project: &'a Path,
    /// The source roots, in the order in which they are searched.
    pub roots: &'a [PathBuf],
    pub environment: &'a Environment,
    pub version: PythonVersion,
    /// What the paths of sources are shown relative to, usually the working directory.
    pub shown_from: Option<&'a Path>,
    /// The workspace is as a process has it loaded: what a build would make has been made.
    pub is_loaded: bool,
}

/// Finds modules in one state of the workspace; everything found is kept.
#[derive(Clone)]
pub struct Finder {
    shared: Arc<Shared>,
    entries: Arc<Vec<SearchEntry>>,
    places: Arc<RwLock<FxHashMap<String, Place>>>,
    /// The same workspace before the change, where there is one.
    former: Option<Arc<Finder>>,
}

/// What all views of one state of the workspace have in common.
struct Shared {
    files: Files,
    version: PythonVersion,
    /// Whether a package that is not there is missing for certain.
    is_known: bool,
    /// What `.pth` files bring that cannot be followed.
    path_files: path_files::PathFiles,
    roots: Vec<PathBuf>,
    has_stdlib: bool,
    is_loaded: bool,
    loose: Arc<absence::LooseNames>,
    importers: importers::Importers,
    /// Whether somebody offers entry points of a group, as far as that was asked.
    groups: RwLock<FxHashMap<String, bool>>,
}

/// A directory on `sys.path`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SearchEntry {
    directory: PathBuf,
    origin: ModuleOrigin,
}

/// Where a name leads.
#[derive(Debug, Clone)]
enum Place {
    /// Compiled or frozen into the interpreter.
    BuiltIn,
    Module {
        file: PathBuf,
        origin: ModuleOrigin,
    },
    Package {
        directory: PathBuf,
        origin: ModuleOrigin,
    },
    /// An extension module, or bytecode without a source.
    Compiled,
    /// As [`Place::Compiled`], of a package: its modules need not be.
    CompiledPackage {
        directory: PathBuf,
        origin: ModuleOrigin,
    },
    Namespace {
        portions: Vec<SearchEntry>,
    },
    Nowhere(Absence),
}

/// What can be said of a name that leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absence {
    /// It exists in the standard library, but not in what can be seen of it.
    Opaque,
    Missing,
    Unknown,
}

impl fmt::Debug for Finder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finder").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl Finder {
    /// A finder that searches the source roots in their order.
    pub fn new(input: &FinderInput<'_>) -> Finder {
        let environment = input.environment;
        let path_files =
            path_files::read(&environment.site_packages, input.disk.as_ref(), input.project);
        let mut entries = Vec::new();
        let mut add = |directory: &Path, origin| {
            let entry = SearchEntry { directory: directory.to_path_buf(), origin };
            if !entries.iter().any(|other: &SearchEntry| other.directory == entry.directory) {
                entries.push(entry);
            }
        };
        for root in input.roots {
            add(root, ModuleOrigin::Workspace);
        }
        if let Some(stdlib) = &environment.stdlib {
            add(stdlib, ModuleOrigin::StandardLibrary);
            add(&stdlib.join("lib-dynload"), ModuleOrigin::StandardLibrary);
        }
        for directory in environment.site_packages.iter().chain(&path_files.directories) {
            let in_workspace = path_files::is_of_workspace(directory, input.project);
            let origin =
                if in_workspace { ModuleOrigin::Workspace } else { ModuleOrigin::Environment };
            add(directory, origin);
        }
        let files = Files::new(input);
        let shared = Shared {
            files,
            version: input.version,
            is_known: environment.is_known,
            path_files,
            roots: input.roots.to_vec(),
            has_stdlib: environment.stdlib.is_some(),
            is_loaded: input.is_loaded,
            loose: Arc::default(),
            importers: importers::Importers::default(),
            groups: RwLock::default(),
        };
        Finder {
            shared: Arc::new(shared),
            entries: Arc::new(entries),
            places: Arc::default(),
            former: None,
        }
    }

    /// The same finder, which knows the workspace as it was before: a top-level module that
    /// was there and is not any more is missing, whatever the environment.
    pub fn with_former(mut self, former: Finder) -> Finder {
        self.former = Some(Arc::new(former));
        self.places = Arc::default();
        self
    }

    /// What a module sees that is imported from `root` and lies in `directory`: its own root
    /// is searched before the other ones, and a directory that is no package is searched
    /// last, since its files may run as scripts. Sources are shared with this finder.
    pub fn seen_from(&self, root: &Path, directory: &Path) -> Finder {
        let own = |directory: &Path| SearchEntry {
            directory: directory.to_path_buf(),
            origin: ModuleOrigin::Workspace,
        };
        let mut entries = (*self.entries).clone();
        entries.retain(|entry| entry.directory != root);
        entries.insert(0, own(root));
        let is_searched = entries.iter().any(|entry| entry.directory == directory);
        if !is_searched && !self.shared.files.is_package(directory) {
            entries.push(own(directory));
        }
        if entries == *self.entries {
            return self.clone();
        }
        let former = self.former.as_ref().map(|former| former.seen_from(root, directory));
        Finder {
            shared: Arc::clone(&self.shared),
            entries: Arc::new(entries),
            places: Arc::default(),
            former: former.map(Arc::new),
        }
    }

    /// The source of a file of the workspace under a name that the caller knows.
    ///
    /// # Errors
    ///
    /// Says why there is none: unreadable, too large, not decodable.
    pub fn load(&self, path: &Path, name: &str) -> Result<Option<Found>, String> {
        self.shared.files.load(path, name, ModuleOrigin::Workspace)
    }

    fn place(&self, name: &str) -> Place {
        if let Some(place) = self.places.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return place.clone();
        }
        let place = match name.rsplit_once('.') {
            None => self.top_level(name),
            Some((parent, leaf)) => self.submodule(name, parent, leaf),
        };
        let mut places = self.places.write().unwrap_or_else(PoisonError::into_inner);
        places.insert(name.to_owned(), place.clone());
        place
    }

    fn top_level(&self, name: &str) -> Place {
        let version = self.shared.version;
        if name == "__main__" || is_builtin_module(name, version) {
            return Place::BuiltIn;
        }
        if name.is_empty() {
            return Place::Nowhere(Absence::Unknown);
        }
        let is_frozen = is_frozen_module(name, version);
        let entries = self
            .entries
            .iter()
            .filter(|entry| !is_frozen || entry.origin == ModuleOrigin::StandardLibrary);
        match self.search(entries, name) {
            // setuptools puts its own in the place of the standard library's, if it may
            // (`_distutils_hack`).
            Some(Place::Package { origin: ModuleOrigin::StandardLibrary, .. })
                if self.is_of_setuptools(name) =>
            {
                Place::Compiled
            }
            Some(Place::Namespace { portions }) if !self.is_namespace_certain(&portions) => {
                Place::Nowhere(Absence::Unknown)
            }
            Some(place) => place,
            None if is_frozen => Place::BuiltIn,
            None => Place::Nowhere(self.absent_top_level(name)),
        }
    }

    fn submodule(&self, name: &str, parent: &str, leaf: &str) -> Place {
        if name == "os.path" {
            // `os` puts one of the two into `sys.modules` under this name.
            return self.place("posixpath");
        }
        if leaf.is_empty() {
            return Place::Nowhere(Absence::Unknown);
        }
        match self.place(parent) {
            Place::Package { directory, origin } => {
                let entry = SearchEntry { directory, origin };
                if let Some(found) = self.search([&entry], leaf) {
                    return found;
                }
                let text = self.shared.files.text(&entry.directory.join("__init__.py"));
                let further = self.extension(parent, &entry.directory, &text);
                let found = self.search(&further, leaf);
                found.unwrap_or_else(|| {
                    Place::Nowhere(self.absent_submodule(&entry, name, leaf, &text))
                })
            }
            Place::Namespace { portions } => {
                let found = self.search(&portions, leaf);
                found.unwrap_or_else(|| {
                    Place::Nowhere(self.absent_in_namespace(&portions, name, leaf))
                })
            }
            Place::Module { file, origin } => {
                Place::Nowhere(self.absent_in_module(&file, origin, name))
            }
            Place::BuiltIn if is_frozen_module(name, self.shared.version) => Place::BuiltIn,
            Place::BuiltIn => Place::Nowhere(Absence::Missing),
            Place::CompiledPackage { directory, origin } => {
                let found = self.search([&SearchEntry { directory, origin }], leaf);
                found.unwrap_or(Place::Nowhere(Absence::Unknown))
            }
            Place::Compiled => Place::Nowhere(Absence::Unknown),
            Place::Nowhere(absence) => Place::Nowhere(absence),
        }
    }

    /// The further directories of a package that takes in those that other entries of `sys.path`,
    /// or of its parent's `__path__`, have under its name (`extend_path` in `Lib/pkgutil.py`).
    fn extension(&self, package: &str, own: &Path, text: &str) -> Vec<SearchEntry> {
        if !text.lines().any(absence::extends_path) {
            return Vec::new();
        }
        let Some((parent, leaf)) = package.rsplit_once('.') else {
            return below(&self.entries, package, own);
        };
        match self.place(parent) {
            Place::Package { directory, .. } => {
                let text = self.shared.files.text(&directory.join("__init__.py"));
                below(&self.extension(parent, &directory, &text), leaf, own)
            }
            Place::Namespace { portions } => below(&portions, leaf, own),
            _ => Vec::new(),
        }
    }

    /// Searches directories for a module; `None` where none of them has anything.
    fn search<'a>(
        &self,
        entries: impl IntoIterator<Item = &'a SearchEntry>,
        leaf: &str,
    ) -> Option<Place> {
        let mut portions = Vec::new();
        for entry in entries {
            let directory = entry.directory.join(leaf);
            let origin = entry.origin;
            match self.shared.files.hit(&entry.directory, leaf) {
                Some(Hit::Package) => return Some(Place::Package { directory, origin }),
                Some(Hit::Module(file)) => return Some(Place::Module { file, origin }),
                Some(Hit::CompiledPackage) => {
                    return Some(Place::CompiledPackage { directory, origin });
                }
                Some(Hit::Compiled) => return Some(Place::Compiled),
                Some(Hit::Directory) => portions.push(SearchEntry { directory, origin }),
                None => {}
            }
        }
        (!portions.is_empty()).then_some(Place::Namespace { portions })
    }
}

/// The directories of one name in other directories, but for one.
fn below(entries: &[SearchEntry], name: &str, own: &Path) -> Vec<SearchEntry> {
    let below = |entry: &SearchEntry| SearchEntry {
        directory: entry.directory.join(name),
        origin: entry.origin,
    };
    entries.iter().map(below).filter(|entry| entry.directory != own).collect()
}

impl Modules for Finder {
    fn importers(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        self.files_that_import(module, words)
    }

    fn compiled_source(&self, name: &str) -> Option<Arc<ModuleFile>> {
        let (file, origin) = match self.place(name) {
            Place::CompiledPackage { directory, origin } => (directory.join("__init__.py"), origin),
            Place::Compiled => {
                let (parent, leaf) = name.rsplit_once('.')?;
                match self.place(parent) {
                    Place::Package { directory, origin }
                    | Place::CompiledPackage { directory, origin } => {
                        (directory.join(format!("{leaf}.py")), origin)
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        match self.shared.files.load(&file, name, origin) {
            Ok(Some(Found::Source(file))) => Some(file),
            _ => None,
        }
    }

    fn has_entry_points(&self, group: &str) -> Option<bool> {
        self.shared.is_known.then(|| self.offers_entry_points(group))
    }

    fn release(&self, distribution: &str) -> Option<Vec<u32>> {
        self.installed_release(distribution)
    }

    fn find(&self, name: &str) -> Found {
        let load =
            |file: &Path, name: &str, origin| match self.shared.files.load(file, name, origin) {
                Ok(Some(found)) => found,
                // Unreadable, or gone since the directory was listed: exists all the same.
                Ok(None) | Err(_) => Found::Opaque,
            };
        // The engine may ask for whatever stands in an import; only names lead to files.
        if !name.split('.').all(|part| is_identifier(part) || part.contains('-')) {
            return Found::Unknown;
        }
        match self.place(name) {
            Place::Module { file, origin } => {
                let is_path = name == "os.path";
                load(&file, if is_path { "posixpath" } else { name }, origin)
            }
            Place::Package { directory, origin } => {
                load(&directory.join("__init__.py"), name, origin)
            }
            Place::Namespace { .. } => Found::Namespace,
            Place::BuiltIn
            | Place::Compiled
            | Place::CompiledPackage { .. }
            | Place::Nowhere(Absence::Opaque) => Found::Opaque,
            Place::Nowhere(Absence::Missing) => Found::Missing,
            Place::Nowhere(Absence::Unknown) => Found::Unknown,
        }
    }
}

#[cfg(test)]
mod tests;
