//! Other modules, executed in the same world as the module itself.
//!
//! As a rule a module is executed alone, and what others bind is [`Value::External`]. To know
//! what a statement does when it runs a second time, the code that it calls has to be followed
//! with what the first time has left there: a registry in another module. A machine with a
//! [`Linked`] executes other modules where they are needed, and what they bind lives in the same
//! state, under names that nobody else has.
//!
//! Nothing is known before of what a statement needs. So one that meets a module which has not
//! been executed is given up, the module is executed in the state before it, and the statement
//! starts again: whatever paths it has, all of them find the module.

mod contents;
mod functions;
mod holders;
mod hooks;
mod models;
mod modules;
mod process;
mod raised;
pub(super) use contents::{CONTENTS, is_container};
pub(super) use models::holds_state;
use models::is_stateful;

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::code::Text;
use super::function::Function;
use super::machine::{Active, Flow, Identity, Machine, Raise, Stop};
use super::state::{State, Symbol};
use super::value::{External, ObjectId, Value};
use crate::modules::{Found, ModuleOrigin};
use crate::program::Program;
use crate::syntax::ast::{ExprId, Name, StmtId};
use crate::text::span::Span;

/// Code of other modules has numbers from here on in place of a version's.
const FIRST: u32 = 1 << 24;
/// Steps for one statement of a module, as far as its code is followed.
const STATEMENT_STEPS: u32 = 40_000;
/// As [`STATEMENT_STEPS`], for a statement of an installed library: most of those only define.
const LIBRARY_STATEMENT_STEPS: u32 = 4_000;
/// Copying or joining so many cells of states counts as a step more.
pub(super) const CELLS_PER_STEP: u64 = 32;
/// More modules than this are not executed for one.
const MAX_MODULES: usize = 150;
/// As [`MAX_MODULES`], for the bytes of their texts.
const MAX_BYTES: usize = 2_500_000;
/// Modules are executed for the sake of one another this deep.
const MAX_CHAIN: u32 = 40;
/// Names that modules only hand on are followed this far.
const MAX_HOPS: usize = 12;

/// What is known of the other modules that execute in the same world.
#[derive(Debug, Clone)]
pub(super) struct Linked {
    own: Identity,
    others: Vec<Other>,
    /// None: it is not followed.
    by_name: FxHashMap<Name, Option<u32>>,
    symbols: FxHashMap<(u32, Name), Symbol>,
    /// Attributes of functions, by the function's address.
    marks: FxHashMap<(usize, Name), (Rc<Function>, Symbol)>,
    /// What the statement under way lacks.
    wanted: Vec<u32>,
    /// How many bytes of source may still be added.
    room: usize,
    /// A module was added of which the source was read: one that a reload does not reset.
    pub(super) has_others: bool,
    /// Something was not followed for want of steps.
    pub(super) exhausted: bool,
    /// Modules that are being executed, one for the sake of the other.
    depth: u32,
    /// The classes that metaclasses are making, outermost first.
    pub(super) classes: Vec<Value>,
    /// The lists and sets that the statement under way has changed, each with the place at which
    /// the module's own frame stood; None while nobody asks.
    pub(super) touched: Option<Vec<(ObjectId, Span)>>,
}

#[derive(Debug, Clone)]
struct Other {
    identity: Identity,
    is_library: bool,
    program: Rc<Program>,
    status: Status,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Waiting,
    UnderWay,
    Done,
}

/// Whose name something is.
#[derive(Clone, Copy)]
enum Whose {
    Own,
    Other(u32),
}

impl Linked {
    pub(super) fn new(own: Identity) -> Linked {
        Linked {
            own,
            others: Vec::new(),
            by_name: FxHashMap::default(),
            symbols: FxHashMap::default(),
            marks: FxHashMap::default(),
            wanted: Vec::new(),
            room: MAX_BYTES,
            has_others: false,
            exhausted: false,
            depth: 0,
            classes: Vec::new(),
            touched: None,
        }
    }

    /// Whether another module is being executed.
    pub(super) fn is_loading(&self) -> bool {
        self.depth > 0
    }

