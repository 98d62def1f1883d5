//! Parsing with a health gate, a deadline and limits.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tree_sitter::{Parser, Tree};

use super::ast::Ast;
use super::grammar::GRAMMAR;
use super::health::future::Features;
use super::lexer::Lexed;
use super::{build, health, lexer};
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

impl ParseOptions {
    /// Five seconds and four megabytes: more than any module that people write.
    pub fn new(python: PythonVersion) -> Self {
        ParseOptions { python, deadline: Duration::from_secs(5), max_bytes: 4 << 20 }
    }
}

/// A text that CPython would compile.
#[derive(Debug, Clone)]
pub struct Parsed {
    pub source: Arc<Source>,
    pub ast: Ast,
    /// The comments that begin with `# reloadsafe:`, in order, `#` included.
    pub directives: Vec<Span>,
    /// What the text asks of the compiler.
    pub(super) features: Features,
    /// The version for which it was parsed.
    pub(super) python: PythonVersion,
}

impl Parsed {
    /// Whether the text asks for annotations that are not evaluated (PEP 563).
    pub fn has_future_annotations(&self) -> bool {
        self.features.annotations
    }

    /// An empty text: it compiles and does nothing.
    pub fn empty(source: &Arc<Source>, python: PythonVersion) -> Parsed {
        let source = Source::new(source.path(), source.revision().clone(), String::new());
        let (ast, directives) = (Ast::default(), Vec::new());
        Parsed { source, ast, directives, features: Features::default(), python }
    }
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

/// Parses a text and says whether CPython would compile it.
///
/// A text that this accepts compiles under the given version of Python. The source should be
/// decoded by [`crate::text::decode`], which strips a byte order mark.
///
/// # Errors
///
/// * [`ParseFailure::Syntax`] where `compile()` would raise `SyntaxError`;
/// * [`ParseFailure::Python2`] where that is so because the text is Python 2;
/// * [`ParseFailure::TooCostly`] beyond the limits of the options, and for nests deeper
///   than this program follows.
pub fn parse(source: &Arc<Source>, options: &ParseOptions) -> Result<Parsed, ParseFailure> {
    let text = source.text();
    if text.len() > options.max_bytes.min(u32::MAX as usize) {
        let reason = format!("{} bytes, the limit is {}", text.len(), options.max_bytes);
        return Err(ParseFailure::TooCostly { reason });
    }
    let (ast, directives) = grammatical(text, options)?;
    let features = health::check(&ast, options.python)?;
    let source = Arc::clone(source);
    Ok(Parsed { source, ast, directives, features, python: options.python })
}

/// The tree and the directives of a text that fits the grammar, whether it compiles or not.
///
/// # Errors
///
/// As [`parse`], for what the grammar refuses.
pub(super) fn grammatical(
    text: &str,
    options: &ParseOptions,
) -> Result<(Ast, Vec<Span>), ParseFailure> {
    let started = Instant::now();
    let mut lexed = lexer::lex(text, options.python)?;
    let tree = parse_tree(&lexed, started, options.deadline)?;
    if tree.root_node().has_error() {
        return Err(health::recovery::explain(&tree, text, &lexed.text));
    }
    let ast = build::build(&tree, text, &lexed, options.python)?;
    Ok((ast, std::mem::take(&mut lexed.directives)))
}

thread_local! {
    /// A parser keeps its buffers from one text to the next.
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

fn parse_tree(lexed: &Lexed, started: Instant, deadline: Duration) -> Result<Tree, ParseFailure> {
    PARSER.with_borrow_mut(|slot| {
        let parser = match slot {
            Some(parser) => parser,
            None => slot.insert(new_parser()?),
        };
        let text = &lexed.text;
        let mut progress = |_: &tree_sitter::ParseState| {
            if started.elapsed() > deadline {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let options = tree_sitter::ParseOptions::new().progress_callback(&mut progress);
        let mut read = |at: usize, _| text.get(at..).unwrap_or_default();
        let tree = parser.parse_with_options(&mut read, None, Some(options));
        tree.ok_or_else(|| {
            // Without this the next parse would go on with this text.
            parser.reset();
            ParseFailure::TooCostly { reason: format!("more than {} ms", deadline.as_millis()) }
        })
    })
}

fn new_parser() -> Result<Parser, ParseFailure> {
    let mut parser = Parser::new();
    parser.set_language(&GRAMMAR.language).map_err(|error| ParseFailure::TooCostly {
        reason: format!("the grammar does not load: {error}"),
    })?;
    Ok(parser)
}
