//! The language server: everything between standard input and the session.
//!
//! tower-lsp 0.20 has had no release since August 2023. Left alone it handles edits out of
//! order, hangs at `exit`, ends at the first malformed message, dies of a panic in a handler
//! and deadlocks under load. What puts it right is here, each pinned by `tests/stdio.rs`:
//!
//! - `transport`: threads that read and write; only well-formed messages reach tower-lsp.
//! - `guard`: a panic costs one message.
//! - `backend`: handlers forward to the session before their first `await`.
//! - `actor`, `session`: one thread owns all state.
//! - `client`: the session's way to the client, which never waits.
//! - `lifecycle`, `parent`: when to end, and with which exit code.

mod actor;
mod analysis;
mod backend;
mod client;
mod convert;
mod document;
mod event;
mod features;
mod handlers;
#[cfg(debug_assertions)]
mod hooks;
mod lifecycle;
mod modules;
mod projects;
mod session;
mod settings;
mod transport;

use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::Server;

use backend::Backend;
use client::Client;
use event::Inbox;
use lifecycle::{End, Lifecycle};

/// How the server is run.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// Write the log here, too.
    pub log_file: Option<PathBuf>,
}

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As the protocol has it: `shutdown` came before the end.
    Orderly,
    /// Without `shutdown`: the client ended, closed a stream, or sent what is no protocol.
    Abrupt,
}

/// How many messages tower-lsp may handle at a time. Its default of 4 makes a cancellation wait
/// for a slot; the order in which handlers begin is that of arrival whatever the number.
const CONCURRENCY: usize = 256;

/// How long work in progress may go on when the client has closed standard input, or has sent
/// `exit` behind messages that are still waiting.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the client at standard input and standard output until it ends.
pub fn run(_options: &ServerOptions) -> io::Result<Ending> {
    serve(io::stdin(), io::stdout())
}

/// Serves a client over any two streams.
fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<Ending> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (lifecycle, ends) = Lifecycle::new();
    let lifecycle = Arc::new(lifecycle);
    let (reader, writer) =
        transport::start(input, output, runtime.handle(), Arc::clone(&lifecycle))?;
    let (inbox, events) = Inbox::channel();
    let (client, outgoing) = Client::channel(inbox.clone());
    let (service, peer, socket) = Backend::service(inbox.clone());
    thread::Builder::new()
        .name("session".to_owned())
        .spawn(move || actor::run(client, inbox, &events))?;
    let waiting = Arc::clone(&lifecycle);
    runtime.spawn(client::forward(peer, outgoing, async move { waiting.answered().await }));
    let server = Server::new(reader, writer, socket).concurrency_level(CONCURRENCY);
    let mut serving = runtime.spawn(server.serve(service));
    runtime.block_on(async {
        tokio::select! {
            () = wait_for_end(ends) => serving.abort(),
            // After the end of the input, when what came before it has been answered.
            _ = &mut serving => {}
        }
    });
    // Whatever still runs must not keep the process.
    runtime.shutdown_background();
    Ok(if lifecycle.is_shut_down() { Ending::Orderly } else { Ending::Abrupt })
}

/// Waits until the server should end, and for what the reason leaves time for.
async fn wait_for_end(mut ends: UnboundedReceiver<End>) {
    if let Some(End::ExitReceived | End::Eof) = ends.recv().await {
        let others = async { while let Some(End::ExitReceived | End::Eof) = ends.recv().await {} };
        let _ = tokio::time::timeout(GRACE, others).await;
    }
}
