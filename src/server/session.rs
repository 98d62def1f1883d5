//! The session: owns everything that changes, on one thread, event by event.

use std::collections::HashMap;
use std::time::Instant;

use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::{
    InitializeParams, InitializeResult, ServerCapabilities, ServerInfo, TextDocumentSyncCapability,
    TextDocumentSyncKind, Url,
};

use super::client::Client;
use super::event::{Event, Inbox};

/// One client's session.
pub(super) struct Session {
    client: Client,
    inbox: Inbox,
    /// The versions of the documents that are open.
    documents: HashMap<Url, i32>,
}

impl Session {
    /// A session that speaks through `client` and gets its own work's results through `inbox`.
    pub(super) fn new(client: Client, inbox: Inbox) -> Session {
        Session { client, inbox, documents: HashMap::new() }
    }

    /// When [`Session::tick`] wants to be called next, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Does what has become due.
    pub(super) fn tick(&mut self) {}

    /// Reacts to one event. A panic in here costs this event's effect, not the session.
    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(params, reply) => reply.ok(self.initialize(&params)),
            Event::Shutdown(reply) => reply.ok(()),
            Event::DidOpen(params) => {
                let document = params.text_document;
                self.documents.insert(document.uri, document.version);
            }
            Event::DidChange(params) => {
                let document = params.text_document;
                self.documents.insert(document.uri, document.version);
            }
            Event::DidClose(params) => {
                self.documents.remove(&params.text_document.uri);
                self.client.publish_diagnostics(params.text_document.uri, Vec::new(), None);
            }
            Event::CodeAction(_, reply) => reply.ok(None),
            Event::CodeActionResolve(action, reply) => reply.ok(*action),
            Event::Hover(_, reply) => reply.ok(None),
            Event::CodeLens(_, reply) => reply.ok(None),
            Event::InlayHint(_, reply) => reply.ok(None),
            Event::VersionText(params, reply) => {
                reply.fail(ErrorCode::InvalidParams, format!("no version at {}", params.uri));
            }
            Event::Continue(work) => work(self),
            _ => {}
        }
    }

    fn initialize(&mut self, _: &InitializeParams) -> InitializeResult {
        let capabilities = ServerCapabilities {
            text_document_sync: Some(TextDocumentSyncCapability::Kind(
                TextDocumentSyncKind::INCREMENTAL,
            )),
            ..ServerCapabilities::default()
        };
        let server_info = ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        InitializeResult { capabilities, server_info: Some(server_info) }
    }
}
