//! Documents are opened, edited, saved and closed.

use std::path::Path;
use std::sync::Arc;

use tower_lsp::lsp_types::{
    DidChangeTextDocumentParams, DidSaveTextDocumentParams, TextDocumentItem, Url,
};

use super::super::document::{Document, path_of};
use super::super::modules::{EventKind, Module};
use super::super::session::{Session, Why, elsewhere};
use super::super::settings::ReloadOn;
use crate::text::source::{Revision, Source};

impl Session {
    pub(in crate::server) fn did_open(&mut self, item: TextDocumentItem) {
        let TextDocumentItem { uri, language_id, version, text } = item;
        let is_python = language_id == "python" || uri.path().ends_with(".py");
        // jupyterlab-lsp sends the cells of a notebook as one document with the notebook's name.
        let is_notebook = uri.path().ends_with(".ipynb");
        if !is_python || is_notebook || !matches!(uri.scheme(), "file" | "untitled") {
            // Old versions, cells of notebooks: nothing that a process reloads.
            return;
        }
        let path = self.projects.base().join(path_of(&uri));
        self.remember_uri(path.clone(), uri.clone());
        let mut document = Document::new(version, &text);
        let loaded = self.modules.get(&uri).and_then(|module| module.loaded.as_ref());
        if let Some(loaded) = loaded {
            document.loaded(loaded);
        }
        self.documents.insert(uri.clone(), document);
        if !self.modules.contains_key(&uri) {
            let module = Module::new(path.clone());
            self.modules.insert(uri.clone(), module);
            self.import(&uri, &path);
        }
        self.note_edit(&uri);
        self.ask(&uri, Why::Edited);
    }

    /// The process is taken to have imported the baseline's text.
    fn import(&mut self, uri: &Url, path: &Path) {
        let baseline = if uri.scheme() == "file" {
            let project = self.projects.of(path, &self.settings);
            project.baseline(path).or_else(|| on_disk(path))
        } else {
            self.text(uri)
        };
        if let Some(source) = baseline {
            if let Some(module) = self.modules.get_mut(uri) {
                module.saved = on_disk(path).or_else(|| Some(Arc::clone(&source)));
            }
            self.load(uri, &source, EventKind::Imported);
        }
    }

    pub(in crate::server) fn did_change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri;
        let encoding = self.features.encoding;
        let Some(document) = self.documents.get_mut(&uri) else { return };
        document.change(params.text_document.version, params.content_changes, encoding);
        self.note_edit(&uri);
        self.ask(&uri, Why::Edited);
    }

    pub(in crate::server) fn did_save(&mut self, params: DidSaveTextDocumentParams) {
        let uri = params.text_document.uri;
        let Some(module) = self.modules.get(&uri) else { return };
        let path = module.path.clone();
        let text = match params.text {
            Some(text) => Some(Source::new(&path, Revision::Current, text)),
            None => self.text(&uri),
        };
        let Some(text) = text else { return };
        let Some(module) = self.modules.get_mut(&uri) else { return };
        module.saved = Some(Arc::clone(&text));
        if let Some(document) = self.documents.get_mut(&uri) {
            document.saved(&text);
        }
        let is_new = module.loaded.is_none();
        if is_new || self.settings.server.reload_on == ReloadOn::Save {
            self.load(&uri, &text, EventKind::Reloaded);
            self.ask(&uri, Why::Loaded);
        }
    }

    pub(in crate::server) fn did_close(&mut self, uri: &Url) {
        if self.documents.remove(uri).is_none() {
            return;
        }
        let mut others = Vec::new();
        if let Some(module) = self.modules.get_mut(uri) {
            others.extend(elsewhere(module));
            module.snapshot = None;
            module.trouble = None;
            module.answered = module.asked;
            let path = module.path.clone();
            if uri.scheme() == "file" {
                let project = self.projects.of(&path, &self.settings);
                project.edited(&path, None);
            } else {
                // An untitled document is gone with its text.
                self.forget(uri);
            }
        }
        self.note_edit(uri);
        self.clear(uri);
        for path in others {
            if let Some(other) = self.uri_of(&path) {
                self.publish(&other);
            }
        }
        self.settled(uri);
        self.ask_dependents(uri, true);
        self.refresh();
    }
}

/// The text of a file, where it can be read and decoded.
pub(super) fn on_disk(path: &Path) -> Option<Arc<Source>> {
    use crate::workspace::tree::{DiskTree, FileTree};
    let bytes = DiskTree::default().read(path).ok().flatten()?;
    let text = crate::text::decode::decode(bytes).ok()?;
    Some(Source::new(path, Revision::Current, text))
}
