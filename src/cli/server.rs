//! `reloadsafe server`.

use anyhow::Context;

use super::Outcome;
use super::args::ServerArguments;
use crate::server::{self, Ending, ServerOptions};

pub(super) fn run(arguments: ServerArguments) -> anyhow::Result<Outcome> {
    let options = ServerOptions { log_file: arguments.log_file };
    let ending = server::run(&options).context("the language server cannot run")?;
    Ok(match ending {
        Ending::Orderly => Outcome::Clean,
        Ending::Abrupt => Outcome::Abandoned,
    })
}
