//! Trying a fix: the edited text takes the place of the last version in the same history.

use std::path::PathBuf;
use std::sync::Arc;

use super::subject::loudness;
use super::{Aim, Candidate, Subject};
use crate::comparison::Comparison;
use crate::diagnostic::Edit;
use crate::modules::{Found, ModuleFile, Modules};
use crate::rules;
use crate::simulation::{AbortPoint, BindingKind, Outcome};
use crate::syntax::ast::Name;
use crate::text::source::Source;
use crate::worlds::{Around, Live, SummaryCache};

/// A text with edits applied; None where they overlap or do not lie in it.
pub fn apply(text: &str, edits: &[&Edit]) -> Option<String> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| (edit.location.span.start, edit.location.span.end));
    let mut result = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for edit in edits {
        let range = edit.location.span.range();
        result.push_str(text.get(at..range.start)?);
        text.get(range.clone())?;
        result.push_str(&edit.new_text);
        at = range.end;
    }
    result.push_str(&text[at..]);
    Some(result)
}

impl Subject<'_> {
    /// Whether a fix ends the hazard and makes nothing worse: it is applied, and what the text is
    /// then is executed over the same live world and afresh. `live` is the world that the last
    /// version is judged against, without that version.
    pub fn verify(&self, live: &Live, around: &Around<'_>, candidate: &Candidate) -> bool {
        if candidate.aim == Aim::Silenced {
            // Where the comment went was found by reading the program with it.
            return true;
        }
        let Some(after) = self.tried(live, around, candidate) else { return false };
        self.is_better(&after, candidate)
            && (candidate.aim != Aim::Settled || self.is_settled(around, candidate))
    }

    /// Whether a process that is started with the fixed text reloads it without the finding, or
    /// any that is as loud.
    fn is_settled(&self, around: &Around<'_>, candidate: &Candidate) -> bool {
        let last = self.comparison.last();
        let edits: Vec<&Edit> = candidate.fix.edits.iter().collect();
        let Some(text) = apply(last.text(), &edits) else { return false };
        let edited = with_text(last, text);
        let mut started = Live::default();
        if started.load(&edited, around).is_err() {
            return false;
        }
        let Ok(again) = started.compare(&edited, around) else { return false };
        let known = self.findings();
        let found = loudness(&rules::check(&again.comparison));
        let is_it =
            |(code, key): &(&'static str, String)| *code == candidate.code && *key == candidate.key;
        found.iter().all(|(finding, severity)| {
            !is_it(finding) && known.get(finding).is_some_and(|before| severity <= before)
        })
    }

    /// The worlds with the fix applied.
    fn tried(&self, live: &Live, around: &Around<'_>, candidate: &Candidate) -> Option<Comparison> {
        // Their places are of the text without the fix.
        let around = &Around { renames: &[], ..*around };
        let edits = &candidate.fix.edits;
        let (here, elsewhere): (Vec<&Edit>, Vec<&Edit>) =
            edits.iter().partition(|edit| self.is_here(&edit.location));
        let last = self.comparison.last();
        let edited = with_text(last, apply(last.text(), &here)?);
        if elsewhere.is_empty() {
            return Some(live.compare(&edited, around).ok()?.comparison);
        }
        let patched = Patched::new(around.restart_modules, &elsewhere)?;
        // What was remembered of the other modules is of their texts before.
        let cache = SummaryCache::default();
        let around = Around { restart_modules: &patched, restart_cache: &cache, ..*around };
        Some(live.compare(&edited, &around).ok()?.comparison)
    }

    fn is_better(&self, after: &Comparison, candidate: &Candidate) -> bool {
        let before = self.comparison;
        let outcome = |comparison: &Comparison| {
            comparison.stages.last().map_or(Outcome::SyntaxError, |stage| stage.outcome)
        };
        if badness(outcome(after)) > badness(outcome(before)) && !candidate.is_all_that_stops(after)
            || badness(after.restart.outcome) > badness(before.restart.outcome)
        {
            return false;
        }
        let known = self.findings();
        let now = loudness(&rules::check(after));
        let identity = (candidate.code, candidate.key.clone());
        let is_done = match &candidate.aim {
            Aim::Gone => !now.contains_key(&identity),
            Aim::OneReadLess(name) => reads(after, name) < reads(before, name),
            Aim::Whole { reason } => is_whole(after, reason),
            Aim::Settled | Aim::Silenced => true,
        };
        let is_no_worse = now.iter().all(|(finding, severity)| match known.get(finding) {
            Some(before) => severity <= before,
            None => is_quieter(finding, candidate),
        });
        is_done && is_no_worse && keeps_the_rest(before, after, candidate)
    }
}

