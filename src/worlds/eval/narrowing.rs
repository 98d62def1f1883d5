//! What a condition on a name says about the name's value on either way.

use std::rc::Rc;

use super::conditions::Outcomes;
use crate::program::ScopeKind;
use crate::syntax::ast::{CompareOp, Constant, ExprId, ExprKind, Name};
use crate::worlds::machine::Machine;
use crate::worlds::state::{Binding, Object, Slot, State};
use crate::worlds::value::Value;

/// What a condition asks of a name.
#[derive(Clone, Copy)]
enum Test {
    Truth,
    IsNone,
}

impl Test {
    /// Whether a value may be there where the answer is `holds`.
    fn admits(self, value: &Value, holds: bool) -> bool {
        match self {
            Test::Truth => value.truth() != Some(!holds),
            Test::IsNone if holds => value.type_name().is_none_or(|class| class == "NoneType"),
            Test::IsNone => !matches!(value, Value::None),
        }
    }

    /// What is left of a value; None where nothing is, or all.
    fn part(self, value: &Value, holds: bool) -> Option<Value> {
        let all = value.alternatives();
        let left: Vec<Value> =
            all.iter().filter(|value| self.admits(value, holds)).cloned().collect();
        if left.len() == all.len() { None } else { Value::join_all(left) }
    }
}

impl Machine<'_> {
    /// Leaves out, on each way, what the tested name cannot hold there.
    pub(super) fn narrowed(&mut self, test: ExprId, mut outcomes: Outcomes) -> Outcomes {
        if outcomes.when_true.is_none() || outcomes.when_false.is_none() {
            return outcomes;
        }
        let Some((name, asked, is_negated)) = self.asked(test) else { return outcomes };
        let ways = [(&mut outcomes.when_true, true), (&mut outcomes.when_false, false)];
        for (state, holds) in ways {
            if let Some(state) = state {
                self.narrow(state, &name, asked, holds != is_negated);
            }
        }
        outcomes
    }

    /// The name that a condition asks about, what it asks, and whether it is turned round.
    fn asked(&self, test: ExprId) -> Option<(Name, Test, bool)> {
        let ast = self.program.ast();
        match &ast.expr(test).kind {
            ExprKind::Name(name) => Some((name.clone(), Test::Truth, false)),
            ExprKind::Compare { left, ops, comparators } => {
                let (ExprKind::Name(name), [op], [other]) =
                    (&ast.expr(*left).kind, &ops[..], &comparators[..])
                else {
                    return None;
                };
                if !matches!(ast.expr(*other).kind, ExprKind::Constant(Constant::None)) {
                    return None;
                }
                match op {
                    CompareOp::Is => Some((name.clone(), Test::IsNone, false)),
                    CompareOp::IsNot => Some((name.clone(), Test::IsNone, true)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn narrow(&mut self, state: &mut State, name: &Name, asked: Test, holds: bool) {
        let here = self.here();
        if here.kind != ScopeKind::Module
            && let Some(frame) = here.frame
            && let Some(Object::Frame(locals)) = state.object(frame)
            && let Some(local) = locals.locals.get(name)
        {
            let mut local = local.clone();
            let Some(part) = asked.part(&local.value, holds) else { return };
            local.value = part;
            if let Some(Object::Frame(frame)) = state.object_mut(frame) {
                frame.locals.set_local(name.clone(), local);
            }
            return;
        }
        let is_local = here.scope.as_ref().is_some_and(|scope| scope.locals.contains(name));
        let Some(symbol) = self.known_symbol(name).filter(|_| !is_local) else { return };
        let Some(slot) = state.global(symbol) else { return };
        let bindings: Vec<Binding> = slot
            .bindings
            .iter()
            .filter_map(|binding| {
                let all = binding.value.alternatives();
                if !all.iter().any(|value| asked.admits(value, holds)) {
                    return None;
                }
                let mut binding = binding.clone();
                if let Some(part) = asked.part(&binding.value, holds) {
                    binding.value = part;
                }
                Some(binding)
            })
            .collect();
        if !bindings.is_empty() {
            let slot = Slot { bindings, maybe_unbound: slot.maybe_unbound };
            state.set_global(symbol, Some(Rc::new(slot)));
        }
    }
}
