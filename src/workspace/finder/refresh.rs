//! A finder for a workspace of which some files have changed: what still holds is kept.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use super::super::tree::FileTree;
use super::{Finder, Shared};

/// What happened to the files of a workspace since a finder looked at them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChanges {
    /// Files whose text is another one.
    pub edited: Vec<PathBuf>,
    /// Files or directories that have appeared or gone.
    pub created_or_deleted: Vec<PathBuf>,
}

impl FileChanges {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.edited.is_empty() && self.created_or_deleted.is_empty()
    }

    /// Every path that something happened to.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.edited.iter().chain(&self.created_or_deleted).map(PathBuf::as_path)
    }
}

impl Finder {
    /// The finder that sees `workspace` in the place of its own. Nothing but what `changes` says
    /// may differ between the two. This finder goes on seeing what it saw.
    pub fn refreshed(&self, workspace: Arc<dyn FileTree>, changes: &FileChanges) -> Finder {
        let is_rearranged = !changes.created_or_deleted.is_empty();
        let shared = &*self.shared;
        let files = shared.files.refreshed(workspace, changes);
        let importers = if is_rearranged {
            super::importers::Importers::default()
        } else {
            shared.importers.refreshed(&files, &changes.edited)
        };
        let loose = if is_rearranged { Arc::default() } else { Arc::clone(&shared.loose) };
        let places = if is_rearranged { Arc::default() } else { Arc::clone(&self.places) };
        Finder {
            shared: Arc::new(Shared {
                files,
                version: shared.version,
                is_known: shared.is_known,
                path_files: shared.path_files.clone(),
                roots: shared.roots.clone(),
                has_stdlib: shared.has_stdlib,
                is_loaded: shared.is_loaded,
                loose,
                importers,
                groups: RwLock::default(),
            }),
            entries: Arc::clone(&self.entries),
            places,
            former: self.former.clone(),
        }
    }
}

/// A copy of what a lock guards.
pub(super) fn copied<T: Clone>(lock: &RwLock<T>) -> T {
    lock.read().unwrap_or_else(PoisonError::into_inner).clone()
}
