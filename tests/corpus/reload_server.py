"""Reloads modules of one release for real and says what came of it; run by truth.py.

    VENV/bin/python reload_server.py TREE < jobs.jsonl > answers.jsonl

A job is {"id", "module", "path", "versions": [text, …]}: `path` below TREE holds version 0;
the others are written over it and reloaded one after the other. Every job is done in forked
children of this process, which has imported nothing of TREE:

- *history*: import, then `importlib.reload` for each later version; the namespace after each;
- *fresh*: import with the last version in place;
- *isolated*, where *fresh* fails outside the module: the other modules as version 0 found them,
  the last version executed in an empty namespace. What a restart of this module alone gives.

An answer is {"id", "history": [stage, …], "fresh": stage, "isolated"?: stage, "ghosts": […]},
a stage {"outcome": "completes" | "raises" | "syntax-error" | "timeout" | "died", "exception"?,
"message"?, "line"?, "inside"?, "names", "submodules", "where"?, "executed"?}. `line` is the line
of the module's own frame, `inside` tells whether the module's own code was being executed.
`names` are those of what `sys.modules` holds, `executed` those of the namespace in which the text
was executed, where that is another.

Where the job asks for "details", the last stage of the history and the fresh import have besides
"values": {name: text}, what names hold that hold plain data, and "star": the outcome of
`from module import *`. "after": {path: text} are other files that have changed when the module is
imported afresh, and "also" modules that are imported then, too: "also": {module: "completes" or the
exception's message}.
"""

import dis
import importlib
import importlib.util
import json
import os
import select
import signal
import sys
import time
import types
from importlib.machinery import SourceFileLoader

TIMEOUT = 20


def names_of(module_name, namespace):
    """All names, and those that are there because a submodule was imported."""
    submodules = [
        n for n, v in list(namespace.items())
        if isinstance(v, types.ModuleType) and sys.modules.get(f"{module_name}.{n}") is v
    ]
    return sorted(n for n in namespace if isinstance(n, str)), sorted(submodules)


def failure(error, path, stage):
    stage["exception"] = type(error).__name__
    stage["bases"] = [c.__name__ for c in type(error).__mro__]
    stage["message"] = str(error)[:200]
    stage["inside"] = False
    stage["outcome"] = "raises"
    if isinstance(error, SyntaxError) and error.filename == path:
        stage["outcome"] = "syntax-error"
        stage["line"] = error.lineno
    frames = []
    tb = error.__traceback__
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if name == path and tb.tb_frame.f_code.co_name == "<module>":
            stage["line"] = tb.tb_lineno
            stage["inside"] = True
        if "importlib" not in name and not name.endswith("reload_server.py"):
            frames.append([name, tb.tb_lineno])
        tb = tb.tb_next
    stage["where"] = frames[-1:] and frames[-1]


def attempt(action, path):
    """Runs one import or reload; returns what came of it, without names."""
    stage = {"outcome": "completes"}
    try:
        action()
    except BaseException as error:  # SystemExit and KeyboardInterrupt abort a reload too
        failure(error, path, stage)
    return stage


def write(path, text, tick=[int(time.time()) - 100_000_000]):
    """Overwrites a source file so that no cache of bytecode can be taken for current."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    tick[0] += 2
    os.utime(path, (tick[0], tick[0]))
    importlib.invalidate_caches()


PLAIN = (int, float, complex, str, bytes, bool, type(None), tuple, list, dict, set, frozenset)


def details(name, module, stage):
    """What a module holds that a namespace's names do not tell."""
    held = {key: value for key, value in vars(module).items() if isinstance(value, PLAIN)}
    texts = {key: repr(value) for key, value in held.items() if key not in ("__builtins__", "__path__")}
    stage["values"] = {key: text for key, text in texts.items() if " at 0x" not in text and len(text) < 2000}
    stage["star"] = attempt(lambda: exec(f"from {name} import *", {}), "").get("exception", "completes")


