//! A project whose modules a process has loaded and somebody edits: what an editor's session
//! simulates against.
//!
//! It has two sides. What the process has loaded stays as it is until something is loaded again;
//! what a fresh process would find follows the editor and the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Surroundings;
use super::environment::{self, Environment, EnvironmentError, Search};
use super::finder::{FileChanges, Finder, FinderInput};
use super::source_roots::{ModuleName, SourceRoots};
use super::tree::{DiskTree, FileTree, OverlayTree};
use super::walk::real_directory;
use crate::config::Config;
use crate::python::PythonVersion;
use crate::text::source::Source;
use crate::worlds::SummaryCache;

/// The modules of one project, on both sides.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    config: Config,
    environment: Environment,
    version: PythonVersion,
    roots: SourceRoots,
    live: Side,
    restart: Side,
    stamps: Stamps,
}

/// The modules around one module, as they are now: an immutable view that any thread may use.
#[derive(Debug, Clone)]
pub struct View {
    /// The other modules as the process has them.
    pub live: Finder,
    /// The other modules as a fresh process would find them.
    pub restart: Finder,
    pub live_cache: Arc<SummaryCache>,
    pub restart_cache: Arc<SummaryCache>,
    pub version: PythonVersion,
    /// A number that is another one whenever one of the other modules is.
    pub others: u64,
}

/// The files of a project as one of the worlds has them.
#[derive(Debug)]
struct Side {
    files: OverlayTree,
    finder: Finder,
    cache: Arc<SummaryCache>,
    /// What has happened since the finder was made.
    changes: FileChanges,
}

impl Project {
    /// Opens the project in the directory `root`. The process has loaded what `baseline` holds,
    /// or else what lies on the disk.
    ///
    /// # Errors
    /// Where the environment that the user names is not there or is no Python.
    pub fn open(
        root: &Path,
        config: Config,
        baseline: Option<Arc<dyn FileTree>>,
        around: &Surroundings<'_>,
    ) -> Result<Project, EnvironmentError> {
        let root = real_directory(root);
        let environment = environment::find(&Search {
            project: &root,
            up_to: &root,
            python: config.python.as_deref(),
            variable: around.variable,
        })?;
        let version = config.python_version.or(environment.version);
        let version = version.unwrap_or(PythonVersion::DEFAULT);
        let disk: Arc<dyn FileTree> = Arc::new(DiskTree::default());
        let restart = OverlayTree::new(Arc::clone(&disk));
        let live = OverlayTree::new(baseline.unwrap_or_else(|| Arc::clone(&disk)));
        let roots = source_roots(&root, &config, Arc::new(restart.clone()));
        let side = |files: OverlayTree, cache: &Arc<SummaryCache>| {
            let finder = finder(&root, &files, &roots, &environment, version);
            Side { files, finder, cache: Arc::clone(cache), changes: FileChanges::default() }
        };
        // The standard library and the environment are the same on both sides.
        let cache = Arc::default();
        let (live, restart) = (side(live, &cache), side(restart, &Arc::default()));
        let stamps = Stamps::default();
        let mut project =
            Project { root, config, environment, version, roots, live, restart, stamps };
        project.link_sides();
        Ok(project)
    }

    /// The directory of the project.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The settings that hold in it.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// How the module of a file is called; `None` for a file that is no `.py`.
    pub fn name_of(&self, path: &Path) -> Option<ModuleName> {
        self.roots.name_of(path)
    }

    /// The text that the process has loaded from a file, if it is a file of the baseline.
    pub fn baseline(&self, path: &Path) -> Option<Arc<Source>> {
        let name = self.name_of(path)?;
        match self.live.finder.load(path, &name.name) {
            Ok(Some(crate::modules::Found::Source(file))) => Some(Arc::clone(&file.source)),
            _ => None,
        }
    }

    /// The process has loaded this text from a file.
    pub fn loaded(&mut self, path: &Path, text: Arc<Source>) {
        self.live.set(path, Some(text));
    }

    /// An editor holds this text of a file; with `None`, what lies on the disk counts again.
    pub fn edited(&mut self, path: &Path, text: Option<Arc<Source>>) {
        self.restart.set(path, text);
    }

    /// Files have changed on the disk. What the process has loaded has not, but it finds what is
    /// new when it imports it.
    pub fn changed_on_disk(&mut self, changes: &FileChanges) {
        let created = changes.created_or_deleted.iter().filter(|path| path.exists());
        self.live.changes.created_or_deleted.extend(created.cloned());
        self.restart.changes.edited.extend(changes.edited.iter().cloned());
        let moved = &changes.created_or_deleted;
        self.restart.changes.created_or_deleted.extend(moved.iter().cloned());
    }