impl Candidate {
    /// Whether a statement of the fix itself is all at which the reload may stop.
    fn is_all_that_stops(&self, after: &Comparison) -> bool {
        let Some(checked) = &self.checked else { return false };
        let mut points = after.abort_points.iter().filter(|point| point.depends.is_none());
        points.all(|point| checked.contains(after.last().slice(point.span)))
    }
}

fn badness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Completes => 0,
        Outcome::MayAbort => 1,
        Outcome::Aborts => 2,
        Outcome::SyntaxError => 3,
    }
}

fn reads(comparison: &Comparison, name: &Name) -> usize {
    comparison.ghost_reads.iter().filter(|read| read.name == *name).count()
}

/// Whether nothing of the module's own is new yet where it may stop for a reason.
fn is_whole(comparison: &Comparison, reason: &str) -> bool {
    let is_own =
        |name: &Name| comparison.entry(name).is_none_or(|entry| entry.kind != BindingKind::Import);
    let is_torn = |point: &AbortPoint| {
        point.reason == reason && !point.stale.is_empty() && point.updated.iter().any(is_own)
    };
    !comparison.abort_points.iter().any(is_torn)
}

/// Of a worse hazard that is gone its orphan may be left, and is told of by itself.
fn is_quieter((code, key): &(&'static str, String), candidate: &Candidate) -> bool {
    let about = |name: &Name| key.split(' ').any(|own| own == &**name);
    matches!(*code, "RS101" | "RS102" | "RS103" | "RS106" | "RS108")
        && *code < "RS109"
        && candidate.quieter.iter().any(about)
}

/// Whether a fresh process has the same names as before, besides those that the fix is for.
fn keeps_the_rest(before: &Comparison, after: &Comparison, candidate: &Candidate) -> bool {
    if before.restart.outcome == Outcome::Aborts {
        // It got nowhere; what it would have had is a guess.
        return true;
    }
    let gained = candidate.gains.iter().filter(|name| !before.fresh_names.contains(name));
    let mut expected: Vec<&Name> = before.fresh_names.iter().chain(gained).collect();
    expected.sort();
    let is_about_all = candidate.code == "RS108";
    after.fresh_names.iter().eq(expected)
        && (is_about_all || before.exports.all == after.exports.all)
}

/// The same file with another text.
pub(super) fn with_text(source: &Source, text: String) -> Arc<Source> {
    Source::new(source.path(), source.revision().clone(), text)
}

/// The modules around, with another text of some files.
struct Patched<'a> {
    inner: &'a dyn Modules,
    texts: Vec<(PathBuf, Arc<Source>)>,
}

impl<'a> Patched<'a> {
    fn new(inner: &'a dyn Modules, edits: &[&Edit]) -> Option<Patched<'a>> {
        let mut texts: Vec<(PathBuf, Arc<Source>)> = Vec::new();
        for edit in edits {
            let source = &edit.location.source;
            if texts.iter().any(|(path, _)| path == source.path()) {
                continue;
            }
            let own: Vec<&Edit> = edits
                .iter()
                .copied()
                .filter(|edit| edit.location.source.path() == source.path())
                .collect();
            let text = apply(source.text(), &own)?;
            texts.push((source.path().to_owned(), with_text(source, text)));
        }
        Some(Patched { inner, texts })
    }

    fn patched(&self, file: Arc<ModuleFile>) -> Arc<ModuleFile> {
        let Some((_, source)) = self.texts.iter().find(|(path, _)| path == file.source.path())
        else {
            return file;
        };
        Arc::new(ModuleFile {
            name: file.name.clone(),
            path: file.path.clone(),
            source: Arc::clone(source),
            is_package: file.is_package,
            origin: file.origin,
        })
    }
}

impl Modules for Patched<'_> {
    fn compiled_source(&self, name: &str) -> Option<Arc<ModuleFile>> {
        self.inner.compiled_source(name)
    }

    fn has_entry_points(&self, group: &str) -> Option<bool> {
        self.inner.has_entry_points(group)
    }

    fn release(&self, distribution: &str) -> Option<Vec<u32>> {
        self.inner.release(distribution)
    }

    fn find(&self, name: &str) -> Found {
        match self.inner.find(name) {
            Found::Source(file) => Found::Source(self.patched(file)),
            other => other,
        }
    }

    fn importers(&self, module: &str, words: &[&str]) -> Vec<Arc<ModuleFile>> {
        let files = self.inner.importers(module, words);
        files.into_iter().map(|file| self.patched(file)).collect()
    }
}
