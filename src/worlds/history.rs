//! A module's history: the import, every reload on top of it, and a restart beside them.

use std::sync::Arc;

use super::compare::Compared;
use super::live::{Live, understand};
use super::summaries::SummaryCache;
use crate::catalogue::Catalogue;
use crate::modules::Modules;
use crate::python::PythonVersion;
use crate::syntax::ast::Name;
use crate::syntax::parse::{ParseFailure, ParseOptions, Parsed, parse};
use crate::syntax::versions::Hunks;
use crate::text::source::Source;

/// What a module is called, and what is around it while it is loaded.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    /// The dotted name of the module.
    pub module: &'a str,
    pub is_package: bool,
    /// Whether the name says where the module lies; otherwise relative imports are unknown.
    pub is_placed: bool,
    /// The other modules as the process has them.
    pub live_modules: &'a dyn Modules,
    /// The other modules as a fresh process would find them.
    pub restart_modules: &'a dyn Modules,
    pub live_cache: &'a SummaryCache,
    pub restart_cache: &'a SummaryCache,
    pub python: PythonVersion,
    /// As `sys.platform` says it.
    pub platform: &'a str,
    /// Renames that somebody has been seen to make: a name typed over where it stands. A
    /// comparison of texts can only guess them.
    pub renames: &'a [SeenRename],
    /// Whether the code of other modules is followed, to find what fails, or is there
    /// once more, when it runs again.
    pub second_runs: bool,
    /// What is known of callables that are not followed; none where nobody asks.
    pub catalogue: Option<&'a Catalogue>,
}

/// A definition's name that was typed over in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenRename {
    pub old: Name,
    pub new: Name,
}

/// The versions of one module and what is around it.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// The first is imported, the others are reloaded in order. At least one.
    pub versions: &'a [Arc<Source>],
    pub around: Around<'a>,
}

impl std::fmt::Debug for Around<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Around").field("module", &self.module).finish_non_exhaustive()
    }
}

/// Executes a history and compares its worlds.
///
/// # Errors
/// Where a text is Python 2 or too costly to analyse. One that does not compile is an outcome.
///
/// # Panics
/// Where there is no version.
pub fn compare(history: &History<'_>) -> Result<Compared, ParseFailure> {
    follow(history).map(|(_, compared)| compared)
}

/// As [`compare`], with the live world into which the last version was loaded.
///
/// # Errors
/// As [`compare`].
///
/// # Panics
/// Where there is no version.
pub fn follow(history: &History<'_>) -> Result<(Live, Compared), ParseFailure> {
    let around = &history.around;
    let mut texts = read(history);
    let (last, earlier) = history.versions.split_last().expect("there is at least one version");
    let last_text = texts.pop().expect("each version has been read");
    let resolver = around.resolver(around.live_modules, around.live_cache);
    let mut live = Live::default();
    for (source, text) in earlier.iter().zip(texts) {
        live.load_text(source, understand(text, around.python)?, around, &resolver, None);
    }
    let compared = live.compare_parsed(last, last_text, around)?;
    Ok((live, compared))
}

/// Understands every version's text.
fn read(history: &History<'_>) -> Vec<Result<Parsed, ParseFailure>> {
    let options = &ParseOptions::new(history.around.python);
    let versions = history.versions;
    let common = |(number, source): (usize, &Arc<Source>)| match number {
        0 => None,
        _ => Hunks::between(versions[number - 1].text(), source.text()),
    };
    let common: Vec<Option<Hunks>> = versions.iter().enumerate().map(common).collect();
    // What has to be parsed as a whole is parsed side by side: that is where the time goes.
    let whole: Vec<&Arc<Source>> = versions
        .iter()
        .zip(&common)
        .filter_map(|(source, hunks)| hunks.is_none().then_some(source))
        .collect();
    let mut whole = side_by_side(&whole, options).into_iter();
    let mut parsed: Vec<Result<Parsed, ParseFailure>> = Vec::new();
    for (source, hunks) in versions.iter().zip(&common) {
        let next = match (hunks, parsed.last()) {
            (None, _) => whole.next().expect("each of them was parsed"),
            (Some(hunks), Some(Ok(earlier))) => hunks.parse(earlier, source, options),
            (Some(_), _) => parse(source, options),
        };
        parsed.push(next);
    }
    parsed
}

fn side_by_side(
    sources: &[&Arc<Source>],
    options: &ParseOptions,
) -> Vec<Result<Parsed, ParseFailure>> {
    let Some((last, others)) = sources.split_last() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> =
            others.iter().map(|source| scope.spawn(move || parse(source, options))).collect();
        let last = parse(last, options);
        let mut parsed: Vec<_> = others
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect();
        parsed.push(last);
        parsed
    })
}
