//! Hover on a module-level name: which version bound it, and who holds the old object.

use std::fmt::Write as _;

use tower_lsp::lsp_types::{
    Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, Position,
};

use super::super::analysis::Snapshot;
use super::super::convert;
use super::super::event::Reply;
use super::super::modules::Module;
use super::super::session::Session;
use crate::simulation::{NamespaceEntry, Origin};
use crate::text::source::Source;
use crate::text::span::Span;

impl Session {
    pub(in crate::server) fn hover(&mut self, params: HoverParams, reply: Reply<Option<Hover>>) {
        let at = params.text_document_position_params;
        let uri = at.text_document.uri;
        if !self.settings.server.hover {
            return reply.ok(None);
        }
        let about = uri.clone();
        self.when_settled(&uri, move |session| {
            if !reply.is_cancelled() {
                reply.ok(session.hover_at(&about, at.position));
            }
        });
    }

    fn hover_at(&mut self, uri: &tower_lsp::lsp_types::Url, at: Position) -> Option<Hover> {
        let text = self.text(uri)?;
        let encoding = self.features.encoding;
        let range = tower_lsp::lsp_types::Range { start: at, end: at };
        let offset = convert::span(&text, range, encoding).start;
        let word = word_at(&text, offset)?;
        let module = self.modules.get(uri)?;
        let snapshot = module.snapshot.as_ref()?;
        let name = text.slice(word);
        let before = text.text()[..word.start as usize].trim_end_matches([' ', '\t']);
        if before.ends_with('.') {
            // An attribute of something, not a name of the module.
            return None;
        }
        let entry = snapshot.simulation.namespace.iter().find(|entry| &*entry.name == name)?;
        let kind = match self.features.markdown_hover {
            true => MarkupKind::Markdown,
            false => MarkupKind::PlainText,
        };
        let value = describe(module, snapshot, entry, self.features.markdown_hover);
        Some(Hover {
            contents: HoverContents::Markup(MarkupContent { kind, value }),
            range: Some(convert::range(&text, word, encoding)),
        })
    }
}

/// The identifier around a byte offset.
fn word_at(source: &Source, offset: u32) -> Option<Span> {
    let text = source.text();
    let is_word = |c: &char| *c == '_' || c.is_alphanumeric();
    let (before, after) = text.split_at(offset as usize);
    let left: usize = before.chars().rev().take_while(is_word).map(char::len_utf8).sum();
    let right: usize = after.chars().take_while(is_word).map(char::len_utf8).sum();
    let span = Span::new(offset - left as u32, offset + right as u32);
    let starts_name = source.slice(span).chars().next().is_some_and(|c| !c.is_numeric());
    starts_name.then_some(span)
}

fn describe(
    module: &Module,
    snapshot: &Snapshot,
    entry: &NamespaceEntry,
    is_markdown: bool,
) -> String {
    let (tick, strong) = if is_markdown { ("`", "**") } else { ("", "") };
    let simulation = &snapshot.simulation;
    let pending = simulation.sources.len() as u32 - 1;
    let place = |version: u32| {
        if version == pending {
            "the text as it is now".to_owned()
        } else {
            format!("version {version}")
        }
    };
    let line = simulation.sources.get(entry.version as usize).map(|it| it.line(entry.span.start));
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    let name = format!("{tick}{}{tick}", entry.name);
    let kind = entry.kind.as_str();
    let bound = format!("{}{line}", place(entry.version));
    let mut text = match entry.origin {
        Origin::Orphan => format!(
            "{name} is an {strong}orphan{strong}: the reloaded module keeps the {kind} of {bound}; \
             after a restart there is none."
        ),
        Origin::Unbound => format!("{name} was bound by {bound}; the reload unbinds it."),
        Origin::Kept => format!("{name}: {kind}, kept from {bound}."),
        Origin::Rebound => format!("{name}: {kind}, bound anew by {bound}."),
        Origin::Added => format!("{name}: {kind}, new in {bound}."),
    };
    if entry.origin == Origin::Rebound {
        let changed = last_changed(module, snapshot, entry);
        let _ = match changed {
            Some(version) => write!(text, "\n\nLast changed by {}.", place(version)),
            None => write!(text, "\n\nUnchanged since the import."),
        };
        if changed == Some(pending) && module.is_pending(&snapshot.source) {
            let _ = write!(
                text,
                "\n\nWhoever took it with {tick}from … import{tick}, and every instance or \
                 subclass made before the reload, still holds the old object.",
            );
        }
    }
    text
}

/// The version in which the statement that binds a name last became what it is now; `None` where
/// it is that of the import.
pub(super) fn last_changed(
    module: &Module,
    snapshot: &Snapshot,
    entry: &NamespaceEntry,
) -> Option<u32> {
    let sources = &snapshot.simulation.sources;
    let pending = sources.len().saturating_sub(1) as u32;
    if entry.version != pending {
        return Some(entry.version).filter(|version| *version > 0);
    }
    let since = module.definitions.since(&sources[pending as usize], entry.span.start);
    Some(since.unwrap_or(pending)).filter(|version| *version > 0)
}
