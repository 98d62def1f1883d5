//! What the client can do, as it said at `initialize`.

use tower_lsp::lsp_types::{
    ClientCapabilities, DiagnosticTag, InitializeParams, PositionEncodingKind,
};

use crate::text::position::Encoding;

/// What the server may rely on.
#[derive(Debug, Clone, Default)]
pub(super) struct Features {
    pub(super) encoding: Encoding,
    /// It asks for diagnostics itself (LSP 3.17, `textDocument/diagnostic`) and can be told to ask
    /// again, so none are pushed.
    pub(super) pulls_diagnostics: bool,
    pub(super) related_information: bool,
    pub(super) code_description: bool,
    pub(super) diagnostic_data: bool,
    pub(super) tags: Vec<DiagnosticTag>,
    /// It takes `CodeAction`s, not only commands.
    pub(super) code_actions: bool,
    /// It asks for the edit of an action when somebody picks it.
    pub(super) resolves_edits: bool,
    pub(super) preferred_actions: bool,
    pub(super) document_changes: bool,
    pub(super) markdown_hover: bool,
    pub(super) shows_documents: bool,
    pub(super) refreshes_code_lenses: bool,
    pub(super) refreshes_inlay_hints: bool,
    pub(super) work_done_progress: bool,
    pub(super) pulls_configuration: bool,
    pub(super) registers_configuration: bool,
    pub(super) registers_watchers: bool,
    /// It asked for `reloadsafe/status` in its initialization options.
    pub(super) status: bool,
}

impl Features {
    pub(super) fn new(params: &InitializeParams) -> Features {
        let client = &params.capabilities;
        let mut features = Features { encoding: encoding(client), ..Features::default() };
        features.read_text_document(client);
        features.read_workspace(client);
        let window = client.window.as_ref();
        features.work_done_progress =
            window.and_then(|window| window.work_done_progress).unwrap_or(false);
        features.shows_documents =
            window.and_then(|window| window.show_document.as_ref()).is_some_and(|it| it.support);
        let options = params.initialization_options.as_ref();
        features.status = options
            .and_then(|options| options.get("status"))
            .is_some_and(|status| status.as_bool() == Some(true));
        features
    }

    fn read_text_document(&mut self, client: &ClientCapabilities) {
        let Some(document) = &client.text_document else { return };
        // What is known changes without an edit, too (a save, a restart, another file). A client
        // that cannot be told to ask again is better pushed at: Neovim 0.11 is one.
        let workspace = client.workspace.as_ref().and_then(|it| it.diagnostic.as_ref());
        let refreshes = workspace.and_then(|it| it.refresh_support).unwrap_or(false);
        self.pulls_diagnostics = document.diagnostic.is_some() && refreshes;
        if let Some(publish) = &document.publish_diagnostics {
            self.related_information = publish.related_information.unwrap_or(false);
            self.code_description = publish.code_description_support.unwrap_or(false);
            self.diagnostic_data = publish.data_support.unwrap_or(false);
            self.tags =
                publish.tag_support.as_ref().map(|it| it.value_set.clone()).unwrap_or_default();
        }
        if let Some(action) = &document.code_action {
            self.code_actions = action.code_action_literal_support.is_some();
            self.preferred_actions = action.is_preferred_support.unwrap_or(false);
            let resolves = action.resolve_support.as_ref();
            self.resolves_edits = action.data_support.unwrap_or(false)
                && resolves.is_some_and(|it| it.properties.iter().any(|name| name == "edit"));
        }
        let formats = document.hover.as_ref().and_then(|hover| hover.content_format.as_ref());
        self.markdown_hover =
            formats.is_some_and(|it| it.contains(&tower_lsp::lsp_types::MarkupKind::Markdown));
    }

    fn read_workspace(&mut self, client: &ClientCapabilities) {
        let Some(workspace) = &client.workspace else { return };
        let edit = workspace.workspace_edit.as_ref();
        self.document_changes = edit.and_then(|edit| edit.document_changes).unwrap_or(false);
        self.refreshes_code_lenses =
            workspace.code_lens.as_ref().and_then(|it| it.refresh_support).unwrap_or(false);
        self.refreshes_inlay_hints =
            workspace.inlay_hint.as_ref().and_then(|it| it.refresh_support).unwrap_or(false);
        self.pulls_configuration = workspace.configuration.unwrap_or(false);
        self.registers_configuration = workspace
            .did_change_configuration
            .as_ref()
            .and_then(|it| it.dynamic_registration)
            .unwrap_or(false);
        self.registers_watchers = workspace
            .did_change_watched_files
            .as_ref()
            .and_then(|it| it.dynamic_registration)
            .unwrap_or(false);
    }
}

/// The units of positions: of what the client offers what is cheapest here; UTF-16 where it
/// offers nothing, as the protocol has it.
fn encoding(client: &ClientCapabilities) -> Encoding {
    let general = client.general.as_ref();
    let offered = general.and_then(|general| general.position_encodings.as_ref());
    let offers = |kind| offered.is_some_and(|offered| offered.contains(&kind));
    if offers(PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offers(PositionEncodingKind::UTF16) || offered.is_none() {
        Encoding::Utf16
    } else if offers(PositionEncodingKind::UTF32) {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

/// The protocol's word for an encoding.
pub(super) fn encoding_kind(encoding: Encoding) -> PositionEncodingKind {
    match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
        Encoding::Utf32 => PositionEncodingKind::UTF32,
    }
}
