//! How results are shown: one file per output format.

pub mod baseline_file;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod merge;
pub mod sarif;
pub mod simulate_text;
pub mod statistics;
pub mod text;

mod excerpt;
mod layout;
mod place;
#[cfg(test)]
pub(crate) mod testing;

use std::path::PathBuf;

pub(crate) use json::path_text;
pub use layout::{Layout, visible};
pub use place::Root;

use crate::check::known::Identity;
use crate::check::shard::Shard;
use crate::diagnostic::{Diagnostic, Severity};
use crate::text::source::Revision;

/// What a headless run found, whatever the format in which it is shown.
#[derive(Debug, Default)]
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
    /// The part of the modules that the run was about; `None`: all.
    pub shard: Option<Shard>,
    /// What a baseline file has silenced; `None`: there is none.
    pub known: Option<KnownFindings>,
    /// What the findings were compared with, and are then the new ones only.
    pub diff: Option<Diff>,
}

/// What became of the findings in a baseline file.
#[derive(Debug, Default)]
pub struct KnownFindings {
    /// The file, as the user named it.
    pub path: PathBuf,
    /// How many findings it has silenced.
    pub silenced: usize,
    /// What it has and this run would have found if it were still there.
    pub stale: Vec<Stale>,
}

/// Findings of a baseline file that are not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub identity: Identity,
    /// How many of those that look the same.
    pub count: u32,
    /// What was said of them.
    pub message: String,
}

/// The findings at another revision, over the same live world.
#[derive(Debug, Default)]
pub struct Diff {
    /// The revision, as the user named it.
    pub from: String,
    /// Those that are gone.
    pub gone: Vec<Diagnostic>,
    /// How many are in both.
    pub kept: usize,
    /// What could not be analysed there; its findings count as new.
    pub failed: Vec<FailedFile>,
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
