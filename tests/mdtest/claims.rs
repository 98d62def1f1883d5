//! Everything the engine is sure of, compared with what CPython did, whether or not the case
//! asks: a claim that is wrong fails the case.

use serde_json::Value;

use crate::world::{names, restart};

/// The claims of a simulation that CPython contradicts.
pub(crate) fn contradictions(simulated: &Value, truth: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(stages) = truth["history"].as_array().filter(|stages| !stages.is_empty()) else {
        return wrong;
    };
    for (version, stage) in stages.iter().enumerate() {
        let claim = &simulated["stages"][version];
        wrong.extend(ending(claim, stage).map(|text| format!("version {version}: {text}")));
    }
    let fresh = restart(truth);
    let claim = &simulated["restart"];
    // Without a place of its own the failure is claimed of another module on the way.
    let is_elsewhere = claim["outcome"] == "aborts" && claim["abort"].is_null();
    let really = &truth["fresh"];
    let fails_elsewhere = really["outcome"] == "raises" && really["inside"] == false;
    if !(is_elsewhere && fails_elsewhere) {
        wrong.extend(ending(claim, fresh).map(|text| format!("restart: {text}")));
    }
    let last = &stages[stages.len() - 1];
    namespace(simulated, last, fresh, truth, &mut wrong);
    if last["outcome"] == "raises" {
        let points = simulated["abort_points"].as_array();
        if !points.into_iter().flatten().any(|point| at_statement(point, last)) {
            wrong.push(format!("no abort point where CPython stops: {last}"));
        }
    }
    if last["outcome"] == "completes" && fresh["outcome"] == "completes" {
        let real = truth["ghosts"].as_array();
        for claim in
            simulated["ghost_reads"].as_array().into_iter().flatten().filter(|claim| certain(claim))
        {
            let same =
                |read: &Value| read["name"] == claim["name"] && read["line"] == claim["line"];
            if !real.into_iter().flatten().any(same) {
                wrong.push(format!("not a ghost read: {claim}"));
            }
        }
    }
    wrong
}

/// What the findings of a workspace in which several files have changed say of the order of
/// reloads, and CPython contradicts; where the module stops, that must have been told.
pub(crate) fn order_contradictions(findings: &[&Value], truth: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let together = &truth["together"];
    let (alone, in_order) = (&together["alone"], &together["in order"]);
    if alone.is_null() {
        return wrong;
    }
    let is_there = |finding: &Value, stage: &Value| {
        let line = &finding["range"]["start"]["line"];
        stage["outcome"] == "raises" && at_statement(&serde_json::json!({ "line": line }), stage)
    };
    for finding in findings.iter().filter(|finding| finding["certainty"] == "always") {
        let message = finding["message"].as_str().unwrap_or("");
        // The module that the message begins with.
        let dependency = message.split('`').nth(1).unwrap_or("?");
        let without = &together["without"][dependency];
        let raised = without["exception"].as_str().unwrap_or("?");
        let is_true = match finding["code"].as_str() {
            Some("RS201") => is_there(finding, alone) && is_there(finding, in_order),
            Some("RS206") => {
                message.contains(&format!("`{raised}`"))
                    && is_there(finding, without)
                    && !is_there(finding, in_order)
            }
            _ => true,
        };
        if !is_true {
            wrong.push(format!("{finding}, CPython: {together}"));
        }
    }
    let is_about_stops =
        |finding: &&&Value| matches!(finding["code"].as_str(), Some("RS201" | "RS202" | "RS206"));
    for stage in [alone, in_order].into_iter().filter(|stage| stage["outcome"] == "raises") {
        if !findings.iter().filter(is_about_stops).any(|finding| is_there(finding, stage)) {
            wrong.push(format!("nothing is said where CPython stops: {stage}"));
        }
    }
    wrong
}

fn certain(claim: &Value) -> bool {
    claim.get("certainty").is_none_or(|certainty| certainty == "always")
}

fn ending(claim: &Value, stage: &Value) -> Option<String> {
    let claimed = claim["outcome"].as_str().unwrap_or("nothing");
    let abort = &claim["abort"];
    let fits = match (claimed, stage["outcome"].as_str().unwrap_or("nothing")) {
        ("completes", "completes") | ("syntax-error", "syntax-error") => true,
        ("may-abort", "completes" | "raises") => true,
        ("aborts", "raises") => at_statement(abort, stage) && exception(abort, stage),
        _ => false,
    };
    (!fits).then(|| format!("claimed {claimed} {abort}, CPython: {stage}"))
}

fn at_statement(point: &Value, stage: &Value) -> bool {
    let (Some(line), Some(first), Some(last)) =
        (point["line"].as_u64(), stage["statement"][0].as_u64(), stage["statement"][1].as_u64())
    else {
        return stage.get("statement").is_none();
    };
    (first..=last).contains(&line)
}

fn exception(point: &Value, stage: &Value) -> bool {
    let claimed = point["exceptions"].as_array().cloned().unwrap_or_default();
    let bases = stage["bases"].as_array().cloned().unwrap_or_default();
    claimed.is_empty() || claimed.iter().any(|name| bases.contains(name))
}

fn namespace(
    simulated: &Value,
    last: &Value,
    fresh: &Value,
    truth: &Value,
    wrong: &mut Vec<String>,
) {
    let (real, mut unlisted) = (names(last), names(last));
    let restarted = (fresh["outcome"] == "completes").then(|| names(fresh));
    for entry in simulated["namespace"].as_array().into_iter().flatten() {
        let name = entry["name"].as_str().unwrap_or("?");
        unlisted.remove(name);
        if entry["certainty"] != "always" {
            continue;
        }
        let origin = entry["origin"].as_str().unwrap_or("?");
        if real.contains(name) == (origin == "unbound") {
            wrong.push(format!(
                "`{name}` is {}in the namespace: {entry}",
                if origin == "unbound" { "" } else { "not " }
            ));
        }
        if let Some(restarted) = &restarted
            && origin != "unbound"
            && restarted.contains(name) == (origin == "orphan")
        {
            wrong.push(format!("`{name}` after a restart is otherwise: {entry}"));
        }
        let held = &truth["holds"][name];
        let kind = entry["kind"].as_str().unwrap_or("?");
        if held.is_array() && origin != "unbound" && matches!(kind, "function" | "class") {
            let lines = held[1].as_array().cloned().unwrap_or_default();
            if held[0] != entry["version"] || !(lines.is_empty() || lines.contains(&entry["line"]))
            {
                wrong.push(format!("`{name}` is the object of {held}: {entry}"));
            }
        }
    }
    wrong
        .extend(unlisted.iter().map(|name| format!("`{name}` is in the namespace and not listed")));
}
