//! Comprehensions and generator expressions.

use std::rc::Rc;
use std::sync::Arc;

use super::generators::Source;
use crate::program::ScopeKind;
use crate::syntax::ast::{Comprehension, ExprId, ExprKind, Generator};
use crate::worlds::code::Code;
use crate::worlds::machine::{Active, Flow, Machine};
use crate::worlds::state::{Entries, Items, Object};
use crate::worlds::value::{ObjectId, Value};

/// More items than this are not made one by one.
const MAX_ITEMS: usize = 256;

/// What a comprehension collects.
#[derive(Default)]
pub(super) struct Collected {
    elements: Vec<(Value, Value)>,
    inexact: bool,
    /// They are keys of a dictionary or members of a set.
    is_hashed: bool,
    /// Who asks for them may stop after any.
    is_lazy: bool,
}

impl Machine<'_> {
    pub(super) fn comprehension(&mut self, id: ExprId, comp: &Comprehension) -> Flow<Value> {
        let Some(first) = comp.generators.first() else { return Ok(Value::Opaque(None)) };
        let iterable = self.expr(first.iter)?;
        let (closure, class) = (self.closure_here(), self.here().class.clone());
        let program = Rc::clone(&self.program);
        if let ExprKind::GeneratorExp(_) = program.ast().expr(id).kind {
            if comp.generators.iter().any(|generator| generator.is_async) {
                return Ok(Value::Opaque(None));
            }
            let iterable = self.iterator(&iterable, first.iter)?;
            let (text, version) = (Rc::clone(&self.text), self.version);
            let place = text.make(Code::Lambda(id));
            let source = Source::Expression { text, version, place, iterable, closure, class };
            return Ok(self.allocate_generator(source));
        }
        let collected = self.collect(id, comp, &iterable, closure, class)?;
        Ok(self.collected_value(id, collected))
    }

    /// Executes a comprehension over what its first `in` gives.
    pub(super) fn collect(
        &mut self,
        id: ExprId,
        comp: &Comprehension,
        iterable: &Value,
        closure: Rc<[ObjectId]>,
        class: Option<(ObjectId, Value)>,
    ) -> Flow<Collected> {
        let kind = &self.program.ast().expr(id).kind;
        let is_hashed = matches!(kind, ExprKind::SetComp(_) | ExprKind::DictComp(_));
        let is_lazy = matches!(kind, ExprKind::GeneratorExp(_));
        let mut collected = Collected { is_hashed, is_lazy, ..Collected::default() };
        let scope = self.program.expression_scope(id).map(Arc::clone);
        let (Some(scope), Some((first, rest))) = (scope, comp.generators.split_first()) else {
            collected.inexact = true;
            return Ok(collected);
        };
        let items =
            if first.is_async { Items::unknown() } else { self.iterate(iterable, first.iter)? };
        let frame = self.allocate_frame(Arc::clone(&scope));
        self.active.push(Active {
            kind: ScopeKind::Comprehension,
            frame: Some(frame),
            scope: Some(scope),
            closure,
            class,
            yields: None,
            version: self.version,
            function: None,
        });
        let outside = iterable.is_outside();
        let end = self.generate(first, items, outside, rest, comp, &mut collected);
        self.active.pop();
        end.map(|()| collected)
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
        if collected.is_hashed {
            self.hash_value(&element, comp.element)?;
        }
        let value = comp.value.map(|value| self.expr(value)).transpose()?;
        collected.elements.push((element, value.unwrap_or(Value::None)));
        if collected.is_lazy {
            self.yielded.push(self.state.clone());
        }
        Ok(())
    }

    fn collected_value(&mut self, id: ExprId, collected: Collected) -> Value {
        let exact = !collected.inexact;
        let program = std::rc::Rc::clone(&self.program);
        if let ExprKind::DictComp(_) = program.ast().expr(id).kind {
            let mut entries = Entries { exact, ..Entries::default() };
            if exact {
                collected.elements.into_iter().for_each(|(key, value)| entries.set(key, value));
            }
            return self.allocate(Object::Dict(entries));
        }
        let items = collected.into_items();
        match program.ast().expr(id).kind {
            ExprKind::SetComp(_) => self.make_set(items),
            _ => self.allocate(Object::List(items)),
        }
    }
}

impl Collected {
    pub(super) fn into_items(self) -> Items {
        if self.inexact {
            return Items::unknown();
        }
        Items::exactly(self.elements.into_iter().map(|(element, _)| element).collect())
    }
}
