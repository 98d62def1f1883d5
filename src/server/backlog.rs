//! How much waits for the session. A client may send faster than the session works (it opens a
//! project on a slow disk, say), and notifications wait for nobody: without a limit all of them
//! would pile up here. So when there is too much, no more is read; the client's own end of the
//! pipe then fills, as with every program that is slower than what it is told.
//!
//! That cannot stop for good: the session waits for nothing that the client still has to send.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// From this many waiting bytes on nothing more is read. One message may be longer.
const FULL: usize = 16 * 1024 * 1024;

/// Counts what waits.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    bytes: Mutex<usize>,
    shrunk: Condvar,
}

impl Backlog {
    fn bytes(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something of about this many bytes waits.
    pub(super) fn add(&self, bytes: usize) {
        *self.bytes() += bytes;
    }

    /// Something of about this many bytes is taken.
    pub(super) fn remove(&self, bytes: usize) {
        let mut waiting = self.bytes();
        *waiting = waiting.saturating_sub(bytes);
        self.shrunk.notify_all();
    }

    /// All of it is gone.
    pub(super) fn clear(&self) {
        *self.bytes() = 0;
        self.shrunk.notify_all();
    }

    /// Waits until there is room. Only for the thread that reads: nobody else may wait.
    pub(super) fn wait_for_room(&self) {
        let waiting = self.bytes();
        drop(self.shrunk.wait_while(waiting, |waiting| *waiting >= FULL));
    }
}
