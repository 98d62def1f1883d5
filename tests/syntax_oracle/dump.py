"""Dumps syntax trees as tests/syntax_oracle.rs does, and says what compiles.

Reads requests from stdin, one a line: a JSON list of a command and its arguments.
Answers each with one line of JSON.

    ["tree", path]       -> null where the file does not compile, else a list with
                            [line, dump] of every top-level statement, the dump hashed
    ["dump", path, n]    -> the dump of the n-th top-level statement
    ["compiles", text..] -> for every text, whether it compiles
"""

import ast
import json
import struct
import sys
import unicodedata
import warnings
import zlib

warnings.simplefilter("ignore")
sys.setrecursionlimit(6000)
OPS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.MatMult: "@", ast.Div: "/", ast.Mod: "%",
    ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitXor: "^",
    ast.BitAnd: "&", ast.FloorDiv: "//", ast.Invert: "~", ast.Not: "not", ast.UAdd: "+",
    ast.USub: "-", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">",
    ast.GtE: ">=", ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.And: "and", ast.Or: "or",
}


def text(value):
    """A string in ASCII; surrogates as U+FFFD, which is what a Rust string can hold."""
    out = []
    for char in value:
        code = ord(char)
        if 0xD800 <= code < 0xE000:
            code = 0xFFFD
        out.append(chr(code) if 32 < code < 127 and char not in "\\()" else "\\%x;" % code)
    return '"' + "".join(out) + '"'


def constant(value):
    if value is None or value is True or value is False:
        return str(value)
    if value is ...:
        return "..."
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bytes):
        return "b" + text(value.decode("latin-1"))
    if isinstance(value, int):
        return "i%d" % value if value < 1 << 63 else "big"
    if isinstance(value, float):
        return "f" + struct.pack(">d", value).hex()
    return "j" + struct.pack(">d", value.imag).hex()


def parts(values):
    """The parts of an f-string, empty literals dropped and adjacent ones joined."""
    out = []
    for value in values:
        if isinstance(value, ast.Constant):
            if out and isinstance(out[-1], str):
                out[-1] += value.value
            else:
                out.append(value.value)
        else:
            out.append(value)
    dumped = []
    for part in out:
        if isinstance(part, str):
            if part:
                dumped.append(text(part))
            continue
        spec = part.format_spec
        conversion = "" if part.conversion == -1 else chr(part.conversion)
        inner = parts(spec.values) if spec is not None else "()"
        # The places of fields were wrong before 3.12, so they are not compared.
        dumped.append("(field %s %s %s)" % (node(part.value, False), conversion, inner))
    return "(" + " ".join(dumped) + ")"


def nodes(items, place=True):
    return "(" + " ".join("-" if item is None else node(item, place) for item in items) + ")"


def option(item, place=True):
    return "-" if item is None else node(item, place)


def param(arg, kind, default, place):
    return "(%s %s %s %s)" % (arg.arg, kind, option(arg.annotation, place), option(default, place))


def params(args, place):
    out = []
    positional = args.posonlyargs + args.args
    defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
    for index, (arg, default) in enumerate(zip(positional, defaults)):
        out.append(param(arg, "po" if index < len(args.posonlyargs) else "pk", default, place))
    if args.vararg:
        out.append(param(args.vararg, "vp", None, place))
    for arg, default in zip(args.kwonlyargs, args.kw_defaults):
        out.append(param(arg, "ko", default, place))
    if args.kwarg:
        out.append(param(args.kwarg, "vk", None, place))
    return "(" + " ".join(out) + ")"


def keywords(items, place):
    # In the order of the source; CPython keeps positional ones apart as we do.
    return "(" + " ".join("(%s %s)" % (k.arg or "**", node(k.value, place)) for k in items) + ")"


def generators(items, place):
    return "(" + " ".join(
        "(%s %s %s %s)" % ("async" if g.is_async else "for", node(g.target, place),
                           node(g.iter, place), nodes(g.ifs, place))
        for g in items
    ) + ")"


def type_params(item):
    out = []
    for param in getattr(item, "type_params", ()):
        kind = type(param).__name__
        bound, default = getattr(param, "bound", None), getattr(param, "default_value", None)
        out.append("(%s %s %s %s)" % (kind, param.name, option(bound), option(default)))
    return "(" + " ".join(out) + ")"


