//! What executing the versions of a module came to, compared between the worlds: all that the
//! rules look at.

use std::sync::Arc;

use crate::catalogue::Rewrite;
use crate::diagnostic::{Certainty, Location};
use crate::python::PythonVersion;
use crate::simulation::{
    AbortPoint, BindingKind, GhostRead, NamespaceEntry, Origin, RestartMeaning, Stage, TornKind,
};
use crate::syntax::ast::Name;
use crate::text::source::Source;
use crate::text::span::Span;

/// The worlds of one module after its last version, side by side.
#[derive(Debug)]
pub struct Comparison {
    /// The dotted name of the module.
    pub module: String,
    pub python: PythonVersion,
    /// The texts of the versions, by version number.
    pub sources: Vec<Arc<Source>>,
    pub stages: Vec<Stage>,
    pub restart: Stage,
    pub namespace: Vec<NamespaceEntry>,
    /// The names that *restart* binds, or may bind; sorted.
    pub fresh_names: Vec<Name>,
    pub ghost_reads: Vec<GhostRead>,
    pub abort_points: Vec<AbortPoint>,
    /// The orphans, in the order in which they were bound.
    pub orphans: Vec<Orphan>,
    /// Names that *reload* and *restart* bind in different branches.
    pub divergences: Vec<Divergence>,
    /// Bindings that build on what an older version left under the same name.
    pub rebinds: Vec<Rebind>,
    /// Why the namespace cannot be fully seen.
    pub unseen: Vec<Unseen>,
    pub exports: Exports,
    /// Attributes of the module that are left over from an older version.
    pub stale_metadata: Vec<StaleMetadata>,
    /// Reads in other modules that only an orphan satisfies.
    pub ghost_imports: Vec<GhostImport>,
    /// What the reload needs of other modules and they have once they are reloaded themselves:
    /// all the rest is said of a reload after theirs.
    pub stale_imports: Vec<StaleImport>,
    /// What the reload does once more.
    pub repeats: Vec<RepeatedEffect>,
    /// Wrappers around what an earlier version has put in a place outside of the module.
    pub stacked: Vec<StackedWrapper>,
    /// How calls that are made once more are made safe.
    pub rewrites: Vec<SafeRewrite>,
    /// After an abort: new code that would meet old.
    pub torn: Vec<TornDependency>,
}

impl Comparison {
    /// The text that is reloaded last.
    pub fn last(&self) -> &Arc<Source> {
        &self.sources[self.sources.len() - 1]
    }

    /// A range of the last version's text.
    pub fn here(&self, span: Span) -> Location {
        Location { source: Arc::clone(self.last()), span }
    }

    /// A range of an older version's text.
    pub fn there(&self, version: u32, span: Span) -> Location {
        let index = (version as usize).min(self.sources.len() - 1);
        Location { source: Arc::clone(&self.sources[index]), span }
    }

    /// What the namespace says of a name.
    pub fn entry(&self, name: &str) -> Option<&NamespaceEntry> {
        self.namespace.iter().find(|entry| &*entry.name == name)
    }

    /// Whether a name is an orphan.
    pub fn is_orphan(&self, name: &str) -> bool {
        self.entry(name).is_some_and(|entry| entry.origin == Origin::Orphan)
    }
}

/// A name that *reload* holds and *restart* does not.
#[derive(Debug, Clone)]
pub struct Orphan {
    pub name: Name,
    pub kind: BindingKind,
    pub certainty: Certainty,
    /// Where the binding that is left over was made.
    pub version: u32,
    pub span: Span,
    /// What it seems to have become.
    pub renamed: Option<Rename>,
    /// Where people look for it in the last version: the new name's place, or else the gap
    /// that it left.
    pub anchor: Span,
}

/// A definition of an older version that stands under another name now.
#[derive(Debug, Clone)]
pub struct Rename {
    pub to: Name,
    pub span: Span,
    /// It is no guess: nothing but the name differs, or somebody was seen to type it over.
    pub is_exact: bool,
}

