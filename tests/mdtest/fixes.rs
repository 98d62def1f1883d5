//! Applies the fixes of a finding and asks CPython whether the hazard is gone and nothing else
//! has changed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::bless::Blessings;
use crate::engine::{Answer, Texts, file_of};
use crate::oracle::question;
use crate::parser::{Case, Fixed};
use crate::world::{names, restart};

/// A fix that was applied, and what to ask about it.
pub(crate) struct Applied {
    pub(crate) title: String,
    pub(crate) finding: Value,
    /// All files of the case with the fix.
    pub(crate) texts: Texts,
    pub(crate) question: Value,
}

impl Applied {
    /// Whether the fix only keeps the finding from being shown.
    pub(crate) fn is_silence(&self) -> bool {
        self.title.starts_with("Silence ")
    }
}

/// Every fix that is offered, applied.
pub(crate) fn apply(case: &Case, answer: &Answer) -> Vec<Applied> {
    let mut applied = Vec::new();
    for (_, _, finding) in &answer.findings {
        for fix in finding["fixes"].as_array().into_iter().flatten() {
            let mut texts = Texts::of(case);
            let mut edits: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
            for edit in fix["edits"].as_array().into_iter().flatten() {
                let file = file_of(case, edit["path"].as_str().unwrap_or(""));
                edits.entry(file).or_default().push(edit);
            }
            for (file, edits) in &edits {
                let text = texts.of_file(case, file).expect("a fix edits files of the case");
                *text = crate::edits::edited(text, edits);
            }
            let versions: Vec<&str> = texts.versions.iter().map(String::as_str).collect();
            let mut question = question(case, &versions);
            let changed = texts.changed(case);
            let changed = changed.into_iter().filter(|(path, _)| *path != case.path);
            question["after"] =
                changed.map(|(path, text)| (path.to_owned(), json!(text))).collect();
            applied.push(Applied {
                title: fix["title"].as_str().unwrap_or("?").to_owned(),
                finding: finding.clone(),
                texts,
                question,
            });
        }
    }
    applied
}

/// What the suite says of the texts after fixes and is not so. In a suite of the folder `fixes`
/// every fix is written out, comments that silence apart.
pub(crate) fn against_suite(
    case: &Case,
    applied: &[&Applied],
    blessings: &mut Blessings,
) -> Vec<String> {
    let mut failures = Vec::new();
    let mut expected: Vec<&Fixed> = case.fixed.iter().collect();
    let is_complete = case.suite.components().any(|part| part.as_os_str() == "fixes");
    for fix in applied {
        let mut changed = fix.texts.changed(case);
        changed.retain(|(path, text)| {
            let is_it = |fixed: &&Fixed| fixed.title == fix.title && fixed.path == *path;
            let Some(at) = expected.iter().position(is_it) else { return true };
            let fixed = expected.remove(at);
            if fixed.block.text.trim_end() != text.trim_end() {
                let place = format!("{}:{}", case.suite.display(), fixed.block.line);
                failures.push(format!("{place}: with \"{}\" the text is\n{text}", fix.title));
                blessings.rewrite(case.suite.clone(), &fixed.block, text);
            }
            false
        });
        if is_complete && !changed.is_empty() && !fix.is_silence() {
            failures.push(format!("{}: not written there: \"{}\"", case.place(), fix.title));
            blessings.append(case, &fix.title, &changed);
        }
    }
    for fixed in expected {
        failures.push(format!("{}: not offered: \"{}\"", case.place(), fixed.title));
    }
    failures
}

/// What is wrong with what CPython makes of the fixed text, if anything.
pub(crate) fn verdict(applied: &Applied, before: &Value, after: &Value) -> Option<String> {
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
    if applied.is_silence() {
        return (names(&was) != names(&is)
            || names(restart(before)) != names(restart(after))
            || was["values"] != is["values"])
            .then(|| format!("the comment changes the program: {is}"));
    }
    side_effect(applied, before, after).or_else(|| remaining(applied, before, after))
}

fn last(truth: &Value) -> Value {
    truth["history"].as_array().and_then(|stages| stages.last().cloned()).unwrap_or_default()
}