    /// Whether the statement under way lacks a module.
    pub(super) fn is_waiting(&self) -> bool {
        !self.wanted.is_empty()
    }

    pub(super) fn own(&self) -> &Identity {
        &self.own
    }

    fn other(&self, version: u32) -> Option<&Other> {
        self.others.get(version.checked_sub(FIRST)? as usize)
    }

    /// The module that a version's number stands for.
    fn identity_of(&self, version: u32) -> &Identity {
        self.other(version).map_or(&self.own, |other| &other.identity)
    }
}

/// Whether a version's number stands for another module.
pub(super) fn is_other(version: u32) -> bool {
    version >= FIRST
}

/// Whose code has entered another's.
pub(super) struct Caller {
    program: Rc<Program>,
    text: Rc<Text>,
    version: u32,
}

impl Machine<'_> {
    /// Goes over to the code of a version; says whose executed before.
    pub(super) fn enter_code(&mut self, text: &Rc<Text>, version: u32) -> Caller {
        let program = std::mem::replace(&mut self.program, text.program());
        let text = std::mem::replace(&mut self.text, Rc::clone(text));
        self.trace.entered_older |= version != self.stage;
        Caller { program, text, version: self.enter_version(version) }
    }

    /// Goes back to the code that has entered another.
    pub(super) fn leave_code(&mut self, caller: Caller) {
        self.enter_version(caller.version);
        self.text = caller.text;
        self.program = caller.program;
    }

    fn enter_version(&mut self, version: u32) -> u32 {
        let before = std::mem::replace(&mut self.version, version);
        if before != version
            && (is_other(before) || is_other(version))
            && let Some(linked) = &self.linked
        {
            self.identity = linked.identity_of(version).clone();
        }
        before
    }

    /// Whether the code of another module executes.
    pub(super) fn is_elsewhere(&self) -> bool {
        is_other(self.version)
    }

    /// The symbol of a name of the other module whose code executes.
    pub(super) fn foreign_symbol(&mut self, version: u32, name: &Name) -> Option<Symbol> {
        let linked = self.linked.as_ref()?;
        let key = (version, name.clone());
        if let Some(&symbol) = linked.symbols.get(&key) {
            return Some(symbol);
        }
        let module = &linked.other(version)?.identity.name;
        let symbol = self.memory.reserve(Name::from(format!("{module}:{name}")));
        self.linked.as_mut()?.symbols.insert(key, symbol);
        Some(symbol)
    }

    /// What a value is that another module binds, where that module is followed.
    pub(super) fn linked_value(&mut self, value: Value, at: ExprId) -> Flow<Value> {
        if self.linked.is_none() {
            return Ok(value);
        }
        match &value {
            Value::External(external) => self.linked_external(&Rc::clone(external), at),
            Value::Union(values) if values.iter().any(|v| matches!(v, Value::External(_))) => {
                let values = Rc::clone(values);
                let mut joined = Vec::new();
                for value in values.iter() {
                    joined.push(self.linked_value(value.clone(), at)?);
                }
                Ok(Value::join_all(joined).unwrap_or(value))
            }
            _ => Ok(value),
        }
    }

    fn linked_external(&mut self, wanted: &Rc<External>, at: ExprId) -> Flow<Value> {
        let mut external = Rc::clone(wanted);
        for _ in 0..MAX_HOPS {
            if external.attribute.contains(['.', '(', '[']) {
                break;
            }
            let place = match self.whose(&external.module) {
                Some(place) => place,
                None => break,
            };
            let symbol = match place {
                Whose::Own => self.memory.symbol(&external.attribute),
                Whose::Other(version) => {
                    self.want(version)?;
                    self.foreign_symbol(version, &external.attribute)
                }
            };
            let slot = symbol.and_then(|symbol| self.state.global(symbol));
            match slot.map(|slot| slot.value()) {
                Some(Value::External(next)) if next == external => break,
                Some(Value::External(next)) => external = next,
                Some(value @ Value::Union(_)) => return self.linked_value(value, at),
                Some(value) => return Ok(value),
                None => match place {
                    Whose::Other(version) => {
                        let (module, name) = (&external.module, &external.attribute);
                        match self.served_attribute(version, module, name, at)? {
                            Some(value) => return Ok(value),
                            None => break,
                        }
                    }
                    Whose::Own => break,
                },
            }
        }
        Ok(Value::External(external))
    }

    /// The path ends here where a module still has to be executed.
    fn want(&mut self, version: u32) -> Flow<()> {
        let Some(linked) = &mut self.linked else { return Ok(()) };
        let waits = linked.other(version).is_some_and(|other| other.status == Status::Waiting);
        if !waits || self.steps == 0 || linked.depth >= MAX_CHAIN {
            return Ok(());
        }
        if !linked.wanted.contains(&version) {
            linked.wanted.push(version);
        }
        Err(Stop)
    }

    /// Where the names of a module are, if it is followed.
    fn whose(&mut self, module: &Name) -> Option<Whose> {
        let linked = self.linked.as_ref()?;
        if *module == linked.own.name {
            return Some(Whose::Own);
        }
        if let Some(known) = linked.by_name.get(module) {
            return known.map(Whose::Other);
        }
        let has_room = linked.others.len() < MAX_MODULES;
        let found = if has_room { self.executable(module) } else { None };
        let linked = self.linked.as_mut()?;
        let version = found.map(|other| {
            let length = other.program.source().text().len();
            linked.has_others |= !models::is_model(module) || models::keeps_state(module);
            linked.room = linked.room.saturating_sub(length);
            linked.others.push(other);
            FIRST + linked.others.len() as u32 - 1
        });
        linked.by_name.insert(module.clone(), version);
        version.map(Whose::Other)
    }

    /// Whether something was not followed for want of steps, since this was last asked.
    pub(super) fn take_exhausted(&mut self) -> bool {
        self.linked.as_mut().is_some_and(|linked| std::mem::take(&mut linked.exhausted))
    }

    /// Whether a world with other modules in it has cost so much that nothing of it is followed
    /// any more. Paths then end without an exception, so that nothing can be said of them.
    pub(super) fn has_given_up(&self) -> bool {
        self.linked.is_some() && self.steps == 0
    }

    /// Another module that can be followed.
    fn executable(&self, module: &Name) -> Option<Other> {
        let file = match self.resolver.find(module) {
            // As `typing`: what it gives is known where it matters.
            Found::Source(_) if &**module == "typing_extensions" => return None,
            Found::Source(file) => file,
            Found::Opaque => match self.resolver.compiled_source(module) {
                Some(file) => file,
                None => return self.modelled(module, false),
            },
            _ => return None,
        };
        let length = file.source.text().len();
        if length > self.linked.as_ref()?.room {
            return None;
        }
        let program = match file.origin {
            ModuleOrigin::StandardLibrary if !is_stateful(module) || models::is_model(module) => {
                return self.modelled(module, file.is_package);
            }
            _ => Rc::new(Program::clone(&*self.resolver.program(&file)?)),
        };
        let is_package = file.is_package;
        let identity = Identity { name: module.clone(), is_package, is_placed: true };
        let is_library = file.origin != ModuleOrigin::Workspace;
        Some(Other { identity, is_library, program, status: Status::Waiting })
    }

    fn modelled(&self, module: &Name, is_package: bool) -> Option<Other> {
        let program = models::model(module, self.resolver.python)?;
        let identity = Identity { name: module.clone(), is_package, is_placed: true };
        Some(Other { identity, is_library: true, program, status: Status::Waiting })
    }

    /// Executes a statement that stands in a module's own frame, with all modules that it needs.
    /// Where it does not get through, the state is the one at the exceptions that it ends in.
    pub(super) fn linked_statement(&mut self, id: StmtId) -> Flow<()> {
        let raised = self.raises.len();
        loop {
            let before = self.state.clone();
            let linked = self.linked.as_ref();
            let other = linked.and_then(|linked| linked.other(self.version));
            let is_library = other.is_some_and(|other| other.is_library);
            let most = if is_library { LIBRARY_STATEMENT_STEPS } else { STATEMENT_STEPS };
            self.grant(self.steps, most);
            let is_loading = self.linked.as_ref().is_some_and(|linked| linked.is_loading());
            if let Some(guide) = &mut self.guide {
                guide.begin(is_loading);
            }
            let mut end = self.stmt(id);
            if self.guide.is_some() {
                end = self.try_others(id, end, (&before, most, raised));
            }
            let wanted = self.linked.as_mut().map(|linked| std::mem::take(&mut linked.wanted));
            let wanted = wanted.unwrap_or_default();
            if wanted.is_empty() {
                if end.is_err() {
                    self.state = self.state_at_raises(raised).unwrap_or(before);
                }
                return end;
            }
            self.raises.truncate(raised);
            self.state = before;
            for version in wanted {
                self.load_other(version);
            }
        }
    }

    /// A statement that has not got through is executed on other paths, until one goes on. Where
    /// none does, what was raised on the first counts, and the first time what was on any.
    fn try_others(
        &mut self,
        id: StmtId,
        mut end: Flow<()>,
        (before, most, raised): (&State, u32, usize),
    ) -> Flow<()> {
        let mut all: Option<Vec<Raise>> = None;
        while end.is_err()
            && !self.linked.as_ref().is_some_and(|linked| linked.is_waiting())
            && !self.has_given_up()
            && self.tries_another()
        {
            let raises = self.raises.split_off(raised);
            self.add_raises(&mut all, raises);
            self.state = before.clone();
            self.grant(self.steps, most);
            end = self.stmt(id);
        }
        if end.is_err() && all.is_some() {
            let raises = self.raises.split_off(raised);
            self.add_raises(&mut all, raises);
            self.raises.extend(all.unwrap_or_default());
        }
        end
    }

    fn add_raises(&mut self, all: &mut Option<Vec<Raise>>, raises: Vec<Raise>) {
        let is_first = self.guide.as_ref().is_some_and(|guide| guide.is_first);
        match all {
            None => *all = Some(raises),
            Some(all) if is_first => {
                for raise in raises {
                    if !all.iter().any(|known| known.origin == raise.origin) {
                        all.push(Raise { state: None, ..raise });
                    }
                }
            }
            Some(_) => {}
        }
    }

    /// What holds where the exceptions from an index on are raised for certain.
    fn state_at_raises(&mut self, from: usize) -> Option<State> {
        let certain = self.raises[from..].iter_mut().filter(|raise| raise.risk.is_none());
        certain.filter_map(|raise| raise.state.take()).reduce(|one, other| one.join(&other))
    }

    /// Whether there is another path on which a statement may get through.
    fn tries_another(&mut self) -> bool {
        let is_loading = self.linked.as_ref().is_some_and(|linked| linked.is_loading());
        let Some(guide) = &mut self.guide else { return false };
        guide.try_another(is_loading)
    }

    /// Executes another module.
    fn load_other(&mut self, version: u32) {
        let Some(linked) = &mut self.linked else { return };
        let Some(other) = linked.others.get_mut((version - FIRST) as usize) else { return };
        if other.status != Status::Waiting {
            return;
        }
        other.status = Status::UnderWay;
        linked.depth += 1;
        let program = Rc::clone(&other.program);
        let caller = self.enter_code(&Text::new(Rc::clone(&program)), version);
        let active = std::mem::replace(&mut self.active, vec![Active::module(version)]);
        let (site, unseen) = (self.site, self.state.unseen);
        let (tries, forks) = (self.tries, self.outside_forks);
        let handling = std::mem::take(&mut self.handling);
        let exhausted = self.take_exhausted();
        let raised = self.raises.len();
        (self.tries, self.outside_forks) = (0, 0);
        self.bind_machinery();
        for &id in &program.ast().body {
            let end = self.linked_statement(id);
            self.raises.truncate(raised);
            if end.is_err() {
                // It has been imported: this is beyond what is followed.
                self.suppose_bound(id);
            }
        }
        self.state.unseen = unseen;
        (self.tries, self.outside_forks) = (tries, forks);
        self.handling = handling;
        self.site = site;
        self.active = active;
        self.leave_code(caller);
        if let Some(linked) = &mut self.linked {
            linked.others[(version - FIRST) as usize].status = Status::Done;
            linked.depth -= 1;
            // What matters is what the statement does that needs the module.
            linked.exhausted = exhausted;
        }
    }
}
