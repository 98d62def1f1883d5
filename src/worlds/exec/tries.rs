//! `try` in all its forms.

use std::rc::Rc;

use crate::simulation::BindingKind;
use crate::syntax::ast::{ExceptHandler, StmtId};
use crate::text::span::Span;
use crate::worlds::guided::{Kind, Repeats};
use crate::worlds::machine::{Flow, Machine, Raise, Risk, Stop};
use crate::worlds::purpose::Purpose;
use crate::worlds::state::State;
use crate::worlds::value::Value;

/// Exceptions of one call that are kept apart.
const MAX_RAISES: usize = 12;

/// How far the lists of exits reached when a construct began.
#[derive(Debug, Clone, Copy)]
pub(in crate::worlds) struct Mark {
    raises: usize,
    returns: usize,
    breaks: usize,
    continues: usize,
}

/// Exceptions that no handler can tell apart, with the joined state in which they are met.
struct Caught {
    state: State,
    raise: Raise,
    /// The others of them that come from other places.
    others: Vec<Raise>,
}

impl Caught {
    fn is_unlikely(&self) -> bool {
        std::iter::once(&self.raise).chain(&self.others).all(|raise| raise.is_unlikely)
    }
}

impl Machine<'_> {
    pub(in crate::worlds) fn mark(&self) -> Mark {
        Mark {
            raises: self.raises.len(),
            returns: self.returns.len(),
            breaks: self.breaks.len(),
            continues: self.continues.len(),
        }
    }

    /// Whether no path has left a construct since then but by an exception.
    pub(in crate::worlds) fn left_by_exception(&self, mark: Mark) -> bool {
        let Mark { returns, breaks, continues, .. } = self.mark();
        (returns, breaks, continues) == (mark.returns, mark.breaks, mark.continues)
    }

    pub(super) fn try_statement(
        &mut self,
        body: &[StmtId],
        handlers: &[ExceptHandler],
        orelse: &[StmtId],
        finalbody: &[StmtId],
        is_star: bool,
    ) -> Flow<()> {
        if finalbody.is_empty() {
            return self.try_except(body, handlers, orelse, is_star);
        }
        let mark = self.mark();
        self.tries += 1;
        let end = self.try_except(body, handlers, orelse, is_star);
        self.tries -= 1;
        self.finally(end, mark, |machine| machine.block(finalbody))
    }

    fn try_except(
        &mut self,
        body: &[StmtId],
        handlers: &[ExceptHandler],
        orelse: &[StmtId],
        is_star: bool,
    ) -> Flow<()> {
        if handlers.is_empty() {
            self.block(body)?;
            return self.block(orelse);
        }
        if self.guide.is_some() {
            return self.guided_try(body, handlers, orelse, is_star);
        }
        let base = self.raises.len();
        self.tries += 1;
        let end = self.block(body);
        self.tries -= 1;
        let raised = self.raises.split_off(base);
        let (mut states, mut unlikely) = (Vec::new(), Vec::new());
        if end.is_ok() && self.block(orelse).is_ok() {
            states.push(std::mem::take(&mut self.state));
        }
        for caught in group(raised) {
            let into = if caught.is_unlikely() { &mut unlikely } else { &mut states };
            self.dispatch(caught, handlers, is_star, into);
        }
        self.resume_likely(states, unlikely)
    }

    /// As [`Self::try_except`] on one path: what may be raised in the body is raised only where
    /// the body has no other way to get through.
    fn guided_try(
        &mut self,
        body: &[StmtId],
        handlers: &[ExceptHandler],
        orelse: &[StmtId],
        is_star: bool,
    ) -> Flow<()> {
        let fork = self.fork(Kind::Handler, body[0].0 as usize);
        let before = self.state.clone();
        let ways = vec![(0, before.clone()), (1, before)];
        self.one_way(fork, Repeats::Surely, ways, |machine, way| {
            let mark = machine.mark();
            let end = machine.guarded(body, handlers);
            let raised = machine.raises.split_off(mark.raises);
            let (mut caught, risky): (Vec<_>, Vec<_>) =
                raised.into_iter().partition(|raise| raise.risk.is_none());
            if way == 1 {
                caught.extend(risky);
            }
            let is_raised = way == 1 && !caught.is_empty();
            if !is_raised && (end.is_ok() || !machine.left_by_exception(mark)) {
                return end.and_then(|()| machine.block(orelse));
            }
            machine.returns.truncate(mark.returns);
            machine.breaks.truncate(mark.breaks);
            machine.continues.truncate(mark.continues);
            machine.first_caught(caught, handlers, is_star)
        })
    }

    /// Executes the body of a `try` on one path.
    fn guarded(&mut self, body: &[StmtId], handlers: &[ExceptHandler]) -> Flow<()> {
        let catches = self.catches_lookups(handlers);
        self.tries += 1;
        if let Some(guide) = &mut self.guide {
            guide.catching += catches;
        }
        let end = self.block(body);
        self.tries -= 1;
        if let Some(guide) = &mut self.guide {
            guide.catching = guide.catching.saturating_sub(catches);
        }
        end
    }

    /// 1 where handlers are for what is not found, by the names that they give.
    fn catches_lookups(&self, handlers: &[ExceptHandler]) -> u32 {
        let ast = self.program.ast();
        let names = |handler: &ExceptHandler| {
            let text = handler.typ.map_or("", |typ| self.program.slice(ast.expr(typ).span));
            ["AttributeError", "KeyError", "LookupError"].iter().any(|name| text.contains(name))
        };
        u32::from(handlers.iter().any(names))
    }

    /// Goes on with the first of some exceptions that is caught.
    fn first_caught(
        &mut self,
        raised: Vec<Raise>,
        handlers: &[ExceptHandler],
        is_star: bool,
    ) -> Flow<()> {
        let mark = self.mark();
        for caught in group(raised) {
            let mut states = Vec::new();
            self.dispatch(caught, handlers, is_star, &mut states);
            if let Some(state) = states.pop() {
                self.raises.truncate(mark.raises);
                self.state = state;
                return Ok(());
            }
            if !self.left_by_exception(mark) {
                break;
            }
        }
        Err(Stop)
    }

    /// Sends one exception through the handlers; what none is sure to catch goes on outward.
    fn dispatch(
        &mut self,
        caught: Caught,
        handlers: &[ExceptHandler],
        is_star: bool,
        states: &mut Vec<State>,
    ) {
        let Caught { state, raise, others } = caught;
        self.state = state;
        let places: Rc<[Span]> =
            std::iter::once(raise.site).chain(others.iter().map(|other| other.site)).collect();
        for handler in handlers {
            let Ok(matches) = self.handler_matches(handler, &raise, is_star) else {
                return;
            };
            if matches == Some(false) {
                continue;
            }
            let mut others = self.state.clone();
            let exception = if is_star { Value::Opaque(None) } else { raise.exception.clone() };
            // Whether it comes to this is not decided here.
            let outside = match raise.risk {
                Some(Risk::Environment) => true,
                // A module in a source root has been loaded: it got through as it could.
                Some(Risk::Inside | Risk::Outside) => self.identity.is_placed || raise.is_forked,
                None => raise.is_forked,
            };
            let outside = u32::from(outside);
            self.outside_forks += outside;
            let end = self.handle(handler, exception, Rc::clone(&places));
            self.outside_forks -= outside;
            if end.is_ok() {
                // What a group has left goes on to the next handlers, and outward.
                if is_star {
                    others = others.join(&self.state);
                }
                states.push(std::mem::take(&mut self.state));
            }
            if matches == Some(true) {
                return;
            }
            self.state = others;
        }
        let keeps_state = raise.state.is_some() || self.tries > 0;
        let state = std::mem::take(&mut self.state);
        for raise in others.into_iter().chain([raise]) {
            let state = keeps_state.then(|| state.clone());
            self.raises.push(Raise { state, ..raise });
        }
    }

    fn handler_matches(
        &mut self,
        handler: &ExceptHandler,
        raise: &Raise,
        is_star: bool,
    ) -> Flow<Option<bool>> {
        let exception = &raise.exception;
        let Some(typ) = handler.typ else { return Ok(Some(true)) };
        let span = self.program.ast().expr(typ).span;
        self.stand_at(span);
        let classes = self.expr(typ)?;
        if self.exception_class(&classes) == Some(false) {
            // `CHECK_EXC_MATCH` in `Python/bytecodes.c`.
            let reason = "only exception classes can be caught";
            return Err(self.raise_builtin("TypeError", reason));
        }
        if self.exception_class(&classes).is_none() {
            let reason = "this may be no exception class";
            self.may_be_no_class(&classes, Purpose::Caught, typ, reason);
        }
        let matches = self.exception_matches(exception, &classes);
        // What is in a group is not followed: any part of it may match.
        let group = Value::Type("BaseExceptionGroup");
        if is_star && self.is_instance(exception, &group) != Some(false) {
            return Ok(None);
        }
        // Of what the catalogue knows to raise the class has its name only.
        let is_known = raise.is_second_run || raise.depends.is_some();
        let is_named = || is_known && is_among(&classes, raise.class_name.as_deref());
        let matches = matches.or_else(|| is_named().then_some(true));
        Ok(matches.or_else(|| self.is_foreign(raise, &classes).then_some(false)))
    }

    /// Whether what certainly is a builtin exception is none of those that other modules define
    /// by `class`: a builtin class derives from no such class.
    fn is_foreign(&self, raise: &Raise, class: &Value) -> bool {
        let is_builtin = matches!(raise.exception, Value::Opaque(Some(_)));
        if raise.risk.is_some() || !is_builtin {
            return false;
        }
        match class {
            Value::Tuple(classes) => classes.iter().all(|class| {
                self.exception_matches(&raise.exception, class) == Some(false)
                    || self.is_foreign(raise, class)
            }),
            Value::External(class) => self.resolver_of(&class.module).is_plain_definition(class),
            _ => false,
        }
    }

    fn handle(
        &mut self,
        handler: &ExceptHandler,
        exception: Value,
        places: Rc<[Span]>,
    ) -> Flow<()> {
        let mark = self.mark();
        if let Some(name) = &handler.name {
            self.bind_name(&name.name, exception.clone(), name.span, BindingKind::Variable);
        }
        self.handling.push((exception, places));
        let end = self.block(&handler.body);
        self.handling.pop();
        let Some(name) = &handler.name else { return end };
        // `e = None; del e`, however the handler is left.
        self.finally(end, mark, |machine| {
            machine.forget_name(&name.name);
            Ok(())
        })
    }

    /// Joins exceptions that a call may raise where there are too many to keep apart.
    pub(in crate::worlds) fn compact_raises(&mut self, base: usize) {
        if self.raises.len() - base <= MAX_RAISES {
            return;
        }
        let is_linked = self.linked.is_some();
        let mut kept: Vec<Raise> = Vec::new();
        for raise in self.raises.split_off(base) {
            let same = |known: &&mut Raise| {
                known.risk == raise.risk
                    && known.depends == raise.depends
                    && known.unchanged == raise.unchanged
                    && known.site == raise.site
                    && (known.origin == raise.origin || !is_linked)
                    && known.exception.type_name() == raise.exception.type_name()
            };
            match kept.iter_mut().find(same) {
                Some(known) => {
                    known.state = match (known.state.take(), raise.state) {
                        (Some(a), Some(b)) => Some(a.join(&b)),
                        (a, b) => a.or(b),
                    };
                    if !known.exception.same(&raise.exception) {
                        known.exception = known.exception.join(&raise.exception);
                    }
                }
                None => kept.push(raise),
            }
        }
        self.raises.extend(kept);
    }

    /// Runs `last` on every path that leaves a construct, and lets each go on where it went.
    pub(super) fn finally(
        &mut self,
        end: Flow<()>,
        mark: Mark,
        mut last: impl FnMut(&mut Self) -> Flow<()>,
    ) -> Flow<()> {
        let normal = end.is_ok().then(|| std::mem::take(&mut self.state));
        let mut raised = self.raises.split_off(mark.raises);
        if self.guide.is_some() {
            raised.retain(|raise| raise.risk.is_none());
        }
        let returned = self.returns.split_off(mark.returns);
        let broken = self.breaks.split_off(mark.breaks);
        let continued = self.continues.split_off(mark.continues);
        for raise in raised {
            let Some(state) = raise.state.clone() else {
                self.raises.push(raise);
                continue;
            };
            self.state = state;
            self.handling.push((raise.exception.clone(), Rc::from([raise.site])));
            let end = last(self);
            self.handling.pop();
            if end.is_ok() {
                let state = Some(std::mem::take(&mut self.state));
                self.raises.push(Raise { state, ..raise });
            }
        }
        for (state, value) in returned {
            self.state = state;
            if last(self).is_ok() {
                let state = std::mem::take(&mut self.state);
                self.returns.push((state, value));
            }
        }
        if self.resume(broken).is_ok() && last(self).is_ok() {
            let state = std::mem::take(&mut self.state);
            self.breaks.push(state);
        }
        if self.resume(continued).is_ok() && last(self).is_ok() {
            let state = std::mem::take(&mut self.state);
            self.continues.push(state);
        }
        self.state = normal.ok_or(Stop)?;
        last(self)
    }
}

