//! A client that does odd things and keeps the books of what it has open.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::steps;
use crate::editor::{capabilities, position};
use crate::lsp::Server;
use crate::random::Random;

/// Files with which a session begins, and others that may come.
const FILES: [&str; 6] =
    ["a.py", "b.py", "package/__init__.py", "package/c.py", "new.py", "never opened.py"];

/// What is no file of the workspace.
const OTHERS: [&str; 5] = [
    "untitled:Untitled-1",
    "untitled:Untitled-2",
    "notes.txt",
    "git:/a.py",
    "vscode-notebook-cell:/n.ipynb#1",
];

const PIECES: [&str; 17] = [
    "def area(w, h):\n    return w * h\n",
    "def surface(w, h):\n    return w * h\n",
    "def total(items):\n    return [area(*item) for item in items]\n",
    "class Shape:\n    sides = 3\n",
    "LIMIT = 10\n",
    "LIMIT += 1\n",
    "import a\n",
    "import b\nprint(b.area(1, 2))\n",
    "from a import area\n",
    "from b import *\n",
    "from package import c\nprint(c.LIMIT)\n",
    "from package.c import surface as s\n",
    "import new\nnew.Shape\n",
    "raise RuntimeError('é𝒳')\n",
    "WIDE = 'é𝒳', LIMIT\r\n",
    "del LIMIT\n",
    "x = (\n",
];

pub(super) type Shown = BTreeMap<String, Vec<Value>>;

