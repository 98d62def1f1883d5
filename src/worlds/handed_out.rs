//! Modules that are handed to code by which they may get names.

use rustc_hash::FxHashSet;

use super::resolve::Resolver;
use super::summaries::Summary;
use crate::modules::{Found, ModuleFile, leads_to};
use crate::syntax::ast::Name;

impl Resolver<'_> {
    /// Whether one of a package's own submodules may put names into it: it takes the package out
    /// of `sys.modules` as it is imported.
    pub(super) fn may_be_given_names(&self, file: &ModuleFile, summary: &Summary) -> bool {
        self.has_below(file, summary, |text| takes_out(text, &file.name))
    }

    /// Whether a package imports one of its own modules as it is imported itself, so that this one
    /// executes before the package has all its names.
    pub(super) fn is_met_on_the_way(&self, module: &str, package: &str) -> bool {
        let (mut seen, mut ahead) = (FxHashSet::default(), vec![Name::from(package)]);
        while let Some(name) = ahead.pop() {
            if *name == *module {
                return true;
            }
            if !leads_to(package, &name) || !seen.insert(name.clone()) {
                continue;
            }
            if let Found::Source(file) = self.find(&name)
                && let Some(summary) = self.summary(&file)
            {
                ahead.extend(summary.imported.iter().cloned());
            }
        }
        false
    }

    /// Whether a submodule of a package that no directory shows may be found all the same: by what
    /// one of the others adds to `sys.meta_path`.
    pub(super) fn may_be_found_otherwise(&self, name: &str) -> bool {
        let Some((package, _)) = name.rsplit_once('.') else { return false };
        let Found::Source(file) = self.find(package) else { return false };
        let Some(summary) = self.summary(&file).filter(|_| file.is_package) else { return false };
        self.has_below(&file, &summary, |text| text.contains("sys.meta_path."))
    }

    /// Whether the text of a module of a package that its import loads is of a kind.
    fn has_below(
        &self,
        file: &ModuleFile,
        summary: &Summary,
        is_it: impl Fn(&str) -> bool,
    ) -> bool {
        let is_below = |name: &str| *name != *file.name && leads_to(&file.name, name);
        summary.imported.iter().filter(|name| is_below(name)).any(|name| match self.find(name) {
            Found::Source(inner) => is_it(inner.source.text()),
            _ => false,
        })
    }
}

/// Whether a text has `sys.modules[…]` with the name of a module in quotes, or with one that is
/// made of its own name.
fn takes_out(text: &str, module: &str) -> bool {
    const LOOKED_UP: &str = "sys.modules[";
    text.match_indices(LOOKED_UP).any(|(at, _)| {
        let rest = &text[at + LOOKED_UP.len()..];
        let Some((key, _)) = rest.split_once(']') else { return false };
        match key.strip_prefix(['"', '\'']).and_then(|key| key.strip_suffix(['"', '\''])) {
            Some(name) => name == module,
            None => key == "__package__" || key != "__name__" && key.contains("__name__"),
        }
    })
}
