//! What waits to be written. A client that does not read stops neither the session nor the
//! reading of what it sends, and what waits for it has a limit.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use memchr::memmem;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::AsyncWrite;
use tower_lsp::jsonrpc::Id;

use crate::server::lifecycle::{End, Lifecycle};

/// From this many waiting bytes on, only the newest diagnostics of a document wait, and log
/// messages are dropped.
const CONGESTED: usize = 1024 * 1024;

/// With this many waiting bytes the client is given up.
const FULL: usize = 64 * 1024 * 1024;

/// The queue between tower-lsp and the thread that writes.
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    changed: Condvar,
    lifecycle: Arc<Lifecycle>,
}

#[derive(Default)]
struct Queue {
    /// Frames in order; one that a newer one has replaced is gone.
    frames: VecDeque<Option<Frame>>,
    /// The number of the first of `frames`, counted from the beginning of the session.
    first: usize,
    /// By document, the number of the newest diagnostics that wait.
    diagnostics: HashMap<String, usize>,
    /// How many bytes wait.
    bytes: usize,
    /// Whether the writer has a frame in its hands.
    writing: bool,
    /// Log messages dropped since the writer last reached the end of the queue.
    dropped: usize,
    closed: bool,
}

struct Frame {
    bytes: Vec<u8>,
    class: Class,
}

/// What may be done to a frame that waits.
#[derive(Debug, PartialEq, Eq)]
enum Class {
    Needed,
    /// Replaces earlier ones of the same document.
    Diagnostics(String),
    Log,
}

impl Outbox {
    pub(super) fn new(lifecycle: Arc<Lifecycle>) -> Arc<Outbox> {
        Arc::new(Outbox { queue: Mutex::default(), changed: Condvar::new(), lifecycle })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing below leaves the queue half changed.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message behind those that wait.
    pub(super) fn push(&self, body: &[u8]) {
        let head = Head::of(body);
        if let Some(id) = &head.id {
            self.lifecycle.response_written(id, head.error.is_none());
        }
        let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        bytes.extend_from_slice(body);
        let frame = Frame { bytes, class: head.class };
        let mut queue = self.queue();
        if queue.closed {
            return;
        }
        queue.push(frame);
        if queue.bytes > FULL {
            queue.close();
            drop(queue);
            tracing::error!("the client does not read; {FULL} bytes wait for it");
            self.lifecycle.end(End::Unwritable);
        }
        self.changed.notify_all();
    }

    /// Writes what comes until the output fails.
    pub(super) fn write_to(&self, mut output: impl Write) {
        while let Some(frame) = self.next() {
            if let Err(error) = output.write_all(&frame).and_then(|()| output.flush()) {
                self.queue().close();
                self.changed.notify_all();
                tracing::error!("cannot write to the client: {error}");
                self.lifecycle.end(End::Unwritable);
                return;
            }
        }
    }

    /// Waits for the next frame to write; nothing when the outbox is closed.
    fn next(&self) -> Option<Vec<u8>> {
        let mut queue = self.queue();
        queue.writing = false;
        loop {
            if queue.closed {
                return None;
            }
            if let Some(frame) = queue.pop() {
                queue.writing = true;
                return Some(frame.bytes);
            }
            self.changed.notify_all();
            let dropped = std::mem::take(&mut queue.dropped);
            if dropped > 0 {
                drop(queue);
                tracing::warn!("{dropped} log messages were dropped while the client did not read");
                queue = self.queue();
                continue;
            }
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Takes and writes nothing any more.
    pub(super) fn close(&self) {
        self.queue().close();
        self.changed.notify_all();
    }

    /// Waits until everything has been written, but not for ever.
    pub(super) fn flush(&self, patience: Duration) {
        let waiting = |queue: &mut Queue| !queue.closed && (queue.bytes > 0 || queue.writing);
        let _ = self.changed.wait_timeout_while(self.queue(), patience, waiting);
    }
}

impl Queue {
    fn push(&mut self, frame: Frame) {
        let congested = self.bytes > CONGESTED;
        match &frame.class {
            Class::Log if congested => {
                self.dropped += 1;
                return;
            }
            Class::Diagnostics(document) => {
                let number = self.first + self.frames.len();
                let older = self.diagnostics.insert(document.clone(), number);
                if let Some(older) = older.filter(|_| congested) {
                    let replaced = self.frames[older - self.first].take();
                    self.bytes -= replaced.map_or(0, |frame| frame.bytes.len());
                }
            }
            _ => {}
        }
        self.bytes += frame.bytes.len();
        self.frames.push_back(Some(frame));
    }

    fn pop(&mut self) -> Option<Frame> {
        while let Some(frame) = self.frames.pop_front() {
            let number = self.first;
            self.first += 1;
            let Some(frame) = frame else { continue };
            self.bytes -= frame.bytes.len();
            if let Class::Diagnostics(document) = &frame.class
                && self.diagnostics.get(document) == Some(&number)
            {
                self.diagnostics.remove(document);
            }
            return Some(frame);
        }
        None
    }

    fn close(&mut self) {
        *self = Queue { closed: true, ..Queue::default() };
    }
}

/// What has to be known of a message that goes out.
struct Head {
    class: Class,
    /// Of a response.
    id: Option<Id>,
    error: Option<IgnoredAny>,
}

impl Head {
    fn of(body: &[u8]) -> Head {
        #[derive(Deserialize)]
        struct Fields {
            method: Option<String>,
            id: Option<Id>,
            error: Option<IgnoredAny>,
        }
        let fields = serde_json::from_slice(body);
        let Fields { method, id, error } =
            fields.unwrap_or(Fields { method: None, id: None, error: None });
        let class = match method.as_deref() {
            Some("textDocument/publishDiagnostics") => document(body).map(Class::Diagnostics),
            Some("window/logMessage" | "$/logTrace") => Some(Class::Log),
            _ => None,
        };
        let id = id.filter(|_| method.is_none());
        Head { class: class.unwrap_or(Class::Needed), id, error }
    }
}

/// The document of a notification about one.
fn document(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Notification {
        params: Params,
    }
    #[derive(Deserialize)]
    struct Params {
        uri: String,
    }
    serde_json::from_slice::<Notification>(body).ok().map(|message| message.params.uri)
}

/// What tower-lsp writes to. Never makes it wait.
pub(in crate::server) struct Output {
    outbox: Arc<Outbox>,
    /// A frame that has not come whole yet.
    partial: Vec<u8>,
}

impl Output {
    pub(super) fn new(outbox: Arc<Outbox>) -> Output {
        Output { outbox, partial: Vec::new() }
    }

    /// Hands over the frames that are whole. They are what tower-lsp's codec writes: one header.
    fn hand_over(&mut self) -> io::Result<()> {
        let mut start = 0;
        while let Some(end) = memmem::find(&self.partial[start..], b"\r\n\r\n") {
            let header = &self.partial[start..start + end];
            let length = str::from_utf8(header)
                .ok()
                .and_then(|header| header.strip_prefix("Content-Length: ")?.parse::<usize>().ok());
            let length = length.ok_or(io::ErrorKind::InvalidData)?;
            let body = start + end + 4;
            let Some(bytes) = self.partial.get(body..body + length) else { break };
            self.outbox.push(bytes);
            start = body + length;
        }
        self.partial.drain(..start);
        Ok(())
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.partial.extend_from_slice(bytes);
        Poll::Ready(self.hand_over().map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
