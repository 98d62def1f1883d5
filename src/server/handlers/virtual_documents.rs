//! What can be read under the scheme `reloadsafe:`: old versions, rules' pages, and what is known
//! of a module.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use serde_json::{Value, json};
use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::{Url, notification::Notification};

use super::super::convert::{SCHEME, severity};
use super::super::event::{Reply, VersionText};
use super::super::modules::Module;
use super::super::session::Session;
use crate::report::{Layout, simulate_text};
use crate::rules;

/// `reloadsafe/status`: for an editor's status bar.
enum Status {}

impl Notification for Status {
    type Params = Value;
    const METHOD: &'static str = "reloadsafe/status";
}

impl Session {
    pub(in crate::server) fn version_text(&mut self, uri: Url, reply: Reply<VersionText>) {
        let about = self.module_of(&uri).cloned();
        if about.is_some() && uri.query() == Some("plan") {
            return self.plan(move |_, text| reply.ok(VersionText { text }));
        }
        let answer = move |session: &mut Session| match session.virtual_text(&uri) {
            Some(text) => reply.ok(VersionText { text }),
            None => reply.fail(ErrorCode::InvalidParams, format!("there is nothing at {uri}")),
        };
        match about {
            Some(module) => self.when_settled(&module, answer),
            None => answer(self),
        }
    }

    pub(in crate::server) fn namespace_request(&mut self, uri: Url, reply: Reply<Value>) {
        let about = uri.clone();
        self.when_settled(&uri, move |session| match session.namespace_value(&about) {
            Some(value) => reply.ok(value),
            None => {
                let message = format!("nothing is known of {about}");
                reply.fail(ErrorCode::InvalidParams, message);
            }
        });
    }

    /// How a reload ended is known when it has been simulated.
    pub(in crate::server) fn history_request(&mut self, uri: Url, reply: Reply<Value>) {
        let about = uri.clone();
        self.when_settled(&uri, move |session| match session.history_value(&about) {
            Some(value) => reply.ok(value),
            None => reply.fail(ErrorCode::InvalidParams, format!("{about} is not open")),
        });
    }

    /// The text behind a URI of ours.
    pub(super) fn virtual_text(&mut self, uri: &Url) -> Option<String> {
        if let Some(page) = uri.path().strip_prefix("/rules/") {
            let name = page.strip_suffix(".md")?;
            let rule = rules::RULES.iter().find(|rule| rule.name == name)?;
            return Some(rule.docs.to_owned());
        }
        let module_uri = self.module_of(uri)?.clone();
        let module = self.modules.get(&module_uri)?;
        match uri.query()?.split_once('=') {
            Some(("version", number)) => version_text(module, number.parse().ok()?),
            Some(_) => None,
            None => match uri.query()? {
                "namespace" => namespace_text(module),
                "history" => Some(history_text(module)),
                _ => None,
            },
        }
    }

    /// The module that a URI of ours is about.
    fn module_of(&self, uri: &Url) -> Option<&Url> {
        if uri.scheme() != SCHEME {
            return None;
        }
        let file = Url::parse(&format!("file://{}", uri.path())).ok()?;
        let path = file.to_file_path().unwrap_or_else(|()| PathBuf::from(uri.path()));
        self.modules.iter().find(|(_, module)| module.path == path).map(|(uri, _)| uri)
    }

    /// What `reloadsafe/history` answers.
    fn history_value(&mut self, uri: &Url) -> Option<Value> {
        let text = self.text(uri);
        let module = self.modules.get(uri)?;
        let events = module.history.events.iter().map(|event| {
            let at = event.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
            let mut value = json!({
                "kind": event.kind.as_str(),
                "version": event.version,
                "at": at,
            });
            if let Some(line) = event.line {
                value["line"] = json!(line);
            }
            value
        });
        let pending = text.is_some_and(|text| module.is_pending(&text));
        Some(json!({ "events": events.collect::<Vec<_>>(), "pending": pending }))
    }

    /// Tells a client that asked for it how a module stands.
    pub(in crate::server) fn send_status(&mut self, uri: &Url) {
        if !self.features.status {
            return;
        }
        let Some(module) = self.modules.get(uri) else { return };
        let worst = module.snapshot.iter().flat_map(|snapshot| &snapshot.diagnostics);
        let worst = worst.map(|found| found.severity).max();
        let status = json!({
            "uri": uri,
            "version": module.history.version(),
            "orphans": module.orphans(),
            "abortPoints": module.loud_abort_points(),
            "severity": worst.map(severity),
            "outOfStep": module.out_of_step,
        });
        self.client.notify::<Status>(status);
    }
}

/// The text of a version, as long as something still points at it.
fn version_text(module: &Module, version: u32) -> Option<String> {
    let newest = module.history.version()?;
    if version == newest {
        return module.loaded.as_ref().map(|source| source.text().to_owned());
    }
    let sources = &module.snapshot.as_ref()?.simulation.sources;
    let source = sources.get(version as usize)?;
    (!source.text().is_empty()).then(|| source.text().to_owned())
}

fn namespace_text(module: &Module) -> Option<String> {
    let snapshot = module.snapshot.as_ref()?;
    let mut plain = anstream::StripStream::new(Vec::new());
    simulate_text::write(&mut plain, &snapshot.with_findings(), Layout::UNBOUNDED).ok()?;
    String::from_utf8(plain.into_inner()).ok()
}

fn history_text(module: &Module) -> String {
    let mut text = format!("# History of {}\n\n", module.path.display());
    for event in &module.history.events {
        let seconds = event.at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let clock =
            format!("{:02}:{:02}:{:02} UTC", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
        let line = event.line.map(|line| format!(" at line {line}")).unwrap_or_default();
        let _ =
            writeln!(text, "- version {}: {}{line} ({clock})", event.version, event.kind.as_str());
    }
    text
}
