//! The line above a module: which version the process has, and what a reload would leave.

use serde_json::json;
use tower_lsp::lsp_types::{CodeLens, CodeLensParams, Command, Position, Range, Url};

use super::super::event::Reply;
use super::super::session::Session;
use super::commands::{SHOW_HISTORY, SHOW_NAMESPACE};

impl Session {
    pub(in crate::server) fn code_lens(
        &mut self,
        params: CodeLensParams,
        reply: Reply<Option<Vec<CodeLens>>>,
    ) {
        let uri = params.text_document.uri;
        if !self.settings.server.code_lens {
            return reply.ok(None);
        }
        let about = uri.clone();
        self.when_settled(&uri, move |session| {
            if !reply.is_cancelled() {
                reply.ok(session.lenses(&about));
            }
        });
    }

    fn lenses(&mut self, uri: &Url) -> Option<Vec<CodeLens>> {
        let text = self.text(uri)?;
        let module = self.modules.get(uri)?;
        let version = module.history.version()?;
        let mut state = vec![format!("version {version}")];
        if module.is_pending(&text) {
            state[0].push_str(" loaded, reload pending");
        }
        if module.out_of_step {
            state.push("changed on disk behind the editor".to_owned());
        }
        if module.trouble.is_some() {
            state.push("does not compile: as of the last text that does".to_owned());
        }
        let counted = [(module.orphans(), "orphan"), (module.loud_abort_points(), "abort point")];
        for (count, what) in counted {
            match count {
                0 => {}
                1 => state.push(format!("1 {what}")),
                _ => state.push(format!("{count} {what}s")),
            }
        }
        let lens = |title: String, command: &str| CodeLens {
            range: Range { start: Position::new(0, 0), end: Position::new(0, 0) },
            command: Some(Command {
                title,
                command: command.to_owned(),
                arguments: Some(vec![json!(uri)]),
            }),
            data: None,
        };
        Some(vec![
            lens(state.join(" · "), SHOW_NAMESPACE),
            lens("history".to_owned(), SHOW_HISTORY),
        ])
    }
}
