//! Many edits over many modules: nothing is missed, nothing stale is shown, memory stays flat.
//!
//! The server is in this process, whose heap is counted: what is resident also grows with what the
//! allocator keeps for later.

#[path = "support/lsp.rs"]
mod lsp;

#[path = "support/editor.rs"]
mod editor;

#[path = "support/random.rs"]
mod random;

use std::collections::BTreeMap;

use peak_alloc::PeakAlloc;
use serde_json::Value;

use editor::{Editor, capabilities};
use lsp::Server;
use random::Random;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const MODULES: usize = 200;

/// The edits of the run: the whole soak where the environment asks for it, a share of it
/// otherwise.
fn edits() -> usize {
    let asked = std::env::var("RELOADSAFE_SOAK_EDITS").ok();
    asked.and_then(|number| number.parse().ok()).unwrap_or(3_000).max(FIRST)
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
    // Each module gets one of each name in a row, and one more that waits: then all that is kept
    // of a module (what it was, what is loaded, what is shown) is there.
    let in_turn = NAMES + 1;
    if edit <= in_turn * MODULES {
        return ((edit - 1) / in_turn, !edit.is_multiple_of(in_turn));
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
    let editor = Editor::of(Server::build().here(), &files);
    let mut editor = editor.initialize(capabilities(), Value::Null);
    for module in 0..MODULES {
        editor.open(&name(module));
    }
    let mut random = Random::new(7);
    let (mut after_first, total) = (None, edits());
    let mut latest = vec![0; MODULES];
    let mut newest = BTreeMap::new();
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
            check_order(&mut editor, &mut newest);
        }
        if edit % 1_000 == 0 || edit == total {
            // Nothing is on its way any more.
            (0..MODULES).for_each(|module| settle(&mut editor, module));
            check_order(&mut editor, &mut newest);
            let used = HEAP.current_usage() / 1024;
            println!("soak: {edit} edits, {used} kB");
            if edit >= FIRST {
                after_first.get_or_insert(used);
            }
        }
    }
    let (first, last) = (after_first.unwrap(), HEAP.current_usage() / 1024);
    for (module, edit) in latest.iter().enumerate().filter(|(_, edit)| **edit > 0) {
        // The newest thing that is said of each module is about its newest text.
        let namespace = editor.ask("reloadsafe/namespace", &name(module));
        let bound = bound(*edit);
        let entries = namespace["namespace"].as_array().unwrap();
        assert!(entries.iter().any(|entry| entry["name"] == bound), "{module}: {namespace}");
    }
    check_order(&mut editor, &mut newest);
    for (module, _) in latest.iter().enumerate() {
        let name = name(module);
        assert_eq!(newest[&editor.uri(&name)], editor.version(&name), "{name}");
    }
    assert!(last <= first + first / 10, "{first} kB grew to {last} kB");
    editor.quit();
}

/// Waits until a module has been looked at.
fn settle(editor: &mut Editor, module: usize) {
    editor.ask("reloadsafe/namespace", &name(module));
}

/// No document's diagnostics go back to an older version. Keeps the newest of each.
fn check_order(editor: &mut Editor, newest: &mut BTreeMap<String, i64>) {
    for message in editor.server.take_all("textDocument/publishDiagnostics") {
        let params = &message["params"];
        let uri = params["uri"].as_str().unwrap().to_owned();
        let version = params["version"].as_i64().unwrap_or(0);
        let before: &mut i64 = newest.entry(uri.clone()).or_default();
        assert!(version >= *before, "{uri}: version {version} after {before}");
        *before = version;
    }
}
