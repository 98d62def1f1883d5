//! How the engine asks for other modules. Analysis does no I/O: whoever calls it brings an
//! implementation ([`crate::workspace`] has the one over files and git objects).

use std::path::PathBuf;
use std::sync::Arc;

use crate::text::source::Source;

/// Finds modules by their absolute dotted names, as `sys.meta_path` would.
pub trait Modules: Send + Sync {
    /// What importing `name` would find. The parents of a dotted name are not looked at:
    /// the caller asks for each of them.
    fn find(&self, name: &str) -> Found;

    /// The files of the workspace that may use a module: their text has the last part of its
    /// name, an import, and one of `words`. A file's own name is as good as its place shows.
    fn importers(&self, _module: &str, _words: &[&str]) -> Vec<Arc<ModuleFile>> {
        Vec::new()
    }

    /// The source from which an extension module was compiled, where that lies beside it: Cython
    /// and mypyc leave it there.
    fn compiled_source(&self, _name: &str) -> Option<Arc<ModuleFile>> {
        None
    }

    /// Whether an installed distribution offers an entry point of a group; None where what is
    /// installed is not known.
    fn has_entry_points(&self, _group: &str) -> Option<bool> {
        None
    }

    /// The numbers of the release of a distribution that is installed, such as 2 and 5 of `2.5`;
    /// None where it is not installed, or that is not known.
    fn release(&self, _distribution: &str) -> Option<Vec<u32>> {
        None
    }
}

/// What the import system would find for a name.
#[derive(Debug, Clone)]
pub enum Found {
    /// A module whose source can be read.
    Source(Arc<ModuleFile>),
    /// A directory without `__init__.py` (PEP 420): exists, binds nothing of its own.
    Namespace,
    /// It exists, but nothing can be said of what it binds: built in, frozen without source,
    /// an extension module, a file that could not be read or decoded.
    Opaque,
    /// It is certain that nothing of this name can be imported.
    Missing,
    /// The environment is not known, so neither is the answer.
    Unknown,
}

/// A module's source file.
#[derive(Debug)]
pub struct ModuleFile {
    /// The absolute dotted name.
    pub name: String,
    /// Where the file lies.
    pub path: PathBuf,
    pub source: Arc<Source>,
    /// Whether it is the `__init__.py` of a package.
    pub is_package: bool,
    pub origin: ModuleOrigin,
}

/// Whose module it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ModuleOrigin {
    /// Below one of the workspace's source roots.
    Workspace,
    /// In the site-packages of the environment.
    Environment,
    StandardLibrary,
}

/// For a module on its own: nothing is known of any other.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoModules;

impl Modules for NoModules {
    fn find(&self, _name: &str) -> Found {
        Found::Unknown
    }
}

/// Whether `package` is a package in which `module` lies, or `module` itself; both are absolute
/// dotted names.
pub(crate) fn leads_to(package: &str, module: &str) -> bool {
    module.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
