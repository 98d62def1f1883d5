//! The text that is to be loaded next, executed again and again while somebody types it.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::changes::Baseline;
use super::checkpoint::{Checkpoints, is_asked_about};
use super::code::Text;
use super::compare::{Compared, Stops, compared};
use super::history::Around;
use super::live::{Live, Version};
use super::machine::{Machine, Memory};
use super::newer::Newer;
use super::reading::Alike;
use super::resolve::Resolver;
use super::run::Run;
use super::second_runs::{Care, Finding, Load, Memo};
use super::state::State;
use crate::comparison::StaleImport;
use crate::program::Program;
use crate::syntax::body_edit::BodyEdit;
use crate::text::source::Source;

/// What is kept of the runs of the text that is to be loaded next.
#[derive(Debug, Default)]
pub(super) struct Pending {
    /// How many versions the live world has had, and a number for all other modules.
    met: Option<(usize, u64)>,
    memory: Option<Memory>,
    reload: Checkpoints,
    restart: Checkpoints,
    /// The runs of the last text, each to its end.
    last: Option<Runs>,
    /// What the next text has in common with it.
    body_edit: Option<BodyEdit>,
    /// What came of the last text because it is not the first.
    found: Option<Memo>,
}

/// The runs of one text.
#[derive(Debug)]
struct Runs {
    reload: Run,
    restart: Run,
    kept: Kept,
}

/// What has to be known of runs to use them again.
#[derive(Debug)]
pub(super) struct Kept {
    /// The text of the reload and that of the restart.
    texts: [Rc<Text>; 2],
    baseline: Rc<Baseline>,
    /// What was asked of the modules as the process has them, and as a fresh one would find them.
    asked: [FxHashSet<String>; 2],
}

/// Numbers of objects are not used again; beyond this many everything begins anew.
const MAX_OBJECTS: u32 = 50_000;

impl Pending {
    /// Lets go of the last program: it is going to be edited.
    pub(super) fn release(&self, empty: &Rc<Program>) {
        let checkpoints = self.reload.texts().chain(self.restart.texts());
        let runs = self.last.iter().flat_map(|last| &last.kept.texts);
        checkpoints.chain(runs).for_each(|text| text.set(Rc::clone(empty)));
    }

    /// The next text is going to be executed.
    pub(super) fn expect(&mut self, alike: Alike, met: (usize, u64), live: &Memory) {
        let allocated = self.memory.as_ref().map_or(0, |memory| memory.next_object);
        let is_full = allocated.saturating_sub(live.next_object) > MAX_OBJECTS;
        // Without its memory, a state says nothing.
        if self.met != Some(met) || self.memory.is_none() || is_full {
            *self = Pending { met: Some(met), ..Pending::default() };
        }
        self.reload.expect(alike.statements);
        self.restart.expect(alike.statements);
        self.body_edit = alike.body_edit;
    }

    /// Whether another text is going to be executed after this one.
    fn is_awaited(&self) -> bool {
        self.met.is_some()
    }

    /// What comes of the next text because it is not the first. Where that is another thing than
    /// with the last text, the runs of that text say nothing of this one.
    fn second_runs(
        &mut self,
        live: &Live,
        machine: &Machine<'_>,
        program: &Rc<Program>,
        version: u32,
    ) -> Vec<Finding> {
        let Some(outer) = &live.outer else { return Vec::new() };
        let (resolver, identity) = (machine.resolver, &machine.identity);
        let load = Load { resolver, identity, program, version };
        if !self.is_awaited() {
            return outer.reload(load, Care::Full).found;
        }
        if let Some(again) = self.found.as_ref().and_then(|found| found.again(program)) {
            return again;
        }
        let last = self.found.take();
        let before = last.as_ref().map(|last| last.found().to_vec());
        let (memo, found) = outer.typed(load, last, &live.found_again);
        if before.is_none_or(|before| before != memo.found()) {
            self.reload = Checkpoints::default();
            self.last = None;
        }
        self.found = Some(memo);
        found
    }

    /// The runs of the last text, moved to where the next has what they executed; None where the
    /// next has to be executed.
    fn follow(
        &mut self,
        machine: &Machine<'_>,
        program: &Rc<Program>,
        version: u32,
    ) -> Option<Runs> {
        let mut last = self.last.take()?;
        let edit = self.body_edit.take()?;
        let now = edit.now.iter().map(|&id| program.ast().stmt(id).fingerprint);
        let edited: Vec<(u64, u64)> = edit.was.iter().copied().zip(now).collect();
        let memory = &machine.memory;
        let known = |fingerprint| {
            let costly = memory.costly.get(&fingerprint).copied();
            (costly, memory.misjudged.contains(&fingerprint))
        };
        let baseline = machine.baseline.as_ref()?;
        let withstands = edited.iter().all(|&(was, is)| known(was) == known(is))
            && last.kept.baseline.agrees_beside(baseline, &edited)
            && last.kept.texts.iter().all(|text| text.withstands(&edit));
        if !withstands {
            return None;
        }
        for text in &last.kept.texts {
            text.follow(&edit);
            text.set(Rc::clone(program));
        }
        last.reload.follow(&edit, version);
        last.restart.follow(&edit, version);
        last.kept.baseline = Rc::clone(baseline);
        Some(last)
    }

