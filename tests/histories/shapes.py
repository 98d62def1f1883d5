"""Statements that real modules are made of, beyond the plain ones of `generate.py`: generators,
decorators, special methods, metaclasses, the module's own namespace, patterns, type parameters.

Each shape is a method of `Shapes` that returns one or more statements and notes what they bind.
"""

import sys

VARIABLES = list("abcdefgh")
FUNCTIONS = ["fa", "fb", "fc", "fd"]
CLASSES = ["Ca", "Cb", "Cc"]


def indented(text, by="    "):
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


class Shapes:
    """What `generate.Writer` writes besides; it brings `rng`, `bind`, `name` and the expressions."""

    def shape(self, depth):
        rng = self.rng
        shapes = [(self.generator, 6), (self.closure, 5), (self.decorated, 6), (self.special, 14), (self.hooks, 7),
                  (self.library_class, 7), (self.spread, 5), (self.comprehended, 5), (self.formatted, 5),
                  (self.own_module, 7), (self.loops, 7), (self.handlers, 7), (self.managers, 6), (self.items, 7),
                  (self.library, 8), (self.inherited, 7), (self.registry, 4), (self.class_body, 6), (self.lambdas, 5),
                  (self.export_list, 2), (self.recursive, 2), (self.executed, 2), (self.conditional, 4),
                  (self.mangled, 2), (self.walrus, 3), (self.annotations, 3), (self.bulk, 5), (self.objects, 18), (self.idioms, 90)]
        if sys.version_info >= (3, 10):
            shapes.append((self.patterns, 8))
        if sys.version_info >= (3, 11):
            shapes.append((self.groups, 3))
        if sys.version_info >= (3, 12):
            shapes.append((self.type_parameters, 5))
        return rng.choices([s for s, _ in shapes], [w for _, w in shapes])[0](depth)

    def pick(self, *names):
        return self.rng.choice(names)

    def variable(self):
        return self.rng.choice(VARIABLES)

    def setting(self, name, value, kind="any"):
        """`name = value`, noted."""
        self.bind(name, kind)
        return f"{name} = {value}\n"

    def defined(self, name, parameters, body, count=0):
        self.bind(name, "function")
        self.arity[name] = count
        return f"def {name}({parameters}):\n{indented(body)}"

    def risky(self, share=0.12):
        """A line that raises, now and then; else one that does nothing."""
        return self.failing() + "\n" if self.chance(share) else "pass\n"

    def global_effect(self):
        name = self.variable()
        if self.chance(0.4):
            self.bind(name, "int")
        return f"global {name}\n" + self.pick(f"{name} = {self.integer(2)}\n", f"{name} = 1\n", f"{name} += 1\n",
                                              f"del {name}\n", f"import math as {name}\n",
                                              f"if {self.condition()}:\n    {name} = 2\n")

    # Functions

    def generator(self, depth):
        name, result = self.rng.choice(FUNCTIONS), self.variable()
        body = self.pick("", "", self.global_effect(), self.risky(0.5))
        body += self.pick(f"for u in {self.sequence(1)}:\n    yield u\n", "yield 1\nyield 2\n", "yield from [1, 2]\n",
                          f"if {self.condition()}:\n    yield 1\n", "u = yield 1\n",
                          f"try:\n    yield {self.integer(2)}\nfinally:\n    pass\n")
        body += self.pick("", "", "", "return 5\n", self.risky(0.5), self.global_effect())
        text = self.defined(name, "", body)
        call = f"{name}()"
        use = self.pick(f"list({call})", f"[x for x in {call}]", f"next({call})", f"sum({call})", call, call, f"tuple({call})",
                        f"sorted({call})", f"{{x: 1 for x in {call}}}", f"next({call}, None)", f"any({call})", f"dict(k={call})",
                        f"[*{call}]", f"max({call}, default=0)", f"list(map(str, {call}))", f"list(zip({call}, 'ab'))")
        if self.chance(0.2):
            self.bind(result, "any")
            return text + self.pick(f"for {result} in {call}:\n    pass\n", f"{result}, *_rest = {call}\n",
                                    f"for {result} in {call}:\n    break\nelse:\n    {self.variable()} = 1\n")
        return text + self.setting(result, use)

    def closure(self, depth):
        name, result = self.rng.choice(FUNCTIONS), self.variable()
        inner = self.pick("nonlocal u\nu += 1\nreturn u\n", "return u\n", "nonlocal u\nu = [u]\n", f"return u + {self.integer(2)}\n",
                          "u = 5\nreturn u\n", "nonlocal u\ndel u\n", f"return {self.name() or 'u'}\n")
        body = self.pick("u = 1\n", "u = 1\n", "u = p\n", f"if {self.condition()}:\n    u = 1\n", "")
        body += f"def inner():\n{indented(inner)}"
        body += self.pick("inner()\nreturn u\n", "return inner\n", "return inner()\n", "u = 3\nreturn inner()\n",
                          "return [inner() for _ in range(2)]\n", "return lambda: inner()\n", "u = 2\nreturn inner\n")
        text = self.defined(name, "p=1", body)
        use = self.pick(f"{name}()", f"{name}(2)", f"{name}", f"{name}()()", f"callable({name}()) and {name}()()")
        return text + self.setting(result, use)

    def decorated(self, depth):
        deco, name = self.rng.sample(FUNCTIONS, 2)
        body = self.pick("return f\n", "return f\n", "def wrapper(*args, **kw):\n    return f(*args, **kw)\nreturn wrapper\n",
                         "f.mark = 1\nreturn f\n", "return f.__name__\n", "pass\n", "return f()\n",
                         self.global_effect() + "return f\n", self.risky(0.5) + "return f\n",
                         "import functools\n@functools.wraps(f)\ndef wrapper(*a):\n    return f(*a)\nreturn wrapper\n",
                         "class Wrapper:\n    def __init__(self):\n        self.f = f\n    def __call__(self, *a):\n        return self.f(*a)\nreturn Wrapper()\n")
        if self.chance(0.25):
            text = self.defined(deco, "p=1", f"def deco(f):\n{indented(body)}return deco\n", 1)
            use = self.pick(f"@{deco}()", f"@{deco}(2)", f"@{deco}(p=3)", f"@{deco}")
        else:
            text = self.defined(deco, "f", body, 1)
            use = f"@{deco}"
        if self.chance(0.25):
            use += "\n" + self.pick(f"@{deco}", "@(lambda f: f)", f"@{self.name('function') or deco}")
        if self.chance(0.2):
            target = self.rng.choice(CLASSES)
            self.bind(target, "class")
            return text + f"{use}\nclass {target}:\n    x = 1\n" + self.pick("", f"{self.variable()} = {target}()\n")
        self.bind(name, "function")
        self.arity[name] = 0
        text += f"{use}\ndef {name}({self.pick('', 'p=1')}):\n    {self.pick('return 1', self.risky(0.3).strip(), 'return p')}\n"
        return text + self.pick("", f"{name}()\n", self.setting(self.variable(), f"{name}()"))

    def lambdas(self, depth):
        function = self.name("function") or "len"
        value = self.pick("(lambda: 1)()", f"(lambda p, q={self.name() or '1'}: p)(1)", "(lambda *p: p)(1, 2)", "(lambda: missing)",
                          "sorted([2, 1], key=lambda x: -x)", f"sorted([1], key={function})", "list(map(lambda x: x + 1, [1, 2]))",
                          f"list(map({function}, [1]))", "list(filter(lambda x: x > 1, [1, 2]))", "max([1, 2], key=lambda x: -x)",
                          f"[{function} for _ in range(2)]", f"(lambda: {self.name() or '1'})()", "[p() for p in [lambda: 1]]",
                          f"(lambda p: p.no_such)({self.name() or '1'})", f"list(filter(None, {self.sequence(1)}))",
                          f"map({function}, [1])", "(lambda **k: k)(k=1)", f"min([3], key={function})")
        return self.setting(self.variable(), value)

    def recursive(self, depth):
        name = self.rng.choice(FUNCTIONS)
        text = self.defined(name, "p", self.pick(f"return 1 if p < 1 else p * {name}(p - 1)\n", f"if p > 0:\n    {name}(p - 1)\n",
                                                 f"return p and {name}(p - 1)\n"), 1)
        return text + self.setting(self.variable(), f"{name}({self.rng.randint(0, 4)})")

    # Classes

    def class_with(self, name, body, head=""):
        self.bind(name, "class")
        return f"class {name}{head}:\n{indented(body)}"

    def special(self, depth):
        """A class with a special method, and something that calls it."""
        name, result = self.rng.choice(CLASSES), self.variable()
        value = self.pick("1", "0", "True", "False", "None", "'x'", self.name() or "1", "self", "[1]", "iter([1, 2])")
        answer = f"return {value}\n" if self.chance(0.85) else self.failing() + "\n"
        effect = self.global_effect() if self.chance(0.1) else ""
        one, two = f"{name}()", f"{name}()"
        method, use = self.rng.choice([
            ("__bool__(self)", [f"1 if {one} else 2", f"not {one}", f"{one} and 3", f"{one} or 3", f"bool({one})"]),
            ("__len__(self)", [f"len({one})", f"1 if {one} else 2", f"not {one}"]),
            ("__eq__(self, o)", [f"{one} == {two}", f"{one} == 1", f"{{{one}: 1}}", f"{one} in [1, 2]", f"{one} != 1",
                                 f"{{{one}}}", f"hash({one})", f"[1].count({one})"]),
            ("__hash__(self)", [f"hash({one})", f"{{{one}: 1}}", f"{{{one}}}"]),
            ("__iter__(self)", [f"list({one})", f"[*{one}]", f"[x for x in {one}]", f"1 in {one}", f"sum({one})", f"dict(a={one})"]),
            ("__next__(self)", [f"next({one})", f"list({one})", f"iter({one})"]),
            ("__contains__(self, o)", [f"1 in {one}", f"1 not in {one}"]),
            ("__call__(self, p=1)", [f"{one}()", f"{one}(2)", f"callable({one})", f"list(map({one}, [1]))"]),
            ("__getitem__(self, k)", [f"{one}[0]", f"{one}['k']", f"list({one})[:3] if False else 1", f"{one}[1:2]"]),
            ("__getattr__(self, n)", [f"{one}.no_such", f"hasattr({one}, 'z9')", f"getattr({one}, 'z9', 5)", f"{one}.x"]),
            ("__getattribute__(self, n)", [f"{one}.no_such", f"{one}.x", f"hasattr({one}, 'z9')"]),
            ("__setattr__(self, n, v)", [f"setattr({one}, 'x', 1)"]),
            ("__add__(self, o)", [f"{one} + 1", f"{one} + {two}", f"1 + {one}"]),
            ("__radd__(self, o)", [f"1 + {one}", f"{one} + 1", f"sum([1, {one}])"]),
            ("__lt__(self, o)", [f"{one} < {two}", f"sorted([{one}, {two}])", f"max({one}, {two})", f"{one} > {two}"]),
            ("__str__(self)", [f"str({one})", f"f'{{{one}}}'", f"'%s' % {one}", f"repr({one})", f"print({one})"]),
            ("__repr__(self)", [f"repr({one})", f"f'{{{one}!r}}'", f"str([{one}])", f"str({one})"]),
            ("__format__(self, s)", [f"f'{{{one}:x}}'", f"format({one})", f"'{{}}'.format({one})"]),
            ("__index__(self)", [f"[1, 2][{one}]", f"range({one})", f"int({one})"]),
            ("__int__(self)", [f"int({one})"]),
            ("__neg__(self)", [f"-{one}", f"+{one}"]),
            ("__enter__(self)", [f"{one}"]),
            ("__new__(cls)", [one, f"{one}.x"]),
            ("__init__(self, p)", [one, f"{name}(1)", f"{name}(p=2)"]),
            ("__init__(self, p=1)", [one, f"{name}(1, 2)", f"{name}(q=2)"]),
            ("__del__(self)", [one]),
            ("__iadd__(self, o)", [one]),
            ("__class_getitem__(cls, k)", [f"{name}[int]", f"{name}[1]"]),
            ("__instancecheck__(self, o)", [f"isinstance(1, {name})"]),
            ("__reversed__(self)", [f"list(reversed({one}))"]),
            ("__getstate__(self)", [one]), ("__missing__(self, k)", [f"{name}()['k']"]),
        ])
        if method == "__new__(cls)" and self.chance(0.6):
            answer = self.pick("return super().__new__(cls)\n", "return object.__new__(cls)\n", "return 1\n")
        # When objects are thrown away is nobody's business.
        answer = "pass\n" if "__del__" in method else effect + answer
        head = "(dict)" if "missing" in method and self.chance(0.8) else self.pick("", "", "", "(object)", f"({self.name('class') or 'object'})")
        body = f"x = 1\ndef {method}:\n{indented(answer)}"
        if self.chance(0.15):
            body += "def __init__(self):\n    self.x = 2\n"
        return self.class_with(name, body, head) + self.setting(result, self.rng.choice(use))

    def hooks(self, depth):
        """Metaclasses, `__init_subclass__`, `__set_name__`, descriptors."""
        one, two = self.rng.sample(CLASSES, 2)
        effect = self.pick("pass\n", "pass\n", self.risky(0.6), self.global_effect())
        kind = self.rng.randrange(7)
        if kind == 0:
            keywords = self.pick("", "**kw", "k=1", "**kw")
            text = self.class_with(one, f"def __init_subclass__(cls{', ' + keywords if keywords else ''}):\n{indented(effect)}"
                                        f"    {self.pick('super().__init_subclass__()', 'cls.mark = 1', 'pass')}\n")
            return text + self.class_with(two, "x = 1\n", self.pick(f"({one})", f"({one})", f"({one}, k=2)")) + \
                self.pick("", f"{self.variable()} = {two}.mark\n")
        if kind == 1:
            text = self.class_with(one, f"def __set_name__(self, owner, name):\n{indented(effect)}    self.named = name\n"
                                        + self.pick("", "def __get__(self, o, t=None):\n    return self.named\n"))
            return text + self.class_with(two, f"item = {one}()\n", self.pick("", "(object)")) + \
                self.setting(self.variable(), self.pick(f"{two}.item", f"{two}().item", f"{two}.item.named", "1"))
        if kind == 2:
            body = self.pick(
                f"def __new__(mcs, name, bases, ns, **kw):\n{indented(effect)}    return super().__new__(mcs, name, bases, ns)\n",
                f"def __init__(cls, name, bases, ns, **kw):\n{indented(effect)}    cls.mark = 1\n",
                f"def __call__(cls, *args):\n{indented(effect)}    return super().__call__(*args)\n",
                "def __getattr__(cls, name):\n    return name\n",
                "def __len__(cls):\n    return 3\n", "def __iter__(cls):\n    return iter([1])\n", "def __bool__(cls):\n    return False\n",
                f"@classmethod\ndef __prepare__(mcs, name, bases):\n{indented(effect)}    return {{'given': 1}}\n",
                "def __new__(mcs, name, bases, ns):\n    ns['extra'] = 1\n    return type.__new__(mcs, name, bases, ns)\n",
                "def __new__(mcs, name, bases, ns):\n    return 5\n")
            text = self.class_with(one, body, "(type)") + self.class_with(two, "x = 1\n", f"(metaclass={one})")
            use = self.pick(f"{two}.mark", f"{two}()", f"{two}.z9", f"len({two})", f"list({two})", f"1 if {two} else 2", f"{two}.given",
                            f"{two}.extra", "1", f"{two}.x")
            return text + self.setting(self.variable(), use)
        if kind == 3:
            body = f"def __get__(self, o, t=None):\n{indented(effect)}    return {self.pick('1', 'self', 'o', 'missing')}\n"
            if self.chance(0.5):
                body += f"def __set__(self, o, v):\n{indented(self.pick('pass', 'o.__dict__[1] = v', 'raise AttributeError(v)') + chr(10))}"
            text = self.class_with(one, body) + self.class_with(two, f"p = {one}()\ndef __init__(self, v=1):\n    self.{self.pick('p', 'v')} = v\n")
            return text + self.setting(self.variable(), self.pick(f"{two}().p", f"{two}.p", f"{two}()", f"{two}(2).v"))
        if kind == 4:
            setter = self.pick("", "", "@p.setter\ndef p(self, v):\n    self.v = v\n")
            text = self.class_with(one, f"v = 1\n@property\ndef p(self):\n{indented(effect)}    return self.v\n{setter}")
            instance = self.variable()
            text += self.setting(instance, f"{one}()", "instance")
            return text + self.pick(f"{instance}.p = 2\n", f"del {instance}.p\n", self.setting(self.variable(), f"{instance}.p"), f"{instance}.p += 1\n",
                                    self.setting(self.variable(), f"{one}.p"))
        if kind == 5:
            text = self.class_with(one, f"__slots__ = {self.pick(chr(39) + 's' + chr(39), '()', repr(('s', 't')), repr(['s']))}\n"
                                        + self.pick("", "def __init__(self):\n    self.s = 1\n", "s2 = 1\n"))
            instance = self.variable()
            text += self.setting(instance, f"{one}()", "instance")
            return text + self.pick(f"{instance}.s = 2\n", f"{instance}.other = 2\n", self.setting(self.variable(), f"{instance}.s"), f"{instance}.__dict__\n",
                                    f"del {instance}.s\n")
        text = self.class_with(one, f"@staticmethod\ndef s(p=1):\n{indented(effect)}    return p\n@classmethod\ndef c(cls, p=1):\n    return cls\n")
        use = self.pick(f"{one}.s()", f"{one}().s(2)", f"{one}.c()", f"{one}().c()()", f"{one}.s(1, 2)", f"{one}.c(1)", f"{one}.c()()")
        return text + self.setting(self.variable(), use)

    def inherited(self, depth):
        one, two, three = self.rng.sample(CLASSES, 3)
        effect = self.risky(0.2)
        text = self.class_with(one, f"x = 1\ndef __init__(self, p=1):\n    self.p = p\ndef m(self):\n{indented(effect)}    return self.p\n",
                               self.pick("", "", "(dict)", "(Exception)", "(list)", "(str)"))
        body = self.pick("def m(self):\n    return super().m()\n", "def __init__(self):\n    super().__init__(2)\n", "def __init__(self):\n    pass\n",
                         "y = 2\n", f"def m(self):\n    return super({two}, self).m()\n", f"def m(self):\n    return {one}.m(self)\n", "x = 2\n",
                         "def __init__(self, q):\n    super().__init__()\n", "def m(self):\n    return super().no_such()\n", "m = 5\n")
        text += self.class_with(two, body, f"({one})")
        if self.chance(0.3):
            bases = self.pick(f"{two}, {one}", f"{one}, {two}", f"{two}, object", f"object, {two}", f"{one}, {one}", f"{two}, int", f"{two}, dict", f"{two}, Exception")
            text += self.class_with(three, "pass\n", f"({bases})")
            two = three if self.chance(0.5) else two
        use = self.pick(f"{two}().m()", f"{two}().x", f"{two}().p", f"{two}()", f"isinstance({two}(), {one})", f"issubclass({two}, {one})", f"{two}(1)",
                        f"{two}.m", f"{two}().y", f"{two}.__mro__", f"{two}.__name__", f"{two}.x", f"type({two}())", f"{two}().m")
        return text + self.setting(self.variable(), use)

    def class_body(self, depth):
        name = self.rng.choice(CLASSES)
        rng = self.rng
        lines = []
        for _ in range(rng.randint(1, 3)):
            lines.append(rng.choice([
                "x = 1\ny = x + 1\n", "items = [1, 2]\ntotal = sum(items)\n", "n = 2\nz = [n for _ in range(2)]\n", "z = [i for i in range(2) if i]\n",
                "class Inner:\n    v = 1\nw = Inner.v\n", "def m(self): return 1\nalias = m\n", "x = 1\ndel x\n", "for i in range(2):\n    locals()[f'n{i}'] = i\n",
                f"if {self.condition()}:\n    def m(self): return 2\nelse:\n    m = None\n", "try:\n    x\nexcept NameError:\n    x = 1\n",
                f"v = {self.name() or '1'}\n", f"k = {self.value()[0]}\n", "def _d(f): return f\n@_d\ndef m(self): return 1\n", "x: int\n", "x: 'int' = 2\n",
                "l = lambda self: 1\n", f"__doc__ = 'x'\n", "'a docstring'\n", "import math\n", "from math import pi\nr = pi * 2\n", self.failing() + "\n" if self.chance(0.2) else "pass\n",
                "with_x = x if 'x' in locals() else None\n", "a, b = 1, 2\n", "(w := 5)\n", "global cg\ncg = 2\n", f"{self.variable()} = {self.variable()}\n",
                f"def m(self, p={self.name() or '1'}): return p\n", "z = {j: 1 for j in range(2)}\n", "m1 = property(lambda self: 1)\n"]))
        text = self.class_with(name, "".join(lines), self.pick("", "", f"({self.name('class') or 'object'})"))
        return text + self.pick("", "", self.setting(self.variable(), self.pick(f"{name}.x", f"{name}().m()", f"{name}.y", f"{name}.a", f"{name}.z", f"{name}()")))

    def mangled(self, depth):
        name = self.rng.choice(CLASSES)
        body = self.pick("__h = 1\ndef m(self):\n    return self.__h\n", "def __init__(self):\n    self.__h = 1\ndef m(self):\n    return self.__h\n",
                         "def m(self):\n    global __g\n    __g = 1\n    return 1\n", "__h = 1\nz = __h\ndef m(self):\n    return 1\n",
                         "def m(self, __p=1):\n    return __p\n", "def m(self):\n    __u = 2\n    return __u\n")
        return self.class_with(name, body) + self.setting(self.variable(), self.pick(
            f"{name}().m()", f"{name}()._{name}__h", f"{name}._{name}__h", f"{name}().__h", f"_{name}__g if {name}().m() else 1"))

    def library_class(self, depth):
        """Dataclasses, named tuples, enumerations, abstract classes."""
        name, result = self.rng.choice(CLASSES), self.variable()
        kind = self.rng.randrange(5)
        if kind == 0:
            fields = self.pick("x: int = 1\n", "x: int\n", "x: int = 1\ny: list = None\n", "x: int = field(default=1)\n", "x: list = field(default_factory=list)\n")
            text = "from dataclasses import dataclass, field\n" + self.pick("@dataclass\n", "@dataclass(frozen=True)\n", "@dataclass()\n")
            text += self.class_with(name, fields)
            use = self.pick(f"{name}(1)", f"{name}()", f"{name}(x=2)", f"{name}(1).x", f"{name}(1) == {name}(1)", f"{name}.x", f"{name}(1, 2, 3)", f"str({name}(1))")
        elif kind == 1:
            text = "from typing import NamedTuple\n" + self.class_with(name, self.pick("x: int = 1\n", "x: int\ny: str = ''\n"), "(NamedTuple)")
            use = self.pick(f"{name}(1)", f"{name}(1).x", f"{name}(1)[0]", f"{name}()", f"{name}(1)._replace(x=2)", f"len({name}(1))", f"[*{name}(1)]")
        elif kind == 2:
            text = self.pick("import enum\n", "import enum\n", "import enum\n" if self.chance(0.9) else "")
            text += self.class_with(name, self.pick("A = 1\nB = 2\n", "A = enum.auto()\n", "A = 'x'\ndef m(self):\n    return self.value\n"), self.pick("(enum.Enum)", "(enum.Enum)"))
            use = self.pick(f"{name}.A", f"{name}.A.value", f"{name}(1)", f"{name}['A']", f"list({name})", f"{name}.A is {name}.A", f"{name}.A == 1", f"{name}.no_such",
                            f"len({name})", f"1 if {name}.A else 2", f"{name}.A.name", f"isinstance({name}.A, {name})", f"{name}.A in {{{name}.A: 1}}")
        elif kind == 3:
            text = "import abc\n" + self.class_with(name, "@abc.abstractmethod\ndef m(self): ...\ndef n(self): return 1\n", self.pick("(abc.ABC)", "(metaclass=abc.ABCMeta)"))
            use = self.pick(f"{name}()", f"{name}", f"type('T', ({name},), {{'m': 1}})()", f"{name}.n", f"isinstance(1, {name})")
        else:
            text = "import collections\n"
            self.bind(name, "class")
            text += f"{name} = collections.namedtuple('{name}', {self.pick(repr('x y'), repr(['x', 'y']), repr('x, y'))}{self.pick('', ', defaults=[1, 2]')})\n"
            use = self.pick(f"{name}(1, 2)", f"{name}(1, 2).x", f"{name}(x=1, y=2)", f"{name}._fields", f"{name}(1, 2)._asdict()")
        return text + self.setting(result, use)

    def type_parameters(self, depth):
        name, cls = self.rng.choice(FUNCTIONS), self.rng.choice(CLASSES)
        base = self.pick("", f"({self.name('class') or 'object'})", "(list[T])", "(missing)" if self.chance(0.3) else "(object)", "(dict)")
        kind = self.rng.randrange(3)
        if kind == 0:
            text = self.class_with(f"{cls}", "def m(self, p: T = None) -> T:\n    return p\n" + self.pick("", "x = 1\n", self.risky(0.3)), f"[T]{base}")
            return text + self.setting(self.variable(), self.pick(f"{cls}()", f"{cls}[int]", f"{cls}[int]()", f"{cls}().m()", f"{cls}().m(1)", f"{cls}.__type_params__", f"{cls}().x"))
        if kind == 1:
            annotation = self.pick("T", "list[T]", "missing" if self.chance(0.3) else "T", self.name("class") or "int")
            bound = self.pick("T", "T: int", "*Ts", "**P", "T: missing", "T, U")
            self.bind(name, "function")
            self.arity[name] = 1
            default = self.pick("", f" = {self.name() or '1'}")
            text = f"def {name}[{bound}](p: {'int' if 'T' not in bound or '*' in bound else annotation}{default}) -> int:\n    return {self.pick('p', '1', self.name() or 'p')}\n"
            return text + self.setting(self.variable(), self.pick(f"{name}(1)", f"{name}()", name))
        alias = self.variable()
        self.bind(alias)
        return f"type {alias}[T] = {self.pick('list[T]', 'missing', 'dict[str, T]')}\n" + \
            self.setting(self.variable(), self.pick(f"{alias}.__value__", f"{alias}[int]", alias, f"{alias}.__name__", f"{alias}()"))

    # Expressions

    def spread(self, depth):
        name = self.name("list") or "[1]"
        mapping = self.name("dict") or "{'k': 1}"
        a, b = self.rng.sample(VARIABLES, 2)
        if self.chance(0.4):
            self.bind(a, "any")
            self.bind(b, "list")
            return self.pick(f"{a}, *{b} = {name}\n", f"*{b}, {a} = 1, *{name}\n", f"({a}, *{b}), _x = [1, 2], 3\n", f"{a}, *{b}, _z = 'xyz'\n",
                             f"{a}, {b} = {b}, {a}\n", f"{a} = {b} = {name}\n", f"[{a}, *{b}] = range(3)\n", f"for {a}, *{b} in [(1, 2, 3)]:\n    pass\n",
                             f"{a}, {b} = {{1: 2, 3: 4}}.items()\n", f"{a}, {b} = map(str, [1, 2])\n", f"{a}, {b} = zip([1], [2])\n", f"{a}[{b}] = 1, 2\n")
        value = self.pick(f"[*{name}, *{name}]", f"{{**{mapping}, 'z': 1}}", f"dict(**{mapping})", f"max(*{name}, 0)", f"print(*{name})", f"(*{name}, 1)",
                          f"{{*{name}}}", f"dict({mapping}, j=2)", f"(lambda *p, **q: len(p))(*{name}, **{mapping})", f"'{{}}'.format(*{name})",
                          f"{self.name('function') or 'len'}(*[])", f"{self.name('function') or 'len'}(*{name})", f"sum([*{name}])", f"list((*{name},))",
                          f"{{**{mapping}, **{{'k': 2}}}}['k']", f"{self.name('function') or 'dict'}(**{{}})")
        return self.setting(a, value)

    def comprehended(self, depth):
        name = self.name("list") or "[1, 2]"
        value = self.pick("[(i, j) for i in range(2) for j in range(i)]", f"[i for i in {name} if i]", f"{{i: j for i, j in enumerate({name})}}",
                          f"{{str(i) for i in {name}}}", f"[y for i in range(2) if (y := i)]", f"list(i for i in {name})", f"sum(1 for _ in {name})",
                          f"any(i for i in {name})", f"all(i == 1 for i in {name})", f"[[j for j in range(i)] for i in range(2)]", f"next(i for i in {name})",
                          f"next((i for i in {name} if i == 7), None)", f"dict((i, 1) for i in {name})", f"[i for i in {self.condition()} and [1] or []]",
                          f"{{k: v for k, v in {self.name('dict') or '{}'}.items()}}", f"[{self.name('function') or 'str'}(i) for i in {name}]",
                          f"[i / 0 for i in {name} if False]", f"[missing for i in {name}]", f"(missing for i in {name})", f"[i for i in missing]",
                          f"(i for i in {self.name() or '1'})", f"tuple(i for i, in [[1], [2]])", f"{{i: i for i in {name}}}.get(1)", f"min(i for i in {name})",
                          f"''.join(str(i) for i in {name})", f"[globals() for i in {name}][0] is globals()", f"sorted(i for i in {name})",
                          f"[{self.variable()} for {self.variable()} in {name}]", f"{{{self.name() or '1'}: 1 for i in {name}}}")
        return self.setting(self.variable(), value)

    def formatted(self, depth):
        name = self.name() or "1"
        text = self.name("str") or "'ab'"
        value = self.pick(f"f'{{{name}}}'", f"f'{{{name}:>5}}'", f"f'{{{name}!r:10}}'", f"f'{{{name}:d}}'", f"f'{{1:{{2}}}}'", f"f'{{{name}=}}'", f"'%s' % {name}",
                          f"'%d' % {name}", f"'%s %s' % (1, {name})", f"'{{}}'.format({name})", "'{0} {1}'.format(1, 2)", "'{} {}'.format(1)", "'{x}'.format(x=1)",
                          f"{text}.split()", f"{text}.join(['x', 'y'])", f"{text}.join({self.name('list') or '[]'})", f"{text} * 2", f"{text}[0]", f"{text}[-1:]", f"{text}[5]",
                          f"{text}.startswith('a')", f"{text}.find('b')", f"{text}.index('b')", f"{text}.encode()", f"b'x'.decode()", f"{text} + {self.name() or text}",
                          f"{text} in {self.name() or text}", f"str({name})", f"repr({name})", f"len({text})", f"'%(k)s' % {{'k': 1}}", "'%s' % (1, 2)", f"f'{{{name}.no_such}}'",
                          f"int({text})", f"float('1.5')", f"{text}.format({name})", f"{text}.splitlines()", f"{text}.partition(',')", f"ord({text})", f"chr(97)", f"{text} % ()",
                          f"{text}.title().lower().center(9)", f"{text}.no_such()", f"f'{{missing}}'", f"f'{{{name}!s}}{{{name}!a}}'", f"{text}.upper", f"{text} < 'z'", f"{text} < 1")
        return self.setting(self.variable(), value, "any")

    def items(self, depth):
        """Reads, writes and deletions of items, attributes, slices."""
        rng = self.rng
        seq, mapping, thing = self.name("list") or "[1, 2]", self.name("dict") or "{}", self.name("instance", "class", "function") or "object"
        number = self.name("int") or "1"
        if self.chance(0.45):
            self_target = self.pick("l", "d", "n")
            target = {"l": self.name("list"), "d": self.name("dict"), "n": self.name()}[self_target] or self.variable()
            return rng.choice({
                "l": [f"{target}[0] = 1\n", f"{target}[0] += 1\n", f"{target}[:] = []\n", f"{target}[1:2] = [3]\n", f"del {target}[0]\n", f"del {target}[:]\n", f"{target} += [1]\n",
                      f"{target} *= 2\n", f"{target}.sort()\n", f"{target}.pop()\n", f"{target}.extend({seq})\n", f"{target}.insert(0, 5)\n", f"{target}.remove(1)\n", f"{target}.clear()\n",
                      f"{target}.reverse()\n", f"{target}.append({target})\n", f"{target} += 'ab'\n", f"{target} += 1\n", f"{target}[{number}] = 2\n", f"{target}.sort(key=str, reverse=True)\n"],
                "d": [f"{target}['k'] = 1\n", f"{target}['k'] += 1\n", f"del {target}['k']\n", f"{target}.update(k=2)\n", f"{target}.setdefault('k', []).append(1)\n", f"{target}.pop('k', None)\n",
                      f"{target}.pop('k')\n", f"{target}['n'] = {target}.get('n', 0) + 1\n", f"{target}.update({mapping})\n", f"{target}.update([('k', 1)])\n", f"{target}.popitem()\n", f"{target}.clear()\n",
                      f"{target}[[]] = 1\n", f"{target}[{number}] = 2\n", f"{target} |= {{'z': 1}}\n", f"{target}.k = 1\n", f"{target}[1, 2] = 3\n", f"{target}.setdefault([], 1)\n"],
                "n": [f"{target}.fld = 1\n", f"{target}.fld += 1\n", f"del {target}.fld\n", f"setattr({target}, 'fld', 2)\n", f"{target}[0] = 1\n", f"del {target}[0]\n", f"{target} += 1\n", f"{target} += [1]\n",
                      f"{target} += 'x'\n", f"{target}.fld.other = 1\n", f"{target}.__doc__ = 'x'\n", f"{target}.__dict__\n", f"del {target}, {self.variable()}\n", f"{target} **= 2\n", f"{target} //= 1\n", f"{target} |= 1\n",
                      f"{target}.append(1)\n", f"{target}.x\n", f"{target}()\n", f"{target}(1, 2, 3)\n", f"{target}: int = {target}\n", f"{target}.fld: int = 1\n", f"({target}) = 1\n", f"assert {target}\n",
                      f"assert {target} is not None, 'x'\n", f"delattr({target}, 'fld')\n", f"raise {target}\n" if self.chance(0.1) else f"{target} = {target} or 1\n"]}[self_target])
        value = self.pick(f"{seq}[0]", f"{seq}[-1]", f"{seq}[:1]", f"{seq}[::2]", f"{seq}[{number}]", f"{mapping}['k']", f"{mapping}.get('k', 1)", f"{mapping}.keys()", f"list({mapping}.items())",
                          f"'k' in {mapping}", f"1 in {seq}", f"{seq} + [1]", f"{seq} * 2", f"{seq} == [1]", f"{seq} < [2]", f"len({mapping})", f"{thing}.__name__", f"{thing}.no_such", f"getattr({thing}, 'x', None)",
                          f"hasattr({thing}, 'x')", f"{thing}.__class__", f"type({thing})", f"{thing}.__dict__", f"{thing}.__module__", f"{seq}.index(1)", f"{seq}.count(1)", f"{seq}.pop()", f"{mapping} | {{}}",
                          f"{seq}['x']", f"{mapping}[0]", f"{mapping}[[]]", f"{{1, 2}} | {{3}}", f"{{1, 2}} & set({seq})", f"set({seq}) - {{1}}", f"frozenset({seq})", f"tuple({seq})", f"(1, 2, 3)[{number}]", f"(1, 2) + tuple({seq})",
                          f"{number} in {seq}", f"{number} ** 2", f"{number} / 2", f"{number} % 3", f"-{number}", f"~{number}", f"{number} << 1", f"{number} & 3", f"{number} / ({number} - {number})", f"divmod({number}, 2)", f"round({number}, 1)",
                          f"abs({number})", f"{number} == 1.0", f"{number} is {number}", f"{thing} is {thing}", f"{thing} == {thing}", f"min({seq}, default=0)", f"list(reversed({seq}))", f"list(enumerate({seq}))", f"[*zip({seq}, 'ab')]",
                          f"iter({seq})", f"next(iter({seq}), 5)", f"dict.fromkeys({seq})", f"{thing}()", f"callable({thing})", f"id({thing})", f"isinstance({thing}, type)", f"vars({thing})", f"{number}.real", f"{number}.bit_length()", f"{seq} is {seq}",
                          f"bool({seq})", f"not {mapping}", f"{seq} and {seq}[0]", f"{mapping} or 1", f"{seq} if {seq} else {mapping}", f"{seq} != {mapping}", f"type({seq})({seq})", f"str({thing})", f"hash({number})", f"hash({seq})", f"2 ** -{number}", f"0 ** {number}",
                          f"{thing}.__doc__", f"{thing}.mro()", f"sum({seq}, [])", f"sum({seq})", f"max({seq})", f"{seq}.sort()", f"{seq}.copy()", f"{mapping}.copy()", f"{mapping}.values()", f"int({number})", f"int('1{number}')", f"float({number})", f"complex(1)")
        return self.setting(self.variable(), value)

    def walrus(self, depth):
        a, b = self.rng.sample(VARIABLES, 2)
        self.bind(a, "int")
        return self.pick(f"if ({a} := {self.integer(2)}) > 2:\n    {b} = {a}\n", f"while ({a} := {a} - 1 if '{a}' in globals() and isinstance({a}, int) and 0 < {a} < 5 else 0):\n    pass\n",
                         f"[{a} := i for i in range({self.rng.randint(0, 2)})]\n", f"print({a} := 1, {b} := 2)\n", f"{b} = [{a} := 1, {a} + 1]\n", f"any(({a} := i) > 1 for i in [1, 2, 3])\n",
                         f"{b} = ({a} := 5) if {self.condition()} else ({a} := 6)\n", f"{b} = {self.condition()} and ({a} := 3)\n", f"{b} = {self.condition()} or ({a} := 3)\n", f"f'{{({a} := 2)}}'\n",
                         f"def fa(p=({a} := 4)): return p\n", f"{b} = lambda: ({a} := 1)\n", f"0 < ({a} := 1) < ({b} := 0) < ({a} := 3)\n", f"{{1: ({a} := 2)}}\n", f"assert ({a} := 1)\n")

    # The module itself

    def own_module(self, depth):
        a = self.variable()
        own = "sys.modules[__name__]"
        self.bind(a, "any")
        text = self.pick(f"globals()['{a}'] = 1\n", f"globals().update({a}=1)\n", f"globals().update({{'{a}': 1}})\n", f"vars()['{a}'] = 1\n", f"locals()['{a}'] = 2\n", f"globals().pop('{a}', None)\n",
                         f"globals().pop('{a}')\n", f"del globals()['{a}']\n", f"{a} = globals()['{self.variable()}']\n", f"{a} = vars().get('{self.variable()}', 5)\n", f"{a} = globals().setdefault('{self.variable()}', [])\n",
                         f"import sys\nsetattr({own}, '{a}', 1)\n", f"import sys\n{own}.{a} = 1\n", f"import sys\n{a} = getattr({own}, '{self.variable()}', 0)\n", f"import sys\n{a} = hasattr({own}, '{self.variable()}')\n",
                         f"import sys\n{a} = {own}.{self.variable()}\n", f"import sys\ndel {own}.{a}\n", f"import sys\ndelattr({own}, '{a}')\n", f"{a} = __name__\n", f"{a} = __doc__\n", f"{a} = __file__\n", f"{a} = len(globals()) > 3\n",
                         f"for _n in ['{a}', '{self.variable()}']:\n    globals()[_n] = 1\n", f"{a} = [n for n in globals() if n == 'x']\n", f"{a} = [n for n in dir() if n.startswith('z')]\n", f"{a} = sorted(globals())[0]\n",
                         f"def __getattr__(name):\n    return name\n", f"def __getattr__(name):\n    raise AttributeError(name)\n", f"def __dir__():\n    return []\n", f"{a} = {self.variable()} = None\n", f"{a} = __spec__\n", f"{a} = __builtins__\n",
                         f"if not globals().get('{a}'):\n    {a} = 1\n", f"if '{a}' in vars():\n    del {a}\n", f"{a} = '{self.variable()}' in dir()\n", f"try:\n    del {a}\nexcept NameError:\n    pass\n", f"global {a}\n{a} = 1\n" if False else f"{a} = 1\n",
                         f"{a} = __import__('math')\n", f"import importlib\n{a} = importlib.import_module('math')\n", f"import builtins\n{a} = builtins.len\n", f"{a} = len\nlen = {a}\n" if self.chance(0.2) else f"{a} = len\n", f"{a} = dict(globals()).get('{self.variable()}')\n",
                         f"{a} = {{**globals()}}.get('{self.variable()}')\n", f"for _k in list(globals()):\n    if _k == '{self.variable()}':\n        del globals()[_k]\n", f"globals().__setitem__('{a}', 1)\n", f"globals().__contains__('{a}')\n", f"{a} = globals().keys() & {{'{self.variable()}'}}\n",
                         f"{a} = eval('1 + 1')\n", f"{a} = callable(globals().get('fa')) and fa\n", f"exec('{a} = 1', globals())\n")
        return text

    def registry(self, depth):
        store, register, name = self.variable(), *self.rng.sample(FUNCTIONS, 2)
        self.bind(store, self.pick("dict", "list"))
        kind = self.types[store]
        start = "{}" if kind == "dict" else "[]"
        text = self.pick(f"{store} = {start}\n", f"{store} = globals().get('{store}', {start})\n", f"try:\n    {store}\nexcept NameError:\n    {store} = {start}\n")
        add = f"{store}[f.__name__] = f\n" if kind == "dict" else f"{store}.append(f)\n"
        if kind == "dict" and self.chance(0.3):
            add = f"if f.__name__ in {store}:\n    raise ValueError(f.__name__)\n" + add
        text += self.defined(register, "f", add + "return f\n", 1)
        self.bind(name, "function")
        self.arity[name] = 0
        text += f"@{register}\ndef {name}():\n    return 1\n"
        return text + self.pick("", self.setting(self.variable(), f"len({store})"), self.setting(self.variable(), f"{store}['{name}']()" if kind == "dict" else f"{store}[0]()"),
                                f"for f in {store}:\n    pass\n", f"assert len({store}) == 1\n")

    def export_list(self, depth):
        names = self.known() or ["a"]
        one = self.rng.choice(names)
        return self.pick(f"__all__ = ['{one}']\n__all__ += ['{self.variable()}']\n", f"__all__ = ['{one}']\n__all__.append('{self.variable()}')\n", f"__all__ = ('{one}',)\n", f"__all__.append('{one}')\n",
                         f"__all__ = [n for n in globals() if not n.startswith('_')]\n", f"__all__ = sorted(['{one}'])\n", f"__all__ = ['{one}'] + ['x']\n", f"del __all__\n" if self.chance(0.3) else "__all__ = []\n")

    def executed(self, depth):
        a = self.variable()
        self.bind(a, "any")
        return self.pick(f"exec('{a} = 1')\n", f"exec('{a} = 1', {{}})\n", f"exec('{a} = 1; {self.variable()} = 2', globals())\n", f"exec('1 / 0')\n", f"exec('import math as {a}')\n", f"{a} = eval('{self.name() or 1}')\n",
                         f"{a} = type('T', (), {{'x': 1}})\n", f"{a} = type('T', (object,), {{}})()\n", f"{a} = compile('1', 'x', 'eval')\n")

    def conditional(self, depth):
        name = self.rng.choice(FUNCTIONS)
        self.bind(name, "function")
        self.arity[name] = 0
        body = lambda: f"def {name}():\n    return {self.integer(2)}\n"  # noqa: E731
        return self.pick(f"if {self.condition()}:\n{indented(body())}else:\n{indented(body())}", f"try:\n    {self.failing()}\nexcept Exception:\n{indented(body())}",
                         f"import sys\nif sys.version_info >= (3, 8):\n{indented(body())}else:\n    {self.variable()} = 1\n", f"from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import nope_missing\n{body()}",
                         f"if __debug__:\n{indented(body())}", f"import os\nif os.name == 'posix':\n{indented(body())}", f"import sys\nif sys.platform == 'win32':\n{indented(body())}else:\n    {name} = lambda: 1\n",
                         f"import os\nif os.environ.get('RELOADSAFE_UNSET'):\n{indented(body())}{name} = 1\n", f"if {self.condition()}:\n    raise ImportError('x')\n" if self.chance(0.2) else body(),
                         f"import sys\nif sys.version_info < (3, 0):\n    raise RuntimeError\n{body()}", f"if not {self.condition()}:\n    pass\nelif {self.condition()}:\n{indented(body())}")

    def annotations(self, depth):
        a = self.variable()
        return self.pick(f"{a}: missing = 1\n" if self.chance(0.2) else f"{a}: int = 1\n", f"{a}: 'missing' = 1\n", f"{a}: list[int] = []\n", f"__annotations__['{a}'] = int\n", f"{a} = __annotations__\n", f"def fa(p: {self.name() or 'int'}) -> {self.name() or 'int'}: return p\n",
                         f"{a} = fa.__annotations__\n", f"{a}: {self.name() or 'int'}\n", f"({a}): int = 2\n", f"{a}: 'list[{a}]'\n", f"def fa(p: missing): pass\n" if self.chance(0.2) else f"def fa(p: 'missing'): pass\n",
                         f"from typing import Optional, List\n{a}: Optional[int] = None\n", f"from typing import Any\n{a} = Any\n", f"import typing as t\n{a}: t.Dict[str, int] = {{}}\n", f"{a}: int | None = None\n")

    def bulk(self, depth):
        """Loops that bind, deletions of several, chains."""
        a, b, c = self.rng.sample(VARIABLES, 3)
        for n in (a, b):
            self.bind(n, "any")
        return self.pick(f"for {a} in ('x', 'y'):\n    globals()[{a}] = {a}\ndel {a}\n", f"for {a} in []:\n    {b} = 1\n", f"for {a}, {b} in {{'k': 1}}.items():\n    pass\n", f"for {a} in range(3):\n    if {a} == 1:\n        continue\n    {b} = {a}\n",
                         f"del {a}, {b}\n", f"del ({a})\n", f"{a} = {b} = {c} = 0\n", f"{a} = 1; {b} = 2\n", f"for {a} in [1, 2]:\n    for {b} in 'xy':\n        break\n    else:\n        {c} = 1\n", f"{a} = {b} = []\n{a}.append(1)\n{c} = len({b})\n",
                         f"{a} = [0]\n{a}[0], {b} = 1, {a}[0]\n", f"{a} = {{}}\n{b} = {a}\n{b}['k'] = 1\n{c} = {a}['k']\n", f"for {a} in {{1, 2}}:\n    {b} = {a}\n", f"for {a} in enumerate([1]):\n    {b} = {a}[1]\n", f"for {a} in zip([1], 'x'):\n    pass\n",
                         f"with open(__file__ if False else '/dev/null') as {a}:\n    {b} = {a}.read()\n", f"for {a}[0] in [1]:\n    pass\n", f"{a} = [1]\nfor {a}[0] in [5]:\n    pass\n", f"{a} = {self.value()[0]}\n{b} = {a}\ndel {a}\n")

    # Flow

    def loops(self, depth):
        a, b = self.rng.sample(VARIABLES, 2)
        self.counter += 1
        count = f"n{self.counter}"
        self.bind(a, "any")
        inner = self.suite(depth + 1, 1)
        return self.pick(f"{a} = [1, 2]\nfor i in {a}:\n    if len({a}) > 4:\n        break\n    {a}.append(i)\n", f"{a} = {{'k': 1}}\nfor i in {a}:\n    {a}['z'] = 1\n", f"{a} = [1, 2, 3]\nfor i in {a}:\n    {a}.remove(i)\n",
                         f"{count} = 3\nwhile True:\n    {count} -= 1\n    if {count} < 1:\n        break\n    if {count} == 2:\n        continue\n{indented(inner)}else:\n    {b} = 1\n", f"for {a} in {self.sequence()}:\n    try:\n{indented(inner, '        ')}    except Exception:\n        break\nelse:\n    {b} = 2\n",
                         f"for {a} in {self.sequence()}:\n    try:\n        continue\n    finally:\n{indented(inner, '        ')}", f"for {a} in reversed({self.sequence(1)}):\n{indented(inner)}", f"for {a} in {self.name('dict') or '{}'}:\n{indented(inner)}", f"for {a} in {self.name() or '()'}:\n{indented(inner)}",
                         f"for {a} in iter({self.sequence(1)}):\n    pass\n", f"while {self.condition()}:\n{indented(inner)}    break\n", f"while {self.condition()}:\n    {b} = 1\n    if {b}:\n        break\nelse:\n    {b} = 2\n", f"{count} = 0\nwhile {count} < 3:\n    {count} += 1\n    {a} = {count}\n{indented(inner)}",
                         f"for {a} in range(2):\n    def fa(p={a}):\n        return p\n{b} = fa()\n", f"{b} = []\nfor {a} in range(2):\n    {b}.append(lambda: {a})\n", f"for _ in range(2):\n    del {a}\n", f"for _ in range(2):\n    try:\n        {b} = {b} + 1\n    except (NameError, TypeError):\n        {b} = 0\n",
                         f"it = iter([1, 2])\nfor {a} in it:\n    {b} = next(it, None)\n", f"{a} = [1]\nwhile {a}:\n    {a}.pop()\n", f"{a} = {{1: 2}}\nwhile {a}:\n    {a}.popitem()\n")

    def handlers(self, depth):
        a, b = self.rng.sample(VARIABLES, 2)
        cls, name = self.rng.choice(CLASSES), self.rng.choice(FUNCTIONS)
        self.bind(a, "any")
        inner = self.suite(depth + 1, 1)
        kind = self.rng.randrange(8)
        if kind == 0:
            text = self.class_with(cls, self.pick("pass\n", "def __init__(self, code):\n    self.code = code\n", "def __init__(self, code):\n    super().__init__(code)\n    self.code = code\n", "def __str__(self):\n    return 'x'\n"), self.pick("(Exception)", "(ValueError)", "(KeyError)", "(BaseException)"))
            return text + f"try:\n    raise {cls}{self.pick('(1)', '()', '')}\nexcept {self.pick(cls, 'Exception', 'ValueError', 'LookupError', f'({cls}, TypeError)')} as e:\n    {a} = {self.pick('e.args', 'str(e)', 'e.code', 'e.args[0]', 'type(e)', 'repr(e)', 'e', 'e.__cause__', 'e.no_such')}\n"
        if kind == 1:
            text = self.defined(name, "", f"try:\n    {self.pick('return 1', self.failing(), self.failing())}\n{self.pick('except Exception:' + chr(10) + '    return 2', 'finally:' + chr(10) + '    ' + self.pick('pass', 'return 3', 'raise KeyError(1)'))}\n")
            return text + self.setting(a, f"{name}()")
        if kind == 2:
            return f"try:\n    try:\n        {self.failing()}\n    except {self.pick('KeyError', 'Exception', 'ZeroDivisionError')} as {b}:\n        raise {self.pick('ValueError(1)', 'ValueError(1) from ' + b, 'RuntimeError from None', '')}\nexcept {self.pick('ValueError', 'Exception', 'RuntimeError')} as {b}:\n    {a} = {self.pick('1', b + '.__cause__', b + '.__context__', 'str(' + b + ')')}\n"
        if kind == 3:
            return f"try:\n{indented(inner)}except {self.pick('missing', 'Exception', self.name('class') or 'ValueError', self.name() or 'KeyError', '(ValueError, missing)', '[]', '()')}:\n    {a} = 1\nelse:\n    {a} = 2\nfinally:\n    {b} = 3\n"
        if kind == 4:
            return f"try:\n    {self.pick('import nope_missing', 'from math import nope', 'import math.nope', 'from nope_missing import x', 'import json')}\nexcept {self.pick('ImportError', 'ModuleNotFoundError', 'Exception', 'ValueError')}{self.pick('', ' as ' + b)}:\n    {a} = None\n"
        if kind == 5:
            return f"try:\n    {a} = {self.pick('int(' + repr('x') + ')', '1 / 0', '[][0]', '{}[1]', 'missing', 'None + 1', '1', 'next(iter([]))', repr('x') + '.nope', 'int(' + repr('5') + ')', 'open(' + repr('/nonexistent/x') + ')')}\nexcept {self.pick('ValueError', 'ArithmeticError', 'LookupError', 'NameError', 'TypeError', '(IndexError, KeyError)', 'StopIteration', 'AttributeError', 'OSError', 'FileNotFoundError')}:\n    {a} = 0\n"
        if kind == 6:
            return f"for i in range(2):\n    try:\n        {self.failing()}\n    except Exception as {a}:\n        {self.pick('continue', 'break', 'pass', b + ' = i', 'last = ' + a)}\n    finally:\n        {b} = i\n"
        return f"try:\n    {self.pick('raise SystemExit', 'raise KeyboardInterrupt', 'raise GeneratorExit', 'import sys; sys.exit(1)', 'exit' if False else 'raise StopIteration')}\nexcept {self.pick('Exception', 'BaseException', 'SystemExit', '(KeyboardInterrupt, SystemExit)')}:\n    {a} = 1\n"

    def groups(self, depth):
        a = self.variable()
        return f"try:\n    raise {self.pick('ExceptionGroup(chr(120), [ValueError(1)])', 'ExceptionGroup(chr(120), [ValueError(1), KeyError(2)])', 'ValueError(1)', 'KeyError')}\n" \
               f"except* {self.pick('ValueError', 'Exception', 'TypeError')}{self.pick('', ' as e')}:\n    {a} = {self.pick('1', 'len(e.exceptions)', 'missing')}\n" \
               + self.pick("", f"except* KeyError:\n    {self.pick('pass', 'raise TypeError', self.variable() + ' = 2')}\n")

    def managers(self, depth):
        name, cls, a = self.rng.choice(FUNCTIONS), self.rng.choice(CLASSES), self.variable()
        inner = self.suite(depth + 1, 1) + (self.failing() + "\n" if self.chance(0.4) else "")
        kind = self.rng.randrange(5)
        if kind == 0:
            self.bind(name, "any")
            text = f"import contextlib\n@contextlib.contextmanager\ndef {name}():\n" + indented(self.pick("yield 1\n", "try:\n    yield 1\nexcept Exception:\n    pass\n", "try:\n    yield 1\nfinally:\n    pass\n", "yield\n" + self.risky(0.5), self.global_effect() + "yield 2\n", "try:\n    yield\nexcept KeyError:\n    raise ValueError\n", self.risky(0.5) + "yield 1\n", "pass\nreturn\nyield\n"))
            return text + f"with {name}(){self.pick('', f' as {a}')}:\n{indented(inner)}"
        if kind == 1:
            exit_body = self.pick("return True\n", "return False\n", "pass\n", "return kind is KeyError\n", "return kind is not None\n", "return isinstance(value, ValueError)\n", "raise RuntimeError(1)\n", self.global_effect(), "self.x = kind\n", "return issubclass(kind, ArithmeticError) if kind else None\n")
            text = self.class_with(cls, f"def __enter__(self):\n    {self.pick('return self', 'return 1', 'pass', self.failing())}\ndef __exit__(self, kind, value, tb):\n{indented(exit_body)}")
            return text + f"with {cls}(){self.pick('', f' as {a}', f' as ({a}, _b)', f', {cls}() as {a}')}:\n{indented(inner)}"
        if kind == 2:
            return f"import contextlib\nwith contextlib.ExitStack() as {a}:\n    {self.pick('pass', a + '.callback(len, [])', a + '.enter_context(contextlib.suppress(KeyError))')}\n{indented(inner)}"
        if kind == 3:
            return f"import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as {a}:\n{indented(inner)}"
        return f"import threading\nwith {self.pick('threading.Lock()', self.name() or '1', 'open(' + repr('/dev/null') + ')', 'missing')}{self.pick('', f' as {a}')}:\n{indented(inner)}"

    def patterns(self, depth):
        a, b = self.rng.sample(VARIABLES, 2)
        cls = self.name("class") or "int"
        subject = self.pick(self.name() or "1", "(1, 2)", "[1, [2, 3]]", "{'k': 1, 'z': [2]}", "'x'", "None", "1.5", f"{cls}()", "range(2)", self.value()[0], "True", "b'x'", "(1, 'a', None)", "{}")
        arms = ["case 0 | 1:\n    pass\n", "case -1:\n    pass\n", "case 'x' | 'y' as {a}:\n    pass\n", "case None:\n    {a} = 1\n", "case True:\n    {b} = 1\n", "case [{a}, [_, {b}]]:\n    pass\n", "case ({a}, *_):\n    pass\n", "case {{'k': {a}, **{b}}}:\n    pass\n", "case {{'z': [{a}]}}:\n    pass\n",
                "case {{}}:\n    {a} = 1\n", "case []:\n    {b} = 1\n", "case int({a}):\n    pass\n", "case str():\n    {a} = 1\n", "case int() | float():\n    {a} = 2\n", f"case {cls}():\n    {{b}} = 1\n", f"case {cls}(x={{a}}):\n    pass\n", f"case {cls}({{a}}):\n    pass\n", f"case {cls}(1, 2):\n    pass\n",
                "case [1, *{a}] if {a}:\n    pass\n", "case {a} if {a} == 1:\n    pass\n", f"case {{a}} if {self.condition()}:\n    pass\n", "case (1 | 2, {a}):\n    pass\n", "case [{a}] | [{a}, _]:\n    pass\n", "case str({a}) if len({a}) > 1:\n    pass\n", "case object(no_such={a}):\n    pass\n",
                f"case {self.rng.choice(FUNCTIONS)}():\n    pass\n" if self.chance(0.2) else "case list():\n    pass\n", "case dict(keys={a}):\n    pass\n", "case tuple([{a}, {b}]):\n    pass\n", "case {{'k': str({a})}}:\n    pass\n", "case float():\n    {a} = {b}\n", "case bool():\n    {a} = 3\n", f"case int():\n{indented(self.suite(depth + 1, 1))}".replace("{", "{{").replace("}", "}}")]
        chosen = [arm.format(a=a, b=b) for arm in self.rng.sample(arms, self.rng.randint(1, 3))]
        last = self.pick("", "", f"case _:\n    {b} = 9\n", f"case {a}:\n    pass\n")
        lead = self.pick("", "", "import math\n")
        if lead and self.chance(0.7):
            chosen.insert(0, self.pick("case math.pi:\n    pass\n", "case math.nope:\n    pass\n"))
        return f"{lead}match {subject}:\n{indented(''.join(chosen) + last)}"

    # The standard library

    def library(self, depth):
        """Modules, their attributes, and what is made with them."""
        a = self.variable()
        function = self.name("function") or "len"
        self.bind(a, "any")
        return self.pick(f"import math\n{a} = math.{self.pick('pi', 'sqrt(4)', 'floor(1.5)', 'nope', 'pi + 1', 'e', 'inf', 'gcd(4, 2)', 'pi()', 'pi.real', 'sqrt')}\n", f"from math import {self.pick('pi', 'sqrt, floor', 'nope', 'pi as ' + self.variable(), '*')}\n",
                         f"import os\n{a} = os.{self.pick('sep', 'getcwd()', 'path.join(chr(97), chr(98))', 'path.nope', 'environ', 'environ.get(chr(88))', 'nope', 'path', 'name', 'linesep', 'path.sep.upper()')}\n", f"import os.path\n{a} = os.path.{self.pick('join', 'basename(__file__)', 'nope', 'sep')}\n",
                         f"from collections import OrderedDict as od, defaultdict, Counter, deque\n{a} = {self.pick('od()', 'od(k=1)', 'defaultdict(list)', 'Counter([1])', 'deque([1])', 'od.nope', 'od().nope', 'od.fromkeys', 'od', 'deque().append(1)', 'defaultdict(int)[1]', 'od()[1]', 'od([(1, 2)])[1]', 'deque.nope', 'deque().nope', 'Counter.nope')}\n",
                         f"import functools\n{a} = functools.{self.pick('partial(' + function + ')', 'partial(int)()', 'reduce(lambda x, y: x + y, [1, 2])', 'reduce(' + function + ', [1])', 'lru_cache(' + function + ')', 'lru_cache(None)(' + function + ')', 'nope', 'partial.nope', 'cmp_to_key', 'reduce(' + function + ', [1, 2])')}\n",
                         f"import itertools\n{a} = {self.pick('list(itertools.chain([1], [2]))', 'next(itertools.count())', 'itertools.chain', 'list(itertools.islice([1, 2], 1))', 'itertools.nope', 'list(itertools.product([1], repeat=2))', 'list(itertools.starmap(' + function + ', []))')}\n",
                         f"import re\n{a} = re.{self.pick('compile(chr(97))', 'match(chr(97), chr(98))', 'compile(chr(97)).match(chr(97))', 'compile(chr(97)).nope', 'nope', 'sub(chr(97), chr(98), chr(97))', 'I', 'match(chr(97), chr(98)).group(0)')}\n",
                         f"import json\n{a} = json.{self.pick('dumps([1])', 'loads(chr(49))', 'nope', 'JSONDecodeError', 'dumps', 'loads(chr(120))', 'decoder', 'decoder.nope')}\n", f"import sys\n{a} = sys.{self.pick('version_info', 'version_info[0]', 'version_info.major', 'platform', 'argv', 'path', 'modules', 'nope', 'maxsize', 'version_info >= (3, 8)', 'version_info[:2]', 'modules[chr(120)]', 'executable', 'getrecursionlimit()', 'modules.get(chr(120))')}\n",
                         f"import string\n{a} = string.{self.pick('ascii_letters', 'ascii_letters[0]', 'digits.nope', 'Template(chr(120))', 'nope', 'capwords(chr(120))', 'digits + chr(120)', 'digits * 2', 'digits + 1')}\n", f"import datetime\n{a} = datetime.{self.pick('date(2020, 1, 1)', 'datetime.now()', 'date.nope', 'timedelta(1)', 'timedelta(1) * 2', 'date.today().year')}\n",
                         f"import {self.pick('xml.dom.minidom', 'email.mime.text', 'os.path as p', 'collections.abc', 'json.decoder as jd', 'importlib.util', 'concurrent.futures', 'math, json', 'nope_missing', 'math.nope', 'sys, os as ' + a, 'xml', 'urllib.parse', 'encodings')}\n", f"from {self.pick('xml import dom', 'xml.dom import minidom', 'os import path, nope', 'os import sep as ' + a, 'json import dumps as ' + a, 'collections import abc', 'email import message', 'typing import *', 'string import *', 'os.path import *', 'concurrent import futures', 'xml import nope', 'importlib import util')}\n",
                         f"import copy\n{a} = copy.{self.pick('copy', 'deepcopy', 'copy')}({self.name() or '[1]'})\n", f"import operator\n{a} = operator.{self.pick('itemgetter(0)', 'add(1, 2)', 'attrgetter(chr(120))', 'nope')}\n", f"import threading\n{a} = threading.{self.pick('Lock()', 'local()', 'Thread(target=' + function + ')', 'nope', 'local().x', 'current_thread().name')}\n",
                         f"import logging\n{a} = logging.{self.pick('getLogger(__name__)', 'getLogger().nope', 'INFO', 'INFO + 1', 'nope', 'getLogger(__name__).info(1)', 'Logger.nope', 'Logger', 'INFO.nope')}\n", f"import types\n{a} = types.{self.pick('SimpleNamespace(x=1)', 'SimpleNamespace(x=1).x', 'SimpleNamespace().nope', 'FunctionType', 'ModuleType(chr(120))', 'nope', 'MappingProxyType({})')}\n",
                         f"import weakref\n{a} = weakref.{self.pick('ref(len)', 'WeakValueDictionary()', 'nope', 'WeakSet()')}\n", f"import time\n{a} = time.{self.pick('time()', 'sleep(0)', 'nope', 'time() - 1', 'strftime(chr(37))', 'time().nope')}\n", f"import pathlib\n{a} = pathlib.{self.pick('Path(__file__)', 'Path(__file__).parent', 'Path().nope', 'Path', 'Path() / chr(120)', 'Path() + 1', 'Path(__file__).name.nope')}\n",
                         f"from math import pi, e\nclass Ca({self.pick('e', 'pi', 'object', 'pi.real')}):\n    pass\n", f"import string\nclass Ca({self.pick('string.digits', 'string.Template', 'string', 'string.capwords')}):\n    pass\n", f"from collections import OrderedDict, deque\nclass Ca({self.pick('OrderedDict', 'deque', 'OrderedDict, dict')}):\n    x = 1\n{a} = Ca()\n",
                         f"import math\n{a} = {self.pick('math()', 'math + 1', 'math[0]', 'len(math)', 'math.x', 'str(math)', 'math.__name__', 'math.__doc__', 'list(math)', 'not math', 'math == 1', 'bool(math)', 'hash(math)', 'f' + repr('{math}'), '{math: 1}', 'math < 1', 'math is None', '-math', 'math.__dict__', 'vars(math)', 'dir(math)', 'math.sqrt.__name__', 'math.sqrt.nope', 'math.sqrt[0]', 'math.sqrt + 1', 'len(math.sqrt)', 'math.sqrt(1, 2)', 'math.sqrt()', 'math.sqrt(chr(120))', 'math.pi[0]', 'math.pi + chr(120)', 'len(math.pi)', 'list(math.pi)', 'math.pi > 3', 'math.pi.nope', 'int(math.pi)', 'math.pi == 3', '1 if math.pi else 2', 'range(math.pi)', '[1][math.pi]', 'math.sqrt is None', '1 in math.pi', 'math.pi % 2', 'chr(120) * math.pi', 'f' + repr('{math.pi:.2f}'), 'f' + repr('{math.pi:d}'), 'isinstance(math.pi, float)', 'isinstance(1, math.pi)', 'math.pi is None', 'math.tau')}\n")
