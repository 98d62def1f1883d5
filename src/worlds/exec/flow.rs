//! `if`, `for` and `while`.

use crate::syntax::ast::{ExprId, StmtId};
use crate::text::span::Span;
use crate::worlds::guided::{self, Repeats};
use crate::worlds::machine::{Flow, Machine, Risk, Stop};
use crate::worlds::state::{Items, Object};
use crate::worlds::value::{ObjectId, Value};

/// A loop over known items is followed item by item up to this many.
const MAX_UNROLLED: usize = 400;

/// As [`MAX_UNROLLED`], where the code of other modules is followed.
const MAX_SEARCHED: usize = 1000;

const RESIZED: &str = "the object changes its size while it is iterated over";

/// How an object gives its items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// By position (`listiter_next`).
    List,
    /// A dictionary or a set, which must keep its size (`dictiter_iternextkey`).
    Sized,
    /// Each item once, whoever asks.
    Iterator,
}

/// What a loop iterates over, where the loop may change it.
struct Changeable {
    id: ObjectId,
    kind: Kind,
    /// Where the iterable stands.
    span: Span,
}

impl Changeable {
    /// None where the items are not known, and where their order is not.
    fn of(machine: &Machine<'_>, iterable: &Value, span: Span) -> Option<Changeable> {
        let Value::Object(id) = iterable else { return None };
        let kind = match machine.state.object(*id)? {
            Object::List(_) => Kind::List,
            Object::Dict(_) => Kind::Sized,
            Object::Set(items) if items.values.len() < 2 => Kind::Sized,
            Object::Iterator(_) => Kind::Iterator,
            _ => return None,
        };
        let changeable = Changeable { id: *id, kind, span };
        let is_known = changeable.items(machine).is_some_and(|items| items.len() <= MAX_UNROLLED);
        is_known.then_some(changeable)
    }

    /// What is in it now; None where that is not known.
    fn items(&self, machine: &Machine<'_>) -> Option<Vec<Value>> {
        match machine.state.object(self.id)? {
            Object::List(items) | Object::Set(items) | Object::Iterator(items) => {
                items.exact.then(|| items.values.clone())
            }
            Object::Dict(entries) if entries.exact => {
                Some(entries.pairs.iter().map(|(key, _)| key.clone()).collect())
            }
            _ => None,
        }
    }
}

/// What there was when a loop began.
#[derive(Clone, Copy)]
struct LoopEntry {
    breaks: usize,
    outside_forks: u32,
}

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
        let entry = self.loop_entry();
        if let (false, Some(changeable)) = (is_async, Changeable::of(self, &iterable, span)) {
            let finished = self.watched(&changeable, target, body);
            return self.after_loop(finished, orelse, entry);
        }
        let items = if is_async { Items::unknown() } else { self.iterate(&iterable, iter)? };
        let outside = iterable.is_outside();
        // What is left at the first item that fits is not long.
        let most = if self.linked.is_some() { MAX_SEARCHED } else { MAX_UNROLLED };
        let finished = if items.exact && items.values.len() <= most {
            self.unrolled(&items.values, target, body)
        } else {
            let item = self.any_item(&items, outside);
            self.repeated(|machine| {
                machine.stand_at(span);
                machine.assign(target, item.clone())?;
                machine.block(body)
            })
        };
        self.after_loop(finished, orelse, entry)
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

    /// A loop over an object that its body may change.
    fn watched(&mut self, changeable: &Changeable, target: ExprId, body: &[StmtId]) -> Flow<()> {
        let start = changeable.items(self).unwrap_or_default();
        for round in 0.. {
            let items = match changeable.items(self) {
                Some(items) if round < MAX_UNROLLED && self.step() => items,
                _ => {
                    if changeable.kind == Kind::Sized {
                        self.may_be_resized(changeable, target);
                    }
                    let item = Value::Opaque(None);
                    return self.repeated(|machine| {
                        machine.assign(target, item.clone())?;
                        machine.block(body)
                    });
                }
            };
            self.stand_at(changeable.span);
            let item = match changeable.kind {
                Kind::List => items.get(round),
                Kind::Iterator => items.first(),
                Kind::Sized if items.len() != start.len() => {
                    return Err(self.raise_builtin("RuntimeError", RESIZED));
                }
                Kind::Sized => start.get(round),
            };
            let Some(item) = item else { break };
            if changeable.kind == Kind::Iterator {
                let rest = Items::exactly(items[1..].to_vec());
                self.state.insert(changeable.id, Object::Iterator(rest));
            }
            let continues = self.continues.len();
            let end = self.assign(target, item.clone()).and_then(|()| self.block(body));
            self.next_iteration(end, continues)?;
        }
        Ok(())
    }

    fn may_be_resized(&mut self, changeable: &Changeable, at: ExprId) {
        self.stand_at(changeable.span);
        self.may_raise("RuntimeError", Risk::Inside, at, || RESIZED.to_owned());
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
        if self.guide.is_some() {
            let fork = self.fork(guided::Kind::Loop, 0);
            let ways = vec![(1, entry.clone()), (0, entry)];
            return self.one_way(fork, Repeats::Surely, ways, |machine, way| {
                if way == 0 {
                    return Ok(());
                }
                let (continues, raises) = (machine.continues.len(), machine.raises.len());
                let end = run(machine);
                let next = machine.next_iteration(end, continues);
                if next.is_ok() {
                    machine.raises.truncate(raises);
                }
                next
            });
        }
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
        let entry = self.loop_entry();
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
        self.after_loop(finished, orelse, entry)
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
    fn after_loop(&mut self, finished: Flow<()>, orelse: &[StmtId], entry: LoopEntry) -> Flow<()> {
        let mut states = self.breaks.split_off(entry.breaks);
        if finished.is_ok() && self.block(orelse).is_ok() {
            states.push(std::mem::take(&mut self.state));
        }
        self.outside_forks = entry.outside_forks;
        self.resume(states)
    }

    fn loop_entry(&self) -> LoopEntry {
        LoopEntry { breaks: self.breaks.len(), outside_forks: self.outside_forks }
    }
}
