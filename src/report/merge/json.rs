//! The object of `check --output-format json`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{MergeError, Merged, Part, Renumbering};
use super::{agree, all, complete, path_key, severity, text_key};

pub(super) fn merge(mut parts: Vec<Part>) -> Result<Merged, MergeError> {
    complete(&mut parts, |value| value)?;
    agree(&parts, "the version", |value| &value["tool"])?;
    agree(&parts, "the base", |value| &value["base"])?;
    agree(&parts, "the head", |value| &value["head"])?;
    agree(&parts, "the baseline file", |value| &value["baseline_file"]["path"])?;
    agree(&parts, "the revision of --diff", |value| &value["diff"]["from"])?;
    let mut whole = Map::new();
    let first = parts.first().and_then(|part| part.value.as_object());
    for (key, value) in first.into_iter().flatten() {
        let merged = match key.as_str() {
            "shard" => continue,
            "diagnostics" => in_order(all(&parts, |value| &value["diagnostics"])),
            "failed" => failed(all(&parts, |value| &value["failed"])),
            "baseline_file" => baseline_file(&parts, value),
            "diff" => diff(&parts, value),
            "summary" => summary(&parts),
            _ => value.clone(),
        };
        whole.insert(key.clone(), merged);
    }
    let found = whole["diagnostics"].as_array().into_iter().flatten();
    let worst = found.filter_map(|found| severity(&found["severity"])).max();
    let has_failed = whole["failed"].as_array().is_some_and(|failed| !failed.is_empty());
    Ok(Merged { value: Value::Object(whole), worst, has_failed })
}

/// Findings in the order of a run, with its fingerprints.
fn in_order(mut found: Vec<Value>) -> Value {
    found.sort_by_cached_key(|found| {
        let at = |end: &str| {
            let position = &found["range"][end];
            (position["line"].as_u64(), position["column"].as_u64())
        };
        let place = (path_key(&found["path"]), at("start"), at("end"));
        (place, text_key(&found["code"]), text_key(&found["message"]))
    });
    let mut renumbering = Renumbering::default();
    for found in &mut found {
        found["fingerprint"] = renumbering.next(&found["fingerprint"]);
    }
    Value::Array(found)
}

/// By path, each once.
fn failed(mut failed: Vec<Value>) -> Value {
    failed.sort_by_cached_key(|failed| (path_key(&failed["path"]), text_key(&failed["reason"])));
    failed.dedup_by(|later, earlier| later["path"] == earlier["path"]);
    Value::Array(failed)
}

fn baseline_file(parts: &[Part], first: &Value) -> Value {
    let mut stale = all(parts, |value| &value["baseline_file"]["stale"]);
    stale.sort_by_cached_key(|stale| {
        let key = |name: &str| text_key(&stale[name]);
        (key("path"), key("code"), key("fingerprint"))
    });
    json!({
        "path": first["path"],
        "silenced": sum(parts, |value| &value["baseline_file"]["silenced"]),
        "stale": stale,
    })
}

fn diff(parts: &[Part], first: &Value) -> Value {
    json!({
        "from": first["from"],
        "gone": in_order(all(parts, |value| &value["diff"]["gone"])),
        "kept": sum(parts, |value| &value["diff"]["kept"]),
        "failed": failed(all(parts, |value| &value["diff"]["failed"])),
    })
}

fn summary(parts: &[Part]) -> Value {
    let mut by_code: BTreeMap<String, u64> = BTreeMap::new();
    for part in parts {
        for (code, count) in part.value["summary"]["by_code"].as_object().into_iter().flatten() {
            *by_code.entry(code.clone()).or_default() += count.as_u64().unwrap_or(0);
        }
    }
    let mut summary = Map::new();
    for key in ["modules", "reloaded", "fixed"] {
        let sum = sum(parts, |value| &value["summary"][key]);
        // What no fix was applied to does not mention them.
        if key != "fixed" || sum > 0 {
            summary.insert(key.to_owned(), sum.into());
        }
    }
    summary.insert("by_code".to_owned(), json!(by_code));
    Value::Object(summary)
}

fn sum(parts: &[Part], get: impl Fn(&Value) -> &Value) -> u64 {
    parts.iter().filter_map(|part| get(&part.value).as_u64()).sum()
}
