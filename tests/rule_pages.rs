//! The examples on the rules' pages and in the README: what a page shows is found, what it says
//! to write instead is not, and the README shows what is printed.

use std::path::Path;
use std::process::Command;

use reloadsafe::rules::{RULES, Rule};

/// What needs more than the module itself, or is no matter of worlds.
const NOT_BY_SIMULATION: [&str; 5] = ["RS107", "RS203", "RS206", "RS306", "RS901"];

fn check(rule: &Rule) -> Result<(), String> {
    let (_, example) = rule.docs.split_once("\n## Example\n").ok_or("no example")?;
    let (example, instead) = example.split_once("\n## Use instead\n").ok_or("no way out")?;
    let before = block_after(example, "`shapes.py` before:\n").ok_or("no text before")?;
    let after = block_after(example, "`shapes.py` after:\n").ok_or("no text after")?;
    let found = codes(rule, before, after)?;
    if !found.iter().any(|code| code == rule.code) {
        return Err(format!("the example gives {found:?}"));
    }
    let better = block_after(instead, "").ok_or("no text to use instead")?;
    let found = codes(rule, before, better)?;
    if found.iter().any(|code| code == rule.code) {
        return Err("what to use instead gives it too".to_owned());
    }
    Ok(())
}

/// The first Python block after a line.
fn block_after<'a>(text: &'a str, line: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(line)?;
    let (_, block) = rest.split_once("```py\n")?;
    block.split_once("```").map(|(block, _)| block)
}

/// The codes that a simulation of two versions reports.
fn codes(rule: &Rule, before: &str, after: &str) -> Result<Vec<String>, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rule_pages").join(rule.code);
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, text)).map(|()| path)
    };
    let paths = [("before.py", before), ("after.py", after)].map(|(name, text)| write(name, text));
    let [old, new] = paths.map(|path| path.map_err(|error| error.to_string()));
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .args(["simulate", "--isolated", "--output-format", "json", "--exit-zero"])
        .args([old?, new?])
        .output()
        .map_err(|error| error.to_string())?;
    let answer: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let found = answer["diagnostics"].as_array().cloned().unwrap_or_default();
    Ok(found.iter().map(|found| found["code"].as_str().unwrap_or("?").to_owned()).collect())
}

#[test]
fn what_the_pages_show_is_what_is_found() {
    let checked = RULES.iter().filter(|rule| !NOT_BY_SIMULATION.contains(&rule.code));
    let failures: Vec<String> = checked
        .filter_map(|rule| check(rule).err().map(|error| format!("{}: {error}", rule.code)))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn the_readme_shows_what_is_printed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let (_, console) = readme.split_once("```console\n").unwrap();
    let (console, _) = console.split_once("```\n").unwrap();
    let (command, shown) = console.split_once('\n').unwrap();
    let arguments = command.strip_prefix("$ reloadsafe ").unwrap().split(' ');
    let output = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .current_dir(root)
        .args(arguments)
        .output()
        .unwrap();
    assert_eq!(shown, String::from_utf8_lossy(&output.stdout));
}
