"""Measures RS203 on measured facts: what raises when module-level code runs a second time.

    python3 tests/corpus/second_runs.py FACTS.jsonl [--venvs DIR] [--outcome raises|harmless|…] [--binary PATH]
                                        [--no-catalogue] [--list] [-k TEXT] [--source FILE]

FACTS.jsonl has one JSON object a line: `module_source` and `files` (the other modules it needs),
`package` and `version`, `outcome` (`raises`, `harmless`, …), `exception` and `proof` (with the
line that raised), as they were observed in CPython, and `probe` with what was done around it. DIR has a virtual environment for each
PACKAGE-VERSION. Every module is given to `reloadsafe simulate` twice, the second time as `probe` has
it edited, else unchanged; the finding has to stand at the line that raised. Facts whose package is not installed are counted apart.

With `--source FILE` every fact is also run once in CPython (`raising_frame.py`), and what raised is
kept in FILE: only what Python source raises can be found by reading it, so the counts are given for
all facts, and for these.
"""

import argparse
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from common import HERE, REPOSITORY

BINARY = REPOSITORY / "target" / "release" / "reloadsafe"


def environment(fact, venvs):
    """The interpreter in whose environment a fact was observed; None where it is not there."""
    if fact["package"] == "stdlib":
        # Another version of Python may do otherwise.
        is_this = fact["version"].split(".")[:2] == [str(part) for part in sys.version_info[:2]]
        return sys.executable if is_this else None
    if venvs is None:
        return None
    venv = venvs / f"{fact['package']}-{fact['version']}"
    return str(venv / "bin" / "python") if (venv / "done").exists() else None


def write(fact, directory):
    """Writes the module and what it needs; says which file is the module."""
    for name, text in fact.get("files", {}).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    module = directory / "mut.py"
    module.write_text(fact["module_source"])
    return module


def reloaded_text(fact, module, directory):
    """The file that is reloaded: another one where the fact was observed after an edit."""
    edit = (fact.get("probe") or {}).get("edit")
    if edit is None:
        return module
    edited = directory / "edited" / module.name
    edited.parent.mkdir()
    edited.write_text(edit)
    return edited


def findings(fact, python, binary, options):
    """The RS203 findings as (line, message), and the seconds it took."""
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as other:
        directory = pathlib.Path(name)
        module = write(fact, directory)
        reloaded = reloaded_text(fact, module, pathlib.Path(other))
        command = [str(binary), "simulate", "--isolated", "--output-format", "json", "--root", name, "--module", "mut",
                   "--python", python, *options, str(module), str(reloaded)]
        began = time.monotonic()
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            print(f"TOO SLOW {fact['key']}")
            return [], 60.0
        took = time.monotonic() - began
        if done.returncode not in (0, 1):
            print(f"FAILED {fact['key']}: {done.stderr[:300]}")
            return [], took
        said = json.loads(done.stdout)["diagnostics"]
        found = [(d["range"]["start"]["line"], d["message"]) for d in said if d["code"] == "RS203"]
        return found, took


def raised_by(fact, python, known):
    """What code raises in CPython (see raising_frame.py); kept in `known`."""
    key = json.dumps([fact["package"], fact["version"], fact["module_source"], fact.get("files")])
    if key in known:
        return known[key]
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryDirectory() as home:
        directory = pathlib.Path(name)
        write(fact, directory)
        described = pathlib.Path(home) / "fact.json"
        described.write_text(json.dumps(fact))
        command = [python, str(HERE / "raising_frame.py"), str(described)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=name, stdin=subprocess.DEVNULL,
                                  env={**os.environ, "HOME": home, "TMPDIR": home, "MPLBACKEND": "Agg"})
            found = json.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            found = {"where": "not run"}
    found["file"] = re.sub(r".*(/site-packages/|/python3[.]\d+/|/tmp[^/]*/)", "", found.get("file", ""))
    known[key] = found
    return found


def line_of(fact):
    """The line at which CPython raised, where that was noted."""
    noted = re.search(r"line (\d+) of the module", fact.get("proof") or "")
    return int(noted.group(1)) if noted else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("facts", type=pathlib.Path)
    parser.add_argument("--venvs", type=pathlib.Path)
    parser.add_argument("--outcome", default="raises")
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY)
    parser.add_argument("--no-catalogue", action="store_true")
    parser.add_argument("--list", action="store_true", help="name every fact with what was said of it")
    parser.add_argument("-k", dest="text", help="only facts whose key or package has this in it")
    parser.add_argument("--third-party", action="store_true", help="without the standard library")
    parser.add_argument("--source", type=pathlib.Path, help="keeps what raises in CPython in this file")
    arguments = parser.parse_args()
    known = {}
    if arguments.source and arguments.source.exists():
        known = json.loads(arguments.source.read_text())
    options = ["--no-catalogue"] if arguments.no_catalogue else []
    counts = collections.defaultdict(collections.Counter)
    slowest = (0.0, "")
    for text in arguments.facts.read_text().splitlines():
        fact = json.loads(text)
        label = f"{fact['package']} {fact['version']} {fact['key']} ({fact.get('condition')})"
        if fact["outcome"] != arguments.outcome or arguments.text and arguments.text not in label:
            continue
        if arguments.third_party and fact["package"] == "stdlib":
            continue
        python = environment(fact, arguments.venvs)
        if python is None:
            counts["all"]["not installed"] += 1
            continue
        found, took = findings(fact, python, arguments.binary, options)
        slowest = max(slowest, (took, label))
        line = line_of(fact)
        verdict = "silent"
        if found:
            right = line is None or any(at == line for at, _ in found)
            verdict = "said" if right else "wrong line"
        counts["all"][verdict] += 1
        where = ""
        if arguments.source:
            raised = raised_by(fact, python, known)
            where = raised["where"]
            counts[where][verdict] += 1
        if arguments.list:
            print(f"{verdict:10} {where:6} {took:5.2f} s  {label}", *(f"\n           {at}: {said}" for at, said in found))
    for name, of_kind in counts.items():
        of_kind = dict(of_kind)
        print(f"{name}: {of_kind.get('said', 0)} of {sum(of_kind.values()) - of_kind.get('not installed', 0)}", of_kind)
    print(f"slowest: {slowest[0]:.2f} s {slowest[1]}")
    if arguments.source:
        arguments.source.write_text(json.dumps(known))


if __name__ == "__main__":
    main()
