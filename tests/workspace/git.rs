use std::path::Path;

use reloadsafe::workspace::git::{Change, GitError, Repository};
use reloadsafe::workspace::git_tree::GitTree;
use reloadsafe::workspace::tree::FileTree;

use crate::scratch::{Scratch, git_in};

fn open(scratch: &Scratch) -> Repository {
    Repository::discover(&scratch.path("")).unwrap().unwrap()
}

fn tree(repository: &Repository, revision: &str) -> GitTree {
    let commit = repository.resolve(revision).unwrap();
    GitTree::open(repository, &commit, revision, 1000).unwrap()
}

fn text(tree: &GitTree, path: &Path) -> Option<String> {
    tree.read(path).unwrap().map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn a_directory_without_a_repository_is_no_error() {
    assert!(Repository::discover(&Scratch::new().path("")).unwrap().is_none());
}

#[test]
fn a_repository_is_found_from_below() {
    let scratch = Scratch::repository(&[("a/b/c.py", "")]);
    let repository = Repository::discover(&scratch.path("a/b")).unwrap().unwrap();
    assert_eq!(repository.root(), scratch.path(""));
}

#[test]
fn a_revision_is_read_while_the_work_tree_differs() {
    let scratch = Scratch::repository(&[("p/m.py", "old\n"), ("p/gone.py", ""), ("e.py", "")]);
    scratch.write("p/m.py", "new\n");
    scratch.write("p/later.py", "");
    scratch.remove("p/gone.py");
    let tree = tree(&open(&scratch), "HEAD");
    assert_eq!(text(&tree, &scratch.path("p/m.py")).unwrap(), "old\n");
    assert_eq!(text(&tree, &scratch.path("e.py")).unwrap(), "", "an empty file is a file");
    assert!(tree.is_file(&scratch.path("p/gone.py")) && tree.is_dir(&scratch.path("p")));
    assert_eq!(text(&tree, &scratch.path("p/later.py")), None);
    let names: Vec<_> = tree.list_dir(&scratch.path("p")).into_iter().map(|e| e.name).collect();
    assert_eq!(names, ["gone.py", "m.py"]);
    let top = tree.list_dir(&scratch.path(""));
    assert!(top.iter().any(|entry| entry.name == "p" && entry.is_dir));
    assert!(tree.read(&scratch.path("p")).is_err(), "a directory has no text");
}

#[test]
fn odd_names_are_only_names() {
    let odd = ["-o.py", "a b.py", "ü.py", "tab\t.py", "new\nline.py", "\"q\".py", ":(glob)x.py"];
    let files: Vec<(&str, &str)> = odd.iter().map(|name| (*name, "1\n")).collect();
    let scratch = Scratch::repository(&files);
    for name in odd {
        scratch.write(name, "2\n");
    }
    let repository = open(&scratch);
    let tree = tree(&repository, "HEAD");
    let changes = repository.changes("HEAD", None).unwrap();
    for name in odd {
        assert_eq!(text(&tree, &scratch.path(name)).unwrap(), "1\n", "{name:?}");
        assert_eq!(changes.get(&scratch.path(name)), Some(&Change::Modified), "{name:?}");
    }
}

#[test]
fn large_files_are_refused_and_the_next_is_still_read() {
    let large = "x".repeat(1001);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
    let scratch =
        Scratch::repository(&[("large.py", &large), ("lfs.py", pointer), ("small.py", "1\n")]);
    let tree = tree(&open(&scratch), "HEAD");
    let reason = |name: &str| tree.read(&scratch.path(name)).unwrap_err().to_string();
    assert!(reason("large.py").contains("more than the limit"));
    assert!(reason("lfs.py").contains("Git LFS"));
    assert_eq!(text(&tree, &scratch.path("small.py")).unwrap(), "1\n");
}

#[test]
fn what_changed_since_a_revision() {
    let scratch = Scratch::repository(&[
        (".gitignore", "ignored.py\n"),
        ("same.py", ""),
        ("edited.py", "1"),
        ("moved.py", "a long enough text\nof two lines\n"),
        ("unlisted.py", "1"),
    ]);
    scratch.write("edited.py", "2");
    scratch.git(&["mv", "moved.py", "renamed.py"]);
    scratch.git(&["rm", "-q", "--cached", "unlisted.py"]);
    scratch.write_all(&[("untracked.py", ""), ("ignored.py", "")]);
    let repository = open(&scratch);
    let changes = repository.changes("HEAD", None).unwrap();
    let of = |name: &str| changes.get(&scratch.path(name)).copied();
    assert_eq!(of("same.py"), None);
    assert_eq!(of("edited.py"), Some(Change::Modified));
    assert_eq!(of("moved.py"), Some(Change::Deleted), "a renamed module is another module");
    assert_eq!(of("renamed.py"), Some(Change::Added));
    assert_eq!(of("untracked.py"), Some(Change::Added));
    assert_eq!(of("ignored.py"), None);
    assert_eq!(of("unlisted.py"), Some(Change::Modified), "it is still there");
    let first = repository.resolve("HEAD").unwrap();
    scratch.commit("second");
    let second = repository.resolve("HEAD").unwrap();
    assert_eq!(repository.changes(&first, Some(&second)).unwrap().len(), 4);
    assert_eq!(repository.commits(&first, &second).unwrap(), [second.as_str()]);
}

#[test]
fn ignored_files_are_those_of_the_disk() {
    let scratch = Scratch::repository(&[(".gitignore", "_gen.py\nbuild/\n"), ("p/m.py", "")]);
    scratch.write_all(&[("p/_gen.py", "made"), ("build/x.py", ""), ("p/new.py", "")]);
    let tree = tree(&open(&scratch), "HEAD");
    assert_eq!(text(&tree, &scratch.path("p/_gen.py")).unwrap(), "made");
    assert!(tree.is_file(&scratch.path("build/x.py")));
    assert!(!tree.is_file(&scratch.path("p/new.py")), "not ignored, so not there yet");
    let names: Vec<_> = tree.list_dir(&scratch.path("p")).into_iter().map(|e| e.name).collect();
    assert_eq!(names, ["_gen.py", "m.py"]);
}

#[test]
fn a_merge_base_is_where_the_branches_part() {
    let scratch = Scratch::repository(&[("m.py", "1")]);
    let repository = open(&scratch);
    let fork = repository.resolve("HEAD").unwrap();
    scratch.git(&["checkout", "-q", "-b", "topic"]);
    scratch.write("m.py", "2");
    scratch.commit("topic");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("m.py", "3");
    scratch.commit("main");
    assert_eq!(repository.merge_base("topic", "HEAD").unwrap(), fork);
    scratch.git(&["checkout", "-q", "--orphan", "alone"]);
    scratch.commit("alone");
    let error = repository.merge_base("main", "HEAD").unwrap_err();
    assert!(matches!(error, GitError::NoMergeBase { .. }), "{error}");
    assert!(error.to_string().contains("--base-exact"));
}

#[test]
fn a_missing_revision_is_named() {
    let scratch = Scratch::repository(&[("m.py", "1")]);
    scratch.write("m.py", "2");
    scratch.commit("second");
    for revision in ["nowhere", "-h", "--exec=x", ""] {
        let error = open(&scratch).resolve(revision).unwrap_err().to_string();
        assert!(error.contains(&format!("`{revision}`")), "{error}");
    }
    let clone = Scratch::new();
    let url = format!("file://{}", scratch.path("").display());
    clone.git(&["clone", "-q", "--depth", "1", &url, "c"]);
    let shallow = Repository::discover(&clone.path("c")).unwrap().unwrap();
    let error = shallow.resolve("HEAD~1").unwrap_err().to_string();
    assert!(error.contains("fetch-depth: 0"), "{error}");
}

#[test]
fn links_worktrees_and_submodules() {
    let inner = Scratch::repository(&[("sub.py", "inner")]);
    let scratch = Scratch::repository(&[("real/m.py", "1"), ("x.py", "")]);
    std::os::unix::fs::symlink("real", scratch.path("link")).unwrap();
    std::os::unix::fs::symlink("../x.py", scratch.path("real/y.py")).unwrap();
    std::os::unix::fs::symlink("loop.py", scratch.path("loop.py")).unwrap();
    let url = inner.path("").display().to_string();
    scratch.git(&["submodule", "--quiet", "add", &url, "vendored"]);
    scratch.commit("links");
    let place = Scratch::new();
    scratch.git(&["worktree", "add", "-q", place.path("w").to_str().unwrap(), "-b", "other"]);
    let repository = Repository::discover(&place.path("w/real")).unwrap().unwrap();
    assert_eq!(repository.root(), place.path("w"));
    let tree = tree(&open(&scratch), "HEAD");
    assert_eq!(text(&tree, &scratch.path("link/m.py")).unwrap(), "1");
    assert_eq!(text(&tree, &scratch.path("link/y.py")).unwrap(), "");
    assert_eq!(text(&tree, &scratch.path("loop.py")), None);
    assert!(tree.is_dir(&scratch.path("link")) && tree.is_file(&scratch.path("real/y.py")));
    assert_eq!(tree.submodules(), [scratch.path("vendored")]);
    assert_eq!(text(&tree, &scratch.path("vendored/sub.py")).unwrap(), "inner");
    let real = tree.list_dir(&scratch.path("link"));
    assert_eq!(real.len(), 2);
    git_in(
        &scratch.path(""),
        &["worktree", "remove", "--force", place.path("w").to_str().unwrap()],
    );
}
