//! `initialize`, `initialized`: what both sides can do.

use serde_json::json;
use tower_lsp::lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    DiagnosticOptions, DiagnosticServerCapabilities, DidChangeWatchedFilesRegistrationOptions,
    ExecuteCommandOptions, FileOperationFilter, FileOperationPattern,
    FileOperationRegistrationOptions, FileSystemWatcher, GlobPattern, HoverProviderCapability,
    InitializeParams, InitializeResult, OneOf, Registration, SaveOptions, ServerCapabilities,
    ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions, Url, WorkDoneProgressOptions,
    WorkspaceFileOperationsServerCapabilities, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};

use super::super::features::{Features, encoding_kind};
use super::super::session::Session;
use super::commands::COMMANDS;

/// The kind of the action that applies every safe fix of a file.
pub(super) const FIX_ALL: &str = "source.fixAll.reloadsafe";

/// Files whose changes matter: modules, and what says how they are found and judged.
const WATCHED: [&str; 5] =
    ["**/*.py", "**/pyproject.toml", "**/reloadsafe.toml", "**/setup.cfg", "**/pyvenv.cfg"];

impl Session {
    pub(in crate::server) fn initialize(&mut self, params: &InitializeParams) -> InitializeResult {
        self.features = Features::new(params);
        self.projects.set_folders(folders(params).iter().filter_map(|uri| uri.to_file_path().ok()));
        if let Some(options) = &params.initialization_options {
            self.read_settings(options);
            self.initial_settings = options.clone();
        }
        let server_info = ServerInfo {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        };
        let capabilities = capabilities(&self.features);
        InitializeResult { capabilities, server_info: Some(server_info) }
    }

    pub(in crate::server) fn initialized(&mut self) {
        let mut registrations = Vec::new();
        if self.features.registers_watchers {
            let watcher = |glob: &str| FileSystemWatcher {
                glob_pattern: GlobPattern::String(glob.to_owned()),
                kind: None,
            };
            let watchers = WATCHED.iter().map(|glob| watcher(glob)).collect();
            let options = DidChangeWatchedFilesRegistrationOptions { watchers };
            registrations.push(Registration {
                id: "reloadsafe-files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: serde_json::to_value(options).ok(),
            });
        }
        if self.features.registers_configuration {
            registrations.push(Registration {
                id: "reloadsafe-configuration".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(json!({ "section": "reloadsafe" })),
            });
        }
        if !registrations.is_empty() {
            self.client.register(registrations);
        }
        self.pull_configuration();
    }
}

/// The folders of the workspace, in the client's order.
fn folders(params: &InitializeParams) -> Vec<Url> {
    if let Some(folders) = &params.workspace_folders {
        return folders.iter().map(|folder| folder.uri.clone()).collect();
    }
    if let Some(uri) = &params.root_uri {
        return vec![uri.clone()];
    }
    // Clients older than workspace folders and URIs.
    #[expect(deprecated, reason = "some clients send nothing else")]
    let path = params.root_path.as_ref();
    path.and_then(|path| Url::from_file_path(path).ok()).into_iter().collect()
}

fn capabilities(features: &Features) -> ServerCapabilities {
    let save = SaveOptions { include_text: Some(true) };
    let kinds =
        vec![CodeActionKind::QUICKFIX, CodeActionKind::REFACTOR, CodeActionKind::new(FIX_ALL)];
    ServerCapabilities {
        position_encoding: Some(encoding_kind(features.encoding)),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(save)),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        inlay_hint_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(kinds),
            resolve_provider: Some(features.resolves_edits),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.iter().map(|command| (*command).to_owned()).collect(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        diagnostic_provider: features.pulls_diagnostics.then(|| {
            DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("reloadsafe".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })
        }),
        workspace: Some(workspace_capabilities()),
        ..ServerCapabilities::default()
    }
}

fn workspace_capabilities() -> WorkspaceServerCapabilities {
    let files = || FileOperationRegistrationOptions {
        filters: vec![FileOperationFilter {
            scheme: Some("file".to_owned()),
            pattern: FileOperationPattern {
                glob: "**/*".to_owned(),
                ..FileOperationPattern::default()
            },
        }],
    };
    WorkspaceServerCapabilities {
        workspace_folders: Some(WorkspaceFoldersServerCapabilities {
            supported: Some(true),
            change_notifications: Some(OneOf::Left(true)),
        }),
        file_operations: Some(WorkspaceFileOperationsServerCapabilities {
            did_create: Some(files()),
            did_rename: Some(files()),
            did_delete: Some(files()),
            ..WorkspaceFileOperationsServerCapabilities::default()
        }),
    }
}