    /// Keeps what the next text may have in common with this one.
    fn keep(&mut self, executed: &mut Executed<'_>) {
        self.memory = Some(std::mem::take(&mut executed.machine.memory));
        let runs = executed.reload.take().zip(executed.restart.take());
        if let (Some((reload, restart)), Some(kept)) = (runs, executed.kept.take()) {
            // What another version's code did is about another text, too.
            let is_plain = |run: &Run| !run.trace.entered_older && run.trace.lacking.is_empty();
            let is_plain = is_plain(&reload) && is_plain(&restart);
            self.last = is_plain.then_some(Runs { reload, restart, kept });
        }
    }
}

/// All runs that a comparison looks at.
pub(super) struct Executed<'a> {
    /// The last version's text.
    pub(super) version: Version,
    pub(super) source: Arc<Source>,
    /// The namespace before the last version was loaded.
    pub(super) live: State,
    /// The last version over the live namespace; None where its text does not compile.
    pub(super) reload: Option<Run>,
    /// The fresh import of the last version.
    pub(super) restart: Option<Run>,
    /// What of other modules is too old for the reload; it is one after these were reloaded.
    pub(super) stale: Vec<StaleImport>,
    /// None where the runs are of no use for another text.
    kept: Option<Kept>,
    pub(super) machine: Machine<'a>,
}

impl Live {
    /// Executes a text and compares the worlds that come of it.
    pub(super) fn compare_and<T>(
        &self,
        source: &Arc<Source>,
        text: Version,
        around: &Around<'_>,
        pending: &mut Pending,
        also: impl FnOnce(&mut Executed<'_>) -> T,
    ) -> (Compared, T) {
        let live = around.resolver(around.live_modules, around.live_cache);
        let restart = around.resolver(around.restart_modules, around.restart_cache);
        let mut executed = self.execute(source, text, around, [&live, &restart], pending);
        let compared = compared(self, &mut executed, around, &live, &restart);
        let also = also(&mut executed);
        pending.keep(&mut executed);
        (compared, also)
    }

    /// Executes the next version over this world and, beside it, over nothing.
    fn execute<'a>(
        &self,
        source: &Arc<Source>,
        text: Version,
        around: &Around<'_>,
        [live, restart]: [&'a Resolver<'a>; 2],
        pending: &mut Pending,
    ) -> Executed<'a> {
        let number = self.next();
        let memory = pending.memory.take().unwrap_or_else(|| self.memory.clone());
        let mut executed = Executed {
            version: text.clone(),
            source: Arc::clone(source),
            live: self.state.clone().unwrap_or_default(),
            reload: None,
            restart: None,
            stale: Vec::new(),
            kept: None,
            machine: self.machine(around, live, source).with_memory(memory),
        };
        let Version::Healthy(program) = &text else { return executed };
        let machine = &mut executed.machine;
        machine.second_runs = pending.second_runs(self, machine, program, number);
        machine.baseline = self.baseline(program);
        if let Some(runs) = pending.follow(machine, program, number) {
            live.ask_again(&runs.kept.asked[0]);
            restart.ask_again(&runs.kept.asked[1]);
            machine.resolver = restart;
            machine.begin(runs.restart.state.clone(), Rc::clone(program), number);
            (executed.reload, executed.restart) = (Some(runs.reload), Some(runs.restart));
            executed.kept = Some(runs.kept);
            return executed;
        }
        machine.newer = around.has_changed().then(|| Newer::new(restart));
        let (run, stale) = self.reload(machine, program, number, &mut pending.reload);
        let text_of_reload = Rc::clone(&machine.text);
        machine.second_runs.clear();
        machine.newer = None;
        machine.resolver = restart;
        // With the baseline of the reload: what can stop that can stop a restart, too.
        let fresh = machine.load(None, program, number, &mut pending.restart);
        if pending.is_awaited()
            && stale.is_empty()
            && let Some(baseline) = &machine.baseline
            && !is_asked_about(around.module, [live, restart])
        {
            let texts = [text_of_reload, Rc::clone(&machine.text)];
            let asked = [live.asked(), restart.asked()];
            executed.kept = Some(Kept { texts, baseline: Rc::clone(baseline), asked });
        }
        (executed.reload, executed.restart) = (Some(run), Some(fresh));
        executed.stale = stale;
        executed
    }

    /// The reload of the next version, after all modules have been that it would stop without.
    fn reload(
        &self,
        machine: &mut Machine<'_>,
        program: &Rc<Program>,
        number: u32,
        checkpoints: &mut Checkpoints,
    ) -> (Run, Vec<StaleImport>) {
        let imported = self.before.as_ref().map(|before| Rc::clone(&before.imported));
        let mut stale = Vec::new();
        loop {
            if let Some(newer) = &mut machine.newer {
                newer.begin();
            }
            // What was kept, and is to be kept, is about modules as the process has them.
            let mut none = Checkpoints::default();
            let checkpoints = if stale.is_empty() { &mut *checkpoints } else { &mut none };
            let run = machine.load(self.state.as_ref(), program, number, checkpoints);
            let state = self.state.clone().unwrap_or_default();
            let found =
                machine.stale_imports(&run, imported.as_deref().unwrap_or(&[]), |machine| {
                    Stops::new(machine, &run, &state, self.last_outcome()).points()
                });
            // Each time round, a module more is taken to have been reloaded.
            if found.is_empty() {
                return (run, stale);
            }
            stale.extend(found);
        }
    }
}
