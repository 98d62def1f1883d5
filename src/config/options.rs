//! One layer of settings, and how it is read from TOML or JSON.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, did_you_mean};
use super::patterns::{PathPatterns, PerFileIgnores};
use super::raw::{Raw, RawEntry, RawValue, camel_case, kebab_case, toml_entries};
use super::selection::Selector;
use super::{Choice, OutputFormat, Reloader};
use crate::catalogue::Facts;
use crate::diagnostic::Severity;
use crate::python::PythonVersion;

/// One layer of settings; what it does not say is `None`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The directory of the file that the layer is from.
    pub project_root: Option<PathBuf>,
    /// The rules that report, instead of those that weaker layers say.
    pub select: Option<Vec<Selector>>,
    /// Rules that report besides.
    pub extend_select: Option<Vec<Selector>>,
    /// Rules that do not report.
    pub ignore: Option<Vec<Selector>>,
    /// Rules that do not report in some files.
    pub per_file_ignores: Option<PerFileIgnores>,
    /// The least severity that is reported.
    pub min_severity: Option<Severity>,
    /// The least severity that makes the exit code 1.
    pub fail_on: Option<Severity>,
    /// The Python to analyse for.
    pub python_version: Option<PythonVersion>,
    /// The interpreter or environment in which imports resolve.
    pub python: Option<PathBuf>,
    /// Whose way of reloading is simulated.
    pub reloader: Option<Reloader>,
    /// The source roots.
    pub src: Option<Vec<PathBuf>>,
    /// Files and directories that are not looked at.
    pub exclude: Option<PathPatterns>,
    /// The file with the findings that are not reported again.
    pub baseline_file: Option<PathBuf>,
    /// Files with facts that are added to the catalogue.
    pub catalogue: Option<Vec<PathBuf>>,
    /// What those files say, once they were read ([`super::discovery::with_facts`]).
    pub facts: Option<Arc<Facts>>,
    /// The catalogue is not asked.
    pub no_catalogue: Option<bool>,
    /// How results are written.
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
    "baseline-file",
    "catalogue",
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
        "baseline-file" => options.baseline_file = Some(base.join(text(value)?)),
        "catalogue" => {
            options.catalogue = Some(list(value, |item| Ok(base.join(text(item)?)))?);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        let error = Options::from_toml(text, Path::new("reloadsafe.toml")).unwrap_err();
        assert_eq!(error.to_string(), format!("reloadsafe.toml:{expected}"));
    }

    #[test]
    fn every_key_is_read() {
        let text = r#"
            select = ["ALL"]
            extend-select = ["RS101"]
            ignore = ["orphaned-import", "RS2"]
            min-severity = "info"
            fail-on = "error"
            python-version = "3.12"
            python = ".venv"
            reloader = "ipython"
            src = ["src"]
            exclude = ["build/"]
            baseline-file = "ci/known.json"
            catalogue = ["ci/facts.toml"]
            output-format = "json"
            [per-file-ignores]
            "tests/" = ["ALL"]
        "#;
        let options = Options::from_toml(text, Path::new("/p/reloadsafe.toml")).unwrap().unwrap();
        assert_eq!(options.catalogue, Some(vec![PathBuf::from("/p/ci/facts.toml")]));
        let config = Config::resolve(&[options]);
        assert_eq!(config.project_root.as_deref(), Some(Path::new("/p")));
        assert!(!config.rules.is_enabled("RS103") && config.rules.is_enabled("RS900"));
        assert_eq!((config.min_severity, config.fail_on), (Severity::Info, Severity::Error));
        assert_eq!(config.python_version, Some(PythonVersion { minor: 12 }));
        assert_eq!(config.python.as_deref(), Some(Path::new("/p/.venv")));
        assert_eq!(config.src, [Path::new("/p/src")]);
        assert!(config.exclude.matches_file(Path::new("/p/build/m.py")));
        assert_eq!(config.baseline_file.as_deref(), Some(Path::new("/p/ci/known.json")));
        assert_eq!(config.reloader, Reloader::Ipython);
        assert_eq!(config.output_format, OutputFormat::Json);
        assert!(!config.reports("RS101", Severity::Error, Path::new("/p/tests/m.py")));
        assert!(config.reports("RS101", Severity::Error, Path::new("/p/src/m.py")));
        assert!(!config.reports("RS101", Severity::Hint, Path::new("/p/src/m.py")));
    }

    #[test]
    fn a_pyproject_is_read_from_its_table_only() {
        let read = |text| Options::from_toml(text, Path::new("pyproject.toml"));
        assert!(read("[tool.ruff]\nselekt = 1").unwrap().is_none());
        let options = read("\u{FEFF}[tool.reloadsafe]\nfail-on = 'hint'").unwrap().unwrap();
        assert_eq!(options.fail_on, Some(Severity::Hint));
        let error = read("[tool]\nreloadsafe = 1").unwrap_err();
        assert_eq!(error.to_string(), "pyproject.toml:2:14: `tool.reloadsafe` must be a table");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        check_error(
            "src = []\n  selekt = ['RS1']",
            "2:3: unknown key `selekt` (did you mean `select`?)",
        );
        check_error("frobnicate = 1", "1:1: unknown key `frobnicate`");
        check_error("select = 'RS1'", "1:10: `select`: expected a list of strings, found a string");
        check_error("src = ['a', 2]", "1:13: `src`: expected a string, found an integer");
        check_error("ignore = ['RS777']", "1:11: `ignore`: unknown rule `RS777`");
        check_error(
            "fail-on = 'warn'",
            "1:11: `fail-on`: `warn` is none of error, warning, info, hint (did you mean `warning`?)",
        );
        check_error(
            "python-version = 3.11",
            "1:18: `python-version`: expected a string, found a number",
        );
        check_error(
            "python-version = '2.7'",
            "1:18: `python-version`: `2.7` is not a Python version from 3.8 to 3.14",
        );
        check_error(
            "[per-file-ignores]\n'[z-a]' = ['ALL']",
            "2:1: `per-file-ignores`: `[z-a]` is not a valid pattern: error parsing glob '[z-a]': \
             invalid range; 'z' > 'a'",
        );
        check_error("src = [", "1:8: unclosed array, expected `]`");
    }

    #[test]
    fn an_editor_sends_the_same_keys_in_camel_case() {
        let read = |json: &str| {
            let value = serde_json::from_str(json).unwrap();
            Options::from_json(&value, Path::new("/w")).map_err(|error| error.to_string())
        };
        let options =
            read(r#"{"failOn":"error","perFileIgnores":{"myTests/":["RS1"]},"src":["lib"]}"#)
                .unwrap();
        assert_eq!(options.fail_on, Some(Severity::Error));
        assert_eq!(options.src, Some(vec![PathBuf::from("/w/lib")]));
        let ignores = options.per_file_ignores.unwrap();
        assert!(ignores.ignores(Path::new("/w/myTests/m.py"), "RS101"));
        let fails = |json| read(json).unwrap_err();
        assert_eq!(fails(r#"{"failOm":1}"#), "unknown key `failOm` (did you mean `failOn`?)");
        assert_eq!(fails(r#"{"fail-on":1}"#), "unknown key `fail-on` (did you mean `failOn`?)");
        assert_eq!(fails(r#"{"failOn":1}"#), "`failOn`: expected a string, found a number");
        assert_eq!(fails("[]"), "the settings must be an object");
    }
}
