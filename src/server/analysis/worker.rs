//! One worker: the live worlds of its modules, and what is compared with them.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rustc_hash::FxHashMap;
use tower_lsp::lsp_types::Url;

use super::super::event::Inbox;
use super::{Answer, Job, Question, Setting, Snapshot, Verdict};
use crate::diagnostic::{Diagnostic, Fix};
use crate::fixes::{self, Offer, Subject};
use crate::simulate::{self, Simulated};
use crate::simulation::{Origin, Outcome};
use crate::suppression::Suppressions;
use crate::text::edits::EditLog;
use crate::text::source::{Revision, Source};
use crate::worlds::{Around, Compared, Live, Reading, SeenRename};

/// Works until nobody can send jobs any more.
pub(super) fn run(jobs: &Receiver<(Url, Job)>, inbox: &Inbox) {
    let mut worker = Worker { inbox, modules: FxHashMap::default(), typed_in: None };
    let mut queue = VecDeque::new();
    loop {
        if queue.is_empty() {
            match jobs.recv() {
                Ok((module, job)) => enqueue(&mut queue, module, job),
                Err(_) => return,
            }
        }
        while let Ok((module, job)) = jobs.try_recv() {
            enqueue(&mut queue, module, job);
        }
        if let Some((module, job)) = queue.pop_front() {
            worker.work(module, job);
        }
    }
}

/// Puts a job where its turn is: comparisons that nobody waits for last, and of one module's
/// comparisons only the newest.
fn enqueue(queue: &mut VecDeque<(Url, Job)>, module: Url, job: Job) {
    let Job::Compare(question) = &job else {
        let at = queue.iter().position(|(_, job)| is_background(job)).unwrap_or(queue.len());
        queue.insert(at, (module, job));
        return;
    };
    let in_background = question.in_background;
    queue.retain(|(known, job)| !(*known == module && matches!(job, Job::Compare(_))));
    let first = queue.iter().position(|(_, job)| is_background(job));
    let at = if in_background { queue.len() } else { first.unwrap_or(queue.len()) };
    queue.insert(at, (module, job));
}

fn is_background(job: &Job) -> bool {
    matches!(job, Job::Compare(question) if question.in_background)
}

struct Worker<'w> {
    inbox: &'w Inbox,
    modules: FxHashMap<Url, Known>,
    /// The module in which somebody types: its runs are kept for the next text.
    typed_in: Option<Url>,
}

/// What a worker keeps of a module.
#[derive(Default)]
struct Known {
    live: Live,
    /// The texts that are compared with it, one after the other.
    reading: Reading,
    /// The renames that were seen before the versions that made them were loaded.
    renames: Vec<SeenRename>,
}

impl Known {
    /// Every rename that was seen, the newest last.
    fn renames(&self, question: &Question) -> Vec<SeenRename> {
        let mut renames = self.renames.clone();
        renames.extend(seen_renames(&self.live, &question.typed, &question.source));
        renames
    }
}

impl Worker<'_> {
    fn work(&mut self, module: Url, job: Job) {
        match job {
            Job::Import(setting, source) => {
                self.modules.insert(module.clone(), Known::default());
                self.load(module, &setting, &source);
            }
            Job::Reload(setting, source, typed) => {
                if let Some(known) = self.modules.get_mut(&module) {
                    let seen = seen_renames(&known.live, &typed, &source);
                    known.renames.extend(seen);
                }
                self.load(module, &setting, &source);
            }
            Job::Forget => {
                self.modules.remove(&module);
            }
            Job::Compare(question) => {
                let verdict = self.compare(&module, &question);
                self.answer(module, Answer::Compared { serial: question.serial, verdict });
            }
            Job::Fix(question, findings, then) => {
                let fixes = self.guarded(&module, |known| fixes_of(known, &question, &findings));
                let fixes = fixes.unwrap_or_else(|| findings.iter().map(|_| Vec::new()).collect());
                self.inbox.run(move |session| then(session, fixes));
            }
            Job::FixAll(question, then) => {
                let text = self.guarded(&module, |known| fix_all(known, &question));
                self.inbox.run(move |session| then(session, text));
            }
        }
    }

    /// Does something with a module; None where it fails or panics (the hook has logged it).
    fn guarded<T>(&self, module: &Url, work: impl FnOnce(&Known) -> Option<T>) -> Option<T> {
        let known = self.modules.get(module)?;
        catch_unwind(AssertUnwindSafe(|| work(known))).ok().flatten()
    }

    fn answer(&self, module: Url, answer: Answer) {
        self.inbox.run(move |session| session.analysed(&module, answer));
    }

    fn load(&mut self, module: Url, setting: &Setting, source: &Arc<Source>) {
        let live = &mut self.modules.entry(module.clone()).or_default().live;
        let version = live.sources().len() as u32;
        let source =
            Source::new(source.path(), Revision::Version(version), source.text().to_owned());
        let loaded = catch_unwind(AssertUnwindSafe(|| {
            live.load(&source, &around(setting, &[])).map_err(|failure| failure.to_string())
        }));
        let loaded = loaded.unwrap_or_else(|panic| Err(internal_error(&*panic)));
        if let Err(reason) = loaded {
            live.skip(&source, &reason);
        }
        live.forget_unreachable();
        let Some(stage) = live.stages().last().cloned() else { return };
        let line = stage.abort.as_ref().map(|abort| source.line(abort.span.start));
        self.answer(module, Answer::Loaded { version, stage, line });
    }

    /// What is kept of the runs of a text is kept for one module only.
    fn turn_to(&mut self, module: &Url) {
        if self.typed_in.as_ref() == Some(module) {
            return;
        }
        let left = self.typed_in.replace(module.clone());
        if let Some(left) = left.and_then(|left| self.modules.get_mut(&left)) {
            left.reading.forget_runs();
        }
    }

    fn compare(&mut self, module: &Url, question: &Question) -> Verdict {
        if !question.in_background {
            self.turn_to(module);
        }
        let verdict = self.compare_here(module, question);
        if self.typed_in.as_ref() != Some(module)
            && let Some(known) = self.modules.get_mut(module)
        {
            known.reading.forget_runs();
        }
        verdict
    }

    fn compare_here(&mut self, module: &Url, question: &Question) -> Verdict {
        let Some(known) = self.modules.get_mut(module) else {
            return Verdict::Failed("its history has not begun".to_owned());
        };
        let compared = catch_unwind(AssertUnwindSafe(|| compare(known, question)));
        match compared {
            Ok(Ok(snapshot)) => verdict(snapshot),
            Ok(Err(reason)) => Verdict::Failed(reason),
            Err(panic) => Verdict::Failed(internal_error(&*panic)),
        }
    }
}

