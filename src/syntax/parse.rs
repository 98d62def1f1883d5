//! Parsing with a health gate, a deadline and limits.

use std::sync::Arc;
use std::time::Duration;

use super::ast::Ast;
use crate::python::PythonVersion;
use crate::text::source::Source;
use crate::text::span::Span;

/// What a parse may cost, and for which Python the text is meant.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    pub python: PythonVersion,
    /// After this long the text counts as too costly to analyse.
    pub deadline: Duration,
    /// A longer text, in bytes, is not parsed.
    pub max_bytes: usize,
}

/// A text that CPython would compile.
#[derive(Debug)]
pub struct Parsed {
    pub source: Arc<Source>,
    pub ast: Ast,
    /// The comments that begin with `# reloadsafe:`, in order, `#` included.
    pub directives: Vec<Span>,
}

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseFailure {
    /// CPython would raise `SyntaxError`; a reload leaves the module as it was.
    #[error("{message}")]
    Syntax { span: Span, message: String },
    /// Python 2 source: not half-typed, never meant for Python 3.
    #[error("this is Python 2: {message}")]
    Python2 { span: Span, message: String },
    #[error("too costly to analyse: {reason}")]
    TooCostly { reason: String },
}
