"""What CPython makes of a case: `run.py DIRECTORY [PROBE [SETUP AWAY]]`, with the module `m` in it.

With SETUP and AWAY it is reloaded twice: as it is, and when AWAY has taken from the process what
SETUP has put there. The first has to get through; the answer is about the second.

Prints JSON: how the reload ends (`line` and `exceptions`, the class and those of its bases, or
null), how another one does that follows (`again`), and what the probe came to before and after.
"""

import importlib
import json
import os
import sys
import traceback
import warnings


def main():
    directory = sys.argv[1]
    probe = sys.argv[2] if len(sys.argv) > 2 else "0"
    os.chdir(directory)
    os.environ["CASE_VARIABLE"] = "1"
    sys.path[:0] = [directory, "/case-path"]
    setup, away = sys.argv[3:5] if len(sys.argv) > 4 else ("", "")
    sys.argv = ["case"]
    warnings.simplefilter("ignore")
    outside = {}
    exec(setup, outside)
    module = importlib.import_module("m")
    before = eval(probe)
    answer = {"line": None, "exceptions": []}
    if away:
        importlib.reload(module)
        exec(away, outside)
    try:
        importlib.reload(module)
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if os.path.basename(frame.filename) == "m.py"]
        answer["line"] = own[0].lineno
        answer["exceptions"] = [base.__name__ for base in type(error).__mro__]
    answer["counts"] = [before, eval(probe)]
    answer["again"] = None
    if answer["line"] is None:
        try:
            importlib.reload(module)
        except BaseException as error:
            answer["again"] = repr(error)
        answer["counts"].append(eval(probe))
    print("\n" + json.dumps(answer), flush=True)
    # Threads, processes and servers of the case end here.
    os._exit(0)


main()
