//! A second run of the text that somebody is typing: again and again, and fast each time.

use super::{Care, Finding, Load, Outer, What};
use crate::program::Program;
use crate::syntax::ast::StmtId;
use crate::text::span::Span;
use crate::worlds::changes::executed_fingerprint;

/// What was found of the last text that somebody typed, for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::worlds) struct Memo {
    /// The texts of the statements up to the one that fails, or at which it costs too much; of all
    /// where there is none.
    prefix: Vec<u64>,
    found: Vec<Anchored>,
    /// It cost too much to find out: what was found is what was known before.
    is_unknown: bool,
}

/// What was found of a statement, by what is executed of that, wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::worlds) struct Anchored {
    /// Of what is executed of the statement: not of what the functions do that it makes.
    fingerprint: u64,
    /// The text up to the place that is meant, that included.
    text: Box<str>,
    /// Bytes from where that text begins to where the statement does, and to the place.
    lead: u32,
    from: u32,
    what: What,
}

impl Anchored {
    pub(in crate::worlds) fn new(program: &Program, found: Finding) -> Anchored {
        let Finding { stmt: id, site, what } = found;
        let stmt = program.ast().stmt(id).span;
        let start = stmt.start.min(site.start);
        Anchored {
            fingerprint: executed_fingerprint(program.ast(), id),
            text: program.slice(Span { start, end: site.end }).into(),
            lead: stmt.start - start,
            from: site.start - start,
            what,
        }
    }

    /// The same where a text has its statement.
    fn at(&self, program: &Program, stmt: StmtId) -> Option<Finding> {
        let ast = program.ast();
        let start = ast.stmt(stmt).span.start.checked_sub(self.lead)?;
        let end = start + self.text.len() as u32;
        let is_same = executed_fingerprint(ast, stmt) == self.fingerprint
            && program.source().text().get(start as usize..end as usize) == Some(&*self.text);
        is_same.then(|| {
            let site = Span { start: start + self.from, end };
            Finding { stmt, site, what: self.what.clone() }
        })
    }

    fn anywhere(&self, program: &Program) -> Option<Finding> {
        program.ast().body.iter().find_map(|&id| self.at(program, id))
    }
}

impl Memo {
    pub(in crate::worlds) fn found(&self) -> &[Anchored] {
        &self.found
    }

    /// What was found, if the next text comes to the same.
    pub(in crate::worlds) fn again(&self, program: &Program) -> Option<Vec<Finding>> {
        if self.is_unknown || !self.begins(program) {
            return None;
        }
        let last = self.prefix.len().checked_sub(1).and_then(|at| program.ast().body.get(at));
        let again: Option<Vec<Finding>> =
            self.found.iter().map(|found| found.anywhere(program)).collect();
        let is_decided = match again.iter().flatten().find(|found| found.fails()) {
            // What comes after it is not executed.
            Some(failure) => Some(&failure.stmt) == last,
            None => program.ast().body.len() == self.prefix.len(),
        };
        again.filter(|_| is_decided)
    }

    /// Whether a text begins with the statements that decided about this.
    fn begins(&self, program: &Program) -> bool {
        let ast = program.ast();
        let prints = ast.body.iter().take(self.prefix.len()).map(|&id| ast.stmt(id).fingerprint);
        prints.eq(self.prefix.iter().copied())
    }
}

impl Outer {
    /// What is found of the next text that somebody is typing. Where that costs too much, it is
    /// what was known before, as long as the statements are there.
    pub(in crate::worlds) fn typed(
        &self,
        load: Load<'_>,
        last: Option<Memo>,
        loaded: &[Anchored],
    ) -> (Memo, Vec<Finding>) {
        let program = load.program;
        let last = last.unwrap_or_default();
        let (found, prefix) = if last.is_unknown && last.begins(program) {
            // It would come as far as it came, and no farther.
            (None, last.prefix)
        } else {
            let rerun = self.reload(load, Care::Typed);
            let ast = program.ast();
            let read = ast.body[..rerun.read].iter();
            let prefix = read.map(|&id| ast.stmt(id).fingerprint).collect();
            let is_known = rerun.outer.is_some_and(|outer| !outer.has_given_up());
            (is_known.then_some(rerun.found), prefix)
        };
        let is_unknown = found.is_none();
        let found = found.unwrap_or_else(|| known_of(&last.found, loaded, program));
        let kept = found.iter().map(|found| Anchored::new(program, found.clone())).collect();
        (Memo { prefix, found: kept, is_unknown }, found)
    }
}

/// What was known of the last text, and of the one that was loaded, as far as a text has it; one
/// failure at most.
fn known_of(last: &[Anchored], loaded: &[Anchored], program: &Program) -> Vec<Finding> {
    let mut known: Vec<Finding> = Vec::new();
    for found in last.iter().chain(loaded).filter_map(|anchored| anchored.anywhere(program)) {
        let is_known = |known: &Finding| *known == found || known.fails() && found.fails();
        if !known.iter().any(is_known) {
            known.push(found);
        }
    }
    known
}
