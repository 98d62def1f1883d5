"""Random histories of one small module, and what CPython makes of them.

    python3 tests/histories/generate.py --seed 1 --count 1000 [--out FILE]

One JSON object a line: {"id", "versions": [text, …], "truth": {…}}; the same for the same seed
on the same Python. Every history is executed as the import system would: all versions in one
module namespace, one after the other, whatever each of them raises; the last one once more in
an empty namespace. `truth` is

    {"stages": [S, …], "restart": S, "names": [], "restart_names": [], "live_names": [],
     "holds": {name: [version, lines]}}

S is {"outcome": "completes" | "raises" | "syntax-error", "exception"?, "bases"?, "line"?,
"statement"?: [first, last], "inner"?}: `line` is the line of the module's own frame, `inner`
that of the innermost frame. `holds` is for functions and classes that have the name under which
they are bound. A history that takes too long is left out; every loop ends by construction, so that
is rare. $SHAPES says how many of the statements are the rarer ones of shapes.py; with $IDIOMS each
history is one idiom of idioms.py.
"""

import argparse
import builtins
import functools
import json
import os
import random
import re
import signal
import sys
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "corpus"))
sys.dont_write_bytecode = True
from common import MACHINERY  # noqa: E402
from idioms import Idioms, every_idiom, expanded  # noqa: E402
from objects import Objects  # noqa: E402
from shapes import CLASSES, FUNCTIONS, VARIABLES, Shapes, indented  # noqa: E402
from statements import definition_lines, statement_at  # noqa: E402

# How often a statement is one of the shapes, where the plain ones make up about 110.
SHAPES = int(os.environ.get("SHAPES", "30"))
# Whether each history is one idiom: where those are wrong, this finds it soonest.
IDIOMS = bool(os.environ.get("IDIOMS"))
BUILTINS = {*vars(builtins), "_"}
MOST_MEMORY = 2 << 30
DEVNULL = open(os.devnull, "w")
EXCEPTIONS = ["ValueError", "KeyError", "NameError", "ZeroDivisionError", "TypeError", "Exception",
              "LookupError", "AttributeError", "(KeyError, IndexError)", "ArithmeticError"]
PRELUDE = ('class Swallow:\n    def __init__(self, yes):\n        self.yes = yes\n    def __enter__(self):\n'
           "        return self.yes\n    def __exit__(self, kind, value, tb):\n        return self.yes\n")


