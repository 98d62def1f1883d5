//! After any sequence of edits, saves and restarts, what is published is what `simulate` computes
//! from scratch for the same history.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::editor::Editor;
use crate::random::Random;

/// Statements that leave things behind, use them, and stop.
const PIECES: &[&str] = &[
    "def area(w, h):\n    return w * h\n",
    "def surface(w, h):\n    return w * h\n",
    "def total(items):\n    return [area(*item) for item in items]\n",
    "class Shape:\n    '''A shape.'''\n    sides = 3\n",
    "class Polygon(Shape):\n    pass\n",
    "LIMIT = 10\n",
    "LIMIT += 1\n",
    "import os\n",
    "from os import path as place\n",
    "HERE = place.curdir\n",
    "raise RuntimeError('stop')\n",
    "try:\n    STATE\nexcept NameError:\n    STATE = {}\n",
    "if 'LIMIT' in globals():\n    MORE = LIMIT\n",
    "for number in range(3):\n    pass\n",
    "del number\n",
    "WIDE = 'é𝒳', LIMIT\n",
    "x = (\n",
    "__all__ = ['area', 'surface']\n",
    "sizes: list = []\n",
];

/// What the server is taken to have been through: the texts that were loaded since the import.
struct Twin {
    loaded: Vec<String>,
    text: String,
}

#[test]
fn what_is_published_is_what_simulate_says_of_the_same_history() {
    for seed in 1..=12 {
        let mut random = Random::new(seed);
        let first = text(&mut random);
        let mut editor = Editor::new(&[("m.py", &first)]);
        editor.open("m.py");
        let mut twin = Twin { loaded: vec![first.clone()], text: first };
        editor.shown("m.py");
        for _ in 0..12 {
            step(&mut random, &mut editor, &mut twin);
            if !compiles(&twin.text) {
                continue;
            }
            let version = editor.version("m.py");
            let expected = simulated(&editor, &twin);
            let mut published = said(&editor.published("m.py", Some(version))["diagnostics"]);
            // A version may be published again when something else was loaded.
            while published != expected {
                let history: Vec<&String> = twin.loaded.iter().chain([&twin.text]).collect();
                let is_it = |message: &Value| message["params"]["version"] == version;
                let what = format!(
                    "{expected:#?} for seed {seed}, history {history:#?}; published {published:#?}"
                );
                let newer = editor.server.take(&what, is_it);
                published = said(&newer["params"]["diagnostics"]);
            }
        }
        editor.quit();
    }
}

fn step(random: &mut Random, editor: &mut Editor, twin: &mut Twin) {
    match random.below(6) {
        0 => {
            editor.save("m.py");
            twin.loaded.push(twin.text.clone());
            // Saving is no new version of the document; the next edit is.
            edit(random, editor, twin);
        }
        1 => {
            editor.save("m.py");
            let uri = editor.uri("m.py");
            editor.command("reloadsafe.markRestarted", json!([uri])).unwrap();
            twin.loaded = vec![twin.text.clone()];
            edit(random, editor, twin);
        }
        _ => edit(random, editor, twin),
    }
}

/// Replaces the whole text: no rename is seen to be typed that `simulate` cannot know of.
fn edit(random: &mut Random, editor: &mut Editor, twin: &mut Twin) {
    let mut pieces: Vec<String> = blocks(&twin.text);
    for _ in 0..=random.below(2) {
        match random.below(3) {
            0 if !pieces.is_empty() => {
                pieces.remove(random.below(pieces.len()));
            }
            _ => {
                let at = random.below(pieces.len() + 1);
                pieces.insert(at, (*random.pick(PIECES)).to_owned());
            }
        }
    }
    // A line that is new each time: nothing of the text stands where it stood.
    twin.text = pieces.concat();
    editor.set("m.py", &twin.text);
}

fn text(random: &mut Random) -> String {
    (0..random.below(6)).map(|_| *random.pick(&PIECES[..10])).collect()
}

/// A text in the pieces that it is made of.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let goes_on = line.starts_with([' ', 'e']) && line != "elif" && !blocks.is_empty();
        match blocks.last_mut() {
            Some(last) if goes_on => last.push_str(line),
            _ => blocks.push(line.to_owned()),
        }
    }
    blocks
}

fn compiles(text: &str) -> bool {
    !text.contains("x = (")
}

/// What the command line says of the history, as code, place, severity and message.
fn simulated(editor: &Editor, twin: &Twin) -> Vec<String> {
    let directory = editor.path("");
    let folder = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for (number, text) in twin.loaded.iter().chain([&twin.text]).enumerate() {
        let name = folder.path().join(format!("v{number}.py"));
        fs::write(&name, text).unwrap();
        names.push(name);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .arg("simulate")
        .args(&names)
        .args(["--root", &directory.display().to_string(), "--module", "m"])
        .args(["--output-format", "json", "--isolated", "--exit-zero", "--no-fixes"])
        .env("VIRTUAL_ENV", "")
        .env("CONDA_PREFIX", "")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let items = result["diagnostics"].as_array().unwrap();
    let mut said: Vec<String> = items
        .iter()
        .map(|item| {
            let start = &item["range"]["start"];
            let severity = match item["severity"].as_str().unwrap() {
                "error" => 1,
                "warning" => 2,
                "info" => 3,
                _ => 4,
            };
            let code = item["code"].as_str().unwrap();
            format!("{} {code} {severity} {}", start["line"], item["message"])
        })
        .collect();
    said.sort();
    said
}

fn said(diagnostics: &Value) -> Vec<String> {
    let items = diagnostics.as_array().unwrap();
    let mut said: Vec<String> = items
        .iter()
        .map(|item| {
            let line = item["range"]["start"]["line"].as_u64().unwrap() + 1;
            let code = item["code"].as_str().unwrap();
            format!("{line} {code} {} {}", item["severity"], item["message"])
        })
        .collect();
    said.sort();
    said
}
