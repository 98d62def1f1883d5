//! Modules as people write them, made up: the same for everyone, of any length.

use std::fmt::Write as _;

/// What to generate. Equal shapes give equal texts.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub lines: usize,
    pub seed: u64,
    /// A later version: some functions renamed, some bodies changed, some definitions new.
    pub is_edited: bool,
}

impl Default for Shape {
    fn default() -> Shape {
        Shape { lines: 3_000, seed: 1, is_edited: false }
    }
}

/// Numbers that look random (xorshift*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.roll(words.len())]
    }
}

const VERBS: [&str; 8] = ["load", "make", "find", "check", "render", "merge", "split", "send"];
const NOUNS: [&str; 8] = ["order", "token", "path", "record", "user", "event", "label", "page"];

const HEADER: &str = r#""""Orders, and what becomes of them."""

from __future__ import annotations

import collections
import functools
import logging
import os.path
import re
import sys
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Optional

__all__ = ["registry", "register", "Base"]

log = logging.getLogger(__name__)
registry: dict[str, Callable[..., Any]] = {}
WORD = re.compile(r"(?P<word>\w+)[-_ ]?(?P<number>\d*)")

if sys.platform == "win32":
    CACHE = os.path.expandvars("%APPDATA%")
else:
    CACHE = os.path.expanduser("~/.cache")

try:
    import ujson as json
except ImportError:
    import json


