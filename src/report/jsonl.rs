//! JSON Lines: a D of the contract a line.

use std::io::{self, Write};

use crate::diagnostic::Diagnostic;

/// Writes one line for each finding.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, findings: &[Diagnostic]) -> io::Result<()> {
    for diagnostic in super::json::diagnostics(findings) {
        serde_json::to_writer(&mut *out, &diagnostic)?;
        writeln!(out)?;
    }
    Ok(())
}