/// A message about a document that is sent once more to the fresh server.
pub(super) type Sent = Vec<(&'static str, Value)>;

pub(super) struct Client {
    server: Option<Server>,
    directory: TempDir,
    pub(super) random: Random,
    /// The texts of the documents that are open, by name.
    open: BTreeMap<String, String>,
    settings: Value,
    /// The requests that wait for an answer, and their methods.
    asked: Vec<(i64, String)>,
    actions: Vec<Value>,
    /// What was published last, by URI: the parameters.
    published: BTreeMap<String, Value>,
}

impl Client {
    pub(super) fn new(random: Random) -> Client {
        let directory = TempDir::new().unwrap();
        let mut client = Client {
            server: None,
            directory,
            random,
            open: BTreeMap::new(),
            settings: json!({}),
            asked: Vec::new(),
            actions: Vec::new(),
            published: BTreeMap::new(),
        };
        for name in &FILES[..4] {
            let text = client.text();
            client.write(name, &text);
        }
        client.server = Some(client.start());
        client
    }

    fn start(&self) -> Server {
        let builder =
            Server::build().environment("VIRTUAL_ENV", "").environment("CONDA_PREFIX", "");
        let mut server = builder.start();
        for method in ["window/showMessage", "reloadsafe/status"] {
            server.ignore(method);
        }
        let mut capabilities = capabilities();
        capabilities["workspace"]["configuration"] = json!(true);
        for what in ["codeLens", "inlayHint"] {
            capabilities["workspace"][what] = json!({ "refreshSupport": true });
        }
        let root = self.uri("");
        let params = json!({
            "processId": null,
            "rootUri": root,
            "capabilities": capabilities,
            "initializationOptions": { "status": true },
            "workspaceFolders": [{ "uri": root, "name": "test" }],
        });
        server.call("initialize", params).expect("`initialize` is answered");
        server.notify("initialized", json!({}));
        server
    }

    pub(super) fn server(&mut self) -> &mut Server {
        self.server.as_mut().unwrap()
    }

    // Names

    pub(super) fn names(&self) -> Vec<String> {
        FILES.iter().chain(&OTHERS).map(|name| (*name).to_owned()).collect()
    }

    /// Mostly one of the modules.
    pub(super) fn pick_name(&mut self) -> String {
        let is_file = self.random.below(5) > 0;
        let name =
            if is_file { *self.random.pick(&FILES[..5]) } else { *self.random.pick(&OTHERS) };
        name.to_owned()
    }

    pub(super) fn is_file(&self, name: &str) -> bool {
        !name.contains(':')
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    pub(super) fn uri(&self, name: &str) -> String {
        if self.is_file(name) {
            let path = self.path(name).display().to_string();
            format!("file://{}", path.trim_end_matches('/').replace(' ', "%20"))
        } else {
            name.to_owned()
        }
    }

    /// Whether the server is expected to do anything with it.
    fn is_module(name: &str) -> bool {
        name.ends_with(".py") && !name.starts_with("git:") || name.starts_with("untitled:")
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(super) fn text(&mut self) -> String {
        (0..self.random.below(6)).map(|_| *self.random.pick(&PIECES)).collect()
    }

    // Documents

    /// Opens a document, again where it is open: with the text of its file, or another.
    pub(super) fn open(&mut self, name: &str) {
        let on_disk = fs::read_to_string(self.path(name)).ok();
        let text = match on_disk.filter(|_| self.is_file(name) && self.random.below(4) > 0) {
            Some(text) => text,
            None => self.text(),
        };
        let version = self.random.below(4);
        let params = self.did_open(name, version as i64, &text);
        self.server().notify("textDocument/didOpen", params);
        self.open.insert(name.to_owned(), text);
    }

    fn did_open(&self, name: &str, version: i64, text: &str) -> Value {
        let language = if Client::is_module(name) { "python" } else { "plaintext" };
        json!({ "textDocument":
            { "uri": self.uri(name), "languageId": language, "version": version, "text": text } })
    }

    /// Some changes at once; also of what is not open.
    pub(super) fn change(&mut self, name: &str) {
        let params = self.changes(name);
        self.server().notify("textDocument/didChange", params);
    }

    fn changes(&mut self, name: &str) -> Value {
        let mut text = self.open.get(name).cloned().unwrap_or_default();
        let mut changes = Vec::new();
        for _ in 0..=self.random.below(4) {
            changes.push(self.one_change(&mut text));
        }
        if self.open.contains_key(name) {
            self.open.insert(name.to_owned(), text);
        }
        // Versions that go on, stay, or go back.
        let version = self.random.below(50);
        let document = json!({ "uri": self.uri(name), "version": version });
        json!({ "textDocument": document, "contentChanges": changes })
    }

    fn one_change(&mut self, text: &mut String) -> Value {
        let new = match self.random.below(4) {
            0 => String::new(),
            1 => (*self.random.pick(&["x", "area", "surface", "é𝒳", "\n"])).to_owned(),
            _ => (*self.random.pick(&PIECES)).to_owned(),
        };
        match self.random.below(6) {
            0 => {
                *text = self.text();
                json!({ "text": text })
            }
            1 => {
                text.push_str(&new);
                let end = json!({ "line": 99_999, "character": 7 });
                json!({ "range": { "start": end, "end": end }, "text": new })
            }
            2 if text.contains("area") => self.replace(text, "area", "surface"),
            3 if text.contains("LIMIT") => self.replace(text, "LIMIT", "MOST"),
            _ => {
                let (one, other) = (self.place(text), self.place(text));
                let (start, end) = (one.min(other), one.max(other));
                // Not all of the text at once.
                let end = if end - start > 40 { start } else { end };
                let range = json!({ "start": position(text, start), "end": position(text, end) });
                text.replace_range(start..end, &new);
                json!({ "range": range, "text": new })
            }
        }
    }

    fn replace(&mut self, text: &mut String, old: &str, new: &str) -> Value {
        let start = text.find(old).unwrap();
        let end = start + old.len();
        let range = json!({ "start": position(text, start), "end": position(text, end) });
        text.replace_range(start..end, new);
        json!({ "range": range, "text": new })
    }

    /// A place between two characters, not within a line's end.
    fn place(&mut self, text: &str) -> usize {
        let is_place = |at: &usize| {
            text.is_char_boundary(*at)
                && !(text[..*at].ends_with('\r') && text[*at..].starts_with('\n'))
        };
        let places: Vec<usize> = (0..=text.len()).filter(is_place).collect();
        *self.random.pick(&places)
    }

    /// Says that a document was saved, with the text or without; also of what is not open, and
    /// where nothing was written.
    pub(super) fn save(&mut self, name: &str) {
        let text = self.open.get(name).cloned();
        if let Some(text) = text.as_ref().filter(|_| self.is_file(name) && self.random.below(4) > 0)
        {
            self.write(name, text);
        }
        let mut params = json!({ "textDocument": { "uri": self.uri(name) } });
        match (self.random.below(3), text) {
            (0, _) => {}
            (1, _) => params["text"] = json!(self.text()),
            (_, text) => params["text"] = json!(text),
        }
        self.server().notify("textDocument/didSave", params);
    }

    pub(super) fn close(&mut self, name: &str) {
        self.open.remove(name);
        let params = json!({ "textDocument": { "uri": self.uri(name) } });
        self.server().notify("textDocument/didClose", params.clone());
        if self.random.below(3) == 0 {
            self.server().notify("textDocument/didClose", params);
        }
    }

    // Requests

    pub(super) fn request(&mut self, method: &str, params: Value) {
        let id = self.server().request(method, params);
        self.asked.push((id, method.to_owned()));
    }

    /// A request that has to succeed, and its answer.
    #[track_caller]
    pub(super) fn call(&mut self, method: &str, params: Value) -> Value {
        self.server().call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// What the server says of the histories of what is open.
    pub(super) fn histories(&mut self) -> Value {
        let open: Vec<String> = self.open.keys().map(|name| self.uri(name)).collect();
        let histories = open.into_iter().map(|uri| {
            let params = json!({ "textDocument": { "uri": uri } });
            let history = self.server().call("reloadsafe/history", params.clone());
            let namespace = self.server().call("reloadsafe/namespace", params);
            let stages = namespace.unwrap_or_default()["stages"].take();
            json!({ "uri": uri, "history": history.unwrap_or_default(), "stages": stages })
        });
        histories.collect()
    }

    pub(super) fn cancel_last(&mut self) {
        let Some((id, _)) = self.asked.last().cloned() else { return };
        self.server().cancel(id);
    }

    pub(super) fn an_action(&mut self) -> Option<Value> {
        // Drawn in any case: what comes then does not depend on what has been offered.
        let number = self.random.below(1_000);
        self.actions.get(number % self.actions.len().max(1)).cloned()
    }

    pub(super) fn set_settings(&mut self, settings: Value) {
        self.settings = settings.clone();
        let params = json!({ "settings": { "reloadsafe": settings } });
        self.server().notify("workspace/didChangeConfiguration", params);
    }

    /// Takes the answers that are due, one for each request.
    fn take_answers(&mut self) {
        for (id, method) in std::mem::take(&mut self.asked) {
            match self.server().response(id) {
                Ok(answer) if method == "textDocument/codeAction" => {
                    self.actions.extend(answer.as_array().into_iter().flatten().cloned());
                }
                Ok(_) => {}
                // The server has not lost it, and nothing has panicked.
                Err(error) => assert_ne!(error["code"], -32603, "{method}: {error}"),
            }
        }
    }

    /// Waits until the server has nothing more to say, and notes what it has said.
    pub(super) fn settle(&mut self) {
        let mut calm = 0;
        while calm < 2 {
            let open: Vec<String> = self.open.keys().map(|name| self.uri(name)).collect();
            for uri in open {
                let params = json!({ "textDocument": { "uri": uri } });
                self.request("textDocument/diagnostic", params);
            }
            self.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
            self.take_answers();
            let settings = self.settings.clone();
            steps::answer_server(self.server(), &settings);
            let news = self.server().take_all("textDocument/publishDiagnostics");
            calm = if news.is_empty() { calm + 1 } else { 0 };
            for mut message in news {
                let params = message["params"].take();
                let uri = params["uri"].as_str().unwrap().to_owned();
                self.published.insert(uri, params);
            }
        }
    }

    /// What is published for a document that is closed is what other modules say of it.
    pub(super) fn check_closed(&self, seed: u64) {
        let open: Vec<String> = self.open.keys().map(|name| self.uri(name)).collect();
        for (uri, params) in self.published.iter().filter(|(uri, _)| !open.contains(uri)) {
            let found = params["diagnostics"].as_array().unwrap();
            let of_others = |it: &Value| it["code"] == "RS107";
            assert!(found.iter().all(of_others), "seed {seed}: {uri} is closed: {params:#}");
            assert!(params.get("version").is_none(), "seed {seed}: {uri} is closed: {params:#}");
        }
    }

    /// What is shown now, by URI.
    pub(super) fn shown(&self) -> Shown {
        let found = |params: &Value| params["diagnostics"].as_array().unwrap().clone();
        self.published.iter().map(|(uri, params)| (uri.clone(), found(params))).collect()
    }

    // The end

    /// Settings, folders and files as the server would find them anew; everything saved.
    pub(super) fn tidy_up(&mut self) {
        let settings = [json!({}), json!({ "reloadOn": "command" })];
        let settings = self.random.pick(&settings).clone();
        self.set_settings(settings);
        let folder = |name: &str| json!({ "uri": self.uri(name), "name": name });
        let all = [folder(""), folder("package"), folder("missing")];
        for event in
            [json!({ "added": [], "removed": &all }), json!({ "added": &all[..1], "removed": [] })]
        {
            let params = json!({ "event": event });
            self.server().notify("workspace/didChangeWorkspaceFolders", params);
        }
        let open: Vec<(String, String)> =
            self.open.iter().map(|(name, text)| (name.clone(), text.clone())).collect();
        for (name, text) in open {
            if self.is_file(&name) {
                self.write(&name, &text);
            }
            if name.starts_with("untitled:") {
                // It lies in the workspace as it was when it was opened.
                self.close(&name);
                let params = self.did_open(&name, 0, &text);
                self.server().notify("textDocument/didOpen", params);
                self.open.insert(name.clone(), text.clone());
            }
            let uri = self.uri(&name);
            let params = json!({ "textDocument": { "uri": uri }, "text": text });
            self.server().notify("textDocument/didSave", params);
        }
        let changes: Vec<Value> = FILES
            .iter()
            .flat_map(|name| {
                let kinds: &[u8] = if self.path(name).exists() { &[1, 2] } else { &[3] };
                kinds.iter().map(|kind| json!({ "uri": self.uri(name), "type": kind }))
            })
            .collect();
        let params = json!({ "changes": changes });
        self.server().notify("workspace/didChangeWatchedFiles", params);
        self.settle();
    }

    /// Some edits that are not saved; gives the texts before them, and them. What is left
    /// compiles: of what does not, the last text that did is spoken of, which is history.
    pub(super) fn edit_at_last(&mut self) -> (BTreeMap<String, String>, Sent) {
        let before = self.open.clone();
        let mut sent = Vec::new();
        for name in before.keys() {
            let mut text = self.text().replace("x = (\n", "");
            let mut changes = vec![json!({ "text": text })];
            for (old, new) in [("area", "surface"), ("LIMIT", "MOST"), ("Shape", "Form")] {
                if text.contains(old) && self.random.below(2) == 0 {
                    changes.push(self.replace(&mut text, old, new));
                }
            }
            let document = json!({ "uri": self.uri(name), "version": 100 });
            let params = json!({ "textDocument": document, "contentChanges": changes });
            self.server().notify("textDocument/didChange", params.clone());
            sent.push(("textDocument/didChange", params));
            self.open.insert(name.clone(), text);
        }
        (before, sent)
    }

    /// What a server shows that was started now and is told of the same documents.
    pub(super) fn fresh(&mut self, before: &BTreeMap<String, String>, sent: &Sent) -> Shown {
        let fresh = self.start();
        let old = self.server.replace(fresh);
        let published = std::mem::take(&mut self.published);
        for (name, text) in before {
            let params = self.did_open(name, 0, text);
            self.server().notify("textDocument/didOpen", params);
        }
        for (method, params) in sent {
            self.server().notify(method, params.clone());
        }
        self.settle();
        let shown = self.shown();
        let mut fresh = std::mem::replace(&mut self.server, old).unwrap();
        self.published = published;
        fresh.leave_refreshes();
        fresh.shut_down();
        shown
    }

    /// Ends the session: nothing was answered twice, nothing has panicked.
    pub(super) fn quit(mut self) {
        self.settle();
        let mut server = self.server.take().unwrap();
        server.leave_refreshes();
        let errors = server.shut_down_with_errors();
        assert!(!errors.contains("panicked"), "{errors}");
    }
}
