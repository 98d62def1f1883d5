//! SARIF 2.1.0 (OASIS, `sarif-v2.1.0-os`), as GitHub code scanning and editors read it.
//!
//! Columns count code points, from 1, the end exclusive (`columnKind: unicodeCodePoints`,
//! section 3.14.17), as everywhere in this program's output.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::place::Root;
use super::{CheckReport, revision_label};
use crate::diagnostic::{Diagnostic, Fix, Location, Related, Severity};
use crate::rules::{RULES, Rule};

/// What relative URIs are relative to: the directory in which the program ran.
const ROOT: &str = "SRCROOT";

/// Writes one run.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(out: &mut dyn Write, report: &CheckReport, root: &Root) -> io::Result<()> {
    let fingerprints = fingerprints(&report.diagnostics);
    let results: Vec<Value> = report
        .diagnostics
        .iter()
        .zip(fingerprints)
        .map(|(found, fingerprint)| result(found, &fingerprint, root))
        .collect();
    let mut base = uri(&super::json::path_text(&root.root));
    if !base.ends_with('/') {
        base.push('/');
    }
    let mut properties = json!({ "base": report.base, "head": report.head });
    if let Some(shard) = report.shard {
        properties["shard"] = json!({ "index": shard.index, "total": shard.total });
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": RULES.iter().map(descriptor).collect::<Vec<_>>(),
            } },
            "invocations": [{
                "executionSuccessful": report.failed.is_empty(),
                "toolExecutionNotifications": notifications(report, root),
            }],
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "uri": format!("file://{base}") } },
            "properties": properties,
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// A `reportingDescriptor` (section 3.49): the rule and its page.
fn descriptor(rule: &Rule) -> Value {
    // Without the heading, which is the id and the name again.
    let page = rule.docs.split_once("\n\n").map_or(rule.docs, |(_, rest)| rest).trim();
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": rule.summary },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": { "level": level(rule.default_severity) },
        "properties": { "tags": ["python", "reload"] },
    })
}

/// `note` is the quietest that viewers show (section 3.27.10).
fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Hint => "note",
    }
}

fn result(found: &Diagnostic, fingerprint: &str, root: &Root) -> Value {
    let related = found.related.iter().enumerate();
    let related: Vec<Value> =
        related.map(|(index, related)| related_location(index, related, root)).collect();
    let mut result = json!({
        "ruleId": found.code,
        "level": level(found.severity),
        "message": { "text": found.message },
        "locations": [{ "physicalLocation": physical(&found.location, root) }],
        // Named with a version: a fingerprint made otherwise gets another name.
        "partialFingerprints": { "reloadsafe/v1": fingerprint },
        "relatedLocations": related,
        "fixes": found.fixes.iter().map(|fix| fix_value(fix, root)).collect::<Vec<_>>(),
        "properties": {
            "certainty": found.certainty.as_str(),
            "severity": found.severity.as_str(),
        },
    });
    if let Some(index) = RULES.iter().position(|rule| rule.code == found.code) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn physical(location: &Location, root: &Root) -> Value {
    json!({
        "artifactLocation": artifact(&root.file(&location.source)),
        "region": region(location),
    })
}

/// A path that is below the root is given relative to it.
fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{}", uri(path)) });
    }
    // A drive's letter would be read as a scheme.
    if path.as_bytes().get(1) == Some(&b':') {
        return json!({ "uri": format!("file:///{}", uri(path)) });
    }
    json!({ "uri": uri(path), "uriBaseId": ROOT })
}