class Writer(Idioms, Objects, Shapes):
    """Writes statements that mostly work: it remembers what was probably bound, and as what."""

    def __init__(self, rng):
        self.rng = rng
        self.types = {}  # name -> int, str, list, dict, function, class, instance, module, any
        self.arity = {}
        self.prelude = False
        self.counter = 0

    def chance(self, probability):
        return self.rng.random() < probability

    def known(self, *types):
        return [n for n, t in self.types.items() if not types or t in types]

    # Expressions

    def literal(self):
        rng = self.rng
        return rng.choice([str(rng.randint(0, 9)), str(rng.randint(1, 5)), repr(rng.choice(["", "x", "ab"])), "None",
                           "True", "False", "1.5", "()", "b'x'"])

    def name(self, *types):
        """A name that is probably bound; now and then one that may not be."""
        names = self.known(*types)
        if names and self.chance(0.95):
            return self.rng.choice(names)
        if self.chance(0.3):
            return self.rng.choice(VARIABLES + FUNCTIONS + ["missing"])
        return None

    def integer(self, depth=0):
        rng, pick = self.rng, self.rng.random()
        if depth > 2 or pick < 0.35:
            return str(rng.randint(0, 9))
        if pick < 0.6:
            return self.name("int") or str(rng.randint(1, 5))
        if pick < 0.75:
            return f"{self.integer(depth + 1)} {rng.choice('+-*')} {self.integer(depth + 1)}"
        if pick < 0.8:
            return f"len({self.sequence(depth + 1)})"
        if pick < 0.84:
            return f"({self.integer(depth + 1)} if {self.condition(depth + 1)} else {self.integer(depth + 1)})"
        if pick < 0.88 and self.known("function"):
            return self.call()
        if pick < 0.92:
            return f"sum({rng.choice(['x', 'x * 2', '1'])} for x in {self.sequence(depth + 1, numbers=True)})"
        if pick < 0.95:
            return f"max(1, {self.integer(depth + 1)})"
        if pick < 0.97:
            return f"{self.integer(depth + 1)} // {rng.choice(['1', '2', '3', self.integer(3)])}"
        return f"({rng.choice(VARIABLES)} := {self.integer(depth + 1)})" if depth == 0 else "7"

    def sequence(self, depth=0, numbers=False):
        rng, pick = self.rng, self.rng.random()
        items = ", ".join(str(rng.randint(0, 5)) for _ in range(rng.randint(0, 3)))
        if pick < 0.35 or depth > 2:
            return f"[{items}]"
        if pick < 0.5:
            return f"range({rng.randint(0, 3)})"
        if pick < 0.7:
            return self.name("list") or "[1, 2]"
        if pick < 0.8:
            return f"[{rng.choice(['x', 'x + 1', 'str(x)' if not numbers else 'x'])} for x in {self.sequence(depth + 1, numbers)}]"
        if pick < 0.9:
            return f"sorted({self.sequence(depth + 1, True)})"
        return f"list({self.sequence(depth + 1, numbers)})"

    def text(self):
        rng, pick = self.rng, self.rng.random()
        if pick < 0.4:
            return repr(rng.choice(["", "x", "ab", "a,b"]))
        if pick < 0.6:
            return "f'{" + (self.name() or "1") + "}" + rng.choice(["", "-x", "!r"]) + "'"
        if pick < 0.75:
            return f"str({self.name() or self.integer(2)})"
        if pick < 0.9:
            base = self.name("str") or "'ab'"
            return f"{base}{rng.choice(['.upper()', '.strip()', '.replace(chr(97), chr(98))', ' + str(1)', '[:1]'])}"
        return f"','.join({repr(['a', 'b'])})"

    def mapping(self):
        rng, pick = self.rng, self.rng.random()
        if pick < 0.6:
            pairs = ", ".join(f"{rng.choice('klm')!r}: {self.integer(2)}" for _ in range(rng.randint(0, 2)))
            return "{" + pairs + "}"
        if pick < 0.8:
            return self.name("dict") or "dict(k=1)"
        return f"{{x: {rng.choice(['x', '1'])} for x in {self.sequence(1)}}}"

    def condition(self, depth=0):
        rng, pick = self.rng, self.rng.random()
        name = rng.choice(VARIABLES + FUNCTIONS)
        if pick < 0.14:
            return f"{name!r} {rng.choice(['in', 'not in'])} {rng.choice(['globals()', 'globals()', 'dir()', 'locals()', 'vars()'])}"
        if pick < 0.2:
            return f"globals().get({name!r}) {rng.choice(['is None', 'is not None', '== 1'])}"
        if pick < 0.36:
            return rng.choice(["True", "False", "0", "1", "__name__ == '__main__'", "__name__ == 'm'", "not True", "None"])
        if pick < 0.6:
            return f"{self.integer(depth + 1)} {rng.choice(['<', '<=', '>', '==', '!='])} {self.integer(depth + 1)}"
        if pick < 0.66:
            return f"0 < {self.integer(2)} < {rng.randint(1, 9)}"
        if pick < 0.76:
            return self.name() or "1"
        if pick < 0.86:
            return f"{rng.choice(['not ', ''])}{self.name() or '()'}"
        if pick < 0.93:
            return f"isinstance({self.name() or '1'}, {rng.choice(['int', 'str', 'list'])})"
        return f"{self.name() or '1'} {rng.choice(['and', 'or'])} {self.name() or '0'}"

    def call(self):
        name = self.name("function") or "len"
        if name == "len":
            return "len([1])"
        count = self.arity.get(name, 0)
        if self.chance(0.05):
            count += 1
        return f"{name}({', '.join(str(self.rng.randint(0, 5)) for _ in range(count))})"

    def value(self):
        """An expression and the type it probably has."""
        pick = self.rng.random()
        if pick < 0.36:
            return self.integer(), "int"
        if pick < 0.5:
            return self.text(), "str"
        if pick < 0.62:
            return self.sequence(), "list"
        if pick < 0.72:
            return self.mapping(), "dict"
        if pick < 0.78 and self.known("class"):
            return f"{self.name('class') or 'object'}()", "instance"
        if pick < 0.82:
            name = self.name()
            return (name, self.types.get(name, "any")) if name else ("None", "any")
        if pick < 0.86:
            return f"lambda x=1: {self.name() or 'x'}", "any"
        if pick < 0.9:
            return f"[*{self.sequence(2)}, 1]", "list"
        if pick < 0.94:
            return "object()", "any"
        return self.literal(), "any"

    def failing(self):
        rng = self.rng
        known = self.name() or "len"
        return rng.choice(["1 / 0", "{}['k']", "[][1]", "missing", "missing.attribute", "None.x", "len(1)", "int('x')",
                           "(1)()", f"{known}.no_such", "[].no", "'a' + 1", "1 + 'a'", "{'k': 1}['l']", "(1, 2)[5]",
                           "a, b = 1", "a, b = [1]", "for e in 5: pass", "import nope_missing",
                           "from math import nope", "raise ValueError('x')", "raise KeyError('k')", "raise missing",
                           "assert False", "assert 1 > 2, 'no'", "raise", "del missing", "len()", "object().x = 1"])

    # Statements

    def bind(self, name, kind="any"):
        self.types[name] = kind

    def statement(self, depth=0):
        rng = self.rng
        kinds = [(self.assign, 22), (self.function, 14), (self.klass, 8), (self.import_, 7), (self.branch, 9),
                 (self.loop, 5), (self.attempt, 9), (self.with_, 4), (self.delete, 3), (self.augmented, 4),
                 (self.expression, 5), (self.unpack, 3), (self.keep_state, 4), (self.fail, 2), (self.annotated, 3),
                 (self.match, 3), (self.all_, 1), (self.global_writer, 3), (self.metadata, 1), (self.namespace, 2),
                 (self.shape, SHAPES)]
        if depth > 1:
            kinds = [(k, w) for k, w in kinds if k not in (self.branch, self.loop, self.attempt, self.with_, self.match,
                                                           self.klass, self.keep_state)]
        return rng.choices([k for k, _ in kinds], [w for _, w in kinds])[0](depth)

    def suite(self, depth, most=2):
        return "".join(self.statement(depth + 1) for _ in range(self.rng.randint(1, most)))

    def assign(self, depth):
        name = self.rng.choice(VARIABLES)
        value, kind = self.value()
        if self.chance(0.06):
            other = self.rng.choice(VARIABLES)
            self.bind(name, kind)
            self.bind(other, kind)
            return f"{name} = {other} = {value}\n"
        if self.chance(0.05) and self.known("dict"):
            return f"{self.name('dict') or 'a'}['k'] = {value}\n"
        if self.chance(0.04) and self.known("instance", "class"):
            return f"{self.name('instance', 'class') or 'a'}.fld = {value}\n"
        self.bind(name, kind)
        return f"{name} = {value}\n"

    def annotated(self, depth):
        name = self.rng.choice(VARIABLES)
        if sys.version_info >= (3, 12) and self.chance(0.25):
            self.bind(name)
            return f"type {name} = {self.name('class') or 'int'}\n"
        annotation = self.rng.choice(["int", "'str'", "list", self.name("class") or "dict"])
        if self.chance(0.4):
            return f"{name}: {annotation}\n"
        self.bind(name, "int")
        return f"{name}: {annotation} = {self.integer()}\n"

    def augmented(self, depth):
        name = self.name("int") or self.rng.choice(VARIABLES)
        return f"{name} {self.rng.choice(['+=', '-=', '*='])} {self.rng.randint(1, 3)}\n"

    def unpack(self, depth):
        a, b, c = self.rng.sample(VARIABLES, 3)
        form = self.rng.choice([f"{a}, {b} = 1, 2", f"{a}, *{b} = [1, 2, 3]", f"[{a}, ({b}, {c})] = 1, (2, 3)",
                                f"{a}, {b} = {b if b in self.types else 1}, 2", f"*{a}, {b} = 'xy'"])
        for name in (a, b, c) if "{c}" in form else (a, b):
            self.bind(name, "any")
        return form + "\n"

    def expression(self, depth):
        names = self.known("list")
        if names and self.chance(0.5):
            return f"{self.rng.choice(names)}.append({self.integer(2)})\n"
        if self.known("function") and self.chance(0.6):
            return self.call() + "\n"
        return self.rng.choice([self.integer(), self.text(), "'a string alone'", "print", "..."]) + "\n"

    def delete(self, depth):
        known = self.known()
        name = self.rng.choice(known) if known and self.chance(0.85) else self.rng.choice(VARIABLES)
        self.types.pop(name, None)
        return f"del {name}\n"

    def fail(self, depth):
        if depth == 0 and self.chance(0.5):
            return self.assign(depth)
        return self.failing() + "\n"

    def metadata(self, depth):
        return self.rng.choice(["__version__ = '1'\n", "__author__ = 'x'\n"])

    def all_(self, depth):
        names = self.known() or ["a"]
        chosen = self.rng.sample(names, min(len(names), 2))
        return f"__all__ = {chosen!r}\n" if self.chance(0.7) else f"__all__ = [*{chosen!r}]\n"

    def namespace(self, depth):
        name = self.rng.choice(VARIABLES)
        self.bind(name, "int")
        return self.rng.choice([f"globals()[{name!r}] = 1\n", f"globals().setdefault({name!r}, 1)\n",
                                f"{name} = globals().get({name!r}, 0)\n"])

    def import_(self, depth):
        form, *names = self.rng.choice([
            ("import math", "math"), ("import os.path", "os"), ("import collections.abc", "collections"),
            ("import functools as ft", "ft"), ("from math import sqrt", "sqrt"), ("from os import path", "path"),
            ("from collections import OrderedDict as od, deque", "od", "deque"), ("import sys, json", "sys", "json"),
            ("import os.path as op", "op"), ("from functools import wraps", "wraps"), ("import string", "string"),
            ("from math import pi, e", "pi", "e"), ("import xml.dom", "xml")])
        for name in names:
            self.bind(name, "module")
        if self.chance(0.12):
            return f"try:\n    import nope_missing as {names[0]}\nexcept ImportError:\n    {names[0]} = None\n"
        return form + "\n"

    def parameters(self):
        rng = self.rng
        count = rng.randint(0, 2)
        names = ["p", "q"][:count]
        extra = rng.choice(["", "", "", "", "*rest", "**more", "r=1", f"r={self.name() or 'None'}", "*, k=2"])
        annotated = [f"{n}: int" if self.chance(0.1) else n for n in names]
        return ", ".join([*annotated, extra] if extra else annotated), count

    def function_body(self):
        rng = self.rng
        lines = []
        for _ in range(rng.randint(0, 2)):
            local = rng.choice(["u", "v"])
            lines.append(rng.choice([
                f"{local} = {self.integer(1)}\n", f"{local} = [y for y in range(2)]\n", "import math\n",
                f"for {local} in range(2):\n    pass\n", f"if {self.condition()}:\n    {local} = 1\n",
                f"def inner():\n    return {self.name() or '1'}\n", "z = 0\ndef bump():\n    nonlocal z\n    z += 1\n    return z\n",
                f"try:\n    {self.failing()}\nexcept Exception:\n    pass\n", f"if {local!r} == '':\n    yield 1\n",
                f"{local}, *_ = {self.name() or '1'}, 2, 3\n"]))
        if self.chance(0.08):
            lines.append(self.failing() + "\n")
        lines.append(f"return {self.integer(1)}\n" if self.chance(0.85) else "pass\n")
        return "".join(lines)

    def function(self, depth):
        rng = self.rng
        name = rng.choice(FUNCTIONS)
        decorator = ""
        if self.chance(0.12):
            decorator = rng.choice(["@functools.lru_cache\n", "@staticmethod\n", f"@{self.name('function') or 'callable'}\n",
                                    "@(lambda f: f)\n"])
            if "functools" in decorator and self.chance(0.9):
                decorator = "import functools\n" + decorator
        parameters, count = self.parameters()
        body = self.function_body()
        keyword = "async def" if self.chance(0.04) else "def"
        self.bind(name, "function" if keyword == "def" and not decorator else "any")
        self.arity[name] = count
        returns = " -> int" if self.chance(0.08) else ""
        return f"{decorator}{keyword} {name}({parameters}){returns}:\n{indented(body)}"

    def global_writer(self, depth):
        name, function = self.rng.choice(VARIABLES), self.rng.choice(FUNCTIONS)
        action = self.rng.choice([f"{name} = {self.integer(2)}", f"{name} = 1", f"del {name}", f"import math as {name}",
                                  f"{name} += 1", f"def {name}(): pass", f"for {name} in range(2): pass"])
        self.bind(function, "function")
        self.arity[function] = 0
        text = f"def {function}():\n    global {name}\n    {action}\n    return 1\n"
        if self.chance(0.7):
            self.bind(name, "int")
            text += f"{function}()\n"
        return text

    def klass(self, depth):
        rng = self.rng
        name = rng.choice(CLASSES)
        base = self.name("class") if self.chance(0.3) else rng.choice(["", "", "object", "dict", "Exception"])
        body = []
        for _ in range(rng.randint(0, 3)):
            body.append(rng.choice([
                f"x = {self.integer(1)}\n", f"def method(self):\n    return {self.name() or '1'}\n", "y: int = 1\n",
                "z = [n for n in range(2)]\n", f"if {self.condition()}:\n    w = 1\n", f"x = {self.name() or '1'}\n",
                "@property\ndef p(self):\n    return 1\n", "def __init__(self, k=1):\n    self.k = k\n",
                "@classmethod\ndef make(cls):\n    return cls()\n", f"for i in {self.sequence(1)}:\n    pass\n",
                "__slots__ = ('s',)\n", "global cg\ncg = 1\n" if self.chance(0.2) else "pass\n",
                self.failing() + "\n" if self.chance(0.1) else "pass\n"]))
        self.bind(name, "class")
        head = f"class {name}({base}):\n" if base else f"class {name}:\n"
        return head + indented("".join(body) or "pass\n")

    def branch(self, depth):
        text = f"if {self.condition()}:\n{indented(self.suite(depth))}"
        if self.chance(0.25):
            text += f"elif {self.condition()}:\n{indented(self.suite(depth))}"
        if self.chance(0.45):
            text += f"else:\n{indented(self.suite(depth))}"
        return text

    def loop(self, depth):
        self.counter += 1
        target = self.rng.choice(VARIABLES)
        leave = self.rng.choice(["", "", "break\n", "continue\n", f"if {self.condition()}:\n    break\n"])
        if self.chance(0.7):
            iterable = self.sequence()
            self.bind(target, "any")
            if self.chance(0.1):
                target = f"{target}, i"
                iterable = "[(1, 2)]"
            text = f"for {target} in {iterable}:\n{indented(self.suite(depth, 1) + leave)}"
        else:
            count = f"n{self.counter}"
            text = (f"{count} = {self.rng.randint(0, 2)}\nwhile {count} > 0:\n"
                    f"{indented(f'{count} -= 1' + chr(10) + self.suite(depth, 1) + leave)}")
        if self.chance(0.2):
            text += f"else:\n{indented(self.suite(depth, 1))}"
        return text

    def attempt(self, depth):
        rng = self.rng
        body = self.suite(depth)
        if self.chance(0.55):
            body += self.failing() + "\n"
            if self.chance(0.3):
                body += self.suite(depth, 1)
        text = f"try:\n{indented(body)}"
        finally_only = self.chance(0.08)
        if not finally_only:
            for kind in rng.sample(EXCEPTIONS, rng.choice([1, 1, 2])):
                alias = f" as {rng.choice(VARIABLES + ['error'])}" if self.chance(0.4) else ""
                handler = self.suite(depth, 1) if self.chance(0.7) else "pass\n"
                if self.chance(0.08):
                    handler += "raise\n"
                text += f"except {kind}{alias}:\n{indented(handler)}"
            if self.chance(0.12):
                text += f"except:\n{indented(self.suite(depth, 1))}"
            if self.chance(0.25):
                text += f"else:\n{indented(self.suite(depth, 1))}"
        if finally_only or self.chance(0.2):
            text += f"finally:\n{indented(self.suite(depth, 1))}"
        return text

    def with_(self, depth):
        self.prelude = True
        alias = f" as {self.rng.choice(VARIABLES)}" if self.chance(0.4) else ""
        body = self.suite(depth)
        if self.chance(0.45):
            body += self.failing() + "\n" + (self.suite(depth, 1) if self.chance(0.3) else "")
        manager = self.rng.choice(["Swallow(True)", "Swallow(False)", "Swallow(1)", "contextlib.suppress(Exception)",
                                   "contextlib.suppress(KeyError, ZeroDivisionError)", "contextlib.nullcontext()"])
        lead = "import contextlib\n" if "contextlib" in manager and self.chance(0.95) else ""
        return f"{lead}with {manager}{alias}:\n{indented(body)}"

    def match(self, depth):
        if sys.version_info < (3, 10):
            return self.assign(depth)
        a, b = self.rng.sample(VARIABLES, 2)
        arms = self.rng.sample([f"case 1:\n{indented(self.suite(depth, 1))}", f"case [{a}, {b}]:\n    pass\n",
                                f"case {{'k': {a}}}:\n    pass\n", f"case int():\n{indented(self.suite(depth, 1))}",
                                f"case str() as {b}:\n    pass\n", f"case [{a}, *{b}]:\n    pass\n"], 2)
        last = self.rng.choice([f"case {a}:\n    pass\n", "case _:\n    pass\n", ""])
        return f"match {self.value()[0]}:\n{indented(''.join(arms) + last)}"

    def keep_state(self, depth):
        name = self.rng.choice(VARIABLES)
        value, kind = self.value()
        self.bind(name, kind)
        return self.rng.choice([
            f"try:\n    {name}\nexcept NameError:\n    {name} = {value}\n",
            f"if {name!r} not in globals():\n    {name} = {value}\n",
            f"try:\n    {name} = {name}\nexcept NameError:\n    {name} = {value}\n",
            f"{name} = globals().get({name!r}) or {value}\n",
            f"try:\n    {name}\nexcept NameError:\n    {name} = {value}\nelse:\n    {self.rng.choice(VARIABLES)} = 2\n"])


