#![doc = include_str!("diverging_branch.md")]

use super::findings::{Findings, related};
use super::{Rule, Status};
use crate::comparison::{Comparison, Divergence};
use crate::diagnostic::Severity;

/// RS110: a branch is taken on reload and another one after a restart.
pub const RULE: Rule = Rule {
    code: "RS110",
    name: "diverging-branch",
    default_severity: Severity::Warning,
    summary: "a branch is taken on reload and another one after a restart",
    docs: include_str!("diverging_branch.md"),
    status: Status::Stable { since: "0.1.0" },
};

/// One for each thing that decides; the names that differ by it are told of together.
pub(super) fn check(comparison: &Comparison, findings: &mut Findings) {
    let mut divergences: &[Divergence] = &comparison.divergences;
    while let Some(first) = divergences.first() {
        let same = divergences.iter().take_while(|other| other.decided == first.decided).count();
        let (group, rest) = divergences.split_at(same);
        divergences = rest;
        let by = match &first.by {
            Some(by) => format!("`{by}` is there from an older version"),
            None => "an older version decides".to_owned(),
        };
        let name = &first.name;
        let effect = match first.in_restart {
            Some(_) => format!("the reload binds `{name}` in another branch than a restart would"),
            None => format!("the reload binds `{name}`, a restart does not"),
        };
        let certainty = group.iter().map(|one| one.certainty).max().unwrap_or(first.certainty);
        let location = comparison.here(first.decided);
        let mut found = RULE.finding(location, certainty, &**name, format!("{by}: {effect}"));
        for one in group {
            let reload = format!("the reload binds `{}` here", one.name);
            found.related.push(related(comparison.here(one.in_reload), reload));
            if let Some(place) = one.in_restart {
                let restart = format!("a restart binds `{}` here", one.name);
                found.related.push(related(comparison.here(place), restart));
            }
            findings.tell_of(&one.name);
            if let Some(by) = &one.by {
                findings.tell_of(by);
            }
        }
        findings.add(found);
    }
}
