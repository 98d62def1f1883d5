//! Files change on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tower_lsp::lsp_types::{FileChangeType, FileEvent, Url};

use super::super::document::path_of;
use super::super::session::Session;
use super::documents::on_disk;
use crate::workspace::finder::FileChanges;

/// Files that say how a project is judged.
const CONFIGURATION: [&str; 4] = ["pyproject.toml", "reloadsafe.toml", "setup.cfg", "pyvenv.cfg"];

impl Session {
    pub(in crate::server) fn did_change_watched_files(&mut self, events: Vec<FileEvent>) {
        let mut changes = FileChanges::default();
        let mut configuration = false;
        for event in events {
            let path = path_of(&event.uri);
            let name = path.file_name().and_then(|name| name.to_str());
            configuration |= name.is_some_and(|name| CONFIGURATION.contains(&name));
            if event.typ == FileChangeType::CHANGED {
                self.compare_with_disk(&path);
                changes.edited.push(path);
            } else {
                if event.typ == FileChangeType::DELETED {
                    self.deleted(&path);
                }
                changes.created_or_deleted.push(path);
            }
        }
        if configuration {
            self.forget_told();
            self.settings_changed();
        }
        self.changed_on_disk(&changes);
    }

    /// Files were created, renamed or deleted in the editor.
    pub(in crate::server) fn files_moved<'u>(&mut self, uris: impl Iterator<Item = &'u str>) {
        let paths = uris.filter_map(|uri| Url::parse(uri).ok()).map(|uri| path_of(&uri));
        let changes = FileChanges { created_or_deleted: paths.collect(), ..FileChanges::default() };
        for path in &changes.created_or_deleted {
            if !path.exists() {
                self.deleted(path);
            }
        }
        self.changed_on_disk(&changes);
    }

    fn changed_on_disk(&mut self, changes: &FileChanges) {
        if changes.is_empty() {
            return;
        }
        for project in self.projects.iter_mut() {
            let root = project.root().to_path_buf();
            let within = |paths: &[PathBuf]| -> Vec<PathBuf> {
                paths.iter().filter(|path| path.starts_with(&root)).cloned().collect()
            };
            project.changed_on_disk(&FileChanges {
                edited: within(&changes.edited),
                created_or_deleted: within(&changes.created_or_deleted),
            });
        }
        self.ask_all();
    }

    /// A file is gone. An open document goes on; what is closed, nobody can reload.
    fn deleted(&mut self, path: &Path) {
        let gone: Vec<Url> = self
            .modules
            .iter()
            .filter(|(uri, module)| {
                module.path.starts_with(path) && !self.documents.contains_key(*uri)
            })
            .map(|(uri, _)| uri.clone())
            .collect();
        for uri in gone {
            self.forget(&uri);
            self.clear(&uri);
        }
    }

    /// Somebody wrote a file behind the editor.
    fn compare_with_disk(&mut self, path: &Path) {
        let Some(uri) = self.uri_of(path).filter(|uri| self.documents.contains_key(uri)) else {
            return;
        };
        let (Some(disk), Some(text)) = (on_disk(path), self.text(&uri)) else { return };
        let Some(module) = self.modules.get_mut(&uri) else { return };
        let is_own = module.saved.as_ref().is_some_and(|saved| saved.text() == disk.text());
        module.out_of_step = !is_own && disk.text() != text.text();
        if module.out_of_step {
            tracing::warn!(
                "{} was changed on disk behind the editor: a reload would not load what is shown",
                path.display()
            );
        } else {
            module.saved = Some(Arc::clone(&disk));
        }
        self.send_status(&uri);
        self.is_outdated = true;
        self.refresh();
    }
}
