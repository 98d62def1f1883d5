//! The session: owns everything that changes, on one thread, event by event.
//!
//! Nothing here waits: what takes time is asked of the workers ([`super::analysis`]) or of the
//! client, and the answer is another event.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;
use tower_lsp::lsp_types::{MessageType, Url};

use super::analysis::{Answer, Job, Question, Setting, Verdict, Workers};
use super::client::Client;
use super::document::Document;
use super::event::{Event, Inbox};
use super::features::Features;
use super::modules::{EventKind, Module};
use super::progress::FirstLook;
use super::projects::Projects;
use super::settings::ClientSettings;
use crate::text::edits::EditLog;
use crate::text::source::Source;

/// One client's session.
pub(super) struct Session {
    pub(super) client: Client,
    pub(super) features: Features,
    pub(super) settings: ClientSettings,
    /// What came with `initialize`.
    pub(super) initial_settings: Value,
    pub(super) projects: Projects,
    /// The documents that are open.
    pub(super) documents: FxHashMap<Url, Document>,
    /// The modules that were opened.
    pub(super) modules: FxHashMap<Url, Module>,
    /// The client's URIs of the files that it has opened.
    uris: FxHashMap<PathBuf, Url>,
    workers: Option<Workers>,
    pub(super) inbox: Inbox,
    /// What is to be done when a module is settled.
    waiting: Vec<(Url, Continuation)>,
    /// Problems that have been told: each is told once.
    told: FxHashSet<String>,
    /// Counts questions and edits, to tell older from newer.
    clock: u64,
    /// When each module's text changed last, and when each was asked about, by the clock.
    pub(super) edited_at: FxHashMap<Url, u64>,
    pub(super) asked_at: FxHashMap<Url, u64>,
    /// By module name, up to which question what others see of it may have changed last.
    pub(super) changed_at: FxHashMap<String, u64>,
    pub(super) first_look: FirstLook,
    /// What a client that pulls has of us is out of date, and it does not know.
    pub(super) is_outdated: bool,
}

type Continuation = Box<dyn FnOnce(&mut Session)>;

/// Why a module is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The client has sent another text: a client that pulls will ask.
    Edited,
    /// Something was loaded, or somebody says so.
    Loaded,
    /// Something else has changed: nobody waits for it.
    Elsewhere,
}

impl Session {
    /// A session that speaks through `client` and gets its own work's results through `inbox`.
    pub(super) fn new(client: Client, inbox: Inbox) -> Session {
        Session {
            client,
            features: Features::default(),
            settings: ClientSettings::default(),
            initial_settings: Value::Null,
            projects: Projects::default(),
            documents: FxHashMap::default(),
            modules: FxHashMap::default(),
            uris: FxHashMap::default(),
            workers: None,
            inbox,
            waiting: Vec::new(),
            told: FxHashSet::default(),
            clock: 0,
            edited_at: FxHashMap::default(),
            asked_at: FxHashMap::default(),
            changed_at: FxHashMap::default(),
            first_look: FirstLook::default(),
            is_outdated: false,
        }
    }

    /// When [`Session::tick`] wants to be called next, if nothing happens before.
    pub(super) fn deadline(&self) -> Option<Instant> {
        None
    }

    /// Does what has become due.
    pub(super) fn tick(&mut self) {}

