//! Facts about the Python that is analysed for.

use std::fmt;
use std::str::FromStr;

/// A minor version of Python 3, as in `3.11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// The number after `3.`.
    pub minor: u8,
}

impl PythonVersion {
    /// The oldest version whose syntax and reload semantics are modelled.
    pub const OLDEST: PythonVersion = PythonVersion { minor: 8 };
    /// The newest version whose syntax and reload semantics are modelled.
    pub const NEWEST: PythonVersion = PythonVersion { minor: 14 };
    /// What is assumed where neither the configuration nor an interpreter says otherwise.
    pub const DEFAULT: PythonVersion = PythonVersion { minor: 11 };
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.minor)
    }
}

/// Why a text is not a version of Python that can be analysed for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Python version from 3.8 to 3.14")]
pub struct PythonVersionError(String);

impl FromStr for PythonVersion {
    type Err = PythonVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("3.")
            .and_then(|minor| minor.parse().ok())
            .map(|minor| PythonVersion { minor })
            .filter(|version| (Self::OLDEST..=Self::NEWEST).contains(version))
            .ok_or_else(|| PythonVersionError(text.to_owned()))
    }
}
