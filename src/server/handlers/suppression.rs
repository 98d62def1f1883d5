//! Silencing a rule in the project's configuration.

use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Table, Value};

/// What a configuration file says, and would say with one more rule ignored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ignoring {
    pub(super) path: PathBuf,
    pub(super) old: String,
    pub(super) new: String,
}

/// The change that ignores a rule in the project of a file: in the nearest configuration file.
/// None where there is none that can be changed, or the rule is ignored already.
pub(super) fn ignore(code: &str, file: &Path) -> Option<Ignoring> {
    let places = file.ancestors().skip(1);
    let names = ["reloadsafe.toml", "pyproject.toml"];
    let candidates = places.flat_map(|place| names.map(|name| place.join(name)));
    for path in candidates {
        let Ok(old) = std::fs::read_to_string(&path) else { continue };
        let document: DocumentMut = old.parse().ok()?;
        let is_ours = path.ends_with("reloadsafe.toml") || section(&document).is_some();
        if is_ours {
            let new = ignoring(document, code, path.ends_with("reloadsafe.toml"))?;
            return Some(Ignoring { path, old, new });
        }
    }
    None
}

fn section(document: &DocumentMut) -> Option<&Table> {
    document.get("tool")?.get("reloadsafe")?.as_table()
}

fn ignoring(mut document: DocumentMut, code: &str, is_own_file: bool) -> Option<String> {
    let table = if is_own_file {
        document.as_table_mut()
    } else {
        document.get_mut("tool")?.get_mut("reloadsafe")?.as_table_mut()?
    };
    let item = table.entry("ignore").or_insert_with(|| Item::Value(Value::Array(Array::new())));
    let codes = item.as_array_mut()?;
    if codes.iter().any(|known| known.as_str() == Some(code)) {
        return None;
    }
    codes.push(code);
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, old: &str, new: Option<&str>) {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join(name), old).unwrap();
        let file = directory.path().join("package/m.py");
        let found = ignore("RS101", &file).filter(|it| it.path.starts_with(directory.path()));
        assert_eq!(found.map(|it| it.new), new.map(str::to_owned), "{old}");
    }

    #[test]
    fn a_rule_is_added_and_the_rest_stays_as_it_is() {
        check("reloadsafe.toml", "", Some("ignore = [\"RS101\"]\n"));
        check(
            "reloadsafe.toml",
            "# ours\nignore = [\"RS2\"] # why\n",
            Some("# ours\nignore = [\"RS2\", \"RS101\"] # why\n"),
        );
        check(
            "pyproject.toml",
            "[tool.reloadsafe]\nsrc = [\".\"]\n",
            Some("[tool.reloadsafe]\nsrc = [\".\"]\nignore = [\"RS101\"]\n"),
        );
    }

    #[test]
    fn what_is_ignored_or_not_ours_or_broken_is_left_alone() {
        check("reloadsafe.toml", "ignore = [\"RS101\"]\n", None);
        check("pyproject.toml", "[tool.other]\n", None);
        check("reloadsafe.toml", "ignore = [\n", None);
    }
}
