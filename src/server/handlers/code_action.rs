//! Code actions: what ends a hazard, tried by the engine before it is offered.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::{
    self as lsp, CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams,
    CodeActionResponse, Command, Url, WorkspaceEdit,
};

use super::super::analysis::Job;
use super::super::convert::{self, Shown};
use super::super::event::Reply;
use super::super::session::Session;
use super::commands::MARK_RESTARTED;
use super::initialize::FIX_ALL;
use super::suppression;
use crate::diagnostic::{Diagnostic, Fix};
use crate::text::edits::EditLog;
use crate::text::source::{Revision, Source};

/// What an action is known by until its edit is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Offered {
    uri: Url,
    /// The question to which the fix is an answer.
    serial: u64,
    code: String,
    key: String,
    /// Which of the finding's fixes.
    index: usize,
    /// Left out where it is false: lsp-mode 8.0 reads `false` as nil and sends `null`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    safe: bool,
}

/// What is asked for, and what is known of it.
struct Request {
    /// The document.
    uri: Url,
    text: Arc<Source>,
    only: Option<Vec<CodeActionKind>>,
    /// The findings in the range, by the modules whose they are: another module's finding may be
    /// shown where it is used.
    findings: Vec<(Url, Vec<Diagnostic>)>,
}

impl Session {
    pub(in crate::server) fn code_action(
        &mut self,
        params: CodeActionParams,
        reply: Reply<Option<CodeActionResponse>>,
    ) {
        if !self.features.code_actions {
            // It takes commands only, and no command edits.
            return reply.ok(None);
        }
        let uri = params.text_document.uri.clone();
        self.when_settled(&uri, move |session| {
            if reply.is_cancelled() {
                return;
            }
            match session.requested(&params) {
                Some(request) if request.wants(FIX_ALL) && request.is_for_sources() => {
                    session.fix_all(request, reply);
                }
                Some(request) => session.offer(request, Vec::new(), reply),
                None => reply.ok(None),
            }
        });
    }

    /// The findings in a range. What a client sends along is not asked: some send nothing, some
    /// half.
    fn requested(&mut self, params: &CodeActionParams) -> Option<Request> {
        let uri = params.text_document.uri.clone();
        let text = self.text(&uri)?;
        let range = convert::span(&text, params.range, self.features.encoding);
        let module = self.modules.get(&uri)?;
        let snapshot = module.snapshot.as_ref()?;
        if module.trouble.is_some() || snapshot.source.text() != text.text() {
            return None;
        }
        let touches = |found: &&Diagnostic| {
            let span = found.location.span;
            let is_here = found.location.source.path() == text.path();
            is_here && span.start <= range.end && range.start <= span.end
        };
        let mut findings = Vec::new();
        for (owner, module) in &self.modules {
            let Some(snapshot) = &module.snapshot else { continue };
            let own: Vec<_> = snapshot.diagnostics.iter().filter(touches).cloned().collect();
            if !own.is_empty() && module.is_settled() {
                findings.push((owner.clone(), own));
            }
        }
        Some(Request { uri, text, only: params.context.only.clone(), findings })
    }

    /// Asks one module after the other for the fixes of its findings.
    fn offer(
        &mut self,
        mut request: Request,
        mut actions: CodeActionResponse,
        reply: Reply<Option<CodeActionResponse>>,
    ) {
        let Some((owner, findings)) = request.findings.pop() else {
            return reply.ok((!actions.is_empty()).then_some(actions));
        };
        let text = self.text(&owner);
        let Some(question) = text.and_then(|text| self.question(&owner, &text, false)) else {
            return self.offer(request, actions, reply);
        };
        let (about, asked) = (owner.clone(), findings.clone());
        let then = move |session: &mut Session, fixes: Vec<Vec<Fix>>| {
            actions.extend(session.actions(&request, &about, &asked, &fixes));
            session.offer(request, actions, reply);
        };
        self.send(&owner, Job::Fix(Box::new(question), findings, Box::new(then)));
    }