/// A path as a URI has it (RFC 3986, section 3.3).
fn uri(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => text.push(byte as char),
            b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' | b',' | b'=' => text.push(byte as char),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn region(location: &Location) -> Value {
    let Location { source, span } = location;
    let (start, end) = (source.line_column(span.start), source.line_column(span.end));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A place in an older text has no region: viewers would mark the same lines of the new one.
fn related_location(index: usize, related: &Related, root: &Root) -> Value {
    let source = &related.location.source;
    let (place, message) = match revision_label(source.revision()) {
        None => (physical(&related.location, root), related.message.clone()),
        Some(revision) => {
            let line = source.line(related.location.span.start);
            let place = json!({ "artifactLocation": artifact(&root.file(source)) });
            (place, format!("{} (line {line} of {revision})", related.message))
        }
    };
    json!({ "id": index + 1, "physicalLocation": place, "message": { "text": message } })
}

/// A `fix` (section 3.55), its replacements by file.
fn fix_value(fix: &Fix, root: &Root) -> Value {
    let mut changes: Vec<(String, Vec<Value>)> = Vec::new();
    for edit in &fix.edits {
        let path = root.file(&edit.location.source);
        let replacement = json!({
            "deletedRegion": region(&edit.location),
            "insertedContent": { "text": edit.new_text },
        });
        match changes.iter_mut().find(|(known, _)| *known == path) {
            Some((_, replacements)) => replacements.push(replacement),
            None => changes.push((path, vec![replacement])),
        }
    }
    let change = |(path, replacements): (String, Vec<Value>)| json!({ "artifactLocation": artifact(&path), "replacements": replacements });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": changes.into_iter().map(change).collect::<Vec<_>>(),
        "properties": { "safe": fix.safe, "preferred": fix.preferred },
    })
}

/// What could not be analysed (section 3.20.21).
fn notifications(report: &CheckReport, root: &Root) -> Vec<Value> {
    let notification = |failed: &super::FailedFile| {
        let path = root.relative(&failed.path);
        json!({
            "level": "error",
            "message": { "text": format!("could not analyse {path}: {}", failed.reason) },
            "locations": [{ "physicalLocation": { "artifactLocation": artifact(&path) } }],
        })
    };
    report.failed.iter().map(notification).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing::{Renamed, plain};

    fn log() -> Value {
        let report = Renamed::new().report();
        let text = plain(|out| write(out, &report, &Root::current("/srv/a b".into())));
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_finding_is_a_result_with_its_fingerprint_and_its_fix() {
        let log = log();
        let run = &log["runs"][0];
        assert_eq!(run["originalUriBaseIds"]["SRCROOT"]["uri"], "file:///srv/a%20b/");
        let found = &run["results"][0];
        let rule = &run["tool"]["driver"]["rules"][found["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!((&found["ruleId"], &rule["id"]), (&json!("RS104"), &json!("RS104")));
        assert_eq!((&found["level"], &rule["name"]), (&json!("error"), &json!("ghost-read")));
        assert_eq!(found["partialFingerprints"]["reloadsafe/v1"], "fb661174dfd478b4");
        let here = json!({
            "artifactLocation": { "uri": "shapes.py", "uriBaseId": "SRCROOT" },
            "region": { "startLine": 4, "startColumn": 9, "endLine": 4, "endColumn": 13 },
        });
        assert_eq!(found["locations"][0]["physicalLocation"], here);
        let change = &found["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["replacements"][0]["insertedContent"]["text"], "surface");
    }

    #[test]
    fn a_place_in_an_older_text_is_told_in_words() {
        let related = &log()["runs"][0]["results"][0]["relatedLocations"];
        assert_eq!(related[0]["physicalLocation"]["region"]["startLine"], 1);
        assert_eq!(related[1]["physicalLocation"].get("region"), None);
        assert_eq!(related[1]["message"]["text"], "what is left over (line 1 of v0)");
    }

    #[test]
    fn a_file_that_could_not_be_analysed_is_a_notification() {
        let log = log();
        let invocation = &log["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        let told = &invocation["toolExecutionNotifications"][0]["message"]["text"];
        assert_eq!(told, "could not analyse old.py: this is Python 2");
    }

    #[test]
    fn paths_are_uris() {
        assert_eq!(artifact("a b/é.py")["uri"], "a%20b/%C3%A9.py");
        assert_eq!(artifact("/x/y.py"), json!({ "uri": "file:///x/y.py" }));
        assert_eq!(artifact("C:/x.py"), json!({ "uri": "file:///C%3A/x.py" }));
    }
}
