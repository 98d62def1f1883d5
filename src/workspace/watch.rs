//! What changes on the disk while a run is repeated.
//!
//! Each directory that a run would walk is watched on its own, so that what is ignored costs
//! nothing. Events only say that something has happened: what is there is looked at anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::git::Repository;
use super::walk::{Targets, real_directory};
use crate::config::PathPatterns;

/// Files that say how a run is made, wherever they lie.
pub const SETTINGS: [&str; 4] = ["reloadsafe.toml", "pyproject.toml", ".gitignore", ".ignore"];

/// What is to be watched.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Files and directories; what is not there is watched for in its parent.
    pub targets: Vec<PathBuf>,
    pub exclude: PathPatterns,
    /// Other files that a run reads, absolute.
    pub files: Vec<PathBuf>,
}

/// Watches files.
#[derive(Debug)]
pub struct Watcher {
    notify: RecommendedWatcher,
    /// What has happened since it was last asked, by path.
    happened: Arc<Mutex<Happened>>,
    /// Directories that are watched, and whether with all that is below.
    watched: BTreeSet<(PathBuf, bool)>,
    modules: BTreeSet<PathBuf>,
    places: Places,
    git: Vec<GitState>,
}

#[derive(Debug, Default)]
struct Happened {
    paths: BTreeSet<PathBuf>,
    /// Events were lost.
    anything: bool,
}

impl Watcher {
    /// A watcher that sends `wake` whenever something may have changed.
    ///
    /// # Errors
    /// Where the system has none.
    pub fn new<T: Clone + Send + 'static>(
        sender: Sender<T>,
        wake: T,
    ) -> Result<Watcher, notify::Error> {
        let happened = Arc::new(Mutex::new(Happened::default()));
        let heard = Arc::clone(&happened);
        let notify = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let mut heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
            match event {
                Ok(event) if event.need_rescan() => heard.anything = true,
                // Reading is no change: a run reads what is watched.
                Ok(event) if is_change(event.kind) => heard.paths.extend(event.paths),
                Ok(_) => return,
                Err(_) => heard.anything = true,
            }
            // Whoever does not listen any more is about to end.
            let _ = sender.send(wake.clone());
        })?;
        Ok(Watcher {
            notify,
            happened,
            watched: BTreeSet::new(),
            modules: BTreeSet::new(),
            places: Places::default(),
            git: Vec::new(),
        })
    }

    /// Watches these from now on. A run that begins after this sees what has happened before, and
    /// what happens later is told.
    ///
    /// # Errors
    /// The first directory that cannot be watched, such as for want of watches.
    pub fn follow(&mut self, mut places: Places) -> Result<(), notify::Error> {
        // Events name a directory by one of the ways that lead to it: all are to be the same.
        for path in places.targets.iter_mut().chain(&mut places.files) {
            *path = real_directory(path);
        }
        let directories = places.targets.iter().filter(|target| target.is_dir());
        self.git = directories.filter_map(|directory| GitState::of(directory)).collect();
        self.places = places;
        self.look()
    }

    /// Whether something has changed that a run would see, since it was last asked.
    ///
    /// # Errors
    /// As [`Watcher::follow`].
    pub fn has_changed(&mut self) -> Result<bool, notify::Error> {
        let happened = {
            let mut happened = self.happened.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *happened)
        };
        if happened.paths.is_empty() && !happened.anything {
            return Ok(false);
        }
        // A directory that is there again is another one, which is not watched yet.
        let gone: Vec<(PathBuf, bool)> = self
            .watched
            .iter()
            .filter(|(path, _)| happened.paths.contains(path))
            .cloned()
            .collect();
        for watched in gone {
            let _ = self.notify.unwatch(&watched.0);
            self.watched.remove(&watched);
        }
        let before = self.modules.clone();
        self.look()?;
        let matters = |path: &PathBuf| {
            before.contains(path)
                || self.modules.contains(path)
                || self.places.files.contains(path)
                || path.file_name().is_some_and(|name| SETTINGS.iter().any(|known| name == *known))
                || self.git.iter().any(|git| git.has(path))
        };
        Ok(happened.anything || before != self.modules || happened.paths.iter().any(matters))
    }

    /// Looks which modules and directories there are, and watches those.
    fn look(&mut self) -> Result<(), notify::Error> {
        let mut wanted: BTreeSet<(PathBuf, bool)> =
            self.git.iter().flat_map(GitState::directories).collect();
        let mut existing = Vec::new();
        for target in &self.places.targets {
            let ancestors = target.ancestors().filter(|ancestor| ancestor.is_dir());
            if !target.is_dir() {
                wanted.extend(ancestors.take(1).map(|directory| (directory.to_path_buf(), false)));
            }
            if target.exists() {
                existing.push(target.clone());
            }
        }
        for file in &self.places.files {
            let directory = file.parent().filter(|directory| directory.is_dir());
            wanted.extend(directory.map(|directory| (directory.to_path_buf(), false)));
        }
        let targets = Targets::new(Path::new(""), &existing, &|_| None);
        if let Ok(targets) = targets {
            let (directories, walked) = targets.with_directories(&self.places.exclude);
            wanted.extend(directories.into_iter().map(|directory| (directory, false)));
            self.modules = walked.files.into_iter().collect();
        }
        self.watch(wanted)
    }

    fn watch(&mut self, wanted: BTreeSet<(PathBuf, bool)>) -> Result<(), notify::Error> {
        let mut paths = self.notify.paths_mut();
        for (path, _) in self.watched.difference(&wanted) {
            // It may be gone, and its watch with it.
            let _ = paths.remove(path);
        }
        let mut watched: BTreeSet<(PathBuf, bool)> =
            self.watched.intersection(&wanted).cloned().collect();
        for (path, below) in wanted.difference(&self.watched) {
            let mode = if *below { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            match paths.add(path, mode) {
                Ok(()) => {
                    watched.insert((path.clone(), *below));
                }
                // Gone since it was looked at: its parent tells.
                Err(_) if !path.exists() => {}
                Err(error) => return Err(error),
            }
        }
        self.watched = watched;
        paths.commit()
    }
}

fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)) => false,
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// Where git keeps what `HEAD` and branches mean.
#[derive(Debug)]
struct GitState {
    own: PathBuf,
    common: PathBuf,
}

impl GitState {
    fn of(directory: &Path) -> Option<GitState> {
        let repository = Repository::discover(directory).ok().flatten()?;
        let (own, common) = repository.directories().ok()?;
        Some(GitState { own: real_directory(&own), common: real_directory(&common) })
    }

    fn directories(&self) -> impl Iterator<Item = (PathBuf, bool)> {
        let all = [
            (self.common.join("refs"), true),
            (self.common.clone(), false),
            (self.own.clone(), false),
        ];
        all.into_iter().filter(|(path, _)| path.is_dir())
    }

    /// Whether git writes there what a revision means.
    fn has(&self, path: &Path) -> bool {
        let is_lock = path.extension().is_some_and(|extension| extension == "lock");
        !is_lock
            && (path.starts_with(self.common.join("refs"))
                || path == self.common.join("packed-refs")
                || path == self.own.join("HEAD"))
    }
}
