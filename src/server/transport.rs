//! The threads that read and write the streams. Only whole, well-formed messages reach tower-lsp.

mod frames;
mod message;
mod outbox;

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;
use tower_lsp::jsonrpc::{Error, ErrorCode, Id};

use super::backlog::Backlog;
use super::lifecycle::{End, Lifecycle};
use frames::{Ended, Frames, Next};
use message::{Kind, Malformed, Message};
use outbox::{Outbox, Output};

/// How much of what has been read may wait for tower-lsp, in bytes.
const PIPE: usize = 64 * 1024;

/// How long messages behind `initialize` wait for its response.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// How long the client has at the end to read what was written for it.
const FAREWELL: Duration = Duration::from_secs(1);

/// The two streams, as tower-lsp gets them.
pub(super) struct Transport {
    pub(super) reader: DuplexStream,
    pub(super) writer: Output,
    outbox: Arc<Outbox>,
}

impl Transport {
    /// Starts the threads. They are never waited for: a thread that reads standard input cannot
    /// be stopped, and must not keep the process.
    pub(super) fn start(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        runtime: &Handle,
        lifecycle: &Arc<Lifecycle>,
        backlog: Arc<Backlog>,
    ) -> io::Result<Transport> {
        let outbox = Outbox::new(Arc::clone(lifecycle));
        let (feed, reader) = tokio::io::duplex(PIPE);
        let mut pump = Pump {
            feed,
            runtime: runtime.clone(),
            outbox: Arc::clone(&outbox),
            lifecycle: Arc::clone(lifecycle),
            backlog,
        };
        let reading = thread::Builder::new().name("input".to_owned());
        reading.spawn(move || pump.run(Frames::new(input)))?;
        let queue = Arc::clone(&outbox);
        let writing = thread::Builder::new().name("output".to_owned());
        writing.spawn(move || queue.write_to(output))?;
        Ok(Transport { reader, writer: Output::new(Arc::clone(&outbox)), outbox })
    }

    /// What to do when the session has ended, with what is still to be written.
    pub(super) fn farewell(&self) -> impl FnOnce() + use<> {
        let outbox = Arc::clone(&self.outbox);
        move || {
            outbox.flush(FAREWELL);
            outbox.close();
        }
    }
}

/// The thread that reads.
struct Pump {
    feed: DuplexStream,
    runtime: Handle,
    outbox: Arc<Outbox>,
    lifecycle: Arc<Lifecycle>,
    backlog: Arc<Backlog>,
}

impl Pump {
    /// Reads until the end, and says why it has come.
    fn run<R: Read>(&mut self, mut frames: Frames<R>) {
        let end = loop {
            self.backlog.wait_for_room();
            match frames.next() {
                Ok(Next::Body(body)) => {
                    if let Some(end) = self.body(&mut frames, body) {
                        break end;
                    }
                }
                Ok(Next::Refused(why)) => {
                    let why = why.to_string();
                    self.refuse(message::refuse(Id::Null, ErrorCode::ParseError, &why));
                }
                Err(why @ Ended::Lost) => {
                    tracing::error!("standard input is given up: {why}");
                    break End::Unreadable;
                }
                Err(why) => {
                    tracing::info!("standard input has ended: {why}");
                    break End::Eof;
                }
            }
        };
        // tower-lsp sees the end of its input, and answers what it has begun.
        let _ = self.runtime.block_on(self.feed.shutdown());
        self.lifecycle.end(end);
    }

    /// Passes a message on; gives the end that it means.
    fn body<R: Read>(&mut self, frames: &mut Frames<R>, mut body: Vec<u8>) -> Option<End> {
        if body.trim_ascii().is_empty() {
            return None;
        }
        let message = message::read(&body).or_else(|malformed| {
            let end = frames::end_of_value(&body).ok_or(malformed)?;
            frames.unread(body.len() - end);
            body.truncate(end);
            message::read(&body)
        });
        match message {
            Ok(message) => self.pass(&message),
            Err(malformed) => {
                self.refuse(malformed);
                None
            }
        }
    }

    fn pass(&mut self, message: &Message) -> Option<End> {
        if let Kind::Initialize(id) = &message.kind {
            self.lifecycle.begin_handshake(id.clone());
        }
        let header = format!("Content-Length: {}\r\n\r\n", message.body.len());
        let fed = self.runtime.block_on(async {
            self.feed.write_all(header.as_bytes()).await?;
            self.feed.write_all(&message.body).await
        });
        if fed.is_err() {
            // tower-lsp has ended; whoever ended it has said why.
            return Some(End::ExitReceived);
        }
        if let Kind::Initialize(_) = message.kind {
            let answered = self.lifecycle.not_in_handshake();
            let waited =
                self.runtime.block_on(async { tokio::time::timeout(HANDSHAKE, answered).await });
            if waited.is_err() {
                tracing::error!("`initialize` is not being answered");
            }
        }
        (message.kind == Kind::Exit).then_some(End::ExitReceived)
    }

    fn refuse(&self, malformed: Malformed) {
        let Malformed { id, code, reason } = malformed;
        tracing::warn!("a message was refused: {reason}");
        if let Some(id) = id {
            let error = Error { code, message: reason.into(), data: None };
            let answer = json!({ "jsonrpc": "2.0", "id": id, "error": error });
            self.outbox.push(answer.to_string().as_bytes());
        }
    }
}
