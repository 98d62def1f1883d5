//! The thread on which the session lives.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::RecvTimeoutError;

use super::client::Client;
use super::event::{Event, Events, Inbox};
use super::session::Session;

/// Handles events until [`Event::End`]. A panic (the hook has logged it) costs the
/// event that caused it; the session goes on, and an unanswered request gets an error.
pub(super) fn run(client: Client, inbox: Inbox, events: &Events) {
    #[cfg(debug_assertions)]
    let mut hooks = super::hooks::Hooks::new(client.clone());
    let mut session = Session::new(client, inbox);
    loop {
        let event = match events.next(session.deadline()) {
            Ok(Event::End) => return,
            Ok(event) => Some(event),
            // It is time for `Session::tick`.
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let handled = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(debug_assertions)]
            let Some(event) = hooks.take(event) else { return };
            match event {
                Some(event) => session.handle(event),
                None => session.tick(),
            }
        }));
        if handled.is_err() {
            tracing::error!("what was being done has been given up; the session goes on");
        }
    }
}
