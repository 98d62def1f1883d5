//! Fixes keep a text's own style: line ends, a missing last one, statements beside others; and
//! how they are marked. What CPython makes of them is asked by `tests/mdtest.rs`.

use std::sync::Arc;

use reloadsafe::diagnostic::{Edit, Fix};
use reloadsafe::fixes::{Offer, Subject, apply, attach};
use reloadsafe::modules::{Found, Modules};
use reloadsafe::python::PythonVersion;
use reloadsafe::rules;
use reloadsafe::text::source::{Revision, Source};
use reloadsafe::worlds::{Around, History, Live, SummaryCache, compare, follow};

/// Every module is there, and nothing is known of it.
struct Installed;

impl Modules for Installed {
    fn find(&self, _name: &str) -> Found {
        Found::Opaque
    }
}

/// Calls `f` with the history of two texts.
fn with_history<T>(old: &str, new: &str, f: impl FnOnce(&History<'_>) -> T) -> T {
    let versions: Vec<Arc<Source>> = [old, new]
        .into_iter()
        .enumerate()
        .map(|(number, text)| {
            Source::new("m.py", Revision::Version(number as u32), text.to_owned())
        })
        .collect();
    let (live, restart) = (SummaryCache::default(), SummaryCache::default());
    let around = Around {
        module: "m",
        is_package: false,
        is_placed: false,
        live_modules: &Installed,
        restart_modules: &Installed,
        live_cache: &live,
        restart_cache: &restart,
        python: PythonVersion::DEFAULT,
        platform: "linux",
        renames: &[],
        second_runs: true,
        catalogue: None,
    };
    f(&History { versions: &versions, around })
}

/// The fixes of all findings, each with its finding's code and the text that it makes.
fn offered(old: &str, new: &str) -> Vec<(&'static str, Fix, String)> {
    with_history(old, new, |history| {
        let (live, compared) = follow(history).unwrap();
        let mut findings = rules::check(&compared.comparison);
        attach(&live, &compared, &history.around, &mut findings, Offer::All);
        let mut all = Vec::new();
        for finding in findings {
            for fix in finding.fixes {
                let edits: Vec<&Edit> = fix.edits.iter().collect();
                let text = apply(new, &edits).unwrap();
                all.push((finding.code, fix, text));
            }
        }
        all
    })
}

/// Checks what the fix whose title begins with some words makes of a text.
#[track_caller]
fn check(old: &str, new: &str, title: &str, expected: &str) {
    let offered = offered(old, new);
    let found = offered.iter().find(|(_, fix, _)| fix.title.starts_with(title));
    let titles: Vec<&str> = offered.iter().map(|(_, fix, _)| fix.title.as_str()).collect();
    let (_, _, text) = found.unwrap_or_else(|| panic!("{title:?} is not among {titles:?}"));
    assert_eq!(text, expected);
}

#[track_caller]
fn check_absent(old: &str, new: &str, title: &str) {
    let offered = offered(old, new);
    let found = offered.iter().find(|(_, fix, _)| fix.title.starts_with(title));
    assert!(found.is_none(), "{:?}", found.map(|(_, _, text)| text));
}

#[test]
fn line_ends_stay_what_they_are() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = |text: &str| text.replace('\n', end);
        let old = "import os\n\ndef old():\n    '''a\n    b'''\n\nx = 1\n";
        let new = lines("import os\n\nx = 1\n");
        check(
            old,
            &new,
            "Remove `old`",
            &lines(
                "import os\n\nglobals().pop(\"old\", None)  # left over from before a reload\n\nx = 1\n",
            ),
        );
        check(
            old,
            &new,
            "Restore `old`",
            &lines("import os\n\ndef old():\n    '''a\n    b'''\n\nx = 1\n"),
        );
        check(
            old,
            &new,
            "Silence RS101",
            &lines("import os\n\nx = 1  # reloadsafe: ignore[RS101]\n"),
        );
    }
}

#[test]
fn a_text_without_a_last_line_end_still_has_none() {
    check("a = 1\nb = 2\n", "a = 1", "Restore `b`", "a = 1\nb = 2");
    check("a = 1\nb = 2", "a = 1", "Silence", "a = 1  # reloadsafe: ignore[RS102]");
    check("old = 1", "new = 1", "Keep `old`", "new = 1\nold = new");
    check(
        "import sys\nb = 2",
        "import sys",
        "Remove `b`",
        "import sys\n\nglobals().pop(\"b\", None)  # left over from before a reload",
    );
}

