//! The outcome of loading one version of a module and reloading others on top of it.
//!
//! Pure data: [`crate::worlds`] computes it, [`crate::rules`] reads it, reports print it.

use std::sync::Arc;

use crate::diagnostic::{Certainty, Diagnostic};
use crate::syntax::ast::Name;
use crate::text::source::Source;
use crate::text::span::Span;

/// What `reloadsafe simulate` prints, and `reloadsafe/namespace` answers.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// The dotted name of the module.
    pub module: String,
    /// The texts of the versions, by version number.
    pub sources: Vec<Arc<Source>>,
    /// One for each version: the import, then the reloads.
    pub stages: Vec<Stage>,
    /// A fresh import of the last version.
    pub restart: Stage,
    /// The *reload* world after the last version, by name.
    pub namespace: Vec<NamespaceEntry>,
    /// Reads that only an orphan satisfies, in the order in which they stand.
    pub ghost_reads: Vec<GhostRead>,
    /// Where executing the last version may stop, in the order in which they are reached.
    pub abort_points: Vec<AbortPoint>,
    pub diagnostics: Vec<Diagnostic>,
}

/// How executing one version ends.
#[derive(Debug, Clone)]
pub struct Stage {
    pub version: u32,
    pub outcome: Outcome,
    /// Where it stops, or may stop first.
    pub abort: Option<AbortPoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Completes,
    MayAbort,
    Aborts,
    /// The text does not compile: nothing of it is executed.
    SyntaxError,
}

impl Outcome {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Completes => "completes",
            Outcome::MayAbort => "may-abort",
            Outcome::Aborts => "aborts",
            Outcome::SyntaxError => "syntax-error",
        }
    }
}

/// A name of the *reload* world, and how it came to be there.
#[derive(Debug, Clone)]
pub struct NamespaceEntry {
    pub name: Name,
    pub kind: BindingKind,
    pub origin: Origin,
    pub certainty: Certainty,
    /// The version whose execution made the binding that holds.
    pub version: u32,
    /// Where that binding stands in that version's text.
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindingKind {
    Function,
    Class,
    Import,
    Variable,
}

impl BindingKind {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            BindingKind::Function => "function",
            BindingKind::Class => "class",
            BindingKind::Import => "import",
            BindingKind::Variable => "variable",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Held by *live*, not bound by the new source, but in *restart* all the same.
    Kept,
    /// Held by *live*, bound anew.
    Rebound,
    /// New in *reload*.
    Added,
    /// In *reload*, not in *restart*.
    Orphan,
    /// Was in *live*, is gone.
    Unbound,
}

impl Origin {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Kept => "kept",
            Origin::Rebound => "rebound",
            Origin::Added => "added",
            Origin::Orphan => "orphan",
            Origin::Unbound => "unbound",
        }
    }
}

/// A read that *reload* resolves to an orphan.
#[derive(Debug, Clone)]
pub struct GhostRead {
    pub name: Name,
    /// Where the name is read, in the last version's text.
    pub span: Span,
    pub scope: ReadScope,
    pub certainty: Certainty,
    /// The version and the place in its text at which the orphan was bound.
    pub from_version: u32,
    pub from_span: Span,
    pub restart: RestartMeaning,
    /// The code around it reckons with the name's absence (`try: x / except NameError:`).
    pub guarded: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadScope {
    /// Read while the module is executed.
    Module,
    /// Read when a function is called.
    Function,
}

impl ReadScope {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            ReadScope::Module => "module",
            ReadScope::Function => "function",
        }
    }
}

/// What a ghost read gives after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RestartMeaning {
    NameError,
    /// The builtin of the same name.
    Builtin,
    /// What the module's `__getattr__` answers.
    Getattr,
}

impl RestartMeaning {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            RestartMeaning::NameError => "NameError",
            RestartMeaning::Builtin => "builtin",
            RestartMeaning::Getattr => "getattr",
        }
    }
}

/// A statement at which executing the new source may stop.
#[derive(Debug, Clone)]
pub struct AbortPoint {
    /// The statement (for a class body or a called function: the one at module level).
    pub span: Span,
    pub cause: AbortCause,
    pub certainty: Certainty,
    /// The exception classes it may raise, most likely first; empty where any is possible.
    pub exceptions: Vec<String>,
    /// What can raise, in words, without a full stop.
    pub reason: String,
    /// What raises there ran in the version before, with the same inputs.
    pub unchanged: bool,
    /// What has changed or is called there: points with the same one have one cause.
    pub about: Option<Name>,
    /// Names that would already be new.
    pub updated: Vec<Name>,
    /// Names that would still be old.
    pub stale: Vec<Name>,
    /// Names that would not be there yet: only the rest of the text binds them.
    pub missing: Vec<Name>,
    /// New code above that would meet something old below which does not fit.
    pub torn: Vec<TornUse>,
    /// It got through and will again, unless this has changed outside of the process: a noun.
    pub depends: Option<String>,
}

impl AbortPoint {
    /// A point of which nothing else is known: it may stop there, for a reason that is new.
    pub fn new(span: Span, cause: AbortCause, reason: String) -> AbortPoint {
        AbortPoint {
            span,
            cause,
            certainty: Certainty::Maybe,
            exceptions: Vec::new(),
            reason,
            unchanged: false,
            about: None,
            updated: Vec::new(),
            stale: Vec::new(),
            missing: Vec::new(),
            torn: Vec::new(),
            depends: None,
        }
    }
}

/// What new code would meet in a torn module.
#[derive(Debug, Clone)]
pub struct TornUse {
    /// The new definition.
    pub caller: Name,
    /// Where it uses the other, in the last version's text.
    pub span: Span,
    pub callee: Name,
    pub kind: TornKind,
    /// What does not fit, in words, without a full stop.
    pub why: String,
}

/// What becomes of new code that meets something old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TornKind {
    /// It raises: what it finds is of another kind or shape.
    Breaks,
    /// It raises: what it looks for is not there at all.
    Missing,
    /// It goes on with another value.
    OtherValue,
}

impl TornKind {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            TornKind::Breaks => "breaks",
            TornKind::Missing => "missing",
            TornKind::OtherValue => "other-value",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AbortCause {
    Certain,
    NewRisk,
    SecondRun,
    Environment,
}

impl AbortCause {
    /// The word for it in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            AbortCause::Certain => "certain",
            AbortCause::NewRisk => "new-risk",
            AbortCause::SecondRun => "second-run",
            AbortCause::Environment => "environment",
        }
    }
}
