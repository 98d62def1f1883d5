//! What a user can set, where it is read from, and which setting wins.
//!
//! [`Options`] is one layer (a file, a command line, what an editor sends); [`Config`] is what
//! follows from all layers. Precedence: command line, then file, then default. Parsing is pure
//! ([`Options::from_toml`]); [`discovery`] is the part that reads files.

pub mod discovery;
pub mod error;
pub mod options;
pub mod patterns;
pub mod selection;

mod raw;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

pub use error::ConfigError;
pub use options::Options;
pub use patterns::{PathPatterns, PerFileIgnores};
pub use selection::{RuleSelection, Selector, UnknownRule};

use crate::catalogue::Catalogue;
use crate::diagnostic::Severity;
use crate::python::PythonVersion;

/// The settings of a run, complete.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of the configuration file; relative settings were resolved against it.
    pub project_root: Option<PathBuf>,
    /// Which rules report.
    pub rules: RuleSelection,
    /// Which rules do not report in which files.
    pub per_file_ignores: PerFileIgnores,
    /// What is less severe is not reported.
    pub min_severity: Severity,
    /// A finding of at least this severity makes the exit code 1.
    pub fail_on: Severity,
    /// The Python that is analysed for, where the user says it.
    pub python_version: Option<PythonVersion>,
    /// The interpreter or environment in which imports resolve, where the user says it.
    pub python: Option<PathBuf>,
    /// Whose way of reloading is simulated.
    pub reloader: Reloader,
    /// The source roots, where the user says them; empty: they are found.
    pub src: Vec<PathBuf>,
    /// Files and directories that are not looked at.
    pub exclude: PathPatterns,
    /// The file with the findings that are not reported again, where the user says it.
    pub baseline_file: Option<PathBuf>,
    /// What is known of callables that are not followed; none where nobody asks.
    pub catalogue: Option<Arc<Catalogue>>,
    /// How results are written.
    pub output_format: OutputFormat,
}

impl Config {
    /// Folds layers into settings, the weakest layer first.
    pub fn resolve(layers: &[Options]) -> Config {
        /// The strongest layer that says something.
        fn last<T: Clone>(layers: &[Options], get: impl Fn(&Options) -> &Option<T>) -> Option<T> {
            layers.iter().rev().find_map(|layer| get(layer).clone())
        }
        Config {
            project_root: last(layers, |layer| &layer.project_root),
            rules: RuleSelection::resolve(layers),
            per_file_ignores: last(layers, |layer| &layer.per_file_ignores).unwrap_or_default(),
            min_severity: last(layers, |layer| &layer.min_severity).unwrap_or(Severity::Hint),
            fail_on: last(layers, |layer| &layer.fail_on).unwrap_or(Severity::Warning),
            python_version: last(layers, |layer| &layer.python_version),
            python: last(layers, |layer| &layer.python),
            reloader: last(layers, |layer| &layer.reloader).unwrap_or(Reloader::Importlib),
            src: last(layers, |layer| &layer.src).unwrap_or_default(),
            exclude: last(layers, |layer| &layer.exclude).unwrap_or_default(),
            baseline_file: last(layers, |layer| &layer.baseline_file),
            catalogue: catalogue(layers),
            output_format: last(layers, |layer| &layer.output_format).unwrap_or(OutputFormat::Text),
        }
    }

    /// The Python that is analysed for, where no interpreter says otherwise.
    pub fn target_python(&self) -> PythonVersion {
        self.python_version.unwrap_or(PythonVersion::DEFAULT)
    }

    /// Whether findings of this code and severity are reported for this file.
    pub fn reports(&self, code: &str, severity: Severity, path: &Path) -> bool {
        severity >= self.min_severity
            && self.rules.is_enabled(code)
            && !self.per_file_ignores.ignores(path, code)
    }
}

/// What comes with reloadsafe, and what the strongest layer adds that says something.
fn catalogue(layers: &[Options]) -> Option<Arc<Catalogue>> {
    let is_off = layers.iter().rev().find_map(|layer| layer.no_catalogue);
    if is_off == Some(true) {
        return None;
    }
    let added = layers.iter().rev().find_map(|layer| layer.facts.as_ref());
    Some(match added {
        Some(facts) => Arc::new(Catalogue::built_in().with(facts)),
        None => Catalogue::built_in(),
    })
}

impl Default for Config {
    /// What holds where nothing is set.
    fn default() -> Self {
        Config::resolve(&[])
    }
}

/// Whose way of reloading is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reloader {
    /// `importlib.reload`.
    Importlib,
    /// `%autoreload 2`.
    Ipython,
    /// `%autoreload complete`.
    IpythonComplete,
    /// `marimo`'s module autoreload.
    Marimo,
    /// `plone.reload`.
    Plone,
    /// `jurigged`.
    Jurigged,
    /// The Python `hmr` package.
    Hmr,
    /// The reloader of the `pydevd` debugger.
    Pydevd,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputFormat {
    /// For people.
    Text,
    /// One object, as the contract has it.
    Json,
    /// A finding a line.
    Jsonl,
    /// SARIF 2.1.
    Sarif,
    /// GitHub workflow commands.
    Github,
    /// A GitLab code quality report.
    Gitlab,
    /// A JUnit report.
    Junit,
}

/// A setting that is one of a few words.
pub trait Choice: Copy + Eq + Sized + 'static {
    /// Every value with its word, in the order in which they are listed.
    const CHOICES: &'static [(&'static str, Self)];

    /// The word for the value.
    fn word(self) -> &'static str {
        Self::CHOICES.iter().find(|(_, value)| *value == self).map_or("?", |(word, _)| *word)
    }

    /// The value that a word stands for, or else the words there are.
    ///
    /// # Errors
    /// [`UnknownChoice`] where no value has this word.
    fn from_word(word: &str) -> Result<Self, UnknownChoice> {
        let found = Self::CHOICES.iter().find(|(candidate, _)| *candidate == word);
        found.map(|(_, value)| *value).ok_or_else(|| UnknownChoice {
            given: word.to_owned(),
            choices: Self::CHOICES.iter().map(|(word, _)| *word).collect(),
        })
    }
}

/// A word that stands for none of the values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is none of {}{}", choices.join(", "), error::did_you_mean(given, choices.iter().copied()))]
pub struct UnknownChoice {
    given: String,
    choices: Vec<&'static str>,
}

impl Choice for Severity {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("error", Severity::Error),
        ("warning", Severity::Warning),
        ("info", Severity::Info),
        ("hint", Severity::Hint),
    ];
}

impl Choice for Reloader {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("importlib", Reloader::Importlib),
        ("ipython", Reloader::Ipython),
        ("ipython-complete", Reloader::IpythonComplete),
        ("marimo", Reloader::Marimo),
        ("plone", Reloader::Plone),
        ("jurigged", Reloader::Jurigged),
        ("hmr", Reloader::Hmr),
        ("pydevd", Reloader::Pydevd),
    ];
}

impl Choice for OutputFormat {
    const CHOICES: &'static [(&'static str, Self)] = &[
        ("text", OutputFormat::Text),
        ("json", OutputFormat::Json),
        ("jsonl", OutputFormat::Jsonl),
        ("sarif", OutputFormat::Sarif),
        ("github", OutputFormat::Github),
        ("gitlab", OutputFormat::Gitlab),
        ("junit", OutputFormat::Junit),
    ];
}

impl FromStr for Reloader {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Choice::from_word(word)
    }
}

impl FromStr for OutputFormat {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Choice::from_word(word)
    }
}
