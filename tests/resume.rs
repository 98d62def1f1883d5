//! A text that begins like the last is executed from the first statement on that is another one:
//! what is found is what executing all of it finds.

#[path = "support/library.rs"]
mod library;

#[path = "support/random.rs"]
mod random;

use std::sync::Arc;

use random::Random;
use reloadsafe::comparison::Comparison;
use reloadsafe::modules::{Found, ModuleFile, ModuleOrigin, Modules};
use reloadsafe::python::PythonVersion;
use reloadsafe::simulation::AbortCause;
use reloadsafe::syntax::ast::ExprKind;
use reloadsafe::syntax::parse::{ParseOptions, Parsed, parse};
use reloadsafe::text::source::{Revision, Source};
use reloadsafe::worlds::{Around, Live, Reading, SummaryCache};

const PYTHON: PythonVersion = PythonVersion { minor: 12 };

/// Of some modules nothing is known, others are not there.
struct Others;

impl Modules for Others {
    fn find(&self, name: &str) -> Found {
        if name == "abcdef" { Found::Missing } else { Found::Unknown }
    }
}

/// As [`Others`], with one module that refuses what it has already, or has it twice.
struct WithRegistry;

impl Modules for WithRegistry {
    fn find(&self, name: &str) -> Found {
        if name != "registry" {
            return Others.find(name);
        }
        let text = "\
known = {}
def register(name):
    if name in known:
        raise ValueError(name)
    known[name] = True
    return lambda function: function
HANDLERS = []
def on(function):
    HANDLERS.append(function)
    return function
";
        Found::Source(Arc::new(ModuleFile {
            name: name.to_owned(),
            path: "registry.py".into(),
            source: Source::new("registry.py", Revision::Current, text.to_owned()),
            is_package: false,
            origin: ModuleOrigin::Workspace,
        }))
    }
}

fn source(text: &str) -> Arc<Source> {
    Source::new("m.py", Revision::Current, text.to_owned())
}

fn parsed(text: &str) -> Option<Parsed> {
    parse(&source(text), &ParseOptions::new(PYTHON)).ok()
}

