//! The command line: arguments to requests, results to outputs and exit codes.

pub mod args;

mod baseline;
mod check;
mod explain;
mod findings;
mod man;
mod merge;
mod output;
mod progress;
mod server;
mod settings;
mod simulate;
mod watch;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::bug;
use args::{Arguments, Command};
use output::{Output, complain};

/// How a run ended, as the contract has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing at or above the failing severity.
    Clean,
    /// Findings.
    Findings,
    /// Could not run, or could not analyse a file.
    Failed,
    /// A language server whose client went without `shutdown` (LSP, "exit": the code is 1).
    Abandoned,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings | Outcome::Abandoned => 1,
            Outcome::Failed => 2,
        })
    }
}

/// Runs the program with its arguments, the program's own name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    panic::set_hook(Box::new(report_panic));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| parse_and_run(arguments)));
    outcome.unwrap_or(Outcome::Failed).into()
}

fn parse_and_run(arguments: impl IntoIterator<Item = OsString>) -> Outcome {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A reader that went away is no reason to say more.
            let _ = error.print();
            return if error.use_stderr() { Outcome::Failed } else { Outcome::Clean };
        }
    };
    let result = match arguments.command {
        Command::Server(arguments) => server::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Baseline(arguments) => baseline::run(arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Simulate(arguments) => simulate::run(arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Completions(arguments) => completions(&arguments),
        Command::Man(arguments) => man::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        complain(&format!("{error:#}"));
        Outcome::Failed
    })
}

fn completions(arguments: &args::CompletionsArguments) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "reloadsafe", &mut script);
    Output::new(anstream::ColorChoice::Never).write(|out| out.write_all(&script))?;
    Ok(Outcome::Clean)
}

fn report_panic(info: &panic::PanicHookInfo<'_>) {
    complain(&bug::report(info));
    if let Some(backtrace) = bug::backtrace() {
        complain(&backtrace.to_string());
    }
}
