//! `.pth` files in site-packages: further directories on `sys.path` (`Lib/site.py`,
//! `addpackage`), and the code in them, which is looked at but never run.

use std::path::{Path, PathBuf};

use super::super::stdlib_names::is_stdlib_module;
use super::super::tree::{FileTree, absolute};
use crate::python::PythonVersion;

/// `.pth` files whose code does not make other modules importable.
const HARMLESS: &[&str] = &[
    "distutils-precedence.pth",
    "_virtualenv.pth",
    "a1_coverage.pth",
    "coverage.pth",
    "init_cov_core.pth",
    "pytest-cov.pth",
    "matplotlib.pth",
    "ruamel.pth",
];

/// Words without which a line of code that is all there to read cannot make modules importable.
const HOOKS: &[&str] = &[
    "meta_path",
    "path_hooks",
    "sys.path",
    "addsitedir",
    "sys.modules",
    "ModuleType",
    "__path__",
    "__import__",
    "importlib",
    "install",
];

/// What the `.pth` files of an environment say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PathFiles {
    /// Directories that are on `sys.path` too, in order.
    pub(super) directories: Vec<PathBuf>,
    /// Whether there may be modules that no directory shows: an import hook, a zipped egg.
    pub(super) hides_modules: bool,
}

/// Whether a path is a file of the workspace, and not of an environment that lies in it.
pub(super) fn is_of_workspace(path: &Path, project: &Path) -> bool {
    path.strip_prefix(project).is_ok_and(|below| {
        !below.iter().any(|part| part == "site-packages" || part == "dist-packages")
    })
}

/// Reads the `.pth` files of the site-packages directories.
pub(super) fn read(site_packages: &[PathBuf], disk: &dyn FileTree, project: &Path) -> PathFiles {
    let mut found = PathFiles::default();
    for site in site_packages {
        let entries = disk.list_dir(site);
        let names = entries.iter().filter(|e| !e.is_dir).filter_map(|e| e.name.to_str());
        let mut links = Vec::new();
        for name in names {
            if name.ends_with(".pth") && !name.starts_with('.') {
                found.read_file(site, name, disk);
            } else if name.ends_with(".egg-link") {
                links.push(site.join(name));
            }
        }
        found.follow_links(&links, disk);
    }
    // The workspace's own roots are searched at its revision, by what the caller says.
    found.directories.retain(|directory| directory != project);
    found
}

impl PathFiles {
    fn read_file(&mut self, site: &Path, name: &str, disk: &dyn FileTree) {
        let path = site.join(name);
        let Some(bytes) = disk.read(&path).ok().flatten() else { return };
        let is_harmless = HARMLESS.contains(&name) || name.ends_with("-nspkg.pth");
        for line in String::from_utf8_lossy(&bytes).lines() {
            let line = line.trim_end();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if line.starts_with("import ") || line.starts_with("import\t") {
                self.hides_modules |= !is_harmless
                    && !is_harmless_code(line)
                    && !self.follow_editable(site, line, disk);
                continue;
            }
            let entry = absolute(site, Path::new(line));
            if disk.is_dir(&entry) {
                self.add(entry);
            } else if disk.is_file(&entry) {
                self.hides_modules = true;
            }
        }
    }

