//! The reports of all shards of a run, put together: what the whole run would have written.

mod json;
mod sarif;

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;

use super::fingerprint::numbered;
use crate::config::Choice;
use crate::diagnostic::Severity;

/// The report of one shard.
#[derive(Debug)]
pub struct Part {
    /// What the report is called in errors.
    pub name: String,
    pub value: Value,
}

/// The report of the whole.
#[derive(Debug)]
pub struct Merged {
    pub value: Value,
    /// How loud the loudest finding is.
    pub worst: Option<Severity>,
    /// Whether a file could not be analysed.
    pub has_failed: bool,
}

/// What cannot be put together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    #[error(
        "{0} is neither what `check --output-format json` prints nor what `sarif` is (several \
         files of another format can be given to whoever reads them as they are)"
    )]
    UnknownFormat(String),
    #[error("{0} is another format than {1}")]
    MixedFormats(String, String),
    #[error("{0} is not the report of a shard (`check --shard I/N`)")]
    NotAShard(String),
    #[error("{one} and {other} are of different runs: {what} differs")]
    DifferentRuns { one: String, other: String, what: &'static str },
    #[error("{0} and {1} are of the same shard, {2}")]
    Twice(String, String, String),
    #[error("the report of shard {0} is missing")]
    Missing(String),
}

