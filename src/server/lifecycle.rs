//! Where a session stands between `initialize` and `exit`, seen from all of its threads.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{mpsc, watch};
use tower_lsp::jsonrpc::Id;

/// Why the server ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// `exit` has come in; what came before it may not have been handled yet.
    ExitReceived,
    /// `exit` has been handled, and so has all that came before it.
    Exit,
    /// The client closed standard input.
    Eof,
    /// Standard input holds something that is no sequence of messages.
    Unreadable,
    /// The client does not take what is written, or closed standard output.
    Unwritable,
    /// The process that started the server is gone.
    ParentGone,
}

/// How far `initialize` has come.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Handshake {
    NotBegun,
    /// The request with this id has not been answered yet.
    Begun(Id),
    Answered,
}

/// What has happened to the session so far.
pub(super) struct Lifecycle {
    shut_down: AtomicBool,
    handshake: watch::Sender<Handshake>,
    ends: mpsc::UnboundedSender<End>,
}

impl Lifecycle {
    /// The beginning of a session, and what will say why it ends.
    pub(super) fn new() -> (Lifecycle, mpsc::UnboundedReceiver<End>) {
        let (ends, receiver) = mpsc::unbounded_channel();
        let handshake = watch::Sender::new(Handshake::NotBegun);
        (Lifecycle { shut_down: AtomicBool::new(false), handshake, ends }, receiver)
    }

    /// Says that the server should end.
    pub(super) fn end(&self, why: End) {
        let _ = self.ends.send(why);
    }

    /// `shutdown` has come in.
    pub(super) fn set_shut_down(&self) {
        self.shut_down.store(true, Ordering::SeqCst);
    }

    /// Whether `shutdown` came before the end, which is what the exit code says.
    pub(super) fn is_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::SeqCst)
    }

    /// `initialize` has come in.
    pub(super) fn begin_handshake(&self, id: Id) {
        self.handshake.send_if_modified(|state| {
            let first = *state == Handshake::NotBegun;
            if first {
                *state = Handshake::Begun(id);
            }
            first
        });
    }

    /// A response is on its way to the client. After a refusal `initialize` may come again.
    pub(super) fn response_written(&self, id: &Id, is_result: bool) {
        self.handshake.send_if_modified(|state| {
            let done = matches!(state, Handshake::Begun(own) if own == id);
            if done {
                *state = if is_result { Handshake::Answered } else { Handshake::NotBegun };
            }
            done
        });
    }

    /// Waits until no `initialize` is on its way: tower-lsp refuses what comes right behind it.
    pub(super) async fn not_in_handshake(&self) {
        let mut handshake = self.handshake.subscribe();
        let _ = handshake.wait_for(|state| !matches!(state, Handshake::Begun(_))).await;
    }

    /// Waits until `initialize` has been answered.
    pub(super) async fn answered(&self) {
        let mut handshake = self.handshake.subscribe();
        let _ = handshake.wait_for(|state| *state == Handshake::Answered).await;
    }
}
