//! Files, environments and git as they are on a disk: temporary directories and repositories.

#[path = "workspace/check.rs"]
mod check;
#[path = "workspace/environments.rs"]
mod environments;
#[path = "workspace/git.rs"]
mod git;
#[path = "workspace/scratch.rs"]
mod scratch;
#[path = "workspace/together.rs"]
mod together;
#[path = "workspace/walk.rs"]
mod walk;
