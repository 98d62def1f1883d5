//! Files, directories, environments and git: whatever the analysis needs to be given.
//!
//! The only part besides the command line and the server that does input and output.

pub mod environment;
pub mod finder;
pub mod git;
pub mod git_tree;
pub mod source_roots;
pub mod stdlib_names;
pub mod tree;
pub mod walk;
