//! Histories of a module, chosen by bytes: texts that compile, nearly always.

use std::fmt::Write as _;

/// How deeply statements, and expressions, nest.
const MAX_DEPTH: u32 = 4;

const NAMES: [&str; 12] =
    ["a", "b", "c", "f", "g", "A", "B", "x", "sys", "__name__", "__all__", "print"];
const CONSTANTS: [&str; 12] =
    ["0", "1", "-3", "2.5", "''", "'a'", "b'x'", "None", "True", "...", "()", "10 ** 40"];
const OPERATORS: [&str; 16] =
    ["+", "-", "*", "/", "//", "%", "**", "<<", "|", "&", "@", "==", "<", "in", "is not", "or"];
const EXCEPTIONS: [&str; 6] =
    ["NameError", "Exception", "(KeyError, TypeError)", "ImportError", "a", "BaseException"];
const DECORATORS: [&str; 6] = ["property", "staticmethod", "classmethod", "f", "a.b", "g(1)"];

/// The texts of a history's versions: each begins as the one before it, edited here and there.
pub(crate) fn history(bytes: &[u8]) -> Vec<String> {
    let mut choice = Choice { bytes: bytes.iter() };
    let mut statements: Vec<String> = Vec::new();
    let mut versions = Vec::new();
    for _ in 0..2 + choice.of(2) {
        let mut edited = Vec::new();
        for statement in statements {
            match choice.of(8) {
                0 => {}
                1 => edited.push(choice.statement(0, Place::Module)),
                2 => edited.extend([statement, choice.statement(0, Place::Module)]),
                _ => edited.push(statement),
            }
        }
        if edited.is_empty() {
            edited.extend((0..1 + choice.of(12)).map(|_| choice.statement(0, Place::Module)));
        }
        versions.push(edited.concat());
        statements = edited;
    }
    versions
}

/// What a statement may do depends on what it lies in.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Module,
    Function,
    Class,
}

/// The bytes that are left; when there are none, always the first choice.
struct Choice<'a> {
    bytes: std::slice::Iter<'a, u8>,
}

