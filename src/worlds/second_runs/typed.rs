//! A second run of the text that somebody is typing: again and again, and fast each time.

use std::rc::Rc;

use super::{Care, Outer, SecondRun};
use crate::program::Program;
use crate::syntax::ast::StmtId;
use crate::text::span::Span;
use crate::worlds::changes::executed_fingerprint;
use crate::worlds::machine::Identity;
use crate::worlds::resolve::Resolver;

/// What was found of the last text that somebody typed, for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::worlds) struct Memo {
    /// The texts of the statements up to the one that fails, or at which it costs too much; of all
    /// where there is none.
    prefix: Vec<u64>,
    failure: Option<Failure>,
    /// It cost too much to find out: the failure is what was known before.
    is_unknown: bool,
}

/// A failure by what is executed of its statement, wherever that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::worlds) struct Failure {
    /// Of what is executed of the statement: not of what the functions do that it makes.
    fingerprint: u64,
    /// The text up to the place that fails, that included.
    text: Box<str>,
    /// Bytes from where that text begins to where the statement does, and to the place.
    lead: u32,
    from: u32,
    second: SecondRun,
}

impl Failure {
    pub(in crate::worlds) fn new(program: &Program, id: StmtId, second: SecondRun) -> Failure {
        let (site, stmt) = (second.site, program.ast().stmt(id).span);
        let start = stmt.start.min(site.start);
        Failure {
            fingerprint: executed_fingerprint(program.ast(), id),
            text: program.slice(Span { start, end: site.end }).into(),
            lead: stmt.start - start,
            from: site.start - start,
            second: SecondRun { site: Span::default(), ..second },
        }
    }

    /// The same failure where a text has its statement.
    fn at(&self, program: &Program, id: StmtId) -> Option<(StmtId, SecondRun)> {
        let ast = program.ast();
        let start = ast.stmt(id).span.start.checked_sub(self.lead)?;
        let end = start + self.text.len() as u32;
        let is_same = executed_fingerprint(ast, id) == self.fingerprint
            && program.source().text().get(start as usize..end as usize) == Some(&*self.text);
        is_same.then(|| {
            let site = Span { start: start + self.from, end };
            (id, SecondRun { site, ..self.second.clone() })
        })
    }

    fn anywhere(&self, program: &Program) -> Option<(StmtId, SecondRun)> {
        program.ast().body.iter().find_map(|&id| self.at(program, id))
    }
}

impl Memo {
    pub(in crate::worlds) fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// What was found, if the next text comes to the same.
    pub(in crate::worlds) fn again(
        &self,
        program: &Program,
    ) -> Option<Option<(StmtId, SecondRun)>> {
        let body = &program.ast().body;
        match &self.failure {
            _ if self.is_unknown || !self.begins(program) => None,
            None => (body.len() == self.prefix.len()).then_some(None),
            Some(failure) => {
                let id = *body.get(self.prefix.len().checked_sub(1)?)?;
                failure.at(program, id).map(Some)
            }
        }
    }

    /// Whether a text begins with the statements that decided about this.
    fn begins(&self, program: &Program) -> bool {
        let ast = program.ast();
        let prints = ast.body.iter().take(self.prefix.len()).map(|&id| ast.stmt(id).fingerprint);
        prints.eq(self.prefix.iter().copied())
    }
}

impl Outer {
    /// What the next text fails at that somebody is typing. Where that costs too much, it is what
    /// was known before, as long as the statement is there.
    pub(in crate::worlds) fn typed(
        &self,
        resolver: &Resolver<'_>,
        identity: &Identity,
        (program, version): (&Rc<Program>, u32),
        last: Option<Memo>,
        loaded: Option<&Failure>,
    ) -> (Memo, Option<(StmtId, SecondRun)>) {
        let last = last.unwrap_or_default();
        let (found, prefix) = if last.is_unknown && last.begins(program) {
            // It would come as far as it came, and no farther.
            (None, last.prefix)
        } else {
            let rerun = self.reload(resolver, identity, program, version, Care::Typed);
            let ast = program.ast();
            let read = ast.body[..rerun.read].iter();
            let prefix = read.map(|&id| ast.stmt(id).fingerprint).collect();
            let is_known = rerun.outer.is_some_and(|outer| !outer.has_given_up());
            (is_known.then_some(rerun.failure), prefix)
        };
        let is_unknown = found.is_none();
        let failure = found.unwrap_or_else(|| {
            let mut known = last.failure.iter().chain(loaded);
            known.find_map(|failure| failure.anywhere(program))
        });
        let kept = failure.clone().map(|(id, second)| Failure::new(program, id, second));
        (Memo { prefix, failure: kept, is_unknown }, failure)
    }
}
