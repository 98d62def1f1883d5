//! The headless run over a workspace: a baseline, a head, and what reloading would do.

pub mod comparison;
pub mod diff;
pub mod known;
pub mod reloads;
pub mod shard;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::fixes::{Extent, Offer};
use crate::report::CheckReport;
use crate::workspace::Surroundings;
use known::Known;
use shard::Shard;

/// What `reloadsafe check` is asked to do. Nothing in it is read or validated yet.
#[derive(Debug, Clone)]
pub struct CheckRequest {
    /// Files and directories to look for modules in, as the user named them.
    pub targets: Vec<PathBuf>,
    /// Where more targets are listed, one a line.
    pub files_from: Option<FilesFrom>,
    /// Where the *live* world is from.
    pub baseline: Baseline,
    /// The git revision that holds the new source; `None`: the working tree.
    pub head: Option<String>,
    /// How many modules are analysed at a time; `None`: as many as there are processors.
    pub jobs: Option<NonZeroUsize>,
    /// The fixes that are looked for.
    pub fixes: Option<Offer>,
    /// The fixes that are applied to the files before the findings are reported.
    pub mend: Option<Extent>,
    /// The part of the modules that is reloaded; `None`: all.
    pub shard: Option<Shard>,
    /// The findings that are not reported again.
    pub known: Option<Known>,
    /// The settings, resolved.
    pub config: Config,
}

/// Where a list of files is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilesFrom {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

/// What the process is taken to have imported before the reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Baseline {
    /// Not said: HEAD in a git work tree, elsewhere the same as [`Baseline::None`].
    Head,
    /// What git holds at the merge base of `rev` and HEAD, or with `exact` at `rev` itself.
    Git { rev: String, exact: bool },
    /// Another directory tree with the same layout.
    Dir(PathBuf),
    /// Each module against itself: imported, then reloaded unchanged.
    None,
}

/// Hears how far a run has come. Called from one thread at a time.
pub trait Progress: Send {
    /// So many modules will be analysed.
    fn start(&mut self, modules: usize);
    /// One more module has been analysed.
    fn advance(&mut self, path: &Path);
    /// No more will be; nothing of the progress may stay on the screen.
    fn finish(&mut self);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn start(&mut self, _modules: usize) {}
    fn advance(&mut self, _path: &Path) {}
    fn finish(&mut self) {}
}

/// Checks what the request names.
///
/// # Errors
/// Where nothing could be checked at all: a target or a revision does not exist, git fails.
/// A single file that cannot be analysed is no error, but one of [`CheckReport::failed`].
pub fn run(request: &CheckRequest, progress: &mut dyn Progress) -> anyhow::Result<CheckReport> {
    let around = Surroundings {
        directory: std::env::current_dir()?,
        variable: &|name| std::env::var_os(name),
    };
    let summaries = reloads::Summaries::default();
    reloads::run_with(request, &around, &summaries, progress)
}
