//! `reloadsafe man`.

use std::path::Path;

use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::Outcome;
use super::args::{Arguments, ManArguments};
use super::output::Output;

pub(super) fn run(arguments: &ManArguments) -> anyhow::Result<Outcome> {
    match &arguments.directory {
        Some(directory) => write_pages(directory)?,
        None => {
            let page = page(command())?;
            Output::new(anstream::ColorChoice::Never).write(|out| out.write_all(&page))?;
        }
    }
    Ok(Outcome::Clean)
}

/// The program as the pages describe it: every command has a page, `help` is none.
fn command() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

/// A page in the man(7) macros.
fn page(command: Command) -> anyhow::Result<Vec<u8>> {
    let mut page = Vec::new();
    let source = concat!("reloadsafe ", env!("CARGO_PKG_VERSION"));
    // A date that is left out would let the source take its place in the title line.
    let man = Man::new(command).date(" ").source(source);
    man.render(&mut page).context("cannot write the page")?;
    Ok(page)
}

/// Writes `reloadsafe.1`, `reloadsafe-check.1` and so on.
fn write_pages(directory: &Path) -> anyhow::Result<()> {
    let named = |path: &Path| format!("cannot write {}", path.display());
    std::fs::create_dir_all(directory).with_context(|| named(directory))?;
    let program = command();
    // Once built, the commands of the program know that they are called `reloadsafe-check`.
    let commands = program.get_subcommands().cloned().collect::<Vec<_>>();
    for command in std::iter::once(program).chain(commands) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name());
        let path = directory.join(format!("{name}.1"));
        std::fs::write(&path, page(command)?).with_context(|| named(&path))?;
    }
    Ok(())
}