    /// `import __editable___NAME_finder; ….install()`, as setuptools writes it: the finder's
    /// module has a line `MAPPING: dict[str, str] = {'name': '/path/of/name', …}`. `false`
    /// where that is not what it is.
    fn follow_editable(&mut self, site: &Path, line: &str, disk: &dyn FileTree) -> bool {
        let module = line["import".len()..].split(';').next().unwrap_or_default().trim();
        if !module.starts_with("__editable__") {
            return false;
        }
        let finder = disk.read(&site.join(format!("{module}.py"))).ok().flatten();
        let finder = String::from_utf8(finder.unwrap_or_default()).unwrap_or_default();
        let table = |name: &str| finder.lines().find(|line| line.starts_with(name));
        let Some(mapping) = table("MAPPING") else { return false };
        let is_empty = |line: &str| line.trim_end().ends_with("= {}");
        if !table("NAMESPACES").is_none_or(is_empty) || mapping.contains('\\') {
            return false;
        }
        // Quoted by turns: a name, its path, a name, its path.
        let quoted: Vec<&str> = mapping.split('\'').skip(1).step_by(2).collect();
        for path in quoted.chunks_exact(2).map(|pair| Path::new(pair[1])) {
            self.directories.extend(path.parent().map(Path::to_path_buf));
        }
        !quoted.is_empty() && quoted.len().is_multiple_of(2)
    }

    /// An `.egg-link` counts by the line that `easy-install.pth` has for it; one without is
    /// of no account to `site`, but somebody may add it by hand.
    fn follow_links(&mut self, links: &[PathBuf], disk: &dyn FileTree) {
        for link in links {
            let text = disk.read(link).ok().flatten().unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let target = PathBuf::from(text.lines().next().unwrap_or_default().trim());
            self.hides_modules |= !self.directories.contains(&target);
        }
    }

    fn add(&mut self, directory: PathBuf) {
        if !self.directories.contains(&directory) {
            self.directories.push(directory);
        }
    }
}

/// Whether a line of code imports only the standard library and installs no hook.
fn is_harmless_code(line: &str) -> bool {
    let imported = line["import".len()..].split(';').next().unwrap_or_default();
    let is_stdlib = |name: &str| {
        let name = name.split_whitespace().next().unwrap_or_default();
        is_stdlib_module(name, PythonVersion::NEWEST)
    };
    imported.split(',').all(is_stdlib) && !HOOKS.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::super::tree::OverlayTree;
    use super::*;

    fn read_one(files: &[(&str, &str)]) -> PathFiles {
        let tree = OverlayTree::of(files.iter().copied());
        read(&[PathBuf::from("/s")], &tree, Path::new("/w"))
    }

    #[test]
    fn plain_paths_are_directories_that_exist() {
        let found = read_one(&[
            ("/s/a.pth", "# comment\n\nsub\n/x/lib\n/absent\n"),
            ("/s/sub/m.py", ""),
            ("/x/lib/n.py", ""),
        ]);
        assert_eq!(found.directories, [Path::new("/s/sub"), Path::new("/x/lib")]);
        assert!(!found.hides_modules);
    }

    #[test]
    fn code_hides_modules_unless_it_is_known() {
        let known = "import os; enabled = os.environ.get('X')\n";
        assert!(!read_one(&[("/s/distutils-precedence.pth", known)]).hides_modules);
        assert!(read_one(&[("/s/other.pth", "import other_hook\n")]).hides_modules);
        let tracing = "import os, sys; os.environ.get('TRACE') and print(sys.argv)\n";
        assert!(!read_one(&[("/s/trace.pth", tracing)]).hides_modules);
        let hook = "import sys; sys.meta_path.append(None)\n";
        assert!(read_one(&[("/s/trace.pth", hook)]).hides_modules);
        assert!(read_one(&[("/s/p.egg-link", "/x/lib\n.")]).hides_modules);
    }

    #[test]
    fn an_editable_finder_is_followed_where_it_is_plain() {
        let pth = "import __editable___p_1_0_finder; __editable___p_1_0_finder.install()";
        let finder = "MAPPING: dict[str, str] = {'p': '/x/src/p'}\n\
                      NAMESPACES: dict[str, list[str]] = {}\n";
        let files =
            [("/s/__editable__.p-1.0.pth", pth), ("/s/__editable___p_1_0_finder.py", finder)];
        let found = read_one(&files);
        assert_eq!(found.directories, [Path::new("/x/src")]);
        assert!(!found.hides_modules);
        assert!(read_one(&files[..1]).hides_modules);
    }
}
