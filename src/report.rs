//! How results are shown: one file per output format.

pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod sarif;
pub mod simulate_text;
pub mod text;

mod excerpt;
mod layout;
mod place;
#[cfg(test)]
mod testing;

use std::path::PathBuf;

pub use layout::{Layout, visible};
pub use place::Root;

use crate::diagnostic::{Diagnostic, Severity};
use crate::text::source::Revision;

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
    /// How many fixes were applied to files; the findings are those of the texts after them.
    pub fixed: usize,
}

/// A file that could not be analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedFile {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// Why, without a full stop.
    pub reason: String,
}

impl CheckReport {
    /// How loud the loudest finding is.
    pub fn worst(&self) -> Option<Severity> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.severity).max()
    }
}

/// How outputs name a text that is not the current one: `v0`, or as git was asked for it.
pub(crate) fn revision_label(revision: &Revision) -> Option<String> {
    match revision {
        Revision::Current => None,
        Revision::Version(version) => Some(format!("v{version}")),
        Revision::Git(name) => Some(name.clone()),
    }
}
