//! What runs only when somebody asks for its items: generators, generator expressions, `map` and
//! `filter`.

use std::rc::Rc;

use crate::program::ScopeKind;
use crate::syntax::ast::{ExprId, ExprKind};
use crate::worlds::code::{Code, Place, Text};
use crate::worlds::function::Function;
use crate::worlds::machine::{Active, Flow, Machine, Risk};
use crate::worlds::state::{Items, Object, State};
use crate::worlds::value::{ObjectId, Value};

/// A generator that has not run to its end.
#[derive(Debug, Clone)]
pub(in crate::worlds) struct Generator {
    pub(in crate::worlds) source: Rc<Source>,
    /// It may have run in part, or to its end.
    pub(in crate::worlds) maybe_used: bool,
}

/// What makes the items.
#[derive(Debug)]
pub(in crate::worlds) enum Source {
    /// The body of a generator function, its arguments bound in `frame`.
    Call {
        function: Rc<Function>,
        frame: ObjectId,
        first: Option<Value>,
    },
    /// `(… for …)`, of which the first iterable has been evaluated.
    Expression {
        text: Rc<Text>,
        version: u32,
        place: Place,
        iterable: Value,
        closure: Rc<[ObjectId]>,
        class: Option<(ObjectId, Value)>,
    },
    Map {
        function: Value,
        iterable: Value,
    },
    Filter {
        function: Value,
        iterable: Value,
    },
}

impl Source {
    /// The builtin class of the object.
    pub(in crate::worlds) fn class(&self) -> &'static str {
        match self {
            Source::Call { .. } | Source::Expression { .. } => "generator",
            Source::Map { .. } => "map",
            Source::Filter { .. } => "filter",
        }
    }
}

/// Generators in generators are not followed deeper than this.
const MAX_DEPTH: usize = 64;

