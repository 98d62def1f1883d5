//! Code actions.

use tower_lsp::lsp_types::{CodeAction, CodeActionParams, CodeActionResponse};

use super::super::event::Reply;
use super::super::session::Session;

impl Session {
    pub(in crate::server) fn code_action(
        &mut self,
        _params: CodeActionParams,
        reply: Reply<Option<CodeActionResponse>>,
    ) {
        reply.ok(None);
    }

    pub(in crate::server) fn resolve_code_action(
        &mut self,
        action: CodeAction,
        reply: Reply<CodeAction>,
    ) {
        reply.ok(action);
    }
}
