//! An editor for tests: files in a directory of its own, documents, what is shown in them.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::lsp::{Builder, Server};

/// An editor with one workspace folder.
pub(crate) struct Editor {
    pub(crate) server: Server,
    directory: TempDir,
    versions: BTreeMap<String, i64>,
    texts: BTreeMap<String, String>,
}

/// What editors of today announce, push diagnostics.
pub(crate) fn capabilities() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-16"] },
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": true,
                "codeDescriptionSupport": true,
                "dataSupport": true,
                "versionSupport": true,
                "tagSupport": { "valueSet": [1, 2] },
            },
            "codeAction": {
                "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } },
                "isPreferredSupport": true,
                "dataSupport": true,
                "resolveSupport": { "properties": ["edit"] },
            },
            "hover": { "contentFormat": ["markdown"] },
        },
        "workspace": { "workspaceEdit": { "documentChanges": true } },
        "window": { "showDocument": { "support": true } },
    })
}

impl Editor {
    /// An editor that has opened a folder with these files.
    pub(crate) fn new(files: &[(&str, &str)]) -> Editor {
        Editor::with(files, capabilities(), Value::Null)
    }

    /// As [`Editor::new`], with other capabilities and initialization options.
    pub(crate) fn with(files: &[(&str, &str)], capabilities: Value, options: Value) -> Editor {
        Editor::uninitialized(files).initialize(capabilities, options)
    }

    /// Opens the directory as the workspace's only folder.
    pub(crate) fn initialize(mut self, capabilities: Value, options: Value) -> Editor {
        let root = self.root_uri();
        let params = json!({
            "processId": null,
            "rootUri": root,
            "capabilities": capabilities,
            "initializationOptions": options,
            "workspaceFolders": [{ "uri": root, "name": "test" }],
        });
        self.server.call("initialize", params).expect("`initialize` is answered");
        self.server.notify("initialized", json!({}));
        self
    }

    /// A server that has not been told anything yet.
    pub(crate) fn uninitialized(files: &[(&str, &str)]) -> Editor {
        Editor::of(Server::build(), files)
    }

    /// The same with a server that is started in a way of its own.
    pub(crate) fn of(builder: Builder, files: &[(&str, &str)]) -> Editor {
        let directory = TempDir::new().unwrap();
        let (versions, texts) = (BTreeMap::new(), BTreeMap::new());
        let builder = builder
            .environment("VIRTUAL_ENV", "")
            .environment("CONDA_PREFIX", "")
            .environment("RELOADSAFE_TEST_HOOKS", "1");
        let editor = Editor { server: builder.start(), directory, versions, texts };
        for (name, text) in files {
            editor.write(name, text);
        }
        editor
    }

