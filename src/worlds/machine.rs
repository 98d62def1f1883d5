//! The abstract machine: what it knows while it executes a program, and how paths end.
//!
//! A path that cannot go on is an `Err(Stop)`. Where it went (an exception, a `return`, a
//! `break`) was written to the list of such exits before, with the state at that point; whoever
//! catches them (`try`, a call, a loop) takes off the list what was added since it began.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::changes::{Baseline, doubt_fingerprint};
use super::code::Text;
use super::effort::Meter;
use super::function::Function;
use super::guided::Guide;
use super::lent::Lent;
use super::linked::Linked;
pub(super) use super::memory::{Costly, Memory};
use super::newer::Newer;
use super::provenance::Standing;
use super::resolve::Resolver;
pub(super) use super::risk::{Raise, Risk};
use super::second_runs::Finding;
use super::state::{Binding, Frame, Object, Slot, State, Symbol};
use super::trace::Trace;
use super::value::{ObjectId, Returned, Value};
use crate::program::{Program, Scope, ScopeKind};
use crate::simulation::BindingKind;
use crate::syntax::ast::{ExprId, Name};
use crate::text::span::Span;

/// No path goes on from here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop;

pub(super) type Flow<T> = Result<T, Stop>;

/// What code is being executed in.
#[derive(Debug, Clone)]
pub(super) struct Active {
    pub(super) kind: ScopeKind,
    /// The frame with its locals; none for the module.
    pub(super) frame: Option<ObjectId>,
    pub(super) scope: Option<Arc<Scope>>,
    /// Frames of the functions around it, outermost first.
    pub(super) closure: Rc<[ObjectId]>,
    /// The class whose method runs, for `super()`, with the method's first argument.
    pub(super) class: Option<(ObjectId, Value)>,
    /// The list that takes what a generator function yields.
    pub(super) yields: Option<ObjectId>,
    /// Whose code it is.
    pub(super) version: u32,
    /// The function that runs.
    pub(super) function: Option<Rc<Function>>,
}

impl Active {
    /// A module's own frame.
    pub(super) fn module(version: u32) -> Active {
        let (kind, closure) = (ScopeKind::Module, Rc::from([]));
        Active {
            kind,
            frame: None,
            scope: None,
            closure,
            class: None,
            yields: None,
            version,
            function: None,
        }
    }
}

/// What the module is called, and whether that is known.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) name: Name,
    pub(super) is_package: bool,
    /// False where the name is only a guess, so that relative imports cannot be resolved.
    pub(super) is_placed: bool,
}

/// Steps (statements and calls) after which calls are no longer followed.
const STEP_BUDGET: u32 = 10_000;
/// As [`STEP_BUDGET`], for one statement of the module.
const STATEMENT_BUDGET: u32 = 1_000;
/// As [`STATEMENT_BUDGET`], for a statement that binds names which no text spells.
const NAMES_BUDGET: u32 = 8_000;
/// As [`STATEMENT_BUDGET`], for a statement that is known to take more than that.
const COSTLY_STATEMENT_BUDGET: u32 = 20;

