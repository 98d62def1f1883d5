//! What it means that a module was not found. `Missing` makes an import a certain abort, so
//! it is said only where nothing that cannot be seen could provide the module.

mod made;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use rustc_hash::FxHashSet;

use super::super::source_roots::is_skipped;
use super::super::stdlib_names::{is_of_other_platform, is_stdlib_module};
use super::{Absence, Finder, Place, SearchEntry, Shared};
use crate::modules::ModuleOrigin;

/// Words with which a module gives itself submodules that no directory shows.
const MAKES_MODULES: &[&str] = &["meta_path", "path_hooks", "declare_namespace", "extend_path"];

/// The end of a statement by which a package takes in the directories of its name that other
/// entries of `sys.path` have (`Lib/pkgutil.py`).
const EXTENDS_PATH: &str = "extend_path(__path__, __name__)";

/// What else does so, unless it is only read.
const MAY_MAKE_MODULES: &[&str] = &["sys.modules", "__path__"];

/// Names, or ends of names, of modules that a build writes and no repository holds.
const GENERATED: &[&str] = &["version", "__about__", "__version__", "_build", "_generated"];
const GENERATED_ENDS: &[&str] = &["_version", "_pb2", "_pb2_grpc", "_pb2_twirp", "_generated"];

/// Files beside which a build may make extension modules.
const BUILD_FILES: &[&str] = &["Cargo.toml", "meson.build", "CMakeLists.txt", "BUILD.bazel"];

/// How many directories of a workspace are looked through for loose modules.
const MAX_DIRECTORIES: usize = 20_000;

/// Modules of directories that are no packages: a script's directory, or one that a test
/// runner or the code itself puts on `sys.path`, makes them importable by their bare names.
#[derive(Debug, Default)]
pub(super) struct LooseNames {
    names: OnceLock<Option<FxHashSet<String>>>,
    ignored: OnceLock<Gitignore>,
    builds_extensions: OnceLock<bool>,
}

impl Finder {
    /// For a name that no entry of `sys.path` has.
    pub(super) fn absent_top_level(&self, name: &str) -> Absence {
        let shared = &*self.shared;
        let former = self.former.as_ref().map(|former| former.place(name));
        if matches!(
            former,
            Some(Place::Module { origin, .. } | Place::Package { origin, .. })
                if origin == ModuleOrigin::Workspace
        ) {
            return Absence::Missing;
        }
        if is_stdlib_module(name, shared.version) {
            // The code may be about to run elsewhere.
            let is_elsewhere = is_of_other_platform(name);
            return if is_elsewhere { Absence::Unknown } else { Absence::Opaque };
        }
        // setuptools brings the one that 3.12 removed.
        if self.is_of_setuptools(name) || !shared.sees_everything() || shared.is_loose(name) {
            return Absence::Unknown;
        }
        Absence::Missing
    }

    /// Whether setuptools is there, and brings a module of this name.
    pub(super) fn is_of_setuptools(&self, name: &str) -> bool {
        name == "distutils" && !matches!(self.place("setuptools"), Place::Nowhere(_))
    }

    /// For a submodule that the directory of its package has not; with the text of its `__init__`.
    pub(super) fn absent_submodule(
        &self,
        package: &SearchEntry,
        name: &str,
        leaf: &str,
        text: &str,
    ) -> Absence {
        let shared = &*self.shared;
        match package.origin {
            _ if shared.makes_module(text, name) => Absence::Unknown,
            ModuleOrigin::StandardLibrary if is_stdlib_module(name, shared.version) => {
                Absence::Opaque
            }
            // Distributions leave the tests out, and the table has none.
            ModuleOrigin::StandardLibrary
                if name.split('.').any(|part| part.starts_with("test")) =>
            {
                Absence::Unknown
            }
            ModuleOrigin::StandardLibrary => Absence::Missing,
            ModuleOrigin::Workspace if shared.could_be_built(&package.directory, leaf) => {
                Absence::Unknown
            }
            ModuleOrigin::Workspace => Absence::Missing,
            ModuleOrigin::Environment if shared.is_known => Absence::Missing,
            ModuleOrigin::Environment => Absence::Unknown,
        }
    }

