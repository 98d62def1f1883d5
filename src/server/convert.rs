//! The engine's words in the protocol's.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tower_lsp::lsp_types::{
    self as lsp, CodeDescription, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    NumberOrString, Range, Url,
};

use super::features::Features;
use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::rules;
use crate::text::edits::EditLog;
use crate::text::position::{Encoding, Position};
use crate::text::source::{Revision, Source};
use crate::text::span::Span;

/// The scheme of documents that exist only here: old versions, rules' pages, namespaces.
pub(super) const SCHEME: &str = "reloadsafe";

/// A range in the units of an encoding.
pub(super) fn range(source: &Source, span: Span, encoding: Encoding) -> Range {
    let at = |offset| {
        let Position { line, column } = source.position(offset, encoding);
        lsp::Position { line, character: column }
    };
    Range { start: at(span.start), end: at(span.end) }
}

/// A byte range of a text.
pub(super) fn span(source: &Source, range: Range, encoding: Encoding) -> Span {
    let at = |position: lsp::Position| Position { line: position.line, column: position.character };
    source.range(at(range.start), at(range.end), encoding)
}

/// The one edit that makes a text into another and touches no more than it must.
pub(super) fn minimal_edit(old: &Source, new: &str, encoding: Encoding) -> lsp::TextEdit {
    let text = old.text();
    let boundary = |at: usize| text.is_char_boundary(at) && new.is_char_boundary(at);
    let same = text.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let start = (0..=same).rev().find(|at| boundary(*at)).unwrap_or(0);
    let most = text.len().min(new.len()) - start;
    let ends = text.bytes().rev().zip(new.bytes().rev());
    let same = ends.take(most).take_while(|(a, b)| a == b).count();
    let is_end = |length: &usize| text.is_char_boundary(text.len() - length);
    let end = (0..=same).rev().find(is_end).unwrap_or(0);
    let span = Span::new(start as u32, (text.len() - end) as u32);
    let new_text = new[start..new.len() - end].to_owned();
    lsp::TextEdit { range: range(old, span, encoding), new_text }
}

pub(super) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Info => DiagnosticSeverity::INFORMATION,
        Severity::Hint => DiagnosticSeverity::HINT,
    }
}

/// Where an old version of a file can be read.
pub(super) fn version_uri(path: &Path, version: u32) -> Url {
    virtual_uri(path, &format!("version={version}"))
}

/// What is shown about a file: `namespace`, `history`.
pub(super) fn virtual_uri(path: &Path, query: &str) -> Url {
    let mut uri = Url::from_file_path(path)
        .ok()
        .and_then(|uri| Url::parse(&format!("{SCHEME}://{}", uri.path())).ok())
        .unwrap_or_else(|| plain_uri(&path.to_string_lossy()));
    uri.set_query(Some(query));
    uri
}

/// Where a rule's page can be read.
pub(super) fn rule_uri(code: &str) -> Url {
    plain_uri(&format!("/rules/{}.md", rules::rule(code).map_or(code, |rule| rule.name)))
}

fn plain_uri(path: &str) -> Url {
    let mut uri = Url::parse(&format!("{SCHEME}:///")).expect("a scheme and a slash are a URI");
    uri.set_path(path);
    uri
}

/// What a conversion needs to know of the document that a finding is shown in.
pub(super) struct Shown<'a> {
    pub(super) features: &'a Features,
    /// The text that the client has; None where the finding's own text is shown.
    pub(super) text: Option<&'a Arc<Source>>,
    /// What was typed since the finding's text.
    pub(super) typed: &'a EditLog,
    /// The client's URI for a path.
    pub(super) uri_of: &'a dyn Fn(&Path) -> Option<Url>,
}

impl Shown<'_> {
    /// A finding in the protocol's words.
    pub(super) fn diagnostic(&self, found: &Diagnostic) -> lsp::Diagnostic {
        let features = self.features;
        let related = features.related_information.then(|| {
            found.related.iter().filter_map(|related| {
                let location = self.location(&related.location)?;
                Some(DiagnosticRelatedInformation { location, message: related.message.clone() })
            })
        });
        let related: Option<Vec<_>> = related.map(Iterator::collect);
        let href = rule_uri(found.code);
        lsp::Diagnostic {
            range: self.range(&found.location),
            severity: Some(severity(found.severity)),
            code: Some(NumberOrString::String(found.code.to_owned())),
            code_description: features.code_description.then_some(CodeDescription { href }),
            source: Some("reloadsafe".to_owned()),
            message: found.message.clone(),
            related_information: related.filter(|related| !related.is_empty()),
            tags: self.tags(found),
            data: features.diagnostic_data.then(|| json!({ "code": found.code, "key": found.key })),
        }
    }

    fn range(&self, location: &Location) -> Range {
        let encoding = self.features.encoding;
        match self.text.filter(|text| text.path() == location.source.path()) {
            Some(text) => range(text, self.typed.map(location.span), encoding),
            None => range(&location.source, location.span, encoding),
        }
    }

    fn location(&self, location: &Location) -> Option<lsp::Location> {
        let path = location.source.path();
        let encoding = self.features.encoding;
        let uri = match location.source.revision() {
            Revision::Version(version) => version_uri(path, *version),
            Revision::Git(revision) => virtual_uri(path, &format!("git={revision}")),
            Revision::Current => {
                return Some(lsp::Location {
                    uri: (self.uri_of)(path)?,
                    range: self.range(location),
                });
            }
        };
        Some(lsp::Location { uri, range: range(&location.source, location.span, encoding) })
    }

    fn tags(&self, found: &Diagnostic) -> Option<Vec<DiagnosticTag>> {
        let tag = match found.code {
            // What is read there is gone.
            "RS104" | "RS105" | "RS107" => DiagnosticTag::DEPRECATED,
            "RS901" => DiagnosticTag::UNNECESSARY,
            _ => return None,
        };
        self.features.tags.contains(&tag).then(|| vec![tag])
    }
}
