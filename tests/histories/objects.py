"""Statements about objects: what several names lead to, what may be one of several, what classes
say about reading, setting and deleting, abstract classes, dataclasses, enumerations.

`Objects.objects` is one more shape of `shapes.py`.
"""

from shapes import CLASSES, indented

# What can be done to an object; `o` is the object, `k` its class, `r` takes a result.
ATTRIBUTES = ["{o}.x = 1", "{o}.x = 1", "{r} = {o}.x", "{r} = {o}.x", "del {o}.x", "{o}.x += 1", "{r} = hasattr({o}, 'x')", "{r} = getattr({o}, 'x', 0)",
              "setattr({o}, 'x', 2)", "delattr({o}, 'x')", "{o}.y = {o}.x", "{r} = {o}.y", "{o}.__dict__['z'] = 1", "{r} = {o}.z", "{r} = vars({o})",
              "vars({o}).update(w=1)", "{r} = {o}.w", "{r} = {o}.m()", "{r} = {o}.m", "{r} = {o}.m.__self__", "{r} = {o}.m.__func__", "{r} = {o}.__class__.x",
              "{r} = type({o}).x", "{k}.x = 5", "del {k}.x", "{r} = {k}.x", "{k}.x += 1", "{k}.m = lambda self: 7", "{r} = {k}.m({o})", "{r} = {o}.x.nope",
              "{o}.p = 1", "{r} = {o}.p", "del {o}.p", "{r} = {k}.p", "{r} = {o}.c()", "{r} = {k}.c()", "{r} = {o}.s()", "{r} = {k}.s()",
              "for i in range(2):\n    {o}.n = i", "{r} = {o}.n", "{o}.items = []", "{o}.items.append(1)", "{r} = {o}.items[0]", "{r} = {o} is not None"]
ITEMS = ["{o}['k'] = 1", "{r} = {o}['k']", "del {o}['k']", "{r} = {o}.get('k')", "{r} = {o}.pop('k')", "{r} = {o}.pop('k', 0)", "{o}.setdefault('k', 2)", "{o}.update(k=3)",
         "{o} |= {{'j': 1}}", "{r} = {o}['j']", "{r} = 'k' in {o}", "{o}.clear()", "{r} = len({o})", "{r} = list({o})", "{r} = sorted({o}.items())", "{r} = {o}.copy()['k']",
         "{o}['k'] += 1", "{r} = {{**{o}}}['k']", "for i in list({o}):\n    del {o}[i]", "{r} = max({o}.values())", "{r} = {o}.popitem()", "{r} = dict({o}, k=1)['k']", "{r} = {o} == {{}}"]
SEQUENCES = ["{o}.append(1)", "{r} = {o}[0]", "{r} = {o}[-1]", "del {o}[0]", "{r} = {o}.pop()", "{o}.insert(0, 5)", "{o}.extend([1, 2])", "{o} += [3]", "{r} = {o}.index(1)",
             "{o}.remove(1)", "{o}[:] = [9]", "{o}[0] = 4", "{o}.sort()", "{o}.reverse()", "{r} = {o}.count(1)", "{r} = 1 in {o}", "{r} = len({o})", "{r}, *_ = {o}", "[{r}] = {o}",
             "del {o}[:]", "{r} = {o} * 2", "{r} = {o} + [1]", "{r} = {o}[1:]", "{r} = sum({o})", "{r} = min({o})", "{r} = {o}.copy()", "{o}.clear()", "{r} = {o} == [1]"]
PROPERTIES = ["p = property(lambda self: 1)", "p = property(lambda self: self.q, lambda self, v: setattr(self, 'q', v))", "p = property(fget=lambda self: 3, fdel=lambda self: None)",
              "@property\ndef p(self):\n    return self.q\n@p.setter\ndef p(self, v):\n    self.q = v\n@p.deleter\ndef p(self):\n    del self.q",
              "@property\ndef p(self):\n    return 1", "p = 0"]


