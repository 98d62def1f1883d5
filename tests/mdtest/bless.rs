//! `MDTEST_BLESS=1` rewrites the assertion comments to what the engine finds. What CPython
//! does is never blessed: `world` blocks stay as they are. Lines stay where they are, so that
//! no `world` block goes wrong: of an assertion that stood alone a bare `#` is left. Only what
//! fixes make of a text is written in as many lines as it takes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::assertions::{Assertion, stripped};
use crate::parser::{Block, Case};

/// Lines of Markdown files that are to become others, by file and line from 1.
#[derive(Default)]
pub(crate) struct Blessings {
    lines: BTreeMap<PathBuf, BTreeMap<usize, String>>,
    /// Lines to take out, from and up to, and what to put there.
    blocks: BTreeMap<PathBuf, BTreeMap<(usize, usize), String>>,
}

impl Blessings {
    /// Takes back the assertions that did not match and writes the findings that nobody expects.
    pub(crate) fn add(
        &mut self,
        suite: PathBuf,
        block: &Block,
        missing: &[&Assertion],
        extra: &[&(u32, &Value)],
    ) {
        let lines: Vec<&str> = block.text.lines().collect();
        let changes = self.lines.entry(suite).or_default();
        let mut comments: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for assertion in missing {
            comments.entry(assertion.line).or_default();
        }
        let all = crate::assertions::parse(&block.text);
        for (line, finding) in extra {
            let text = |key: &str| finding[key].as_str().unwrap_or("?");
            let line = (*line).clamp(1, lines.len().max(1) as u32);
            let comment = format!("# {}: [{}]", text("severity"), text("name"));
            comments.entry(line).or_default().push(comment);
        }
        for (line, mut new) in comments {
            let Some(old) = lines.get(line as usize - 1) else { continue };
            let dropped = |assertion: &&Assertion| {
                missing.iter().any(|m| m.to_string() == assertion.to_string() && m.line == line)
            };
            let kept = all.iter().filter(|assertion| assertion.line == line && !dropped(assertion));
            new.splice(0..0, kept.map(|assertion| format!("# {assertion}")));
            let code = stripped(old);
            let text = match (code.trim().is_empty(), new.is_empty()) {
                (true, true) => "#".to_owned(),
                (true, false) => new.join(" "),
                (false, true) => code.to_owned(),
                (false, false) => format!("{code}  {}", new.join(" ")),
            };
            changes.insert(block.line + line as usize - 1, text);
        }
    }

    /// Gives a block another text.
    pub(crate) fn rewrite(&mut self, suite: PathBuf, block: &Block, text: &str) {
        let lines = (block.line, block.line + block.text.lines().count());
        self.blocks.entry(suite).or_default().insert(lines, text.to_owned());
    }

    /// Adds what files are after a fix at the end of a case.
    pub(crate) fn append(&mut self, case: &Case, title: &str, files: &[(&str, &str)]) {
        let added = self.blocks.entry(case.suite.clone()).or_default();
        let added = added.entry((case.end, case.end)).or_default();
        for (path, text) in files {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            *added += &format!("\n`{path}` with \"{title}\":\n\n```py\n{text}{end}```\n");
        }
    }

    fn write_blocks(&self) -> std::io::Result<()> {
        for (path, blocks) in &self.blocks {
            let text = fs::read_to_string(path)?;
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            for ((from, to), new) in blocks.iter().rev() {
                lines.splice(from - 1..to - 1, [new.as_str()]);
            }
            fs::write(path, lines.concat())?;
        }
        Ok(())
    }

    /// Rewrites the files.
    pub(crate) fn write(self) -> std::io::Result<()> {
        for (path, changes) in &self.lines {
            let text = fs::read_to_string(path)?;
            let lines = text
                .lines()
                .enumerate()
                .map(|(at, line)| changes.get(&(at + 1)).map_or(line, String::as_str));
            fs::write(path, lines.collect::<Vec<_>>().join("\n") + "\n")?;
        }
        self.write_blocks()
    }
}
