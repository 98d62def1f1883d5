//! The log: to standard error, to a file, and to the client as `window/logMessage`. Standard
//! output belongs to the protocol.

mod lines;
mod to_client;

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal};
use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};

use crate::bug;
use lines::Lines;
pub(super) use to_client::ClientSlot;

/// The least that is worth a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogLevel {
    Off,
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

impl LogLevel {
    fn filter(self) -> LevelFilter {
        match self {
            LogLevel::Off => LevelFilter::OFF,
            LogLevel::Error => LevelFilter::ERROR,
            LogLevel::Warn => LevelFilter::WARN,
            LogLevel::Info => LevelFilter::INFO,
            LogLevel::Debug => LevelFilter::DEBUG,
            LogLevel::Trace => LevelFilter::TRACE,
        }
    }
}

/// How long the last lines have to be written.
const FAREWELL: Duration = Duration::from_millis(200);

/// The log of this process.
pub(super) struct Logging {
    lines: Lines,
    client: ClientSlot,
}

impl Logging {
    /// Starts to log, panics included. Works once in a process.
    pub(super) fn start(level: LogLevel, file: Option<&PathBuf>) -> io::Result<Logging> {
        let file = file.map(|path| OpenOptions::new().append(true).create(true).open(path));
        let file: Option<Arc<File>> = file.transpose()?.map(Arc::new);
        let lines = Lines::start()?;
        let client = ClientSlot::default();
        let to_file = file.map(|file| {
            let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(file);
            layer.with_filter(targets(level.filter()))
        });
        let to_stderr = tracing_subscriber::fmt::layer()
            .with_ansi(io::stderr().is_terminal())
            .with_writer(lines.clone())
            .with_filter(targets(level.filter()));
        let own = Targets::new().with_target(env!("CARGO_PKG_NAME"), level.filter());
        let to_client = to_client::ToClient::new(client.clone()).with_filter(own);
        let subscriber =
            tracing_subscriber::registry().with(to_file).with(to_stderr).with(to_client);
        tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
        panic::set_hook(Box::new(log_panic));
        Ok(Logging { lines, client })
    }

    /// Where the client goes when there is one.
    pub(super) fn client(&self) -> ClientSlot {
        self.client.clone()
    }

    /// Waits for the last lines.
    pub(super) fn flush(&self) {
        self.lines.flush(FAREWELL);
    }
}

/// What other crates log is of interest where something is wrong or everything is wanted.
fn targets(level: LevelFilter) -> Targets {
    let others = if level < LevelFilter::TRACE { level.min(LevelFilter::WARN) } else { level };
    Targets::new().with_default(others).with_target(env!("CARGO_PKG_NAME"), level)
}

fn log_panic(info: &PanicHookInfo<'_>) {
    tracing::error!("{}", bug::report(info));
    if let Some(backtrace) = bug::backtrace() {
        tracing::error!("{backtrace}");
    }
}
