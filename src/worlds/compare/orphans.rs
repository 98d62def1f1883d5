//! What is left over, what it has become, and where people look for it.

use super::Worlds;
use crate::comparison::Orphan;
use crate::simulation::{NamespaceEntry, Origin};
use crate::worlds::matching::{Gaps, Matcher};

impl Worlds<'_, '_> {
    pub(super) fn orphans(&mut self, namespace: &[NamespaceEntry]) -> Vec<Orphan> {
        let Some(new) = self.program(self.last) else { return Vec::new() };
        // What the last version itself bound is no left-over: the worlds took different ways.
        let found = namespace
            .iter()
            .filter(|entry| entry.origin == Origin::Orphan && entry.version != self.last);
        let mut orphans = Vec::new();
        let mut matcher: Option<(u32, Matcher<'_>)> = None;
        let mut gaps: Option<Gaps<'_>> = None;
        for entry in found {
            let Some(old) = self.program(entry.version) else { continue };
            if matcher.as_ref().is_none_or(|(version, _)| *version != entry.version) {
                let matching = Matcher::new(old, new, self.around.renames);
                matcher = Some((entry.version, matching));
                gaps = Some(Gaps::new(old, new));
            }
            let renamed =
                matcher.as_mut().and_then(|(_, matcher)| matcher.rename(&entry.name, entry.span));
            let anchor = match &renamed {
                Some(rename) => rename.span,
                None => gaps.as_ref().map_or(entry.span, |gaps| gaps.find(entry.span)),
            };
            orphans.push(Orphan {
                name: entry.name.clone(),
                kind: entry.kind,
                certainty: entry.certainty,
                version: entry.version,
                span: entry.span,
                renamed,
                anchor,
            });
        }
        orphans
    }
}
