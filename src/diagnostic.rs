//! What a finding is, whoever shows it: no LSP types, no serialisation.

use std::path::PathBuf;
use std::sync::Arc;

use crate::text::source::Source;
use crate::text::span::Span;

/// How loud a finding is. Ordered: `Hint < Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Hint,
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The word for it in the configuration and in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Hint => "hint",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// Whether something holds on every path (`always`) or on some (`maybe`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Certainty {
    Maybe,
    Always,
}

impl Certainty {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Certainty::Maybe => "maybe",
            Certainty::Always => "always",
        }
    }

    /// `Always` where the condition holds.
    pub fn always_if(condition: bool) -> Self {
        if condition { Certainty::Always } else { Certainty::Maybe }
    }
}

/// A range of one text.
#[derive(Debug, Clone)]
pub struct Location {
    pub source: Arc<Source>,
    /// Byte offsets into the text of `source`.
    pub span: Span,
}

/// Another place that belongs to a finding, and what it has to do with it.
#[derive(Debug, Clone)]
pub struct Related {
    pub location: Location,
    pub message: String,
}

/// A replacement of a byte range of one text.
#[derive(Debug, Clone)]
pub struct Edit {
    pub location: Location,
    pub new_text: String,
}

/// A change that removes the hazard.
#[derive(Debug, Clone)]
pub struct Fix {
    pub title: String,
    /// The LSP code action kind, such as `quickfix`.
    pub kind: &'static str,
    /// The one that most people would want.
    pub preferred: bool,
    /// Whether it can be applied without looking: nothing but the hazard changes.
    pub safe: bool,
    pub edits: Vec<Edit>,
}

/// A finding of one rule.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// The code, such as `RS101`; `crate::rules` has the rest.
    pub code: &'static str,
    pub severity: Severity,
    pub certainty: Certainty,
    /// One sentence without a full stop at the end; the edit first, then the consequence.
    pub message: String,
    pub location: Location,
    pub related: Vec<Related>,
    pub fixes: Vec<Fix>,
    /// What tells this finding from others of its rule in its file, and survives edits
    /// elsewhere: usually the module and the name it is about. No line numbers.
    pub key: String,
    /// The file of the module whose reload it is about, where that is not the one of `location`.
    /// Known to runs over a workspace only.
    pub module: Option<PathBuf>,
}
