//! A SARIF log of one run. GitHub refuses a log with several runs of one tool and category, so
//! the merged log has one.

use serde_json::{Value, json};

use super::{MergeError, Merged, Part, Renumbering};
use super::{agree, all, complete, path_key, severity, text_key};

const FINGERPRINT: &str = "reloadsafe/v1";

pub(super) fn merge(mut parts: Vec<Part>) -> Result<Merged, MergeError> {
    fn run(value: &Value) -> &Value {
        &value["runs"][0]
    }
    complete(&mut parts, |value| &run(value)["properties"])?;
    agree(&parts, "the version", |value| &run(value)["tool"])?;
    agree(&parts, "the base", |value| &run(value)["properties"]["base"])?;
    agree(&parts, "the head", |value| &run(value)["properties"]["head"])?;
    let results = in_order(all(&parts, |value| &run(value)["results"]));
    let told = |value: &'_ Value| -> Vec<Value> {
        let invocation = &run(value)["invocations"][0];
        invocation["toolExecutionNotifications"].as_array().cloned().unwrap_or_default()
    };
    let notifications = notifications(parts.iter().flat_map(|part| told(&part.value)).collect());
    let has_failed = parts.iter().any(|part| {
        run(&part.value)["invocations"][0]["executionSuccessful"] == Value::Bool(false)
    });
    // Machines may have the repository in different places; then the log names none.
    let same_root = agree(&parts, "the root", |value| &run(value)["originalUriBaseIds"]).is_ok();
    let worst = results.iter().filter_map(|found| severity(&found["properties"]["severity"])).max();
    let mut value = parts.swap_remove(0).value;
    if let Some(whole) = value["runs"][0].as_object_mut() {
        whole.insert("results".to_owned(), Value::Array(results));
        if !same_root {
            whole.shift_remove("originalUriBaseIds");
        }
        if let Some(properties) = whole.get_mut("properties").and_then(Value::as_object_mut) {
            properties.shift_remove("shard");
        }
        whole["invocations"] = json!([{
            "executionSuccessful": !has_failed,
            "toolExecutionNotifications": notifications,
        }]);
    }
    Ok(Merged { value, worst, has_failed })
}

/// Results in the order of a run, with its fingerprints.
fn in_order(mut results: Vec<Value>) -> Vec<Value> {
    results.sort_by_cached_key(|result| {
        let place = &result["locations"][0]["physicalLocation"];
        let at = |line: &str, column: &str| {
            (place["region"][line].as_u64(), place["region"][column].as_u64())
        };
        let span = (at("startLine", "startColumn"), at("endLine", "endColumn"));
        let message = text_key(&result["message"]["text"]);
        (uri_key(place), span, text_key(&result["ruleId"]), message)
    });
    let mut renumbering = Renumbering::default();
    for result in &mut results {
        let own = &result["partialFingerprints"][FINGERPRINT];
        result["partialFingerprints"][FINGERPRINT] = renumbering.next(own);
    }
    results
}

/// By path, each once.
fn notifications(mut told: Vec<Value>) -> Vec<Value> {
    let place = |told: &Value| uri_key(&told["locations"][0]["physicalLocation"]);
    told.sort_by_cached_key(|told| (place(told), text_key(&told["message"]["text"])));
    told.dedup_by(|later, earlier| place(later) == place(earlier));
    told
}

/// The path that a URI stands for: in a run they are sorted before they are written.
fn uri_key(place: &Value) -> std::path::PathBuf {
    let uri = text_key(&place["artifactLocation"]["uri"]);
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| byte == b'%');
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    path_key(&Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}
