//! Since which version each statement of a module is what it is, told from the lines alone.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::text::source::Source;

/// The statements of the text that was loaded last, and since when each is there unchanged. What
/// it takes does not grow with the history.
#[derive(Debug, Default)]
pub(super) struct Definitions {
    /// By a hash of its lines, the version since which a statement is in every text.
    since: FxHashMap<u64, u32>,
    /// Hashes of the words of the text that was imported.
    words: FxHashSet<u64>,
}

impl Definitions {
    /// A version has been loaded; with 0 a history begins.
    pub(super) fn loaded(&mut self, source: &Source, version: u32) {
        let before = std::mem::take(&mut self.since);
        let text = source.text();
        if version == 0 {
            let words = text.split(|c: char| c != '_' && !c.is_alphanumeric());
            self.words = words.map(hash).collect();
        }
        for (start, end) in blocks(text) {
            let block = hash(&text[start..end]);
            let since = before.get(&block).copied().filter(|_| version > 0);
            self.since.insert(block, since.unwrap_or(version));
        }
    }

    /// Whether the text that was imported mentions a name: nobody has an older object of one that
    /// came later.
    pub(super) fn is_from_import(&self, name: &str) -> bool {
        self.words.contains(&hash(name))
    }

    /// Since which version the statement is there that begins in the line of a byte offset; `None`
    /// where no version has it that was loaded.
    pub(super) fn since(&self, source: &Source, offset: u32) -> Option<u32> {
        let text = source.text();
        let line = source.line_start(source.line(offset)) as usize;
        let (start, end) = blocks(&text[line..]).next()?;
        self.since.get(&hash(&text[line + start..line + end])).copied()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    text.hash(&mut hasher);
    hasher.finish()
}

/// From where to where each line with what is indented below it goes, in the order of their
/// beginnings. A closing bracket belongs to what it closes.
fn blocks(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut lines = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let said = line.trim_end();
        if !said.is_empty() {
            let bare = said.trim_start_matches([' ', '\t']);
            lines.push((start, start + said.len(), said.len() - bare.len(), is_closing(bare)));
        }
        start += line.len();
    }
    // The last line of each block, by the blocks that are still open, the outermost first.
    let mut ends: Vec<usize> = lines.iter().map(|line| line.1).collect();
    let mut open: Vec<usize> = Vec::new();
    for index in 0..lines.len() {
        let (_, _, indent, closes) = lines[index];
        while let Some(&last) = open.last() {
            let around = lines[last].2;
            if around < indent || (around == indent && closes) {
                break;
            }
            ends[last] = lines[index - 1].1;
            open.pop();
        }
        open.push(index);
    }
    if let Some(last) = lines.last().map(|line| line.1) {
        open.into_iter().for_each(|index| ends[index] = last);
    }
    lines.into_iter().zip(ends).map(|((start, ..), end)| (start, end))
}

fn is_closing(line: &str) -> bool {
    line.starts_with([')', ']', '}'])
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::text::source::Revision;

    fn source(text: &str) -> Arc<Source> {
        Source::new(Path::new("m.py"), Revision::Current, text.to_owned())
    }

    fn texts(text: &str) -> Vec<&str> {
        blocks(text).map(|(start, end)| &text[start..end]).collect()
    }

    #[test]
    fn a_block_is_a_line_with_what_is_indented_below_it() {
        let text = "def f(\n    x,\n):\n    if x:\n        y\n\n    return x  \n\n\nz = 1";
        assert_eq!(texts(text)[0], "def f(\n    x,\n):\n    if x:\n        y\n\n    return x");
        let inner = texts(text).into_iter().find(|it| it.starts_with("    if")).unwrap();
        assert_eq!(inner, "    if x:\n        y");
        assert_eq!(texts(text).last(), Some(&"z = 1"));
        assert_eq!(texts(" \n\n"), Vec::<&str>::new());
    }

    #[test]
    fn a_statement_is_as_old_as_its_lines() {
        let mut definitions = Definitions::default();
        let f = "def f():\n    return 1\n";
        let g = "def g():\n    return 1\n";
        definitions.loaded(&source(&format!("{f}\n{g}")), 0);
        let other = format!("{f}\n\n# new\n{}", g.replace('1', "2"));
        let pending = source(&other);
        let at = |name: &str| other.find(name).unwrap() as u32 + 4;
        assert_eq!(definitions.since(&pending, at("def f")), Some(0));
        assert_eq!(definitions.since(&pending, at("def g")), None);
        definitions.loaded(&pending, 1);
        assert_eq!(definitions.since(&pending, at("def f")), Some(0));
        assert_eq!(definitions.since(&pending, at("def g")), Some(1));
        assert!(definitions.is_from_import("g") && !definitions.is_from_import("new"));
        // Gone and there again, it is new again; and a new history knows nothing of the old one.
        definitions.loaded(&source(""), 2);
        definitions.loaded(&pending, 3);
        assert_eq!(definitions.since(&pending, at("def f")), Some(3));
        definitions.loaded(&pending, 0);
        assert_eq!(definitions.since(&pending, at("def g")), Some(0));
    }
}
