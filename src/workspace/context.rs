//! What one module's versions are simulated against, outside any comparison.

use std::path::Path;
use std::sync::Arc;

use super::Surroundings;
use super::environment::{self, Environment, EnvironmentError, Search};
use super::finder::{Finder, FinderInput};
use super::source_roots::SourceRoots;
use super::tree::{DiskTree, FileTree, OverlayTree};
use super::walk::real_directory;
use crate::config::Config;
use crate::python::PythonVersion;
use crate::text::source::Source;

/// The modules around one module.
#[derive(Debug)]
pub struct Context {
    pub finder: Finder,
    pub environment: Environment,
    pub version: PythonVersion,
}

impl Context {
    /// The modules below the source root `root`, in which `first` stands in for `module`.
    /// Without a root only the standard library and the environment are seen, and nothing
    /// counts as missing: what lies beside the module is not known.
    ///
    /// # Errors
    ///
    /// Where the environment that the user names is not there or is no Python.
    pub fn open(
        root: Option<&Path>,
        module: &str,
        first: &Arc<Source>,
        config: &Config,
        around: &Surroundings<'_>,
    ) -> Result<Context, EnvironmentError> {
        let from = real_directory(&around.directory);
        let place = root.map(|root| real_directory(&from.join(root)));
        let project = place.clone().unwrap_or_else(|| from.clone());
        let mut environment = environment::find(&Search {
            project: &project,
            up_to: &project,
            python: config.python.as_deref(),
            variable: around.variable,
        })?;
        environment.is_known &= place.is_some();
        let version = config.python_version.or(environment.version);
        let version = version.unwrap_or(PythonVersion::DEFAULT);
        let disk: Arc<dyn FileTree> = Arc::new(DiskTree::default());
        let roots: Vec<_> = place.into_iter().collect();
        let mut workspace = OverlayTree::new(Arc::clone(&disk));
        if !roots.is_empty() {
            let known = SourceRoots::configured(&project, &roots, Arc::clone(&disk));
            let own = known.paths_of(module).next().unwrap_or_else(|| {
                let parts: std::path::PathBuf = module.split('.').collect();
                project.join(parts).with_extension("py")
            });
            workspace.set_source(own, Arc::clone(first));
        }
        let finder = Finder::new(&FinderInput {
            workspace: Arc::new(workspace),
            disk,
            project: &project,
            roots: &roots,
            environment: &environment,
            version,
            shown_from: Some(&from),
            is_loaded: true,
        });
        Ok(Context { finder, environment, version })
    }
}