impl Choice<'_> {
    fn of(&mut self, count: u8) -> u8 {
        self.bytes.next().map_or(0, |byte| byte % count)
    }

    fn pick<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[usize::from(self.of(words.len() as u8))]
    }

    fn name(&mut self) -> &'static str {
        self.pick(&NAMES[..8])
    }

    fn block(&mut self, depth: u32, place: Place) -> String {
        (0..1 + self.of(3)).map(|_| self.statement(depth + 1, place)).collect()
    }

    fn statement(&mut self, depth: u32, place: Place) -> String {
        let simple = if depth >= MAX_DEPTH { 12 } else { 24 };
        let line = match self.of(simple) {
            0 => "pass".to_owned(),
            1 | 2 => format!("{} = {}", self.target(depth), self.expr(depth)),
            3 => format!("{} {}= {}", self.name(), self.pick(&OPERATORS[..11]), self.expr(depth)),
            4 => self.expr(depth),
            5 => format!("{}: {} = {}", self.name(), self.expr(depth), self.expr(depth)),
            6 => format!("del {}", self.name()),
            7 => match self.of(5) {
                0 => format!("import {}", self.pick(&["sys", "os.path", "m", "a.b as c", "nope"])),
                1 => format!("from {} import {}", self.pick(&["sys", "os", "m", "."]), self.name()),
                2 if place == Place::Module => "from os import *".to_owned(),
                _ => "import sys, importlib".to_owned(),
            },
            8 => format!("assert {}, {}", self.expr(depth), self.expr(depth)),
            9 => match self.of(3) {
                0 => "raise".to_owned(),
                1 => format!("raise {}", self.expr(depth)),
                _ => format!("raise {}(1) from {}", self.pick(&EXCEPTIONS[..2]), self.expr(depth)),
            },
            10 => format!("{0}, *{1} = {2}", self.name(), self.name(), self.expr(depth)),
            11 if place == Place::Function => format!("return {}", self.expr(depth)),
            11 => "__all__ = ['a', 'f']".to_owned(),
            _ => return self.compound(depth, place),
        };
        format!("{}{line}\n", indent(depth))
    }

    fn compound(&mut self, depth: u32, place: Place) -> String {
        let margin = indent(depth);
        match self.of(9) {
            0 | 1 => self.function(depth),
            2 => {
                let bases = match self.of(3) {
                    0 => String::new(),
                    1 => format!("({})", self.name()),
                    _ => format!("({}, metaclass={})", self.name(), self.name()),
                };
                let decorator = self.decorator(depth);
                let name = self.name();
                format!(
                    "{decorator}{margin}class {name}{bases}:\n{}",
                    self.block(depth, Place::Class)
                )
            }
            3 => format!(
                "{margin}if {}:\n{}{margin}elif {}:\n{}{margin}else:\n{}",
                self.expr(depth),
                self.block(depth, place),
                self.expr(depth),
                self.block(depth, place),
                self.block(depth, place)
            ),
            4 => {
                let (target, iter) = (self.target(depth), self.expr(depth));
                let mut text =
                    format!("{margin}for {target} in {iter}:\n{}", self.block(depth, place));
                match self.of(3) {
                    0 => {}
                    1 => {
                        let _ = write!(
                            text,
                            "{margin}    break\n{margin}else:\n{}",
                            self.block(depth, place)
                        );
                    }
                    _ => {
                        let _ = writeln!(text, "{margin}    if {}: continue", self.expr(depth));
                    }
                }
                text
            }
            5 => format!(
                "{margin}while {}:\n{}{margin}    if {}: break\n",
                self.expr(depth),
                self.block(depth, place),
                self.expr(depth)
            ),
            6 => format!(
                "{margin}try:\n{}{margin}except {} as e:\n{}{margin}else:\n{}{margin}finally:\n{}",
                self.block(depth, place),
                self.pick(&EXCEPTIONS),
                self.block(depth, place),
                self.block(depth, place),
                self.block(depth, place)
            ),
            7 => format!(
                "{margin}with {} as {}:\n{}",
                self.expr(depth),
                self.name(),
                self.block(depth, place)
            ),
            _ => format!(
                "{margin}match {}:\n{margin}  case {}:\n{}{margin}  case [{}, *_] | {{'k': {}}}:\n{}{margin}  case _:\n{}",
                self.expr(depth),
                self.pick(&CONSTANTS[..2]),
                self.block(depth, place),
                "1",
                "2",
                self.block(depth, place),
                self.block(depth, place)
            ),
        }
    }

    fn function(&mut self, depth: u32) -> String {
        let margin = indent(depth);
        let decorator = self.decorator(depth);
        let keyword = self.pick(&["def", "def", "def", "async def"]);
        let name = self.pick(&["f", "g", "a", "__getattr__", "__init__", "__enter__", "__call__"]);
        let params = match self.of(5) {
            0 => String::new(),
            1 => "p".to_owned(),
            2 => format!("p, q={}", self.expr(depth)),
            3 => "*p, **q".to_owned(),
            _ => "self, p=1, /, *, q: a = 2".to_owned(),
        };
        let mut body = String::new();
        match self.of(6) {
            0 => {
                let _ = writeln!(body, "{margin}    global {}", self.pick(&["c", "x"]));
            }
            1 => {
                let _ = writeln!(body, "{margin}    yield {}", self.expr(depth));
            }
            _ => {}
        }
        body += &self.block(depth, Place::Function);
        format!("{decorator}{margin}{keyword} {name}({params}):\n{body}")
    }

    fn decorator(&mut self, depth: u32) -> String {
        match self.of(4) {
            0 => format!("{}@{}\n", indent(depth), self.pick(&DECORATORS)),
            _ => String::new(),
        }
    }

    fn target(&mut self, depth: u32) -> String {
        match self.of(6) {
            0..3 => self.name().to_owned(),
            3 => format!("{}.{}", self.name(), self.name()),
            4 => format!("{}[{}]", self.name(), self.expr(depth + 2)),
            _ => format!("({}, {})", self.name(), self.name()),
        }
    }

    fn expr(&mut self, depth: u32) -> String {
        let kinds = if depth >= MAX_DEPTH { 4 } else { 24 };
        let depth = depth + 1;
        match self.of(kinds) {
            0 => self.pick(&CONSTANTS).to_owned(),
            1 | 2 => self.pick(&NAMES).to_owned(),
            3 => self.pick(&["globals()", "locals()", "sys.modules[__name__]", "p"]).to_owned(),
            4 | 5 => format!("{}()", self.name()),
            6 => format!(
                "{}({}, *{}, k={})",
                self.name(),
                self.expr(depth),
                self.expr(depth),
                self.expr(depth)
            ),
            7 => format!(
                "({}).{}",
                self.expr(depth),
                self.pick(&["a", "append", "get", "__dict__", "items"])
            ),
            8 => format!("({})[{}]", self.expr(depth), self.expr(depth)),
            9 | 10 => {
                format!("({} {} {})", self.expr(depth), self.pick(&OPERATORS), self.expr(depth))
            }
            11 => format!("[{}, {}]", self.expr(depth), self.expr(depth)),
            12 => format!("{{{}: {}, **{}}}", self.expr(depth), self.expr(depth), self.expr(depth)),
            13 => format!("{{{}}}", self.expr(depth)),
            14 => format!("({}, {})", self.expr(depth), self.expr(depth)),
            15 => format!("(lambda p=1: {})", self.expr(depth)),
            16 => format!(
                "[{} for v in {} if {}]",
                self.expr(depth),
                self.expr(depth),
                self.expr(depth)
            ),
            17 => format!("({} for v in {})", self.expr(depth), self.expr(depth)),
            18 => {
                format!("({} if {} else {})", self.expr(depth), self.expr(depth), self.expr(depth))
            }
            19 => format!("(not {})", self.expr(depth)),
            20 => format!("f\"{{{}!r:>{{1}}}}\"", self.name()),
            21 => format!(
                "{}({})",
                self.pick(&[
                    "len", "list", "dict", "sum", "sorted", "range", "str", "type", "vars", "dir",
                    "next", "super"
                ]),
                self.expr(depth)
            ),
            22 => format!(
                "{}({}, 'a', 1)",
                self.pick(&["getattr", "setattr", "isinstance", "map", "zip"]),
                self.expr(depth)
            ),
            _ => format!("({})[{}:{}]", self.expr(depth), self.expr(depth), self.expr(depth)),
        }
    }
}

fn indent(depth: u32) -> String {
    "    ".repeat(depth as usize)
}
