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
mod backlog;
mod client;
mod convert;
mod definitions;
mod dependents;
mod document;
mod event;
mod features;
mod guard;
mod handlers;
#[cfg(debug_assertions)]
mod hooks;
mod lifecycle;
mod logging;
mod lsp_3_18;
mod modules;
mod parent;
mod progress;
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
use event::{Event, Inbox};
use guard::Guard;
use lifecycle::{End, Lifecycle};
use logging::{ClientSlot, Logging};
use transport::Transport;

pub use logging::LogLevel;

/// How the server is run.
#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// What is logged, at least.
    pub log_level: LogLevel,
    /// Append the log to this file, besides standard error.
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

/// How many messages tower-lsp may handle at a time. With its default of 4 a cancellation waits
/// for one of them to end; the order in which handlers begin is that of arrival at any number.
const CONCURRENCY: usize = 256;

/// How long work in progress may go on when the client has closed standard input, or has sent
/// `exit` behind messages that are still waiting.
const GRACE: Duration = Duration::from_secs(2);

/// Serves the client at standard input and standard output until it ends.
///
/// # Errors
///
/// The log file cannot be opened, or the system has no more threads.
pub fn run(options: &ServerOptions) -> io::Result<Ending> {
    let logging = Logging::start(options.log_level, options.log_file.as_ref())?;
    tracing::info!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let ending = serve_logging(io::stdin(), io::stdout(), &logging.client());
    tracing::info!("ended: {ending:?}");
    logging.flush();
    ending
}

/// Serves a client over any two streams, in this process: for tests, and for whoever brings a
/// transport of their own. Where to log is the process's business. Every thread that is started
/// ends after this, the one that reads `input` when that ends.
///
/// # Errors
///
/// The system has no more threads.
pub fn serve(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> io::Result<Ending> {
    serve_logging(input, output, &ClientSlot::default())
}

fn serve_logging(
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
    log: &ClientSlot,
) -> io::Result<Ending> {
    let runtime = runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build()?;
    let (lifecycle, ends) = Lifecycle::new();
    let lifecycle = Arc::new(lifecycle);
    let (inbox, events) = Inbox::channel();
    let transport = Transport::start(input, output, runtime.handle(), &lifecycle, inbox.backlog())?;
    let farewell = transport.farewell();
    let (client, outgoing) = Client::channel(inbox.clone());
    let _ = log.set(client.clone());
    let (service, peer, socket) = Backend::service(inbox.clone(), Arc::clone(&lifecycle));
    let session = thread::Builder::new().name("session".to_owned());
    let own = inbox.clone();
    session.spawn(move || actor::run(client, own, &events))?;

    let handshake = Arc::clone(&lifecycle);
    runtime.spawn(client::forward(peer, outgoing, async move { handshake.answered().await }));
    let server = Server::new(transport.reader, transport.writer, socket);
    let server = server.concurrency_level(CONCURRENCY);
    let mut serving = runtime.spawn(server.serve(Guard::new(service, Arc::clone(&lifecycle))));
    runtime.block_on(async {
        tokio::select! {
            () = wait_for_end(ends) => {}
            // After the end of the input, when what came before it has been answered.
            ended = &mut serving => if let Err(error) = ended {
                tracing::error!("the connection to the client broke: {error}");
            }
        }
    });
    farewell();
    inbox.send(Event::End);
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
