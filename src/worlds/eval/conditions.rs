//! Which way conditions go.

use crate::syntax::ast::{BoolOp, CompareOp, ExprId, ExprKind, Name, UnaryOp};
use crate::worlds::answers::agreed;
use crate::worlds::builtins::functions::OWN_NAMES;
use crate::worlds::eval::environment::remembered;
use crate::worlds::exec::imports::SPEC;
use crate::worlds::guided::Kind;
use crate::worlds::machine::{Flow, Machine, Stop};
use crate::worlds::state::{Object, Slot, State};
use crate::worlds::trace::Decision;
use crate::worlds::value::Value;

/// The states in which a condition holds and in which it does not; at least one of them.
pub(in crate::worlds) struct Outcomes {
    pub(in crate::worlds) when_true: Option<State>,
    pub(in crate::worlds) when_false: Option<State>,
    /// What is not known came from outside the module.
    pub(in crate::worlds) outside: bool,
    /// How it goes where no environment variable decides it, if one may.
    pub(in crate::worlds) presumed: Option<bool>,
}

impl Outcomes {
    fn only(state: State, holds: bool) -> Outcomes {
        let (when_true, when_false) = if holds { (Some(state), None) } else { (None, Some(state)) };
        Outcomes { when_true, when_false, outside: false, presumed: None }
    }

    fn flipped(self) -> Outcomes {
        Outcomes {
            when_true: self.when_false,
            when_false: self.when_true,
            outside: self.outside,
            presumed: self.presumed.map(|holds| !holds),
        }
    }
}

/// How `and` or `or` goes where no environment variable decides.
#[derive(Default)]
struct Presumed {
    ends: bool,
    goes_on: bool,
    is_open: bool,
}

impl Presumed {
    /// One more operand that may go either way.
    fn add(&mut self, goes_on: Option<bool>) {
        match goes_on {
            Some(true) => self.goes_on = true,
            Some(false) => self.ends = true,
            None => self.is_open = true,
        }
    }

    fn goes_on(&self) -> Option<bool> {
        match self {
            Presumed { ends: true, .. } => Some(false),
            Presumed { goes_on: true, is_open: false, .. } => Some(true),
            _ => None,
        }
    }
}

