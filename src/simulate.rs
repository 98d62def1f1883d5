//! One module, its versions in order: what each load leaves behind.

use std::path::PathBuf;

use crate::config::Config;
use crate::simulation::Simulation;

/// What `reloadsafe simulate` is asked to do.
#[derive(Debug, Clone)]
pub struct SimulateRequest {
    /// The first is imported, the others are reloaded on top of it in order. At least one.
    pub versions: Vec<VersionInput>,
    /// The source root as the process has it loaded; imports resolve against it.
    pub root: Option<PathBuf>,
    /// The dotted name of the module for which the versions stand in.
    pub module: String,
    /// The settings, resolved.
    pub config: Config,
}

/// The text of one version, not yet decoded.
#[derive(Debug, Clone)]
pub struct VersionInput {
    /// As the user named it; `<stdin>` for standard input.
    pub path: PathBuf,
    /// The text as it was read.
    pub bytes: Vec<u8>,
}

/// Imports the first version and reloads the others.
///
/// # Errors
/// Where a version cannot be analysed (not decodable, Python 2, too costly), naming its path.
/// A version that CPython would refuse with `SyntaxError` is no error but an outcome.
pub fn run(_request: &SimulateRequest) -> anyhow::Result<Simulation> {
    anyhow::bail!("`simulate` is not implemented yet")
}
