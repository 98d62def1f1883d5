//! What holds where all that is not known is supposed to be the other way round, both times.

use super::{Care, Finding, Load, Outer, Rerun};
use crate::syntax::ast::{Name, StmtId};
use crate::text::span::Span;

impl Outer {
    /// The world after the first import, with the other presumption.
    fn other(&self, load: Load<'_>) -> Outer {
        Outer::imported(load.resolver, load.identity, &self.first, true)
    }

    /// What is there once more, whichever way is taken where that is not known.
    pub(super) fn grown(&self, load: Load<'_>, grown: Vec<(Finding, bool)>) -> Vec<Finding> {
        let print = |found: &Finding| load.fingerprint(found.stmt);
        let is_open = |(found, is_sure): &(Finding, bool)| {
            !is_sure && !self.grows_anyway.borrow().contains_key(&print(found))
        };
        if !self.doubts && grown.iter().any(is_open) {
            let again = self.other(load).reload(load, Care::Full).found;
            for (found, _) in grown.iter().filter(|grown| is_open(grown)) {
                let grows = again.iter().any(|other| other.stmt == found.stmt && !other.fails());
                self.grows_anyway.borrow_mut().insert(print(found), grows);
            }
        }
        let known = self.grows_anyway.borrow();
        let is_certain = |found: &Finding| self.doubts || known.get(&print(found)) == Some(&true);
        let certain = grown.into_iter().filter(|(found, is_sure)| *is_sure || is_certain(found));
        certain.map(|(found, _)| found).collect()
    }

    /// Whether a statement gets through a second time where what is not known is supposed to be
    /// the other way round, both times.
    pub(super) fn is_contradicted(
        &self,
        load: Load<'_>,
        (id, place): (StmtId, Option<&(Name, Span)>),
    ) -> bool {
        if self.doubts {
            return false;
        }
        let fingerprint = load.fingerprint(id);
        if let Some(&known) = self.verdicts.borrow().get(&fingerprint) {
            return known;
        }
        let other = self.other(load);
        let is_judged = !other.has_given_up && !other.misjudged.contains_key(&fingerprint);
        let rerun = if is_judged { other.reload(load, Care::Full) } else { Rerun::none(None) };
        let fails_there = rerun.found.iter().any(|found| found.stmt == id && found.fails());
        let after = rerun.outer.filter(|outer| !outer.has_given_up);
        let passed = after.and_then(|mut outer| outer.passed.remove(&fingerprint));
        let is_contradicted = match place {
            Some(place) => passed.is_some_and(|passed| passed.avoids(place)),
            // Where no code raises, but an operation fails, less is certain.
            None => !fails_there,
        };
        self.verdicts.borrow_mut().insert(fingerprint, is_contradicted);
        is_contradicted
    }
}
