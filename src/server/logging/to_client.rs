//! The log as the client gets it.

use std::fmt::{self, Write};
use std::sync::{Arc, OnceLock};

use tower_lsp::lsp_types::MessageType;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::server::client::Client;

/// Where the client goes when there is one. What is logged before is for the other outputs only.
pub(in crate::server) type ClientSlot = Arc<OnceLock<Client>>;

/// Sends events as `window/logMessage`.
pub(super) struct ToClient(ClientSlot);

impl ToClient {
    pub(super) fn new(client: ClientSlot) -> ToClient {
        ToClient(client)
    }
}

impl<S: Subscriber> Layer<S> for ToClient {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let Some(client) = self.0.get() else { return };
        let mut text = Text::default();
        event.record(&mut text);
        client.log_message(message_type(*event.metadata().level()), text.0);
    }
}

fn message_type(level: Level) -> MessageType {
    match level {
        Level::ERROR => MessageType::ERROR,
        Level::WARN => MessageType::WARNING,
        Level::INFO => MessageType::INFO,
        _ => MessageType::LOG,
    }
}

/// The message with its fields behind it.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
        written.expect("a string takes everything");
    }
}
