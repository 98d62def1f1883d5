//! Simulates many histories in one process, for `tests/histories/compare.py`:
//! `{"id", "versions": [text, …]}` a line on standard input, a simulation a line on output.

#[path = "../tests/histories/batch.rs"]
mod batch;

fn main() -> std::io::Result<()> {
    batch::run(std::io::stdin().lock(), std::io::BufWriter::new(std::io::stdout().lock()))
}
