//! Simulates many histories in one process, for `tests/histories/compare.py`:
//! `{"id", "versions": [text, …]}` a line on standard input, a simulation a line on output. The
//! argument, where there is one, is the interpreter in which imports resolve.

#[path = "../tests/histories/batch.rs"]
mod batch;

fn main() -> std::io::Result<()> {
    let python = std::env::args_os().nth(1).map(std::path::PathBuf::from);
    batch::run(std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()), python)
}
