"""Says what code raises when a module is reloaded unchanged in the interpreter that runs this.

    PYTHON raising_frame.py FACT.json

Prints one JSON object. `where` is decided by the innermost frame of the traceback and by what that
frame was doing, never by hand:

- `source`: a file of the standard library or of site-packages raises by itself: a `raise`, an
  `assert`, an operator, a look-up, or a method of a builtin container that the source calls
- `own`: the same in the module, or in another file of the fact
- `c`: a function of C raises that any of them calls
- `silent`: the reload completes here; `unimportable`: the first import fails

FACT.json has `probe` with `setup` (run before the import), `after` (run after it), `edit` (the text
that is reloaded) and `ctx` (the thread or event loop that reloads), as the facts have them.
"""

import asyncio
import dis
import importlib
import json
import os
import sys
import threading

# What containers of Python source are: that one of their methods refuses is a matter of what they hold.
CONTAINERS = ("list", "dict", "set", "frozenset", "tuple", "str", "mappingproxy", "deque", "OrderedDict",
              "defaultdict")


def instruction(code, offset):
    """The name of the instruction at an offset of a code object."""
    return next((step.opname for step in dis.get_instructions(code) if step.offset == offset), "")


def is_container_method(function):
    receiver = getattr(function, "__self__", None)
    if type(receiver).__name__ in CONTAINERS:
        return True
    return receiver is not None and any(base.__name__ in CONTAINERS[:5] for base in type(receiver).__mro__)


def judge(error, called, place):
    """What raised an error; `called` is the last function of C that an exception went through."""
    step = error.__traceback__
    while step.tb_next is not None:
        step = step.tb_next
    code, path = step.tb_frame.f_code, step.tb_frame.f_code.co_filename
    operation = instruction(code, step.tb_lasti)
    is_call = operation.startswith("CALL") or operation == "PRECALL" or not code.co_code.strip(b"\0")
    is_own = os.path.realpath(path).startswith(place + os.sep)
    where = "own" if is_own else "source"
    if is_call and not is_container_method(called.get("function")):
        where = "c"
    named = repr(called.get("function")) if is_call else None
    return {"where": where, "file": path, "line": step.tb_lineno, "operation": operation, "function": named}


def observe(fact, place):
    probe = fact.get("probe") or {}
    names = {"__name__": "probe", "sys": sys, "os": os, "importlib": importlib}
    called = {}

    def watch(frame, event, argument):
        if event == "c_exception":
            called["function"] = argument
        elif event == "c_call":
            called.pop("function", None)

    if probe.get("setup"):
        exec(probe["setup"], names)
    try:
        module = importlib.import_module(probe.get("module", "mut"))
    except BaseException as error:
        return {"where": "unimportable", "error": repr(error)[:300]}
    names["m"] = module
    if probe.get("after"):
        exec(probe["after"], names)
    if probe.get("edit"):
        with open(module.__file__, "w") as file:
            file.write(probe["edit"])
        importlib.invalidate_caches()
    found = {"where": "silent"}

    def reload():
        sys.setprofile(watch)
        try:
            importlib.reload(module)
        except BaseException as error:
            sys.setprofile(None)
            found.update(judge(error, called, place), exception=type(error).__name__)
        finally:
            sys.setprofile(None)

    context = probe.get("ctx")
    if context in ("thread", "async_thread"):
        thread = threading.Thread(target=reload)
        thread.start()
        thread.join()
    elif context == "async_reload":
        async def within():
            reload()
        asyncio.run(within())
    else:
        reload()
    return found


def main():
    with open(sys.argv[1]) as file:
        fact = json.load(file)
    place = os.path.realpath(os.getcwd())
    sys.dont_write_bytecode = True
    sys.path[0] = place
    sys.argv = ["prog"]
    out = os.dup(1)
    os.dup2(2, 1)

    def say(found):
        os.write(out, json.dumps(found).encode() + b"\n")
        os._exit(0)

    if (fact.get("probe") or {}).get("ctx") in ("async", "async_thread"):
        async def within():
            say(observe(fact, place))
        asyncio.run(within())
    say(observe(fact, place))


if __name__ == "__main__":
    main()
