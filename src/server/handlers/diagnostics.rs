//! Diagnostics, pushed or pulled.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use tower_lsp::lsp_types::{
    self as lsp, DocumentDiagnosticParams, DocumentDiagnosticReport,
    DocumentDiagnosticReportResult, FullDocumentDiagnosticReport,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Url, WorkspaceDiagnosticParams, WorkspaceDiagnosticReport,
    WorkspaceDiagnosticReportResult, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use super::super::convert::Shown;
use super::super::document::path_of;
use super::super::event::Reply;
use super::super::session::Session;
use crate::diagnostic::Diagnostic;
use crate::text::edits::EditLog;

impl Session {
    /// Shows what is known of a document: to a client that does not ask itself.
    pub(in crate::server) fn publish(&mut self, uri: &Url) {
        if self.features.pulls_diagnostics {
            // It asks about a closed document only when it is told to.
            self.is_outdated |= !self.documents.contains_key(uri);
            return;
        }
        let version = self.documents.get(uri).map(|document| document.version);
        let items = self.diagnostics_in(uri);
        self.client.publish_diagnostics(uri.clone(), items, version);
    }

    /// Takes away what is shown of a document that is closed, but for what others say of it.
    pub(in crate::server) fn clear(&mut self, uri: &Url) {
        self.publish(uri);
    }

    /// What is found in a document: by its own module and by others that it uses.
    fn diagnostics_in(&mut self, uri: &Url) -> Vec<lsp::Diagnostic> {
        let path = self.modules.get(uri).map_or_else(|| path_of(uri), |it| it.path.clone());
        let text = self.text(uri);
        let unedited = EditLog::default();
        let typed = self.documents.get(uri).map_or(&unedited, |document| document.since_shown());
        let uri_of = |path: &std::path::Path| self.uri_of(path);
        let mut items: Vec<lsp::Diagnostic> = Vec::new();
        for (module_uri, module) in &self.modules {
            let Some(snapshot) = &module.snapshot else { continue };
            let is_own = module_uri == uri;
            let shown = Shown {
                features: &self.features,
                // Another module's finding is about the text that it saw.
                text: text.as_ref().filter(|_| is_own),
                typed: if is_own { typed } else { &unedited },
                uri_of: &uri_of,
            };
            let found = snapshot.diagnostics.iter().filter(|it| is_in(it, &path));
            items.extend(found.map(|found| shown.diagnostic(found)));
        }
        items.sort_by_key(|item| (item.range.start, item.range.end, item.message.clone()));
        items
    }

    pub(in crate::server) fn document_diagnostic(
        &mut self,
        params: DocumentDiagnosticParams,
        reply: Reply<DocumentDiagnosticReportResult>,
    ) {
        let uri = params.text_document.uri;
        let previous = params.previous_result_id;
        let about = uri.clone();
        self.when_settled(&uri, move |session| {
            if reply.is_cancelled() {
                return;
            }
            let items = session.diagnostics_in(&about);
            let id = result_id(&items);
            let report = if previous.as_ref() == Some(&id) {
                DocumentDiagnosticReport::Unchanged(RelatedUnchangedDocumentDiagnosticReport {
                    related_documents: None,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                        result_id: id,
                    },
                })
            } else {
                DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
                    related_documents: None,
                    full_document_diagnostic_report: FullDocumentDiagnosticReport {
                        result_id: Some(id),
                        items,
                    },
                })
            };
            reply.ok(DocumentDiagnosticReportResult::Report(report));
        });
    }

    pub(in crate::server) fn workspace_diagnostic(
        &mut self,
        params: WorkspaceDiagnosticParams,
        reply: Reply<WorkspaceDiagnosticReportResult>,
    ) {
        let mut documents: Vec<Url> = self.documents.keys().cloned().collect();
        let elsewhere: Vec<_> =
            self.modules.values().flat_map(super::super::session::elsewhere).collect();
        documents.extend(elsewhere.iter().filter_map(|path| self.uri_of(path)));
        // What was shown before and is no more has to be taken away.
        documents.extend(params.previous_result_ids.iter().map(|known| known.uri.clone()));
        documents.sort();
        documents.dedup();
        let mut items = Vec::new();
        for uri in documents {
            let previous = params.previous_result_ids.iter().find(|known| known.uri == uri);
            let version = self.documents.get(&uri).map(|document| i64::from(document.version));
            let found = self.diagnostics_in(&uri);
            let id = result_id(&found);
            items.push(if previous.is_some_and(|previous| previous.value == id) {
                WorkspaceDocumentDiagnosticReport::Unchanged(
                    WorkspaceUnchangedDocumentDiagnosticReport {
                        uri,
                        version,
                        unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                            result_id: id,
                        },
                    },
                )
            } else {
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri,
                    version,
                    full_document_diagnostic_report: FullDocumentDiagnosticReport {
                        result_id: Some(id),
                        items: found,
                    },
                })
            });
        }
        reply.ok(WorkspaceDiagnosticReportResult::Report(WorkspaceDiagnosticReport { items }));
    }
}

fn is_in(found: &Diagnostic, path: &std::path::Path) -> bool {
    found.location.source.path() == path
}

/// Tells one list of diagnostics from another.
fn result_id(items: &[lsp::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    for item in items {
        // As the client sees it: related information and data count, too.
        serde_json::to_string(item).unwrap_or_default().hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}
