//! The program itself, built as the benches are.

use std::process::ExitCode;

fn main() -> ExitCode {
    reloadsafe::cli::run(std::env::args_os())
}
