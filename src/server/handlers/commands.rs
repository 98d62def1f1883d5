//! `workspace/executeCommand`.

use serde_json::{Value, json};
use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::{ExecuteCommandParams, ShowDocumentParams, Url};

use super::super::convert::{version_uri, virtual_uri};
use super::super::event::Reply;
use super::super::modules::EventKind;
use super::super::session::{Session, Why};
use super::documents::on_disk;

pub(super) const MARK_RELOADED: &str = "reloadsafe.markReloaded";
pub(super) const MARK_RESTARTED: &str = "reloadsafe.markRestarted";
pub(super) const SHOW_NAMESPACE: &str = "reloadsafe.showNamespace";
pub(super) const SHOW_HISTORY: &str = "reloadsafe.showHistory";
const SHOW_PLAN: &str = "reloadsafe.showPlan";
const COMPARE: &str = "reloadsafe.compareWithVersion";

/// Every command.
pub(super) const COMMANDS: [&str; 6] =
    [MARK_RELOADED, MARK_RESTARTED, SHOW_NAMESPACE, SHOW_HISTORY, SHOW_PLAN, COMPARE];

/// `RequestFailed` of LSP 3.17, which the library does not name.
const REQUEST_FAILED: i64 = -32803;

/// Why a command cannot be carried out: an error of the request.
struct Refused(String);

impl Session {
    pub(in crate::server) fn execute_command(
        &mut self,
        params: ExecuteCommandParams,
        reply: Reply<Option<Value>>,
    ) {
        let arguments = &params.arguments;
        let uri = match module_argument(arguments) {
            Ok(uri) => uri,
            Err(Refused(why)) => return reply.fail(ErrorCode::InvalidParams, why),
        };
        let done = match (params.command.as_str(), uri) {
            (MARK_RELOADED, Some(uri)) => self.mark(&uri, EventKind::Reloaded).map(|()| None),
            (MARK_RESTARTED, Some(uri)) => self.mark(&uri, EventKind::Restarted).map(|()| None),
            (MARK_RESTARTED, None) => {
                self.mark_all_restarted();
                Ok(None)
            }
            (SHOW_NAMESPACE, Some(uri)) => return self.show_when_settled(uri, "namespace", reply),
            (SHOW_HISTORY, Some(uri)) => return self.show_when_settled(uri, "history", reply),
            (SHOW_PLAN, uri) => {
                let uri = uri.or_else(|| self.documents.keys().min().cloned());
                match uri {
                    Some(uri) => return self.show_plan(&uri, reply),
                    None => Err(Refused("no module is open".to_owned())),
                }
            }
            (COMPARE, Some(uri)) => self.compare_with(&uri, arguments.get(1)),
            (command, None) if COMMANDS.contains(&command) => {
                Err(Refused(format!("`{command}` needs the URI of a module")))
            }
            (command, _) => Err(Refused(format!("there is no command `{command}`"))),
        };
        match done {
            Ok(value) => reply.ok(value),
            Err(Refused(why)) => reply.fail(ErrorCode::InvalidParams, why),
        }
    }

    /// Somebody says what the process has done with the text as saved.
    fn mark(&mut self, uri: &Url, kind: EventKind) -> Result<(), Refused> {
        let is_open = self.documents.contains_key(uri);
        let Some(module) = self.modules.get_mut(uri) else {
            return Err(Refused(format!("{uri} has not been opened")));
        };
        if !is_open {
            // Nobody has said anything since it was closed: what lies there is what is loaded.
            module.saved = on_disk(&module.path);
        }
        let saved = module.saved.clone();
        let Some(text) = saved.or_else(|| self.text(uri)) else {
            return Err(Refused(format!("{uri} has no text that could have been loaded")));
        };
        self.load(uri, &text, kind);
        self.ask(uri, Why::Loaded);
        Ok(())
    }

    fn mark_all_restarted(&mut self) {
        self.projects.restart();
        let known: Vec<Url> = self.modules.keys().cloned().collect();
        for uri in &known {
            // What cannot be loaded again (deleted meanwhile) is not there after a restart.
            if self.mark(uri, EventKind::Restarted).is_err() {
                self.forget(uri);
            }
        }
    }

    /// Opens what is shown of a module, where the client can; the answer has it in any case.
    fn show_when_settled(&mut self, uri: Url, what: &'static str, reply: Reply<Option<Value>>) {
        let about = uri.clone();
        self.when_settled(&uri, move |session| {
            let Some(module) = session.modules.get(&about) else {
                let message = format!("{about} has not been opened");
                return reply.fail(ErrorCode::InvalidParams, message);
            };
            let shown = virtual_uri(&module.path, what);
            match session.virtual_text(&shown) {
                Some(text) => {
                    session.show(&shown);
                    reply.ok(Some(json!({ "uri": shown, "text": text })));
                }
                None => reply.fail(
                    ErrorCode::ServerError(REQUEST_FAILED),
                    format!("there is no {what} of {about} yet"),
                ),
            }
        });
    }

    /// The URIs and the title of a comparison, for the client's own view of differences.
    fn compare_with(
        &mut self,
        uri: &Url,
        version: Option<&Value>,
    ) -> Result<Option<Value>, Refused> {
        let Some(module) = self.modules.get(uri) else {
            return Err(Refused(format!("{uri} has not been opened")));
        };
        let newest = module.history.version();
        let version = version.and_then(Value::as_u64).map(|version| version as u32).or(newest);
        let Some(version) = version else {
            return Err(Refused(format!("the process has not loaded {uri}")));
        };
        let old = version_uri(&module.path, version);
        let name = module.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(text) = self.virtual_text(&old) else {
            return Err(Refused(format!("the text of version {version} is not kept any more")));
        };
        let title = format!("{name}: version {version} ↔ now");
        Ok(Some(json!({ "left": old, "right": uri, "title": title, "text": text })))
    }

    pub(super) fn show(&self, uri: &Url) {
        if !self.features.shows_documents {
            return;
        }
        let params = ShowDocumentParams {
            uri: uri.clone(),
            external: Some(false),
            take_focus: Some(true),
            selection: None,
        };
        self.client.show_document(params, |_, answer| {
            if let Err(error) = answer {
                tracing::warn!("{error}");
            }
        });
    }
}

/// The URI that a command is given; `None` where it is given nothing.
fn module_argument(arguments: &[Value]) -> Result<Option<Url>, Refused> {
    match arguments.first() {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value
            .as_str()
            .and_then(|text| Url::parse(text).ok())
            .map(Some)
            .ok_or_else(|| Refused(format!("{value} is no URI"))),
    }
}
