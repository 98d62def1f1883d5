//! Functions and classes as the machine creates them.

use std::rc::Rc;
use std::sync::Arc;

use super::code::{Code, Place, Text};
use super::state::{Object, State};
use super::value::{ObjectId, Value};
use crate::program::Scope;
use crate::syntax::ast::{Name, StmtKind};

/// What a `def` or `lambda` makes each time it is executed.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Name,
    /// The text it was made from, with the number of that version.
    pub(super) text: Rc<Text>,
    pub(super) version: u32,
    /// Where it was made.
    pub(super) place: Place,
    /// The frames of the functions around it, outermost first.
    pub(super) closure: Rc<[ObjectId]>,
    /// The class in whose body it was made, for `super()`.
    pub(super) class: Option<ObjectId>,
    /// By parameter, in order; None where there is no default.
    pub(super) defaults: Vec<Option<Value>>,
}

impl Function {
    pub(super) fn code(&self) -> Code {
        self.text.code(self.place)
    }

    /// The scope of the body. Whoever asks looks into the body, or executes it.
    pub(super) fn scope(&self) -> Option<Arc<Scope>> {
        self.text.note_use(self.place);
        let program = self.text.program();
        let scope = match self.code() {
            Code::Def(id) => program.statement_scope(id),
            Code::Lambda(id) => program.expression_scope(id),
        };
        scope.map(Arc::clone)
    }

    /// What a function that a `def` made is called, with the classes around it (PEP 3155); None
    /// for one in a function, or in another block.
    pub(super) fn qualname(&self) -> Option<String> {
        let Code::Def(def) = self.code() else { return None };
        let program = self.text.program();
        let ast = program.ast();
        let place = ast.stmt(def).span;
        let (mut block, mut names) = (ast.body.as_slice(), Vec::new());
        while let Some(&id) = block.iter().find(|&&id| ast.stmt(id).span.contains(place)) {
            match &ast.stmt(id).kind {
                _ if id == def => break,
                StmtKind::ClassDef(class) => {
                    names.push(class.name.name.to_string());
                    block = &class.body;
                }
                _ => return None,
            }
        }
        names.push(self.name.to_string());
        Some(names.join("."))
    }

    /// Whether a parameter, or what it returns, is annotated.
    pub(super) fn is_annotated(&self) -> bool {
        let Code::Def(id) = self.code() else { return false };
        match &self.text.program().ast().stmt(id).kind {
            StmtKind::FunctionDef(def) => {
                let mut params = def.params.list.iter();
                def.returns.is_some() || params.any(|param| param.annotation.is_some())
            }
            _ => false,
        }
    }

    /// What the functions around it hold under their names.
    pub(super) fn enclosed<'s>(&self, state: &'s State) -> Vec<&'s Value> {
        let frames = self.closure.iter().filter_map(|&id| state.object(id));
        let locals = frames.flat_map(|frame| match frame {
            Object::Frame(frame) => frame.locals.iter().collect(),
            _ => Vec::new(),
        });
        locals.map(|(_, local)| &local.value).collect()
    }
}

/// A class that a `class` statement made.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) name: Name,
    pub(super) bases: Rc<[Value]>,
    /// The module's own class that makes it, where there is one.
    pub(super) metaclass: Option<Value>,
    /// What its body bound, in order.
    pub(super) namespace: Namespace,
    /// Something decides its behaviour that is not seen: a base or a metaclass from outside,
    /// a class decorator.
    pub(super) is_opaque: bool,
    /// Attributes may be there that neither the class nor a builtin base shows.
    pub(super) is_hidden: bool,
    /// Some of that is outside the module.
    pub(super) from_outside: bool,
    /// What its body annotates, in order; None where that is not plain to see.
    pub(super) annotated: Option<Rc<[Annotated]>>,
}

/// A name that the body of a class annotates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Annotated {
    pub(super) name: Name,
    pub(super) kind: AnnotatedAs,
}

/// What an annotation is to whoever makes fields of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnnotatedAs {
    Plain,
    /// `ClassVar`
    ClassVariable,
    /// `_: KW_ONLY`
    KeywordOnly,
}

/// Names with values, in the order in which they were first bound: the locals of a frame, the
/// body of a class, the attributes of an instance.
#[derive(Debug, Clone, Default)]
pub(super) struct Namespace {
    entries: Vec<(Name, Local)>,
}

/// The value of a local name or an attribute.
#[derive(Debug, Clone)]
pub(super) struct Local {
    pub(super) value: Value,
    pub(super) maybe_unbound: bool,
}

impl Namespace {
    pub(super) fn get(&self, name: &str) -> Option<&Local> {
        self.entries.iter().find(|(known, _)| &**known == name).map(|(_, local)| local)
    }

    /// As [`Self::get`], where the name stands at `index` as a rule.
    fn get_near(&self, name: &Name, index: usize) -> Option<&Local> {
        match self.entries.get(index) {
            Some((known, local)) if Arc::ptr_eq(known, name) => Some(local),
            _ => self.get(name),
        }
    }

    pub(super) fn set(&mut self, name: Name, value: Value) {
        self.set_local(name, Local { value, maybe_unbound: false });
    }

    pub(super) fn set_local(&mut self, name: Name, local: Local) {
        match self.entries.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = local,
            None => self.entries.push((name, local)),
        }
    }

    /// Unbinds a name; says whether it was there.
    pub(super) fn remove(&mut self, name: &str) -> bool {
        let before = self.entries.len();
        self.entries.retain(|(known, _)| &**known != name);
        before != self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(Name, Local)> {
        self.entries.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Forgets the values that differ from earlier ones.
    pub(super) fn widen_from(&mut self, before: &Namespace) {
        for (name, local) in &mut self.entries {
            local.value.widen_from(before.get(name).map(|local| &local.value));
        }
    }

    /// Whether joining with the other adds nothing.
    pub(super) fn covers(&self, other: &Namespace) -> bool {
        let holds = |(index, (name, local)): (usize, &(Name, Local))| {
            other.get_near(name, index).map_or(local.maybe_unbound, |theirs| {
                local.value.covers(&theirs.value) && (local.maybe_unbound || !theirs.maybe_unbound)
            })
        };
        let numbered = || other.entries.iter().enumerate();
        self.entries.iter().enumerate().all(holds)
            && numbered().all(|(index, (name, _))| self.get_near(name, index).is_some())
    }

    /// What holds after one of two paths.
    pub(super) fn join(&self, other: &Namespace) -> Namespace {
        let mut joined = self.clone();
        for (index, (name, local)) in joined.entries.iter_mut().enumerate() {
            match other.get_near(name, index) {
                Some(theirs) => {
                    if !local.value.same(&theirs.value) {
                        local.value = local.value.join(&theirs.value);
                    }
                    local.maybe_unbound |= theirs.maybe_unbound;
                }
                None => local.maybe_unbound = true,
            }
        }
        for (index, (name, theirs)) in other.entries.iter().enumerate() {
            if self.get_near(name, index).is_none() {
                let local = Local { value: theirs.value.clone(), maybe_unbound: true };
                joined.entries.push((name.clone(), local));
            }
        }
        joined
    }
}