/// What has changed that the title of the fix does not say.
fn side_effect(applied: &Applied, before: &Value, after: &Value) -> Option<String> {
    let (was, is) = (restart(before), restart(after));
    if was["outcome"] != "completes" {
        return None;
    }
    let said = quoted(&applied.title);
    let (old, new) = (names(was), names(is));
    let changed = old.symmetric_difference(&new).find(|name| !said.contains(*name));
    if let Some(name) = changed {
        return Some(format!("`{name}` is bound otherwise after a restart"));
    }
    // What is there again is used again, and annotated again.
    let is_restored =
        ["Restore ", "Keep ", "Begin "].iter().any(|verb| applied.title.starts_with(verb));
    let is_read = matches!(applied.finding["code"].as_str(), Some("RS104" | "RS105"));
    let (old, new) = (was["values"].as_object()?, is["values"].as_object()?);
    let value = old.iter().find(|(name, value)| {
        let is_meant =
            said.contains(*name) || is_restored && (is_read || *name == "__annotations__");
        !is_meant && new.get(*name).is_some_and(|now| now != *value)
    });
    if let Some((name, value)) = value {
        return Some(format!("`{name}` was {value} after a restart and is {}", new[name]));
    }
    let is_export = applied.finding["code"] == "RS108" || restart(before)["star"] != "completes";
    (!is_export && was["star"] != is["star"]).then(|| format!("`import *`: {}", is["star"]))
}

/// What is left of the hazard.
fn remaining(applied: &Applied, before: &Value, after: &Value) -> Option<String> {
    let (was, is) = (last(before), last(after));
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
        // What a reload that stops does not come to is in neither world.
        "RS101" | "RS102" | "RS103" | "RS106" if is["outcome"] == "completes" => {
            still(&new).map(|name| format!("`{name}` is still an orphan"))
        }
        "RS104" | "RS105" => {
            let ghosts = |truth: &Value| -> Vec<Value> {
                let ghosts = truth["ghosts"].as_array().cloned().unwrap_or_default();
                let is_meant =
                    |read: &Value| about.iter().any(|name| read["name"] == name.as_str());
                ghosts.into_iter().filter(is_meant).collect()
            };
            let (old, new) = (ghosts(before), ghosts(after));
            let is_partial = applied.title.ends_with("here only");
            let is_done = if is_partial { new.len() < old.len() } else { new.is_empty() };
            (!is_done).then(|| format!("still ghost reads: {new:?}"))
        }
        "RS107" => {
            let failing = |truth: &Value| -> BTreeSet<String> {
                let others = truth["others"].as_object().cloned().unwrap_or_default();
                let fails = |outcome: &Value| outcome["restart"] != "completes";
                others.into_iter().filter(|(_, how)| fails(how)).map(|(name, _)| name).collect()
            };
            let (old, new) = (failing(before), failing(after));
            let is_better = new.is_subset(&old) && (old.is_empty() || new.len() < old.len());
            (!is_better).then(|| format!("cannot be imported afresh: {new:?}"))
        }
        "RS108" => {
            let (reload, restart) = (&is["star"], &restart(after)["star"]);
            let is_done = restart == "completes" && reload == "completes";
            (!is_done)
                .then(|| format!("`import *` after the reload: {reload}, a restart: {restart}"))
                .or_else(|| still(&new).filter(|name| name == "__all__"))
        }
        "RS109" => ["__doc__", "__annotations__"].iter().find_map(|name| {
            let empty = json!("{}");
            let value = |stage: &Value| stage["values"].get(name).unwrap_or(&empty).clone();
            let (reload, restart) = (value(&is), value(restart(after)));
            let is_told = applied.finding["message"].as_str()?.contains(name);
            (is_told && reload != restart).then(|| format!("`{name}`: {reload}, not {restart}"))
        }),
        "RS201" | "RS202" | "RS205" => stop(applied, before, after),
        _ => None,
    }
}

/// What is wrong where the reload still stops.
fn stop(applied: &Applied, before: &Value, after: &Value) -> Option<String> {
    let (was, is) = (last(before), last(after));
    let is_same = is["exception"] == was["exception"] && is["message"] == was["message"];
    if is["outcome"] == "completes" || !is_same {
        return None;
    }
    let range = &applied.finding["range"];
    let (first, last) = (range["start"]["line"].as_u64(), range["end"]["line"].as_u64());
    if was["line"].as_u64() < first || was["line"].as_u64() > last {
        // It stopped elsewhere.
        return None;
    }
    if !applied.title.starts_with("Move line ") {
        return Some(format!("it still stops: {is}"));
    }
    let version = after["history"].as_array().map_or(0, Vec::len) as u64 - 1;
    let holds = after["holds"].as_object()?;
    let new = holds.iter().find(|(_, held)| held[0] == version);
    new.map(|(name, _)| format!("`{name}` is new already where it stops: {is}"))
}

/// The names in backticks.
fn quoted(message: &str) -> BTreeSet<String> {
    message.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
