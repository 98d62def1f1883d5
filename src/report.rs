//! How results are shown: one file per output format.

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;

/// What a headless run found, whatever the format in which it is shown.
#[derive(Debug)]
pub struct CheckReport {
    /// Where the *live* worlds are from, in words that a person can use again (`HEAD`,
    /// a revision, a directory); `None`: each module against itself.
    pub base: Option<String>,
    /// The revision with the new source; `None`: the working tree.
    pub head: Option<String>,
    /// In the order in which they are to be shown. Suppressed ones are not among them.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that could not be analysed.
    pub failed: Vec<FailedFile>,
    /// How many modules lie under the targets.
    pub modules: usize,
    /// How many of them were reloaded: changed since the baseline, or all without one.
    pub reloaded: usize,
}

/// A file that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedFile {
    pub path: PathBuf,
    /// Why, without a full stop.
    pub reason: String,
}
