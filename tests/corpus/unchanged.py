"""Measures RS203 on modules that are reloaded as they are: what CPython raises against what is said.

    python3 tests/corpus/unchanged.py PACKAGE --root DIR [--python PYTHON] [--binary PATH] [--catalogue] [--list]

Every module of PACKAGE, which lies in DIR, is imported and reloaded unchanged in a process of its own;
so is it given to `reloadsafe simulate`, twice. What raises has to be reported at the line of the
module that raised, and nothing else may be.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

from common import REPOSITORY

RELOADER = r"""
import importlib, json, os, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
try:
    importlib.import_module(sys.argv[2])
except BaseException:
    pass
for name in sys.stdin.read().split():
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        with os.fdopen(read) as answer:
            sys.stdout.write(answer.read() or json.dumps([name, "died", None]) + "\n")
        os.waitpid(child, 0)
        continue
    os.dup2(2, 1)
    line = None
    try:
        module = importlib.import_module(name)
    except BaseException as error:
        found = "not imported"
    else:
        try:
            importlib.reload(module)
            found = "completes"
        except BaseException as error:
            found, step = type(error).__name__, error.__traceback__
            while step is not None:
                if step.tb_frame.f_code.co_filename == module.__file__:
                    line = step.tb_lineno
                step = step.tb_next
    os.write(write, json.dumps([name, found, line]).encode() + b"\n")
    os._exit(0)
"""


def modules(package, root):
    """The files of a package by module name."""
    files = sorted((root / package).rglob("*.py"))
    names = {}
    for file in files:
        parts = list(file.relative_to(root).with_suffix("").parts)
        if parts[-1] == "__init__":
            parts.pop()
        if not {"tests", "test", "testing", "__main__"} & set(parts):
            names[".".join(parts)] = file
    return names


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--binary", type=pathlib.Path, default=REPOSITORY / "target" / "release" / "reloadsafe")
    parser.add_argument("--catalogue", action="store_true", help="with what the catalogue knows")
    parser.add_argument("--list", action="store_true", help="name what was missed and what was false")
    arguments = parser.parse_args()
    files = modules(arguments.package, arguments.root)
    done = subprocess.run([arguments.python, "-c", RELOADER, str(arguments.root), arguments.package], input="\n".join(files),
                          capture_output=True, text=True, check=True)
    options = [] if arguments.catalogue else ["--no-catalogue"]
    counts = collections.Counter()
    for answer in done.stdout.splitlines():
        name, found, line = json.loads(answer)
        if found in ("not imported", "died"):
            counts[found] += 1
            continue
        command = [str(arguments.binary), "simulate", "--isolated", "--output-format", "json", "--root", str(arguments.root),
                   "--module", name, "--python", arguments.python, *options, str(files[name]), str(files[name])]
        answer = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        said = {d["range"]["start"]["line"] for d in answer["diagnostics"] if d["code"] == "RS203"}
        if found == "completes":
            verdict = "false" if said else "completes"
        else:
            verdict = "found" if said == {line} else "missed" if not said else "wrong line"
        counts[verdict] += 1
        if arguments.list and verdict not in ("completes", "found"):
            print(verdict, name, found, line, sorted(said))
    print(dict(counts))


if __name__ == "__main__":
    main()
