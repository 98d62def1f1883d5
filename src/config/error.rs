//! Why a configuration is refused, and where it says so.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::text::source::{LineColumn, Revision, Source};

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", self.prefix())]
pub struct ConfigError {
    /// The file, where the setting is from one.
    pub path: Option<PathBuf>,
    /// Where in the file.
    pub at: Option<LineColumn>,
    /// What is wrong, naming the key, without a full stop.
    pub message: String,
}

impl ConfigError {
    /// An error in a file as a whole.
    pub fn in_file(path: &Path, message: String) -> Self {
        ConfigError { path: Some(path.to_owned()), at: None, message }
    }

    /// An error at a byte range of a file's text.
    pub fn at(path: &Path, text: &str, span: Option<Range<usize>>, message: String) -> Self {
        let source = Source::new(path, Revision::Current, text.to_owned());
        let at = span.map(|span| source.line_column(span.start as u32));
        ConfigError { path: Some(path.to_owned()), at, message }
    }

    fn prefix(&self) -> String {
        match (&self.path, self.at) {
            (Some(path), Some(at)) => {
                format!("{}:{}:{}: ", path.display(), at.line, at.column)
            }
            (Some(path), None) => format!("{}: ", path.display()),
            (None, _) => String::new(),
        }
    }
}

/// ` (did you mean …?)` where one of the candidates is close to what was given, else nothing.
pub fn did_you_mean<'a>(given: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let given = given.to_lowercase();
    let closest = candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&given, &candidate.to_lowercase()), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    closest.map_or(String::new(), |(_, candidate)| format!(" (did you mean `{candidate}`?)"))
}
