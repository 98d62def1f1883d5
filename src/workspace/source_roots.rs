//! Which directories modules are imported from, and so how a file's module is called.

mod declared;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::tree::{FileTree, absolute};

/// Files that mark the directory of a project, from which its modules are imported.
const PROJECT_MARKERS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg", "manage.py"];

/// How deep below the project nested projects are looked for.
const PROJECT_DEPTH: usize = 5;

/// How many files of a package are read to see under which name it imports itself.
const EVIDENCE_FILES: usize = 40;

/// The directories of a workspace that are, or could be, on `sys.path`.
pub struct SourceRoots {
    project: PathBuf,
    roots: Vec<PathBuf>,
    tree: Arc<dyn FileTree>,
    /// For directories that are no root but hold a package: whether they are one after all.
    decided: RwLock<FxHashMap<PathBuf, bool>>,
}

/// What a file is called when it is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleName {
    /// The absolute dotted name.
    pub name: String,
    /// The directory on `sys.path` from which the name counts.
    pub root: PathBuf,
    /// Whether the file is the `__init__.py` of a package.
    pub is_package: bool,
    /// Whether an `import` statement can name it: `my-script.py` cannot be imported.
    pub is_importable: bool,
}

impl fmt::Debug for SourceRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceRoots").field("roots", &self.roots).finish_non_exhaustive()
    }
}

impl SourceRoots {
    /// The roots that a user says, relative to the project.
    pub fn configured(project: &Path, src: &[PathBuf], tree: Arc<dyn FileTree>) -> Self {
        let roots = src.iter().map(|root| absolute(project, root)).collect();
        SourceRoots::new(project, roots, tree)
    }

    /// The roots that the layout shows: what the project's settings declare, `src/` beside
    /// them, the project itself, and the same of the projects nested in it.
    pub fn detect(project: &Path, tree: Arc<dyn FileTree>) -> Self {
        let mut roots = Vec::new();
        let mut directories = BTreeSet::from([(0, project.to_path_buf())]);
        while let Some((depth, directory)) = directories.pop_first() {
            let is_project = |name: &str| tree.is_file(&directory.join(name));
            if depth == 0 || PROJECT_MARKERS.iter().any(|name| is_project(name)) {
                roots.extend(roots_of_project(&directory, tree.as_ref()));
            }
            if depth == PROJECT_DEPTH || is_package(&directory, tree.as_ref()) && depth > 0 {
                continue;
            }
            for entry in tree.list_dir(&directory) {
                let below = directory.join(&entry.name);
                if entry.is_dir && !is_skipped(&below, tree.as_ref()) {
                    directories.insert((depth + 1, below));
                }
            }
        }
        SourceRoots::new(project, roots, tree)
    }

    fn new(project: &Path, roots: Vec<PathBuf>, tree: Arc<dyn FileTree>) -> Self {
        let mut unique: Vec<PathBuf> = Vec::new();
        for root in roots {
            if !unique.contains(&root) {
                unique.push(root);
            }
        }
        let project = project.to_path_buf();
        SourceRoots { project, roots: unique, tree, decided: RwLock::default() }
    }

    /// The roots, in the order in which they are searched.
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The directory of the project.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// How the module of a file is called; `None` for a file that is no `.py`.
    pub fn name_of(&self, path: &Path) -> Option<ModuleName> {
        if path.extension()? != "py" {
            return None;
        }
        let stem = path.file_stem()?.to_string_lossy().into_owned();
        let directory = path.parent()?;
        if !is_identifier(&stem) {
            let root = directory.to_path_buf();
            // A dot would read as a package.
            let name = stem.replace('.', "_");
            return Some(ModuleName { name, root, is_package: false, is_importable: false });
        }
        let (top, mut parts) = self.package_of(directory);
        let root = self.root_of(&top, parts.first().map(String::as_str));
        let namespace = top.strip_prefix(&root).unwrap_or(Path::new(""));
        let mut name: Vec<String> =
            namespace.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        name.append(&mut parts);
        let is_package = stem == "__init__" && !name.is_empty();
        if !is_package {
            name.push(stem);
        }
        let is_importable = name.iter().all(|part| is_identifier(part));
        Some(ModuleName { name: name.join("."), root, is_package, is_importable })
    }

