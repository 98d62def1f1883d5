//! `check` with an engine that only notes what it is asked.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use reloadsafe::check::reloads::{Reload, run_with};
use reloadsafe::check::{Baseline, CheckRequest, FilesFrom, NoProgress};
use reloadsafe::config::{Config, PathPatterns};
use reloadsafe::modules::{Found, Modules};
use reloadsafe::report::CheckReport;
use reloadsafe::simulate::Simulated;
use reloadsafe::simulation::{Outcome, Simulation, Stage};
use reloadsafe::text::source::{Revision, Source};
use reloadsafe::workspace::Surroundings;
use reloadsafe::workspace::context::Context;

use crate::scratch::Scratch;

fn request(targets: &[&str], baseline: Baseline) -> CheckRequest {
    CheckRequest {
        targets: targets.iter().map(PathBuf::from).collect(),
        files_from: None,
        baseline,
        head: None,
        jobs: None,
        fixes: None,
        mend: None,
        shard: None,
        known: None,
        config: Config::default(),
    }
}

fn git(rev: &str) -> Baseline {
    Baseline::Git { rev: rev.to_owned(), exact: false }
}

/// What the engine was asked: `MODULE: OLD -> NEW`, and what two names mean for it.
type Notes = Vec<String>;

fn simulated(reload: &Reload<'_>) -> Simulated {
    let outcome = if reload.versions[1].text().contains("syntax error") {
        Outcome::SyntaxError
    } else {
        Outcome::Completes
    };
    let simulation = Simulation {
        module: reload.module.to_owned(),
        sources: reload.versions.to_vec(),
        stages: Vec::new(),
        restart: Stage { version: 1, outcome, abort: None },
        namespace: Vec::new(),
        ghost_reads: Vec::new(),
        abort_points: Vec::new(),
        diagnostics: Vec::new(),
    };
    Simulated { simulation, directives: Vec::new(), asked: Default::default() }
}

fn run(directory: &Path, request: &CheckRequest) -> anyhow::Result<(CheckReport, Notes)> {
    let notes = Mutex::new(Notes::new());
    let engine = |reload: &Reload<'_>| {
        let texts: Vec<&str> = reload.versions.iter().map(|source| source.text().trim()).collect();
        assert!(!texts[1].contains("panic"), "as told");
        let note = format!("{}: {}", reload.module, texts.join(" -> "));
        notes.lock().unwrap().push(note);
        Ok(simulated(reload))
    };
    let variable: &dyn Fn(&str) -> Option<OsString> = &|_| None;
    let around = Surroundings { directory: directory.to_path_buf(), variable };
    let report = run_with(request, &around, &engine, &mut NoProgress)?;
    let mut notes = notes.into_inner().unwrap();
    notes.sort();
    Ok((report, notes))
}

fn failed(report: &CheckReport) -> Vec<String> {
    report.failed.iter().map(|f| format!("{}: {}", f.path.display(), f.reason)).collect()
}

#[test]
fn head_against_the_working_tree() {
    let scratch = Scratch::repository(&[
        ("p/__init__.py", ""),
        ("p/a.py", "1"),
        ("p/same.py", "1"),
        ("p/gone.py", "1"),
        ("other/b.py", "1"),
    ]);
    scratch.write_all(&[("p/a.py", "2"), ("p/new.py", "2"), ("other/b.py", "2")]);
    scratch.remove("p/gone.py");
    let (report, notes) = run(&scratch.path(""), &request(&["."], Baseline::Head)).unwrap();
    assert_eq!(notes, ["other.b: 1 -> 2", "p.a: 1 -> 2"]);
    assert_eq!((report.modules, report.reloaded), (5, 2));
    assert_eq!((report.base.as_deref(), report.head), (Some("HEAD"), None));
    assert_eq!(report.failed, []);
    let below = run(&scratch.path("p"), &request(&["."], Baseline::Head)).unwrap();
    assert_eq!(below.1, ["p.a: 1 -> 2"], "from a subdirectory, and only what lies under it");
}

