//! Parsing a version of a text of which most is as it was in the version before.

use std::ops::Range;
use std::sync::Arc;

use similar::{Algorithm, ChangeTag, TextDiff};

use super::parse::{ParseFailure, ParseOptions, Parsed, parse};
use super::reparse::reparse;
use crate::text::source::{Revision, Source};

/// More places than this are not parsed one by one: each moves the tree behind it.
const MAX_HUNKS: usize = 16;
/// Changes that are this many lines apart or fewer are taken for one: they are likely to be in
/// the same statement.
const NEAR: usize = 12;
/// A text is parsed as a whole where more than one line in so many is another.
const FEW: usize = 3;

/// Where two versions of a text differ, when they have most of their lines in common.
#[derive(Debug, Clone)]
pub struct Hunks {
    hunks: Vec<Hunk>,
}

/// Byte offsets in the earlier text, and in the later one.
#[derive(Debug, Clone)]
struct Hunk {
    old: Range<usize>,
    new: Range<usize>,
    /// The line in the earlier text, from 0, before which it ends.
    end_line: usize,
}

impl Hunks {
    /// None where the texts differ in so much that the later is better parsed as a whole.
    pub fn between(old: &str, new: &str) -> Option<Hunks> {
        if old == new {
            return Some(Hunks { hunks: Vec::new() });
        }
        let diff = TextDiff::configure().algorithm(Algorithm::Myers).diff_lines(old, new);
        let mut hunks: Vec<Hunk> = Vec::new();
        let (mut at_old, mut at_new, mut line, mut changed, mut all) = (0, 0, 0, 0, 0);
        for change in diff.iter_all_changes() {
            let length = change.value().len();
            all += 1;
            let (old, new) = match change.tag() {
                ChangeTag::Equal => {
                    (at_old, at_new, line) = (at_old + length, at_new + length, line + 1);
                    continue;
                }
                ChangeTag::Delete => (length, 0),
                ChangeTag::Insert => (0, length),
            };
            changed += 1;
            let place = Hunk {
                old: at_old..at_old + old,
                new: at_new..at_new + new,
                end_line: line + usize::from(old > 0),
            };
            match hunks.last_mut() {
                Some(last) if line - last.end_line <= NEAR => last.reach(&place),
                _ => hunks.push(place),
            }
            (at_old, at_new, line) = (at_old + old, at_new + new, line + usize::from(old > 0));
        }
        (hunks.len() <= MAX_HUNKS && changed * FEW <= all).then_some(Hunks { hunks })
    }

    /// Parses the later text, given the tree of the earlier one. The result is that of
    /// [`parse`].
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse(
        &self,
        earlier: &Parsed,
        source: &Arc<Source>,
        options: &ParseOptions,
    ) -> Result<Parsed, ParseFailure> {
        match self.apply(earlier, source, options) {
            Some(parsed) => Ok(*parsed),
            None => parse(source, options),
        }
    }

    fn apply(
        &self,
        earlier: &Parsed,
        source: &Arc<Source>,
        options: &ParseOptions,
    ) -> Option<Box<Parsed>> {
        if earlier.python != options.python || source.text().len() > options.max_bytes {
            return None;
        }
        let mut parsed = Box::new(earlier.clone());
        let (old, new) = (earlier.source.text(), source.text());
        let mut is_whole = true;
        for hunk in &self.hunks {
            let text = [&new[..hunk.new.end], &old[hunk.old.end..]].concat();
            let step = Source::new(source.path(), Revision::Current, text);
            // What opens here may close in the next place only.
            (parsed, is_whole) = match reparse(parsed, &step, options) {
                Ok((parsed, _)) => (parsed, true),
                Err(parsed) => (parsed, false),
            };
        }
        parsed.source = Arc::clone(source);
        is_whole.then_some(parsed)
    }
}

impl Hunk {
    fn reach(&mut self, next: &Hunk) {
        self.old.end = next.old.end;
        self.new.end = next.new.end;
        self.end_line = next.end_line;
    }
}

/// Parses a text, given what was parsed of the version before. The result is that of [`parse`].
///
/// # Errors
/// As [`parse`].
pub fn parse_after(
    earlier: &Parsed,
    source: &Arc<Source>,
    options: &ParseOptions,
) -> Result<Parsed, ParseFailure> {
    match Hunks::between(earlier.source.text(), source.text()) {
        Some(hunks) => hunks.parse(earlier, source, options),
        None => parse(source, options),
    }
}
