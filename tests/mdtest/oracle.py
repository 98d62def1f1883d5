"""Reloads the cases of mdtest for real: questions on stdin, answers on stdout, JSON a line.

A question is {"files": {path: text}, "module", "path", "versions": [text, …], "others": [module…]}.
The files are written to a fresh directory; a forked child imports the module and reloads each
later version; another imports the last one afresh. The answer is that of
tests/corpus/reload_server.py, and besides

    "holds": {name: [version, lines]}   functions and classes of the reloaded namespace: which
                                        version's execution made them, and the lines that may be
                                        called theirs (none where it is not known)
    stage["statement"]: [first, last]   the lines of the statement at which a stage stopped
    "others": {module: {"reload": outcome, "restart": outcome}}   for the rest of the workspace:
                                        reloaded after the module was; imported in a fresh process
    stage["values"]: {name: text}       what names hold that hold plain data; of the last stage
                                        and of the fresh import
    stage["star"]: outcome              of `from module import *`; likewise

A question may have "after": {path: text}: other files that have changed when the fresh process
imports them. It may have "together": {path: text or null}: other files that change (or go) at the
same time as the module does; the rest of the answer is of files that have not. Then the answer has

    "together": {"alone": stage, "in order": stage, "restart": stage, "without": {module: stage}}
                                        after an import of the module and a change of all files:
                                        it is reloaded alone; it is reloaded after those of the
                                        others that are loaded, in their order; a fresh import;
                                        it is reloaded after all of the others but one

It may have "torn": [[line or null, expression]…]: what expressions give in the module when its last
reload has stopped: where it stops by itself, or in place of the statement at that line. The answer
has a list of as many texts, "torn": the value, or the exception's class.
"""

import ast
import importlib
import json
import os
import sys
import tempfile
import types

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "corpus"))
sys.dont_write_bytecode = True
import reload_server as server  # noqa: E402
from statements import definition_lines, statement_at  # noqa: E402


def first_line(value, path):
    """Where a function or a class of this file starts, or None."""
    code = getattr(value, "__code__", None)
    if isinstance(value, types.FunctionType) and code.co_filename == path:
        return code.co_firstlineno
    return None


def history(question, path):
    """The stages, and for every name the version at which its object changed last."""
    sys.path.insert(0, question["root"])
    name = question["module"]
    stages = [server.attempt(lambda: importlib.import_module(name), path)]
    module = sys.modules.get(name)
    held, since = {}, {}
    for version, text in enumerate(question["versions"]):
        if version > 0:
            if module is None:
                break
            server.write(path, text)
            stages.append(server.attempt(lambda: importlib.reload(module), path))
        if module is not None:
            now = dict(vars(module))
            for key, value in now.items():
                if key not in held or held[key] is not value:
                    since[key] = version
            held = now
            stages[-1]["names"], stages[-1]["submodules"] = server.names_of(name, now)
    if module is not None:
        server.details(name, module, stages[-1])
    holds = {}
    for key, value in held.items():
        line = first_line(value, path)
        if line is not None or isinstance(value, type) and value.__module__ == name:
            text = question["versions"][since[key]]
            holds[key] = [since[key], definition_lines(text, line) if line else []]
    others = {}
    for other in question["others"]:
        def again():
            loaded = sys.modules.get(other)
            importlib.reload(loaded) if loaded else importlib.import_module(other)
        stage = server.attempt(again, path)
        others[other] = stage.get("exception", "completes")
    return {"history": stages, "holds": holds, "others": others}


def stopping(text, line):
    """The text as a tree in which the innermost statement around a line raises."""
    tree = ast.parse(text)
    around = [
        (len(body), body, index) for node in ast.walk(tree) for _, body in ast.iter_fields(node)
        if isinstance(body, list)
        for index, stmt in enumerate(body)
        if isinstance(stmt, ast.stmt) and stmt.lineno <= line <= stmt.end_lineno
    ]
    _, body, index = around[-1]
    stop = ast.parse("raise RuntimeError('the reload stops here')").body[0]
    body[index] = ast.copy_location(stop, body[index])
    return ast.fix_missing_locations(tree)


def torn(question, path, line, uses):
    """What expressions give in the module that a stop leaves behind."""
    sys.path.insert(0, question["root"])
    module = importlib.import_module(question["module"])
    *earlier, last = question["versions"][1:]
    for text in earlier:
        server.write(path, text)
        server.attempt(lambda: importlib.reload(module), path)
    server.write(path, last)
    try:
        if line is None:
            importlib.reload(module)
        else:
            exec(compile(stopping(last, line), path, "exec"), vars(module))
        return ["the reload does not stop"] * len(uses)
    except BaseException:
        pass
    found = []
    for use in uses:
        try:
            found.append(repr(eval(use, vars(module))))
        except BaseException as error:
            found.append(type(error).__name__)
    return found


def fresh(question, path):
    sys.path.insert(0, question["root"])
    return server.fresh({**question, "details": True}, path)