/// A name that *reload* and *restart* bind in different branches.
#[derive(Debug, Clone)]
pub struct Divergence {
    pub name: Name,
    /// What decides: a condition, or a read that only one of the worlds satisfies.
    pub decided: Span,
    /// The older binding that decides, where one does.
    pub by: Option<Name>,
    /// Where *reload* binds the name.
    pub in_reload: Span,
    /// Where *restart* binds it; None where it does not.
    pub in_restart: Option<Span>,
    pub certainty: Certainty,
}

/// `n += 1`, `x = wrap(x)` over what an older version left.
#[derive(Debug, Clone)]
pub struct Rebind {
    pub name: Name,
    /// What is bound.
    pub span: Span,
    /// Where the older value is read.
    pub read: Span,
    /// The version and the place of the binding that it finds.
    pub from: (u32, Span),
    /// What that read gives after a restart.
    pub restart: RestartMeaning,
}

/// Something that may bind any name.
#[derive(Debug, Clone)]
pub struct Unseen {
    pub version: u32,
    pub span: Span,
    pub why: String,
}

/// What the module says that it exports.
#[derive(Debug, Clone, Default)]
pub struct Exports {
    /// `__all__` in *reload*, where it is known; None where there is none.
    pub all: Option<Vec<Name>>,
    /// Where the last version binds `__all__`.
    pub all_span: Option<Span>,
    /// The module has a `__getattr__` in *restart*, at this place.
    pub getattr: Option<Span>,
    /// The names that `__getattr__` is seen to serve.
    pub served: Vec<Name>,
}

/// `__doc__` or an annotation that an older version left.
#[derive(Debug, Clone)]
pub struct StaleMetadata {
    pub attribute: &'static str,
    /// The annotated names that are left over; empty for `__doc__`.
    pub names: Vec<Name>,
    pub version: u32,
    pub span: Span,
    pub anchor: Span,
}

/// Another module's use of an orphan.
#[derive(Debug, Clone)]
pub struct GhostImport {
    pub name: Name,
    pub module: String,
    pub location: Location,
    pub certainty: Certainty,
}

/// Something that another module has in its file and not yet in the process.
#[derive(Debug, Clone)]
pub struct StaleImport {
    /// The module that has to be reloaded first.
    pub module: String,
    /// What is wrong with it as it is loaded, in words.
    pub lack: String,
    /// What is raised for want of it, where that is known.
    pub exception: Option<String>,
    pub span: Span,
    /// The module is seen to be loaded: the live code has imported it.
    pub is_loaded: bool,
    pub certainty: Certainty,
}

/// Something outside of the module that the reload does although it has been done before.
#[derive(Debug, Clone)]
pub struct RepeatedEffect {
    /// The statement.
    pub span: Span,
    /// What is there once more, as a noun.
    pub noun: String,
    /// Why, as the end of a sentence.
    pub reason: String,
    pub certainty: Certainty,
    /// What the last run has put there, where the module still has a name for it.
    pub kept: Option<KeptEntry>,
}

/// An entry in a list or a set of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEntry {
    /// The name of the module that is bound to it before the reload.
    pub name: Name,
    /// The other module, and what it calls the list.
    pub module: Name,
    pub list: Name,
    pub is_set: bool,
}

/// A replacement of something outside of the module that holds the replacement of the last load.
#[derive(Debug, Clone)]
pub struct StackedWrapper {
    /// The statement.
    pub span: Span,
    /// What is replaced, with its module.
    pub place: String,
    /// It finds what was there under a name of the module.
    pub is_by_name: bool,
    pub certainty: Certainty,
}

/// How a call is made safe that is made once more.
#[derive(Debug, Clone)]
pub struct SafeRewrite {
    /// Where the module's own frame stands, as findings mark it.
    pub span: Span,
    /// The call, or the decorator.
    pub call: Span,
    pub rewrite: Rewrite,
}

/// New code above an abort point that uses something old below it which it does not fit.
#[derive(Debug, Clone)]
pub struct TornDependency {
    /// Which of the abort points, by index.
    pub abort: usize,
    pub kind: TornKind,
    /// The new definition above, and where it uses the other.
    pub caller: Name,
    pub usage: Span,
    /// The definition below, old (version and place; None where there is none) and new.
    pub callee: Name,
    pub old: Option<(u32, Span)>,
    pub new_span: Span,
    /// What does not fit, in words.
    pub why: String,
}
