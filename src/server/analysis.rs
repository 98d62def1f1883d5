//! The workers that simulate: what they are asked and what they answer.
//!
//! Each module belongs to one worker, which keeps its live world. Jobs of one module are done in
//! the order in which they were sent; a comparison that a newer one follows is not made.

mod worker;

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::{io, thread};

use rustc_hash::FxHashSet;
use tower_lsp::lsp_types::Url;

use super::event::Inbox;
use super::session::Session;
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Fix};
use crate::simulation::{Simulation, Stage};
use crate::text::edits::EditLog;
use crate::text::source::Source;
use crate::workspace::project::View;

/// What a module is called and what is around it, at one moment.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The dotted name.
    pub(super) module: String,
    pub(super) path: PathBuf,
    pub(super) is_package: bool,
    /// Whether the name says where the module lies.
    pub(super) is_placed: bool,
    pub(super) view: View,
    pub(super) config: Arc<Config>,
}

/// What a worker is asked to do for a module.
pub(super) enum Job {
    /// The process imports the module: its history begins.
    Import(Arc<Setting>, Arc<Source>),
    /// The process reloads the module, with what was typed since the last load.
    Reload(Arc<Setting>, Arc<Source>, EditLog),
    /// Nobody asks for the module any more.
    Forget,
    Compare(Box<Question>),
    /// Which fixes hold for these findings of the question's text?
    Fix(Box<Question>, Vec<Diagnostic>, Fixed),
    /// Which text is left when every safe fix has been applied?
    FixAll(Box<Question>, Rewritten),
}

/// Hears the fixes of findings, in their order.
pub(super) type Fixed = Box<dyn FnOnce(&mut Session, Vec<Vec<Fix>>) + Send>;

/// Hears the text that is left; None where nothing can be fixed safely.
pub(super) type Rewritten = Box<dyn FnOnce(&mut Session, Option<String>) + Send>;

/// What would the reload of a text do?
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) setting: Arc<Setting>,
    pub(super) source: Arc<Source>,
    /// Which question this is: an answer to an older one is of no use.
    pub(super) serial: u64,
    /// What was typed since the text that the process loaded last.
    pub(super) typed: EditLog,
    /// Another module's change made it worth asking: what people look at goes first.
    pub(super) in_background: bool,
}

/// What a worker has to say.
#[derive(Debug)]
pub(super) enum Answer {
    /// A version was loaded; `version` counts from 0 in this history.
    Loaded {
        version: u32,
        stage: Stage,
        line: Option<u32>,
    },
    Compared {
        serial: u64,
        verdict: Verdict,
    },
}

/// What became of a question.
#[derive(Debug)]
pub(super) enum Verdict {
    Compared(Arc<Snapshot>),
    /// The text does not compile: what was said of the last one that did still holds.
    Broken {
        message: String,
    },
    /// It cannot be analysed: Python 2, too costly, an error in the engine.
    Failed(String),
}

/// What is known of one text of a document. Never changes.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) source: Arc<Source>,
    pub(super) simulation: Simulation,
    /// What the settings let through, comments heeded.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The other modules on which this depends.
    pub(super) asked: FxHashSet<String>,
    /// A hash of what importers see of the text.
    pub(super) interface: u64,
    /// Names are gone that other modules may ask for: what those say matters.
    pub(super) loses_names: bool,
}

impl Snapshot {
    /// The simulation with what is reported of it, as `simulate` prints it.
    pub(super) fn with_findings(&self) -> Simulation {
        let diagnostics = self.diagnostics.clone();
        Simulation { diagnostics, ..self.simulation.clone() }
    }
}

/// The workers.
pub(super) struct Workers {
    senders: Vec<mpsc::Sender<(Url, Job)>>,
}

/// More workers than this bring nothing: modules are few, and each is one worker's.
const MAX_WORKERS: usize = 4;

impl Workers {
    /// Starts the workers. Their answers come through `inbox`.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn start(inbox: &Inbox) -> io::Result<Workers> {
        let count = thread::available_parallelism().map_or(1, |count| count.get().min(MAX_WORKERS));
        let mut senders = Vec::new();
        for number in 0..count {
            let (sender, jobs) = mpsc::channel();
            let inbox = inbox.clone();
            thread::Builder::new()
                .name(format!("worker-{number}"))
                .stack_size(crate::simulate::STACK_SIZE)
                .spawn(move || worker::run(&jobs, &inbox))?;
            senders.push(sender);
        }
        Ok(Workers { senders })
    }

    /// Gives a job to the worker of a module.
    pub(super) fn send(&self, module: &Url, job: Job) {
        let mut hasher = DefaultHasher::new();
        module.as_str().hash(&mut hasher);
        let index = hasher.finish() as usize % self.senders.len();
        // A worker ends only with the process.
        let _ = self.senders[index].send((module.clone(), job));
    }
}
