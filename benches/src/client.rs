//! As much of a language client as it takes to measure a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A server that has been initialized, and the document that is edited.
pub struct Client {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    uri: String,
    version: i64,
    /// The last line of the document: where the edits go.
    last_line: usize,
}

impl Client {
    /// Starts `program server` on a workspace folder.
    ///
    /// # Panics
    /// Where the program cannot be started or is no language server.
    pub fn start(mut program: Command, folder: &Path) -> Client {
        let mut child = program
            .arg("server")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let (uri, version, last_line) = (String::new(), 0, 0);
        let mut client = Client { child, input, output, uri, version, last_line };
        let root = uri_of(folder);
        // Pushed diagnostics: both servers push to a client that does not say that it pulls.
        client.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "processId": null,
            "rootUri": root,
            "workspaceFolders": [{ "uri": root, "name": "bench" }],
            "capabilities": { "textDocument": { "publishDiagnostics": {
                "relatedInformation": true,
                "versionSupport": true,
            } } },
        } }));
        client.wait(|message| message["id"] == 1);
        client.notify("initialized", json!({}));
        client
    }

    /// Opens a file and waits for its diagnostics; what is edited is the file opened last.
    ///
    /// # Panics
    /// Where the file cannot be read or the server ends.
    pub fn open(&mut self, file: &Path) {
        let text = std::fs::read_to_string(file).expect("it can be read");
        self.uri = uri_of(file);
        self.version = 1;
        self.last_line = text.lines().count();
        let document =
            json!({ "uri": self.uri, "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.wait_for_diagnostics();
    }

    /// Types a line at the end and waits for the diagnostics of that version. Every number makes
    /// another line; the document stays as long as it is.
    ///
    /// # Panics
    /// Where the server ends.
    pub fn edit(&mut self, number: u64) {
        self.version += 1;
        let at = |line: usize| json!({ "line": line, "character": 0 });
        let change = json!({
            "range": { "start": at(self.last_line), "end": at(self.last_line + 1) },
            "text": format!("typed_{} = {number}\n", number % 10),
        });
        let document = json!({ "uri": self.uri, "version": self.version });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        self.notify("textDocument/didChange", params);
        self.wait_for_diagnostics();
    }

    fn wait_for_diagnostics(&mut self) {
        let (uri, version) = (self.uri.clone(), self.version);
        self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == *uri
                && message["params"]["version"] == version
        });
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let written = write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len());
        written.and_then(|()| self.input.flush()).expect("the server reads");
    }

    /// Reads until what is waited for comes; answers what the server asks meanwhile with `null`.
    fn wait(&mut self, is_it: impl Fn(&Value) -> bool) {
        loop {
            let message = self.read();
            if is_it(&message) {
                return;
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the server writes");
            assert!(read > 0, "the server has ended");
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(value) = line.strip_prefix("Content-Length: ") {
                        length = value.parse().expect("a length is a number");
                    }
                }
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).expect("a body is as long as its header says");
        serde_json::from_slice(&body).expect("a body is JSON")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn uri_of(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    format!("file://{}", path.display())
}
