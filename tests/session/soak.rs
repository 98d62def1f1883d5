//! Many edits over many modules: nothing is missed, nothing stale is shown, memory stays flat.

use std::collections::BTreeMap;

use crate::editor::{Editor, capabilities};
use crate::lsp::Server;
use crate::random::Random;

const MODULES: usize = 200;

/// The edits of the run: the whole soak where the environment asks for it, a share of it
/// otherwise.
fn edits() -> usize {
    let asked = std::env::var("RELOADSAFE_SOAK_EDITS").ok();
    asked.and_then(|number| number.parse().ok()).unwrap_or(2_000)
}

fn name(module: usize) -> String {
    format!("m{module}.py")
}

/// How many edits come before memory is looked at first.
const FIRST: usize = 1_000;

/// How many names there are. They are few: a process, too, grows with every name that is left
/// over in it. Among the first edits is one of each in each module.
const NAMES: usize = 3;

/// A name that an edit binds.
fn bound(edit: usize) -> String {
    format!("f{}", edit % NAMES)
}

/// Which module an edit is of, and whether it is saved: at first all in turn, then at random.
fn choose(edit: usize, random: &mut Random) -> (usize, bool) {
    if edit <= NAMES * MODULES {
        // Each module gets three in a row, so one of each name.
        return ((edit - 1) / NAMES, true);
    }
    (random.below(MODULES), random.below(4) == 0)
}

fn text(module: usize, edit: usize) -> String {
    let neighbour = (module + 1) % MODULES;
    let name = bound(edit);
    format!(
        "import m{neighbour}\n\n\ndef {name}(x):\n    return x + {edit}\n\n\ndef g():\n    return {name}(1)\n"
    )
}

#[test]
fn memory_is_flat_and_every_last_version_is_published() {
    let files: Vec<(String, String)> = (0..MODULES).map(|it| (name(it), text(it, 0))).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    // With one arena what is resident is what is used: with several, each of glibc's grows to the
    // most that its threads ever had at once, which takes as long as chance has it.
    let builder = Server::build().environment("MALLOC_ARENA_MAX", "1");
    let editor = Editor::of(builder, &files);
    let mut editor = editor.initialize(capabilities(), serde_json::Value::Null);
    for module in 0..MODULES {
        editor.open(&name(module));
    }
    let mut random = Random::new(7);
    let (mut after_first, total) = (None, edits());
    let mut latest = vec![0; MODULES];
    for edit in 1..=total {
        let (module, is_saved) = choose(edit, &mut random);
        latest[module] = edit;
        editor.set(&name(module), &text(module, edit));
        if is_saved {
            editor.save(&name(module));
        }
        // The client reads, as clients do.
        if edit % 50 == 0 {
            settle(&mut editor, module);
        }
        if edit == total.min(FIRST) {
            (0..MODULES).for_each(|module| settle(&mut editor, module));
            after_first = Some(memory(&editor));
        } else if edit % 1_000 == 0 {
            println!("soak: {edit} edits, {} kB", memory(&editor));
        }
    }
    for (module, edit) in latest.iter().enumerate().filter(|(_, edit)| **edit > 0) {
        // The newest thing that is said of each module is about its newest text.
        editor.ask("reloadsafe/namespace", &name(module));
        let namespace = editor.ask("reloadsafe/namespace", &name(module));
        let bound = bound(*edit);
        let entries = namespace["namespace"].as_array().unwrap();
        assert!(entries.iter().any(|entry| entry["name"] == bound), "{module}: {namespace}");
    }
    let newest = check_order(&mut editor);
    for (module, _) in latest.iter().enumerate() {
        let name = name(module);
        assert_eq!(newest[&editor.uri(&name)], editor.version(&name), "{name}");
    }
    let (first, last) = (after_first.unwrap(), memory(&editor));
    println!("soak: {total} edits, {first} kB after the first 1,000, {last} kB at the end");
    assert!(last <= first + first / 10, "{first} kB grew to {last} kB");
    editor.quit();
}

/// Waits until a module has been looked at.
fn settle(editor: &mut Editor, module: usize) {
    editor.ask("reloadsafe/namespace", &name(module));
}

/// No document's diagnostics go back to an older version. Gives the newest of each.
fn check_order(editor: &mut Editor) -> BTreeMap<String, i64> {
    let mut newest = BTreeMap::new();
    let published = editor.server.take_all("textDocument/publishDiagnostics");
    assert!(!published.is_empty());
    for message in published {
        let params = &message["params"];
        let uri = params["uri"].as_str().unwrap().to_owned();
        let version = params["version"].as_i64().unwrap_or(0);
        let before: &mut i64 = newest.entry(uri.clone()).or_default();
        assert!(version >= *before, "{uri}: version {version} after {before}");
        *before = version;
    }
    newest
}

/// The resident memory of the server in kB (`proc(5)`).
fn memory(editor: &Editor) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", editor.server.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
