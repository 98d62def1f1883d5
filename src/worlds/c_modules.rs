//! What extension modules of the standard library bind, which no source shows: read from
//! `c_modules.txt`.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::resolve::{Presence, StarNames};
use super::value::External;
use crate::python::PythonVersion;
use crate::syntax::ast::Name;

/// By module, the names that it binds, with the minor versions of Python that have them; None
/// where that is not known.
type CModules = FxHashMap<&'static str, FxHashMap<&'static str, Option<(u8, u8)>>>;

static C_MODULES: LazyLock<CModules> = LazyLock::new(|| {
    let text: &'static str = include_str!("c_modules.txt");
    let lines = text.lines().filter_map(|line| line.split_once(": "));
    lines.map(|(module, names)| (module, names.split(' ').map(c_entry).collect())).collect()
});

fn c_entry(entry: &'static str) -> (&'static str, Option<(u8, u8)>) {
    if let Some(name) = entry.strip_suffix('?') {
        return (name, None);
    }
    let Some((name, range)) = entry.split_once('@') else { return (entry, Some((0, u8::MAX))) };
    let (first, last) = range.split_once('-').unwrap_or((range, ""));
    (name, Some((first.parse().unwrap_or(0), last.parse().unwrap_or(u8::MAX))))
}

fn has_version(range: Option<(u8, u8)>, python: PythonVersion) -> Presence {
    match range {
        None => Presence::Maybe,
        Some((first, last)) if (first..=last).contains(&python.minor) => Presence::Yes,
        Some(_) => Presence::No,
    }
}

/// Whether it is known what a module of the standard library has.
pub(super) fn is_c_module(module: &str) -> bool {
    C_MODULES.contains_key(module)
}

/// Whether something that a module of the standard library binds comes from an extension module:
/// from the module itself, or from the one that stands behind it (`_collections`).
pub(super) fn is_made_in_c(external: &External) -> bool {
    let binds = |module: &str| {
        C_MODULES.get(module).is_some_and(|names| names.contains_key(&*external.attribute))
    };
    binds(&external.module) || binds(&format!("_{}", external.module))
}

pub(super) fn c_module_presence(module: &str, name: &str, python: PythonVersion) -> Presence {
    let Some(names) = C_MODULES.get(module) else { return Presence::Maybe };
    names.get(name).map_or(Presence::No, |range| has_version(*range, python))
}

pub(super) fn c_module_star(module: &str, python: PythonVersion) -> Option<StarNames> {
    let names = C_MODULES.get(module)?.iter().filter(|(name, _)| !name.starts_with('_'));
    let mut names: Vec<(Name, bool)> = names
        .map(|(name, range)| (Name::from(*name), has_version(*range, python)))
        .filter(|(_, presence)| *presence != Presence::No)
        .map(|(name, presence)| (name, presence == Presence::Yes))
        .collect();
    names.sort();
    Some(StarNames { names, unseen: false, is_chosen: false })
}
