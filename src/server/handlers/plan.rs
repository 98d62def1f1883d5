//! The reload plan: what to reload, in which order, and why.

use std::fmt::Write as _;
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::Url;

use super::super::analysis::Snapshot;
use super::super::convert::virtual_uri;
use super::super::event::Reply;
use super::super::modules::{EventKind, Module};
use super::super::session::Session;
use super::hover::last_changed;
use crate::plan::{self, Changed, Step, Why};
use crate::simulation::Origin;

impl Session {
    /// Opens the plan, where the client can; the answer has it in any case.
    pub(super) fn show_plan(&mut self, uri: &Url, reply: Reply<Option<Value>>) {
        let Some(module) = self.modules.get(uri) else {
            return reply.fail(ErrorCode::InvalidParams, format!("{uri} has not been opened"));
        };
        let shown = virtual_uri(&module.path, "plan");
        self.plan(move |session, text| {
            session.show(&shown);
            reply.ok(Some(json!({ "uri": shown, "text": text })));
        });
    }

    /// Makes the plan of the whole workspace. It takes reading files: a thread of its own does.
    pub(super) fn plan(&mut self, then: impl FnOnce(&mut Session, String) + Send + 'static) {
        self.when_all_settled(move |session| {
            let changed = session.changed_modules();
            let loads = session.reloads();
            let inbox = session.inbox.clone();
            let work = move || {
                let text = plan_text(&plan::plan(&changed, &loads));
                inbox.run(move |session| then(session, text));
            };
            let builder = thread::Builder::new().name("plan".to_owned());
            // Without a thread the request is lost, and is told so.
            if let Err(error) = builder.stack_size(crate::simulate::STACK_SIZE).spawn(work) {
                tracing::error!("no thread can be started: {error}");
            }
        });
    }

    fn when_all_settled(&mut self, then: impl FnOnce(&mut Session) + 'static) {
        let mut open = self.documents.keys();
        let is_busy = |uri: &&Url| self.modules.get(*uri).is_some_and(|it| !it.is_settled());
        match open.find(is_busy).cloned() {
            Some(busy) => self.when_settled(&busy, move |session| session.when_all_settled(then)),
            None => then(self),
        }
    }

    /// The open modules of which something is not as it was imported.
    fn changed_modules(&mut self) -> Vec<Changed> {
        let open: Vec<Url> = self.documents.keys().cloned().collect();
        let mut changed = Vec::new();
        for uri in open {
            let Some(text) = self.text(&uri) else { continue };
            let Some(module) = self.modules.get(&uri) else { continue };
            let (Some(setting), Some(snapshot)) = (&module.setting, &module.snapshot) else {
                continue;
            };
            let is_pending = module.is_pending(&text);
            let names = changed_names(module, snapshot);
            if is_pending || !names.is_empty() {
                changed.push(Changed {
                    module: setting.module.clone(),
                    is_pending,
                    names,
                    imports: snapshot.asked.clone(),
                    modules: Arc::new(setting.view.live.clone()),
                    python: setting.view.version,
                });
            }
        }
        changed.sort_by(|a, b| a.module.cmp(&b.module));
        changed
    }

    /// When modules were reloaded last. That one was opened says nothing of when it was imported.
    fn reloads(&self) -> FxHashMap<String, SystemTime> {
        let reload = |module: &Module| {
            let kinds = [EventKind::Reloaded, EventKind::Restarted];
            let mut events = module.history.events.iter().rev();
            let at = events.find(|event| kinds.contains(&event.kind))?.at;
            Some((module.setting.as_ref()?.module.clone(), at))
        };
        self.modules.values().filter_map(reload).collect()
    }
}

/// The names whose definitions are other ones than at the import, and when they were loaded.
fn changed_names(
    module: &Module,
    snapshot: &Snapshot,
) -> Vec<(crate::syntax::ast::Name, Option<SystemTime>)> {
    let sources = &snapshot.simulation.sources;
    let pending = sources.len().saturating_sub(1) as u32;
    let loaded_at = |version: u32| {
        let mut events = module.history.events.iter().rev();
        events.find(|event| event.version == version).map(|event| event.at)
    };
    let entries = snapshot.simulation.namespace.iter();
    // Of the others nothing is made anew.
    let entries = entries.filter(|it| it.origin == Origin::Rebound);
    let entries = entries.filter(|it| module.definitions.is_from_import(&it.name));
    let changed = entries.filter_map(|entry| {
        let version = last_changed(module, snapshot, entry)?;
        let since = if version == pending { None } else { loaded_at(version) };
        Some((entry.name.clone(), since))
    });
    changed.collect()
}

fn plan_text(steps: &[Step]) -> String {
    let mut text = "# Reload plan\n\n".to_owned();
    if steps.is_empty() {
        text.push_str("Every open module is as the process has loaded it, and nobody holds anything older of it.\n");
        return text;
    }
    text.push_str(
        "Each after those that it builds on. \
         What the process has not imported needs no reload.\n\n",
    );
    for (index, step) in steps.iter().enumerate() {
        let _ = write!(text, "{}. `importlib.reload({})`: ", index + 1, step.module);
        let reasons: Vec<String> = step.why.iter().map(reason).collect();
        text.push_str(&reasons.join("; "));
        if step.is_in_cycle {
            text.push_str(" (it and a later one need each other)");
        }
        text.push('\n');
    }
    text
}

fn reason(why: &Why) -> String {
    match why {
        Why::Changed => "its text is not what the process has loaded".to_owned(),
        Why::Holds { module, names } => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("holds {} of `{module}`, or what it made from it", names.join(", "))
        }
    }
}