def history(job, path):
    name = job["module"]
    stage = attempt(lambda: importlib.import_module(name), path)
    stages = [stage]
    module = sys.modules.get(name)
    for text in job["versions"][1:]:
        if module is None or stages[0]["outcome"] != "completes":
            break
        stages[-1]["names"], stages[-1]["submodules"] = names_of(name, vars(module))
        write(path, text)
        stages.append(attempt(lambda: importlib.reload(module), path))
    if module is not None:
        stages[-1]["names"], stages[-1]["submodules"] = names_of(name, vars(module))
        if job.get("details"):
            details(name, module, stages[-1])
    return stages


def watched(name):
    """A list that gets the namespace of each execution of a module's text.

    It is not the one that `sys.modules` leads to where a module has put something else there.
    """
    executed = []
    original = SourceFileLoader.exec_module

    def exec_module(loader, module):
        if module.__name__ == name:
            executed.append(vars(module))
        original(loader, module)

    SourceFileLoader.exec_module = exec_module
    return executed


def fresh(job, path):
    name = job["module"]
    executed = watched(name)
    stage = attempt(lambda: importlib.import_module(name), path)
    module = sys.modules.get(name)
    if module is not None:
        stage["names"], stage["submodules"] = names_of(name, vars(module))
        if executed and executed[-1] is not vars(module):
            stage["executed"], _ = names_of(name, executed[-1])
        if job.get("details"):
            details(name, module, stage)
    also = {other: attempt(lambda: importlib.import_module(other), "") for other in job.get("also", ())}
    if also:
        stage["also"] = {other: how.get("message", how["outcome"]) for other, how in also.items()}
    return stage


def isolated(job, path):
    name = job["module"]
    module = importlib.import_module(name)
    namespace = {k: v for k, v in vars(module).items() if k.startswith("__") and k in (
        "__name__", "__package__", "__loader__", "__spec__", "__path__", "__file__", "__builtins__")}
    namespace["__doc__"] = None
    text = job["versions"][-1]
    stage = attempt(lambda: exec(compile(text, path, "exec"), namespace), path)
    stage["names"], stage["submodules"] = names_of(name, namespace)
    return stage


