//! The catalogue: what is known of callables that the engine does not follow, as data.
//!
//! An entry says what a call comes to that has been made in this process before: it raises, or
//! its effect is there twice. The format is in `docs/catalogue.md`; [`read`] understands it. Each
//! entry was run on CPython, with the real library where it is one: `tests/catalogue/` does it
//! again.

mod harmless;
mod read;
mod spec;

use std::sync::{Arc, LazyLock};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::python::PythonVersion;

pub use harmless::Harmless;
pub use read::{CatalogueError, read};
pub(crate) use spec::plain_text;
pub use spec::{Argument, Condition, Key, Kind, Part, Wanted};

/// The files that come with reloadsafe.
const BUILT_IN: &[(&str, &str)] = &[
    ("environment.toml", include_str!("catalogue/environment.toml")),
    ("libraries.toml", include_str!("catalogue/libraries.toml")),
    ("standard_library.toml", include_str!("catalogue/standard_library.toml")),
];

/// Facts about callables, found by their dotted names.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    /// By the dotted name, `()` for what a call gives: what is known of a call.
    by_path: FxHashMap<String, Vec<Use>>,
    /// The last parts of those names: most calls have none of these.
    last_parts: FxHashSet<String>,
    /// Calls that give the same for the same arguments.
    same: FxHashSet<String>,
    /// Names of modules that are asked for among flags joined by `|`.
    flags: Vec<String>,
    harmless: Harmless,
}

/// What a text of the catalogue's format says.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub entries: Vec<Entry>,
    /// Calls that give the same, or an equal object, for the same arguments.
    pub same: Vec<String>,
    pub harmless: Harmless,
}

/// What an entry has to do with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// The call is what the entry of this number is about.
    Does(usize),
    /// It undoes what that call has done; which of the entry's undoing calls it is.
    Undoes(usize, usize),
    /// What the entry of this number is about fails once this has been called.
    Ends(usize),
}

/// A fact about one or more callables.
#[derive(Debug, Clone)]
pub struct Entry {
    pub kind: Kind,
    /// The dotted names, each as a module offers it; `()` stands for what a call gives.
    pub paths: Vec<String>,
    /// What has to be the same for the second call to meet the first. None of them: any call.
    pub key: Vec<Key>,
    /// What has to be another than it was for the second call to raise. None of them: it raises
    /// in any case.
    pub differs: Vec<Key>,
    /// Of the arguments: where one of these does not hold for certain, nothing is known.
    pub only: Vec<Condition>,
    /// Of the arguments: where one of these may hold, nothing is known.
    pub unless: Vec<Condition>,
    /// Of the arguments with which another module has made the object: where one of these holds,
    /// nothing is known. Keywords only.
    pub unless_made: Vec<Condition>,
    /// As `unless_made`: where one of these does not hold, nothing is known.
    pub only_made: Vec<Condition>,
    /// Only for a class whose base is itself a class that another module has made from it.
    pub is_inherited: bool,
    /// Only for a class whose base this is itself, and no class that was derived from it.
    pub is_direct: bool,
    /// Whatever object it is called on: another one each time does not help.
    pub is_on_any: bool,
    /// Only while the module still holds what the first call gave.
    pub while_held: bool,
    /// Something besides the process has a say: a file, a port.
    pub is_open: bool,
    pub effect: Effect,
    /// Calls on the same object after which the entry's calls fail. None of them: the entry's
    /// calls themselves are what must not be made twice.
    pub after: Vec<String>,
    /// Why, as the end of a sentence.
    pub reason: String,
    pub undone_by: Vec<Undoing>,
    /// From this Python on.
    pub since: Option<PythonVersion>,
    /// With this Python no longer.
    pub until: Option<PythonVersion>,
    /// The releases of the library, where not all do it.
    pub releases: Option<Releases>,
    pub rewrite: Option<Rewrite>,
}

/// What comes of making a call a second time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// It raises: the class, then those of its bases that matter to who catches it.
    Raises(Vec<String>),
    /// What it does is there once more, as a noun.
    Repeats(String),
    /// It raises where something outside of the process is not as it was.
    Depends {
        /// On what, as a noun.
        on: String,
        /// As with [`Effect::Raises`].
        raises: Vec<String>,
    },
    /// It puts something in a place of which another call tells what is there: where that holds
    /// what was there before, each time wraps the last.
    Wraps {
        /// What is put there.
        value: Key,
        /// The call that tells what is there, for the same key.
        original: String,
    },
}

/// A call that undoes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undoing {
    pub path: String,
    /// What it undoes; none: whatever the entry's calls have done.
    pub key: Vec<Key>,
    /// Of its arguments: where one of these is known not to hold, it undoes nothing.
    pub only: Vec<Condition>,
}

/// The releases of a distribution in which an entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Releases {
    /// As the package index names it.
    pub distribution: String,
    /// From this release on.
    pub since: Option<Vec<u32>>,
    /// In this release no longer.
    pub until: Option<Vec<u32>>,
}

impl Releases {
    /// Whether a release is among them. Of one that is not known, the newest is meant.
    pub fn contain(&self, release: Option<&[u32]>) -> bool {
        let Some(release) = release else { return self.until.is_none() };
        self.since.as_deref().is_none_or(|since| release >= since)
            && self.until.as_deref().is_none_or(|until| release < until)
    }
}

