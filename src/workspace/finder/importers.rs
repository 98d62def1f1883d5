//! Which files of the workspace may use a module: judged by their bytes alone, so that only a
//! few have to be parsed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memchr::memmem;

use super::super::source_roots::{is_identifier, is_skipped};
use super::Finder;
use crate::modules::{Found, ModuleFile, ModuleOrigin};

/// How many files are looked at; beyond that a finding in another file may be missed.
const MAX_FILES: usize = 20_000;

/// How deep below a source root files are looked for: links may lead in circles.
const MAX_DEPTH: usize = 24;

/// How many bytes of texts are kept, so that each of many reloads need not read them again.
const MAX_KEPT: usize = 64 << 20;

/// The workspace's files, listed and read when they are first asked for.
#[derive(Debug, Default)]
pub(super) struct Importers {
    files: OnceLock<Vec<Candidate>>,
}

/// A file that imports something.
#[derive(Debug)]
struct Candidate {
    path: PathBuf,
    /// None where the texts together are too large to keep.
    bytes: Option<Vec<u8>>,
}

impl Finder {
    /// The files that mention the last part of a module's name, or could mean the module by a
    /// relative import without naming it, and that have one of the words.
    pub(super) fn files_that_import(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        let leaf = module.rsplit('.').next().unwrap_or(module);
        let candidates = self.shared.importers.files.get_or_init(|| self.list_candidates());
        let mut found = Vec::new();
        for candidate in candidates {
            let read;
            let bytes = match &candidate.bytes {
                Some(bytes) => bytes,
                None => {
                    read = self.bytes(&candidate.path);
                    &read
                }
            };
            let names_it = has_word(bytes, leaf) || contains(bytes, b"from .");
            if !names_it || !words.iter().any(|word| has_word(bytes, word)) {
                continue;
            }
            let Some(name) = self.name_below_roots(&candidate.path) else { continue };
            let loaded = self.shared.files.load(&candidate.path, &name, ModuleOrigin::Workspace);
            if let Ok(Some(Found::Source(file))) = loaded {
                found.push(file);
            }
        }
        found
    }

    /// Every `.py` file below the source roots that imports anything.
    fn list_candidates(&self) -> Vec<Candidate> {
        let files = &self.shared.files;
        let mut paths = Vec::new();
        let mut pending: Vec<(PathBuf, usize)> =
            self.shared.roots.iter().map(|root| (root.clone(), 0)).collect();
        while let Some((directory, depth)) = pending.pop() {
            let listing = files.listing(&directory);
            let modules = listing.files().filter(|file| file.ends_with(".py"));
            paths.extend(modules.map(|file| directory.join(file)));
            if paths.len() > MAX_FILES || depth == MAX_DEPTH {
                continue;
            }
            let below = listing.directories().map(|name| directory.join(name));
            let below = below.filter(|path| !is_skipped(path, files.tree(path)));
            pending.extend(below.map(|path| (path, depth + 1)));
        }
        // Roots may lie within each other.
        paths.sort();
        paths.dedup();
        paths.truncate(MAX_FILES);
        let mut kept = 0;
        let candidates = paths.into_iter().filter_map(|path| {
            let bytes = self.bytes(&path);
            if !contains(&bytes, b"import") {
                return None;
            }
            kept += bytes.len();
            Some(Candidate { path, bytes: (kept <= MAX_KEPT).then_some(bytes) })
        });
        candidates.collect()
    }

    fn bytes(&self, path: &Path) -> Vec<u8> {
        let tree = self.shared.files.tree(path);
        if let Some(source) = tree.source(path) {
            return source.text().as_bytes().to_vec();
        }
        tree.read(path).ok().flatten().unwrap_or_default()
    }

    /// The name under which a file is imported from the innermost root around it. Where no
    /// name leads to it, as to a script, relative imports in it mean nothing either.
    fn name_below_roots(&self, path: &Path) -> Option<String> {
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
            return parts.last().map(|stem| (*stem).to_owned());
        }
        Some(parts.join("."))
    }
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
