//! Everything the session reacts to, in the order in which it arrived.

use std::future::Future;
use std::result::Result as StdResult;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use futures::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CreateFilesParams,
    DeleteFilesParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, ExecuteCommandParams, Hover, HoverParams, InitializeParams,
    InitializeResult, InlayHint, InlayHintParams, RenameFilesParams, SetTraceParams,
    TextDocumentIdentifier, Url, WorkspaceDiagnosticParams, WorkspaceDiagnosticReportResult,
};

use super::backlog::Backlog;
use super::session::Session;

/// Something that happened. Requests bring the [`Reply`] that answers them.
pub(super) enum Event {
    Initialize(Box<InitializeParams>, Reply<InitializeResult>),
    Initialized,
    Shutdown(Reply<()>),
    SetTrace(SetTraceParams),

    DidOpen(DidOpenTextDocumentParams),
    DidChange(DidChangeTextDocumentParams),
    DidSave(DidSaveTextDocumentParams),
    DidClose(DidCloseTextDocumentParams),

    DidChangeConfiguration(DidChangeConfigurationParams),
    DidChangeWatchedFiles(DidChangeWatchedFilesParams),
    DidChangeWorkspaceFolders(DidChangeWorkspaceFoldersParams),
    DidCreateFiles(CreateFilesParams),
    DidRenameFiles(RenameFilesParams),
    DidDeleteFiles(DeleteFilesParams),

    CodeAction(CodeActionParams, Reply<Option<CodeActionResponse>>),
    CodeActionResolve(Box<CodeAction>, Reply<CodeAction>),
    Hover(HoverParams, Reply<Option<Hover>>),
    CodeLens(CodeLensParams, Reply<Option<Vec<CodeLens>>>),
    CodeLensResolve(CodeLens, Reply<CodeLens>),
    InlayHint(InlayHintParams, Reply<Option<Vec<InlayHint>>>),
    Diagnostic(DocumentDiagnosticParams, Reply<DocumentDiagnosticReportResult>),
    WorkspaceDiagnostic(WorkspaceDiagnosticParams, Reply<WorkspaceDiagnosticReportResult>),
    ExecuteCommand(ExecuteCommandParams, Reply<Option<Value>>),

    /// `reloadsafe/namespace`: the object that `simulate` prints.
    Namespace(DocumentParams, Reply<Value>),
    /// `reloadsafe/history`: what happened to a module, and whether a reload is pending.
    History(DocumentParams, Reply<Value>),
    /// `reloadsafe/versionText` and `workspace/textDocumentContent` (LSP 3.18).
    VersionText(VersionTextParams, Reply<VersionText>),

    /// Nobody is served any more.
    End,
    /// What goes on after work elsewhere: a client's answer, a finished computation.
    Continue(Box<dyn FnOnce(&mut Session) + Send>),
    /// What tests ask for (see `hooks.rs`).
    #[cfg(debug_assertions)]
    Hook(super::hooks::HookParams, Reply<Value>),
}

/// The document that a request of our own is about.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentParams {
    pub(super) text_document: TextDocumentIdentifier,
}

/// The old version whose text is wanted.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct VersionTextParams {
    pub(super) uri: Url,
}

/// The text of an old version.
#[derive(Debug, Clone, Serialize)]
pub(super) struct VersionText {
    pub(super) text: String,
}

/// Answers one request. Dropped without an answer (a panic on the way), the request gets an
/// `InternalError`.
pub(super) struct Reply<T>(oneshot::Sender<Result<T>>);

impl<T> Reply<T> {
    /// A reply, and what to wait for on the other side.
    pub(super) fn channel() -> (Reply<T>, impl Future<Output = Result<T>> + Send + use<T>)
    where
        T: Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let answer = receiver.map(|answer| answer.unwrap_or_else(|_| Err(lost())));
        (Reply(sender), answer)
    }

    /// Sends the answer. One that nobody waits for any more (cancelled) goes nowhere.
    pub(super) fn send(self, answer: Result<T>) {
        let _ = self.0.send(answer);
    }

    /// Answers with a result.
    pub(super) fn ok(self, value: T) {
        self.send(Ok(value));
    }

    /// Answers with an error.
    pub(super) fn fail(self, code: ErrorCode, message: impl Into<String>) {
        self.send(Err(Error { code, message: message.into().into(), data: None }));
    }

    /// Whether the client has cancelled the request: computing an answer is no use.
    pub(super) fn is_cancelled(&self) -> bool {
        self.0.is_closed()
    }
}

fn lost() -> Error {
    let message = "the request was lost on its way; this is a bug in reloadsafe".into();
    Error { code: ErrorCode::InternalError, message, data: None }
}

impl Event {
    /// About how many bytes it holds while it waits: what a client decides on is counted.
    fn size(&self) -> usize {
        const ANY: usize = 256;
        let held = match self {
            Event::DidOpen(params) => params.text_document.text.len(),
            Event::DidChange(params) => {
                params.content_changes.iter().map(|change| ANY + change.text.len()).sum()
            }
            Event::DidSave(params) => params.text.as_ref().map_or(0, String::len),
            Event::DidChangeWatchedFiles(params) => params.changes.len() * ANY,
            Event::DidCreateFiles(params) => params.files.len() * ANY,
            Event::DidRenameFiles(params) => params.files.len() * ANY,
            Event::DidDeleteFiles(params) => params.files.len() * ANY,
            // Of requests no more wait than are handled at a time.
            _ => 0,
        };
        ANY + held
    }
}

/// Where events go in. Cheap to clone; sending never waits.
#[derive(Clone)]
pub(super) struct Inbox {
    sender: mpsc::Sender<Event>,
    backlog: Arc<Backlog>,
}

/// Where events come out.
pub(super) struct Events {
    receiver: mpsc::Receiver<Event>,
    backlog: Arc<Backlog>,
}

impl Events {
    /// Waits for the next event, until a moment where there is one.
    pub(super) fn next(&self, deadline: Option<Instant>) -> StdResult<Event, RecvTimeoutError> {
        let event = match deadline {
            None => self.receiver.recv()?,
            Some(deadline) => {
                self.receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()))?
            }
        };
        self.backlog.remove(event.size());
        Ok(event)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // Whoever waits for room waits for nothing.
        self.backlog.clear();
    }
}

impl Inbox {
    /// An inbox, and what the session reads.
    pub(super) fn channel() -> (Inbox, Events) {
        let (sender, receiver) = mpsc::channel();
        let backlog = Arc::<Backlog>::default();
        (Inbox { sender, backlog: Arc::clone(&backlog) }, Events { receiver, backlog })
    }

    /// How much is in it.
    pub(super) fn backlog(&self) -> Arc<Backlog> {
        Arc::clone(&self.backlog)
    }

    /// Puts an event behind those that are there. Where the session has ended it is dropped, and
    /// with it the reply.
    pub(super) fn send(&self, event: Event) {
        self.backlog.add(event.size());
        if let Err(unsent) = self.sender.send(event) {
            self.backlog.remove(unsent.0.size());
        }
    }

    /// Runs something with the session when what is in the inbox now has been handled.
    pub(super) fn run(&self, work: impl FnOnce(&mut Session) + Send + 'static) {
        self.send(Event::Continue(Box::new(work)));
    }
}