def isolated(question, path):
    sys.path.insert(0, question["root"])
    return server.isolated(question, path)


def fresh_other(question, other):
    sys.path.insert(0, question["root"])
    return server.attempt(lambda: importlib.import_module(other), "").get("exception", "completes")


def put(root, files):
    """Writes files; those that have no text are removed."""
    for path, text in files.items():
        place = os.path.join(root, path)
        if text is None:
            if os.path.exists(place):
                os.remove(place)
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        server.write(place, text)
    importlib.invalidate_caches()


def name_of(path):
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return stem.replace("/", ".")


def reloaded(question, path, first):
    """The reload of the module when all files have changed, after that of others."""
    sys.path.insert(0, question["root"])
    module = importlib.import_module(question["module"])
    put(question["root"], {**question["together"], question["path"]: question["versions"][-1]})
    for other in first:
        if other in sys.modules:
            importlib.reload(sys.modules[other])
    return server.attempt(lambda: importlib.reload(module), path)


def imported(question, path):
    sys.path.insert(0, question["root"])
    put(question["root"], {**question["together"], question["path"]: question["versions"][-1]})
    return server.attempt(lambda: importlib.import_module(question["module"]), path)


def together(question, path):
    first = [name_of(other) for other, text in question["together"].items() if text is not None]
    before = {**dict.fromkeys(question["together"]), **question["files"]}

    def stage_of(work, *arguments):
        put(question["root"], before)
        stage = server.in_child(work, question, path, *arguments)
        put(question["root"], before)
        if stage.get("line") and stage["outcome"] == "raises":
            stage["statement"] = statement_at(question["versions"][-1], stage["line"])
        return stage

    return {
        "alone": stage_of(reloaded, []),
        "in order": stage_of(reloaded, first),
        "restart": stage_of(imported),
        "without": {one: stage_of(reloaded, [other for other in first if other != one]) for one in first},
    }


def answer(question, root):
    question["root"] = root
    put(root, question["files"])
    path = os.path.join(root, question["path"])
    changes = question.get("together")
    ordered = together(question, path) if changes else None
    result = separate(question, root, path)
    if question.get("torn"):
        result["torn"] = []
        for line, use in question["torn"]:
            server.write(path, question["versions"][0])
            said = server.in_child(torn, question, path, line, [use])
            result["torn"].append(said[0] if isinstance(said, list) else str(said))
    if changes:
        result["together"] = ordered
    return result


def separate(question, root, path):
    result = server.in_child(history, question, path)
    if "history" not in result:
        return {"died": result}
    result["others"] = {name: {"reload": outcome} for name, outcome in result["others"].items()}
    server.write(path, question["versions"][-1])
    for place, text in question.get("after", {}).items():
        server.write(os.path.join(root, place), text)
    for other in question["others"]:
        result["others"][other]["restart"] = server.in_child(fresh_other, question, other)
    result["fresh"] = restart = server.in_child(fresh, question, path)
    if restart["outcome"] != "completes" and not restart.get("inside"):
        server.write(path, question["versions"][0])
        result["isolated"] = restart = server.in_child(isolated, question, path)
    result["ghosts"] = []
    texts = [*question["versions"][:len(result["history"])], question["versions"][-1]]
    for stage, text in zip([*result["history"], restart], texts):
        if stage.get("line") and stage["outcome"] == "raises":
            stage["statement"] = statement_at(text, stage["line"])
    last = result["history"][-1]
    if restart.get("names") is None and restart.get("outcome") == "raises":
        # A first import that raises leaves nothing behind: look at what it got to.
        restart["names"] = server.in_child(partial, question, path)
    if last.get("outcome") == "completes" and restart.get("outcome") == "completes":
        held = restart.get("executed", restart["names"])
        result["ghosts"] = server.ghosts(question["versions"][-1], path, last["names"], held)
    elif last.get("outcome") == "completes" and restart.get("exception") in ("NameError", "UnboundLocalError"):
        name = restart["message"].split("'")[1:2]
        if restart["exception"] == "NameError" and name and name[0] in last["names"]:
            # The read may stand in a function that the module's statement calls.
            place, line = restart.get("where") or (path, restart["line"])
            line = line if place == path else restart["line"]
            result["ghosts"] = [{"name": name[0], "line": line, "scope": "module", "builtin": False,
                                 "stops": True}]
    return result


def partial(question, path):
    """The names that an import which raises had bound by then."""
    sys.path.insert(0, question["root"])
    namespace = {"__name__": question["module"], "__file__": path}
    namespace["__package__"] = question["module"].rpartition(".")[0]
    try:
        exec(compile(question["versions"][-1], path, "exec"), namespace)
    except BaseException:
        pass
    return server.names_of(question["module"], namespace)[0]


def main():
    out = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        with tempfile.TemporaryDirectory(prefix="reloadsafe-") as root:
            root = os.path.realpath(root)
            said = json.dumps(answer(json.loads(line), root)).replace(root, "")
        print(said, file=out, flush=True)


if __name__ == "__main__":
    main()
