//! A rebinding that builds on its own result of the last load begins anew.

use super::layout::Layout;
use super::restoration::statement;
use super::{Candidate, Subject, removal};
use crate::comparison::Rebind;
use crate::diagnostic::Diagnostic;

/// `n += 1` whose `n = 0` has gone: the start value as the older version had it, above.
pub(super) fn anew(subject: &Subject<'_>, diagnostic: &Diagnostic) -> Option<Candidate> {
    let place = diagnostic.location.span;
    let rebind = subject.comparison.rebinds.iter().find(|rebind| rebind.read == place)?;
    let (version, span) = rebind.from;
    let layout = subject.layout()?;
    let old = Layout::new(subject.program(version)?);
    // The last of the statements up to there that does not build on the one before it.
    let (index, _) = old.top_level(span)?;
    let makers = old.ast().body[..=index].iter().rev();
    let lines = makers
        .filter_map(|&id| statement(old, id, &rebind.name))
        .find(|lines| !subject.comparison.last().text().contains(&lines.join(layout.newline())))?;
    let title = format!("Begin with `{}` as it was", lines.last()?.trim());
    let candidate = above(subject, diagnostic, rebind, title, lines)?;
    Some(candidate.gaining(&rebind.name).preferred())
}

/// `open = wrap(open)`: what the last load made is removed first, so that the builtin is read.
pub(super) fn from_the_builtin(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
) -> Option<Candidate> {
    let place = diagnostic.location.span;
    let rebind = subject.comparison.rebinds.iter().find(|rebind| rebind.span == place)?;
    let lines = vec![removal::statement(&rebind.name)];
    let title = format!("Remove `{}` at reload before it is made again", rebind.name);
    let candidate = above(subject, diagnostic, rebind, title, lines)?;
    Some(candidate.preferred().safe_if(true))
}

/// Puts lines in above the statement of the module body that rebinds.
fn above(
    subject: &Subject<'_>,
    diagnostic: &Diagnostic,
    rebind: &Rebind,
    title: String,
    lines: Vec<String>,
) -> Option<Candidate> {
    let layout = subject.layout()?;
    let (_, id) = layout.top_level(rebind.read)?;
    if !layout.stands_alone(id) {
        return None;
    }
    let edit = subject.edit(layout.insert(layout.lines(id).start, &lines));
    Some(Candidate::new(diagnostic, title, vec![edit]))
}