def expr(item, at):
    name = type(item).__name__
    if name == "Name":
        return "%s" % item.id
    if name == "Constant":
        return constant(item.value)
    if name == "Attribute":
        return "(attr %s %s)" % (node(item.value, at), item.attr)
    if name == "Call":
        return "(call %s %s %s)" % (node(item.func, at), nodes(item.args, at),
                                    keywords(item.keywords, at))
    if name == "BoolOp":
        return "(%s %s)" % (OPS[type(item.op)], nodes(item.values, at))
    if name == "NamedExpr":
        return "(:= %s %s)" % (item.target.id, node(item.value, at))
    if name == "BinOp":
        return "(%s %s %s)" % (OPS[type(item.op)], node(item.left, at), node(item.right, at))
    if name == "UnaryOp":
        return "(u%s %s)" % (OPS[type(item.op)], node(item.operand, at))
    if name == "Lambda":
        return "(lambda %s %s)" % (params(item.args, at), node(item.body, at))
    if name == "IfExp":
        return "(if %s %s %s)" % (node(item.test, at), node(item.body, at), node(item.orelse, at))
    if name == "Dict":
        return "(dict %s %s)" % (nodes(item.keys, at), nodes(item.values, at))
    if name in ("Set", "List", "Tuple"):
        return "(%s %s)" % (name.lower(), nodes(item.elts, at))
    if name in ("ListComp", "SetComp", "GeneratorExp"):
        return "(%s %s %s)" % (name, node(item.elt, at), generators(item.generators, at))
    if name == "DictComp":
        return "(%s %s %s %s)" % (name, node(item.key, at), node(item.value, at),
                                  generators(item.generators, at))
    if name in ("Await", "YieldFrom", "Starred"):
        return "(%s %s)" % (name, node(item.value, at))
    if name == "Yield":
        return "(Yield %s)" % option(item.value, at)
    if name == "Compare":
        ops = " ".join(OPS[type(op)] for op in item.ops)
        return "(cmp %s (%s) %s)" % (node(item.left, at), ops, nodes(item.comparators, at))
    if name == "JoinedStr":
        return "(fstr %s)" % parts(item.values)
    if name == "TemplateStr":
        return "(tstr %s)" % parts(item.values)
    if name == "Subscript":
        index = item.slice
        if name and type(index).__name__ == "Index":
            index = index.value
        return "([] %s %s)" % (node(item.value, at), node(index, at))
    if name == "Slice":
        return "(slice %s %s %s)" % (option(item.lower, at), option(item.upper, at),
                                     option(item.step, at))
    raise TypeError(name)


def node(item, place=True):
    if isinstance(item, ast.Tuple) and place and not item.elts:
        return "(tuple ())"
    dumped = expr(item, place)
    if not place:
        return dumped
    return "%d:%d-%d:%s" % (item.lineno, item.col_offset, item.end_col_offset, dumped)


def aliases(items):
    return "(" + " ".join("%s/%s" % (a.name, a.asname or "") for a in items) + ")"


def pattern(item):
    name = type(item).__name__
    if name == "MatchValue":
        return "(value %s)" % node(item.value)
    if name == "MatchSingleton":
        return constant(item.value)
    if name == "MatchSequence":
        return "(seq %s)" % patterns(item.patterns)
    if name == "MatchMapping":
        keys = "(" + " ".join(node(key) for key in item.keys) + ")"
        return "(map %s %s %s)" % (keys, patterns(item.patterns), item.rest or "-")
    if name == "MatchClass":
        named = " ".join("%s=%s" % (k, pattern(p))
                         for k, p in zip(item.kwd_attrs, item.kwd_patterns))
        return "(class %s %s (%s))" % (node(item.cls), patterns(item.patterns), named)
    if name == "MatchStar":
        return "(star %s)" % (item.name or "-")
    if name == "MatchAs":
        inner = pattern(item.pattern) if item.pattern else "-"
        return "(as %s %s)" % (inner, item.name or "-")
    return "(or %s)" % patterns(item.patterns)


def patterns(items):
    return "(" + " ".join(pattern(item) for item in items) + ")"


def block(items):
    return "(" + " ".join(stmt(item) for item in items) + ")"


def branches(item):
    """`if` with its `elif`s, which the tree of ast nests. An `else` with only an `if` in it
    is told from an `elif` by the column: an `elif` stands where its `if` does."""
    out = [(item.test, item.body)]
    orelse = item.orelse
    while len(orelse) == 1 and isinstance(orelse[0], ast.If) \
            and orelse[0].col_offset == item.col_offset:
        out.append((orelse[0].test, orelse[0].body))
        orelse = orelse[0].orelse
    inner = " ".join("(%s %s)" % (node(test), block(body)) for test, body in out)
    return "(if (%s) %s)" % (inner, block(orelse))


def definition(item):
    if isinstance(item, ast.ClassDef):
        return "(class %s %s %s %s %s %s)" % (
            item.name, nodes(item.decorator_list), type_params(item), nodes(item.bases),
            keywords(item.keywords, True), block(item.body))
    kind = "def" if isinstance(item, ast.FunctionDef) else "async-def"
    return "(%s %s %s %s %s %s %s)" % (
        kind, item.name, nodes(item.decorator_list), type_params(item), params(item.args, True),
        option(item.returns), block(item.body))