/// A name that the text reads somewhere.
fn name(random: &mut Random, tree: &Parsed) -> String {
    let names = tree.ast.exprs().iter().filter_map(|expr| match &expr.kind {
        ExprKind::Name(name) => Some(name.to_string()),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    if names.is_empty() { "x".to_owned() } else { random.pick(&names).clone() }
}

fn statement(random: &mut Random, tree: &Parsed) -> String {
    let (a, b) = (name(random, tree), name(random, tree));
    let number = random.below(3);
    match random.below(16) {
        0..=2 => format!("new_{number} = {number}\n"),
        3 => format!("{a} = {b}\n"),
        4 => format!("del {a}\n"),
        5 => format!("{a}({b})\n"),
        6 => format!("def {a}(one, two={b}):\n    global {b}\n    {b} = one\n    return {a}\n"),
        7 => format!("class {a}({b}):\n    held = {a}\n    def __init__(self): {b}()\n"),
        8 => format!("try:\n    {a} = {b}()\nexcept NameError:\n    new_{number} = None\n"),
        9 => format!("if {a}:\n    {b} = {number}\nelse:\n    import os\n"),
        10 => format!("{a}: int = {b}\n"),
        11 => format!("{a} += {number}\n"),
        12 => format!("for {a} in [{b}, {number}]:\n    held = lambda: {a}\n"),
        13 => "import abc, abcdef\n".to_owned(),
        14 => format!("lazy_{number} = ({a} for {b} in [1, 2])\n"),
        _ => format!("raise {a}\n"),
    }
}

/// Changes a statement of the module, most often one near `at`, or adds one there.
fn edited(random: &mut Random, text: &str, at: &mut usize) -> String {
    let Some(tree) = parsed(text).filter(|tree| !tree.ast.body.is_empty()) else {
        return format!("{text}\nx = 1\n");
    };
    let body = &tree.ast.body;
    *at = match random.below(6) {
        0 => random.below(body.len()),
        1 => (*at + random.below(9)).saturating_sub(4),
        _ => *at,
    }
    .min(body.len() - 1);
    let span = tree.ast.stmt(body[*at]).span.range();
    let line = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |end| span.end + end + 1);
    let (before, own, after) = (&text[..line], &text[line..end], &text[end..]);
    match random.below(13) {
        0 => format!("{before}{after}"),
        1 => format!("{before}{own}{own}{after}"),
        2 | 3 => {
            let places: Vec<usize> = own.match_indices('\n').map(|(place, _)| place).collect();
            let place = if places.is_empty() { own.len() } else { *random.pick(&places) };
            format!("{before}{} # {}{}{after}", &own[..place], random.below(9), &own[place..])
        }
        4..=8 => {
            let places: Vec<usize> = own.match_indices("return").map(|(place, _)| place).collect();
            if places.is_empty() {
                return format!("{before}{own}# é\n{after}");
            }
            let (head, tail) = own.split_at(*random.pick(&places));
            let (a, b) = (name(random, &tree), random.below(5));
            format!("{before}{head}é_{b} = {a}; {tail}{after}")
        }
        _ => format!("{before}{}{own}{after}", statement(random, &tree)),
    }
}

/// Edits a module again and again; gives how many edits compiled.
fn wander(random: &mut Random, module: &str, edits: usize) -> usize {
    let (live_cache, restart_cache) = (SummaryCache::default(), SummaryCache::default());
    let around = Around {
        module: "m",
        is_package: false,
        is_placed: random.below(2) == 0,
        live_modules: &Others,
        restart_modules: &Others,
        live_cache: &live_cache,
        restart_cache: &restart_cache,
        python: PYTHON,
        platform: "linux",
        renames: &[],
        second_runs: false,
        catalogue: None,
    };
    let mut live = Live::default();
    live.load(&source(module), &around).unwrap();
    let mut reading = Reading::default();
    let (mut text, mut at, mut healthy) = (module.to_owned(), 0, 0);
    for _ in 0..edits {
        let now = edited(random, &text, &mut at);
        let next = source(&now);
        let one = live.compare_as_imported(&next, &around, 0, &mut reading).unwrap().0;
        let other = live.compare(&next, &around).unwrap();
        let (one, other) = (format!("{:#?}", one.comparison), format!("{:#?}", other.comparison));
        if one != other {
            let pair = one.lines().zip(other.lines()).enumerate().find(|(_, (a, b))| a != b);
            panic!("{pair:?}\n--- before\n{text}\n--- now\n{now}");
        }
        // A text that is broken is mended by taking the edit back.
        if parsed(&now).is_some() {
            healthy += 1;
            text = now;
        }
        if random.below(15) == 0 {
            live.load(&source(&text), &around).unwrap();
        }
    }
    healthy
}

const MODULE: &str = "\
\"\"\"Doc.\"\"\"
import os
from abc import ABC, abstractmethod
import settings
config = settings.load(os.environ)
level = config['level'].lower()
try:
    notes = __annotations__
except NameError:
    unannotated = True
print(level.upper(), config.other, settings.name)
REGISTRY = {}
def register(kind):
    def wrap(cls):
        if kind in REGISTRY:
            raise ValueError(kind)
        REGISTRY[kind] = cls
        return cls
    return wrap
def area(width, height=2):
    return width * height
factor = settings.factor(area, level)
class Shape(ABC):
    count = 0
    def __init__(self, name):
        self.name = name
        Shape.count += 1
    @abstractmethod
    def size(self): ...
def uncalled(value=lambda: total):
    for item in items:
        if item: return [each for each in value()]
    return (lambda: factor)
@register('square')
class Square(Shape):
    side: int = 1
    def grow(self, by=area(2)): return self.side + by
    def shrink(self):
        global ready
        return self.grow(-1)
    def size(self):
        return area(self.side, self.side)
default = Square('default')
try:
    CACHE
except NameError:
    CACHE = {}
total = sum(area(n) for n in range(3))
items = [default.size(), total, *[area(n) for n in (1, 2)]]
def _setup():
    global ready
    ready = len(items)
_setup()
if ready > 3:
    big = True
else:
    small = True
with open(os.devnull) as null:
    lines = null.read()
for name, kind in REGISTRY.items():
    print(name, kind)
lazy = (area(n) for n in items)
first = next(lazy)
__all__ = ['area', 'Shape']
";

#[test]
fn random_edits_of_a_module_of_many_dependencies() {
    let asked = std::env::var("RELOADSAFE_RESUME_SEED").ok();
    let mut random = Random::new(asked.and_then(|seed| seed.parse().ok()).unwrap_or(5));
    let healthy: usize = (0..40).map(|_| wander(&mut random, MODULE, 40)).sum();
    assert!(healthy > 1_000, "{healthy} of 1,600");
}

#[test]
fn random_edits_of_modules_of_the_standard_library() {
    let mut random = Random::new(3);
    let names = ["abc", "bisect", "contextlib", "dataclasses", "enum", "functools", "types"];
    for (name, text) in library::texts(&names).into_iter().flatten() {
        assert!(wander(&mut random, &text, 25) > 0, "{name}");
    }
}

/// What is done in a workspace with [`WithRegistry`].
fn with_registry(test: impl FnOnce(&Around<'_>)) {
    let (live_cache, restart_cache) = (SummaryCache::default(), SummaryCache::default());
    test(&Around {
        module: "m",
        is_package: false,
        is_placed: true,
        live_modules: &WithRegistry,
        restart_modules: &WithRegistry,
        live_cache: &live_cache,
        restart_cache: &restart_cache,
        python: PYTHON,
        platform: "linux",
        renames: &[],
        second_runs: true,
        catalogue: None,
    });
}

/// What a text that somebody types comes to, which is what executing everything does.
fn typed(live: &Live, text: &str, around: &Around<'_>, reading: &mut Reading) -> Comparison {
    let next = source(text);
    let one = live.compare_as_imported(&next, around, 0, reading).unwrap().0.comparison;
    let other = live.compare(&next, around).unwrap().comparison;
    assert_eq!(format!("{one:#?}"), format!("{other:#?}"), "{text}");
    one
}

/// What fails because it runs a second time is found while somebody types, wherever that is.
#[test]
fn second_runs_are_found_while_somebody_types() {
    const TEXT: &str = "\
from registry import register
LIMIT = 1
@register('a')
def a():
    return LIMIT
def b():
    return 2
";
    let fails = |typed: &Comparison| {
        typed.abort_points.iter().any(|point| point.cause == AbortCause::SecondRun)
    };
    with_registry(|around| {
        let mut live = Live::default();
        live.load(&source(TEXT), around).unwrap();
        let mut reading = Reading::default();
        for _ in 0..2 {
            let ends = [("'a'", "'c'"), ("@register('a')\n", "")];
            type_in_turn(&live, TEXT, ends, around, &mut reading, fails);
            // Once more on top of a reload that has stopped there.
            live.load(&source(TEXT), around).unwrap();
        }
    });
}

/// Types edits into what was loaded, one at a time: what is asked for is there after each, but for
/// the two that end it.
fn type_in_turn(
    live: &Live,
    loaded: &str,
    ends: [(&str, &str); 2],
    around: &Around<'_>,
    reading: &mut Reading,
    is_there: impl Fn(&Comparison) -> bool,
) {
    let [(first, other), (second, none)] = ends;
    let edits = [
        ("", "", true),
        ("return 2", "return 3", true),
        ("def b():", "C = 1\ndef b():", true),
        ("return LIMIT", "return LIMIT + 1", true),
        ("LIMIT = 1", "LIMIT = 2\nMORE = LIMIT", true),
        (first, other, false),
        ("return 2", "return 4", true),
        (second, none, false),
        ("", "", true),
    ];
    for (was, is, stays) in edits {
        let text = loaded.replacen(was, is, 1);
        let typed = typed(live, &text, around, reading);
        assert_eq!(is_there(&typed), stays, "{text}");
    }
}

/// What is there once more is told of while somebody types, wherever that is.
#[test]
fn repeated_effects_are_told_of_while_somebody_types() {
    const TEXT: &str = "\
from registry import on
LIMIT = 1
@on
def a():
    return LIMIT
def b():
    return 2
";
    with_registry(|around| {
        let mut live = Live::default();
        live.load(&source(TEXT), around).unwrap();
        let mut reading = Reading::default();
        let ends = [("def a():", "def c():"), ("@on\n", "")];
        type_in_turn(&live, TEXT, ends, around, &mut reading, |typed| {
            assert!(typed.repeats.len() < 2);
            !typed.repeats.is_empty()
        });
    });
}