    /// Reacts to one event. A panic in here costs this event's effect, not the session.
    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Initialize(params, reply) => {
                let result = self.initialize(&params);
                reply.ok(result);
            }
            Event::Initialized => self.initialized(),
            Event::Shutdown(reply) => reply.ok(()),
            Event::SetTrace(params) => self.set_trace(params.value),
            Event::DidOpen(params) => self.did_open(params.text_document),
            Event::DidChange(params) => self.did_change(params),
            Event::DidSave(params) => self.did_save(params),
            Event::DidClose(params) => self.did_close(&params.text_document.uri),
            Event::DidChangeConfiguration(params) => self.did_change_configuration(params.settings),
            Event::DidChangeWatchedFiles(params) => self.did_change_watched_files(params.changes),
            Event::DidChangeWorkspaceFolders(params) => self.did_change_folders(params.event),
            Event::DidCreateFiles(params) => {
                self.files_moved(params.files.iter().map(|file| file.uri.as_str()));
            }
            Event::DidRenameFiles(params) => {
                let both = params.files.iter().flat_map(|file| [&file.old_uri, &file.new_uri]);
                self.files_moved(both.map(String::as_str));
            }
            Event::DidDeleteFiles(params) => {
                self.files_moved(params.files.iter().map(|file| file.uri.as_str()));
            }
            Event::Continue(work) => work(self),
            request => self.handle_request(request),
        }
    }

    fn handle_request(&mut self, request: Event) {
        match request {
            Event::CodeAction(params, reply) => self.code_action(params, reply),
            Event::CodeActionResolve(action, reply) => self.resolve_code_action(*action, reply),
            Event::Hover(params, reply) => self.hover(params, reply),
            Event::CodeLens(params, reply) => self.code_lens(params, reply),
            Event::CodeLensResolve(lens, reply) => reply.ok(lens),
            Event::InlayHint(params, reply) => self.inlay_hint(params, reply),
            Event::Diagnostic(params, reply) => self.document_diagnostic(params, reply),
            Event::WorkspaceDiagnostic(params, reply) => self.workspace_diagnostic(params, reply),
            Event::ExecuteCommand(params, reply) => self.execute_command(params, reply),
            Event::Namespace(params, reply) => {
                self.namespace_request(params.text_document.uri, reply);
            }
            Event::History(params, reply) => {
                self.history_request(params.text_document.uri, reply);
            }
            Event::VersionText(params, reply) => self.version_text(params.uri, reply),
            _ => {}
        }
    }

    // --- What is known, and what is asked ---

    /// The client's URI of a file.
    pub(super) fn uri_of(&self, path: &Path) -> Option<Url> {
        self.uris.get(path).cloned().or_else(|| Url::from_file_path(path).ok())
    }

    pub(super) fn remember_uri(&mut self, path: PathBuf, uri: Url) {
        self.uris.insert(path, uri);
    }

    /// The text of an open document.
    pub(super) fn text(&mut self, uri: &Url) -> Option<Arc<Source>> {
        let path = self.modules.get(uri)?.path.clone();
        self.documents.get_mut(uri).map(|document| document.source(&path))
    }

    /// A module's text is another one.
    pub(super) fn note_edit(&mut self, uri: &Url) {
        self.clock += 1;
        self.edited_at.insert(uri.clone(), self.clock);
    }

    /// What a module is called and what is around it now.
    pub(super) fn setting(&mut self, uri: &Url) -> Option<Arc<Setting>> {
        let path = self.modules.get(uri)?.path.clone();
        let project = self.projects.of(&path, &self.settings);
        let placed = project.name_of(&path).filter(|_| uri.scheme() == "file");
        let is_placed = placed.is_some();
        let name = placed.unwrap_or_else(|| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            crate::workspace::source_roots::ModuleName {
                name: stem.replace(['.', ' '], "_"),
                root: project.root().to_path_buf(),
                is_package: false,
                is_importable: false,
            }
        });
        let setting = Setting {
            module: name.name.clone(),
            is_package: name.is_package,
            is_placed,
            view: project.view(&name, &path),
            config: Arc::new(project.config().clone()),
            path,
        };
        for problem in self.projects.take_problems() {
            self.tell(MessageType::WARNING, problem);
        }
        Some(Arc::new(setting))
    }

    /// Asks what reloading the text as it is now would do.
    pub(super) fn ask(&mut self, uri: &Url, why: Why) {
        let Some(source) = self.text(uri) else { return };
        let Some(module) = self.modules.get(uri) else { return };
        if module.loaded.is_none() {
            // The process has not loaded it: there is nothing to reload.
            self.publish(uri);
            return;
        }
        if uri.scheme() == "file" {
            let path = module.path.clone();
            let project = self.projects.of(&path, &self.settings);
            project.edited(&path, Some(Arc::clone(&source)));
        }
        let Some(setting) = self.setting(uri) else { return };
        self.clock += 1;
        let serial = self.clock;
        self.asked_at.insert(uri.clone(), serial);
        if let Some(module) = self.modules.get_mut(uri) {
            module.asked = serial;
            module.is_unannounced |= why != Why::Edited;
            module.setting = Some(setting);
        }
        self.first_look_begins();
        if let Some(question) = self.question(uri, &source, why == Why::Elsewhere) {
            self.send(uri, Job::Compare(Box::new(question)));
        }
    }

    /// The newest question about a module once more, about a text.
    pub(super) fn question(
        &self,
        uri: &Url,
        source: &Arc<Source>,
        in_background: bool,
    ) -> Option<Question> {
        let module = self.modules.get(uri)?;
        let document = self.documents.get(uri);
        let typed = document.map_or_else(EditLog::default, |it| it.since_load().clone());
        let setting = Arc::clone(module.setting.as_ref()?);
        let source = Arc::clone(source);
        Some(Question { setting, source, serial: module.asked, typed, in_background })
    }

    /// Asks again about every open module.
    pub(super) fn ask_all(&mut self) {
        let open: Vec<Url> = self.documents.keys().cloned().collect();
        for uri in open {
            self.ask(&uri, Why::Elsewhere);
        }
    }

    /// The process loads a text of a module.
    pub(super) fn load(&mut self, uri: &Url, source: &Arc<Source>, kind: EventKind) {
        let Some(setting) = self.setting(uri) else { return };
        let Some(module) = self.modules.get_mut(uri) else { return };
        let begins = kind != EventKind::Reloaded || module.loaded.is_none();
        let version = match module.history.version() {
            Some(version) if !begins => version + 1,
            _ => 0,
        };
        let kind = if begins && kind == EventKind::Reloaded { EventKind::Imported } else { kind };
        if begins {
            module.begun = self.clock + 1;
        }
        module.history.begins(kind, version);
        module.history.trim();
        module.definitions.loaded(source, version);
        let before = module.loaded.replace(Arc::clone(source));
        let path = module.path.clone();
        if uri.scheme() == "file" {
            let project = self.projects.of(&path, &self.settings);
            project.loaded(&path, Arc::clone(source));
        }
        let mut typed = EditLog::default();
        if let Some(document) = self.documents.get_mut(uri) {
            if document.source(&path).text() == source.text() {
                typed = document.since_load().clone();
            }
            document.loaded(source);
        }
        let source = Arc::clone(source);
        self.send(
            uri,
            match begins {
                true => Job::Import(setting, Arc::clone(&source)),
                false => Job::Reload(setting, Arc::clone(&source), typed),
            },
        );
        self.note_edit(uri);
        if before.is_some_and(|before| before.text() != source.text()) {
            // A reload of those that import it meets something else now.
            self.ask_dependents(uri, true);
        }
    }

    pub(super) fn send(&mut self, uri: &Url, job: Job) {
        if self.workers.is_none() {
            match Workers::start(&self.inbox) {
                Ok(workers) => self.workers = Some(workers),
                Err(error) => return tracing::error!("no worker can be started: {error}"),
            }
        }
        if let Some(workers) = &self.workers {
            workers.send(uri, job);
        }
    }

    /// A worker has answered.
    pub(super) fn analysed(&mut self, uri: &Url, answer: Answer) {
        match answer {
            Answer::Loaded { version, stage, line } => {
                if let Some(module) = self.modules.get_mut(uri) {
                    module.history.ended(version, &stage, line);
                }
            }
            Answer::Compared { serial, verdict } => self.compared(uri, serial, verdict),
        }
    }

    fn compared(&mut self, uri: &Url, serial: u64, verdict: Verdict) {
        let Some(module) = self.modules.get_mut(uri) else { return };
        if serial != module.asked || !self.documents.contains_key(uri) {
            // Something newer is on its way.
            return;
        }
        let previous = std::mem::replace(&mut module.answered, serial);
        self.first_look_ends();
        let Some(module) = self.modules.get_mut(uri) else { return };
        let seen = module.snapshot.as_ref().map(|snapshot| snapshot.interface);
        let mut elsewhere = elsewhere(module);
        match verdict {
            Verdict::Compared(snapshot) => {
                module.snapshot = Some(snapshot);
                module.trouble = None;
                elsewhere.extend(self::elsewhere(module));
                if let Some(document) = self.documents.get_mut(uri) {
                    document.shown();
                }
            }
            Verdict::Broken { message } => {
                module.trouble = Some(message);
                if previous < module.begun {
                    module.snapshot = None;
                }
            }
            Verdict::Failed(reason) => {
                let path = module.path.display().to_string();
                module.trouble = Some(reason.clone());
                module.snapshot = None;
                self.tell(MessageType::WARNING, format!("{path} could not be analysed: {reason}"));
            }
        }
        self.publish(uri);
        for path in elsewhere {
            if let Some(other) = self.uri_of(&path) {
                self.publish(&other);
            }
        }
        let module = self.modules.get(uri);
        let now = module.and_then(|it| it.snapshot.as_ref()).map(|it| it.interface);
        self.settled(uri);
        self.ask_dependents(uri, seen != now);
        if self.is_overtaken(uri, serial) {
            self.ask(uri, Why::Elsewhere);
        }
        if let Some(module) = self.modules.get_mut(uri) {
            self.is_outdated |= std::mem::take(&mut module.is_unannounced);
        }
        self.refresh();
    }

    /// Tells a client that pulls that it should, when everything has been looked at.
    pub(super) fn refresh(&mut self) {
        let open = self.documents.keys().filter_map(|uri| self.modules.get(uri));
        if !self.is_outdated || !open.into_iter().all(Module::is_settled) {
            return;
        }
        self.is_outdated = false;
        if self.features.pulls_diagnostics {
            self.client.refresh_diagnostics();
        }
        if self.features.refreshes_code_lenses && self.settings.server.code_lens {
            self.client.refresh_code_lenses();
        }
        if self.features.refreshes_inlay_hints && self.settings.server.inlay_hints {
            self.client.refresh_inlay_hints();
        }
    }

    /// Does something when nothing is being found out about a module any more.
    pub(super) fn when_settled(&mut self, uri: &Url, then: impl FnOnce(&mut Session) + 'static) {
        if self.modules.get(uri).is_none_or(Module::is_settled) {
            then(self);
        } else {
            self.waiting.push((uri.clone(), Box::new(then)));
        }
    }

    /// Does what waited for a module.
    pub(super) fn settled(&mut self, uri: &Url) {
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, others): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(waiting, _)| waiting == uri);
        self.waiting = others;
        for (_, then) in ready {
            then(self);
        }
        self.send_status(uri);
    }

    /// Tells the user something once.
    pub(super) fn tell(&mut self, kind: MessageType, message: String) {
        if self.told.insert(message.clone()) {
            tracing::warn!("{message}");
            self.client.show_message(kind, format!("reloadsafe: {message}"));
        }
    }

    /// The settings have changed: what was told may be told again.
    pub(super) fn forget_told(&mut self) {
        self.told.clear();
    }

    /// Forgets a module that the process cannot have any more.
    pub(super) fn forget(&mut self, uri: &Url) {
        self.modules.remove(uri);
        self.edited_at.remove(uri);
        self.asked_at.remove(uri);
        self.send(uri, Job::Forget);
    }

    /// The object that `simulate` prints, for the text as it is now.
    pub(super) fn namespace_value(&self, uri: &Url) -> Option<Value> {
        let snapshot = self.modules.get(uri)?.snapshot.as_ref()?;
        Some(crate::report::json::simulation_value(&snapshot.with_findings()))
    }
}

/// The other files in which a module's findings are.
pub(super) fn elsewhere(module: &Module) -> FxHashSet<PathBuf> {
    let found = module.snapshot.iter().flat_map(|snapshot| &snapshot.diagnostics);
    let paths = found.map(|found| found.location.source.path());
    paths.filter(|path| **path != *module.path).map(Path::to_path_buf).collect()
}