#[test]
fn a_text_with_nothing_in_it_gets_the_removal() {
    let removal = "globals().pop(\"a\", None)  # left over from before a reload";
    check("a = 1\n", "", "Remove `a`", &format!("{removal}\n"));
    check("a = 1\n", "# c", "Remove `a`", &format!("# c\n{removal}"));
}

#[test]
fn the_head_of_a_module_stays_its_head() {
    let removal = "globals().pop(\"b\", None)  # left over from before a reload\n";
    let old = "b = 2\n";
    let head = "#!/usr/bin/python3\n\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\n";
    check(old, &format!("{head}x = 1\n"), "Remove `b`", &format!("{head}\n{removal}x = 1\n"));
    // What follows on the line of the last import is not split from it.
    let shared = "import os; x = 1\n";
    check(old, shared, "Remove `b`", &format!("{removal}{shared}"));
    let docstring = "'''a\nb'''; x = 1\n";
    check(old, docstring, "Remove `b`", &format!("{removal}{docstring}"));
}

#[test]
fn one_line_suites_and_statements_beside_others_are_left_alone() {
    let old = "def old(): return 1\nx = 1\n";
    check(
        old,
        "def new(): return 1\nx = 1\n",
        "Keep",
        "def new(): return 1\n\n\nold = new\nx = 1\n",
    );
    check_absent("old = 1; x = 2\n", "new = 1; x = 2\n", "Keep");
    check_absent("old = 1; x = 2\n", "x = 2\n", "Restore");
    check_absent("if True: old = 1\nx = 2\n", "x = 2\n", "Restore");
}

#[test]
fn a_comment_that_silences_goes_where_a_comment_can() {
    // The first line ends inside a string or with a backslash: the last one has room.
    let read = |body: &str| format!("def f():\n    return {body}\n");
    let old = format!("b = 2\n{}", read("b"));
    check(
        &old,
        &read("'''\n''' + b"),
        "Silence",
        &read("'''\n''' + b  # reloadsafe: ignore[RS104]"),
    );
    check_absent(&old, &read("b + \\\n    1"), "Silence");
    // Before another comment, since a directive is the first thing of its comment.
    check(
        &old,
        &read("b + '#'  # noqa"),
        "Silence",
        &read("b + '#'  # reloadsafe: ignore[RS104]  # noqa"),
    );
    check(
        &old,
        &read("b  # reloadsafe: ignore[RS101] why"),
        "Silence",
        &read("b  # reloadsafe: ignore[RS101, RS104] why"),
    );
}

#[test]
fn at_most_one_is_preferred_and_safe_ones_change_no_restart() {
    let old = "def old():\n    return 1\n\ndef user():\n    return old()\n";
    let new = "def new():\n    return 1\n\ndef user():\n    return old()\n";
    let fixes = offered(old, new);
    let preferred: Vec<&str> =
        fixes.iter().filter(|(_, fix, _)| fix.preferred).map(|(_, fix, _)| &*fix.title).collect();
    assert_eq!(preferred, ["Read `new` instead"]);
    assert!(fixes.iter().all(|(_, fix, _)| !fix.safe), "{fixes:?}");
    // Nobody reads it: gone now or after a restart is all the same.
    let fixes = offered("old = 1\nx = 1\n", "x = 1\n");
    let safe: Vec<&str> =
        fixes.iter().filter(|(_, fix, _)| fix.safe).map(|(_, fix, _)| &*fix.title).collect();
    assert_eq!(safe, ["Remove `old` at reload"]);
}

#[test]
fn what_is_listed_quickly_is_refused_where_it_does_not_help() {
    let old = "def area(w):\n    return w\n\ndef f():\n    return area(1)\n\nx = f()\n";
    let new = "def surface(w, h):\n    return w\n\ndef f():\n    return area(1)\n\nx = f()\n";
    with_history(old, new, |history| {
        let compared = compare(history).unwrap();
        let subject = Subject::new(&compared.comparison);
        let finding = rules::check(&compared.comparison)
            .into_iter()
            .find(|finding| finding.code == "RS104")
            .unwrap();
        let candidates = subject.candidates(&finding);
        let mut live = Live::default();
        live.load(&history.versions[0], &history.around).unwrap();
        let verdicts: Vec<(&str, bool)> = candidates
            .iter()
            .map(|candidate| {
                (&*candidate.fix.title, subject.verify(&live, &history.around, candidate))
            })
            .collect();
        assert!(verdicts.contains(&("Restore `area` as it was", true)), "{verdicts:?}");
        assert!(verdicts.iter().any(|(title, holds)| title.starts_with("Remove") && !holds));
    });
}
