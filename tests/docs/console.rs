//! Blocks of console output, executed.
//!
//! Such a block follows a line `<!-- example: NAME -->`: its commands are executed in a repository
//! in which `docs/examples/NAME/before` is committed and the working tree is
//! `docs/examples/NAME/after`. All blocks of a page with one name share it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{assert_settled, docs, pages_below, settle};

const FENCE: &str = "```console\n";
const MARK: &str = "<!-- example: ";

/// The repositories of a page, by the names of their examples.
struct Shell {
    _scratch: tempfile::TempDir,
    root: PathBuf,
    folders: HashMap<String, PathBuf>,
}

impl Shell {
    fn new() -> Shell {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        Shell { _scratch: scratch, root, folders: HashMap::new() }
    }

    fn folder(&mut self, example: &str) -> PathBuf {
        if let Some(folder) = self.folders.get(example) {
            return folder.clone();
        }
        let folder = self.root.join("work").join(example);
        let source = docs().join("examples").join(example);
        copy(&source.join("before"), &folder);
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        for arguments in [
            &["init", "--quiet", "--initial-branch=main"] as &[&str],
            &["add", "--all"],
            &["commit", "--quiet", "--message=before"],
        ] {
            let mut git = Command::new("git");
            let status = git.args(identity).args(arguments).current_dir(&folder).status().unwrap();
            assert!(status.success(), "{example}: git {arguments:?}");
        }
        copy(&source.join("after"), &folder);
        self.folders.insert(example.to_owned(), folder.clone());
        folder
    }

    /// What a command prints, on both of its streams.
    fn say(&mut self, example: &str, command: &str, last: i32) -> (String, i32) {
        let program = Path::new(env!("CARGO_BIN_EXE_reloadsafe")).parent().unwrap().to_owned();
        let own = std::env::var_os("PATH").unwrap();
        let path = std::env::join_paths([program].into_iter().chain(std::env::split_paths(&own)));
        let folder = self.folder(example);
        let output = Command::new("bash")
            .args(["--norc", "-c", &format!("exec 2>&1; (exit {last}); {command}")])
            .current_dir(&folder)
            .env("PATH", path.unwrap())
            .env("HOME", &self.root)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env_remove("PYTHONPATH")
            .env_remove("VIRTUAL_ENV")
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("GITHUB_STEP_SUMMARY")
            .output()
            .unwrap();
        // The folder is another one each time.
        let said = String::from_utf8(output.stdout).unwrap();
        let said = said.replace(&format!("{}/", folder.display()), "");
        (said, output.status.code().unwrap_or(-1))
    }

    /// A block as it should be.
    fn executed(&mut self, example: &str, block: &str) -> String {
        let mut lines = String::new();
        let mut status = 0;
        let mut commands = block.lines().filter_map(|line| line.strip_prefix("$ ")).peekable();
        assert!(commands.peek().is_some(), "a block without a command:\n{block}");
        for command in commands {
            let (said, code) = self.say(example, command, status);
            status = code;
            lines += &format!("$ {command}\n{}\n", said.trim_end());
        }
        lines.replace("\n\n$ ", "\n$ ")
    }
}

/// Copies a folder into another one.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A page with its blocks as they should be, and how many there are.
fn executed(page: &str) -> (String, usize) {
    let mut shell = Shell::new();
    let mut result = String::new();
    let mut rest = page;
    let mut count = 0;
    while let Some((before, block)) = rest.split_once(FENCE) {
        let (block, after) = block.split_once("\n```").expect("the end of a block");
        let named = before.trim_end().rsplit_once('\n').map_or(before, |(_, line)| line);
        let named = named.strip_prefix(MARK).and_then(|name| name.strip_suffix(" -->"));
        let example = named.unwrap_or_else(|| panic!("no example is named above:\n{block}"));
        result += &format!("{before}{FENCE}{}```", shell.executed(example, block));
        rest = after;
        count += 1;
    }
    (result + rest, count)
}

#[test]
fn what_the_pages_show_is_what_is_printed() {
    if !crate::has_python() {
        return;
    }
    let mut wrong = Vec::new();
    let mut count = 0;
    let is_written = |page: &PathBuf| {
        !page.starts_with(docs().join("rules")) && !page.starts_with(docs().join("examples"))
    };
    for page in pages_below(&docs()).into_iter().filter(is_written) {
        let (wanted, blocks) = executed(&std::fs::read_to_string(&page).unwrap());
        count += blocks;
        wrong.extend(settle(&page, &wanted));
    }
    assert!(count > 10, "{count} blocks");
    assert_settled(&wrong);
}
