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
    /// The texts of the statements up to the one that fails; of all where none does.
    prefix: Vec<u64>,
    failure: Option<Failure>,
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
        let ast = program.ast();
        let prints = ast.body.iter().map(|&id| ast.stmt(id).fingerprint);
        match &self.failure {
            None => (prints.eq(self.prefix.iter().copied())).then_some(None),
            Some(failure) => {
                let id = *ast.body.get(self.prefix.len().checked_sub(1)?)?;
                let is_same = prints.take(self.prefix.len()).eq(self.prefix.iter().copied());
                is_same.then(|| failure.at(program, id)).flatten().map(Some)
            }
        }
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
        known: &[&Failure],
    ) -> (Memo, Option<(StmtId, SecondRun)>) {
        let rerun = self.reload(resolver, identity, program, version, Care::Typed);
        let is_unknown = rerun.outer.is_some_and(|outer| outer.has_given_up());
        let failure = if is_unknown {
            known.iter().find_map(|failure| failure.anywhere(program))
        } else {
            rerun.failure
        };
        let ast = program.ast();
        let end = failure.as_ref().and_then(|(id, _)| ast.body.iter().position(|at| at == id));
        let read = end.map_or(ast.body.len(), |index| index + 1);
        let prefix = ast.body[..read].iter().map(|&id| ast.stmt(id).fingerprint).collect();
        let found = failure.clone().map(|(id, second)| Failure::new(program, id, second));
        (Memo { prefix, failure: found }, failure)
    }
}
