//! The folders for editors that run nowhere near: that their files have the right form, name the
//! program as it is called, and hold together. Whether the editors take them nobody has tried.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::{Said, folder, program};

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn toml(path: &Path) -> toml::Table {
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

#[test]
fn the_template_for_jetbrains_is_as_lsp4ij_documents_it() {
    let folder = folder("jetbrains").join("reloadsafe");
    let template = json(&folder.join("template.json"));
    assert_eq!((&template["id"], &template["name"]), (&"reloadsafe".into(), &"reloadsafe".into()));
    assert_eq!(template["programArgs"]["default"], "sh -c \"reloadsafe server\"");
    assert_eq!(template["programArgs"]["windows"], "reloadsafe.exe server");
    let [mapping] = template["fileTypeMappings"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(mapping["fileType"]["patterns"], serde_json::json!(["*.py"]));
    assert_eq!(mapping["languageId"], "python");
    for name in ["initializationOptions.json", "settings.json"] {
        assert_eq!(json(&folder.join(name)), serde_json::json!({}), "{name}");
    }
}

#[test]
fn the_extension_for_zed_says_what_the_program_is() {
    let folder = folder("zed");
    let manifest = toml(&folder.join("extension.toml"));
    let server = &manifest["language_servers"]["reloadsafe"];
    assert_eq!(server["languages"], vec!["Python"].into());
    assert_eq!(manifest["schema_version"].as_integer(), Some(1));
    assert_eq!(manifest["version"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    let package = toml(&folder.join("Cargo.toml"));
    assert_eq!(package["package"]["version"], manifest["version"]);
    assert_eq!(package["lib"]["crate-type"], vec!["cdylib"].into());
    let source = std::fs::read_to_string(folder.join("src/lib.rs")).unwrap();
    assert!(source.contains("const NAME: &str = \"reloadsafe\";"));
}

#[test]
fn the_package_for_sublime_text_works_with_stand_ins() {
    let folder = folder("sublime");
    let settings = json(&folder.join("LSP-reloadsafe.sublime-settings"));
    assert_eq!(settings["command"], serde_json::json!(["reloadsafe", "server"]));
    assert_eq!(settings["selector"], "source.python");
    let commands = json(&folder.join("LSP-reloadsafe.sublime-commands"));
    let mut named: Vec<&str> = commands
        .as_array()
        .unwrap()
        .iter()
        .map(|command| command["args"]["server_command"].as_str().unwrap())
        .collect();
    named.sort_unstable();
    assert_eq!(
        named,
        [
            "compareWithVersion",
            "markReloaded",
            "markRestarted",
            "showHistory",
            "showNamespace",
            "showPlan"
        ]
    );
    let Some(python) = program("RELOADSAFE_PYTHON3", "python3") else { return };
    let said = Said::by(Command::new(python).arg(folder.join("test.py")));
    assert_eq!(said.value("plugin"), "works with the stand-ins");
}
