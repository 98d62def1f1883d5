//! Names, classes and attributes of the builtin namespace, read from `builtins.txt`.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::python::PythonVersion;

struct Table {
    names: FxHashMap<&'static str, (u8, u8)>,
    types: FxHashMap<&'static str, Type>,
}

struct Type {
    name: &'static str,
    bases: Vec<&'static str>,
    attributes: FxHashSet<&'static str>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| parse(include_str!("builtins.txt")));

fn parse(text: &'static str) -> Table {
    let mut table = Table { names: FxHashMap::default(), types: FxHashMap::default() };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("name ") {
            let (name, range) = rest.split_once(' ').unwrap_or((rest, "-"));
            let (first, last) = range.split_once('-').unwrap_or((range, ""));
            let range = (first.parse().unwrap_or(0), last.parse().unwrap_or(u8::MAX));
            table.names.insert(name, range);
        } else if let Some((name, rest)) =
            line.strip_prefix("type ").and_then(|rest| rest.split_once('('))
            && let Some((bases, attributes)) = rest.split_once(')')
        {
            let bases = bases.split_whitespace().collect();
            let attributes = attributes.split_whitespace().collect();
            table.types.insert(name, Type { name, bases, attributes });
        }
    }
    table
}

/// Whether a name is in the builtin namespace of a Python version.
pub(crate) fn is_builtin_name(name: &str, python: PythonVersion) -> bool {
    let range = TABLE.names.get(name);
    range.is_some_and(|&(first, last)| (first..=last).contains(&python.minor))
}

/// The canonical name of a builtin class that is reachable under a builtin name.
pub(in crate::worlds) fn class_named(name: &str) -> Option<&'static str> {
    let name = match name {
        "IOError" | "EnvironmentError" => "OSError",
        name => name,
    };
    TABLE.types.get(name).map(|entry| entry.name).filter(|name| TABLE.names.contains_key(name))
}

/// A builtin name as it lives as long as the program.
pub(in crate::worlds) fn builtin_name(name: &str) -> Option<&'static str> {
    TABLE.names.get_key_value(name).map(|(name, _)| *name)
}

/// Whether a class of this name is in the table.
pub(in crate::worlds) fn is_known(name: &str) -> bool {
    TABLE.types.contains_key(name)
}

/// Whether `name` is `ancestor` or derives from it.
pub(in crate::worlds) fn is_subclass(name: &str, ancestor: &str) -> bool {
    if name == ancestor {
        return true;
    }
    let bases = TABLE.types.get(name).map(|entry| entry.bases.as_slice()).unwrap_or_default();
    bases.iter().any(|base| is_subclass(base, ancestor))
}

/// The direct bases of a builtin class.
pub(in crate::worlds) fn bases(name: &str) -> impl Iterator<Item = &'static str> {
    TABLE.types.get(name).map(|entry| entry.bases.as_slice()).unwrap_or_default().iter().copied()
}

/// What a builtin class itself has, its bases aside.
pub(in crate::worlds) fn own_attributes(name: &str) -> impl Iterator<Item = &'static str> {
    TABLE.types.get(name).into_iter().flat_map(|entry| entry.attributes.iter().copied())
}

/// Whether instances of a builtin class have an attribute; None where the class is not known.
pub(in crate::worlds) fn has_attribute(class: &str, attribute: &str) -> Option<bool> {
    let entry = TABLE.types.get(class)?;
    if entry.attributes.contains(attribute) {
        return Some(true);
    }
    Some(entry.bases.iter().any(|base| has_attribute(base, attribute) == Some(true)))
}

/// Whether a builtin class is an exception class.
pub(in crate::worlds) fn is_exception(name: &str) -> bool {
    is_subclass(name, "BaseException")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_knows_versions_hierarchy_and_attributes() {
        let version = |minor| PythonVersion { minor };
        assert!(is_builtin_name("aiter", version(10)) && !is_builtin_name("aiter", version(9)));
        assert!(is_builtin_name("range", version(8)) && !is_builtin_name("xrange", version(8)));
        assert!(is_subclass("ModuleNotFoundError", "Exception"));
        assert!(!is_subclass("KeyError", "ValueError"));
        assert_eq!(class_named("IOError"), Some("OSError"));
        assert_eq!(has_attribute("KeyError", "args"), Some(true));
        assert_eq!(has_attribute("str", "append"), Some(false));
        assert_eq!(has_attribute("bool", "bit_length"), Some(true));
    }
}