def simple(item, name):
    if name == "Return":
        return "(return %s)" % option(item.value)
    if name == "Delete":
        return "(del %s)" % nodes(item.targets)
    if name == "Assign":
        return "(= %s %s)" % (nodes(item.targets), node(item.value))
    if name == "TypeAlias":
        return "(type %s %s %s)" % (item.name.id, type_params(item), node(item.value))
    if name == "AugAssign":
        return "(%s= %s %s)" % (OPS[type(item.op)], node(item.target), node(item.value))
    if name == "AnnAssign":
        return "(: %s %s %s %d)" % (node(item.target), node(item.annotation), option(item.value),
                                    item.simple)
    if name == "Raise":
        return "(raise %s %s)" % (option(item.exc), option(item.cause))
    if name == "Assert":
        return "(assert %s %s)" % (node(item.test), option(item.msg))
    if name == "Import":
        return "(import %s)" % aliases(item.names)
    if name == "ImportFrom":
        return "(from %s %d %s)" % (item.module or "-", item.level, aliases(item.names))
    if name in ("Global", "Nonlocal"):
        return "(%s %s)" % (name.lower(), " ".join(
            unicodedata.normalize("NFKC", each) for each in item.names))
    if name == "Expr":
        return "(expr %s)" % node(item.value)
    return "(%s)" % name.lower()


def compound(item, name):
    if name in ("For", "AsyncFor"):
        return "(%s %s %s %s %s)" % (name, node(item.target), node(item.iter), block(item.body),
                                     block(item.orelse))
    if name == "While":
        return "(while %s %s %s)" % (node(item.test), block(item.body), block(item.orelse))
    if name == "If":
        return branches(item)
    if name in ("With", "AsyncWith"):
        items = " ".join("(%s %s)" % (node(i.context_expr), option(i.optional_vars))
                         for i in item.items)
        return "(%s (%s) %s)" % (name, items, block(item.body))
    if name == "Match":
        cases = " ".join("(%s %s %s)" % (pattern(c.pattern), option(c.guard), block(c.body))
                         for c in item.cases)
        return "(match %s (%s))" % (node(item.subject), cases)
    if name in ("Try", "TryStar"):
        handlers = " ".join("(%d %s %s %s)" % (h.lineno, option(h.type), h.name or "-",
                                               block(h.body)) for h in item.handlers)
        return "(%s %s (%s) %s %s)" % (name, block(item.body), handlers, block(item.orelse),
                                       block(item.finalbody))
    return None


class Mangler(ast.NodeVisitor):
    """Names the private names of classes as the compiler does."""

    def __init__(self):
        self.owner = None

    def mangled(self, name):
        private = name and name.startswith("__") and not name.endswith("__") and "." not in name
        return "_%s%s" % (self.owner, name) if private and self.owner else name

    def visit(self, item):
        own = item.name.lstrip("_") if isinstance(item, ast.ClassDef) else None
        for field in () if isinstance(item, ast.keyword) else ("id", "attr", "name", "arg", "asname", "rest"):
            name = getattr(item, field, None)
            if isinstance(name, str):
                setattr(item, field, self.mangled(name))
        if isinstance(item, (ast.Global, ast.Nonlocal)):
            item.names = [self.mangled(name) for name in item.names]
        for field, value in ast.iter_fields(item):
            around = self.owner
            if own is not None and field == "body":
                self.owner = own
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, ast.AST):
                    self.visit(part)
            self.owner = around


def parsed(source):
    tree = ast.parse(source)
    Mangler().visit(tree)
    return tree.body


def stmt(item):
    name = type(item).__name__
    if name in ("FunctionDef", "AsyncFunctionDef", "ClassDef"):
        dumped = definition(item)
    else:
        dumped = compound(item, name) or simple(item, name)
    return "%d-%d:%s" % (item.lineno, item.end_lineno, dumped)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def compiles(source):
    try:
        compile(source, "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    except (RecursionError, MemoryError):
        return None
    return True


def tree(path):
    source = read(path)
    if not compiles(source):
        return None
    if sys.version_info < (3, 9):
        return []  # the places of slices are missing there
    # Columns count UTF-8 bytes, whatever the encoding of the file.
    return [[item.lineno, zlib.crc32(stmt(item).encode())] for item in parsed(source)]


def answer(command, *arguments):
    if command == "tree":
        return tree(arguments[0])
    if command == "dump":
        return stmt(parsed(read(arguments[0]))[arguments[1]])
    if command == "version":
        return [sys.version_info[1], ast.__file__]
    return [compiles(source) for source in arguments]


for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))), flush=True)
