//! The fences of ARCHITECTURE.md, as far as a test can see them.

use std::path::{Path, PathBuf};

/// A file's path below the repository, with `/`, and its text.
struct File {
    path: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below some folders of the repository with one of these extensions.
fn files(folders: &[&str], extensions: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).unwrap();
            pending.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|own| extensions.iter().any(|ext| own == *ext)) {
            let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            found.push(File { text: std::fs::read_to_string(&path).unwrap(), path: relative });
        }
    }
    assert!(found.len() > 3, "the layout has moved: {folders:?}");
    found
}

/// The lines of code, without comments, that have one of the words in them.
fn naming<'a>(file: &'a File, words: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    let lines = file
        .text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()));
    lines
        .filter(|(_, code)| words.iter().any(|word| code.contains(word)))
        .map(|(number, code)| format!("{}:{number}: {}", file.path, code.trim()))
}

/// Checks that only files whose path begins with `allowed` have one of the words in them.
#[track_caller]
fn check_fence(allowed: &[&str], words: &[&str]) {
    let outside = files(&["src"], &["rs"]);
    let outside =
        outside.iter().filter(|file| !allowed.iter().any(|own| file.path.starts_with(own)));
    let crossings: Vec<String> = outside.flat_map(|file| naming(file, words)).collect();
    assert!(crossings.is_empty(), "only {allowed:?} may name {words:?}:\n{}", crossings.join("\n"));
}

#[test]
fn only_the_syntax_folder_knows_tree_sitter() {
    check_fence(&["src/syntax"], &["tree_sitter"]);
}

#[test]
fn only_the_server_knows_the_language_server_protocol() {
    check_fence(&["src/server"], &["tower_lsp", "lsp_types", "tokio"]);
}

#[test]
fn rules_neither_parse_nor_read_files() {
    let words = ["syntax::parse", "syntax::build", "std::fs", "std::process", "std::env"];
    let rules = files(&["src/rules"], &["rs"]);
    let crossings: Vec<String> = rules.iter().flat_map(|file| naming(file, &words)).collect();
    assert!(crossings.is_empty(), "rules compare worlds only:\n{}", crossings.join("\n"));
}

#[test]
fn domain_types_are_not_serialised() {
    let edges = ["src/report", "src/server", "src/cli", "src/config", "src/catalogue/read.rs"];
    check_fence(&edges, &["serde::", "serde_json", "Serialize"]);
}

#[test]
fn only_the_command_line_and_the_server_own_the_standard_streams() {
    check_fence(&["src/cli", "src/server", "src/workspace"], &["stdout()", "stderr()", "stdin()"]);
}

#[test]
fn there_is_no_mod_rs() {
    let files = files(&["src"], &["rs"]);
    assert!(files.iter().all(|file| !file.path.ends_with("/mod.rs")));
}

#[test]
fn no_path_of_a_machine_is_in_the_repository() {
    // Put together here, so that this file does not have them in it.
    let places = ["home/", "Users/", "root/", "tmp/wt", "work/shared"];
    let places: Vec<String> = places.iter().map(|place| format!("/{place}")).collect();
    let folders = ["src", "tests", "examples", "docs", "python", "action", "templates", ".github"];
    let extensions = ["rs", "md", "py", "json", "toml", "sh", "yml", "svg", "txt"];
    let mut all = files(&folders, &extensions);
    for name in
        ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.toml", ".ci/run", "action.yml"]
    {
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        all.push(File { path: name.to_owned(), text });
    }
    for file in &all {
        for (number, line) in file.text.lines().enumerate() {
            let found = places.iter().find(|place| line.contains(place.as_str()));
            assert!(found.is_none(), "{}:{}: {}", file.path, number + 1, line.trim());
        }
    }
}

#[test]
fn files_stay_short() {
    for file in files(&["src"], &["rs"]) {
        let lines = file.text.lines().count();
        assert!(lines < 500, "{} has {lines} lines", file.path);
    }
}
