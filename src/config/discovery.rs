//! Finding and reading the configuration file: the only part of the configuration with I/O.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use super::error::ConfigError;
use super::options::Options;
use crate::catalogue::Facts;

/// The file names that are looked for in each directory, the first one found wins.
const FILE_NAMES: [&str; 2] = ["reloadsafe.toml", "pyproject.toml"];

/// Reads the nearest configuration at or above a directory. `None`: there is none. A
/// `pyproject.toml` without `[tool.reloadsafe]` does not count.
///
/// # Errors
/// A file that is there but cannot be read or used.
pub fn nearest(directory: &Path) -> Result<Option<Options>, ConfigError> {
    let absolute = std::path::absolute(directory)
        .map_err(|error| ConfigError::in_file(directory, error.to_string()))?;
    for ancestor in absolute.ancestors() {
        for name in FILE_NAMES {
            let path = ancestor.join(name);
            let text = match std::fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if is_absent(error.kind()) => continue,
                Err(error) => return Err(ConfigError::in_file(&path, error.to_string())),
            };
            if let Some(options) = Options::from_toml(&text, &path)? {
                return with_facts(options).map(Some);
            }
        }
    }
    Ok(None)
}

/// Reads the configuration that the user named. A `pyproject.toml` without
/// `[tool.reloadsafe]` says nothing, which is no error.
///
/// # Errors
/// A file that cannot be read or used.
pub fn named(path: &Path) -> Result<Options, ConfigError> {
    let absolute =
        std::path::absolute(path).map_err(|error| ConfigError::in_file(path, error.to_string()))?;
    let text = std::fs::read_to_string(&absolute)
        .map_err(|error| ConfigError::in_file(path, error.to_string()))?;
    with_facts(Options::from_toml(&text, &absolute)?.unwrap_or_default())
}

/// Reads the files with facts that options name.
///
/// # Errors
/// A file that cannot be read, or that is no catalogue: with the place.
pub fn with_facts(mut options: Options) -> Result<Options, ConfigError> {
    let Some(paths) = &options.catalogue else { return Ok(options) };
    let mut all = Facts::default();
    for path in paths {
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::in_file(path, format!("the catalogue: {error}")))?;
        let facts = crate::catalogue::read(&text)
            .map_err(|error| ConfigError::at(path, &text, error.span, error.message))?;
        all.entries.extend(facts.entries);
        all.same.extend(facts.same);
    }
    options.facts = Some(Arc::new(all));
    Ok(options)
}

fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}
