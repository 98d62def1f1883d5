//! Comprehensions and generator expressions.
//!
//! A generator expression is run at once: nearly always something consumes it on the spot, and
//! where nothing does, running it early only finds what running it later would.

use std::sync::Arc;

use crate::program::ScopeKind;
use crate::syntax::ast::{Comprehension, ExprId, ExprKind, Generator};
use crate::worlds::machine::{Active, Flow, Machine};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::Value;

/// More items than this are not made one by one.
const MAX_ITEMS: usize = 256;

/// What a comprehension collects.
#[derive(Default)]
struct Collected {
    elements: Vec<(Value, Value)>,
    inexact: bool,
}

impl Machine<'_> {
    /// `name = (… for …)`: nothing of it runs before somebody asks. Where running it early would
    /// raise, that is left to whoever asks.
    pub(in crate::worlds) fn kept_generator(
        &mut self,
        id: ExprId,
        comp: &Comprehension,
    ) -> Flow<Value> {
        let Some(first) = comp.generators.first() else { return Ok(Value::Opaque(None)) };
        let before = self.state.clone();
        let raised = self.raises.len();
        match self.comprehension(id, comp) {
            Ok(value) if self.raises.len() == raised => Ok(value),
            _ => {
                self.state = before;
                self.raises.truncate(raised);
                self.expr(first.iter)?;
                Ok(Value::Opaque(None))
            }
        }
    }

    pub(super) fn comprehension(&mut self, id: ExprId, comp: &Comprehension) -> Flow<Value> {
        let program = std::rc::Rc::clone(&self.program);
        let Some(scope) = program.expression_scope(id).map(Arc::clone) else {
            return Ok(Value::Opaque(None));
        };
        let Some((first, rest)) = comp.generators.split_first() else {
            return Ok(Value::Opaque(None));
        };
        let iterable = self.expr(first.iter)?;
        let items =
            if first.is_async { Items::unknown() } else { self.iterate(&iterable, first.iter)? };
        let frame = self.allocate_frame(Arc::clone(&scope));
        let active = Active {
            kind: ScopeKind::Comprehension,
            frame: Some(frame),
            scope: Some(scope),
            closure: self.closure_here(),
            class: self.here().class.clone(),
        };
        self.active.push(active);
        let mut collected = Collected::default();
        let outside = iterable.is_outside();
        let end = self.generate(first, items, outside, rest, comp, &mut collected);
        self.active.pop();
        end?;
        Ok(self.collected_value(id, collected))
    }

    fn generate(
        &mut self,
        generator: &Generator,
        items: Items,
        outside: bool,
        rest: &[Generator],
        comp: &Comprehension,
        collected: &mut Collected,
    ) -> Flow<()> {
        if items.exact && items.values.len() <= MAX_ITEMS {
            for item in items.values {
                self.assign(generator.target, item)?;
                self.filtered(&generator.ifs, rest, comp, collected)?;
            }
            return Ok(());
        }
        collected.inexact = true;
        let item = self.any_item(&items, outside);
        self.repeated(|machine| {
            machine.assign(generator.target, item.clone())?;
            machine.filtered(&generator.ifs, rest, comp, collected)
        })
    }

    fn filtered(
        &mut self,
        ifs: &[ExprId],
        rest: &[Generator],
        comp: &Comprehension,
        collected: &mut Collected,
    ) -> Flow<()> {
        let Some((&test, more)) = ifs.split_first() else {
            return self.nested(rest, comp, collected);
        };
        match self.decided_condition(test)? {
            Some(false) => Ok(()),
            Some(true) => self.filtered(more, rest, comp, collected),
            None => {
                collected.inexact = true;
                self.condition(test, |machine, holds| {
                    if holds { machine.filtered(more, rest, comp, collected) } else { Ok(()) }
                })
            }
        }
    }

    fn nested(
        &mut self,
        rest: &[Generator],
        comp: &Comprehension,
        collected: &mut Collected,
    ) -> Flow<()> {
        if let Some((generator, rest)) = rest.split_first() {
            let iterable = self.expr(generator.iter)?;
            let items = self.iterate(&iterable, generator.iter)?;
            let outside = iterable.is_outside();
            return self.generate(generator, items, outside, rest, comp, collected);
        }
        let element = self.expr(comp.element)?;
        let value = comp.value.map(|value| self.expr(value)).transpose()?;
        collected.elements.push((element, value.unwrap_or(Value::None)));
        Ok(())
    }

    fn collected_value(&mut self, id: ExprId, collected: Collected) -> Value {
        let exact = !collected.inexact;
        let program = std::rc::Rc::clone(&self.program);
        if let ExprKind::DictComp(_) = program.ast().expr(id).kind {
            let mut entries = Entries { pairs: Vec::new(), exact };
            if exact {
                collected.elements.into_iter().for_each(|(key, value)| entries.set(key, value));
            }
            return self.allocate(Object::Dict(entries));
        }
        let items = if exact {
            Items::exactly(collected.elements.into_iter().map(|(element, _)| element).collect())
        } else {
            Items::unknown()
        };
        match program.ast().expr(id).kind {
            ExprKind::ListComp(_) => self.allocate(Object::List(items)),
            ExprKind::SetComp(_) => self.make_set(items),
            _ => self.allocate(Object::Iterator(items)),
        }
    }
}