def in_child(work, *arguments):
    """What `work` returns when run in a forked child, or why there is nothing."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setpgid(0, 0)
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        signal.alarm(TIMEOUT)
        try:
            answer = json.dumps(work(*arguments)).encode()
        except BaseException as error:
            answer = json.dumps({"outcome": "died", "message": repr(error)[:200]}).encode()
        with os.fdopen(writer, "wb") as out:
            out.write(answer)
        os._exit(0)
    os.close(writer)
    chunks = []
    deadline = time.monotonic() + TIMEOUT + 2
    while True:
        ready, _, _ = select.select([reader], [], [], max(0, deadline - time.monotonic()))
        chunk = os.read(reader, 1 << 16) if ready else b""
        if not chunk:
            break
        chunks.append(chunk)
    os.close(reader)
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(child, 0)
    if not chunks:
        return {"outcome": "timeout"}
    return json.loads(b"".join(chunks))


def reads(code, module_level, made_at=None):
    """(name, line, scope, made_at) of every global read in a code object and those within it;
    `made_at` is where the outermost function around stands, if any."""
    line = code.co_firstlineno
    for step in dis.get_instructions(code):
        # From 3.13 `starts_line` only tells whether a line starts; `line_number` is new.
        starts = getattr(step, "line_number", step.starts_line)
        line = line if starts is None else starts
        if step.opname == "LOAD_GLOBAL" or step.opname == "LOAD_NAME":
            immediate = module_level and step.opname == "LOAD_NAME"
            yield step.argval, line, "module" if immediate else "function", made_at
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            is_function = bool(constant.co_flags & 0x2)  # CO_NEWLOCALS: not a class body
            outermost = made_at or (constant.co_firstlineno if is_function else None)
            yield from reads(constant, module_level and not is_function, outermost)


def executed_lines(job, path):
    """The lines of the module's own flow and of class bodies that a restart executes; None where
    it does not execute a second time in one process."""
    lines = set()

    def local(frame, event, _):
        lines.add(frame.f_lineno)
        return local

    def trace(frame, event, _):
        is_flow = frame.f_code.co_filename == path and not frame.f_code.co_flags & 0x2  # CO_NEWLOCALS
        return local if is_flow else None

    sys.settrace(trace)
    try:
        stage = isolated(job, path)
    finally:
        sys.settrace(None)
    return sorted(lines) if stage["outcome"] == "completes" else None


def ghosts(text, path, after, restarted, executed=lambda: None):
    """Reads in functions and classes that the reloaded namespace serves and a restart's does not.

    `made` says whether the function is made at all, where `executed` says which lines are: one
    below a condition that does not hold is not.
    """
    import builtins
    gone = set(after) - set(restarted)
    if not gone:
        return []
    found = []
    seen = set()
    for name, line, scope, made_at in reads(compile(text, path, "exec"), True):
        if name in gone and (name, line, scope) not in seen:
            seen.add((name, line, scope))
            found.append({"name": name, "line": line, "scope": scope, "builtin": hasattr(builtins, name),
                          "made_at": made_at})
    lines = executed() if found else None
    for ghost in found:
        made_at = ghost.pop("made_at")
        ghost["made"] = not isinstance(lines, list) or made_at is None or made_at in lines
    return found


def answer(job, root):
    path = os.path.join(root, job["path"])
    originals = {}
    for place in [path, *(os.path.join(root, other) for other in job.get("after", {}))]:
        with open(place, encoding="utf-8", newline="") as file:
            originals[place] = file.read()
    try:
        write(path, job["versions"][0])
        result = {"id": job["id"], "history": in_child(history, job, path)}
        if isinstance(result["history"], dict):
            return result
        if len(result["history"]) < len(job["versions"]):
            return result
        write(path, job["versions"][-1])
        for place, text in job.get("after", {}).items():
            write(os.path.join(root, place), text)
        result["fresh"] = in_child(fresh, job, path)
        restart = result["fresh"]
        if restart["outcome"] != "completes" and not restart.get("inside"):
            write(path, job["versions"][0])
            result["isolated"] = in_child(isolated, job, path)
            restart = result["isolated"]
        last = result["history"][-1]
        if last.get("outcome") == "completes" and restart.get("outcome") == "completes":
            # What a function reads is in the namespace in which its text was executed.
            held = restart.get("executed", restart["names"])
            result["ghosts"] = ghosts(job["versions"][-1], path, last["names"], held,
                                      lambda: in_child(executed_lines, job, path))
        return result
    finally:
        for place, text in originals.items():
            write(place, text)


def preload(root, names):
    """Imports what the release needs from elsewhere once, so that each child need not."""
    wanted = in_child(elsewhere, root, names)
    for name in wanted if isinstance(wanted, list) else []:
        try:
            importlib.import_module(name)
        except BaseException:
            pass


def elsewhere(root, names):
    signal.alarm(60)
    for name in names[:40]:
        try:
            importlib.import_module(name)
        except BaseException:
            pass
    stdlib = sys.stdlib_module_names
    return [n for n in list(sys.modules) if n.split(".")[0] in stdlib and n != "__main__"]


def main():
    root = os.path.realpath(sys.argv[1])
    sys.dont_write_bytecode = True
    sys.path.insert(0, root)
    jobs = [json.loads(line) for line in sys.stdin]
    out = os.fdopen(os.dup(1), "w")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    preload(root, sorted({job["module"] for job in jobs}))
    for job in jobs:
        print(json.dumps(answer(job, root)), file=out, flush=True)


if __name__ == "__main__":
    main()
