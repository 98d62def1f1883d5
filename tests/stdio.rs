//! What tower-lsp 0.20 gets wrong and `src/server` puts right, each on a real process: how the
//! server ends, what it survives, in which order it sees what it is sent.

#[path = "support/lsp.rs"]
mod lsp;

#[path = "stdio/ending.rs"]
mod ending;
#[path = "stdio/faults.rs"]
mod faults;
#[path = "stdio/framing.rs"]
mod framing;
#[path = "stdio/load.rs"]
mod load;
#[path = "stdio/logs.rs"]
mod logs;
#[path = "stdio/messages.rs"]
mod messages;

use serde_json::{Value, json};

use lsp::Server;

impl Server {
    /// Asks for something of `src/server/hooks.rs`; gives the request's id.
    fn hook(&mut self, params: Value) -> i64 {
        self.request("reloadsafe/test", params)
    }

    /// Checks that the session answers.
    #[track_caller]
    fn expect_alive(&mut self) {
        let id = self.hook(json!({ "action": "seen" }));
        assert!(self.response(id).unwrap().is_array());
    }

    /// The versions of the edits that the session has seen, in its order.
    #[track_caller]
    fn seen(&mut self) -> Vec<i64> {
        let id = self.hook(json!({ "action": "seen" }));
        let seen = self.response(id).unwrap();
        seen.as_array().unwrap().iter().map(|edit| edit[1].as_i64().unwrap()).collect()
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "python", "version": 0, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Inserts a line at the beginning.
    fn edit(&mut self, uri: &str, version: i64) {
        let start = json!({ "line": 0, "character": 0 });
        let change = json!({ "range": { "start": start, "end": start }, "text": "x = 1\n" });
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": [change] });
        self.notify("textDocument/didChange", params);
    }
}
