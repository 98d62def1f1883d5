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
    /// The line that is typed again and again, from 0, and what stands before its first word.
    line: usize,
    indent: String,
    is_typed: bool,
}

/// Where in a document somebody types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A new line at the end.
    End,
    /// A new line in a function in the middle, before it returns.
    Function,
}

impl Spot {
    /// The line in a text, from 0, with its indentation; None where there is none.
    pub fn find(self, text: &str) -> Option<(usize, String)> {
        let lines: Vec<&str> = text.lines().collect();
        if self == Spot::End {
            return Some((lines.len(), String::new()));
        }
        let rest = lines.iter().enumerate().skip(lines.len() / 2);
        let mut returns = rest.filter(|(_, line)| line.starts_with("        return "));
        returns.next().map(|(at, _)| (at, "        ".to_owned()))
    }
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
        let (uri, indent) = (String::new(), String::new());
        let (version, line, is_typed) = (0, 0, false);
        let mut client = Client { child, input, output, uri, version, line, indent, is_typed };
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

    /// Opens a file and waits for its diagnostics; what is edited is the file opened last, at this
    /// spot or else at its end.
    ///
    /// # Panics
    /// Where the file cannot be read or the server ends.
    pub fn open(&mut self, file: &Path, spot: Spot) {
        let text = std::fs::read_to_string(file).expect("it can be read");
        self.uri = uri_of(file);
        self.version = 1;
        let place = spot.find(&text).or_else(|| Spot::End.find(&text));
        (self.line, self.indent) = place.expect("every text has an end");
        self.is_typed = false;
        let document =
            json!({ "uri": self.uri, "languageId": "python", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.wait_for_diagnostics();
    }

    /// Types a line and waits for the diagnostics of that version. Every number makes
    /// another line; the document stays as long as it is.
    ///
    /// # Panics
    /// Where the server ends.
    pub fn edit(&mut self, number: u64) {
        self.version += 1;
        let at = |line: usize| json!({ "line": line, "character": 0 });
        let change = json!({
            "range": { "start": at(self.line), "end": at(self.line + usize::from(self.is_typed)) },
            "text": format!("{}typed_{} = {number}\n", self.indent, number % 10),
        });
        self.is_typed = true;
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
