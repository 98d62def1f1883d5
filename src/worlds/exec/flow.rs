//! `if`, `for` and `while`.

use crate::syntax::ast::{ExprId, StmtId};
use crate::worlds::machine::{Flow, Machine, Stop};
use crate::worlds::state::Items;
use crate::worlds::value::Value;

/// A loop over known items is followed item by item up to this many.
const MAX_UNROLLED: usize = 400;

impl Machine<'_> {
    pub(super) fn if_statement(
        &mut self,
        branches: &[(ExprId, Vec<StmtId>)],
        orelse: &[StmtId],
    ) -> Flow<()> {
        let Some(((test, body), rest)) = branches.split_first() else {
            return self.block(orelse);
        };
        self.condition(*test, |machine, holds| {
            if holds { machine.block(body) } else { machine.if_statement(rest, orelse) }
        })
    }

    pub(super) fn for_statement(
        &mut self,
        target: ExprId,
        iter: ExprId,
        body: &[StmtId],
        orelse: &[StmtId],
        is_async: bool,
    ) -> Flow<()> {
        let iterable = self.expr(iter)?;
        let span = self.program.ast().expr(iter).span;
        self.stand_at(span);
        let items = if is_async { Items::unknown() } else { self.iterate(&iterable, iter)? };
        let breaks = self.breaks.len();
        let outside = iterable.is_outside();
        let finished = if items.exact && items.values.len() <= MAX_UNROLLED {
            self.unrolled(&items.values, target, body)
        } else {
            let item = self.any_item(&items, outside);
            self.repeated(|machine| {
                machine.stand_at(span);
                machine.assign(target, item.clone())?;
                machine.block(body)
            })
        };
        self.after_loop(finished, orelse, breaks)
    }

    /// Any of the items, or one that is not known.
    pub(in crate::worlds) fn any_item(&self, items: &Items, outside: bool) -> Value {
        if outside {
            return Value::Unknown;
        }
        let known = Value::join_all(items.values.iter().cloned());
        known.filter(|_| items.exact).unwrap_or(Value::Opaque(None))
    }

    fn unrolled(&mut self, items: &[Value], target: ExprId, body: &[StmtId]) -> Flow<()> {
        for item in items {
            let continues = self.continues.len();
            let end = self.assign(target, item.clone()).and_then(|()| self.block(body));
            self.next_iteration(end, continues)?;
            if !self.step() {
                // Too long to follow: the rest may change anything that it changed so far.
                let item = Value::Opaque(None);
                return self.repeated(|machine| {
                    machine.assign(target, item.clone())?;
                    machine.block(body)
                });
            }
        }
        Ok(())
    }

    /// Joins the paths that go on with the next iteration.
    fn next_iteration(&mut self, end: Flow<()>, continues: usize) -> Flow<()> {
        let mut states = self.continues.split_off(continues);
        if end.is_ok() {
            states.push(std::mem::take(&mut self.state));
        }
        self.resume(states)
    }

    /// A body that runs any number of times, also none.
    pub(in crate::worlds) fn repeated(
        &mut self,
        mut run: impl FnMut(&mut Self) -> Flow<()>,
    ) -> Flow<()> {
        let mut entry = self.state.clone();
        // The first pass finds out what changes; what does is widened before the second.
        for _ in 0..2 {
            let continues = self.continues.len();
            let end = run(self);
            if self.next_iteration(end, continues).is_err() {
                self.state = entry;
                return Ok(());
            }
            let after = std::mem::take(&mut self.state);
            self.state = entry.clone().join(&after);
            self.state.widen_changes(&entry);
            entry = self.state.clone();
        }
        Ok(())
    }

    pub(super) fn while_statement(
        &mut self,
        test: ExprId,
        body: &[StmtId],
        orelse: &[StmtId],
    ) -> Flow<()> {
        let breaks = self.breaks.len();
        let mut rounds = 0;
        let finished = loop {
            let decided = self.decided_condition(test);
            match decided {
                Err(Stop) => break Err(Stop),
                Ok(Some(false)) => break Ok(()),
                Ok(Some(true)) if rounds < MAX_UNROLLED && self.step() => {
                    rounds += 1;
                    let continues = self.continues.len();
                    let end = self.block(body);
                    if self.next_iteration(end, continues).is_err() {
                        break Err(Stop);
                    }
                }
                Ok(_) => break self.while_undecided(test, body),
            }
        };
        self.after_loop(finished, orelse, breaks)
    }

    fn while_undecided(&mut self, test: ExprId, body: &[StmtId]) -> Flow<()> {
        self.repeated(|machine| {
            machine.condition(
                test,
                |machine, holds| {
                    if holds { machine.block(body) } else { Err(Stop) }
                },
            )
        })?;
        // It ended because the condition was false.
        self.condition(test, |_, holds| if holds { Err(Stop) } else { Ok(()) })
    }

    /// `else` runs where the loop was not left by `break`.
    fn after_loop(&mut self, finished: Flow<()>, orelse: &[StmtId], breaks: usize) -> Flow<()> {
        let mut states = self.breaks.split_off(breaks);
        if finished.is_ok() && self.block(orelse).is_ok() {
            states.push(std::mem::take(&mut self.state));
        }
        self.resume(states)
    }
}
