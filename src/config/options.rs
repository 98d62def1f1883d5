//! One layer of settings, and how it is read from TOML or JSON.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, did_you_mean};
use super::patterns::{PathPatterns, PerFileIgnores};
use super::raw::{Raw, RawEntry, RawValue, camel_case, kebab_case, toml_entries};
use super::selection::Selector;
use super::{Choice, OutputFormat, Reloader};
use crate::diagnostic::Severity;
use crate::python::PythonVersion;

/// One layer of settings; what it does not say is `None`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The directory of the file that the layer is from.
    pub project_root: Option<PathBuf>,
    pub select: Option<Vec<Selector>>,
    pub extend_select: Option<Vec<Selector>>,
    pub ignore: Option<Vec<Selector>>,
    pub per_file_ignores: Option<PerFileIgnores>,
    pub min_severity: Option<Severity>,
    pub fail_on: Option<Severity>,
    pub python_version: Option<PythonVersion>,
    pub python: Option<PathBuf>,
    pub reloader: Option<Reloader>,
    pub src: Option<Vec<PathBuf>>,
    pub exclude: Option<PathPatterns>,
    pub output_format: Option<OutputFormat>,
}

/// The keys there are, as a file spells them.
pub const KEYS: &[&str] = &[
    "select",
    "extend-select",
    "ignore",
    "per-file-ignores",
    "min-severity",
    "fail-on",
    "python-version",
    "python",
    "reloader",
    "src",
    "exclude",
    "output-format",
];

impl Options {
    /// Reads the text of a `reloadsafe.toml`, or of a `pyproject.toml`, told apart by the
    /// path's file name. `None`: a `pyproject.toml` without `[tool.reloadsafe]`.
    ///
    /// Paths in it are taken relative to the directory of `path`. Nothing is read from disk.
    ///
    /// # Errors
    /// Text that is not TOML, an unknown key, a value of a wrong type or out of range: with
    /// the place.
    pub fn from_toml(text: &str, path: &Path) -> Result<Option<Options>, ConfigError> {
        let fail = |span, message| ConfigError::at(path, text, span, message);
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let document =
            DeTable::parse(text).map_err(|error| fail(error.span(), error.message().to_owned()))?;
        let entries = if path.file_name().is_some_and(|name| name == "pyproject.toml") {
            match tool_table(document.get_ref()) {
                Some((_, DeValue::Table(table))) => toml_entries(table),
                Some((span, _)) => {
                    return Err(fail(Some(span), "`tool.reloadsafe` must be a table".to_owned()));
                }
                None => return Ok(None),
            }
        } else {
            toml_entries(document.get_ref())
        };
        let base = path.parent().unwrap_or(Path::new(""));
        let mut options =
            from_entries(&entries, base, false).map_err(|error| fail(error.span, error.message))?;
        options.project_root = Some(base.to_owned());
        Ok(Some(options))
    }

    /// Reads settings as an editor sends them: an object with the keys in camelCase.
    /// Paths in it are taken relative to `base`.
    ///
    /// # Errors
    /// An unknown key, a value of a wrong type or out of range.
    pub fn from_json(value: &serde_json::Value, base: &Path) -> Result<Options, ConfigError> {
        let fail = |message| ConfigError { path: None, at: None, message };
        let RawValue::Table(mut entries) = Raw::from_json(value).value else {
            return Err(fail("the settings must be an object".to_owned()));
        };
        for entry in &mut entries {
            // Only camelCase is a key here: `fail-on` and `fail_on` are mistakes to name.
            let kebab = kebab_case(&entry.key);
            if !entry.key.contains('-') && KEYS.contains(&kebab.as_str()) {
                entry.key = kebab;
            } else {
                let known: Vec<String> = KEYS.iter().map(|key| camel_case(key)).collect();
                return Err(fail(unknown_key(&entry.key, known.iter().map(String::as_str))));
            }
        }
        from_entries(&entries, base, true).map_err(|error| fail(error.message))
    }
}

/// `[tool.reloadsafe]` of a `pyproject.toml`, and where it stands.
fn tool_table<'a>(document: &'a DeTable<'_>) -> Option<(Range<usize>, &'a DeValue<'a>)> {
    let DeValue::Table(tool) = document.get("tool")?.get_ref() else { return None };
    let table = tool.get("reloadsafe")?;
    Some((table.span(), table.get_ref()))
}

