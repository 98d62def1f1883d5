use std::os::unix::fs::symlink;
use std::path::PathBuf;

use reloadsafe::config::PathPatterns;
use reloadsafe::workspace::walk::Targets;

use crate::scratch::Scratch;

fn walk(scratch: &Scratch, targets: &[&str], exclude: &[&str]) -> Vec<String> {
    let root = scratch.path("");
    let targets: Vec<PathBuf> = targets.iter().map(PathBuf::from).collect();
    let exclude = PathPatterns::new(&root, exclude.iter().copied()).unwrap();
    let targets = Targets::new(&root, &targets, &|_| None).unwrap();
    let walked = targets.on_disk(&exclude);
    assert!(walked.failed.is_empty(), "{:?}", walked.failed);
    let shown = |path: &PathBuf| path.strip_prefix(&root).unwrap().display().to_string();
    walked.files.iter().map(shown).collect()
}

#[test]
fn what_is_walked_and_what_is_not() {
    let scratch = Scratch::new();
    scratch.write_all(&[
        (".gitignore", "gen/\n"),
        ("a.py", ""),
        ("a.pyi", ""),
        ("notes.txt", ""),
        ("p/b.py", ""),
        ("p/not_a_file.py/c.py", ""),
        ("gen/d.py", ""),
        ("out/e.py", ""),
        (".hidden/f.py", ""),
        ("env/pyvenv.cfg", ""),
        ("env/lib/g.py", ""),
        ("node_modules/h.py", ""),
        ("x/site-packages/i.py", ""),
    ]);
    symlink("..", scratch.path("p/up")).unwrap();
    symlink("b.py", scratch.path("p/same.py")).unwrap();
    symlink("nowhere", scratch.path("p/broken.py")).unwrap();
    let files = ["a.py", "p/b.py", "p/not_a_file.py/c.py", "p/same.py"];
    assert_eq!(walk(&scratch, &["."], &["out/"]), files);
    assert_eq!(walk(&scratch, &["p", "p/b.py"], &[]), files[1..]);
}

#[test]
fn what_is_named_is_taken_whatever_it_is() {
    let scratch = Scratch::new();
    scratch.write_all(&[(".gitignore", "gen.py\n"), ("gen.py", ""), ("script", ""), ("s.pyi", "")]);
    scratch.write(".venv/lib/m.py", "");
    assert_eq!(walk(&scratch, &["gen.py", "script", "s.pyi"], &["gen.py"]), ["gen.py", "script"]);
    assert_eq!(walk(&scratch, &[".venv"], &[]), [".venv/lib/m.py"]);
    let absent = Targets::new(&scratch.path(""), &["absent.py".into()], &|_| None);
    assert_eq!(absent.unwrap_err().to_string(), "`absent.py` does not exist");
}