    /// Everything as it is now, for the module of a file.
    pub fn view(&mut self, name: &ModuleName, path: &Path) -> View {
        self.refresh();
        let directory = path.parent().unwrap_or(Path::new(""));
        View {
            live: self.live.finder.seen_from(&name.root, directory),
            restart: self.restart.finder.seen_from(&name.root, directory),
            live_cache: Arc::clone(&self.live.cache),
            restart_cache: Arc::clone(&self.restart.cache),
            version: self.version,
            others: self.stamps.beside(path),
        }
    }

    fn refresh(&mut self) {
        self.stamps.note(&[&self.live.changes, &self.restart.changes]);
        if !self.restart.changes.created_or_deleted.is_empty() {
            let files: Arc<dyn FileTree> = Arc::new(self.restart.files.clone());
            let roots = source_roots(&self.root, &self.config, files);
            if roots.roots() != self.roots.roots() {
                for side in [&mut self.live, &mut self.restart] {
                    side.finder =
                        finder(&self.root, &side.files, &roots, &self.environment, self.version);
                    side.cache = Arc::default();
                    side.changes = FileChanges::default();
                }
                self.link_sides();
            }
            self.roots = roots;
        }
        let names = &self.roots;
        let live = self.live.refresh(names);
        let restart = self.restart.refresh(names);
        if live || restart {
            self.link_sides();
        }
    }

    /// What was there before and is gone is missing for certain.
    fn link_sides(&mut self) {
        let finder = self.restart.finder.clone();
        self.restart.finder = finder.with_former(self.live.finder.clone());
    }
}

/// Numbers for the states that the files of a project were in.
#[derive(Debug)]
struct Stamps {
    now: u64,
    /// The one file that has changed since `steady`; none where that was the last change.
    sole: Option<PathBuf>,
    steady: u64,
}

impl Default for Stamps {
    fn default() -> Self {
        let now = Stamps::fresh();
        Stamps { now, sole: None, steady: now }
    }
}

impl Stamps {
    /// A number that no state of any project has.
    fn fresh() -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed)
    }

    /// Files have changed.
    fn note(&mut self, changes: &[&FileChanges]) {
        let mut paths = changes.iter().flat_map(|changes| changes.paths());
        let Some(first) = paths.next() else { return };
        let is_sole = paths.all(|path| path == first)
            && changes.iter().all(|changes| changes.created_or_deleted.is_empty());
        let sole = is_sole.then(|| first.to_path_buf());
        let before = std::mem::replace(&mut self.now, Stamps::fresh());
        if sole.is_none() || sole != self.sole {
            self.steady = if sole.is_some() { before } else { self.now };
            self.sole = sole;
        }
    }

    /// The state of all other files than this one.
    fn beside(&self, path: &Path) -> u64 {
        if self.sole.as_deref() == Some(path) { self.steady } else { self.now }
    }
}

impl Side {
    fn set(&mut self, path: &Path, text: Option<Arc<Source>>) {
        let was = self.files.is_file(path);
        match text {
            Some(text) => self.files.set_source(path, text),
            None => self.files.reset(path),
        }
        let changed = if was == self.files.is_file(path) {
            &mut self.changes.edited
        } else {
            &mut self.changes.created_or_deleted
        };
        if changed.last().is_none_or(|last| last != path) {
            changed.push(path.to_path_buf());
        }
    }

    /// Looks again at what has changed; false where nothing has.
    fn refresh(&mut self, roots: &SourceRoots) -> bool {
        if self.changes.is_empty() {
            return false;
        }
        let changes = std::mem::take(&mut self.changes);
        let files = changes.paths().map(Path::to_path_buf).collect();
        let names = changes.paths().filter_map(|path| roots.name_of(path));
        let names = names.map(|name| name.name).collect();
        let rearranged = !changes.created_or_deleted.is_empty();
        self.finder = self.finder.refreshed(Arc::new(self.files.clone()), &changes);
        self.cache = Arc::new(self.cache.refreshed(&names, &files, rearranged));
        true
    }
}

fn source_roots(root: &Path, config: &Config, files: Arc<dyn FileTree>) -> SourceRoots {
    if config.src.is_empty() {
        SourceRoots::detect(root, files)
    } else {
        SourceRoots::configured(root, &config.src, files)
    }
}

fn finder(
    root: &Path,
    files: &OverlayTree,
    roots: &SourceRoots,
    environment: &Environment,
    version: PythonVersion,
) -> Finder {
    Finder::new(&FinderInput {
        workspace: Arc::new(files.clone()),
        disk: Arc::new(DiskTree::default()),
        project: root,
        roots: roots.roots(),
        environment,
        version,
        shown_from: None,
        is_loaded: false,
    })
}