fn compare(known: &mut Known, question: &Question) -> Result<Snapshot, String> {
    #[cfg(debug_assertions)]
    super::super::hooks::in_engine(question.source.text());
    let setting = &question.setting;
    let renames = known.renames(question);
    let around = around(setting, &renames);
    let reading = &mut known.reading;
    let compared =
        known.live.compare_as_imported(&question.source, &around, setting.view.others, reading);
    let (compared, interface) = compared.map_err(|failure| failure.to_string())?;
    let (Simulated { simulation, asked, .. }, diagnostics) = reported(&compared, question);
    let is_lost = |origin| matches!(origin, Origin::Orphan | Origin::Unbound);
    let loses_names = simulation.namespace.iter().any(|entry| is_lost(entry.origin));
    Ok(Snapshot {
        source: Arc::clone(&question.source),
        simulation,
        diagnostics,
        asked,
        interface,
        loses_names,
    })
}

/// The fixes of findings that hold, in the order of the findings.
fn fixes_of(known: &Known, question: &Question, findings: &[Diagnostic]) -> Option<Vec<Vec<Fix>>> {
    let setting = &question.setting;
    let renames = known.renames(question);
    let around = around(setting, &renames);
    let compared = known.live.compare(&question.source, &around).ok()?;
    let subject = Subject::new(&compared.comparison);
    let of = |finding: &Diagnostic| {
        if finding.fixes.is_empty() {
            subject.fixes(&known.live, &around, finding, Offer::All)
        } else {
            finding.fixes.clone()
        }
    };
    Some(findings.iter().map(of).collect())
}

/// The text with every safe fix applied, one at a time: each is tried on what the others left.
fn fix_all(known: &Known, question: &Question) -> Option<String> {
    let setting = &question.setting;
    let around = around(setting, &[]);
    let reported = |compared: &Compared| reported(compared, question).1;
    let source = &question.source;
    let mended =
        fixes::all(&known.live, &around, source, fixes::Extent::Safe, &reported).ok()??;
    Some(mended.source.text().to_owned())
}

/// What is simulated, and what of it the comments and the settings let through.
fn reported(compared: &Compared, question: &Question) -> (Simulated, Vec<Diagnostic>) {
    let setting = &question.setting;
    let config = &setting.config;
    let mut simulated = simulate::judge(compared);
    let found = std::mem::take(&mut simulated.simulation.diagnostics);
    let suppressions = Suppressions::new(compared.comparison.last(), &simulated.directives);
    let mut diagnostics = suppressions.apply(found, &config.rules);
    diagnostics.retain(|found| config.reports(found.code, found.severity, &setting.path));
    (simulated, diagnostics)
}

fn verdict(snapshot: Snapshot) -> Verdict {
    let last = snapshot.simulation.stages.last();
    match last.filter(|stage| stage.outcome == Outcome::SyntaxError) {
        Some(stage) => {
            let message = stage.abort.as_ref().map(|abort| abort.reason.clone());
            Verdict::Broken { message: message.unwrap_or_default() }
        }
        None => Verdict::Compared(Arc::new(snapshot)),
    }
}

fn around<'a>(setting: &'a Setting, renames: &'a [SeenRename]) -> Around<'a> {
    Around {
        module: &setting.module,
        is_package: setting.is_package,
        is_placed: setting.is_placed,
        live_modules: &setting.view.live,
        restart_modules: &setting.view.restart,
        live_cache: &setting.view.live_cache,
        restart_cache: &setting.view.restart_cache,
        python: setting.view.version,
        platform: simulate::PLATFORM,
        renames,
        second_runs: simulate::needs_second_runs(&setting.config.rules),
        catalogue: setting.config.catalogue.as_deref(),
    }
}

/// The definitions whose names were typed over where they stand.
fn seen_renames(live: &Live, typed: &EditLog, source: &Source) -> Vec<SeenRename> {
    if typed.is_empty() {
        return Vec::new();
    }
    let mut renames = Vec::new();
    for (old, span) in live.definitions() {
        let Some(now) = typed.typed_over(span) else { continue };
        let Some(new) = source.text().get(now.range()) else { continue };
        let is_word = |c: char| c == '_' || c.is_alphanumeric();
        let beside = source.text()[now.range().end..].chars().next();
        let is_whole = !beside.is_some_and(is_word);
        if is_whole && *new != *old && !new.is_empty() && new.chars().all(is_word) {
            renames.push(SeenRename { old, new: new.into() });
        }
    }
    renames
}

fn internal_error(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("internal error: {}", text.unwrap_or("a panic"))
}