#[test]
fn the_two_states_see_their_own_modules() {
    let scratch = Scratch::repository(&[("m.py", "1"), ("dep.py", "old"), ("gone.py", "")]);
    scratch.write_all(&[("m.py", "2"), ("dep.py", "new")]);
    scratch.remove("gone.py");
    let engine = |reload: &Reload<'_>| {
        let text = |found: Found| match found {
            Found::Source(file) => (file.source.text().to_owned(), file.source.revision().clone()),
            other => panic!("{other:?}"),
        };
        if reload.module == "m" {
            let git = Revision::Git("HEAD".to_owned());
            let current = Revision::Current;
            assert_eq!(text(reload.live_modules.find("dep")), ("old".to_owned(), git.clone()));
            assert_eq!(text(reload.restart_modules.find("dep")), ("new".to_owned(), current));
            assert_eq!(reload.versions[0].revision(), &git);
            assert!(matches!(reload.live_modules.find("gone"), Found::Source(_)));
            assert!(matches!(reload.restart_modules.find("gone"), Found::Missing));
        }
        Ok(simulated(reload))
    };
    let around = Surroundings { directory: scratch.path(""), variable: &|_| None };
    let request = request(&["."], Baseline::Head);
    let report = run_with(&request, &around, &engine, &mut NoProgress).unwrap();
    assert_eq!((failed(&report), report.reloaded), (vec![], 2));
}

#[test]
fn a_branch_against_its_merge_base_and_against_a_revision() {
    let scratch = Scratch::repository(&[("m.py", "fork"), ("n.py", "fork")]);
    scratch.git(&["checkout", "-q", "-b", "topic"]);
    scratch.write("m.py", "topic");
    scratch.commit("topic");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.write("n.py", "main");
    scratch.commit("main");
    scratch.git(&["checkout", "-q", "topic"]);
    let directory = scratch.path("");
    let (report, notes) = run(&directory, &request(&["."], git("main"))).unwrap();
    assert_eq!(notes, ["m: fork -> topic"]);
    let base = report.base.unwrap();
    assert!(scratch.git(&["rev-parse", "main~1"]).starts_with(&base), "{base}");
    let exact = Baseline::Git { rev: "main".to_owned(), exact: true };
    let (report, notes) = run(&directory, &request(&["."], exact)).unwrap();
    assert_eq!(notes, ["m: fork -> topic", "n: main -> fork"]);
    assert_eq!(report.base.as_deref(), Some("main"));
    scratch.git(&["checkout", "-q", "main"]);
    let head = CheckRequest { head: Some("topic".to_owned()), ..request(&["."], git("main")) };
    let (report, notes) = run(&directory, &head).unwrap();
    assert_eq!(notes, ["m: fork -> topic"], "though neither is checked out");
    assert_eq!(report.head.as_deref(), Some("topic"));
    let error = run(&directory, &request(&["."], git("nowhere"))).unwrap_err();
    assert!(error.to_string().contains("`nowhere`"), "{error}");
}

#[test]
fn a_directory_as_the_baseline() {
    let scratch = Scratch::new();
    scratch.write_all(&[("old/p/m.py", "1"), ("new/p/m.py", "2"), ("old/p/same.py", "")]);
    scratch.write_all(&[("new/p/same.py", ""), ("new/p/added.py", ""), ("old/p/gone.py", "")]);
    let old = || Baseline::Dir("old".into());
    let (report, notes) = run(&scratch.path(""), &request(&["new"], old())).unwrap();
    assert_eq!(notes, ["p.m: 1 -> 2"], "what the directory stands for is the project");
    assert_eq!((report.base.as_deref(), report.modules), (Some("old"), 3));
    let there = Baseline::Dir("../old".into());
    let (_, notes) = run(&scratch.path("new"), &request(&["p"], there)).unwrap();
    assert_eq!(notes, ["p.m: 1 -> 2"], "the working directories have the same layout");
    let error = run(&scratch.path(""), &request(&["new"], Baseline::Dir("no".into())));
    assert!(error.unwrap_err().to_string().contains("--base-dir"));
}

#[test]
fn each_module_against_itself() {
    let scratch = Scratch::new();
    scratch.write_all(&[("m.py", "1"), ("my-script.py", "2"), ("list", "m.py\n")]);
    for baseline in [Baseline::None, Baseline::Head] {
        let (report, notes) = run(&scratch.path(""), &request(&["."], baseline)).unwrap();
        assert_eq!(notes, ["m: 1 -> 1", "my-script: 2 -> 2"]);
        assert_eq!(report.base, None);
    }
    let listed = CheckRequest {
        files_from: Some(FilesFrom::File("list".into())),
        ..request(&[], Baseline::None)
    };
    assert_eq!(run(&scratch.path(""), &listed).unwrap().1, ["m: 1 -> 1"]);
    let error = run(&scratch.path(""), &request(&["."], git("HEAD"))).unwrap_err();
    assert!(error.to_string().contains("no git work tree"), "{error}");
}