impl Machine<'_> {
    /// Executes `run` for each way that a condition may go.
    pub(in crate::worlds) fn condition(
        &mut self,
        test: ExprId,
        mut run: impl FnMut(&mut Self, bool) -> Flow<()>,
    ) -> Flow<()> {
        self.condition_value(test, |machine, holds| run(machine, holds).map(|()| Value::None))
            .map(drop)
    }

    /// As [`Self::condition`], with a value for each way.
    pub(in crate::worlds) fn condition_value(
        &mut self,
        test: ExprId,
        mut run: impl FnMut(&mut Self, bool) -> Flow<Value>,
    ) -> Flow<Value> {
        let mut outcomes = self.outcomes(test)?;
        if self.guide.is_some() && outcomes.when_true.is_some() && outcomes.when_false.is_some() {
            let fork = self.fork(Kind::Condition, test.0 as usize);
            let first = outcomes.presumed.unwrap_or(!self.doubts_conditions());
            let mut ways = Vec::new();
            for holds in [first, !first] {
                let state = match holds {
                    true => outcomes.when_true.take(),
                    false => outcomes.when_false.take(),
                };
                ways.extend(state.map(|state| (u8::from(holds), state)));
            }
            let repeats = self.repeats(test);
            self.note_open(test);
            return self.one_way(fork, repeats, ways, |machine, way| run(machine, way == 1));
        }
        let mut joined: Option<(State, Value)> = None;
        let open = outcomes.when_true.is_some() && outcomes.when_false.is_some();
        // A module in a source root has been loaded: it went the way that it could go.
        let outside = u32::from(open && (outcomes.outside || self.identity.is_placed));
        self.outside_forks += outside;
        let left = self.breaks.len() + self.continues.len();
        for (state, holds) in [(outcomes.when_true, true), (outcomes.when_false, false)] {
            let Some(state) = state else { continue };
            self.state = state;
            if let Ok(value) = run(self, holds) {
                let state = std::mem::take(&mut self.state);
                joined = Some(match joined {
                    None => (state, value),
                    Some((other, earlier)) => {
                        // The way on which the condition holds comes first.
                        let unlikely = match outcomes.presumed {
                            Some(true) => state.bound_besides(&other),
                            Some(false) => other.bound_besides(&state),
                            None => Vec::new(),
                        };
                        let replaced = match outcomes.presumed {
                            Some(true) => Some(other.registered.clone()),
                            Some(false) => Some(state.registered.clone()),
                            None => None,
                        };
                        let mut both = other.join(&state);
                        both.hold_unlikely(unlikely);
                        if let Some(replaced) = replaced {
                            both.registered = replaced;
                        }
                        let plain = |value: &Value| matches!(value, Value::Bool(_));
                        let value = match outcomes.presumed {
                            // The way on which the condition holds comes first.
                            Some(true) if plain(&earlier) && plain(&value) => remembered(earlier),
                            Some(false) if plain(&earlier) && plain(&value) => remembered(value),
                            _ => earlier.join(&value),
                        };
                        (both, value)
                    }
                });
            }
        }
        // Whether a loop was left here decides about all of it that comes after.
        if self.breaks.len() + self.continues.len() == left {
            self.outside_forks -= outside;
        }
        let (state, value) = joined.ok_or(Stop)?;
        self.state = state;
        Ok(value)
    }

    /// Evaluates a condition once; says how it went where that is certain, and leaves the state
    /// as it was before where it is not.
    pub(in crate::worlds) fn decided_condition(&mut self, test: ExprId) -> Flow<Option<bool>> {
        let before = self.state.clone();
        let outcomes = self.outcomes(test)?;
        match (outcomes.when_true, outcomes.when_false) {
            (Some(state), None) => {
                self.state = state;
                Ok(Some(true))
            }
            (None, Some(state)) => {
                self.state = state;
                Ok(Some(false))
            }
            _ => {
                self.state = before;
                Ok(None)
            }
        }
    }

    /// Evaluates a condition and splits the paths.
    pub(in crate::worlds) fn outcomes(&mut self, test: ExprId) -> Flow<Outcomes> {
        let program = std::rc::Rc::clone(&self.program);
        let expr = program.ast().expr(test);
        self.stand_at(expr.span);
        let outcomes = match &expr.kind {
            ExprKind::UnaryOp { op: UnaryOp::Not, operand } => self.outcomes(*operand)?.flipped(),
            ExprKind::BoolOp { op, values } => self.bool_outcomes(*op, values)?,
            ExprKind::Compare { left, ops, comparators }
                if matches!(ops[..], [CompareOp::In | CompareOp::NotIn]) =>
            {
                self.membership_outcomes(test, *left, ops[0], comparators[0])?
            }
            _ => {
                let value = self.expr(test)?;
                let outcomes = self.split(&value, test)?;
                self.narrowed(test, outcomes)
            }
        };
        if self.at_module_level() && self.version == self.stage {
            let decision: &mut Decision = self.trace.decisions.entry(expr.span).or_default();
            decision.may_be_true |= outcomes.when_true.is_some();
            decision.may_be_false |= outcomes.when_false.is_some();
        }
        Ok(outcomes)
    }

    /// Splits the current state by the truth of a value.
    fn split(&mut self, value: &Value, at: ExprId) -> Flow<Outcomes> {
        if let Some(answer) = self.own_truth(value, at)? {
            let truth = self.truth(&answer);
            return Ok(self.split_by(truth, answer.is_outside()));
        }
        if let Some(presumed) = self.presumed(value)
            && self.truth(value).is_none()
        {
            let truth = self.truth(&presumed);
            return Ok(Outcomes { presumed: truth, ..self.split_by(None, true) });
        }
        if let Value::Union(values) = value
            && self.truth(value).is_none()
        {
            self.suppose_effects(values.iter());
        }
        let truth = self.truth(value);
        Ok(self.split_by(truth, value.is_outside()))
    }

    fn split_by(&mut self, truth: Option<bool>, outside: bool) -> Outcomes {
        let state = std::mem::take(&mut self.state);
        match truth {
            Some(holds) => Outcomes::only(state, holds),
            None => Outcomes {
                when_true: Some(state.clone()),
                when_false: Some(state),
                outside,
                presumed: None,
            },
        }
    }

    fn bool_outcomes(&mut self, op: BoolOp, values: &[ExprId]) -> Flow<Outcomes> {
        // `and` goes on while true and ends at the first false; `or` the other way round.
        let goes_on_when = op == BoolOp::And;
        let mut ended: Option<State> = None;
        let mut outside = false;
        let mut presumed = Presumed::default();
        for (index, &value) in values.iter().enumerate() {
            let Ok(outcomes) = self.outcomes(value) else {
                let Some(ended) = ended else { return Err(Stop) };
                return Ok(Outcomes { outside, ..Outcomes::only(ended, !goes_on_when) });
            };
            outside |= outcomes.outside;
            let open = outcomes.when_true.is_some() && outcomes.when_false.is_some();
            if open {
                presumed.add(outcomes.presumed.map(|holds| holds == goes_on_when));
            }
            let (on, off) = if goes_on_when {
                (outcomes.when_true, outcomes.when_false)
            } else {
                (outcomes.when_false, outcomes.when_true)
            };
            ended = join_options(ended, off);
            match on {
                Some(state) if index + 1 < values.len() => self.state = state,
                on => {
                    let (when_true, when_false) =
                        if goes_on_when { (on, ended) } else { (ended, on) };
                    let goes_on = presumed.goes_on();
                    let presumed = goes_on.map(|goes_on| goes_on == goes_on_when);
                    return Ok(Outcomes { when_true, when_false, outside, presumed });
                }
            }
        }
        Err(Stop)
    }

    /// `"x" in globals()` splits into a path on which `x` is bound and one on which it is not.
    fn membership_outcomes(
        &mut self,
        test: ExprId,
        left: ExprId,
        op: CompareOp,
        right: ExprId,
    ) -> Flow<Outcomes> {
        let item = self.expr(left)?;
        let container = self.expr(right)?;
        let asks_names = match &container {
            Value::Globals => true,
            Value::Opaque(Some(name)) => *name == OWN_NAMES,
            _ => false,
        };
        if let (Value::Str(name), true) = (&item, asks_names) {
            let outcomes = self.bound_outcomes(&Name::clone(name));
            let span = self.program.ast().expr(test).span;
            self.trace.decisions.entry(span).or_default().asks_namespace = true;
            return Ok(if op == CompareOp::In { outcomes } else { outcomes.flipped() });
        }
        let value = self.compare_values(&item, op, &container, test)?;
        let outcomes = self.split(&value, test)?;
        Ok(self.sure_of_key(outcomes, (&item, op == CompareOp::In, &container)))
    }

    /// Where it was open whether a dictionary has a key, each path knows it.
    fn sure_of_key(
        &self,
        mut outcomes: Outcomes,
        (key, is_in, container): (&Value, bool, &Value),
    ) -> Outcomes {
        let container = self.contents(container).unwrap_or_else(|| container.clone());
        if let (Some(yes), Some(no), Value::Object(id), true) =
            (&mut outcomes.when_true, &mut outcomes.when_false, &container, self.linked.is_some())
        {
            let (with, without) = if is_in { (yes, no) } else { (no, yes) };
            if let Some(Object::Dict(entries)) = with.object_mut(*id) {
                entries.sure.set(key, Some(Value::Opaque(None)));
            }
            if let Some(Object::Dict(entries)) = without.object_mut(*id) {
                entries.sure.set(key, None);
            }
        }
        outcomes
    }

    fn bound_outcomes(&mut self, name: &Name) -> Outcomes {
        let symbol = self.symbol(name);
        let state = std::mem::take(&mut self.state);
        match state.global(symbol).map(|slot| (slot.maybe_unbound, slot.bindings.clone())) {
            None if state.unseen => {
                let when_false = Some(state.clone());
                Outcomes { when_true: Some(state), when_false, outside: true, presumed: None }
            }
            None => Outcomes::only(state, false),
            Some((false, _)) => Outcomes::only(state, true),
            Some((true, bindings)) => {
                let mut bound = state.clone();
                let slot = Slot { bindings, maybe_unbound: false };
                bound.set_global(symbol, Some(std::rc::Rc::new(slot)));
                let mut unbound = state;
                unbound.set_global(symbol, None);
                let (when_true, when_false) = (Some(bound), Some(unbound));
                Outcomes { when_true, when_false, outside: false, presumed: None }
            }
        }
    }

    /// The truth of a value, heap objects and constants of other modules included.
    pub(in crate::worlds) fn truth(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Object(id) => match self.state.object(*id)? {
                Object::List(items) | Object::Set(items) => {
                    items.exact.then_some(!items.values.is_empty())
                }
                Object::Dict(entries) => entries.exact.then_some(!entries.pairs.is_empty()),
                Object::Instance(_) => {
                    if let Some(contents) = self.contents(value) {
                        return self.truth(&contents);
                    }
                    let seen = !self.has_unseen_attributes(value);
                    let plain = self.special(value, "__bool__").is_none()
                        && self.special(value, "__len__").is_none()
                        && !self.has_builtin_truth(value, &["__bool__", "__len__"]);
                    (seen && plain).then_some(true)
                }
                Object::Class(class) => (!class.is_opaque).then_some(true),
                Object::Iterator(_) | Object::Generator(_) => Some(true),
                Object::Frame(_) => None,
            },
            Value::External(external) => {
                if self.resolver_of(&external.module).is_plain_definition(external) {
                    return Some(true);
                }
                let constant = self.constant_of(external)?;
                constant.truth()
            }
            Value::Opaque(Some(SPEC)) => Some(true),
            Value::Returned(call) => self.answered_truth(call),
            Value::Opaque(Some("function" | "type" | "module" | "generator")) => Some(true),
            Value::Union(values) => agreed(values, |value| self.truth(value)),
            value => value.truth(),
        }
    }

    pub(super) fn bool_op(&mut self, op: BoolOp, values: &[ExprId]) -> Flow<Value> {
        let Some((&first, rest)) = values.split_first() else { return Err(Stop) };
        let value = self.expr(first)?;
        if rest.is_empty() {
            return Ok(value);
        }
        let truth = match self.split(&value, first)? {
            Outcomes { when_true: Some(state), when_false: None, .. } => {
                self.state = state;
                Some(true)
            }
            Outcomes { when_true: None, when_false: Some(state), .. } => {
                self.state = state;
                Some(false)
            }
            Outcomes { when_true: Some(state), .. } => {
                self.state = state;
                None
            }
            Outcomes { when_true: None, when_false: None, .. } => return Err(Stop),
        };
        match truth {
            Some(truth) if truth == (op == BoolOp::And) => self.bool_op(op, rest),
            Some(_) => Ok(value),
            None => {
                // It is the result only where it ends the expression.
                let ending = self.part_with_truth(&value, op == BoolOp::Or);
                self.alternatives(
                    2,
                    |machine, index| {
                        if index == 0 { Ok(ending.clone()) } else { machine.bool_op(op, rest) }
                    },
                    |a, b| a.join(&b),
                )
            }
        }
    }

    /// What of a value may be true, or false.
    fn part_with_truth(&self, value: &Value, truth: bool) -> Value {
        let part = value.alternatives().iter().filter(|part| self.truth(part) != Some(!truth));
        let part = part.map(|part| match part {
            Value::Opaque(Some("bool")) => Value::Bool(truth),
            Value::Opaque(Some("str")) if !truth => Value::str(""),
            part => part.clone(),
        });
        Value::join_all(part).unwrap_or_else(|| value.clone())
    }
}

fn join_options(a: Option<State>, b: Option<State>) -> Option<State> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.join(&b)),
        (a, b) => a.or(b),
    }
}
