//! Applying fixes one after the other, each to the text that the one before has made.

use std::sync::Arc;

use super::trial::{apply, with_text};
use super::{Candidate, Subject};
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::syntax::parse::ParseFailure;
use crate::text::source::Source;
use crate::worlds::{Around, Compared, Live};

/// Which fixes are applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those that change nothing but the hazard.
    Safe,
    /// The preferred ones, too.
    Preferred,
}

/// A text after fixes.
#[derive(Debug)]
pub struct Mended {
    pub source: Arc<Source>,
    /// The titles of the fixes, in the order in which they were applied.
    pub titles: Vec<String>,
}

/// Applies fixes to the text that is to be loaded next in a live world, as long as one of the
/// findings that `reported` picks has one; None where none has. Files other than the text's are
/// left alone.
///
/// It comes to an end: a fix takes its finding away and adds none, or a quieter one.
///
/// # Errors
/// Where the text is Python 2 or too costly to analyse.
pub fn all(
    live: &Live,
    around: &Around<'_>,
    last: &Arc<Source>,
    extent: Extent,
    reported: &dyn Fn(&Compared) -> Vec<Diagnostic>,
) -> Result<Option<Mended>, ParseFailure> {
    let mut source = Arc::clone(last);
    let mut titles = Vec::new();
    loop {
        let compared = live.compare(&source, around)?;
        let subject = Subject::new(&compared.comparison);
        let findings = reported(&compared);
        let fix = findings.iter().find_map(|finding| next(&subject, live, around, finding, extent));
        let edited = fix.and_then(|fix| {
            let edits: Vec<&Edit> = fix.edits.iter().collect();
            Some((apply(source.text(), &edits)?, fix.title))
        });
        let Some((text, title)) = edited else { break };
        source = with_text(&source, text);
        titles.push(title);
    }
    Ok((!titles.is_empty()).then_some(Mended { source, titles }))
}

/// The fix of a finding that is applied without asking.
fn next(
    subject: &Subject<'_>,
    live: &Live,
    around: &Around<'_>,
    finding: &Diagnostic,
    extent: Extent,
) -> Option<Fix> {
    let is_meant = |fix: &Fix| {
        let is_here = fix.edits.iter().all(|edit| subject.is_here(&edit.location));
        is_here && (fix.safe || (extent == Extent::Preferred && fix.preferred))
    };
    if let Some(fix) = finding.fixes.iter().find(|fix| is_meant(fix)) {
        return Some(fix.clone());
    }
    let holds =
        |candidate: &Candidate| is_meant(&candidate.fix) && subject.verify(live, around, candidate);
    subject.candidates(finding).into_iter().find(holds).map(|candidate| candidate.fix)
}
