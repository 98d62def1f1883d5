//! A baseline file: the findings that a project has accepted, as they are stored.
//!
//! One entry a line and sorted, so that a change of it can be read, and merged line by line.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::check::known::{Entry, Identity, Known};

/// The version of the file's schema: grows where something is changed, not added.
const SCHEMA: u32 = 1;

/// Text that is no baseline file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct BrokenFile {
    /// From 1.
    pub line: usize,
    /// From 1, in bytes.
    pub column: usize,
    pub message: String,
}

#[derive(Deserialize)]
struct Head {
    schema: u32,
}

#[derive(Deserialize)]
struct File {
    findings: Vec<Finding>,
}

#[derive(Serialize, Deserialize)]
struct Finding {
    path: String,
    code: String,
    fingerprint: String,
    count: NonZeroU32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    #[serde(default)]
    message: String,
}

/// Reads the text of a baseline file that lies in `directory`. Where an entry is there twice, as
/// after a merge of branches that have both added it, the larger number holds.
///
/// # Errors
/// Text that is no such file, or one of a newer version: with the place.
pub fn parse(text: &str, directory: &Path) -> Result<Known, BrokenFile> {
    let head: Head = serde_json::from_str(text).map_err(broken)?;
    if head.schema != SCHEMA {
        let schema = head.schema;
        let message = format!("its schema is {schema}, this version knows {SCHEMA}");
        return Err(BrokenFile { line: 1, column: 1, message });
    }
    let file: File = serde_json::from_str(text).map_err(broken)?;
    let mut entries: BTreeMap<Identity, Entry> = BTreeMap::new();
    for Finding { path, code, fingerprint, count, module, message } in file.findings {
        let entry = Entry { count, module, message };
        let known = entries.entry(Identity { path, code, fingerprint });
        known.and_modify(|known| known.count = known.count.max(count)).or_insert(entry);
    }
    Ok(Known { directory: directory.to_path_buf(), entries })
}

/// The place goes before the message, as compilers write it.
fn broken(error: serde_json::Error) -> BrokenFile {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let mut message = error.to_string();
    if let Some(end) = message.rfind(" at line ") {
        message.truncate(end);
    }
    BrokenFile { line, column, message }
}

/// The text of the file, with a line end.
pub fn text(known: &Known) -> String {
    let entries = known.entries.iter().map(|(identity, entry)| Finding {
        path: identity.path.clone(),
        code: identity.code.clone(),
        fingerprint: identity.fingerprint.clone(),
        count: entry.count,
        module: entry.module.clone(),
        message: entry.message.clone(),
    });
    // Strings and a number: nothing in it can fail to be JSON.
    let lines = entries.map(|entry| serde_json::to_string(&entry).unwrap_or_default());
    let lines: Vec<String> = lines.map(|line| format!("    {line}")).collect();
    let findings = match lines.is_empty() {
        true => "[]".to_owned(),
        false => format!("[\n{}\n  ]", lines.join(",\n")),
    };
    let tool = env!("CARGO_PKG_NAME");
    format!(
        "{{\n  \"schema\": {SCHEMA},\n  \"tool\": \"{tool}\",\n  \"findings\": {findings}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::orphan;

    #[test]
    fn what_is_written_is_read_again_and_is_an_entry_a_line() {
        let mut known = Known { directory: "/w".into(), ..Known::default() };
        assert_eq!(parse(&text(&known), Path::new("/w")).as_ref(), Ok(&known));
        let mut elsewhere = orphan("volume\n", "volume");
        elsewhere.module = Some("lib/m.py".into());
        known.add(&[orphan("area\n", "area"), elsewhere], Path::new("/w/src"));
        let written = text(&known);
        assert_eq!(parse(&written, Path::new("/w")).as_ref(), Ok(&known));
        assert_eq!(written.lines().count(), 8);
        assert!(written.contains(r#","count":1,"module":"src/lib/m.py","message":"#), "{written}");
        let line = "    {\"path\":\"src/shapes.py\",\"code\":\"RS101\",\"fingerprint\":";
        assert_eq!(written.lines().filter(|text| text.starts_with(line)).count(), 2);
    }

    #[test]
    fn what_is_no_such_file_is_refused_with_the_place() {
        let refused = |text: &str| parse(text, Path::new("/w")).unwrap_err().to_string();
        assert_eq!(refused(""), "1:1: EOF while parsing a value");
        assert_eq!(refused("{\n<<<<<<< ours"), "2:1: key must be a string");
        assert_eq!(refused("{\"findings\":[]}"), "1:15: missing field `schema`");
        assert_eq!(refused("{\"schema\":2}"), "1:1: its schema is 2, this version knows 1");
        let entry = "{\"schema\":1,\"findings\":[\n{\"path\":\"a\",\"code\":\"RS101\"}]}";
        assert_eq!(refused(entry), "2:27: missing field `fingerprint`");
        let none = entry.replace("\"}", "\",\"fingerprint\":\"f\",\"count\":0}");
        assert!(refused(&none).starts_with("2:"), "{}", refused(&none));
    }

    #[test]
    fn an_entry_that_both_branches_have_added_counts_once() {
        let entry = |count: u32| {
            format!("{{\"path\":\"a\",\"code\":\"RS101\",\"fingerprint\":\"f\",\"count\":{count}}}")
        };
        let text = format!("{{\"schema\":1,\"findings\":[{},{}]}}", entry(2), entry(3));
        assert_eq!(parse(&text, Path::new("/w")).unwrap().len(), 3);
    }
}