/// Puts reports together.
///
/// # Errors
/// Reports that are not all shards of one run, each once.
pub fn merge(parts: Vec<Part>) -> Result<Merged, MergeError> {
    let mut formats = parts.iter().map(|part| (format(&part.value), &part.name));
    let Some((first, name)) = formats.next() else {
        return Err(MergeError::UnknownFormat("nothing".to_owned()));
    };
    for (other, of) in std::iter::once((first, name)).chain(formats) {
        if other.is_none() {
            return Err(MergeError::UnknownFormat(of.clone()));
        }
        if other != first {
            return Err(MergeError::MixedFormats(of.clone(), name.clone()));
        }
    }
    match first {
        Some(Format::Sarif) => sarif::merge(parts),
        _ => json::merge(parts),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Sarif,
}

fn format(value: &Value) -> Option<Format> {
    let is_ours = |driver: &Value| driver["name"] == env!("CARGO_PKG_NAME");
    if value["schema"] == 1 && is_ours(&value["tool"]) && value["diagnostics"].is_array() {
        return Some(Format::Json);
    }
    let is_sarif = value["version"] == "2.1.0"
        && value["runs"].as_array().is_some_and(|runs| runs.len() == 1)
        && is_ours(&value["runs"][0]["tool"]["driver"]);
    is_sarif.then_some(Format::Sarif)
}

/// Sorts the parts by their shards; all have to be there, each once. `run` gives the object that
/// has `shard`.
fn complete(parts: &mut [Part], run: impl Fn(&Value) -> &Value) -> Result<(), MergeError> {
    let shard = |part: &Part| {
        let shard = &run(&part.value)["shard"];
        shard["index"].as_u64().zip(shard["total"].as_u64())
    };
    let mut total = None;
    for part in &*parts {
        let Some((_, of)) = shard(part) else {
            return Err(MergeError::NotAShard(part.name.clone()));
        };
        let (first, expected) = *total.get_or_insert((&part.name, of));
        if of != expected {
            let (one, other) = (first.clone(), part.name.clone());
            return Err(MergeError::DifferentRuns { one, other, what: "the number of shards" });
        }
    }
    let total = total.map_or(0, |(_, total)| total);
    parts.sort_by_key(|part| shard(part));
    for pair in parts.windows(2) {
        if shard(&pair[0]) == shard(&pair[1]) {
            let index = shard(&pair[0]).map_or(0, |(index, _)| index);
            let which = format!("{index}/{total}");
            return Err(MergeError::Twice(pair[0].name.clone(), pair[1].name.clone(), which));
        }
    }
    let there: Vec<u64> = parts.iter().filter_map(|part| Some(shard(part)?.0)).collect();
    match (1..=total).find(|index| !there.contains(index)) {
        Some(index) => Err(MergeError::Missing(format!("{index}/{total}"))),
        None => Ok(()),
    }
}

/// Checks that all parts agree in something.
fn agree(
    parts: &[Part],
    what: &'static str,
    get: impl Fn(&Value) -> &Value,
) -> Result<(), MergeError> {
    let Some((first, others)) = parts.split_first() else { return Ok(()) };
    match others.iter().find(|other| get(&other.value) != get(&first.value)) {
        None => Ok(()),
        Some(other) => Err(MergeError::DifferentRuns {
            one: first.name.clone(),
            other: other.name.clone(),
            what,
        }),
    }
}

/// The elements of an array in all parts.
fn all(parts: &[Part], get: impl Fn(&Value) -> &Value) -> Vec<Value> {
    parts.iter().flat_map(|part| get(&part.value).as_array().cloned().unwrap_or_default()).collect()
}

/// The order of paths is the one of their parts, as in a run.
fn path_key(path: &Value) -> PathBuf {
    PathBuf::from(path.as_str().unwrap_or_default())
}

fn text_key(text: &Value) -> String {
    text.as_str().unwrap_or_default().to_owned()
}

fn severity(word: &Value) -> Option<Severity> {
    Severity::from_word(word.as_str()?).ok()
}

/// Numbers findings that look the same through all shards, as a whole run does.
#[derive(Debug, Default)]
struct Renumbering {
    counts: HashMap<String, usize>,
    /// Which one has been numbered to this.
    first_of: HashMap<String, String>,
}

impl Renumbering {
    /// The next fingerprint for a finding that has this one in its shard.
    fn next(&mut self, fingerprint: &Value) -> Value {
        let own = text_key(fingerprint);
        let first = self.first_of.get(&own).cloned().unwrap_or(own);
        let count = self.counts.entry(first.clone()).or_default();
        *count += 1;
        self.first_of.insert(numbered(&first, *count + 1), first.clone());
        numbered(&first, *count).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn part(name: &str, index: u32, total: u32) -> Part {
        let value = json!({
            "schema": 1, "tool": { "name": "reloadsafe", "version": "1" }, "base": null,
            "head": null, "shard": { "index": index, "total": total }, "diagnostics": [],
            "failed": [], "summary": { "modules": 1, "reloaded": 1, "by_code": {} },
        });
        Part { name: name.to_owned(), value }
    }

    #[track_caller]
    fn check_refused(parts: Vec<Part>, expected: &str) {
        assert_eq!(merge(parts).unwrap_err().to_string(), expected);
    }

    #[test]
    fn all_shards_of_one_run_have_to_be_there_once() {
        assert!(merge(vec![part("b", 2, 2), part("a", 1, 2)]).is_ok());
        check_refused(vec![part("a", 1, 3), part("c", 3, 3)], "the report of shard 2/3 is missing");
        check_refused(vec![part("a", 1, 2), part("b", 1, 2)], "a and b are of the same shard, 1/2");
        check_refused(
            vec![part("a", 1, 2), part("b", 2, 3)],
            "a and b are of different runs: the number of shards differs",
        );
        let mut whole = part("a", 1, 1);
        whole.value.as_object_mut().unwrap().shift_remove("shard");
        check_refused(vec![whole], "a is not the report of a shard (`check --shard I/N`)");
        let mut other = part("b", 2, 2);
        other.value["base"] = json!("HEAD");
        check_refused(
            vec![part("a", 1, 2), other],
            "a and b are of different runs: the base differs",
        );
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let other = Part { name: "x.json".to_owned(), value: json!({ "version": "2.1.0" }) };
        let error = merge(vec![part("a", 1, 1), other]).unwrap_err().to_string();
        assert!(error.starts_with("x.json is neither"), "{error}");
    }

    #[test]
    fn findings_that_look_the_same_are_numbered_through_all_shards() {
        let (first, second, third) = ("aa", numbered("aa", 2), numbered("aa", 3));
        let mut renumbering = Renumbering::default();
        // The first shard had two, the second one.
        let given = [json!(first), json!(second), json!(first), json!("bb")];
        let made: Vec<Value> = given.iter().map(|own| renumbering.next(own)).collect();
        assert_eq!(made, [json!(first), json!(second), json!(third), json!("bb")]);
    }
}
