//! Findings that a project has accepted, and what a run makes of them.
//!
//! An entry stands for so many findings of one code at one path that look the same
//! ([`fingerprint::unnumbered`]): no line number is in it. Findings up to that number are known,
//! further ones are new.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::comparison::Scope;
use crate::config::RuleSelection;
use crate::diagnostic::Diagnostic;
use crate::report::{Stale, fingerprint, path_text};
use crate::rules;
use crate::workspace::tree::absolute;

/// What findings that look the same have in common. Sorted as the file is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Where they are: with `/`, relative to what the one who asks says.
    pub path: String,
    pub code: String,
    pub fingerprint: String,
}

impl Identity {
    /// The identity of a finding whose path is given another name.
    pub fn of(finding: &Diagnostic, name: impl Fn(&Path) -> String) -> Identity {
        let path = name(finding.location.source.path());
        let fingerprint = fingerprint::unnumbered(finding, &path);
        Identity { path, code: finding.code.to_owned(), fingerprint }
    }
}

/// So many findings that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub count: NonZeroU32,
    /// The module whose reload they are about, where that is not the file that they are in.
    pub module: Option<String>,
    /// What is said of the first of them: for people, nothing depends on it.
    pub message: String,
}

/// The findings that are not reported again: what a baseline file has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// To which the paths of the entries are relative; absolute, links resolved.
    pub directory: PathBuf,
    pub entries: BTreeMap<Identity, Entry>,
}

impl Known {
    /// Adds findings. Their paths are relative to `from`.
    pub fn add(&mut self, findings: &[Diagnostic], from: &Path) {
        let directory = self.directory.clone();
        let name = |path: &Path| relative(&directory, &from.join(path));
        for finding in findings {
            let entry = self.entries.entry(Identity::of(finding, name));
            entry.and_modify(|entry| entry.count = entry.count.saturating_add(1)).or_insert_with(
                || Entry {
                    count: NonZeroU32::MIN,
                    module: finding.module.as_deref().map(name),
                    message: finding.message.clone(),
                },
            );
        }
    }

    /// Takes out what is stale.
    pub fn remove(&mut self, stale: &[Stale]) {
        for Stale { identity, count, .. } in stale {
            let Some(entry) = self.entries.get_mut(identity) else { continue };
            match NonZeroU32::new(entry.count.get().saturating_sub(*count)) {
                Some(left) => entry.count = left,
                None => {
                    self.entries.remove(identity);
                }
            }
        }
    }

    /// How many findings there are in it.
    pub fn len(&self) -> u64 {
        self.entries.values().map(|entry| u64::from(entry.count.get())).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Compares the findings of a run with those that are known.
#[derive(Debug)]
pub struct Matching<'a> {
    known: &'a Known,
    /// To which the paths of findings are relative.
    from: PathBuf,
    /// How many of each entry have not been met.
    left: BTreeMap<&'a Identity, u32>,
    judged: BTreeSet<String>,
    /// How many findings were known.
    pub silenced: usize,
}

impl<'a> Matching<'a> {
    pub fn new(known: &'a Known, from: &Path) -> Matching<'a> {
        let left = known.entries.iter().map(|(identity, entry)| (identity, entry.count.get()));
        Matching {
            known,
            from: from.to_path_buf(),
            left: left.collect(),
            judged: BTreeSet::new(),
            silenced: 0,
        }
    }

    /// Takes the known ones out of the findings of a module's reload, which are in order.
    /// `withheld` are those that settings keep from being reported: they are there all the same.
    pub fn module(
        &mut self,
        module: &Path,
        reported: &mut Vec<Diagnostic>,
        withheld: &[Diagnostic],
    ) {
        let before = reported.len();
        reported.retain(|finding| !self.meet(finding));
        self.silenced += before - reported.len();
        for finding in withheld {
            self.meet(finding);
        }
        self.judged.insert(relative(&self.known.directory, module));
    }

    fn meet(&mut self, finding: &Diagnostic) -> bool {
        let (directory, from) = (&self.known.directory, &self.from);
        let identity = Identity::of(finding, |path| relative(directory, &from.join(path)));
        match self.left.get_mut(&identity) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// What is not there any more: of the modules that were reloaded, and where a file is gone.
    /// A rule that does not report, or was not looked for, says nothing.
    pub fn stale(&self, scope: &Scope, rules: &RuleSelection) -> Vec<Stale> {
        let mut stale = Vec::new();
        for (&identity, &count) in &self.left {
            let Some(entry) = self.known.entries.get(identity).filter(|_| count > 0) else {
                continue;
            };
            let module = entry.module.as_ref().unwrap_or(&identity.path);
            let place = |name: &str| absolute(&self.known.directory, Path::new(name));
            let is_gone = || {
                scope.covers(&place(module))
                    && (scope.lacks(&place(module)) || scope.lacks(&place(&identity.path)))
            };
            let is_looked_for =
                rules::rule(&identity.code).is_none_or(|rule| rules.is_enabled(rule.code));
            if is_looked_for && (self.judged.contains(module) || is_gone()) {
                let (identity, message) = (identity.clone(), entry.message.clone());
                stale.push(Stale { identity, count, message });
            }
        }
        stale
    }
}

/// A path seen from a directory, both absolute: with `/`, and with `..` where it is not below.
pub fn relative(directory: &Path, path: &Path) -> String {
    let path = absolute(directory, path);
    let mut up = PathBuf::new();
    for ancestor in directory.ancestors() {
        if let Ok(below) = path.strip_prefix(ancestor) {
            return path_text(&up.join(below));
        }
        up.push("..");
    }
    path_text(&path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::orphan;

    #[test]
    fn paths_are_relative_to_the_file() {
        let seen = |path: &str| relative(Path::new("/w/ci"), Path::new(path));
        assert_eq!(seen("/w/ci/a.py"), "a.py");
        assert_eq!(seen("/w/src/./a.py"), "../src/a.py");
        assert_eq!(seen("/w/ci/x/../b.py"), "b.py");
        assert_eq!(seen("/other/b.py"), "../../other/b.py");
    }

    #[test]
    fn so_many_as_there_were_are_known_wherever_they_have_moved_to() {
        let mut known = Known { directory: "/w".into(), ..Known::default() };
        let old = [orphan("area\n", "area"), orphan("area\n", "area")];
        known.add(&old, Path::new("/w/src"));
        assert_eq!((known.entries.len(), known.len()), (1, 2));
        let identity = known.entries.keys().next().unwrap().clone();
        assert_eq!(identity.path, "src/shapes.py");
        let mut matching = Matching::new(&known, Path::new("/w/src"));
        let mut found = vec![orphan("\n\narea\n", "area"); 3];
        matching.module(Path::new("/w/src/shapes.py"), &mut found, &[]);
        assert_eq!((matching.silenced, found.len()), (2, 1));
        // What is not reported is there all the same.
        let mut matching = Matching::new(&known, Path::new("/w/src"));
        matching.module(Path::new("/w/src/shapes.py"), &mut Vec::new(), &old);
        assert_eq!(matching.silenced, 0);
        assert!(matching.left.values().all(|left| *left == 0));
        let message = String::new();
        known.remove(&[Stale { identity: identity.clone(), count: 1, message: message.clone() }]);
        assert_eq!(known.len(), 1);
        known.remove(&[Stale { identity, count: 1, message }]);
        assert!(known.is_empty());
    }
}