pub(super) struct Machine<'a> {
    pub(super) resolver: &'a Resolver<'a>,
    /// What has come since to the files of the other modules; none but while a reload runs.
    pub(super) newer: Option<Newer<'a>>,
    pub(super) identity: Identity,
    pub(super) state: State,
    pub(super) program: Rc<Program>,
    /// The text of that program, as functions made from it remember it.
    pub(super) text: Rc<Text>,
    /// The version whose code executes: an older one's while a function that is left over runs.
    pub(super) version: u32,
    /// The version that is being loaded.
    pub(super) stage: u32,
    pub(super) active: Vec<Active>,
    pub(super) raises: Vec<Raise>,
    pub(super) returns: Vec<(State, Value)>,
    pub(super) breaks: Vec<State>,
    /// Where the generators that run gave an item: they may be left there.
    pub(super) yielded: Vec<State>,
    pub(super) continues: Vec<State>,
    /// How many constructs around may catch an exception.
    pub(super) tries: u32,
    /// The exceptions that the handlers around are handling, with where they may come from.
    pub(super) handling: Vec<(Value, Rc<[Span]>)>,
    /// Where the module's own frame stands.
    pub(super) site: Span,
    /// What is known of the module-level statement under way.
    pub(super) standing: Standing,
    /// Whether the version is loaded as a fresh process would.
    pub(super) is_fresh: bool,
    /// How many conditions around were left open by what the outside decides.
    pub(super) outside_forks: u32,
    pub(super) steps: u32,
    statement_steps: u32,
    pub(super) trace: Trace,
    /// What ran in the version before; none at the first import.
    pub(super) baseline: Option<Rc<Baseline>>,
    /// After a certain abort: what follows is only looked through for what it would bind.
    pub(super) shadow: bool,
    /// The module whose entry in `sys.modules` matters, where that is not the one that executes.
    pub(super) watched: Option<Name>,
    pub(super) memory: Memory,
    /// What comes of the module's statements because it has run before.
    pub(super) second_runs: Vec<Finding>,
    /// The namespace that a call of another module's function gets at, where it is followed.
    pub(super) lent: Option<Lent>,
    /// The other modules that execute in the same world; none as a rule.
    pub(super) linked: Option<Box<Linked>>,
    /// Which one of several paths is taken; none where all are.
    pub(super) guide: Option<Box<Guide>>,
    /// What copying and joining states costs; none where it costs nothing. It hangs on what
    /// states happen to share, so it is for runs of which none is resumed.
    pub(super) meter: Option<Meter>,
    /// What attributes were read of that a call gave, by version and place.
    pub(super) receivers: FxHashMap<(u32, ExprId), Rc<Returned>>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        resolver: &'a Resolver<'a>,
        identity: Identity,
        program: Rc<Program>,
    ) -> Machine<'a> {
        Machine {
            resolver,
            newer: None,
            identity,
            state: State::default(),
            text: Text::new(Rc::clone(&program)),
            program,
            version: 0,
            stage: 0,
            active: vec![Active::module(0)],
            raises: Vec::new(),
            returns: Vec::new(),
            breaks: Vec::new(),
            yielded: Vec::new(),
            continues: Vec::new(),
            tries: 0,
            handling: Vec::new(),
            site: Span::default(),
            standing: Standing::default(),
            is_fresh: false,
            outside_forks: 0,
            steps: STEP_BUDGET,
            statement_steps: STATEMENT_BUDGET,
            trace: Trace::default(),
            baseline: None,
            shadow: false,
            watched: None,
            memory: Memory::default(),
            second_runs: Vec::new(),
            lent: None,
            linked: None,
            guide: None,
            meter: None,
            receivers: FxHashMap::default(),
        }
    }

    /// The same machine with what another has kept.
    pub(super) fn with_memory(mut self, memory: Memory) -> Machine<'a> {
        self.memory = memory;
        self
    }

    pub(super) fn into_memory(self) -> Memory {
        self.memory
    }

    /// Starts a new run: everything but names and objects is as at the beginning.
    pub(super) fn begin(&mut self, state: State, program: Rc<Program>, version: u32) {
        self.state = state;
        self.text = Text::new(Rc::clone(&program));
        self.program = program;
        self.version = version;
        self.stage = version;
        self.raises.clear();
        self.receivers.clear();
        self.tries = 0;
        self.outside_forks = 0;
        self.steps = STEP_BUDGET;
        self.trace = Trace::default();
        self.shadow = false;
        self.site = Span::default();
        self.standing = Standing::default();
    }

    pub(super) fn symbol(&mut self, name: &Name) -> Symbol {
        if self.is_elsewhere()
            && let Some(symbol) = self.foreign_symbol(self.version, name)
        {
            return symbol;
        }
        if let Some(&symbol) = self.memory.symbols.get(name) {
            return symbol;
        }
        let symbol = self.memory.reserve(name.clone());
        self.memory.symbols.insert(name.clone(), symbol);
        symbol
    }

    /// The symbol of a name that has been met before.
    pub(super) fn known_symbol(&self, name: &Name) -> Option<Symbol> {
        self.memory.symbol(name)
    }

    pub(super) fn name(&self, symbol: Symbol) -> &Name {
        &self.memory.names[symbol.0 as usize]
    }

    pub(super) fn here(&self) -> &Active {
        self.active.last().expect("the module is always active")
    }

    /// Whether the module's own frame (not a function's, not a class body's) executes.
    pub(super) fn at_module_level(&self) -> bool {
        self.here().kind == ScopeKind::Module
    }

    pub(super) fn in_function(&self) -> bool {
        self.active
            .iter()
            .any(|active| matches!(active.kind, ScopeKind::Function | ScopeKind::Lambda))
    }

    /// Steps for a statement, and for all that run with it.
    pub(super) fn grant(&mut self, all: u32, statement: u32) {
        (self.steps, self.statement_steps) = (all, statement);
    }

    /// Takes one step off the budgets; false where one is used up.
    pub(super) fn step(&mut self) -> bool {
        let cost = self.meter.as_mut().map_or(1, Meter::cost_of_step);
        self.steps = self.steps.saturating_sub(cost);
        self.statement_steps = self.statement_steps.saturating_sub(cost);
        let goes_on = self.steps > 0 && self.statement_steps > 0;
        if let Some(linked) = &mut self.linked {
            linked.exhausted |= !goes_on;
        }
        goes_on
    }

    /// A statement of the module begins.
    pub(super) fn refill(&mut self, costly: Option<Costly>) {
        self.statement_steps = match costly {
            None => STATEMENT_BUDGET,
            Some(Costly::Names) => NAMES_BUDGET,
            Some(Costly::Beyond) => COSTLY_STATEMENT_BUDGET,
        };
    }

    /// Whether the statement under way is still followed.
    pub(super) fn has_steps(&self) -> bool {
        self.statement_steps > 0
    }

    pub(super) fn allocate(&mut self, object: Object) -> Value {
        Value::Object(self.allocate_id(object))
    }

    pub(super) fn allocate_id(&mut self, object: Object) -> ObjectId {
        let id = ObjectId(self.memory.next_object);
        self.memory.next_object += 1;
        self.state.insert(id, object);
        id
    }

    pub(super) fn allocate_frame(&mut self, scope: Arc<Scope>) -> ObjectId {
        self.allocate_id(Object::Frame(Frame { locals: Default::default(), scope }))
    }

    // --- Exceptions ---

    /// The path ends in this exception.
    pub(super) fn raise(&mut self, exception: Value, reason: impl Into<Rc<str>>) -> Stop {
        if self.outside_forks > 0 && !self.standing.unchanged && self.baseline.is_some() {
            self.trace.ran.note(doubt_fingerprint(self.standing.fingerprint));
        }
        let raise = Raise {
            class_name: self.exception_name(&exception),
            state: Some(std::mem::take(&mut self.state)),
            exception,
            risk: None,
            unchanged: self.outside_forks > 0
                && (self.standing.unchanged || self.baseline.is_none()),
            site_unchanged: self.standing.unchanged,
            reason: reason.into(),
            is_forked: self.outside_forks > 0,
            in_function: self.in_function(),
            site: self.site,
            log: self.trace.log.len(),
            is_unlikely: false,
            is_second_run: false,
            depends: None,
            origin: None,
            read: None,
        };
        self.raises.push(raise);
        Stop
    }

    /// The path ends because a name is bound in no world.
    pub(super) fn raise_unbound(&mut self, name: &str, at: ExprId) -> Stop {
        let span = self.program.ast().expr(at).span;
        let reason: Rc<str> = format!("`{name}` is not bound here").into();
        self.note_unexported(name, span, &reason);
        let stop = self.raise_lacking(name, "NameError", reason);
        if let Some(raise) = self.raises.last_mut()
            && self.version == self.stage
        {
            raise.read = Some(span);
        }
        stop
    }

    /// The path ends in a builtin exception.
    pub(super) fn raise_builtin(
        &mut self,
        class: &'static str,
        reason: impl Into<Rc<str>>,
    ) -> Stop {
        self.raise(Value::of_type(class), reason)
    }

    /// The path may end in a builtin exception (`""` for any); it also goes on.
    pub(super) fn may_raise(
        &mut self,
        class: &'static str,
        risk: Risk,
        at: ExprId,
        reason: impl FnOnce() -> String,
    ) {
        let unchanged = self.is_unchanged(at);
        if !unchanged && (self.baseline.is_some() || risk == Risk::Inside) {
            // Whether it got through is not known, so the next version cannot build on it.
            let fingerprint = self.program.ast().expr(at).fingerprint;
            self.trace.ran.take_back(fingerprint);
        }
        self.may_raise_if(class, risk, unchanged, reason);
    }

    /// As [`Self::may_raise`], where it is known whether it ran before.
    pub(super) fn may_raise_if(
        &mut self,
        class: &'static str,
        risk: Risk,
        unchanged: bool,
        reason: impl FnOnce() -> String,
    ) {
        if self.shadow {
            return;
        }
        // What a module in a source root does with its own values, and that is not followed to
        // the end, is no evidence of a risk; a name that may be missing is.
        let is_evident = matches!(class, "NameError" | "UnboundLocalError" | "ZeroDivisionError");
        let risk = match risk {
            Risk::Inside if self.identity.is_placed && !is_evident => Risk::Environment,
            risk => risk,
        };
        // The code that is live has run: what the outside decides went well the first time,
        // and goes well again where nothing has changed. Of a module in a source root even what
        // is decided inside: it is not known here, but the process has been through it.
        let is_history = risk != Risk::Inside || self.identity.is_placed;
        let assumed = is_history && (self.baseline.is_none() || unchanged);
        if assumed && self.tries == 0 {
            return;
        }
        let exception = if class.is_empty() { Value::Unknown } else { Value::of_type(class) };
        // The worlds of a module in a source root are those of a run that gets through.
        let counts = !assumed && !self.identity.is_placed;
        let keeps_state = self.tries > 0 || counts;
        let raise = Raise {
            state: keeps_state.then(|| self.state.clone()),
            exception,
            class_name: (!class.is_empty()).then(|| class.to_owned()),
            risk: Some(risk),
            unchanged: unchanged || self.baseline.is_none(),
            site_unchanged: self.standing.unchanged,
            reason: reason().into(),
            is_forked: self.outside_forks > 0,
            in_function: self.in_function(),
            site: self.site,
            log: self.trace.log.len(),
            is_unlikely: false,
            is_second_run: false,
            depends: None,
            origin: None,
            read: None,
        };
        self.raises.push(raise);
    }

    /// Whether this expression ran in the version before and reads nothing that has changed.
    pub(super) fn is_unchanged(&mut self, at: ExprId) -> bool {
        let Some(baseline) = &self.baseline else { return false };
        self.trace.judged_older |= self.version != self.stage;
        let in_frame = matches!(self.here().kind, ScopeKind::Module | ScopeKind::Class);
        !self.finds_another()
            && (in_frame || self.standing.unchanged)
            && baseline.has_run(&self.program, at)
            && self.finds_the_same(baseline, at)
    }

    /// Notes that an expression that could raise was executed.
    pub(super) fn ran(&mut self, at: ExprId) {
        let fingerprint = self.program.ast().expr(at).fingerprint;
        self.trace.ran.note(fingerprint);
        self.note_found_in(at);
    }

    // --- Globals ---

    /// Binds a module name in the version that executes.
    pub(super) fn bind_global(&mut self, name: &Name, value: Value, span: Span, kind: BindingKind) {
        let symbol = self.symbol(name);
        let binding = Binding { version: self.version, span, kind, value, maker: self.maker(kind) };
        let slot = Slot { bindings: vec![binding], maybe_unbound: false };
        self.state.hold_likely(symbol);
        self.state.set_global(symbol, Some(Rc::new(slot)));
        self.trace.log.push(symbol);
    }

    /// A module name may have been bound by something that is not followed.
    pub(super) fn maybe_bind_global(&mut self, name: &Name, span: Span) {
        let symbol = self.symbol(name);
        let kind = BindingKind::Variable;
        let (version, maker) = (self.version, self.maker(kind));
        let binding = Binding { version, span, kind, value: Value::Opaque(None), maker };
        let mut slot = match self.state.global(symbol) {
            Some(slot) => (**slot).clone(),
            None => Slot { bindings: Vec::new(), maybe_unbound: true },
        };
        slot.bindings.retain(|known| known.version != binding.version || known.span != span);
        slot.bindings.push(binding);
        self.state.set_global(symbol, Some(Rc::new(slot)));
        self.trace.log.push(symbol);
    }

    /// A module name may have been unbound by something that is not followed.
    pub(super) fn maybe_unbind_global(&mut self, name: &Name) {
        let symbol = self.symbol(name);
        let Some(slot) = self.state.global(symbol) else { return };
        let slot = Slot { bindings: slot.bindings.clone(), maybe_unbound: true };
        self.state.set_global(symbol, Some(Rc::new(slot)));
        self.trace.log.push(symbol);
    }

    /// Unbinds a module name; the caller has made sure that it is, or may be, bound.
    pub(super) fn unbind_global(&mut self, name: &Name) {
        let symbol = self.symbol(name);
        self.state.set_global(symbol, None);
        self.trace.log.push(symbol);
    }

    /// On the path that goes on, a name that was maybe bound is bound.
    pub(super) fn assume_bound(&mut self, symbol: Symbol) {
        if let Some(slot) = self.state.global(symbol)
            && slot.maybe_unbound
        {
            let slot = Slot { bindings: slot.bindings.clone(), maybe_unbound: false };
            self.state.set_global(symbol, Some(Rc::new(slot)));
        }
    }
}
