"""Reloads an example for real: a question on stdin, the answer on stdout, both JSON.

A question is {"before": {file: text}, "after": {file: text}, "imports": [module…],
"reloads": [module…], "expressions": [text…]}. A process imports the modules, the files are
overwritten, and it reloads some of them; another imports them afresh. The answer is a list of
[what, in the first process, in the second]: how each reload and each fresh import ended, then what
the expressions give (their `repr`, or the exception; null where there is no module).
"""

import importlib
import json
import os
import sys
import tempfile
import warnings


def said(action):
    """What an action gives, as a line of text."""
    try:
        value = action()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return repr(value)


def ended(action, name, folder):
    """How a load ended, with the line of the module at which it did."""
    try:
        action()
    except Exception as error:
        at, trace = "", error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == os.path.join(folder, name + ".py"):
                at = f" at line {trace.tb_lineno}"
            trace = trace.tb_next
        # The path of the module is another one each time.
        text = str(error).replace(folder + os.sep, "")
        return f"stops{at}, {type(error).__name__}: {text}"
    return "completes"


def write(folder, files):
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


def values(question):
    modules = {"importlib": importlib}
    modules.update((name, sys.modules.get(name)) for name in question["imports"])
    # A first import that raises leaves no module that could be looked at.
    missing = [name for name in question["imports"] if modules[name] is None]

    def star(name):
        """What `from name import *` gives."""
        namespace = {}
        exec(f"from {name} import *", namespace)
        return sorted(namespace.keys() - {"__builtins__"})

    modules["star"] = star
    return [
        None if any(name in text for name in missing) else said(lambda: eval(text, dict(modules)))
        for text in question["expressions"]
    ]


def in_child(action):
    """What an action gives in a process of its own."""
    read, wrote = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            with os.fdopen(wrote, "w") as pipe:
                json.dump(action(), pipe)
        finally:
            os._exit(0)
    os.close(wrote)
    with os.fdopen(read) as pipe:
        answer = json.load(pipe)
    os.waitpid(child, 0)
    return answer


def reloaded(question, folder):
    write(folder, question["before"])
    for name in question["imports"]:
        importlib.import_module(name)
    write(folder, question["after"])
    loads = {}
    for name in question["reloads"]:
        loads[name] = ended(lambda: importlib.reload(sys.modules[name]), name, folder)
    return loads, values(question)


def restarted(question, folder):
    write(folder, question["after"])
    loads = {}
    for name in question["imports"]:
        loads[name] = ended(lambda: importlib.import_module(name), name, folder)
    return loads, values(question)


def main():
    question = json.load(sys.stdin)
    sys.dont_write_bytecode = True
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        folder = os.path.realpath(folder)
        sys.path.insert(0, folder)
        live, live_values = in_child(lambda: reloaded(question, folder))
        fresh, fresh_values = in_child(lambda: restarted(question, folder))
    rows = [[f"loading {name}", live[name], fresh[name]] for name in question["reloads"]]
    rows += [list(row) for row in zip(question["expressions"], live_values, fresh_values)]
    json.dump(rows, sys.stdout)


main()