# Histories

# What the shapes set on objects, which may be modules, and what modules have of it themselves.
SET_ON_OBJECTS = {"fld", *"jkmnpwxyz", "items", *VARIABLES, *FUNCTIONS, *CLASSES}
OWN = {}


def first_version(writer):
    chunks = [writer.statement() for _ in range(writer.rng.randint(2, 8))]
    if writer.chance(0.1):
        chunks.insert(0, '"""A docstring."""\n')
    if writer.prelude:
        chunks.insert(0, PRELUDE)
    return chunks


def edited(writer, chunks):
    """The same module after one edit; `chunks` are its top-level statements."""
    rng = writer.rng
    chunks = list(chunks)
    if not chunks:
        return [writer.statement()]
    at = rng.randrange(len(chunks))
    kind = rng.choices(["rename", "rename-all", "delete", "add", "move", "literal", "wrap-if", "wrap-try", "raise",
                        "guard", "replace", "syntax", "nothing"], [10, 8, 16, 14, 9, 9, 5, 5, 4, 4, 10, 2, 1])[0]
    words = re.findall(r"\b(?:[a-h]|f[a-d]|C[a-c])\b", chunks[at])
    if kind in ("rename", "rename-all") and words:
        old = rng.choice(words)
        pool = VARIABLES if len(old) == 1 else FUNCTIONS if old[0] == "f" else CLASSES
        new = rng.choice([*pool, old + "_new"])
        if old in writer.types:
            writer.types[new] = writer.types[old]
            writer.arity[new] = writer.arity.get(old, 0)
        where = range(len(chunks)) if kind == "rename-all" else [at]
        for index in where:
            chunks[index] = re.sub(rf"\b{old}\b", new, chunks[index])
    elif kind == "delete":
        del chunks[at]
    elif kind == "move":
        chunks.insert(rng.randrange(len(chunks)), chunks.pop(at))
    elif kind == "literal":
        chunks[at] = re.sub(r"\b\d\b", lambda _: str(rng.randint(0, 9)), chunks[at], count=1)
    elif kind == "wrap-if":
        chunks[at] = f"if {writer.condition()}:\n{indented(chunks[at])}"
    elif kind == "wrap-try":
        chunks[at] = f"try:\n{indented(chunks[at])}except {rng.choice(EXCEPTIONS)}:\n    pass\n"
    elif kind == "raise":
        chunks.insert(at, writer.failing() + "\n")
    elif kind == "guard":
        name = rng.choice(VARIABLES + FUNCTIONS)
        chunks[at] = f"if {name!r} not in globals():\n{indented(chunks[at])}"
    elif kind == "replace":
        chunks[at] = writer.statement()
    elif kind == "syntax":
        chunks[at] = rng.choice(["def broken(:\n    pass\n", "x = = 1\n", "if True:\npass\n", "return 1\n", "(\n"])
    elif kind != "nothing":
        chunks.insert(at, writer.statement())
    if writer.prelude and not any("class Swallow" in chunk for chunk in chunks) and rng.random() < 0.9:
        chunks.insert(0, PRELUDE)
    return chunks


