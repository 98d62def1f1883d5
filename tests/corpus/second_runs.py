"""Measures RS203 on measured facts: what raises when module-level code runs a second time.

    python3 tests/corpus/second_runs.py FACTS.jsonl [--venvs DIR] [--outcome raises|harmless|…] [--binary PATH]
                                        [--no-catalogue] [--list] [-k TEXT] [--python VERSION]

FACTS.jsonl has one JSON object a line: `module_source` and `files` (the other modules it needs),
`package` and `version`, `outcome` (`raises`, `harmless`, …), `exception` and `proof` (with the
line that raised), as they were observed in CPython. DIR has a virtual environment for each
PACKAGE-VERSION. Every module is given to `reloadsafe simulate` twice, unchanged; the finding has
to stand at the line that raised. Facts whose package is not installed are counted apart.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from common import REPOSITORY

BINARY = REPOSITORY / "target" / "release" / "reloadsafe"


def environment(fact, venvs):
    """The interpreter in whose environment a fact was observed; None where it is not there."""
    if fact["package"] == "stdlib":
        return sys.executable
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


def findings(fact, python, binary, options):
    """The RS203 findings as (line, message), and the seconds it took."""
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        module = write(fact, directory)
        command = [str(binary), "simulate", "--isolated", "--output-format", "json", "--root", name, "--module", "mut",
                   "--python", python, *options, str(module), str(module)]
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
    arguments = parser.parse_args()
    options = ["--no-catalogue"] if arguments.no_catalogue else []
    counts = collections.Counter()
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
            counts["not installed"] += 1
            continue
        found, took = findings(fact, python, arguments.binary, options)
        slowest = max(slowest, (took, label))
        line = line_of(fact)
        verdict = "silent"
        if found:
            right = line is None or any(at == line for at, _ in found)
            verdict = "said" if right else "wrong line"
        counts[verdict] += 1
        if arguments.list:
            print(f"{verdict:10} {took:5.2f} s  {label}", *(f"\n           {at}: {said}" for at, said in found))
    print(dict(counts), f"slowest: {slowest[0]:.2f} s {slowest[1]}")


if __name__ == "__main__":
    main()
