//! The handlers that tower-lsp calls. They only forward: the event is in the inbox before the
//! first `await`, so the session sees the order in which messages arrived, whatever the
//! executor does afterwards (tower-lsp issue 284).

use std::sync::Arc;

use serde_json::Value;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams, CreateFilesParams,
    DeleteFilesParams, DidChangeConfigurationParams, DidChangeTextDocumentParams,
    DidChangeWatchedFilesParams, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentDiagnosticParams,
    DocumentDiagnosticReportResult, ExecuteCommandParams, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, InlayHint, InlayHintParams, RenameFilesParams,
    SetTraceParams, WorkDoneProgressCancelParams, WorkspaceDiagnosticParams,
    WorkspaceDiagnosticReportResult,
};
use tower_lsp::{ClientSocket, LanguageServer, LspService};

use super::event::{DocumentParams, Event, Inbox, Reply, VersionText, VersionTextParams};
use super::lifecycle::Lifecycle;
use super::parent;

/// What tower-lsp calls.
pub(super) struct Backend {
    inbox: Inbox,
    lifecycle: Arc<Lifecycle>,
}

impl Backend {
    /// The service with all methods, tower-lsp's handle to the client, and what carries both.
    pub(super) fn service(
        inbox: Inbox,
        lifecycle: Arc<Lifecycle>,
    ) -> (LspService<Backend>, tower_lsp::Client, ClientSocket) {
        let mut handle = None;
        let builder = LspService::build(|client| {
            handle = Some(client);
            Backend { inbox, lifecycle }
        });
        let builder = builder
            .custom_method("$/setTrace", Backend::set_trace)
            .custom_method("window/workDoneProgress/cancel", Backend::progress_cancel)
            .custom_method("reloadsafe/namespace", Backend::namespace)
            .custom_method("reloadsafe/history", Backend::history)
            .custom_method("reloadsafe/versionText", Backend::version_text)
            .custom_method("workspace/textDocumentContent", Backend::version_text)
            .custom_method("notebookDocument/didOpen", Backend::notebook)
            .custom_method("notebookDocument/didChange", Backend::notebook)
            .custom_method("notebookDocument/didSave", Backend::notebook)
            .custom_method("notebookDocument/didClose", Backend::notebook);
        #[cfg(debug_assertions)]
        let builder = builder.custom_method(super::hooks::METHOD, Backend::hook);
        let (service, socket) = builder.finish();
        (service, handle.expect("`build` calls its argument"), socket)
    }

    /// Sends the event, then waits for its reply: no `await` comes before this one.
    async fn ask<T: Send + 'static>(&self, event: impl FnOnce(Reply<T>) -> Event) -> Result<T> {
        let (reply, answer) = Reply::channel();
        self.inbox.send(event(reply));
        answer.await
    }

    async fn set_trace(&self, params: SetTraceParams) {
        self.inbox.send(Event::SetTrace(params));
    }

    /// No progress of ours can be cancelled; a client that tries does no harm.
    async fn progress_cancel(&self, _: WorkDoneProgressCancelParams) {}

    async fn namespace(&self, params: DocumentParams) -> Result<Value> {
        self.ask(|reply| Event::Namespace(params, reply)).await
    }

    async fn history(&self, params: DocumentParams) -> Result<Value> {
        self.ask(|reply| Event::History(params, reply)).await
    }

    async fn version_text(&self, params: VersionTextParams) -> Result<VersionText> {
        self.ask(|reply| Event::VersionText(params, reply)).await
    }

    /// Notebooks are not announced: nothing holds a notebook's cells in one namespace that a
    /// reload could execute again. A client that sends them all the same does no harm.
    async fn notebook(&self, _: Value) {
        tracing::debug!("notebooks are not supported; a notification about one was ignored");
    }

    #[cfg(debug_assertions)]
    async fn hook(&self, params: super::hooks::HookParams) -> Result<Value> {
        super::hooks::in_handler(&params);
        self.ask(|reply| Event::Hook(params, reply)).await
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        if let Some(process) = params.process_id {
            parent::watch(process, Arc::clone(&self.lifecycle));
        }
        self.ask(|reply| Event::Initialize(Box::new(params), reply)).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.inbox.send(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.ask(Event::Shutdown).await
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.inbox.send(Event::DidOpen(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.inbox.send(Event::DidChange(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.inbox.send(Event::DidSave(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.inbox.send(Event::DidClose(params));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.inbox.send(Event::DidChangeConfiguration(params));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.inbox.send(Event::DidChangeWatchedFiles(params));
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        self.inbox.send(Event::DidChangeWorkspaceFolders(params));
    }

    async fn did_create_files(&self, params: CreateFilesParams) {
        self.inbox.send(Event::DidCreateFiles(params));
    }

    async fn did_rename_files(&self, params: RenameFilesParams) {
        self.inbox.send(Event::DidRenameFiles(params));
    }

    async fn did_delete_files(&self, params: DeleteFilesParams) {
        self.inbox.send(Event::DidDeleteFiles(params));
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ask(|reply| Event::CodeAction(params, reply)).await
    }

    async fn code_action_resolve(&self, params: CodeAction) -> Result<CodeAction> {
        self.ask(|reply| Event::CodeActionResolve(Box::new(params), reply)).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        self.ask(|reply| Event::Hover(params, reply)).await
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(|reply| Event::CodeLens(params, reply)).await
    }

    async fn code_lens_resolve(&self, params: CodeLens) -> Result<CodeLens> {
        self.ask(|reply| Event::CodeLensResolve(params, reply)).await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(|reply| Event::InlayHint(params, reply)).await
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        self.ask(|reply| Event::Diagnostic(params, reply)).await
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.ask(|reply| Event::WorkspaceDiagnostic(params, reply)).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        self.ask(|reply| Event::ExecuteCommand(params, reply)).await
    }
}
