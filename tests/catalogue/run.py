"""What CPython makes of a case: `run.py DIRECTORY [PROBE [SETUP AWAY]]`, with the module `m` in it.

With SETUP and AWAY it is reloaded twice: as it is, and when AWAY has taken from the process what
SETUP has put there. The first has to get through; the answer is about the second. As SETUP or AWAY,
`in a thread` and `in a loop` say where it is loaded, and where it is reloaded then.

Prints JSON: how the reload ends (`line` and `exceptions`, the class and those of its bases, or
null), how another one does that follows (`again`), and what the probe came to before and after.
"""

import asyncio
import importlib
import os
import sys
import threading
import traceback
import warnings
from json import dumps


def in_a_thread(action):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(action()))
    thread.start()
    thread.join()
    return answers[0]


def in_a_loop(action):
    async def run():
        return action()

    return asyncio.run(run())


def here(action):
    return action()


# The text that is reloaded, where it is not the one that was imported.
EDITED = os.path.join("files", "m.py")

PLACES = {"in a thread": in_a_thread, "in a loop": in_a_loop}


def calls(expression):
    """How many calls an expression makes: for what wraps itself, more than there may be."""
    try:
        eval(expression)
    except RecursionError:
        return sys.getrecursionlimit()
    return 1


def reloaded(module):
    """The exception with which a reload ends; None where it gets through."""
    if os.path.exists(EDITED):
        os.replace(EDITED, "m.py")
    try:
        importlib.reload(module)
    except BaseException as error:
        return error
    return None


def main():
    directory = sys.argv[1]
    probe = sys.argv[2] if len(sys.argv) > 2 else "0"
    os.chdir(directory)
    os.environ["CASE_VARIABLE"] = "1"
    # What is compiled is known by its time and its size, which an edit may leave as they were.
    sys.dont_write_bytecode = True
    sys.path[:0] = [directory, "/case-path"]
    setup, away = sys.argv[3:5] if len(sys.argv) > 4 else ("", "")
    sys.argv = ["case"]
    warnings.simplefilter("ignore")
    outside = {}
    place, again = PLACES.get(setup, here), PLACES.get(away, here)
    exec("" if setup in PLACES else setup, outside)
    module = place(lambda: importlib.import_module("m"))
    before = eval(probe)
    answer = {"line": None, "exceptions": []}
    if away:
        place(lambda: importlib.reload(module))
        exec("" if away in PLACES else away, outside)
    error = again(lambda: reloaded(module))
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if os.path.basename(frame.filename) == "m.py"]
        answer["line"] = own[0].lineno
        answer["exceptions"] = [base.__name__ for base in type(error).__mro__]
    answer["counts"] = [before, eval(probe)]
    answer["again"] = None
    if answer["line"] is None:
        error = again(lambda: reloaded(module))
        answer["again"] = None if error is None else repr(error)
        answer["counts"].append(eval(probe))
    print("\n" + dumps(answer), flush=True)
    # Threads, processes and servers of the case end here.
    if "multiprocessing" in sys.modules:
        for child in sys.modules["multiprocessing"].active_children():
            child.kill()
    os._exit(0)


main()
