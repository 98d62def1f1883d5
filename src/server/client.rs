//! What the session says to the client. Sending never waits: messages leave in the order in
//! which they were sent, and a client's answer comes back as [`Event::Continue`].
//!
//! What the client sent is answered without waiting for such an answer: tower-lsp reads in
//! order, and enough requests that wait would stand before what they wait for.
//!
//! [`Event::Continue`]: super::event::Event::Continue

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::Service;
use tower_lsp::jsonrpc::{self, Request, RequestBuilder};
use tower_lsp::lsp_types::notification::{
    LogMessage, Notification, Progress, PublishDiagnostics, ShowMessage,
};
use tower_lsp::lsp_types::request::{
    CodeLensRefresh, InlayHintRefreshRequest, RegisterCapability, Request as LspRequest,
    ShowDocument, WorkDoneProgressCreate, WorkspaceConfiguration, WorkspaceDiagnosticRefresh,
};
use tower_lsp::lsp_types::{
    ConfigurationItem, ConfigurationParams, Diagnostic, LogMessageParams, MessageType,
    ProgressParams, ProgressParamsValue, ProgressToken, PublishDiagnosticsParams, Registration,
    RegistrationParams, ShowDocumentParams, ShowMessageParams, Url, WorkDoneProgress,
    WorkDoneProgressCreateParams,
};

use super::event::Inbox;
use super::session::Session;

/// How long a client may take to answer. Some answers need a person (`applyEdit` may ask).
const PATIENCE: Duration = Duration::from_secs(60);

/// How many requests a client may leave unanswered before it is asked nothing more.
const MAX_UNANSWERED: usize = 256;

