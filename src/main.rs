//! The `reloadsafe` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    reloadsafe::cli::run(std::env::args_os())
}
