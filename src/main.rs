//! The `reloadsafe` program.

fn main() {}