    /// For a name that no portion of a namespace package has: another distribution may bring
    /// a portion that has it.
    pub(super) fn absent_in_namespace(
        &self,
        portions: &[SearchEntry],
        name: &str,
        leaf: &str,
    ) -> Absence {
        let former = self.former.as_ref().map(|former| former.place(name));
        let is_gone = matches!(former, Some(Place::Module { .. } | Place::Package { .. }));
        let is_built =
            portions.iter().any(|entry| self.shared.could_be_built(&entry.directory, leaf));
        match !is_built && (is_gone || self.shared.sees_everything()) {
            true => Absence::Missing,
            false => Absence::Unknown,
        }
    }

    /// For a submodule of what is no package.
    pub(super) fn absent_in_module(
        &self,
        file: &Path,
        origin: ModuleOrigin,
        name: &str,
    ) -> Absence {
        let shared = &*self.shared;
        if shared.makes_module(&shared.files.text(file), name) {
            Absence::Unknown
        } else if is_stdlib_module(name, shared.version) {
            Absence::Opaque
        } else if origin == ModuleOrigin::Environment && !shared.is_known {
            Absence::Unknown
        } else {
            Absence::Missing
        }
    }

    /// Whether directories without `__init__.py` are surely what their name imports: a regular
    /// package of an environment that cannot be seen would go before them, so they must at
    /// least hold modules.
    pub(super) fn is_namespace_certain(&self, portions: &[SearchEntry]) -> bool {
        self.shared.sees_everything()
            || portions.iter().any(|entry| self.shared.holds_modules(&entry.directory, 3))
    }
}

impl Shared {
    /// Whether a module may give itself a submodule, in a way that is not followed.
    fn makes_module(&self, text: &str, name: &str) -> bool {
        let is_followed = |line: &&str| extends_path(line) || imports_extend_path(line);
        if self.sees_everything() && text.contains(EXTENDS_PATH) {
            let rest: Vec<&str> = text.lines().filter(|line| !is_followed(line)).collect();
            return makes_module(&rest.join("\n"), name);
        }
        makes_module(text, name)
    }

    /// Whether a distribution that cannot be seen here is not installed.
    fn sees_everything(&self) -> bool {
        self.is_known && self.has_stdlib && !self.path_files.hides_modules
    }

    fn holds_modules(&self, directory: &Path, depth: usize) -> bool {
        let listing = self.files.listing(directory);
        listing.files().any(|file| file.ends_with(".py"))
            || depth > 0
                && listing
                    .directories()
                    .any(|name| self.holds_modules(&directory.join(name), depth - 1))
    }

    fn is_loose(&self, name: &str) -> bool {
        let names = self.loose.names.get_or_init(|| self.loose_names());
        names.as_ref().is_none_or(|names| names.contains(name))
    }

    /// The names of loose modules and packages; `None` where the workspace is too large.
    fn loose_names(&self) -> Option<FxHashSet<String>> {
        let mut names = FxHashSet::default();
        let mut pending = vec![self.files.project().to_path_buf()];
        pending.extend(self.roots.iter().cloned());
        let mut seen = FxHashSet::default();
        while let Some(directory) = pending.pop() {
            if !seen.insert(directory.clone()) {
                continue;
            }
            if seen.len() > MAX_DIRECTORIES {
                return None;
            }
            let listing = self.files.listing(&directory);
            let is_package = listing.has_file("__init__.py");
            if !is_package && !self.roots.contains(&directory) {
                names.extend(
                    listing.files().filter_map(|file| file.strip_suffix(".py")).map(str::to_owned),
                );
            }
            for name in listing.directories() {
                let below = directory.join(name);
                if is_skipped(&below, self.files.tree(&below)) {
                    continue;
                }
                if !is_package && self.files.is_package(&below) {
                    names.insert(name.to_owned());
                }
                pending.push(below);
            }
        }
        Some(names)
    }

    /// Whether a module that is not in its directory may yet be made by a build: a source in
    /// another language or a template lies there, git ignores its name, or it is called as
    /// such modules are.
    fn could_be_built(&self, directory: &Path, leaf: &str) -> bool {
        if self.is_loaded {
            return false;
        }
        let is_generated =
            GENERATED.contains(&leaf) || GENERATED_ENDS.iter().any(|end| leaf.ends_with(end));
        is_generated
            || self.files.listing(directory).has_kin(leaf)
            || (leaf.starts_with('_') && self.builds_extensions())
            || self.is_ignored(&directory.join(format!("{leaf}.py")))
    }

    fn builds_extensions(&self) -> bool {
        *self.loose.builds_extensions.get_or_init(|| {
            let project = self.files.project();
            let listing = self.files.listing(project);
            let words = ["ext_modules", "Extension(", "cffi_modules", "maturin", "scikit-build"];
            BUILD_FILES.iter().any(|name| listing.has_file(name))
                || ["setup.py", "setup.cfg", "pyproject.toml"]
                    .iter()
                    .any(|name| self.files.mentions(&project.join(name), &words))
        })
    }

