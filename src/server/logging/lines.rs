//! Standard error, written by a thread of its own: a client that does not read it must not stop
//! the server.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// How many lines may wait; those that come then are dropped.
const WAITING: usize = 1024;

enum Message {
    Line(Vec<u8>),
    /// Says so when everything before it has been written.
    Flush(SyncSender<()>),
}

/// Where lines go in.
#[derive(Clone)]
pub(super) struct Lines(SyncSender<Message>);

impl Lines {
    pub(super) fn start() -> io::Result<Lines> {
        let (sender, receiver) = mpsc::sync_channel(WAITING);
        thread::Builder::new().name("log".to_owned()).spawn(move || write(&receiver))?;
        Ok(Lines(sender))
    }

    /// Waits until what has been logged is written, but not for ever.
    pub(super) fn flush(&self, patience: Duration) {
        let (done, waiting) = mpsc::sync_channel(1);
        if self.0.try_send(Message::Flush(done)).is_ok() {
            let _ = waiting.recv_timeout(patience);
        }
    }
}

fn write(messages: &Receiver<Message>) {
    for message in messages {
        match message {
            // Where standard error is closed there is nobody to tell.
            Message::Line(line) => drop(io::stderr().write_all(&line)),
            Message::Flush(done) => drop(done.send(())),
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = &'a Lines;

    fn make_writer(&'a self) -> &'a Lines {
        self
    }
}

/// One call is one line: the formatter writes events whole.
impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let _ = self.0.try_send(Message::Line(line.to_vec()));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