def register(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enters a function under a name."""
    def wrap(function):
        registry[name] = function
        return function
    return wrap


class Base:
    """What all records share."""

    kind = "base"

    def __init__(self, name: str, **extra: Any) -> None:
        self.name = name
        self.extra = extra

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

"#;

/// A module of at least so many lines.
pub fn generate(shape: &Shape) -> String {
    let mut dice = Dice(shape.seed | 1);
    let mut text = HEADER.to_owned();
    let mut lines = text.lines().count();
    let mut number = 0;
    let mut callable: Vec<String> = Vec::new();
    while lines < shape.lines {
        let (verb, noun) = (dice.pick(&VERBS), dice.pick(&NOUNS));
        let touched = shape.is_edited && number % 40 == 7;
        let part = match dice.roll(10) {
            0..4 => {
                let renamed = if touched { "_all" } else { "" };
                let name = format!("{verb}_{noun}_{number}{renamed}");
                let part = function(&mut dice, &name, noun, touched);
                callable.push(name);
                part
            }
            4..7 => class(&mut dice, verb, noun, number, touched),
            7 => record(noun, number),
            8 => constants(&mut dice, noun, number, &callable),
            _ => branch(noun, number),
        };
        lines += part.lines().count();
        text.push_str(&part);
        number += 1;
    }
    text
}

fn function(dice: &mut Dice, name: &str, noun: &str, touched: bool) -> String {
    let decorator = match dice.roll(5) {
        0 => format!("@register(\"{name}\")\n"),
        1 => "@functools.lru_cache(maxsize=128)\n".to_owned(),
        _ => String::new(),
    };
    let limit = dice.roll(100) + usize::from(touched);
    format!(
        r#"
{decorator}def {name}({noun}: str, *, limit: int = {limit}, strict: bool = False) -> Optional[list[Any]]:
    """Takes a {noun} and gives what there is of it.

    At most ``limit`` of them, in order. With ``strict`` an unknown one is an error.
    """
    found = [one for one in registry.values() if one.__name__.startswith({noun}[:3])]
    if not found and strict:
        raise LookupError(f"no {{{noun}!r}} among {{len(registry)}}")  # callers rely on this
    for position, one in enumerate(sorted(found, key=lambda item: (item.__name__, -limit))):
        match = WORD.match(one.__name__)
        if match is None or position > limit * 2 + 1:
            log.debug("passed over %s at %d", one, position)
            continue
        try:
            found[position] = one({noun}, match.group("word"), **{{"limit": limit - 1}})
        except (TypeError, ValueError) as error:
            log.warning("%s: %s", {noun}, error)
    return found[:limit] or None

"#
    )
}

fn class(dice: &mut Dice, verb: &str, noun: &str, number: usize, touched: bool) -> String {
    let name = format!("{}{}{number}", capital(verb), capital(noun));
    let mut text = format!(
        r#"
class {name}(Base):
    """A {noun} that can {verb}."""

    kind = "{noun}-{number}"
    _known: dict[str, "{name}"] = {{}}
    limits = ({}, {}, {})

    def __init__(self, name: str, parent: Optional[Base] = None) -> None:
        super().__init__(name, parent=parent)
        self.parent = parent
        self.items: list[Any] = []
        self._known[name] = self

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else 1 + getattr(self.parent, "depth", 0)

    @classmethod
    def named(cls, name: str) -> "{name}":
        if name not in cls._known:
            cls._known[name] = cls(name)
        return cls._known[name]
"#,
        dice.roll(10),
        dice.roll(50) + usize::from(touched),
        dice.roll(999)
    );
    for step in 0..1 + dice.roll(5) {
        let other = dice.pick(&NOUNS);
        let _ = write!(
            text,
            r#"
    def {verb}_{other}_{step}(self, {other}, *rest, default=None):
        # What comes first is taken first.
        total = sum(len(str(item)) for item in self.items) + {step}
        while {other} and total > self.limits[0]:
            {other}, total = {other}[1:], total - 1
            if total % 7 == 3:
                self.items.append(({other}, total, default or self.kind))
            elif isinstance({other}, Base) and not rest:
                return {other}.extra.get("{other}", default)
        return {{"{other}": {other}, "total": total, **dict.fromkeys(rest)}}
"#
        );
    }
    text.push('\n');
    text
}

fn record(noun: &str, number: usize) -> String {
    let name = format!("{}Record{number}", capital(noun));
    format!(
        r#"
@dataclass(order=True)
class {name}:
    """One line of the {noun} table."""

    key: int
    label: str = field(default="{noun}", compare=False)
    tags: list[str] = field(default_factory=list)
    weight: float = 0.5

    def scaled(self, factor: float) -> float:
        return round(self.weight * factor, 3) if factor > 0 else -self.weight

"#
    )
}

fn constants(dice: &mut Dice, noun: &str, number: usize, callable: &[String]) -> String {
    let upper = noun.to_uppercase();
    let mut text = format!(
        r#"
{upper}_{number}_NAMES = frozenset({{"{noun}", "{noun}s", "the {noun}"}})
{upper}_{number}_MAX = {} * 1024
"#,
        dice.roll(64) + 1
    );
    let _ = writeln!(text, "{upper}_{number}_TABLE = {{");
    for name in callable.iter().rev().take(6) {
        let _ = writeln!(text, "    \"{name}\": {name},");
    }
    let _ = writeln!(text, "    \"limit\": {upper}_{number}_MAX,\n}}");
    text
}

fn branch(noun: &str, number: usize) -> String {
    format!(
        r#"
if sys.version_info >= (3, 9):
    {noun}_{number}_order = collections.OrderedDict
else:
    {noun}_{number}_order = dict
for _name in ("a", "b", "c"):
    registry.setdefault(f"{noun}-{number}-{{_name}}", {noun}_{number}_order)
"#
    )
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// What an afternoon's work makes of a text: a function renamed, one changed, one new.
pub fn edited(text: &str) -> String {
    let mut seen = 0;
    let mut after = String::with_capacity(text.len() + 200);
    for line in text.split_inclusive('\n') {
        after.push_str(line);
        if line.starts_with("def ") && line.trim_end().ends_with(':') {
            seen += 1;
            if seen == 3 {
                // Before or after a docstring it is one statement more.
                after.push_str("    _edited = [1, 2, 3]\n");
            }
        }
    }
    let first = after.lines().find_map(|line| {
        line.strip_prefix("def ").and_then(|rest| rest.split('(').next()).map(str::to_owned)
    });
    if let Some(name) = first {
        after = after.replacen(&format!("def {name}("), &format!("def {name}_renamed("), 1);
    }
    after.push_str("\n\ndef brand_new(number, *, times=2):\n    return [number] * times\n\n\n");
    after.push_str("BRAND_NEW = brand_new(3, times=4)\n");
    after
}
