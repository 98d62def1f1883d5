//! At a loud abort point: what would be new and what old.

use tower_lsp::lsp_types::{
    InlayHint, InlayHintLabel, InlayHintParams, InlayHintTooltip, Range, Url,
};

use super::super::convert;
use super::super::event::Reply;
use super::super::modules::loud_points;
use super::super::session::Session;
use crate::syntax::ast::Name;
use crate::text::span::Span;

/// How many names a hint lists before it only counts.
const LISTED: usize = 3;

impl Session {
    pub(in crate::server) fn inlay_hint(
        &mut self,
        params: InlayHintParams,
        reply: Reply<Option<Vec<InlayHint>>>,
    ) {
        let uri = params.text_document.uri;
        if !self.settings.server.inlay_hints {
            return reply.ok(None);
        }
        let about = uri.clone();
        self.when_settled(&uri, move |session| {
            if !reply.is_cancelled() {
                reply.ok(session.hints(&about, params.range));
            }
        });
    }

    fn hints(&mut self, uri: &Url, range: Range) -> Option<Vec<InlayHint>> {
        let text = self.text(uri)?;
        let encoding = self.features.encoding;
        let asked = convert::span(&text, range, encoding);
        let typed = self.documents.get(uri)?.since_shown();
        let snapshot = self.modules.get(uri)?.snapshot.as_ref()?;
        let mut hints = Vec::new();
        for point in loud_points(snapshot) {
            if point.updated.is_empty() && point.stale.is_empty() {
                continue;
            }
            let place = typed.map(point.span);
            let line = text.line_span(text.line(place.start));
            if line.end < asked.start || asked.end < line.start {
                continue;
            }
            let mut label = "⛔ stopped here:".to_owned();
            for (state, names) in [("new", &point.updated), ("old", &point.stale)] {
                if !names.is_empty() {
                    label.push_str(&format!(" {state} {}", listed(names, LISTED)));
                }
            }
            let tooltip = format!(
                "If the reload stops here, these are new: {}; and these still old: {}.",
                listed(&point.updated, usize::MAX),
                listed(&point.stale, usize::MAX)
            );
            hints.push(InlayHint {
                position: convert::range(&text, Span::empty(line.end), encoding).start,
                label: InlayHintLabel::String(label),
                kind: None,
                text_edits: None,
                tooltip: Some(InlayHintTooltip::String(tooltip)),
                padding_left: Some(true),
                padding_right: None,
                data: None,
            });
        }
        Some(hints)
    }
}

fn listed(names: &[Name], most: usize) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<&str> = names.iter().take(most).map(|name| &**name).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