def settled(writer, chunks, live, mercy):
    """The statements without most of those that raise: a history of nothing but accidents
    says little. `live` is what was loaded before; a copy of it is executed on."""
    for _ in range(len(chunks) + 1 if mercy == 1 else 8):
        scratch = dict(live)
        stage = execute("".join(chunks), 0, scratch)
        if stage["outcome"] != "raises" or not writer.chance(mercy):
            break
        line = 0
        for index, chunk in enumerate(chunks):
            line += chunk.count("\n")
            if stage["line"] <= line:
                del chunks[index]
                break
    return chunks, scratch


def first_mercy(chunks):
    outside = ("import", "open(")
    return 1 if any(word in chunk for chunk in chunks for word in outside) else 0.97


def history(seed):
    """The texts of one history."""
    writer = Writer(random.Random(f"reloadsafe history {seed}"))
    # A process holds what got through: what a library refuses is not live.
    chunks = first_version(writer)
    chunks, live = settled(writer, chunks, namespace()[0], first_mercy(chunks))
    versions = ["".join(chunks)]
    for _ in range(writer.rng.choices([0, 1, 2, 3, 4], [1, 12, 6, 3, 2])[0]):
        for _ in range(writer.rng.choices([1, 2, 3], [6, 3, 1])[0]):
            chunks = edited(writer, chunks)
        is_first = not any(parses(text) for text in versions)
        chunks, live = settled(writer, chunks, live, first_mercy(chunks) if is_first else 0.5)
        versions.append("".join(chunks))
        if not parses(versions[-1]):
            chunks = [chunk for chunk in chunks if parses(chunk)]
    return versions


