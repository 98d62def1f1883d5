//! Which files of the workspace may use a module: judged by their bytes alone, so that only a
//! few have to be parsed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;
use rustc_hash::FxHashMap;

use super::super::source_roots::{is_identifier, is_skipped};
use super::files::Files;
use super::refresh::copied;
use super::{Finder, Place};
use crate::modules::{Found, ModuleFile, ModuleOrigin};

/// How many files are looked at; beyond that a finding in another file may be missed.
const MAX_FILES: usize = 20_000;

/// How deep below a source root files are looked for: links may lead in circles.
const MAX_DEPTH: usize = 24;

/// How many bytes of texts are kept, so that each of many reloads need not read them again.
const MAX_KEPT: usize = 64 << 20;

/// The workspace's files, listed and read when they are first asked for: those below all source
/// roots (None), and those below a directory that only the modules in it see as one.
#[derive(Debug, Default)]
pub(super) struct Importers {
    below: RwLock<FxHashMap<Option<PathBuf>, Candidates>>,
}

type Candidates = Arc<Vec<Arc<Candidate>>>;

/// A file that imports something.
#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    /// None where the texts together are too large to keep.
    bytes: Option<Vec<u8>>,
}

impl Importers {
    /// The same, with the texts that some files have now.
    pub(super) fn refreshed(&self, files: &Files, edited: &[PathBuf]) -> Importers {
        let mut below = copied(&self.below);
        for candidates in below.values_mut() {
            for path in edited.iter().filter(|path| is_module_file(path)) {
                let bytes = files.bytes(path);
                let imports = contains(&bytes, b"import");
                let candidate = Arc::new(Candidate { path: path.clone(), bytes: Some(bytes) });
                match candidates.binary_search_by(|known| known.path.cmp(path)) {
                    Ok(at) => Arc::make_mut(candidates)[at] = candidate,
                    // It did not import anything before.
                    Err(at) if imports => Arc::make_mut(candidates).insert(at, candidate),
                    Err(_) => {}
                }
            }
        }
        Importers { below: RwLock::new(below) }
    }
}

impl Files {
    fn bytes(&self, path: &Path) -> Vec<u8> {
        let tree = self.tree(path);
        if let Some(source) = tree.source(path) {
            return source.text().as_bytes().to_vec();
        }
        tree.read(path).ok().flatten().unwrap_or_default()
    }
}

impl Finder {
    /// The files that mention the last part of a module's name, or could mean the module by a
    /// relative import without naming it, and that have one of the words.
    pub(super) fn files_that_import(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        let Some(root) = self.root_of(module) else { return Vec::new() };
        let top = module.split('.').next().unwrap_or(module);
        let leaf = module.rsplit('.').next().unwrap_or(module);
        let (mut found, mut through_others) = (Vec::new(), Vec::new());
        for candidate in self.candidates(&root).iter() {
            let read;
            let bytes = match &candidate.bytes {
                Some(bytes) => bytes,
                None => {
                    read = self.shared.files.bytes(&candidate.path);
                    &read
                }
            };
            let names_it = has_word(bytes, leaf) || contains(bytes, b"from .");
            // The package may hand the module on under another name.
            if !names_it && !has_word(bytes, top) || !words.iter().any(|word| has_word(bytes, word))
            {
                continue;
            }
            let Some((own_root, name)) = self.name_below_roots(&candidate.path) else { continue };
            if own_root != root && self.has_another(&own_root, &candidate.path, top) {
                continue;
            }
            let loaded = self.shared.files.load(&candidate.path, &name, ModuleOrigin::Workspace);
            if let Ok(Some(Found::Source(file))) = loaded {
                if names_it { found.push(file) } else { through_others.push(file) }
            }
        }
        found.extend(through_others);
        found
    }

    /// The directory from which a module of the workspace is imported.
    fn root_of(&self, module: &str) -> Option<PathBuf> {
        let parts = module.split('.').count();
        let directory = match self.place(module) {
            Place::Module { file, origin: ModuleOrigin::Workspace } => {
                file.ancestors().nth(parts)?.to_path_buf()
            }
            Place::Package { directory, origin: ModuleOrigin::Workspace } => {
                directory.ancestors().nth(parts)?.to_path_buf()
            }
            _ => return None,
        };
        Some(directory)
    }

