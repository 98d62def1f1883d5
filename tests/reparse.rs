//! Parsing again after an edit gives the tree that parsing from scratch gives.

#[path = "support/library.rs"]
mod library;

#[path = "support/random.rs"]
mod random;

use std::sync::Arc;

use random::Random;
use reloadsafe::python::PythonVersion;
use reloadsafe::syntax::parse::{ParseOptions, Parsed, parse};
use reloadsafe::syntax::reparse::reparse;
use reloadsafe::syntax::versions::{Hunks, parse_after};
use reloadsafe::text::source::{Revision, Source};

fn options() -> ParseOptions {
    ParseOptions::new(PythonVersion { minor: 13 })
}

fn source(text: &str) -> Arc<Source> {
    Source::new("m.py", Revision::Current, text.to_owned())
}

fn parsed(text: &str) -> Box<Parsed> {
    Box::new(parse(&source(text), &options()).unwrap_or_else(|failure| panic!("{failure}: {text}")))
}

fn shown(parsed: &Parsed) -> String {
    format!("{:#?} {:?}", parsed.ast, parsed.directives)
}

/// The first line in which two trees differ.
fn difference(one: &Parsed, other: &Parsed) -> Option<String> {
    let (one, other) = (shown(one), shown(other));
    let lines = one.lines().zip(other.lines()).enumerate();
    let mut differing = lines.filter(|(_, (a, b))| a != b);
    if let Some((number, (a, b))) = differing.next() {
        return Some(format!("line {number} of the tree: {a} instead of {b}"));
    }
    (one.len() != other.len()).then(|| "one tree goes on".to_owned())
}

/// Tries an edit: whether it was parsed in part, and the tree of what is healthy at last.
fn edit(before: Box<Parsed>, text: &str) -> (bool, Box<Parsed>) {
    let was = before.source.text().to_owned();
    let whole = parse(&source(text), &options());
    match (reparse(before, &source(text), &options()), whole) {
        (Ok((part, _)), Ok(whole)) => {
            if let Some(difference) = difference(&part, &whole) {
                panic!("{difference}\n--- before\n{was}\n--- now\n{text}");
            }
            (true, part)
        }
        (Err(_), Ok(whole)) => (false, Box::new(whole)),
        (Err(before), Err(_)) => (false, before),
        (Ok(_), Err(failure)) => panic!("{failure}\n--- before\n{was}\n--- now\n{text}"),
    }
}

const MODULE: &str = "\
\"\"\"Doc.\"\"\"
import os  # reloadsafe: ignore[RS101]

@decorated(1)
def first(a, b=2):
    return [x for x in a if b]

class Shape(Base, metaclass=Meta):
    # reloadsafe: ignore[RS103]
    kind: int = 1

    def area(self, __x=lambda q: q):
        self.__area = f\"{self.kind!r:>{__x}}\"
        return self.__area

    class Inner:
        z = {1: 2, **os.environ}

    @property
    def last(self): return (yield)

if first: x = 1; y = 2
match x:
    case {\"a\": [1, *rest], **others}:
        del rest
try:
    z = 1
except* (A, B) as error:  # reloadsafe: ignore[RS201]
    pass
finally:
    w: int
type Alias[T: int = str] = list[T]
";

#[test]
fn an_edit_in_a_statement_is_parsed_alone_and_the_tree_is_that_of_a_whole_parse() {
    let edits = [
        ("b=2", "b=2, *args"),
        ("import os ", "import os, sys\nimport re "),
        ("x for x in a", "x + 1 for x in a[1:]"),
        (
            "        return self.__area\n",
            "        return self.__area\n\n    def more(self): pass\n",
        ),
        ("    kind: int = 1\n", "    kind: int = 10  # reloadsafe: ignore[RS104]\n    n = 3\n"),
        ("z = {1: 2, **os.environ}", "z = 1"),
        ("    @property\n", "    @property\n    @other\n"),
        ("    def last(self): return (yield)\n", "    def last(self): return 1\n\nQ = 1\n"),
        ("if first: x = 1; y = 2", "if first: x = 11; y = 22; z = 33"),
        ("del rest", "del rest, others"),
        ("type Alias", "# a comment\ntype Alias"),
        ("list[T]\n", "list[T]\n\nlast = 1\n"),
        ("list[T]\n", "list[T]"),
    ];
    for (old, new) in edits {
        assert_eq!(MODULE.matches(old).count(), 1, "{old}");
        let text = MODULE.replace(old, new);
        let (in_part, now) = edit(parsed(MODULE), &text);
        assert!(in_part, "{old} -> {new}");
        assert!(edit(now, MODULE).0, "{new} -> {old}");
    }
}

#[test]
fn an_edit_that_does_not_stand_on_its_own_is_left_to_a_whole_parse() {
    let rows = [
        // What follows belongs to something else now.
        ("x = 1\ny = 2\nz = 3\n", "x = 1\n'''y = 2\nz = 3\n'''\n"),
        ("x = 1\ny = 2\nz = 3\n", "x = 1\ny = 2 + \\\nz == 3\n"),
        ("x = 1\ny = 2\nz = 3\n", "x = 1\nif y:\n    z = 3\n"),
        ("if a:\n    x = 1\nelse:\n    y = 2\n", "if a:\n    x = 1\nif b:\n    y = 2\n"),
        // What a name is depends on the whole module.
        ("global q\nx = 1\ny = 2\n", "global q\nx = 1\nq = 2\n"),
        ("x = 1\ny = 2\nz = 2\n", "x = 1\nglobal x\nz = 2\n"),
        ("x = 1\ny = 2\nz = 2\n", "from __future__ import annotations\ny = 2\nz = 2\n"),
        ("x = 1\ny = 2\nz = 2\n", "x = 1\ny = 2\nfrom __future__ import annotations\n"),
        (
            "class A:\n    x = 1\n    y = 2\n    z = 3\n",
            "class A:\n    x = 1\n      y = 2\n    z = 3\n",
        ),
        (
            "class A:\n    x = 1\n    y = 2\n    z = 3\n",
            "class A:\n    x = 1\n  y = 2\n    z = 3\n",
        ),
        ("class A:\n    x = 1\n    y = 2\n    z = 3\n", "class A:\n    x = 1\ny = 2\n    z = 3\n"),
        ("class A:\n    x = 1\n    y = 2\n    z = 3\n", "class A:\n    x = 1\ny = 2\nz = 3\n"),
        ("", "x = 1\n"),
        ("x = 1\n", ""),
    ];
    for (before, now) in rows {
        edit(parsed(before), now);
    }
}

/// Edits a text as people do: lines come, go, move and are indented; characters are typed.
fn random_edit(random: &mut Random, text: &str) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if lines.is_empty() {
        return "x = 1\n".to_owned();
    }
    let at = random.below(lines.len());
    match random.below(10) {
        0 => {
            lines.remove(at);
        }
        1 => lines.insert(at, lines[random.below(lines.len())].clone()),
        2 => {
            let moved = lines.remove(at);
            lines.insert(random.below(lines.len() + 1), moved);
        }
        3 => lines.insert(at, "\n".to_owned()),
        4 => lines[at].insert_str(0, "    "),
        5 => lines[at] = lines[at].strip_prefix("    ").unwrap_or(&lines[at]).to_owned(),
        6 => lines.insert(at, "# reloadsafe: ignore[RS101]\n".to_owned()),
        _ => {
            let typed = ["x", "1", " ", "(", ")", "\"", ":", ",", "\\", "#", "é", "\r", "=", "@"];
            let places: Vec<usize> = lines[at].char_indices().map(|(place, _)| place).collect();
            let place = places[random.below(places.len())];
            lines[at].insert_str(place, typed[random.below(typed.len())]);
        }
    }
    lines.concat()
}

