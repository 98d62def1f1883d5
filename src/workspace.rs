//! Files, directories, environments and git: whatever the analysis needs to be given.
//!
//! The only part besides the command line and the server that does input and output.

pub mod context;
pub mod environment;
pub mod finder;
pub mod git;
pub mod git_tree;
pub mod project;
pub mod rewrite;
pub mod source_roots;
pub mod stdlib_names;
pub mod tree;
pub mod walk;
pub mod watch;

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// What a run takes from the process that it runs in.
pub struct Surroundings<'a> {
    /// The working directory.
    pub directory: PathBuf,
    /// The environment variables.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surroundings").field("directory", &self.directory).finish_non_exhaustive()
    }
}