#[test]
fn what_cannot_be_analysed_is_named_and_the_rest_is_reported() {
    let scratch = Scratch::new();
    let large = "x".repeat(5 * 1024 * 1024);
    scratch.write_all(&[("a.py", "1"), ("b.py", "panic"), ("c.py", "syntax error")]);
    scratch.write_all(&[("e.py", &large), ("f.py", "1")]);
    scratch.write("d.py", b"\xFF\xFE\0");
    let (report, notes) = run(&scratch.path(""), &request(&["."], Baseline::None)).unwrap();
    assert_eq!(notes.len(), 3);
    assert_eq!(report.reloaded, 2);
    let failed = failed(&report);
    assert_eq!(failed.len(), 4, "{failed:#?}");
    assert_eq!(failed[0], "b.py: internal error: as told");
    assert!(failed[1].starts_with("c.py: could not be analysed"));
    assert!(failed[2].starts_with("d.py: ") && failed[3].contains("more than the limit"));
}

#[test]
fn a_repository_without_commits_and_one_with_ignored_modules() {
    let scratch = Scratch::new();
    scratch.git(&["init", "-q"]);
    scratch.write("m.py", "1");
    let (report, notes) = run(&scratch.path(""), &request(&["."], Baseline::Head)).unwrap();
    assert_eq!((report.base, notes.len()), (None, 1));
    let scratch = Scratch::repository(&[("m.py", "1"), (".gitignore", "m.py\nout.py\n")]);
    scratch.git(&["add", "-f", "m.py"]);
    scratch.commit("tracked though ignored");
    scratch.write_all(&[("m.py", "2"), ("out.py", "2")]);
    let (_, notes) = run(&scratch.path(""), &request(&["."], Baseline::Head)).unwrap();
    assert_eq!(notes, ["m: 1 -> 2"]);
}

#[test]
fn excluded_deleted_and_submodules() {
    let inner = Scratch::repository(&[("sub.py", "1")]);
    let scratch = Scratch::repository(&[("m.py", "1"), ("gen/g.py", "1")]);
    scratch.git(&["submodule", "--quiet", "add", inner.path("").to_str().unwrap(), "vendored"]);
    scratch.commit("vendored");
    scratch.write_all(&[("m.py", "2"), ("gen/g.py", "2")]);
    let exclude = PathPatterns::new(&scratch.path(""), ["gen/"]).unwrap();
    let config = Config { exclude, ..Config::default() };
    let excluded = CheckRequest { config, ..request(&["."], Baseline::Head) };
    let (report, notes) = run(&scratch.path(""), &excluded).unwrap();
    assert_eq!((notes, failed(&report)), (vec!["m: 1 -> 2".to_owned()], vec![]));
    let place = scratch.path("vendored");
    crate::scratch::git_in(&place, &["commit", "-q", "--allow-empty", "-m", "later"]);
    let (report, _) = run(&scratch.path(""), &excluded).unwrap();
    assert!(failed(&report)[0].starts_with("vendored: is a submodule"), "{:?}", failed(&report));
    scratch.remove("m.py");
    let (report, notes) = run(&scratch.path(""), &request(&["m.py"], Baseline::Head)).unwrap();
    assert_eq!((notes.len(), report.modules), (0, 0), "a deleted file can be named");
}

#[test]
fn one_module_below_a_root_that_is_given() {
    let scratch = Scratch::new();
    scratch.write_all(&[("app/p/__init__.py", ""), ("app/p/m.py", "disk"), ("app/dep.py", "d")]);
    let around = Surroundings { directory: scratch.path(""), variable: &|_| None };
    let first = Source::new("v0.py", Revision::Version(0), "given".to_owned());
    let open = |root: Option<&str>| {
        let config = Config::default();
        Context::open(root.map(Path::new), "p.m", &first, &config, &around).unwrap().finder
    };
    let finder = open(Some("app"));
    let Found::Source(own) = finder.find("p.m") else { panic!("not found") };
    assert_eq!(own.source.text(), "given");
    assert!(matches!(finder.find("dep"), Found::Source(_)));
    assert!(matches!(finder.find("p.absent"), Found::Missing));
    assert!(matches!(open(None).find("dep"), Found::Unknown));
}
