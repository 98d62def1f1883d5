//! The program as scripts see it: what it prints where, and its exit codes.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// An empty directory that is removed again.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        // The search for a configuration goes up from here: it must end before the repository's.
        std::fs::write(path.join("reloadsafe.toml"), "").unwrap();
        Directory(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Exit code 2, nothing on standard output, and this on standard error.
    #[track_caller]
    fn check_refused(&self, arguments: &[&str], expected: &str) {
        let output = self.run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{complaint}");
        assert!(output.stdout.is_empty());
        assert!(complaint.contains(expected), "{complaint}");
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_rule_is_explained_by_code_and_by_name() {
    let directory = Directory::new("explain");
    let by_code = directory.run(&["explain", "RS104"]);
    let by_name = directory.run(&["explain", "ghost-read"]);
    assert_eq!(by_code.status.code(), Some(0));
    assert_eq!(by_code.stdout, by_name.stdout);
    assert!(by_code.stdout.starts_with(b"# ghost-read (RS104)\n"));
    let coloured = directory.run(&["explain", "RS104", "--color", "always"]);
    assert!(coloured.stdout.starts_with(b"\x1b[1mghost-read (RS104)"));
}

#[test]
fn what_is_not_implemented_is_said_and_refused() {
    let directory = Directory::new("unimplemented");
    let reserved = directory.run(&["explain", "RS301"]);
    assert_eq!(reserved.stdout, b"RS301 (state-reset) is not implemented yet.\n");
    directory.check_refused(&["check", "--history"], "`--history` is not implemented yet");
    directory.check_refused(&["check", "--witness"], "`--witness` is not implemented yet");
    directory.check_refused(
        &["check", "--reloader", "hmr"],
        "the reloader `hmr` is not implemented yet",
    );
}

#[test]
fn the_table_has_every_code_once() {
    let output = Directory::new("table").run(&["explain"]);
    let table = String::from_utf8(output.stdout).unwrap();
    let codes: Vec<&str> = table.lines().map(|line| &line[..5]).collect();
    assert!(codes.is_sorted() && codes.contains(&"RS101") && codes.contains(&"RS406"));
    let output = Directory::new("part_of_the_table").run(&["explain", "RS9"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 2);
}

#[test]
fn wrong_arguments_are_refused() {
    let directory = Directory::new("arguments");
    directory.check_refused(&["explain", "ghost-raed"], "did you mean `ghost-read`?");
    directory.check_refused(&["check", "--select", "RS777"], "unknown rule `RS777`");
    directory.check_refused(&["check", "--fail-on", "never"], "possible values");
    directory.check_refused(&["check", "--base", "a", "--base-dir", "b"], "cannot be used with");
    directory.check_refused(&["check", "--head", "a", "--no-base"], "cannot be used with");
    directory.check_refused(&["check", "--isolated", "--config", "c"], "cannot be used with");
    directory.check_refused(&["simulate", "a.py"], "2 values required");
    directory.check_refused(&["simulate", "-", "-"], "only one version");
    directory.check_refused(&["simulate", "a.py", "b.py"], "cannot read a.py");
    directory.check_refused(&["simulate", "a", "b", "--module", "a..b"], "`a..b` is not");
    directory.check_refused(&["frobnicate"], "frobnicate");
}

#[test]
fn a_configuration_that_cannot_be_used_is_named_with_the_place() {
    let directory = Directory::new("configuration");
    directory.write("reloadsafe.toml", "\nselekt = []\n");
    directory.check_refused(
        &["check"],
        "reloadsafe.toml:2:1: unknown key `selekt` (did you mean `select`?)",
    );
    directory.write("other.toml", "fail-on = 1\n");
    directory.check_refused(
        &["check", "--config", "other.toml"],
        "other.toml:1:11: `fail-on`: expected a string, found an integer",
    );
    directory.check_refused(&["check", "--config", "none.toml"], "none.toml: ");
    directory.write("reloadsafe.toml", "output-format = 'xml'");
    directory.check_refused(&["check"], "`xml`");
}

#[test]
fn completions_are_printed() {
    let output = Directory::new("completions").run(&["completions", "bash"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("--min-severity"));
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_reloadsafe"))
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn fixes_are_applied_to_the_files_and_what_is_left_is_reported() {
    let directory = Directory::new("fix");
    let subfolder = |name: &str| std::fs::create_dir_all(directory.0.join(name)).unwrap();
    ["base", "head"].into_iter().for_each(subfolder);
    let old = "import os\r\n\r\nA = 1\r\nB = 2\r\ndef area(w):\r\n    return w\r\nC = 3\r\n";
    directory.write("base/shapes.py", old);
    directory
        .write("head/shapes.py", "import os\r\n\r\ndef surface(w):\r\n    return w\r\nC = 3\r\n");
    directory.write("base/user.py", "import shapes\ndef f():\n    return shapes.area(1)\n");
    directory.write("head/user.py", "import shapes\ndef f():\n    return shapes.area(1)\n");
    let check = |more: &[&str]| {
        let arguments = ["check", "head", "--base-dir", "base", "--output-format", "json"];
        let output = directory.run(&[&arguments[..], more].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        serde_json::from_str::<serde_json::Value>(&said)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
    };
    let codes = |said: &serde_json::Value| -> Vec<String> {
        let found = said["diagnostics"].as_array().unwrap().iter();
        found.map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&check(&["--no-fixes"])), ["RS102", "RS102", "RS107"]);
    let said = check(&["--fix"]);
    assert_eq!((&said["summary"]["fixed"], codes(&said)), (&2.into(), vec!["RS107".to_owned()]));
    let text = std::fs::read_to_string(directory.0.join("head/shapes.py")).unwrap();
    let removal = |name: &str| {
        format!("globals().pop(\"{name}\", None)  # left over from before a reload\r\n")
    };
    let rest = "\r\ndef surface(w):\r\n    return w\r\nC = 3\r\n";
    assert_eq!(text, format!("import os\r\n\r\n{}{}{rest}", removal("A"), removal("B")));
    // Once more there is nothing to do.
    let said = check(&["--fix"]);
    assert!(said["summary"].get("fixed").is_none(), "{said}");
    let user = std::fs::read_to_string(directory.0.join("head/user.py")).unwrap();
    assert!(user.contains("shapes.area"), "another module's text is not touched");
    directory.check_refused(&["check", "--unsafe"], "--fix");
}

/// Each of these modules hands on what all the others bind. Following every path through them
/// would never end.
#[test]
fn modules_that_all_import_each_other_are_followed_once() {
    const COUNT: usize = 24;
    let directory = Directory::new("cycles");
    for own in 0..COUNT {
        let others = (0..COUNT).filter(|other| *other != own);
        let imports: String = others.map(|other| format!("from part{other} import *\n")).collect();
        directory.write(&format!("part{own}.py"), &format!("{imports}name{own} = {own}\n"));
    }
    directory.write("v0.py", "from part0 import name3\nold = 1\n");
    directory.write("v1.py", "from part0 import name3\nnew = 1\n");
    let output = directory.run(&["simulate", "--root", ".", "--module", "m", "v0.py", "v1.py"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("orphan (left over"), "{printed}");
}