impl Machine<'_> {
    pub(in crate::worlds) fn allocate_generator(&mut self, source: Source) -> Value {
        let generator = Generator { source: Rc::new(source), maybe_used: false };
        self.allocate(Object::Generator(generator))
    }

    /// `iter(value)` of something that is iterated over later.
    pub(in crate::worlds) fn iterator(&mut self, value: &Value, at: ExprId) -> Flow<Value> {
        if let Value::Object(id) = value
            && matches!(
                self.state.object(*id),
                Some(Object::Generator(_) | Object::Iterator(_) | Object::List(_))
            )
        {
            return Ok(value.clone());
        }
        let items = self.iterate(value, at)?;
        Ok(self.allocate(Object::Iterator(items)))
    }

    /// The items of something that is asked for all of them.
    pub(in crate::worlds) fn exhaust(&mut self, value: &Value, at: ExprId) -> Flow<Items> {
        match self.generator(value) {
            Some((id, generator)) => self.drain(id, &generator, true, at),
            None => self.iterate(value, at),
        }
    }

    fn generator(&self, value: &Value) -> Option<(ObjectId, Generator)> {
        let Value::Object(id) = value else { return None };
        match self.state.object(*id) {
            Some(Object::Generator(generator)) => Some((*id, generator.clone())),
            _ => None,
        }
    }

    /// Runs a generator. Where only some of the items may be asked for and that makes a
    /// difference, what it does may happen or not, and the items are not known.
    pub(in crate::worlds) fn drain(
        &mut self,
        id: ObjectId,
        generator: &Generator,
        to_the_end: bool,
        at: ExprId,
    ) -> Flow<Items> {
        let before = self.state.clone();
        let (raised, bound) = (self.raises.len(), self.trace.log.len());
        let yielded = std::mem::take(&mut self.yielded);
        // Meanwhile nobody else gets anything out of it.
        self.state.insert(id, Object::Iterator(Items::unknown()));
        let end = self.make_items(&generator.source, at);
        let yielded = std::mem::replace(&mut self.yielded, yielded);
        let is_quiet = end.is_ok() && self.raises.len() == raised && self.trace.log.len() == bound;
        if !generator.maybe_used && (to_the_end || is_quiet) {
            let items = end?;
            // Somebody who asks for less leaves some of it.
            let rest = Items { values: Vec::new(), exact: to_the_end };
            self.state.insert(id, Object::Iterator(rest));
            return Ok(items);
        }
        let ended = end.is_ok().then(|| std::mem::take(&mut self.state));
        let stopped: Vec<State> =
            self.raises[raised..].iter().filter_map(|raise| raise.state.clone()).collect();
        let others = ended.into_iter().chain(stopped).chain(yielded);
        self.state = others.fold(before, |state, other| state.join(&other));
        let used = Generator { maybe_used: true, ..generator.clone() };
        self.state.insert(id, Object::Generator(used));
        Ok(Items::unknown())
    }

    fn make_items(&mut self, source: &Source, at: ExprId) -> Flow<Items> {
        match source {
            Source::Call { function, frame, first } => {
                self.run_generator(function, *frame, first.clone(), at)
            }
            Source::Expression { text, version, place, iterable, closure, class } => {
                let program = text.program();
                let Code::Lambda(id) = text.code(*place) else { return Ok(Items::unknown()) };
                let ExprKind::GeneratorExp(comp) = &program.ast().expr(id).kind else {
                    return Ok(Items::unknown());
                };
                let caller = self.enter_code(text, *version);
                let closure = Rc::clone(closure);
                let made = self.collect(id, comp, iterable, closure, class.clone());
                self.leave_code(caller);
                Ok(made?.into_items())
            }
            Source::Map { function, iterable } => {
                let items = self.iterate(iterable, at)?;
                self.mapped(function, items, at, |result, _| Some(result))
            }
            Source::Filter { function, iterable } => {
                let items = self.iterate(iterable, at)?;
                self.filtered_items(function, items, at)
            }
        }
    }

    fn run_generator(
        &mut self,
        function: &Rc<Function>,
        frame: ObjectId,
        first: Option<Value>,
        at: ExprId,
    ) -> Flow<Items> {
        let Some(scope) = function.scope() else { return Ok(Items::unknown()) };
        if self.active.len() > MAX_DEPTH || !self.step() {
            self.suppose_effects([&Value::Function(Rc::clone(function))]);
            self.may_raise("", Risk::Inside, at, || {
                format!("`{}` is too deep to follow", function.name)
            });
            return Ok(Items::unknown());
        }
        let Value::Object(out) = self.allocate(Object::List(Items::exactly(Vec::new()))) else {
            return Ok(Items::unknown());
        };
        self.active.push(Active {
            kind: ScopeKind::Function,
            frame: Some(frame),
            scope: Some(scope),
            closure: Rc::clone(&function.closure),
            class: function.class.zip(first),
            yields: Some(out),
            version: function.version,
            function: Some(Rc::clone(function)),
        });
        let caller = self.enter_code(&function.text, function.version);
        let handling = std::mem::take(&mut self.handling);
        let base = self.raises.len();
        let end = self.run_body(function.code());
        self.compact_raises(base);
        self.handling = handling;
        self.leave_code(caller);
        self.active.pop();
        end?;
        match self.state.object(out) {
            Some(Object::List(items)) => Ok(items.clone()),
            _ => Ok(Items::unknown()),
        }
    }

    /// `yield value`: the item goes to whoever runs the generator.
    pub(in crate::worlds) fn yield_items(&mut self, items: Items) -> Value {
        let is_function = |active: &&Active| active.kind == ScopeKind::Function;
        let out = self.active.iter().rev().find(is_function).and_then(|active| active.yields);
        let Some(out) = out else { return Value::Unknown };
        if let Some(Object::List(known)) = self.state.object_mut(out) {
            known.exact &= items.exact;
            known.values.extend(items.values);
        }
        self.yielded.push(self.state.clone());
        // Iterating sends nothing.
        Value::None
    }

    /// Calls a generator function: its body waits.
    pub(in crate::worlds) fn waiting_call(
        &mut self,
        function: &Rc<Function>,
        frame: ObjectId,
        first: Option<Value>,
    ) -> Value {
        let function = Rc::clone(function);
        self.allocate_generator(Source::Call { function, frame, first })
    }

    /// Code that is not seen is given a generator: it may ask for items.
    pub(in crate::worlds) fn escape_generator(
        &mut self,
        id: ObjectId,
        generator: &Generator,
        at: ExprId,
    ) {
        let unsure = Generator { maybe_used: true, ..generator.clone() };
        // It gives no items where it may have been used, and goes on in any case.
        let _ = self.drain(id, &unsure, false, at);
    }

    /// `send`, `throw` or `close` where one path is followed: how far the body gets by that is
    /// not, so that all it does may have happened or not. What it may raise is no path of its own.
    pub(in crate::worlds) fn resume_generator(&mut self, id: ObjectId, at: ExprId) {
        if let Some(Object::Generator(generator)) = self.state.object(id) {
            let generator = generator.clone();
            let raised = self.raises.len();
            self.escape_generator(id, &generator, at);
            self.raises.truncate(raised);
        }
    }

    /// What `map` and the like do with each item.
    fn mapped(
        &mut self,
        function: &Value,
        items: Items,
        at: ExprId,
        keep: impl Fn(Value, Value) -> Option<Value>,
    ) -> Flow<Items> {
        if !items.exact {
            self.suppose_effects([function]);
            self.unseen_operation(&[function], at)?;
            return Ok(Items::unknown());
        }
        let mut values = Vec::new();
        for item in items.values {
            let result = self.call(function, vec![item.clone()], at)?;
            values.extend(keep(result, item));
        }
        Ok(Items::exactly(values))
    }

    fn filtered_items(&mut self, function: &Value, items: Items, at: ExprId) -> Flow<Items> {
        let mut values = Vec::new();
        let mut exact = items.exact;
        for item in &items.values {
            let answer = match function {
                Value::None => item.clone(),
                function => self.call(function, vec![item.clone()], at)?,
            };
            match self.truth(&answer) {
                Some(true) => values.push(item.clone()),
                Some(false) => {}
                None => exact = false,
            }
        }
        if !items.exact {
            self.suppose_effects([function]);
            self.may_raise("", Risk::Inside, at, || "the function may raise".to_owned());
        }
        Ok(if exact { Items::exactly(values) } else { Items::unknown() })
    }
}
