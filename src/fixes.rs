//! Edits that end a hazard.
//!
//! [`Subject::candidates`] lists what might help a finding; it looks at the texts only and is
//! quick. [`Subject::verify`] applies one to the text, executes that over the same live world and
//! compares: what does not end the hazard, or makes anything else worse, is not to be offered.
//! [`attach`] does both for findings that are about to be reported, and [`all`] applies what
//! needs no asking.
//!
//! Nothing here knows editors: an [`Edit`] is a byte range of one text and its replacement.

mod aborts;
mod alias;
mod all;
mod begin;
mod exports;
mod importer;
mod known;
mod layout;
mod metadata;
mod once;
mod reading;
mod removal;
mod restoration;
mod silence;
mod subject;
mod taken_out;
mod trial;

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::syntax::ast::Name;
use crate::worlds::{Around, Compared, Live};

pub use all::{Extent, Mended, all};
pub use subject::Subject;
pub use trial::apply;

/// The kind of an action that answers a finding (LSP, `CodeActionKind.QuickFix`).
pub const QUICK_FIX: &str = "quickfix";
/// The kind of an action that takes code out of its place (LSP, `CodeActionKind.RefactorExtract`).
pub const EXTRACT: &str = "refactor.extract";

/// A fix that nobody has tried yet.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// `preferred` where it would be, if it is found to be right and no candidate before it is.
    pub fix: Fix,
    aim: Aim,
    /// The finding: its code and its key.
    code: &'static str,
    key: String,
    /// Names that a fresh process has because of it.
    gains: Vec<Name>,
    /// Names of which a quieter finding may be told instead.
    quieter: Vec<Name>,
    /// Code of the fix that gets through, as what other modules hold was found to be; when it is
    /// tried they are not looked at as closely.
    checked: Option<String>,
}

/// When a fix has done what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Aim {
    /// The finding is there no more.
    Gone,
    /// One read of the name less is satisfied by an orphan.
    OneReadLess(Name),
    /// Nothing is half new where the reload may stop for this reason.
    Whole { reason: String },
    /// A process that was started with the text, and reloads it, has the finding no more: this one
    /// cannot be told any more what it has done.
    Settled,
    /// A comment silences the finding, and the program is the same.
    Silenced,
}

/// Which fixes of a finding somebody will be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    /// The one that most people would want.
    Preferred,
    All,
}

impl Candidate {
    /// A quick fix that changes nothing else than the hazard, as far as can be seen.
    fn new(diagnostic: &Diagnostic, title: impl Into<String>, edits: Vec<Edit>) -> Candidate {
        let title = title.into();
        let fix = Fix { title, kind: QUICK_FIX, preferred: false, safe: false, edits };
        Candidate {
            fix,
            aim: Aim::Gone,
            code: diagnostic.code,
            key: diagnostic.key.clone(),
            gains: Vec::new(),
            quieter: Vec::new(),
            checked: None,
        }
    }

    /// Most people would want this one.
    fn preferred(mut self) -> Candidate {
        self.fix.preferred = true;
        self
    }

    fn safe_if(mut self, safe: bool) -> Candidate {
        self.fix.safe = safe;
        self
    }

    fn gaining(mut self, name: &Name) -> Candidate {
        self.gains.push(name.clone());
        self
    }

    /// The hazard that is told of is gone, and what is left of it is told of instead.
    fn leaving(mut self, name: &Name) -> Candidate {
        self.quieter.push(name.clone());
        self
    }
}

/// Gives the findings of a comparison the fixes that hold; `live` is the world into which the
/// text was loaded. Findings that have fixes already keep them and get no others.
pub fn attach(
    live: &Live,
    compared: &Compared,
    around: &Around<'_>,
    diagnostics: &mut [Diagnostic],
    offer: Offer,
) {
    let subject = Subject::new(&compared.comparison);
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.fixes.is_empty()) {
        diagnostic.fixes = subject.fixes(live, around, diagnostic, offer);
    }
}

impl Subject<'_> {
    /// The fixes of a finding that hold, the preferred one first; at most one is preferred.
    pub fn fixes(
        &self,
        live: &Live,
        around: &Around<'_>,
        diagnostic: &Diagnostic,
        offer: Offer,
    ) -> Vec<Fix> {
        let mut fixes: Vec<Fix> = Vec::new();
        for candidate in self.candidates(diagnostic) {
            let is_first = !fixes.iter().any(|fix| fix.preferred);
            let is_asked_for = offer == Offer::All || (candidate.fix.preferred && is_first);
            if !is_asked_for || !self.verify(live, around, &candidate) {
                continue;
            }
            let mut fix = candidate.fix;
            fix.preferred &= is_first;
            fixes.push(fix);
        }
        fixes.sort_by_key(|fix| !fix.preferred);
        fixes
    }

    /// What might end the hazard of a finding, the most natural first.
    pub fn candidates(&self, diagnostic: &Diagnostic) -> Vec<Candidate> {
        let mut found = self.cures(diagnostic);
        // What changes nothing would be no fix.
        found.retain(|candidate| !candidate.fix.edits.is_empty());
        found.extend(silence::on_its_line(self, diagnostic));
        found
    }

    fn cures(&self, diagnostic: &Diagnostic) -> Vec<Candidate> {
        let names = self.told_of(diagnostic);
        let mut found = Vec::new();
        match diagnostic.code {
            "RS101" | "RS102" | "RS103" | "RS106" => {
                found.extend(removal::at_reload(self, diagnostic, &names));
                found.extend(alias::of_the_new(self, diagnostic, &names));
                found.extend(restoration::of_the_old(self, diagnostic, &names));
            }
            "RS104" | "RS105" => {
                found.extend(reading::the_new_name(self, diagnostic, &names));
                found.extend(removal::at_reload(self, diagnostic, &names));
                found.extend(alias::of_the_new(self, diagnostic, &names));
                found.extend(restoration::of_the_old(self, diagnostic, &names));
                found.extend(begin::anew(self, diagnostic));
            }
            "RS107" => {
                found.extend(importer::of_the_new_name(self, diagnostic));
                found.extend(alias::of_the_new(self, diagnostic, &names));
                found.extend(restoration::of_the_old(self, diagnostic, &names));
            }
            "RS108" => {
                found.extend(exports::in_all(self, diagnostic, &names));
                found.extend(removal::at_reload(self, diagnostic, &names));
                found.extend(alias::of_the_new(self, diagnostic, &names));
                found.extend(restoration::of_the_old(self, diagnostic, &names));
            }
            "RS109" => found.extend(metadata::reset(self, diagnostic)),
            "RS111" => found.extend(begin::from_the_builtin(self, diagnostic)),
            "RS201" | "RS202" | "RS205" => found.extend(aborts::candidates(self, diagnostic)),
            "RS203" => {
                found.extend(known::rewritten(self, diagnostic));
                found.extend(once::where_it_is_not_bound(self, diagnostic));
                found.extend(aborts::later(self, diagnostic));
            }
            "RS306" => {
                found.extend(known::rewritten(self, diagnostic));
                found.extend(taken_out::before(self, diagnostic));
                found.extend(once::marked(self, diagnostic));
                found.extend(aborts::later(self, diagnostic));
            }
            "RS307" => {
                found.extend(once::the_original(self, diagnostic));
                // The name of the original would mean the wrapper, whether it wraps again or not.
                if !once::stacked(self, diagnostic).is_some_and(|stacked| stacked.is_by_name) {
                    found.extend(once::marked(self, diagnostic));
                }
            }
            _ => {}
        }
        found
    }
}
