//! `reloadsafe check --watch`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::args::CheckArguments;
use super::output::{complain, note, reader_is_gone};
use super::{Outcome, check};
use crate::workspace::git::Repository;
use crate::workspace::watch::{Places, SETTINGS, Watcher};

/// An editor that saves several files, or git that checks a branch out, is to be done first.
const QUIET: Duration = Duration::from_millis(100);
/// But something that never ceases to write does not keep a run from being made.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the loop is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    /// Something may have changed on the disk.
    Disk,
    /// A run has ended.
    Done,
    /// Ctrl-C, or another request to end.
    End,
}

pub(super) fn run(arguments: CheckArguments) -> anyhow::Result<Outcome> {
    if arguments.files_from.as_deref() == Some(Path::new("-")) {
        bail!("`--watch` checks again and again, standard input can be read once only");
    }
    let (sender, receiver) = channel();
    let end = sender.clone();
    ctrlc::set_handler(move || {
        // Whoever does not listen any more is ending.
        let _ = end.send(Signal::End);
    })
    .context("cannot catch Ctrl-C")?;
    let mut watcher = Watcher::new(sender.clone(), Signal::Disk).context("cannot watch files")?;
    let quiet = arguments.common.run.quiet;
    loop {
        // Before the files are read: what changes while they are read is seen afterwards.
        watcher.follow(places(&arguments)).context("cannot watch files")?;
        clear_screen();
        let (done, asked) = (sender.clone(), arguments.clone());
        let run = thread::Builder::new().spawn(move || {
            if let Err(error) = check::once(&asked) {
                // A configuration or a target that is wrong now will be mended.
                complain(&format!("{error:#}"));
            }
            let _ = done.send(Signal::Done);
        });
        let run = run.context("no thread can be started")?;
        if !wait_for(&receiver, Signal::Done) {
            return Ok(Outcome::Clean);
        }
        if run.join().is_err() || reader_is_gone() {
            // A panic has been reported by its hook.
            return Ok(if reader_is_gone() { Outcome::Clean } else { Outcome::Failed });
        }
        if !quiet {
            note("watching for changes, Ctrl-C ends it");
        }
        loop {
            if watcher.has_changed().context("cannot watch files")? {
                break;
            }
            if !wait_for(&receiver, Signal::Disk) || !until_quiet(&receiver) {
                return Ok(Outcome::Clean);
            }
        }
    }
}

/// Waits until a signal comes; `false`: until the end is asked for.
fn wait_for(receiver: &Receiver<Signal>, wanted: Signal) -> bool {
    loop {
        match receiver.recv() {
            Ok(Signal::End) | Err(_) => return false,
            Ok(signal) if signal == wanted => return true,
            Ok(_) => {}
        }
    }
}

/// Waits until nothing has happened for a while; `false`: the end is asked for.
fn until_quiet(receiver: &Receiver<Signal>) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        match receiver.recv_timeout(QUIET) {
            Ok(Signal::End) | Err(RecvTimeoutError::Disconnected) => return false,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    true
}

/// What the next run depends on: the targets, and the project that they lie in, for its other
/// modules.
fn places(arguments: &CheckArguments) -> Places {
    let mut places = Places { targets: arguments.targets.clone(), ..Places::default() };
    if places.targets.is_empty() && arguments.files_from.is_none() {
        places.targets.push(PathBuf::from("."));
    }
    places.targets.extend(arguments.baseline.base_dir.clone());
    places.files.extend(arguments.files_from.clone());
    places.files.extend(arguments.common.run.config.clone());
    places.files.extend(arguments.known.baseline_file.clone());
    let config = check::config(arguments).ok();
    let root = config.as_ref().and_then(|config| config.project_root.clone());
    if let Some(config) = config {
        places.files.extend(config.baseline_file);
        places.exclude = config.exclude;
    }
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    places.targets = places.targets.iter().map(absolute).collect();
    places.files = places.files.iter().map(absolute).collect();
    let first = places.targets.first().cloned().or_else(|| std::env::current_dir().ok());
    let near = first.as_deref().and_then(|path| path.ancestors().find(|path| path.is_dir()));
    let Some(near) = near else { return places };
    // A configuration that is wrong now, and lies above, is waited for, too.
    let above = near.ancestors().flat_map(|directory| SETTINGS.map(|name| directory.join(name)));
    places.files.extend(above.filter(|file| file.is_file()));
    match Repository::discover(near) {
        Ok(Some(repository)) => places.targets.push(repository.root().to_path_buf()),
        _ => places.targets.push(root.unwrap_or_else(|| near.to_path_buf())),
    }
    places
}

/// Only where somebody looks: elsewhere it would be a part of what is printed.
fn clear_screen() {
    if std::io::stdout().is_terminal() {
        // Where a terminal cannot, the runs are below each other.
        let _ = console::Term::stdout().clear_screen();
    }
}