    // Files

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join(name)
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).display())
    }

    pub(crate) fn root_uri(&self) -> String {
        format!("file://{}", self.directory.path().canonicalize().unwrap().display())
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn delete(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Tells of a file that was created (1), changed (2) or deleted (3) on the disk.
    pub(crate) fn watched(&mut self, name: &str, kind: u8) {
        let changes = json!([{ "uri": self.uri(name), "type": kind }]);
        self.server.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes }));
    }

    // Documents

    /// Opens a file as it is on the disk.
    pub(crate) fn open(&mut self, name: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        self.open_with(name, &text);
    }

    pub(crate) fn open_with(&mut self, name: &str, text: &str) {
        self.versions.insert(name.to_owned(), 1);
        self.texts.insert(name.to_owned(), text.to_owned());
        let document =
            json!({ "uri": self.uri(name), "languageId": "python", "version": 1, "text": text });
        self.server.notify("textDocument/didOpen", json!({ "textDocument": document }));
        // What is written to the disk from now on comes after the server has looked.
        self.ask("reloadsafe/history", name);
    }

    /// Replaces the whole text.
    pub(crate) fn set(&mut self, name: &str, text: &str) {
        self.texts.insert(name.to_owned(), text.to_owned());
        self.change(name, json!([{ "text": text }]));
    }

    /// Replaces the first occurrence of a piece of the text, as typing it over does.
    #[track_caller]
    pub(crate) fn type_over(&mut self, name: &str, old: &str, new: &str) {
        let text = self.texts.get_mut(name).unwrap();
        let start = text.find(old).unwrap_or_else(|| panic!("no {old:?} in {text:?}"));
        let range =
            json!({ "start": position(text, start), "end": position(text, start + old.len()) });
        text.replace_range(start..start + old.len(), new);
        self.change(name, json!([{ "range": range, "text": new }]));
    }

    pub(crate) fn change(&mut self, name: &str, changes: Value) {
        let version = self.versions.get_mut(name).unwrap();
        *version += 1;
        let document = json!({ "version": *version, "uri": self.uri(name) });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.server.notify("textDocument/didChange", params);
    }

    /// Writes the text to the disk and says so.
    pub(crate) fn save(&mut self, name: &str) {
        let text = self.texts[name].clone();
        self.write(name, &text);
        let document = json!({ "uri": self.uri(name) });
        let params = json!({ "textDocument": document, "text": text });
        self.server.notify("textDocument/didSave", params);
    }

    pub(crate) fn close(&mut self, name: &str) {
        let params = json!({ "textDocument": { "uri": self.uri(name) } });
        self.server.notify("textDocument/didClose", params);
        self.versions.remove(name);
        self.texts.remove(name);
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        &self.texts[name]
    }

    pub(crate) fn version(&self, name: &str) -> i64 {
        self.versions[name]
    }

    // What is shown

    /// What is published for the document's newest version, as `CODE line: message`. What is
    /// published for older versions, as it may be, is dropped.
    #[track_caller]
    pub(crate) fn shown(&mut self, name: &str) -> Vec<String> {
        let version = self.versions.get(name).copied();
        let published = self.published(name, version);
        lines(&published["diagnostics"])
    }

    /// The newest parameters of `textDocument/publishDiagnostics` for a document's version.
    #[track_caller]
    pub(crate) fn published(&mut self, name: &str, version: Option<i64>) -> Value {
        let uri = self.uri(name);
        loop {
            let is_it = |message: &Value| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == uri
            };
            let params =
                self.server.take(&format!("diagnostics of {name}"), is_it)["params"].take();
            if params["version"].as_i64() == version {
                return params;
            }
        }
    }

    /// Checks what is shown in a document, when everything has been looked at.
    #[track_caller]
    pub(crate) fn expect(&mut self, name: &str, expected: &[&str]) {
        let shown = self.shown(name);
        let fits = shown.len() == expected.len()
            && shown.iter().zip(expected).all(|(shown, expected)| shown.starts_with(expected));
        assert!(fits, "expected {expected:#?}, shown {shown:#?}");
    }

    /// Waits until this is shown in a document: the same version may be published more than once,
    /// when something else than its text has changed.
    #[track_caller]
    pub(crate) fn until(&mut self, name: &str, expected: &[&str]) {
        loop {
            let shown = self.shown(name);
            let fits = shown.len() == expected.len()
                && shown.iter().zip(expected).all(|(shown, expected)| shown.starts_with(expected));
            if fits {
                return;
            }
        }
    }

    /// A request about a document.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, name: &str) -> Value {
        let params = json!({ "textDocument": { "uri": self.uri(name) } });
        self.server.call(method, params).unwrap()
    }

    #[track_caller]
    pub(crate) fn command(&mut self, command: &str, arguments: Value) -> Result<Value, Value> {
        let params = json!({ "command": command, "arguments": arguments });
        self.server.call("workspace/executeCommand", params)
    }

    /// Ends the server; diagnostics that nobody looked at are no fault.
    pub(crate) fn quit(mut self) {
        self.server.ignore("textDocument/publishDiagnostics");
        self.server.forget_unread("textDocument/publishDiagnostics");
        self.server.shut_down();
    }
}

/// Diagnostics as `CODE line: message`, lines from 1.
pub(crate) fn lines(diagnostics: &Value) -> Vec<String> {
    let items = diagnostics.as_array().unwrap();
    let line = |item: &Value| item["range"]["start"]["line"].as_u64().unwrap() + 1;
    let text = |item: &Value| {
        let (code, message) = (item["code"].as_str().unwrap(), item["message"].as_str().unwrap());
        format!("{code} {}: {message}", line(item))
    };
    items.iter().map(text).collect()
}

/// A position in UTF-16.
pub(crate) fn position(text: &str, offset: usize) -> Value {
    let before = &text[..offset];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": before[start..].encode_utf16().count() })
}