    /// The files that a name could be imported from, the likeliest first.
    pub fn paths_of<'a>(&'a self, name: &str) -> impl Iterator<Item = PathBuf> + 'a {
        let relative: PathBuf = name.split('.').collect();
        let candidates = self.roots.iter().flat_map(move |root| {
            let base = root.join(&relative);
            let module = base.with_file_name(with_py(&base));
            [base.join("__init__.py"), module]
        });
        candidates.filter(|path| self.tree.is_file(path))
    }

    /// The directory that holds the outermost package of a directory, and the package's parts
    /// from there on.
    fn package_of(&self, directory: &Path) -> (PathBuf, Vec<String>) {
        let mut parts = Vec::new();
        let mut top = directory;
        while is_package(top, self.tree.as_ref()) && !self.is_plain_root(top) {
            let Some((name, parent)) = top.file_name().zip(top.parent()) else { break };
            let name = name.to_string_lossy();
            // A dot would read as a package; other odd names some loader may import.
            if name.contains('.') {
                break;
            }
            parts.push(name.into_owned());
            top = parent;
        }
        parts.reverse();
        (top.to_path_buf(), parts)
    }

    /// Whether a root is only that, and its `__init__.py` a stray one: nothing beside it is
    /// imported relatively.
    fn is_plain_root(&self, directory: &Path) -> bool {
        self.roots.iter().any(|root| root == directory)
            && !self.decide(directory, || {
                let files = python_files(directory, self.tree.as_ref(), 0);
                files
                    .iter()
                    .any(|file| self.lines_of(file).iter().any(|line| line.starts_with("from .")))
            })
    }

    /// The root below which the outermost package, or a loose module, lies in `top`.
    fn root_of(&self, top: &Path, package: Option<&str>) -> PathBuf {
        let holders = self.roots.iter().filter(|root| top.starts_with(root));
        let Some(root) = holders.max_by_key(|root| root.as_os_str().len()) else {
            return top.to_path_buf();
        };
        let namespace = top.strip_prefix(root).unwrap_or(Path::new(""));
        let importable = namespace.iter().all(|part| is_identifier(&part.to_string_lossy()));
        let first = namespace.iter().next().map(|part| part.to_string_lossy().into_owned());
        let is_root = match (package, first) {
            _ if !importable => true,
            (Some(package), Some(first)) => {
                self.decide(&top.join(package), || self.imports_itself(top, package, &first))
            }
            _ => false,
        };
        if is_root { top.to_path_buf() } else { root.clone() }
    }

    /// Whether the files of a package import it by its own name rather than by the name of
    /// the directory around it.
    fn imports_itself(&self, top: &Path, package: &str, namespace: &str) -> bool {
        let files = python_files(&top.join(package), self.tree.as_ref(), 2);
        for file in files.iter().take(EVIDENCE_FILES) {
            for line in self.lines_of(file) {
                let mut words = line.split_whitespace();
                if !matches!(words.next(), Some("import" | "from")) {
                    continue;
                }
                let module = words.next().unwrap_or_default();
                let first = module.split(['.', ',']).next().unwrap_or_default();
                if first == package || first == namespace {
                    return first == package;
                }
            }
        }
        false
    }

    /// The result for a directory, computed once.
    fn decide(&self, directory: &Path, compute: impl FnOnce() -> bool) -> bool {
        let decided = self.decided.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(&answer) = decided.get(directory) {
            return answer;
        }
        drop(decided);
        let answer = compute();
        let mut decided = self.decided.write().unwrap_or_else(PoisonError::into_inner);
        decided.insert(directory.to_path_buf(), answer);
        answer
    }

    fn lines_of(&self, file: &Path) -> Vec<String> {
        let bytes = self.tree.read(file).ok().flatten().unwrap_or_default();
        String::from_utf8_lossy(&bytes).lines().map(|line| line.trim_start().to_owned()).collect()
    }
}

/// What the directory of a project contributes to `sys.path`.
fn roots_of_project(directory: &Path, tree: &dyn FileTree) -> Vec<PathBuf> {
    let mut roots = declared::roots(directory, tree);
    let src = directory.join("src");
    if tree.is_dir(&src) && !is_package(&src, tree) {
        roots.push(src);
    }
    roots.push(directory.to_path_buf());
    roots
}

/// Whether a directory is a regular package.
pub(super) fn is_package(directory: &Path, tree: &dyn FileTree) -> bool {
    tree.is_file(&directory.join("__init__.py"))
}

/// Directories that hold no modules of the workspace: hidden ones, caches, and the packages
/// of an environment.
pub(super) fn is_skipped(directory: &Path, tree: &dyn FileTree) -> bool {
    let Some(name) = directory.file_name().map(|name| name.to_string_lossy()) else { return false };
    name.starts_with('.')
        || matches!(
            &*name,
            "__pycache__" | "__pypackages__" | "node_modules" | "site-packages" | "dist-packages"
        )
        || tree.is_file(&directory.join("pyvenv.cfg"))
        || tree.is_dir(&directory.join("conda-meta"))
}

/// The `.py` files of a directory and, `depth` levels deep, of those in it.
fn python_files(directory: &Path, tree: &dyn FileTree, depth: usize) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = Vec::new();
    for entry in tree.list_dir(directory) {
        let path = directory.join(&entry.name);
        if entry.is_dir {
            directories.push(path);
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    if depth > 0 && files.len() < EVIDENCE_FILES {
        for below in directories.iter().filter(|below| !is_skipped(below, tree)) {
            files.extend(python_files(below, tree, depth - 1));
        }
    }
    files
}

fn with_py(path: &Path) -> String {
    format!("{}.py", path.file_name().unwrap_or_default().to_string_lossy())
}

/// Whether a text can stand between the dots of a module name.
pub(super) fn is_identifier(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic());
    starts && text.chars().all(|c| c == '_' || c.is_alphanumeric())
}

#[cfg(test)]
mod tests;