    /// Whether the `.gitignore` of the project names a file, which need not be there.
    pub(super) fn is_ignored(&self, file: &Path) -> bool {
        let ignored = self.loose.ignored.get_or_init(|| self.gitignore());
        file.starts_with(ignored.path())
            && ignored.matched_path_or_any_parents(file, false).is_ignore()
    }

    fn gitignore(&self) -> Gitignore {
        let project = self.files.project();
        let mut builder = GitignoreBuilder::new(project);
        let file: PathBuf = project.join(".gitignore");
        let bytes = self.files.tree(&file).read(&file).ok().flatten().unwrap_or_default();
        for line in String::from_utf8_lossy(&bytes).lines() {
            // A line that is no pattern is passed over, as git does.
            let _ = builder.add_line(None, line);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}

/// Whether a text may give its module a submodule.
fn makes_module(text: &str, name: &str) -> bool {
    let makes = |word: &str, at: usize| {
        let after = &text[at + word.len()..];
        let is_another = word == "sys.modules" && made::is_another(after, text, name);
        !is_another && !only_reads(word, &text[..at], after)
    };
    MAKES_MODULES.iter().any(|word| text.contains(word))
        || MAY_MAKE_MODULES
            .iter()
            .any(|word| text.match_indices(word).any(|(at, _)| makes(word, at)))
}

/// Whether a line is `__path__ = extend_path(__path__, __name__)`, however the function is named.
pub(super) fn extends_path(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default().trim();
    code.strip_prefix("__path__ = ").is_some_and(|value| value.ends_with(EXTENDS_PATH))
}

fn imports_extend_path(line: &str) -> bool {
    let code = line.split('#').next().unwrap_or_default().trim();
    code == "from pkgutil import extend_path"
}

/// Whether `sys.modules` or `__path__` between these texts is only read, or changed in a way that
/// brings no submodule: `sys.modules[__name__]` replaces the module itself, and a name without a
/// dot is none's submodule.
fn only_reads(word: &str, before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    if line.ends_with(" in ") || line.trim_start().starts_with('#') {
        return true;
    }
    let rest = after.split('\n').next().unwrap_or_default();
    if word == "__path__" {
        // An argument or an item, named or not, or the name in quotes.
        let is_quoted = rest.starts_with(['"', '\'']);
        let rest = rest.trim_start_matches(['"', '\'']);
        return rest.starts_with([')', ','])
            || is_quoted && rest.starts_with(": ")
            || rest.starts_with("=__path__");
    }
    let reads = [".get(", ".keys()", ".values()", ".items()", ".copy()", ".pop(", "[__name__]"];
    if reads.iter().any(|read| rest.starts_with(read)) {
        return true;
    }
    // Where the first bracket that closes is an inner one, what follows it is no end.
    let Some((key, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        return false;
    };
    let rest = rest.trim_start();
    let is_plain_name = key.starts_with(['"', '\'']) && !key.contains('.');
    is_plain_name || rest.is_empty() || rest.starts_with(['.', ')', ',']) || rest.starts_with("==")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_brings_no_submodule() {
        let only_reads = |text: &str| {
            let word = MAY_MAKE_MODULES.iter().find(|word| text.contains(**word)).unwrap();
            let at = text.find(word).unwrap();
            only_reads(word, &text[..at], &text[at + word.len()..])
        };
        for reading in [
            "mod = sys.modules.get(name)",
            "[x for x in globals() if x not in sys.modules]",
            "sys.modules[__name__] = Lazy()",
            "return sys.modules[name]",
            "sys.modules[name].__doc__",
            "sys.modules['__mp_main__'] = main",
            "for module in iter_modules(__path__):",
            "    __path__=__path__, __doc__=__doc__,",
            "# __path__ = []",
        ] {
            assert!(only_reads(reading), "{reading}");
        }
        for making in [
            "sys.modules[__name__ + '.moves'] = moves",
            "sys.modules['package.moves'] = moves",
            "sys.modules.update(found)",
            "modules = sys.modules",
            "register(sys.modules, moves)",
            "__path__ = []",
            "__path__.append(other)",
            "__path__ += [other]",
            "__path__: list = []",
        ] {
            assert!(!only_reads(making), "{making}");
        }
    }
}