fn unknown_key<'a>(key: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    format!("unknown key `{key}`{}", did_you_mean(key, known))
}

/// What is wrong with a value, and where.
struct Wrong {
    span: Option<Range<usize>>,
    message: String,
}

fn from_entries(entries: &[RawEntry], base: &Path, camel: bool) -> Result<Options, Wrong> {
    let mut options = Options::default();
    for entry in entries {
        set(&mut options, entry, base).map_err(|mut wrong| {
            let shown = if camel { camel_case(&entry.key) } else { entry.key.clone() };
            let known = KEYS.contains(&entry.key.as_str());
            if known {
                wrong.message = format!("`{shown}`: {}", wrong.message);
            }
            wrong
        })?;
    }
    Ok(options)
}

fn set(options: &mut Options, entry: &RawEntry, base: &Path) -> Result<(), Wrong> {
    let value = &entry.value;
    match entry.key.as_str() {
        "select" => options.select = Some(list(value, parsed)?),
        "extend-select" => options.extend_select = Some(list(value, parsed)?),
        "ignore" => options.ignore = Some(list(value, parsed)?),
        "per-file-ignores" => options.per_file_ignores = Some(per_file_ignores(value, base)?),
        "min-severity" => options.min_severity = Some(choice(value)?),
        "fail-on" => options.fail_on = Some(choice(value)?),
        "python-version" => options.python_version = Some(parsed(value)?),
        "python" => options.python = Some(interpreter(value, base)?),
        "reloader" => options.reloader = Some(choice(value)?),
        "src" => options.src = Some(list(value, |item| Ok(base.join(text(item)?)))?),
        "exclude" => options.exclude = Some(patterns(value, base)?),
        "output-format" => options.output_format = Some(choice(value)?),
        unknown => {
            let message = unknown_key(unknown, KEYS.iter().copied());
            return Err(Wrong { span: entry.key_span.clone(), message });
        }
    }
    Ok(())
}

fn wrong(raw: &Raw, message: String) -> Wrong {
    Wrong { span: raw.span.clone(), message }
}

fn text(raw: &Raw) -> Result<&str, Wrong> {
    match &raw.value {
        RawValue::Text(text) => Ok(text),
        _ => Err(wrong(raw, format!("expected a string, found {}", raw.describe()))),
    }
}

fn parsed<T>(raw: &Raw) -> Result<T, Wrong>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    text(raw)?.parse().map_err(|error: T::Err| wrong(raw, error.to_string()))
}

fn choice<T: Choice>(raw: &Raw) -> Result<T, Wrong> {
    T::from_word(text(raw)?).map_err(|error| wrong(raw, error.to_string()))
}

fn list<'a, T>(raw: &'a Raw, item: impl Fn(&'a Raw) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
    match &raw.value {
        RawValue::List(items) => items.iter().map(item).collect(),
        _ => Err(wrong(raw, format!("expected a list of strings, found {}", raw.describe()))),
    }
}

/// A path; but `python3`, `pypy` and the like are commands, and stay as they are.
fn interpreter(raw: &Raw, base: &Path) -> Result<PathBuf, Wrong> {
    let given = text(raw)?;
    let is_command = (given.starts_with("python") || given.starts_with("pypy"))
        && !given.contains(std::path::is_separator);
    Ok(if is_command { PathBuf::from(given) } else { base.join(given) })
}

fn patterns(raw: &Raw, base: &Path) -> Result<PathPatterns, Wrong> {
    let texts = list(raw, text)?;
    PathPatterns::new(base, texts).map_err(|message| wrong(raw, message))
}

fn per_file_ignores(raw: &Raw, base: &Path) -> Result<PerFileIgnores, Wrong> {
    let RawValue::Table(entries) = &raw.value else {
        return Err(wrong(raw, format!("expected a table of lists, found {}", raw.describe())));
    };
    let mut ignores = Vec::new();
    for entry in entries {
        let patterns = PathPatterns::one(base, &entry.key)
            .map_err(|message| Wrong { span: entry.key_span.clone(), message })?;
        ignores.push((patterns, list(&entry.value, parsed)?));
    }
    Ok(PerFileIgnores::new(ignores))
}
