//! What neither raises nor leaves anything behind when a module calls it.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

/// Names by the module that offers them; `*` stands for all of a module.
#[derive(Debug, Clone, Default)]
pub struct Harmless(FxHashMap<String, FxHashSet<String>>);

impl Harmless {
    /// What comes with reloadsafe.
    ///
    /// # Panics
    /// Where that file is wrong, which a test rules out.
    pub fn built_in() -> &'static Harmless {
        static HARMLESS: LazyLock<Harmless> = LazyLock::new(|| {
            let facts = super::read(include_str!("harmless.toml"))
                .unwrap_or_else(|error| panic!("harmless.toml: {}", error.message));
            let mut harmless = Harmless::default();
            harmless.extend(&facts.harmless);
            harmless
        });
        &HARMLESS
    }

    /// Adds what others say.
    pub fn extend(&mut self, more: &Harmless) {
        for (module, names) in &more.0 {
            self.add(module, names);
        }
    }

    pub(super) fn add<'n>(&mut self, module: &str, names: impl IntoIterator<Item = &'n String>) {
        let known = self.0.entry(module.to_owned()).or_default();
        known.extend(names.into_iter().cloned());
    }

    /// Whether a module's name is among them.
    pub fn has(&self, module: &str, name: &str) -> bool {
        self.0.get(module).is_some_and(|names| names.contains(name) || names.contains("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_their_module() {
        let harmless = Harmless::built_in();
        assert!(harmless.has("argparse", "ArgumentParser") && harmless.has("re", "compile"));
        assert!(!harmless.has("argparse", "REMAINDERS") && !harmless.has("ourlib", "add"));
        let facts = super::super::read("[harmless]\n\"ourlib.tools\" = [\"add\"]\n").unwrap();
        let mut own = Harmless::default();
        own.extend(&facts.harmless);
        assert!(own.has("ourlib.tools", "add") && !own.has("ourlib.tools", "remove"));
        assert!(super::super::read("[harmless]\nourlib = \"add\"\n").is_err());
    }
}