def of_one_idiom(seed):
    """The texts of a history that is nothing but one idiom, on nothing or on another form of it."""
    rng = random.Random(f"reloadsafe idiom {seed}")
    writer = Writer(rng)
    idiom = rng.choice(every_idiom())
    earlier, later = (writer.noted(writer.named(expanded(idiom, rng))) for _ in range(2))
    is_held = writer.chance(0.4) and execute(earlier, 0, namespace()[0])["outcome"] == "completes"
    return [earlier if is_held else "", later]


def parses(text):
    try:
        compile(text, "x", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


# Truth

class TooLong(BaseException):
    pass


def alarm(_signal, _frame):
    raise TooLong


def execute(text, version, namespace):
    """Executes one version as the import system would; says how that ended."""
    filename = f"v{version}.py"
    try:
        code = compile(text, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return {"outcome": "syntax-error"}
    try:
        exec(code, namespace)
    except (TooLong, MemoryError):
        raise TooLong from None
    except BaseException as error:
        stage = {"outcome": "raises", "exception": type(error).__name__,
                 "bases": [c.__name__ for c in type(error).__mro__], "message": safe(error)}
        tb = error.__traceback__.tb_next
        stage["line"] = tb.tb_lineno if tb else 0
        while tb is not None:
            stage["inner"] = tb.tb_lineno
            tb = tb.tb_next
        stage["statement"] = statement_at(text, stage["line"])
        return stage
    return {"outcome": "completes"}


def safe(error):
    try:
        return str(error)[:120]
    except Exception:
        return ""


def names(namespace):
    return sorted(n for n in namespace if isinstance(n, str) and n not in MACHINERY)


def namespace():
    module = types.ModuleType("m")
    module.__file__, module.__package__ = "m.py", ""
    vars(module)["__builtins__"] = builtins
    sys.modules["m"] = module
    return vars(module), module


def truth(versions):
    """What CPython makes of a history."""
    live, keep = namespace()
    stages, since, held, before = [], {}, {}, {}
    for version, text in enumerate(versions):
        before = dict(live)
        stages.append(execute(text, version, live))
        for name, value in live.items():
            if name not in held or held[name] is not value:
                since[name] = version
        held = dict(live)
    fresh, keep_fresh = namespace()
    restart = execute(versions[-1], len(versions) - 1, fresh)
    holds = {}
    for name, value in list(live.items()):
        # What a decorator made of a definition is none of these, and an instance's `__getattr__`
        # must not run here.
        if type(value) is types.FunctionType:
            is_plain = re.fullmatch(r"v\d+\.py", value.__code__.co_filename)
            # A decorator may give another function of that name.
            is_decorated = any(re.search(rf"@[^\n]*\n\s*(async )?def {name}\(", text) for text in versions)
            if is_plain and not is_decorated and value.__code__.co_name == name:
                version = int(value.__code__.co_filename[1:-3])
                first = value.__code__.co_firstlineno
                holds[name] = [version, definition_lines(versions[version], first)]
        elif issubclass(type(value), type) and value.__name__ == name and value.__module__ == "m":
            holds[name] = [since[name], []]
    return {"stages": stages, "restart": restart, "names": names(live), "restart_names": names(fresh),
            "live_names": names(before), "holds": holds}


def limited(work, *arguments):
    """What `work` returns, or None where it takes too long; what it prints is lost."""
    signal.signal(signal.SIGALRM, alarm)
    # Again and again: what was raised may have been caught.
    signal.setitimer(signal.ITIMER_REAL, 2, 0.2)
    streams = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = DEVNULL
    try:
        try:
            return work(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except TooLong:
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.stdout, sys.stderr = streams


def cleaned():
    """Takes off library modules and functions what the shapes set on them."""
    for name in set(vars(builtins)) - BUILTINS:
        delattr(builtins, name)
    for module in list(sys.modules.values()):
        if isinstance(module, types.ModuleType):
            own = OWN.setdefault(module.__name__, SET_ON_OBJECTS & set(vars(module)))
            for name in (SET_ON_OBJECTS - own) & set(vars(module)):
                del vars(module)[name]
    vars(functools.wraps).clear()


def histories(seed, count, first=0):
    """The histories of a seed from the first one on; None for one that did not end in time."""
    import resource
    import warnings
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    warnings.simplefilter("ignore")
    for number in range(first, count):
        versions = limited(of_one_idiom if IDIOMS else history, f"{seed}.{number}")
        cleaned()
        result = versions and limited(truth, versions)
        cleaned()
        yield result and {"id": f"{seed}.{number}", "versions": versions, "truth": result}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0, help="the number of the first one")
    parser.add_argument("--out", help="a file instead of standard output")
    parser.add_argument("--each", action="store_true", help="a line for each that was left out, too: null")
    options = parser.parse_args()
    with open(options.out, "w") if options.out else os.fdopen(os.dup(1), "w") as out:
        for one in histories(options.seed, options.count, options.first):
            if one or options.each:
                print(json.dumps(one), file=out, flush=options.each)


if __name__ == "__main__":
    main()
