//! What has come and what has gone between two revisions.
//!
//! Both are judged over the same live world: what a process would meet that has loaded it and
//! reloads the one, or the other. Findings are the same where code, path and fingerprint are;
//! so many as both have are in both, further ones are new or gone.

use std::collections::BTreeMap;

use super::known::Identity;
use super::{Baseline, CheckRequest, Progress, run};
use crate::diagnostic::Diagnostic;
use crate::report::{CheckReport, Diff, path_text};
use crate::workspace::git::Repository;

/// Checks what the request names, there and at the revision `from`; the findings of the report
/// are the new ones. A request that names no live world means each module against itself.
///
/// # Errors
/// As [`run`], for either.
pub fn run_diff(
    request: &CheckRequest,
    from: &str,
    progress: &mut dyn Progress,
) -> anyhow::Result<CheckReport> {
    let mut new = request.clone();
    if new.baseline == Baseline::Head {
        new.baseline = Baseline::None;
    }
    let old = CheckRequest {
        baseline: same_world(&new)?,
        head: Some(from.to_owned()),
        fixes: None,
        ..new.clone()
    };
    let before = run(&old, progress)?;
    let mut report = run(&new, progress)?;
    let (gone, kept) = compare(before.diagnostics, &mut report.diagnostics);
    report.diff = Some(Diff { from: from.to_owned(), gone, kept, failed: before.failed });
    Ok(report)
}

/// The live world of the request for another head: a merge base is the one of the request's head.
fn same_world(request: &CheckRequest) -> anyhow::Result<Baseline> {
    let Baseline::Git { rev, exact: false } = &request.baseline else {
        return Ok(request.baseline.clone());
    };
    let directory = std::env::current_dir()?;
    let anchor = super::comparison::anchor(request, &directory)?;
    let Some(repository) = Repository::discover(&anchor)? else {
        anyhow::bail!("`{}` is in no git work tree", anchor.display());
    };
    let head = request.head.as_deref().unwrap_or("HEAD");
    Ok(Baseline::Git { rev: repository.merge_base(rev, head)?, exact: true })
}

/// Leaves in `after` what is new; what is gone, and how many are in both.
fn compare(before: Vec<Diagnostic>, after: &mut Vec<Diagnostic>) -> (Vec<Diagnostic>, usize) {
    let identity = |finding: &Diagnostic| Identity::of(finding, path_text);
    let count = |findings: &[Diagnostic]| {
        let mut counts: BTreeMap<Identity, usize> = BTreeMap::new();
        for finding in findings {
            *counts.entry(identity(finding)).or_default() += 1;
        }
        counts
    };
    let (mut in_before, mut in_after) = (count(&before), count(after));
    let is_other = |counts: &mut BTreeMap<Identity, usize>, finding: &Diagnostic| match counts
        .get_mut(&identity(finding))
    {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    let all = before.len();
    let gone: Vec<Diagnostic> =
        before.into_iter().filter(|finding| is_other(&mut in_after, finding)).collect();
    after.retain(|finding| is_other(&mut in_before, finding));
    let kept = all - gone.len();
    (gone, kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::orphan;

    #[test]
    fn findings_are_counted_not_placed() {
        let area = |line: &str| orphan(&format!("{line}area\n"), "area");
        let other = orphan("volume\n", "volume");
        let mut after = vec![area("\n"), area("\n\n"), area("\n\n\n")];
        let (gone, kept) = compare(vec![area(""), area(""), other], &mut after);
        assert_eq!((gone.len(), kept, after.len()), (1, 2, 1));
        assert_eq!((&*gone[0].key, &*after[0].key), ("shapes:volume", "shapes:area"));
    }
}
