//! VS Code: the extension in a browser (code-server, Chromium), and its manifest.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use reloadsafe::config::Options;
use reloadsafe::config::options::KEYS;
use serde_json::{Value, json};

use super::lsp::Server;
use super::{folder, program, skip};

/// The keys that only the command line asks for.
const NOT_FOR_EDITORS: [&str; 3] = ["failOn", "outputFormat", "baselineFile"];

fn manifest() -> Value {
    let text = std::fs::read_to_string(folder("vscode").join("package.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn properties(manifest: &Value) -> &serde_json::Map<String, Value> {
    manifest["contributes"]["configuration"]["properties"].as_object().unwrap()
}

/// `per-file-ignores` to `perFileIgnores`.
fn camel_case(kebab: &str) -> String {
    let mut words = kebab.split('-');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |camel, word| camel + &word[..1].to_uppercase() + &word[1..])
}

#[test]
fn the_extension_does_what_it_says_in_vscode() {
    let Some(node) = program("RELOADSAFE_NODE", "node") else { return };
    let Some(chromium) = program("RELOADSAFE_CHROMIUM", "chromium") else { return };
    let Some(editor) = std::env::var_os("RELOADSAFE_CODE_SERVER") else {
        return skip("RELOADSAFE_CODE_SERVER does not say where test/install.sh has put it");
    };
    if !folder("vscode").join("node_modules").exists() {
        return skip("`npm ci` has not been run in editors/vscode");
    }
    let work = tempfile::tempdir().unwrap();
    let mut command = Command::new(node);
    command
        .arg(folder("vscode").join("test/run.mjs"))
        .arg("--editor")
        .arg(editor)
        .arg("--chromium")
        .arg(chromium)
        .args(["--server", env!("CARGO_BIN_EXE_reloadsafe"), "--work"])
        .arg(work.path());
    if let Some(pictures) = std::env::var_os("RELOADSAFE_PICTURES") {
        command.arg("--pictures").arg(pictures);
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let checks: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let failed: Vec<String> = checks
        .iter()
        .filter(|check| !check["error"].is_null())
        .map(|check| format!("{}: {}", check["check"], check["error"].as_str().unwrap()))
        .collect();
    if !failed.is_empty() {
        let picture = work.keep().join("failure.png");
        panic!("{}\n{errors}\nthe screen: {}", failed.join("\n"), picture.display());
    }
    // None was left out: what is checked on the screen, in the extension host, and restricted.
    assert_eq!(checks.len(), 15 + 7 + 5, "{checks:?}");
}

#[test]
fn the_settings_are_those_of_the_configuration() {
    let manifest = manifest();
    let offered = properties(&manifest);
    for key in KEYS.iter().map(|key| camel_case(key)) {
        let is_offered = offered.contains_key(&format!("reloadsafe.{key}"));
        assert_eq!(is_offered, !NOT_FOR_EDITORS.contains(&key.as_str()), "{key}");
    }
    for (name, property) in offered {
        let key = name.strip_prefix("reloadsafe.").unwrap();
        let is_described = ["description", "markdownDescription"]
            .iter()
            .any(|what| property[what].as_str().is_some_and(|text| !text.is_empty()));
        assert!(is_described, "{name} has no description");
        if !KEYS.iter().any(|known| camel_case(known) == key) {
            continue;
        }
        // What is not set must not win over the project's file.
        assert!(property["default"].is_null(), "{name}");
        for value in property["enum"].as_array().into_iter().flatten() {
            if !value.is_null() {
                let options = Options::from_json(&json!({ key: value }), Path::new("/"));
                assert!(options.is_ok(), "{name}: {value}: {options:?}");
            }
        }
    }
}

#[test]
fn every_command_of_the_server_is_in_the_palette() {
    let mut server = Server::build().start();
    let params = json!({ "processId": null, "rootUri": null, "capabilities": {} });
    let answer = server.call("initialize", params).unwrap();
    server.notify("initialized", json!({}));
    let announced = answer["capabilities"]["executeCommandProvider"]["commands"].clone();
    server.shut_down();
    let manifest = manifest();
    let contributed: BTreeSet<&str> = manifest["contributes"]["commands"]
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command["command"].as_str().unwrap())
        .collect();
    let announced = announced.as_array().unwrap();
    assert_eq!(announced.len(), 6);
    for command in announced {
        assert!(contributed.contains(command.as_str().unwrap()), "{command}");
    }
}

#[test]
fn the_extension_has_the_version_of_the_program() {
    assert_eq!(manifest()["version"], env!("CARGO_PKG_VERSION"));
}