class Objects:
    """What `generate.Writer` writes of objects."""

    def objects(self, depth):
        return self.pick(self.either, self.either, self.used, self.used, self.aliases, self.parents, self.abstract, self.made)(depth)

    def unsure(self):
        """Something of which the text does not say whether it holds."""
        return self.pick("len(sys.argv) > 50", "os.getpid() > 1", "time.time() > 1", "'RELOADSAFE_UNSET' in os.environ", "os.path.exists('/')", self.condition())

    def done(self, what, found, kind="Ca"):
        """Some of what can be done to an object."""
        lines = []
        for _ in range(self.rng.randint(2, 5)):
            result = self.variable()
            line = self.rng.choice(what).format(o=found, k=kind, r=result) + "\n"
            if "{r}" in line or line.startswith(result + " ="):
                self.bind(result, "any")
            if self.chance(0.1):
                line = f"if {self.unsure()}:\n{indented(line)}"
            elif self.chance(0.12):
                line = f"try:\n{indented(line)}except (AttributeError, LookupError, TypeError, ValueError):\n    pass\n"
            lines.append(line)
        return "".join(lines)

    def plain_class(self, name, head=""):
        body = "".join(line + "\n" for line in [
            self.pick("x = 1", "pass", "x = []", "n = 0"), self.pick("pass", "def __init__(self, x=3):\n    self.x = x", "def __init__(self):\n    self.y = 1"),
            self.pick("def m(self):\n    return 1", "def m(self):\n    return self.x", "def m(self):\n    self.x = 4\n    return self", "pass"),
            self.pick("@classmethod\ndef c(cls):\n    return cls", "@classmethod\ndef c(cls):\n    cls.x = 8\n    return cls.x", "pass"),
            self.pick("@staticmethod\ndef s():\n    return 2", "pass"), self.rng.choice([*PROPERTIES, "pass", "pass"])])
        return self.class_with(name, body, head)

    def either(self, depth):
        """One of two objects, or one in one of two states."""
        found = self.variable()
        one, two = self.rng.sample(CLASSES, 2)
        lead = "import os, sys, time\n"
        kind = self.rng.randrange(3)
        if kind == 0:
            lead += self.plain_class(one) + self.plain_class(two)
            first, second, what = f"{one}()", f"{two}()", ATTRIBUTES
        elif kind == 1:
            first, second, what = self.pick("{}", "{'k': 1}", "dict(j=2)"), self.pick("{}", "{'k': 5}", "{1: 2}"), ITEMS
        else:
            first, second, what = self.pick("[]", "[1]", "[1, 2]"), self.pick("[]", "[1]", "[3, 1]"), SEQUENCES
        self.bind(found, "any")
        form = self.rng.randrange(3)
        if form == 0:
            text = f"{found} = {first} if {self.unsure()} else {second}\n"
        elif form == 1:
            text = f"if {self.unsure()}:\n    {found} = {first}\nelse:\n    {found} = {second}\n"
        else:
            text = f"{found} = {first}\nif {self.unsure()}:\n{indented(self.done(what, found, one))}"
        return lead + text + self.done(what, found, one)

    def used(self, depth):
        """An object and its class."""
        found, name = self.variable(), self.rng.choice(CLASSES)
        self.bind(found, "instance")
        return "import os, sys, time\n" + self.plain_class(name) + f"{found} = {name}()\n" + self.done(ATTRIBUTES, found, name)

    def aliases(self, depth):
        """Two names of one object, objects in objects."""
        one, two = self.rng.sample("abcdefgh", 2)
        start, what = self.pick(("{}", ITEMS), ("{'k': 2}", ITEMS), ("[]", SEQUENCES), ("[2, 1]", SEQUENCES))
        second = self.pick(one, one, f"[{one}][0]", f"{{'i': {one}}}['i']", f"({one}, 1)[0]", f"{one}.copy()", f"(lambda q={one}: q)()", f"[q for q in [{one}]][0]")
        self.bind(one, "any")
        self.bind(two, "any")
        return f"import os, sys, time\n{one} = {start}\n{two} = {second}\n" + self.done(what, one) + self.done(what, two)

    def parents(self, depth):
        """`super()` in its forms, over two or three classes."""
        one, two, three = self.rng.sample(CLASSES, 3)
        call = self.pick("super()", f"super({two}, self)", "super()")
        method = self.pick(f"def m(self):\n    return {call}.m()\n", f"@classmethod\ndef c(cls):\n    return super().c()\n", f"def __init__(self, *a):\n    {call}.__init__(*a)\n    self.z = 1\n",
                           f"@property\ndef p(self):\n    return {call}.p\n", f"@staticmethod\ndef s():\n    return {one}.s()\n", f"def m(self):\n    {call}.x = 1\n", "x = 2\n",
                           f"def __setattr__(self, n, v):\n    {call}.__setattr__(n, v)\n", f"def __getattr__(self, n):\n    return n\n", f"def __delattr__(self, n):\n    {call}.__delattr__(n)\n",
                           f"def __getattribute__(self, n):\n    return {call}.__getattribute__(n)\n", f"@classmethod\ndef c(cls):\n    return super(cls, cls).c()\n")
        text = self.plain_class(one) + self.class_with(two, method, f"({one})")
        last = two
        if self.chance(0.4):
            text += self.plain_class(three, self.pick(f"({two})", f"({two}, {one})", f"({one}, {two})"))
            last = three
        found = self.variable()
        self.bind(found, "instance")
        return "import os, sys, time\n" + text + f"{found} = {last}()\n" + self.done(ATTRIBUTES, found, last)

    def abstract(self, depth):
        """Abstract classes: what they refuse, and what they count as their own."""
        one, two = self.rng.sample(CLASSES, 2)
        head = self.pick("(abc.ABC)", "(metaclass=abc.ABCMeta)")
        body = self.pick("@abc.abstractmethod\ndef m(self): ...\n", "@property\n@abc.abstractmethod\ndef p(self): ...\n", "x = 1\n", "@classmethod\ndef __subclasshook__(cls, c):\n    return True\n",
                         "@classmethod\ndef __subclasshook__(cls, c):\n    return NotImplemented\n")
        text = "import abc\n" + self.class_with(one, body, head) + self.pick("", f"{one}.register(int)\n", f"@{one}.register\nclass {two}:\n    pass\n")
        text += self.class_with(two, self.pick("pass\n", "def m(self):\n    return 1\n", "p = 1\n"), self.pick(f"({one})", "", "(int)", f"({one}, dict)"))
        return text + self.setting(self.variable(), self.pick(f"{one}()", f"{two}()", f"isinstance(1, {one})", f"issubclass(int, {one})", f"isinstance({two}, {one})", f"issubclass({two}, {one})",
                                                              f"1 if isinstance(1, {one}) else missing", f"isinstance(1, (str, {one}))", f"{two}().m()", f"{one}.register(str)", f"{one}.x", f"{one}.nope"))

    def made(self, depth):
        """Classes that the standard library makes."""
        name, found = self.rng.choice(CLASSES), self.variable()
        self.bind(found, "any")
        kind = self.rng.randrange(4)
        if kind == 0:
            text = f"import dataclasses\n@dataclasses.dataclass{self.pick('', '(frozen=True)', '(order=True)', '(eq=False)')}\n" + self.class_with(name, self.pick("x: int\n", "x: int = 1\n", "x: int\ny: int = 2\n", "x: list = dataclasses.field(default_factory=list)\n", "x: int = dataclasses.field(default=3)\n", "x: list = []\n"))
            uses = [f"{name}()", f"{name}(1)", f"{name}(1, 2)", f"{name}(x=1)", f"{name}(1).x", f"{name}(1) == {name}(1)", f"{name}.x", f"{name}(1) < {name}(2)", f"hash({name}(1))", f"dataclasses.replace({name}(1), x=2).x", f"dataclasses.fields({name})[0].name"]
        elif kind == 1:
            text = "import collections\n" + self.pick(f"{name} = collections.namedtuple('{name}', 'x y')\n", f"{name} = collections.namedtuple('{name}', ['x', 'y'], defaults=[1])\n", f"import typing\nclass {name}(typing.NamedTuple):\n    x: int\n    y: int = 2\n")
            self.bind(name, "class")
            uses = [f"{name}(1, 2)", f"{name}(1)", f"{name}(1, 2).x", f"{name}(1, 2)[1]", f"{name}(1, 2).z", f"{name}(x=1, y=2)._replace(x=3).x", f"{name}._fields", f"{name}.x", f"sum({name}(1, 2))", f"{name}(1, 2) == (1, 2)", f"{name}(1, 2)._asdict()['x']", f"setattr({name}(1, 2), 'x', 3)"]
        elif kind == 2:
            text = "import enum\n" + self.class_with(name, self.pick("A = 1\nB = 2\n", "A = 1\nB = 1\n", "A = enum.auto()\nB = enum.auto()\n", "A = 'a'\ndef m(self):\n    return self.value\n"), self.pick("(enum.Enum)", "(enum.IntEnum)", "(enum.Flag)", "(str, enum.Enum)"))
            uses = [f"{name}.A", f"{name}.A.value", f"{name}.A.name", f"{name}(1)", f"{name}(9)", f"{name}['A']", f"{name}['Z']", f"{name}.Z", f"list({name})", f"{name}.A == 1", f"{name}.A is {name}(1)", f"{name}.A.m()", f"len({name})", f"{name}.A < {name}.B", f"{name}.A + 1", f"setattr({name}, 'A', 5)", f"isinstance({name}.A, int)", f"{{{name}.A: 1}}[{name}.A]"]
        else:
            text = self.class_with(name, self.pick("__slots__ = ('x',)\n", "__slots__ = ['x', 'y']\n", "__slots__ = ()\n", "__slots__ = ('x',)\ndef __init__(self):\n    self.x = 1\n"))
            uses = [f"{name}().x", f"setattr({name}(), 'x', 1)", f"setattr({name}(), 'z', 1)", f"{name}().__dict__", f"{name}.x", f"hasattr({name}(), 'x')", f"{name}().z"]
        return text + "".join(self.setting(self.variable(), self.rng.choice(uses)) for _ in range(self.rng.randint(1, 3)))
