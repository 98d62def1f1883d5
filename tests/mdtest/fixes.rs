//! Applies the fixes of a finding and asks CPython whether the hazard is gone.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::engine::{Answer, file_of};
use crate::oracle::question;
use crate::parser::Case;
use crate::world::{names, restart};

/// A fix that was applied, and what to ask about it.
pub(crate) struct Applied {
    pub(crate) title: String,
    finding: Value,
    pub(crate) question: Value,
}

/// One question for each fix that changes the module that is reloaded, and nothing else.
pub(crate) fn apply(case: &Case, answer: &Answer) -> Vec<Applied> {
    let mut applied = Vec::new();
    for (_, _, finding) in &answer.findings {
        for fix in finding["fixes"].as_array().into_iter().flatten() {
            let edits: Vec<&Value> = fix["edits"].as_array().into_iter().flatten().collect();
            let here =
                |edit: &&Value| file_of(case, edit["path"].as_str().unwrap_or("")) == case.path;
            if edits.is_empty() || !edits.iter().all(here) {
                continue;
            }
            let mut versions: Vec<&str> =
                case.versions.iter().map(|block| block.text.as_str()).collect();
            let fixed = edited(&case.last().text, &edits);
            *versions.last_mut().expect("a case has versions") = &fixed;
            applied.push(Applied {
                title: format!(
                    "{}: {}",
                    finding["code"].as_str().unwrap_or("?"),
                    fix["title"].as_str().unwrap_or("?")
                ),
                finding: finding.clone(),
                question: question(case, &versions),
            });
        }
    }
    applied
}

/// What is still wrong with the fixed text, if anything.
pub(crate) fn verdict(applied: &Applied, before: &Value, after: &Value) -> Option<String> {
    let last = |truth: &Value| {
        truth["history"].as_array().and_then(|stages| stages.last().cloned()).unwrap_or_default()
    };
    let (was, is) = (last(before), last(after));
    if is["outcome"] == "syntax-error" {
        return Some(format!("the fixed text does not compile: {is}"));
    }
    if was["outcome"] == "completes" && is["outcome"] != "completes" {
        return Some(format!("the reload completed before: {is}"));
    }
    if restart(before)["outcome"] == "completes" && restart(after)["outcome"] != "completes" {
        return Some(format!("a fresh import worked before: {}", restart(after)));
    }
    let about = quoted(applied.finding["message"].as_str().unwrap_or(""));
    let orphans = |truth: &Value, stage: &Value| -> BTreeSet<String> {
        let restarted = names(restart(truth));
        names(stage).into_iter().filter(|name| !restarted.contains(name)).collect()
    };
    let (old, new) = (orphans(before, &was), orphans(after, &is));
    let still = |set: &BTreeSet<String>| {
        about.iter().find(|name| old.contains(*name) && set.contains(*name)).cloned()
    };
    match applied.finding["code"].as_str().unwrap_or("") {
        "RS101" | "RS102" | "RS103" => {
            still(&new).map(|name| format!("`{name}` is still an orphan"))
        }
        "RS104" | "RS105" => {
            let ghosts = after["ghosts"].as_array().cloned().unwrap_or_default();
            let ghost = ghosts
                .iter()
                .find(|read| about.iter().any(|name| read["name"] == name.as_str()))?;
            Some(format!("still a ghost read: {ghost}"))
        }
        "RS201" => (is["outcome"] != "completes"
            && is["exception"] == was["exception"]
            && is["message"] == was["message"])
            .then(|| format!("it still stops: {is}")),
        _ => None,
    }
}

/// The names in backticks.
fn quoted(message: &str) -> BTreeSet<String> {
    message.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// A text with edits whose places are lines and columns from 1, columns in code points.
fn edited(text: &str, edits: &[&Value]) -> String {
    let offset = |place: &Value| {
        let number = |key: &str| place[key].as_u64().unwrap_or(1) as usize;
        let lines = text.split_inclusive('\n');
        let start: usize = lines.clone().take(number("line") - 1).map(str::len).sum();
        let line = text[start..].split_inclusive('\n').next().unwrap_or("");
        start + line.chars().take(number("column") - 1).map(char::len_utf8).sum::<usize>()
    };
    let mut spans: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            (
                offset(&range["start"]),
                offset(&range["end"]),
                edit["new_text"].as_str().unwrap_or(""),
            )
        })
        .collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.0));
    let mut fixed = text.to_owned();
    for (start, end, new) in spans {
        fixed.replace_range(start..end, new);
    }
    fixed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn edits_are_applied_by_code_points() {
        let place = |line: u32, column: u32| json!({"line": line, "column": column});
        let edit = json!({"range": {"start": place(2, 2), "end": place(2, 3)}, "new_text": "ß"});
        assert_eq!(edited("a\nébc\n", &[&edit]), "a\néßc\n");
    }
}
