//! `MDTEST_BLESS=1` rewrites the assertion comments to what the engine finds. What CPython
//! does is never blessed: `world` blocks stay as they are. Lines stay where they are, so that
//! no `world` block goes wrong: of an assertion that stood alone a bare `#` is left.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::assertions::{Assertion, stripped};
use crate::parser::Block;

/// Lines of Markdown files that are to become others, by file and line from 1.
#[derive(Default)]
pub(crate) struct Blessings {
    lines: BTreeMap<PathBuf, BTreeMap<usize, String>>,
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

    /// Rewrites the files.
    pub(crate) fn write(self) -> std::io::Result<()> {
        for (path, changes) in self.lines {
            let text = fs::read_to_string(&path)?;
            let lines = text
                .lines()
                .enumerate()
                .map(|(at, line)| changes.get(&(at + 1)).map_or(line, String::as_str));
            fs::write(&path, lines.collect::<Vec<_>>().join("\n") + "\n")?;
        }
        Ok(())
    }
}
