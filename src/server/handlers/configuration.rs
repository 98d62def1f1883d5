//! Settings that change while the server runs.

use serde_json::Value;
use tower_lsp::lsp_types::{
    ConfigurationItem, MessageType, TraceValue, Url, WorkspaceFoldersChangeEvent,
};

use super::super::session::Session;
use super::super::settings::{ClientSettings, Trace};

impl Session {
    /// Takes over settings that the client has sent; false where they are the same as before.
    pub(super) fn read_settings(&mut self, value: &Value) -> bool {
        let (settings, problems) = ClientSettings::read(value, &self.projects.base());
        for problem in problems {
            self.tell(MessageType::WARNING, format!("in the editor's settings, {problem}"));
        }
        let changed = !settings.are_as_in(&self.settings);
        self.settings = settings;
        changed
    }

    /// Asks the client for its settings, where it has them to ask for.
    pub(super) fn pull_configuration(&mut self) {
        if !self.features.pulls_configuration {
            return;
        }
        let item = ConfigurationItem { scope_uri: None, section: Some("reloadsafe".to_owned()) };
        self.client.configuration(vec![item], |session, answer| match answer {
            Ok(values) => {
                let value = values.into_iter().next().unwrap_or_default();
                // Nothing set, or not any more: what came with `initialize` holds.
                let is_set = value.as_object().is_some_and(|entries| !entries.is_empty());
                let value = if is_set { value } else { session.initial_settings.clone() };
                if session.read_settings(&value) {
                    session.settings_changed();
                }
            }
            Err(error) => tracing::warn!("{error}"),
        });
    }

    pub(in crate::server) fn did_change_configuration(&mut self, value: Value) {
        self.forget_told();
        if self.features.pulls_configuration {
            self.pull_configuration();
        } else if self.read_settings(&value) {
            self.settings_changed();
        }
    }

    pub(in crate::server) fn did_change_folders(&mut self, event: WorkspaceFoldersChangeEvent) {
        for folder in event.removed.iter().filter_map(|folder| folder.uri.to_file_path().ok()) {
            self.projects.remove_folder(&folder);
        }
        for folder in event.added.iter().filter_map(|folder| folder.uri.to_file_path().ok()) {
            self.projects.add_folder(&folder);
        }
        self.settings_changed();
    }

    /// `$/setTrace`.
    pub(in crate::server) fn set_trace(&mut self, value: TraceValue) {
        self.settings.server.trace = match value {
            TraceValue::Off => Trace::Off,
            TraceValue::Messages => Trace::Messages,
            TraceValue::Verbose => Trace::Verbose,
        };
    }

    /// Looks at everything again with the settings as they are now. Histories stay: the process
    /// has loaded what it has loaded.
    pub(super) fn settings_changed(&mut self) {
        self.projects.close_all();
        let known: Vec<Url> =
            self.modules.keys().filter(|uri| uri.scheme() == "file").cloned().collect();
        for uri in known {
            let Some(module) = self.modules.get(&uri) else { continue };
            let (path, loaded) = (module.path.clone(), module.loaded.clone());
            let text = self.text(&uri);
            let project = self.projects.of(&path, &self.settings);
            if let Some(loaded) = loaded {
                project.loaded(&path, loaded);
            }
            if let Some(text) = text {
                project.edited(&path, Some(text));
            }
        }
        self.ask_all();
        self.is_outdated = true;
        self.refresh();
    }
}
