//! Loading one version of a module over a namespace.

use std::rc::Rc;

use super::changes::{
    bound_names, doubt_fingerprint, executed_fingerprint, statement_fingerprints,
};
use super::checkpoint::{Checkpoints, Progress};
use super::lent::SPEC;
use super::machine::{Costly, Flow, Machine, Raise, Risk};
use super::provenance::MACHINERY;
use super::state::{Binding, Entries, OUTSIDE, Object, Slot, State};
use super::trace::Trace;
use super::value::{External, Value};
use crate::program::{Program, visit};
use crate::simulation::{BindingKind, Outcome};
use crate::syntax::ast::{Constant, ExprKind, Name, StmtId, StmtKind};
use crate::text::span::Span;

/// What loading one version came to.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) outcome: Outcome,
    /// The namespace it leaves behind: torn where it aborts.
    pub(super) state: State,
    /// What the namespace would be if each statement that certainly aborts were passed over:
    /// which names the text binds at all.
    pub(super) intended: State,
    /// What `sys.modules` holds afterwards, where the module has put something else there: in
    /// place of [`Self::state`] and of [`Self::intended`].
    pub(super) held: Option<State>,
    held_intended: Option<State>,
    /// Where it stops or may stop, in the order in which the places are reached.
    pub(super) stops: Vec<Raise>,
    pub(super) trace: Trace,
    /// How many bindings had been made when it certainly aborted.
    pub(super) aborted_at: Option<usize>,
    /// Where the stops of the statement begin at which it certainly aborted.
    pub(super) last_stops: usize,
    /// Reads that found no name and that nothing caught, with whether they are certain to be
    /// reached.
    pub(super) unbound_reads: Vec<(Span, bool)>,
}

impl Run {
    /// The namespace of what the process holds afterwards.
    pub(super) fn live(self) -> State {
        self.held.unwrap_or(self.state)
    }

    /// The namespaces of what others get instead of the module.
    pub(super) fn held_states(&mut self) -> impl Iterator<Item = &mut State> {
        self.held.iter_mut().chain(&mut self.held_intended)
    }

    /// Whether others may get something else than the module.
    pub(super) fn is_replaced(&self) -> bool {
        self.held.is_some() || self.held_intended.is_some()
    }

    /// As [`Self::intended`], of what others get who import the module.
    pub(super) fn offered(&self) -> &State {
        self.held_intended.as_ref().unwrap_or(&self.intended)
    }
}