    fn actions(
        &mut self,
        request: &Request,
        owner: &Url,
        findings: &[Diagnostic],
        fixes: &[Vec<Fix>],
    ) -> CodeActionResponse {
        let Some(serial) = self.modules.get(owner).map(|module| module.asked) else {
            return Vec::new();
        };
        let mut actions = Vec::new();
        let mut restart = None;
        for (finding, fixes) in findings.iter().zip(fixes) {
            let shown = self.shown(request, finding);
            for (index, fix) in fixes.iter().enumerate().filter(|(_, fix)| request.wants(fix.kind))
            {
                let offered = Offered {
                    uri: owner.clone(),
                    serial,
                    code: finding.code.to_owned(),
                    key: finding.key.clone(),
                    index,
                    safe: fix.safe,
                };
                let edit = if self.features.resolves_edits { None } else { self.edit(fix) };
                actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                    title: fix.title.clone(),
                    kind: Some(CodeActionKind::new(fix.kind)),
                    diagnostics: Some(vec![shown.clone()]),
                    edit,
                    is_preferred: self.features.preferred_actions.then_some(fix.preferred),
                    data: serde_json::to_value(offered).ok(),
                    ..CodeAction::default()
                }));
            }
            if request.wants("quickfix")
                && let Some(action) = self.ignored(request, finding, &shown)
            {
                actions.push(CodeActionOrCommand::CodeAction(action));
            }
            let is_left_over = finding.code.starts_with("RS10");
            if is_left_over && restart.is_none() && request.wants("quickfix") {
                restart = Some(restarted(owner, shown));
            }
        }
        actions.extend(restart.map(CodeActionOrCommand::CodeAction));
        if let Some(module) = self.modules.get_mut(owner) {
            let found = findings.iter().zip(fixes);
            let found = found
                .map(|(found, fixes)| ((found.code.to_owned(), found.key.clone()), fixes.clone()));
            module.offered = (serial, found.collect());
        }
        actions
    }

    pub(in crate::server) fn resolve_code_action(
        &mut self,
        mut action: CodeAction,
        reply: Reply<CodeAction>,
    ) {
        let data = action.data.clone().unwrap_or_default();
        let Ok(offered) = serde_json::from_value::<Offered>(data) else {
            // One that is complete as it is.
            return reply.ok(action);
        };
        let fix = self.modules.get(&offered.uri).and_then(|module| {
            let (serial, fixes) = &module.offered;
            if *serial != offered.serial || module.asked != offered.serial {
                return None;
            }
            fixes.get(&(offered.code, offered.key))?.get(offered.index).cloned()
        });
        match fix {
            Some(fix) => {
                action.edit = self.edit(&fix);
                reply.ok(action);
            }
            None => reply.fail(
                ErrorCode::ServerError(CONTENT_MODIFIED),
                "the text has changed since this was offered",
            ),
        }
    }

    fn fix_all(&mut self, request: Request, reply: Reply<Option<CodeActionResponse>>) {
        let Some(question) = self.question(&request.uri, &request.text, false) else {
            return reply.ok(None);
        };
        let uri = request.uri.clone();
        let then = move |session: &mut Session, text: Option<String>| {
            let Some(new) = text else { return reply.ok(None) };
            let edit = convert::minimal_edit(&request.text, &new, session.features.encoding);
            let action = CodeAction {
                title: "Apply every safe fix".to_owned(),
                kind: Some(CodeActionKind::new(FIX_ALL)),
                edit: Some(session.workspace_edit(vec![(request.uri.clone(), vec![edit])])),
                ..CodeAction::default()
            };
            reply.ok(Some(vec![CodeActionOrCommand::CodeAction(action)]));
        };
        self.send(&uri, Job::FixAll(Box::new(question), Box::new(then)));
    }

    /// The action that silences the rule of a finding in the whole project.
    fn ignored(
        &self,
        request: &Request,
        finding: &Diagnostic,
        shown: &lsp::Diagnostic,
    ) -> Option<CodeAction> {
        let code = finding.code;
        let change = suppression::ignore(code, request.text.path())?;
        let old = Source::new(&change.path, Revision::Current, change.old);
        let edit = convert::minimal_edit(&old, &change.new, self.features.encoding);
        let uri = self.uri_of(&change.path)?;
        let name = change.path.file_name()?.to_string_lossy().into_owned();
        Some(CodeAction {
            title: format!("Ignore {code} in this project ({name})"),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![shown.clone()]),
            edit: Some(self.workspace_edit(vec![(uri, vec![edit])])),
            ..CodeAction::default()
        })
    }

    /// A finding as it was published.
    fn shown(&self, request: &Request, finding: &Diagnostic) -> lsp::Diagnostic {
        let unedited = EditLog::default();
        let uri_of = |path: &std::path::Path| self.uri_of(path);
        let shown = Shown {
            features: &self.features,
            text: Some(&request.text),
            typed: &unedited,
            uri_of: &uri_of,
        };
        shown.diagnostic(finding)
    }

    fn edit(&self, fix: &Fix) -> Option<WorkspaceEdit> {
        let mut files: Vec<(Url, Vec<lsp::TextEdit>)> = Vec::new();
        for edit in &fix.edits {
            let uri = self.uri_of(edit.location.source.path())?;
            let range =
                convert::range(&edit.location.source, edit.location.span, self.features.encoding);
            let edit = lsp::TextEdit { range, new_text: edit.new_text.clone() };
            match files.iter_mut().find(|(known, _)| *known == uri) {
                Some((_, edits)) => edits.push(edit),
                None => files.push((uri, vec![edit])),
            }
        }
        Some(self.workspace_edit(files))
    }

    /// In the form that the client understands.
    fn workspace_edit(&self, files: Vec<(Url, Vec<lsp::TextEdit>)>) -> WorkspaceEdit {
        if !self.features.document_changes {
            return WorkspaceEdit::new(files.into_iter().collect());
        }
        let edits = files.into_iter().map(|(uri, edits)| lsp::TextDocumentEdit {
            text_document: lsp::OptionalVersionedTextDocumentIdentifier {
                version: self.documents.get(&uri).map(|document| document.version),
                uri,
            },
            edits: edits.into_iter().map(lsp::OneOf::Left).collect(),
        });
        let document_changes = Some(lsp::DocumentChanges::Edits(edits.collect()));
        WorkspaceEdit { document_changes, ..WorkspaceEdit::default() }
    }
}

/// `ContentModified` of LSP 3.17.
const CONTENT_MODIFIED: i64 = -32801;

impl Request {
    /// Whether actions of a kind are asked for: a kind asks for its sub-kinds, too.
    fn wants(&self, kind: &str) -> bool {
        self.only.as_ref().is_none_or(|only| {
            only.iter().any(|wanted| {
                let wanted = wanted.as_str();
                let rest = kind.strip_prefix(wanted);
                rest.is_some_and(|rest| {
                    wanted.is_empty() || rest.is_empty() || rest.starts_with('.')
                })
            })
        })
    }

    /// Whether actions on the whole source are asked for by name, as on saving.
    fn is_for_sources(&self) -> bool {
        let only = self.only.iter().flatten();
        only.into_iter().any(|kind| kind.as_str().starts_with("source"))
    }
}

fn restarted(uri: &Url, shown: lsp::Diagnostic) -> CodeAction {
    CodeAction {
        title: "The process has been restarted".to_owned(),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![shown]),
        command: Some(Command {
            title: "Mark as restarted".to_owned(),
            command: MARK_RESTARTED.to_owned(),
            arguments: Some(vec![json!(uri)]),
        }),
        ..CodeAction::default()
    }
}