/// How a call is made safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// By one argument more, such as `exist_ok=True`.
    Argument(String),
    /// By a statement before it. `{receiver}` is what the call is made on, `{0}` and `{name}` are
    /// arguments, `{def}` is the name of what is decorated.
    Before(String),
}

impl Catalogue {
    /// What comes with reloadsafe.
    ///
    /// # Panics
    /// Where one of those files is wrong, which a test rules out.
    pub fn built_in() -> Arc<Catalogue> {
        static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(|| {
            let mut facts = Vec::new();
            for (name, text) in BUILT_IN {
                let own = read(text).unwrap_or_else(|error| panic!("{name}: {}", error.message));
                facts.push(own);
            }
            Arc::new(Catalogue::new(&facts))
        });
        Arc::clone(&CATALOGUE)
    }

    /// A catalogue of these facts.
    pub fn new<'f>(facts: impl IntoIterator<Item = &'f Facts>) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for own in facts {
            own.entries.iter().for_each(|entry| catalogue.add(entry.clone()));
            catalogue.same.extend(own.same.iter().cloned());
            catalogue.harmless.extend(&own.harmless);
        }
        catalogue
    }

    /// This catalogue with more facts.
    pub fn with(&self, more: &Facts) -> Catalogue {
        let own = Facts {
            entries: self.entries.clone(),
            same: self.same.iter().cloned().collect(),
            harmless: self.harmless.clone(),
        };
        Catalogue::new([&own, more])
    }

    fn add(&mut self, entry: Entry) {
        let number = self.entries.len();
        for path in &entry.paths {
            self.learn(path, Use::Does(number));
        }
        for path in &entry.after {
            self.learn(path, Use::Ends(number));
        }
        for (index, undoing) in entry.undone_by.iter().enumerate() {
            self.learn(&undoing.path, Use::Undoes(number, index));
        }
        let undoing = entry.undone_by.iter().flat_map(|undoing| &undoing.only);
        for condition in entry.only.iter().chain(&entry.unless).chain(undoing) {
            if let Wanted::Flag(flag) = &condition.wanted {
                self.flags.push(flag.clone());
            }
        }
        self.entries.push(entry);
    }

    fn learn(&mut self, path: &str, meaning: Use) {
        self.by_path.entry(path.to_owned()).or_default().push(meaning);
        self.last_parts.insert(last_part(path).to_owned());
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn entry(&self, number: usize) -> Option<&Entry> {
        self.entries.get(number)
    }

    /// What is known of a dotted name.
    pub fn uses(&self, path: &str) -> &[Use] {
        self.by_path.get(path).map_or(&[], Vec::as_slice)
    }

    /// Whether any name ends like this one.
    pub fn has_last_part_of(&self, path: &str) -> bool {
        self.last_parts.contains(last_part(path))
    }

    /// What has been added to [`Harmless::built_in`].
    pub fn harmless(&self) -> &Harmless {
        &self.harmless
    }

    /// The names of modules that conditions ask for among flags.
    pub fn flags(&self) -> &[String] {
        &self.flags
    }

    /// Whether a call gives the same for the same arguments.
    pub fn gives_the_same(&self, callee: &str) -> bool {
        self.same.contains(callee)
    }
}

/// `b` of `m.a().b()`.
fn last_part(path: &str) -> &str {
    let path = path.strip_suffix("()").unwrap_or(path);
    path.rsplit_once('.').map_or(path, |(_, last)| last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_with_it_is_understood() {
        let catalogue = Catalogue::built_in();
        assert!(catalogue.entries().len() > 50);
        for entry in catalogue.entries() {
            assert!(!entry.paths.is_empty() && !entry.reason.is_empty(), "{entry:?}");
            assert!(!entry.reason.ends_with('.'), "{entry:?}");
        }
    }

    #[test]
    fn names_are_found_by_their_ends() {
        let text = "[[entry]]\ncall = [\"a.B().c()\"]\nraises = \"ValueError\"\nreason = \"r\"\n";
        let catalogue = Catalogue::new([&read(text).unwrap()]);
        assert!(catalogue.has_last_part_of("app.b.c()") && catalogue.has_last_part_of("x.c"));
        assert!(!catalogue.has_last_part_of("a.B"));
        assert_eq!(catalogue.uses("a.B().c()"), [Use::Does(0)]);
    }

    #[test]
    fn releases_are_compared_number_by_number() {
        let releases = |since: &[u32], until: &[u32]| Releases {
            distribution: "x".to_owned(),
            since: (!since.is_empty()).then(|| since.to_vec()),
            until: (!until.is_empty()).then(|| until.to_vec()),
        };
        assert!(releases(&[2], &[]).contain(Some(&[2, 0])));
        assert!(!releases(&[2], &[]).contain(Some(&[1, 17])));
        assert!(releases(&[], &[2, 5]).contain(Some(&[2, 1, 0])));
        assert!(!releases(&[], &[2, 5]).contain(Some(&[2, 5])));
        assert!(releases(&[2], &[]).contain(None) && !releases(&[], &[2]).contain(None));
    }
}
