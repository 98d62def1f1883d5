"""Which statement of a module's own flow stands on a line: what an abort is compared by.

A module's own flow is its body and the bodies of `if`, `for`, `while`, `try`, `with` and
`match` in it. A function or a class is one statement, whatever happens inside.
"""

import ast


def _parsed(text):
    """The tree of a text, which may begin with a byte order mark."""
    return ast.parse(text.removeprefix("\ufeff"))


def _blocks(node):
    for field in ("body", "orelse", "finalbody"):
        yield getattr(node, field, [])
    for part in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield part.body


def _first(node):
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])


def statements(text):
    """(first line, last line, nesting) of every statement; of a compound one all of it."""
    def walk(body, depth):
        for node in body:
            yield _first(node), node.end_lineno, depth
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                for block in _blocks(node):
                    yield from walk(block, depth + 1)

    return list(walk(_parsed(text).body, 0))


def statement_at(text, line, known=None):
    """(first, last) of the innermost statement on a line, or (line, line)."""
    try:
        known = statements(text) if known is None else known
    except (SyntaxError, ValueError, RecursionError):
        return line, line
    around = [(depth, first, last) for first, last, depth in known if first <= line <= last]
    if not around:
        return line, line
    _, first, last = max(around)
    return first, last


def definition_lines(text, first):
    """The lines that may be called the line of a definition starting at `first`: of its
    first decorator and of its `def` or `class`."""
    try:
        tree = _parsed(text)
    except (SyntaxError, ValueError, RecursionError):
        return [first]
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and _first(node) == first:
            return [first, node.lineno]
    return [first]


def dead_lines(text):
    """The lines below `if False:` and the like, which CPython leaves out."""
    lines = set()
    for node in ast.walk(_parsed(text)):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant) and not node.test.value:
            for inner in node.body:
                lines.update(range(_first(inner), inner.end_lineno + 1))
    return lines