/// Why a request to the client has no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    #[error("the client did not answer `{0}` in time")]
    TimedOut(&'static str),
    #[error("the client leaves {MAX_UNANSWERED} requests unanswered; `{0}` was not sent")]
    Deaf(&'static str),
    #[error("the client refused `{0}`: {1}")]
    Refused(&'static str, Box<jsonrpc::Error>),
    #[error("the client's answer to `{0}` makes no sense: {1}")]
    Unreadable(&'static str, serde_json::Error),
    #[error("the session has ended")]
    Ended,
}

type Answered = Box<dyn FnOnce(Result<Value, ClientError>) + Send>;

/// A message on its way out.
pub(super) enum Outgoing {
    Notification { method: &'static str, params: Value },
    Request { method: &'static str, params: Value, answered: Answered },
}

/// The session's handle to the client. Cheap to clone, usable from any thread.
#[derive(Clone)]
pub(super) struct Client {
    outgoing: UnboundedSender<Outgoing>,
    inbox: Inbox,
}

impl Client {
    /// A handle whose answers come back to `inbox`, and what it sends, for [`forward`] or a test.
    pub(super) fn channel(inbox: Inbox) -> (Client, UnboundedReceiver<Outgoing>) {
        let (outgoing, receiver) = unbounded_channel();
        (Client { outgoing, inbox }, receiver)
    }

    /// Sends a notification.
    pub(super) fn notify<N: Notification>(&self, params: N::Params) {
        let params = serde_json::to_value(params).expect("LSP types are JSON");
        let _ = self.outgoing.send(Outgoing::Notification { method: N::METHOD, params });
    }

    /// Sends a request; `then` runs on the session's thread when there is an answer or none is
    /// to be expected any more.
    pub(super) fn request<R: LspRequest>(
        &self,
        params: R::Params,
        then: impl FnOnce(&mut Session, Result<R::Result, ClientError>) + Send + 'static,
    ) {
        let params = serde_json::to_value(params).expect("LSP types are JSON");
        let inbox = self.inbox.clone();
        let answered: Answered = Box::new(move |answer| {
            let decode = |value| {
                serde_json::from_value(value)
                    .map_err(|error| ClientError::Unreadable(R::METHOD, error))
            };
            inbox.run(move |session| then(session, answer.and_then(decode)));
        });
        let message = Outgoing::Request { method: R::METHOD, params, answered };
        if let Err(unsent) = self.outgoing.send(message)
            && let Outgoing::Request { answered, .. } = unsent.0
        {
            answered(Err(ClientError::Ended));
        }
    }

    /// Sends a request whose answer changes nothing; a failure is logged.
    pub(super) fn request_and_forget<R: LspRequest>(&self, params: R::Params) {
        self.request::<R>(params, |_, answer| {
            if let Err(error) = answer {
                tracing::warn!("{error}");
            }
        });
    }

    /// `textDocument/publishDiagnostics`.
    pub(super) fn publish_diagnostics(
        &self,
        uri: Url,
        diagnostics: Vec<Diagnostic>,
        version: Option<i32>,
    ) {
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        self.notify::<PublishDiagnostics>(params);
    }

    /// `window/logMessage`. Prefer `tracing`, which comes here too.
    pub(super) fn log_message(&self, typ: MessageType, message: String) {
        self.notify::<LogMessage>(LogMessageParams { typ, message });
    }

    /// `window/showMessage`: interrupts the user.
    pub(super) fn show_message(&self, typ: MessageType, message: impl Into<String>) {
        self.notify::<ShowMessage>(ShowMessageParams { typ, message: message.into() });
    }

    /// `client/registerCapability`.
    pub(super) fn register(&self, registrations: Vec<Registration>) {
        self.request_and_forget::<RegisterCapability>(RegistrationParams { registrations });
    }

    /// `workspace/configuration`: one value an item, in order.
    pub(super) fn configuration(
        &self,
        items: Vec<ConfigurationItem>,
        then: impl FnOnce(&mut Session, Result<Vec<Value>, ClientError>) + Send + 'static,
    ) {
        self.request::<WorkspaceConfiguration>(ConfigurationParams { items }, then);
    }

    /// `window/showDocument`: whether the client showed it.
    pub(super) fn show_document(
        &self,
        params: ShowDocumentParams,
        then: impl FnOnce(&mut Session, Result<bool, ClientError>) + Send + 'static,
    ) {
        self.request::<ShowDocument>(params, |session, answer| {
            then(session, answer.map(|shown| shown.success));
        });
    }

    /// `workspace/diagnostic/refresh`: pulled diagnostics are out of date.
    pub(super) fn refresh_diagnostics(&self) {
        self.request_and_forget::<WorkspaceDiagnosticRefresh>(());
    }

    /// `workspace/codeLens/refresh`.
    pub(super) fn refresh_code_lenses(&self) {
        self.request_and_forget::<CodeLensRefresh>(());
    }

    /// `workspace/inlayHint/refresh`.
    pub(super) fn refresh_inlay_hints(&self) {
        self.request_and_forget::<InlayHintRefreshRequest>(());
    }

    /// `window/workDoneProgress/create`: `then` may send [`Client::progress`] where it is `Ok`.
    pub(super) fn create_progress(
        &self,
        token: ProgressToken,
        then: impl FnOnce(&mut Session, Result<(), ClientError>) + Send + 'static,
    ) {
        self.request::<WorkDoneProgressCreate>(WorkDoneProgressCreateParams { token }, then);
    }

    /// `$/progress`.
    pub(super) fn progress(&self, token: ProgressToken, step: WorkDoneProgress) {
        let value = ProgressParamsValue::WorkDone(step);
        self.notify::<Progress>(ProgressParams { token, value });
    }
}

/// Hands what the session sends to tower-lsp, in order, once `ready` says that the client may
/// hear anything (LSP, "initialize": nothing before its response).
pub(super) async fn forward(
    mut client: tower_lsp::Client,
    mut outgoing: UnboundedReceiver<Outgoing>,
    ready: impl Future<Output = ()>,
) {
    ready.await;
    let unanswered = Arc::new(AtomicUsize::new(0));
    while let Some(message) = outgoing.recv().await {
        match message {
            Outgoing::Notification { method, params } => {
                let _ = client.call(build(method, params).finish()).await;
            }
            Outgoing::Request { method, answered, .. }
                if unanswered.load(Ordering::Relaxed) >= MAX_UNANSWERED =>
            {
                answered(Err(ClientError::Deaf(method)));
            }
            Outgoing::Request { method, params, answered } => {
                let id = client.next_request_id();
                let request = build(method, params).id(id).finish();
                let mut answer = client.call(request);
                unanswered.fetch_add(1, Ordering::Relaxed);
                let unanswered = Arc::clone(&unanswered);
                // Polled here once: this sends it, before anything that comes after it.
                let first = futures::poll!(&mut answer);
                tokio::spawn(async move {
                    await_answer(method, first, answer, answered).await;
                    unanswered.fetch_sub(1, Ordering::Relaxed);
                });
            }
        }
    }
}

/// A message with its parameters. Where there are none the field is left out: JSON-RPC 2.0,
/// section 4.2, knows objects and arrays only, no `null`.
fn build(method: &'static str, params: Value) -> RequestBuilder {
    let message = Request::build(method);
    if params.is_null() { message } else { message.params(params) }
}

fn patience() -> Duration {
    #[cfg(debug_assertions)]
    if let Some(patience) = super::hooks::patience() {
        return patience;
    }
    PATIENCE
}

type RawAnswer = Result<Option<jsonrpc::Response>, tower_lsp::ExitedError>;

/// Waits for a client's answer, for ever: tower-lsp panics where an answer comes that nobody
/// waits for any more (its issue 417). Who asked is told after [`PATIENCE`].
async fn await_answer(
    method: &'static str,
    first: std::task::Poll<RawAnswer>,
    mut answer: impl Future<Output = RawAnswer> + Unpin,
    answered: Answered,
) {
    let in_time = match first {
        std::task::Poll::Ready(answer) => Ok(answer),
        std::task::Poll::Pending => tokio::time::timeout(patience(), &mut answer).await,
    };
    match in_time {
        Ok(Ok(Some(response))) => {
            let (_, result) = response.into_parts();
            answered(result.map_err(|error| ClientError::Refused(method, Box::new(error))));
        }
        Ok(_) => answered(Err(ClientError::Ended)),
        Err(_) => {
            answered(Err(ClientError::TimedOut(method)));
            let _ = answer.await;
        }
    }
}
