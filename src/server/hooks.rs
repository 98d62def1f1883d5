//! What tests need the server to do and no client would ask for: panic, be slow, ask the client.
//! Only in builds with debug assertions, and only where the environment asks for it.

use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::ErrorCode;
use tower_lsp::lsp_types::{ConfigurationItem, MessageType};

use super::client::Client;
use super::event::{Event, Reply};

/// The request.
pub(super) const METHOD: &str = "reloadsafe/test";

/// The environment variable without which the request is refused.
const ENABLED: &str = "RELOADSAFE_TEST_HOOKS";

#[derive(Debug, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub(super) enum HookParams {
    /// Panics where tower-lsp calls.
    PanicInHandler,
    /// Panics on the session's thread.
    PanicInSession,
    /// Keeps the session's thread busy.
    Block { millis: u64 },
    /// Is answered at `release`.
    Hold,
    /// Answers all that are held; gives their number.
    Release,
    /// Asks the client for its configuration; gives what it answers.
    Ask,
    /// Gives `[uri, version]` of every `didChange`, in the order in which the session got them.
    Seen,
    /// Gives a text of this length.
    Give { length: usize },
    /// Sends this many log messages of this length.
    Flood { count: usize, length: usize },
}

/// How long to wait for a client's answer, where a test has set it (milliseconds).
pub(super) fn patience() -> Option<Duration> {
    let value = std::env::var("RELOADSAFE_TEST_PATIENCE").ok()?;
    value.parse().ok().map(Duration::from_millis)
}

/// The part of a hook that runs in the handler.
pub(super) fn in_handler(params: &HookParams) {
    if enabled() && matches!(params, HookParams::PanicInHandler) {
        panic!("a test asked for a panic in a handler");
    }
}

/// The text whose analysis panics.
const PANIC_IN_ENGINE: &str = "# reloadsafe: panic";

/// The part of a hook that runs where a module is compared.
pub(super) fn in_engine(text: &str) {
    if text.contains(PANIC_IN_ENGINE) && enabled() {
        panic!("a test asked for a panic in a rule");
    }
}

fn enabled() -> bool {
    std::env::var_os(ENABLED).is_some()
}

/// The part that runs beside the session.
pub(super) struct Hooks {
    enabled: bool,
    client: Client,
    held: Vec<Reply<Value>>,
    seen: Vec<Value>,
}

impl Hooks {
    pub(super) fn new(client: Client) -> Hooks {
        Hooks { enabled: enabled(), client, held: Vec::new(), seen: Vec::new() }
    }

    /// Handles a hook; gives back what is for the session.
    #[expect(clippy::option_option, reason = "the inner one is the session's own: no event, tick")]
    pub(super) fn take(&mut self, event: Option<Event>) -> Option<Option<Event>> {
        match event {
            Some(Event::Hook(params, reply)) => {
                self.handle(params, reply);
                None
            }
            Some(Event::DidChange(params)) => {
                if self.enabled {
                    let document = &params.text_document;
                    self.seen.push(json!([document.uri, document.version]));
                }
                Some(Some(Event::DidChange(params)))
            }
            event => Some(event),
        }
    }

    fn handle(&mut self, params: HookParams, reply: Reply<Value>) {
        if !self.enabled {
            return reply.fail(ErrorCode::MethodNotFound, "no such method");
        }
        match params {
            HookParams::PanicInHandler => reply.ok(Value::Null),
            HookParams::PanicInSession => panic!("a test asked for a panic in the session"),
            HookParams::Block { millis } => {
                thread::sleep(Duration::from_millis(millis));
                reply.ok(Value::Null);
            }
            HookParams::Hold => self.held.push(reply),
            HookParams::Release => {
                let waiting = self.held.drain(..).filter(|held| !held.is_cancelled());
                let released = waiting.map(|held| held.ok(Value::Null)).count();
                reply.ok(json!(released));
            }
            HookParams::Ask => {
                let item = ConfigurationItem { scope_uri: None, section: None };
                self.client.configuration(vec![item], |_, answer| match answer {
                    Ok(values) => reply.ok(json!(values)),
                    Err(error) => reply.fail(ErrorCode::InternalError, error.to_string()),
                });
            }
            HookParams::Seen => reply.ok(json!(self.seen)),
            HookParams::Give { length } => reply.ok(json!("x".repeat(length))),
            HookParams::Flood { count, length } => {
                for _ in 0..count {
                    self.client.log_message(MessageType::LOG, "x".repeat(length));
                }
                reply.ok(Value::Null);
            }
        }
    }
}
