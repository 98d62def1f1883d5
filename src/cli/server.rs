//! `reloadsafe server`.

use anyhow::Context;

use super::Outcome;
use super::args::{LogLevelArgument, ServerArguments};
use crate::server::{self, Ending, LogLevel, ServerOptions};

pub(super) fn run(arguments: ServerArguments) -> anyhow::Result<Outcome> {
    let options =
        ServerOptions { log_level: arguments.log_level.into(), log_file: arguments.log_file };
    let ending = server::run(&options).context("the language server cannot run")?;
    Ok(match ending {
        Ending::Orderly => Outcome::Clean,
        Ending::Abrupt => Outcome::Abandoned,
    })
}

impl From<LogLevelArgument> for LogLevel {
    fn from(level: LogLevelArgument) -> LogLevel {
        match level {
            LogLevelArgument::Off => LogLevel::Off,
            LogLevelArgument::Error => LogLevel::Error,
            LogLevelArgument::Warn => LogLevel::Warn,
            LogLevelArgument::Info => LogLevel::Info,
            LogLevelArgument::Debug => LogLevel::Debug,
            LogLevelArgument::Trace => LogLevel::Trace,
        }
    }
}
