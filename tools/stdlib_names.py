"""Writes src/workspace/stdlib_names.txt: the modules of CPython's standard library.

    python tools/stdlib_names.py PYTHON... > src/workspace/stdlib_names.txt

Each PYTHON is an interpreter of one minor version, 3.8 or newer. One line a module:

    NAME RANGE... [bRANGE]

where RANGE is `8-13` (the minor versions 3.8 to 3.13) or `8`, and `b` marks the versions in
which the module is compiled into the interpreter. 3.14 is 3.13 with what "What's New In
Python 3.14" and Python/stdlib_module_names.h of CPython's main branch say was added.
"""

import json
import subprocess
import sys

PROBE = r"""
import json, os, pkgutil, sys, sysconfig

lib = sysconfig.get_path("stdlib")
names = set(getattr(sys, "stdlib_module_names", ())) | set(sys.builtin_module_names)
skipped = {"test", "tests", "idle_test", "site-packages", "__pycache__", "lib2to3.tests"}

def walk(directory, prefix):
    for entry in sorted(os.listdir(directory)):
        path = os.path.join(directory, entry)
        stem, extension = os.path.splitext(entry)
        if entry in skipped or entry.startswith("_sysconfigdata") or "-" in entry:
            continue
        if os.path.isdir(path) and os.path.exists(os.path.join(path, "__init__.py")):
            names.add(prefix + entry)
            walk(path, prefix + entry + ".")
        elif extension == ".py" and stem != "__init__" and stem.isidentifier():
            names.add(prefix + stem)

walk(lib, "")
names |= {"test", "os.path"}
for entry in os.listdir(os.path.join(lib, "lib-dynload")):
    if entry.endswith(".so"):
        names.add(entry.split(".")[0])
names -= {name for name in names if name.split(".")[0] in {"test"} and "." in name}
print(json.dumps({
    "minor": sys.version_info[1],
    "names": sorted(names),
    "builtin": sorted(sys.builtin_module_names),
}))
"""

ADDED_IN_3_14 = """
_hmac _py_warnings _remote_debugging _types _zstd annotationlib
asyncio.graph asyncio.tools
compression compression._common compression._common._streams compression.bz2
compression.gzip compression.lzma compression.zlib compression.zstd compression.zstd._zstdfile
concurrent.futures.interpreter concurrent.interpreters concurrent.interpreters._crossinterp
concurrent.interpreters._queues
pathlib._os pathlib.types string.templatelib
""".split()

# Of other platforms or optional libraries: 3.8 and 3.9 have no `sys.stdlib_module_names` that
# would name what this build lacks.
ELSEWHERE_BEFORE_3_10 = """
_bz2 _ctypes _curses _curses_panel _dbm _gdbm _lzma _msi _overlapped _scproxy _sqlite3 _ssl
_tkinter _uuid _winapi msvcrt nis nt ossaudiodev readline spwd winreg winsound
""".split()


def ranges(minors):
    """`{8, 9, 11}` to `8-9 11`."""
    runs = []
    for minor in sorted(minors):
        if runs and runs[-1][1] == minor - 1:
            runs[-1][1] = minor
        else:
            runs.append([minor, minor])
    return ["%d" % a if a == b else "%d-%d" % (a, b) for a, b in runs]


def main(interpreters):
    names, builtin = {}, {}
    for interpreter in interpreters:
        probe = json.loads(subprocess.check_output([interpreter, "-I", "-c", PROBE]))
        for name in probe["names"]:
            names.setdefault(name, set()).add(probe["minor"])
        for name in probe["builtin"]:
            builtin.setdefault(name, set()).add(probe["minor"])
    for table in (names, builtin):
        for minors in table.values():
            if 13 in minors:
                minors.add(14)
    for name in ELSEWHERE_BEFORE_3_10:
        names.setdefault(name, set()).update({8, 9})
    for name in ADDED_IN_3_14:
        names.setdefault(name, set()).add(14)
    for name in ("_types",):
        builtin.setdefault(name, set()).add(14)
    for name in sorted(names):
        line = [name, *ranges(names[name])]
        line += ["b" + span for span in ranges(builtin.get(name, ()))]
        print(*line)


main(sys.argv[1:])