    /// Whether a file that is imported from another root finds a module of its own there, or
    /// beside it where it runs as a script.
    fn has_another(&self, root: &Path, file: &Path, top: &str) -> bool {
        let beside = file.parent().filter(|directory| !self.shared.files.is_package(directory));
        let places = [Some(root), beside];
        places.into_iter().flatten().any(|place| self.shared.files.hit(place, top).is_some())
    }

    fn candidates(&self, root: &Path) -> Candidates {
        let is_shared = self.shared.roots.iter().any(|known| known == root);
        let key = (!is_shared).then(|| root.to_path_buf());
        let known = &self.shared.importers.below;
        if let Some(listed) = known.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(listed);
        }
        let starts = if is_shared { self.shared.roots.clone() } else { vec![root.to_path_buf()] };
        let listed = Arc::new(self.list_candidates(starts));
        let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(key).or_insert(listed))
    }

    /// Every `.py` file below some directories that imports anything, those left out that git
    /// ignores: copies that a build made.
    fn list_candidates(&self, starts: Vec<PathBuf>) -> Vec<Arc<Candidate>> {
        let files = &self.shared.files;
        let is_ignored = |path: &Path| self.shared.is_ignored(&path.join("m.py"));
        let mut paths = Vec::new();
        let mut pending: Vec<(PathBuf, usize, bool)> = Vec::new();
        for start in starts {
            // A directory that is asked for is looked at even so.
            let asked = is_ignored(&start);
            pending.push((start, 0, asked));
        }
        while let Some((directory, depth, asked)) = pending.pop() {
            let listing = files.listing(&directory);
            let modules = listing.files().filter(|file| file.ends_with(".py"));
            paths.extend(modules.map(|file| directory.join(file)));
            if paths.len() > MAX_FILES || depth == MAX_DEPTH {
                continue;
            }
            let below = listing.directories().map(|name| directory.join(name));
            let below = below
                .filter(|path| !is_skipped(path, files.tree(path)) && (asked || !is_ignored(path)));
            pending.extend(below.map(|path| (path, depth + 1, asked)));
        }
        // Roots may lie within each other.
        paths.sort();
        paths.dedup();
        paths.truncate(MAX_FILES);
        let mut kept = 0;
        let candidates = paths.into_iter().filter_map(|path| {
            let bytes = files.bytes(&path);
            if !contains(&bytes, b"import") {
                return None;
            }
            kept += bytes.len();
            Some(Arc::new(Candidate { path, bytes: (kept <= MAX_KEPT).then_some(bytes) }))
        });
        candidates.collect()
    }

    /// The innermost root around a file, and the name under which it is imported. Where no
    /// name leads to it, as to a script, relative imports in it mean nothing either.
    fn name_below_roots(&self, path: &Path) -> Option<(PathBuf, String)> {
        let own = self.entries.iter().filter(|entry| entry.origin == ModuleOrigin::Workspace);
        let roots = own.map(|entry| &entry.directory).filter(|root| path.starts_with(root));
        // What is a package's directory only serves as a root for the scripts in it.
        let (inner, plain): (Vec<_>, Vec<_>) =
            roots.partition(|root| self.shared.files.is_package(root));
        let candidates = if plain.is_empty() { inner } else { plain };
        let root = candidates.into_iter().max_by_key(|root| root.as_os_str().len())?;
        let below = path.strip_prefix(root).ok()?.with_extension("");
        let mut parts: Vec<&str> = below.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
        if parts.len() > 1 && parts.last() == Some(&"__init__") {
            parts.pop();
        }
        if !parts.iter().all(|part| is_identifier(part)) {
            return parts.last().map(|stem| (root.clone(), (*stem).to_owned()));
        }
        Some((root.clone(), parts.join(".")))
    }
}

fn is_module_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "py")
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    memmem::find(bytes, needle).is_some()
}

/// Whether a word stands in the bytes on its own, not as a part of a longer name.
fn has_word(bytes: &[u8], word: &str) -> bool {
    let is_name = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric() || *byte >= 0x80;
    let is_ascii_word = word.bytes().all(|byte| is_name(&byte));
    memmem::find_iter(bytes, word.as_bytes()).any(|start| {
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(start + word.len());
        !is_ascii_word || !before.is_some_and(is_name) && !after.is_some_and(is_name)
    })
}