impl Machine<'_> {
    /// Loads a version as a fresh process would.
    pub(super) fn load_fresh(&mut self, program: Rc<Program>, version: u32) -> Run {
        self.load(None, &program, version, &mut Checkpoints::default())
    }

    /// Executes a version's text over a namespace (none: as a fresh process would), from the last
    /// checkpoint on that holds for it.
    pub(super) fn load(
        &mut self,
        state: Option<&State>,
        program: &Rc<Program>,
        version: u32,
        checkpoints: &mut Checkpoints,
    ) -> Run {
        self.breaks.clear();
        self.continues.clear();
        self.returns.clear();
        self.is_fresh = state.is_none();
        let progress = self.resume_run(program, version, checkpoints).unwrap_or_else(|| {
            let state = state.cloned().unwrap_or_else(|| {
                self.state = State::default();
                self.bind_machinery();
                std::mem::take(&mut self.state)
            });
            self.begin(state, Rc::clone(program), version);
            self.bind_docstring(program);
            self.bind_annotations(program);
            Progress::default()
        });
        let progress = self.execute(program, progress, checkpoints);
        self.finish(progress, version)
    }

    /// Executes the statements of the module that are still ahead.
    fn execute(
        &mut self,
        program: &Program,
        mut progress: Progress,
        checkpoints: &mut Checkpoints,
    ) -> Progress {
        for &id in &program.ast().body[progress.done..] {
            self.keep_checkpoint(&progress, checkpoints);
            self.statement_of_run(id, &mut progress);
            progress.done += 1;
        }
        self.keep_checkpoint(&progress, checkpoints);
        progress
    }

    fn statement_of_run(&mut self, id: StmtId, progress: &mut Progress) {
        let before = self.state.clone();
        let ran = self.trace.ran.mark();
        let done = self.trace.log.len();
        let end = self
            .check_spec(id, progress.done == 0)
            .and_then(|()| self.module_statement(id, &before))
            .and_then(|()| self.run_again(id, &before, done));
        if end.is_err() && progress.torn.is_none() && self.is_misjudged(id) {
            self.raises.clear();
            self.state = before;
            self.suppose_bound(id);
            return;
        }
        if end.is_err() || progress.torn.is_some() {
            // It did not run, or not to its end.
            self.trace.ran.rewind(ran);
            self.doubt_statement(id, progress.torn.is_some());
        }
        let reads = self.raises.iter().filter_map(|raise| raise.read);
        progress.unbound_reads.extend(reads.map(|span| (span, end.is_err())));
        if progress.torn.is_none() {
            progress.last_stops = progress.stops.len();
            progress.stops.append(&mut self.raises);
        }
        self.raises.clear();
        if end.is_err() {
            if progress.torn.is_none() {
                let torn = abort_state(&progress.stops, &before);
                progress.torn = Some((torn, self.trace.log.len()));
                self.shadow = true;
            }
            self.state = before;
            self.suppose_bound(id);
        }
    }

    /// A reload goes by the name in `__spec__`, and executes nothing where `sys.modules` has
    /// another module under it (`reload` in `Lib/importlib/__init__.py`).
    fn check_spec(&mut self, id: StmtId, is_first: bool) -> Flow<()> {
        if self.is_fresh || !is_first {
            return Ok(());
        }
        let symbol = self.symbol(&Name::from(SPEC));
        let Some(slot) = self.state.global(symbol) else { return Ok(()) };
        match slot.value() {
            Value::External(spec) if &*spec.attribute == SPEC && !slot.maybe_unbound => {
                self.stand_at(self.program.ast().stmt(id).span);
                let reason = format!(
                    "`__spec__` is that of `{}`, so `importlib.reload` takes the module for another one",
                    spec.module
                );
                Err(self.raise_builtin("ImportError", reason))
            }
            _ => Ok(()),
        }
    }

    /// The next version cannot build on what this one did not get through, unless it never came
    /// to it and an older one did.
    fn doubt_statement(&mut self, id: StmtId, is_beyond: bool) {
        let program = Rc::clone(&self.program);
        let baseline = self.baseline.as_ref().filter(|_| is_beyond);
        let doubted: Vec<u64> = statement_fingerprints(program.ast(), &[id])
            .into_iter()
            .filter(|&fingerprint| {
                !baseline.is_some_and(|known| known.has_got_through(fingerprint))
            })
            .collect();
        doubted.into_iter().for_each(|statement| self.trace.ran.note(doubt_fingerprint(statement)));
    }

    /// What a run came to that has executed every statement.
    fn finish(&mut self, progress: Progress, version: u32) -> Run {
        let Progress { stops, torn, unbound_reads, last_stops, done: _ } = progress;
        let intended = std::mem::take(&mut self.state);
        let outcome = match (&torn, stops.iter().any(is_open)) {
            (Some(_), _) => Outcome::Aborts,
            (None, true) => Outcome::MayAbort,
            (None, false) => Outcome::Completes,
        };
        let mut trace = std::mem::take(&mut self.trace);
        let (mut state, aborted_at) = match torn {
            Some((state, log)) => (state, Some(log)),
            None => (intended.clone(), None),
        };
        // Where it may have stopped for reasons of its own, what it held there counts, too. The
        // worlds of a module in a source root are those of a run that gets through.
        let counted = if self.identity.is_placed { &[] } else { &stops[..] };
        for stop in counted {
            let goes_on = aborted_at.is_none() || stop.risk.is_some();
            if let (Some(open), true) = (&stop.state, is_open(stop) && goes_on) {
                state = state.join(open);
            }
        }
        let held = self.held(&state, version);
        let held_intended = self.held(&intended, version);
        if let (Some(held), Some(registered)) = (&held, &state.registered)
            && held.unseen
        {
            let why = "the module replaces itself in `sys.modules` by what is not followed";
            trace.unseen.push((registered.span, why.to_owned()));
        }
        self.state = state.clone();
        Run {
            outcome,
            state,
            intended,
            held,
            held_intended,
            stops,
            trace,
            aborted_at,
            last_stops,
            unbound_reads,
        }
    }

    /// Executes a statement of the module. One that takes more steps than are followed is executed
    /// again with next to none: so it comes out the same in every world, and fast in all but the
    /// first. One that binds names which no text spells is followed further before that.
    fn module_statement(&mut self, id: StmtId, before: &State) -> Flow<()> {
        let fingerprint = executed_fingerprint(self.program.ast(), id);
        let (ran, log, steps) = (self.trace.ran.mark(), self.trace.log.len(), self.steps);
        loop {
            let costly = self.memory.costly.get(&fingerprint).copied();
            let (named, unseen) = (self.trace.named, self.trace.unseen.len());
            self.refill(costly);
            let end = self.stmt(id);
            if costly == Some(Costly::Beyond) || self.has_steps() {
                return end;
            }
            let binds = costly.is_none() && self.trace.named > named;
            let found = if binds { Costly::Names } else { Costly::Beyond };
            self.memory.costly.insert(fingerprint, found);
            self.state = before.clone();
            self.raises.clear();
            self.trace.ran.rewind(ran);
            self.trace.log.truncate(log);
            self.trace.unseen.truncate(unseen);
            self.steps = steps;
        }
    }

    /// Whether a statement that seems to abort has been through without: it is live in a module
    /// that the process has loaded, or was found to be so at the first import.
    fn is_misjudged(&mut self, id: StmtId) -> bool {
        let inside = self.raises.iter().all(|raise| raise.in_function);
        if !self.identity.is_placed || !inside {
            return false;
        }
        let fingerprint = self.program.ast().stmt(id).fingerprint;
        if self.baseline.is_none() {
            self.memory.misjudged.insert(fingerprint);
        }
        self.memory.misjudged.contains(&fingerprint)
    }

    /// What the import machinery puts into a module before it runs
    /// (`importlib._bootstrap._init_module_attrs`).
    pub(super) fn bind_machinery(&mut self) {
        let name = Value::Str(self.identity.name.clone());
        let text = Value::of_type("str");
        let is_package = self.identity.is_package;
        let mut bind = |attribute: &str, value: Value| {
            self.bind_outside(attribute, value, BindingKind::Variable);
        };
        bind("__name__", name);
        bind("__file__", text.clone());
        bind("__package__", text.clone());
        bind("__doc__", Value::None);
        bind("__spec__", Value::Unknown);
        bind("__loader__", Value::Unknown);
        bind("__builtins__", Value::Unknown);
        bind("__cached__", text);
        if is_package {
            bind("__path__", Value::Unknown);
        }
    }

    /// Binds what the import machinery, not the text, puts under a name.
    pub(super) fn bind_outside(&mut self, name: &str, value: Value, kind: BindingKind) {
        let symbol = self.symbol(&Name::from(name));
        let binding =
            Binding { version: OUTSIDE, span: Span::default(), kind, value, maker: MACHINERY };
        let slot = Slot { bindings: vec![binding], maybe_unbound: false };
        self.state.set_global(symbol, Some(Rc::new(slot)));
    }

    /// A docstring is stored, the lack of one is not.
    fn bind_docstring(&mut self, program: &Program) {
        let ast = program.ast();
        let Some(&first) = ast.body.first() else { return };
        let StmtKind::Expr(value) = ast.stmt(first).kind else { return };
        if let ExprKind::Constant(Constant::Str(text)) = &ast.expr(value).kind {
            let span = ast.expr(value).span;
            let text = Value::Str(text.clone());
            self.bind_global(&Name::from("__doc__"), text, span, BindingKind::Variable);
        }
    }

    /// Where the module annotates something, `__annotations__` is there from the beginning
    /// (`SETUP_ANNOTATIONS`, before 3.14).
    fn bind_annotations(&mut self, program: &Program) {
        let symbol = self.symbol(&Name::from("__annotations__"));
        if self.resolver.python.minor >= 14 || self.state.global(symbol).is_some() {
            return;
        }
        if is_annotated(program) {
            let value = self.allocate(Object::Dict(Entries::unknown()));
            self.bind_outside("__annotations__", value, BindingKind::Variable);
        }
    }

    /// The names that a statement which did not finish would have bound. What another module
    /// binds is at least one thing, wherever it is met.
    pub(super) fn suppose_bound(&mut self, id: StmtId) {
        let program = Rc::clone(&self.program);
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            let ast = program.ast();
            let span = ast.stmt(id).span;
            let kind = match ast.stmt(id).kind {
                StmtKind::FunctionDef(_) => BindingKind::Function,
                StmtKind::ClassDef(_) => BindingKind::Class,
                StmtKind::Import(_) | StmtKind::ImportFrom { .. } => BindingKind::Import,
                _ => BindingKind::Variable,
            };
            bound_names(ast, id, &mut |name| {
                let value = if self.is_elsewhere() {
                    let (module, attribute) = (self.identity.name.clone(), name.clone());
                    Value::External(Rc::new(External { module, attribute }))
                } else {
                    Value::Unknown
                };
                self.bind_global(name, value, span, kind);
            });
            let definition = matches!(kind, BindingKind::Function | BindingKind::Class);
            if !definition {
                visit::child_blocks(ast, id, &mut |block| {
                    pending.extend_from_slice(block);
                });
            }
        }
    }

    /// The names in `__all__`, where it is a list or tuple of known strings.
    pub(super) fn all_names(&mut self) -> Option<Vec<Name>> {
        let symbol = self.symbol(&Name::from("__all__"));
        let slot = self.state.global(symbol)?;
        if slot.maybe_unbound {
            return None;
        }
        let values: Vec<Value> = match slot.value() {
            Value::Tuple(items) => items.to_vec(),
            Value::Object(id) => match self.state.object(id) {
                Some(Object::List(items)) if items.exact => items.values.clone(),
                _ => return None,
            },
            _ => return None,
        };
        values
            .into_iter()
            .map(|value| match value {
                Value::Str(name) => Some(name),
                _ => None,
            })
            .collect()
    }
}

/// Whether a stop is one that has to be reckoned with: what only the outside decides and has
/// decided before is not.
pub(super) fn is_open(stop: &Raise) -> bool {
    match stop.risk {
        _ if stop.depends.is_some() => false,
        Some(Risk::Inside) => true,
        None | Some(Risk::Outside | Risk::Environment) => !stop.unchanged,
    }
}

/// Whether a statement of the module annotates something, functions and classes aside.
pub(super) fn is_annotated(program: &Program) -> bool {
    let ast = program.ast();
    let mut blocks: Vec<&[StmtId]> = vec![&ast.body];
    while let Some(block) = blocks.pop() {
        for &id in block {
            match ast.stmt(id).kind {
                StmtKind::AnnAssign { .. } => return true,
                StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {}
                _ => visit::child_blocks(ast, id, &mut |block| blocks.push(block)),
            }
        }
    }
    false
}

/// The namespace at the places where a statement certainly ends the run.
fn abort_state(stops: &[Raise], before: &State) -> State {
    let certain = stops.iter().filter(|stop| stop.risk.is_none());
    let states = certain.filter_map(|stop| stop.state.clone());
    states.reduce(|a, b| a.join(&b)).unwrap_or_else(|| before.clone())
}
