"""Seeded edits of a real module: one known change each, or three in a row.

`edits(text, salt)` yields (kind, versions) and is the same for the same arguments. What an edit
does is not assumed: truth.py asks CPython. Kinds: rename-only (the definition, not its uses),
rename-all, delete, move, break-import, break-module, raise, guard-false, guard-globals,
guard-nameerror, del, three.
"""

import ast
import random
import re


def lines_of(node):
    """First line, from 0, with decorators, and one past the last line of a statement."""
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    return first - 1, node.end_lineno


def definitions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [n for n in tree.body if isinstance(n, kinds) and n.col_offset == 0]


def alone(lines, node):
    """Whether a statement has its lines for itself."""
    first, end = lines_of(node)
    return ";" not in lines[first] and ";" not in lines[end - 1]


def renamed(text, node, everywhere):
    new = node.name + "_renamed"
    if everywhere:
        return re.sub(rf"\b{re.escape(node.name)}\b", new, text)
    lines = text.splitlines(keepends=True)
    at = node.lineno - 1
    lines[at] = re.sub(rf"\b(def|class)(\s+){re.escape(node.name)}\b", rf"\1\2{new}", lines[at], count=1)
    return "".join(lines)


def without(text, node):
    lines = text.splitlines(keepends=True)
    first, end = lines_of(node)
    return "".join(lines[:first] + lines[end:])


def moved(text, node):
    lines = text.splitlines(keepends=True)
    first, end = lines_of(node)
    if not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    return "".join(lines[:first] + lines[end:] + ["\n"] + lines[first:end])


def guarded(text, node, head, tail=""):
    lines = text.splitlines(keepends=True)
    first, end = lines_of(node)
    body = ["    " + line if line.strip() else line for line in lines[first:end]]
    return "".join(lines[:first] + [head] + body + [tail] + lines[end:])


def inserted(text, node, statement):
    lines = text.splitlines(keepends=True)
    first, _ = lines_of(node)
    return "".join(lines[:first] + [statement] + lines[first:])


def appended(text, statement):
    return text + ("" if text.endswith("\n") else "\n") + statement


def broken_import(text, tree, rng, module_too):
    found = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.lineno == n.end_lineno
             and n.module not in (None, "__future__") and n.names[0].name != "*"]
    if not found:
        return None
    node = rng.choice(found)
    lines = text.splitlines(keepends=True)
    at = node.lineno - 1
    if module_too:
        lines[at] = lines[at].replace(f"{node.module} import", f"{node.module}_gone import", 1)
    else:
        lines[at] = re.sub(rf"import(.*?)\b{node.names[0].name}\b", rf"import\1{node.names[0].name}_gone",
                           lines[at], count=1)
    return "".join(lines)


def edits(text, salt):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    rng = random.Random(f"reloadsafe {salt}")
    lines = text.splitlines()
    if len(lines) != text.count("\n") + (not text.endswith("\n")):
        return  # form feeds and the like: line numbers would not agree
    candidates = [n for n in definitions(tree) if alone(lines, n)]
    if not candidates:
        return

    def pick():
        return rng.choice(candidates)

    made = {}
    made["rename-only"] = renamed(text, pick(), everywhere=False)
    made["rename-all"] = renamed(text, pick(), everywhere=True)
    made["delete"] = without(text, pick())
    made["move"] = moved(text, pick())
    made["break-import"] = broken_import(text, tree, rng, module_too=False)
    made["break-module"] = broken_import(text, tree, rng, module_too=True)
    made["raise"] = inserted(text, pick(), 'raise RuntimeError("seeded")\n')
    made["guard-false"] = guarded(text, pick(), "if False:\n")
    node = pick()
    made["guard-globals"] = guarded(text, node, f"if {node.name!r} not in globals():\n")
    node = pick()
    made["guard-nameerror"] = guarded(text, node, f"try:\n    {node.name}\nexcept NameError:\n")
    made["del"] = appended(text, f"del {pick().name}\n")
    for kind, new in made.items():
        if new is not None and new != text and parses(new):
            yield kind, [text, new]
    three = [text]
    for kind in rng.sample([k for k in made if made[k] not in (None, text)], 3):
        one = list(one_edit(three[-1], kind, rng))
        if one and parses(one[0]):
            three.append(one[0])
    if len(three) == 4:
        yield "three", three


def one_edit(text, kind, rng):
    """One more edit on top of others; broken imports and the rest need the new tree."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    candidates = [n for n in definitions(tree) if alone(text.splitlines(), n)]
    if not candidates:
        return
    node = rng.choice(candidates)
    made = {
        "rename-only": lambda: renamed(text, node, everywhere=False),
        "rename-all": lambda: renamed(text, node, everywhere=True),
        "delete": lambda: without(text, node),
        "move": lambda: moved(text, node),
        "break-import": lambda: broken_import(text, tree, rng, module_too=False),
        "break-module": lambda: broken_import(text, tree, rng, module_too=True),
        "raise": lambda: inserted(text, node, 'raise RuntimeError("seeded")\n'),
        "guard-false": lambda: guarded(text, node, "if False:\n"),
        "guard-globals": lambda: guarded(text, node, f"if {node.name!r} not in globals():\n"),
        "guard-nameerror": lambda: guarded(text, node, f"try:\n    {node.name}\nexcept NameError:\n"),
        "del": lambda: appended(text, f"del {node.name}\n"),
    }[kind]()
    if made is not None and made != text:
        yield made


def parses(text):
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