fn wander(random: &mut Random, text: &str, edits: usize) -> usize {
    let mut tree = parsed(text);
    let mut text = text.to_owned();
    let mut in_part = 0;
    for _ in 0..edits {
        let next = random_edit(random, &text);
        let healthy;
        (healthy, tree) = edit(tree, &next);
        in_part += usize::from(healthy);
        // A text that is broken is mended by taking the edit back, most of the time.
        if parse(&source(&next), &options()).is_ok() {
            text = next;
        }
    }
    in_part
}

#[test]
fn random_edits_of_a_module_of_every_construct() {
    let mut random = Random::new(7);
    let in_part: usize = (0..40).map(|_| wander(&mut random, MODULE, 60)).sum();
    assert!(in_part > 600, "{in_part} of 2,400");
}

#[test]
fn random_edits_of_modules_of_the_standard_library() {
    let mut random = Random::new(11);
    let names = ["abc", "bisect", "contextlib", "dataclasses", "enum", "functools", "queue"];
    for (name, text) in library::texts(&names).into_iter().flatten() {
        assert!(wander(&mut random, &text, 12) > 0, "{name}");
    }
}

/// A version with so many edits anywhere in the text.
fn next_version(random: &mut Random, text: &str, edits: usize) -> String {
    (0..edits).fold(text.to_owned(), |text, _| random_edit(random, &text))
}

/// How often a later version was healthy and had enough in common with the earlier.
fn versions(random: &mut Random, text: &str, rounds: usize) -> usize {
    let earlier = parsed(text);
    let mut in_common = 0;
    for _ in 0..rounds {
        let edits = 1 + random.below(4);
        let next = next_version(random, text, edits);
        let later = source(&next);
        match (parse_after(&earlier, &later, &options()), parse(&later, &options())) {
            (Ok(one), Ok(other)) => {
                assert_eq!(difference(&one, &other), None, "--- before\n{text}\n--- now\n{next}");
                assert_eq!(one.source.text(), next);
                in_common += usize::from(Hunks::between(text, &next).is_some());
            }
            (one, other) => assert_eq!(one.err(), other.err(), "{next}"),
        }
    }
    in_common
}

#[test]
fn a_version_parsed_after_another_has_the_tree_of_a_whole_parse() {
    let mut random = Random::new(5);
    assert!(versions(&mut random, MODULE, 600) > 50);
    for (name, text) in library::texts(&["enum", "queue", "abc"]).into_iter().flatten() {
        assert!(versions(&mut random, &text, 40) > 2, "{name}");
    }
}

#[test]
fn what_two_places_make_together_is_parsed_together() {
    let lines: String = (0..60).map(|number| format!("    a{number} = {number}\n")).collect();
    let before = format!("if True:\n{lines}b = 1\n{}", "c = 2\n".repeat(60));
    // Neither end alone is Python.
    let opened = before.replacen("    a1 = 1\n", "    '''\n", 1);
    let now = opened.replacen("    a59 = 59\n", "    '''\n", 1);
    let hunks = Hunks::between(&before, &now).expect("two lines of 120 differ");
    let (parsed, whole) = (parsed(&before), parse(&source(&now), &options()).unwrap());
    let after = hunks.parse(&parsed, &source(&now), &options()).unwrap();
    assert_eq!(difference(&after, &whole), None);
}

#[test]
fn texts_with_little_in_common_are_not_compared_place_by_place() {
    assert!(Hunks::between(MODULE, "x = 1\n").is_none());
    assert!(Hunks::between(MODULE, MODULE).is_some());
    assert!(Hunks::between(MODULE, &format!("{MODULE}z = 1\n")).is_some());
}
