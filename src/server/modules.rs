//! The modules of a session: what the process has loaded of each, and what is known of the text
//! that would be loaded next.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::FxHashMap;

use super::analysis::{Setting, Snapshot};
use super::definitions::Definitions;
use crate::diagnostic::Fix;
use crate::simulation::{Outcome, Stage};
use crate::text::source::Source;

/// A module that was opened. It stays when its document is closed: the process still has it.
#[derive(Debug)]
pub(super) struct Module {
    /// The file, as the file system has it; for an untitled document what its URI says.
    pub(super) path: PathBuf,
    pub(super) history: History,
    /// The text that the process has loaded; None before it has loaded any.
    pub(super) loaded: Option<Arc<Source>>,
    /// The text that lay on the disk when somebody last looked.
    pub(super) saved: Option<Arc<Source>>,
    /// The file was written behind the editor: a reload would not load what is shown.
    pub(super) out_of_step: bool,
    /// What the newest question was asked with.
    pub(super) setting: Option<Arc<Setting>>,
    /// The number of the newest question.
    pub(super) asked: u64,
    /// The number of the newest question that was answered.
    pub(super) answered: u64,
    /// The newest answer changes what the client has without its having sent anything.
    pub(super) is_unannounced: bool,
    /// Since when the statements of the loaded text are what they are.
    pub(super) definitions: Definitions,
    /// What is known of the last text that compiles.
    pub(super) snapshot: Option<Arc<Snapshot>>,
    /// The number of the first question that can be about the history as it is now: what an
    /// earlier one found goes with the history before.
    pub(super) begun: u64,
    /// The fixes that were offered last, by the code and the key of the finding, and the question
    /// that they answer.
    pub(super) offered: (u64, FxHashMap<(String, String), Vec<Fix>>),
    /// Why the text as it is now cannot be executed: it does not compile, or more.
    pub(super) trouble: Option<String>,
}

/// What happened to a module in the process.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) events: Vec<Happened>,
}

/// One event of a history.
#[derive(Debug, Clone)]
pub(super) struct Happened {
    pub(super) kind: EventKind,
    /// Which text, counted from 0 since the last import.
    pub(super) version: u32,
    pub(super) at: SystemTime,
    /// Where a reload stopped, from 1.
    pub(super) line: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EventKind {
    Imported,
    Reloaded,
    Aborted,
    Restarted,
}

impl EventKind {
    /// The word of the contract.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            EventKind::Imported => "imported",
            EventKind::Reloaded => "reloaded",
            EventKind::Aborted => "aborted",
            EventKind::Restarted => "restarted",
        }
    }
}

impl Module {
    pub(super) fn new(path: PathBuf) -> Module {
        Module {
            path,
            history: History::default(),
            loaded: None,
            definitions: Definitions::default(),
            saved: None,
            out_of_step: false,
            setting: None,
            asked: 0,
            answered: 0,
            is_unannounced: false,
            snapshot: None,
            begun: 0,
            offered: (0, FxHashMap::default()),
            trouble: None,
        }
    }

    /// Whether nothing is being found out about it.
    pub(super) fn is_settled(&self) -> bool {
        self.asked == self.answered
    }

    /// Whether a text differs from what the process has loaded.
    pub(super) fn is_pending(&self, text: &Source) -> bool {
        self.loaded.as_ref().is_some_and(|loaded| loaded.text() != text.text())
    }

    /// What an editor shows in the corner: how many orphans a reload would leave.
    pub(super) fn orphans(&self) -> usize {
        let is_orphan = |entry: &&crate::simulation::NamespaceEntry| {
            entry.origin == crate::simulation::Origin::Orphan
        };
        let entries = self.snapshot.iter().flat_map(|snapshot| &snapshot.simulation.namespace);
        entries.filter(is_orphan).count()
    }

    /// At how many places a reload is reported to stop.
    pub(super) fn loud_abort_points(&self) -> usize {
        self.snapshot.as_ref().map_or(0, |snapshot| loud_points(snapshot).count())
    }
}

/// The abort points of a snapshot that a finding is about.
pub(super) fn loud_points(
    snapshot: &Snapshot,
) -> impl Iterator<Item = &crate::simulation::AbortPoint> {
    let about = |span| {
        let stops = snapshot.diagnostics.iter().filter(|found| found.code.starts_with("RS20"));
        let mut stops =
            stops.filter(|found| found.severity >= crate::diagnostic::Severity::Warning);
        stops.any(|found| found.location.span == span)
    };
    snapshot.simulation.abort_points.iter().filter(move |point| about(point.span))
}

impl History {
    /// Notes that loading a version has begun; [`History::ended`] says how it ended.
    pub(super) fn begins(&mut self, kind: EventKind, version: u32) {
        self.events.push(Happened { kind, version, at: SystemTime::now(), line: None });
    }

    /// How loading a version ended.
    pub(super) fn ended(&mut self, version: u32, stage: &Stage, line: Option<u32>) {
        let happened = self.events.iter_mut().rev().find(|event| event.version == version);
        let Some(happened) = happened else { return };
        let stopped = matches!(stage.outcome, Outcome::Aborts | Outcome::SyntaxError);
        if stopped && happened.kind == EventKind::Reloaded {
            happened.kind = EventKind::Aborted;
            happened.line = line;
        }
    }

    /// The version that was loaded last, from 0; None before the import.
    pub(super) fn version(&self) -> Option<u32> {
        self.events.last().map(|event| event.version)
    }

    /// Lets go of what nobody reads any more: only the newest events are kept.
    pub(super) fn trim(&mut self) {
        const KEPT: usize = 1_000;
        if self.events.len() > KEPT {
            self.events.drain(..self.events.len() - KEPT);
        }
    }
}