/// Whether a class of this name from outside is among those that a handler catches.
fn is_among(classes: &Value, name: Option<&str>) -> bool {
    match classes {
        Value::External(class) => name.is_some() && class.attribute.rsplit('.').next() == name,
        Value::Tuple(all) => all.iter().any(|class| is_among(class, name)),
        _ => false,
    }
}

/// Joins exceptions that no handler can tell apart.
fn group(raised: Vec<Raise>) -> Vec<Caught> {
    let mut groups: Vec<Caught> = Vec::new();
    for mut raise in raised {
        let Some(state) = raise.state.take() else { continue };
        let same = |caught: &&mut Caught| {
            caught.raise.exception.same(&raise.exception)
                && caught.raise.risk == raise.risk
                && caught.raise.depends == raise.depends
        };
        match groups.iter_mut().find(same) {
            Some(caught) => {
                caught.state = std::mem::take(&mut caught.state).join(&state);
                let Caught { raise: first, others, .. } = caught;
                let mut known = std::iter::once(first).chain(others.iter_mut());
                match known.find(|known| known.site == raise.site) {
                    Some(known) => known.unchanged &= raise.unchanged,
                    None => others.push(raise),
                }
            }
            None => {
                raise.state = Some(State::default());
                groups.push(Caught { state, raise, others: Vec::new() });
            }
        }
    }
    groups
}

impl Mark {
    /// How many exceptions were on their way outward.
    pub(in crate::worlds) fn raises(self) -> usize {
        self.raises
    }
}
