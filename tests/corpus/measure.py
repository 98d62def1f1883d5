"""Measures the engine on the corpus: what it says of real edits, against what CPython did.

    python3 tests/corpus/measure.py [--list main|holdout|fresh|fresh2|fresh3|fresh4|fresh5|fresh6|fresh7|fresh8|fresh9|fresh10|fresh11|fresh12|fresh13|fresh14|fresh15] [--set releases|seeded|unchanged] [--jobs N] [--by-package]
                                    [--sample PERCENT] [--binary PATH] [--json FILE] [PACKAGE…]

Needs what fetch.py and truth.py made. Runs `reloadsafe simulate` on every edit, and `check` on
those whose fresh import fails in another module. Prints precision and recall, and writes every
miss to misses.txt (misses-SET.txt, and with -LIST) in the corpus directory.

An edit is counted where version 0 could be imported. Orphans, namespaces and ghost reads are
counted where the last reload and the restart complete; the restart is a fresh import, or, where
that fails in *another* module, this module alone executed in an empty namespace.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

from common import CORPUS, MACHINERY, REPOSITORY, add_list_options, packages, tree, venv_python
import seeded
from statements import dead_lines, statement_at

BINARY = REPOSITORY / "target" / "release" / "reloadsafe"
LOUD = ("certain", "new-risk", "second-run")


def texts(case):
    """The versions of a case; version 0 as bytes of the old release, the rest as they were asked."""
    old = tree(case["package"], case["old"]) / case["path"]
    text = old.read_bytes().decode("utf-8")
    if case["kind"] is None:
        return [text, (tree(case["package"], case["new"]) / case["path"]).read_bytes().decode("utf-8")]
    if case["kind"] == "unchanged":
        return [text, text]
    made = dict(seeded.edits(text, f"{case['package']} {case['old']} {case['path']}"))
    return made[case["kind"]]


def run(command, cwd=None):
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, cwd=cwd, timeout=120)
        if done.returncode not in (0, 1):
            return {"failed": f"exit {done.returncode}: {done.stderr.strip()[-200:]}"}
        return json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"failed": "timeout"}
    except ValueError:
        return {"failed": f"not JSON: {done.stdout[:100]!r}"}


def simulate(binary, case, versions, fixes=False):
    with tempfile.TemporaryDirectory(prefix="reloadsafe-") as scratch:
        paths = []
        for number, text in enumerate(versions):
            place = pathlib.Path(scratch) / str(number) / case["path"]
            place.parent.mkdir(parents=True)
            place.write_bytes(text.encode())
            paths.append(place)
        return run([binary, "simulate", *paths, "--root", tree(case["package"], case["old"]), "--module", case["module"],
                    "--python", venv_python(case["package"]), "--isolated", "--output-format", "json",
                    *([] if fixes else ["--no-fixes"])])


def check(binary, case, versions):
    """`check` of the old release with the one file changed."""
    old = tree(case["package"], case["old"])
    with tempfile.TemporaryDirectory(prefix="reloadsafe-") as scratch:
        head = pathlib.Path(scratch) / "head"
        shutil.copytree(old, head, copy_function=os.link if old.stat().st_dev == os.stat(scratch).st_dev else shutil.copy2)
        changed = head / case["path"]
        changed.unlink()
        changed.write_bytes(versions[-1].encode())
        return run([binary, "check", ".", "--base-dir", old, "--python", venv_python(case["package"]), "--isolated",
                    "--exit-zero", "--no-fixes", "--output-format", "json"], cwd=head)


def names(stage):
    return set(stage.get("names", ())) - MACHINERY - set(stage.get("submodules", ()))


class Score:
    def __init__(self):
        self.n = collections.Counter()
        self.misses = []

    def sets(self, what, case, claimed, real):
        """Counts a claimed set against the real one."""
        for item in claimed & real:
            self.n[what, "hit"] += 1
        for item in sorted(claimed - real, key=str):
            self.n[what, "false"] += 1
            self.miss(f"{what}: false", case, item)
        for item in sorted(real - claimed, key=str):
            self.n[what, "missed"] += 1
            self.miss(f"{what}: missed", case, item)

    def miss(self, what, case, detail):
        self.misses.append(f"{what}\t{case['id']}\t{detail}")

    def add(self, other):
        self.n += other.n
        self.misses += other.misses

    def ratio(self, what):
        hit, false, missed = (self.n[what, k] for k in ("hit", "false", "missed"))
        share = lambda whole: f"{100 * hit / whole:5.1f} %" if whole else "  -    "
        return f"precision {share(hit + false)}  recall {share(hit + missed)}  ({hit} hit, {false} false, {missed} missed)"


def same_statement(text, line, real):
    return line is not None and statement_at(text, line) == statement_at(text, real)


def judge(case, binary):
    score = Score()
    history = case["history"]
    if isinstance(history, dict) or any(s.get("outcome") in ("timeout", "died") for s in history):
        score.n["unusable: no answer"] += 1
        return score
    if history[0]["outcome"] != "completes":
        score.n["unusable: version 0 cannot be imported"] += 1
        return score
    score.n["edits"] += 1
    versions = texts(case)
    said = simulate(binary, case, versions)
    if "failed" in said:
        score.n["engine failed"] += 1
        score.miss("engine failed", case, said["failed"])
        return score
    last, fresh = history[-1], case["fresh"]
    restart = case.get("isolated", fresh)
    claims_elsewhere = said["restart"]["outcome"] == "aborts" and said["restart"]["abort"] is None
    works = last["outcome"] == "completes"
    for stage, claim, text in zip(history, said["stages"], versions):
        outcome(score, "stage", case, stage, claim, text)
    if claims_elsewhere:
        failing_elsewhere(score, case, fresh)
    else:
        outcome(score, "restart", case, restart, said["restart"], versions[-1])
    entries = [e for e in said["namespace"] if e["origin"] != "unbound"]
    ignored = MACHINERY | set(last.get("submodules", ())) | set(restart.get("submodules", ()))
    entries = [e for e in entries if e["name"] not in ignored]
    real = names(last) - ignored
    claimed = {e["name"] for e in entries}
    score.n["names decided"] += sum(e["certainty"] == "always" for e in entries)
    score.n["names"] += len(entries)
    for entry in entries:
        if entry["certainty"] == "always" and entry["name"] not in real:
            score.n["false certain"] += 1
            score.miss("false certain: present", case, entry["name"])
    if works:
        score.n["namespaces"] += 1
        exact = claimed == real
        if works and restart["outcome"] == "completes":
            orphans = real - names(restart)
            said_orphans = {e["name"] for e in entries if e["origin"] == "orphan"}
            certain = {e["name"] for e in entries if e["origin"] == "orphan" and e["certainty"] == "always"}
            score.sets("orphans", case, said_orphans, orphans)
            for name in certain - orphans:
                score.n["false certain"] += 1
                score.miss("false certain: orphan", case, name)
            exact = exact and said_orphans == orphans
            # A restart that completes did not execute the module's own reads of names that are
            # gone, unless they then mean a builtin: to claim those is not wrong, nor is silence.
            # What stands below `if False:` is compiled, but never made.
            dead = dead_lines(versions[-1])
            # Below other conditions that do not hold it is not made either (asked since `made` is).
            real_reads = {(g["name"], g["line"]): (g["scope"] == "function" or g["builtin"])
                          and g["line"] not in dead and g.get("made", True) for g in case.get("ghosts", ())}
            reads = {(g["name"], g["line"]) for g in said["ghost_reads"]}
            score.sets("ghost reads", case, {r for r in reads if real_reads.get(r, True)},
                       {r for r, sure in real_reads.items() if sure})
        elif restart.get("exception") == "NameError" and restart.get("inside"):
            name = (restart["message"].split("'") + ["", ""])[1]
            if name in names(last):
                found = any(g["name"] == name for g in said["ghost_reads"])
                score.n["ghost that stops a restart", "hit" if found else "missed"] += 1
                if not found:
                    score.miss("ghost that stops a restart: missed", case, f"{name} line {restart.get('line')}")
        if exact:
            score.n["namespaces exact"] += 1
        else:
            score.miss("namespace not exact", case, f"extra {sorted(claimed - real)} lacking {sorted(real - claimed)}")
        score.n["completing"] += 1
        loud = [p for p in said["abort_points"] if p["cause"] in LOUD]
        score.n["loud points"] += len(loud)
        for point in loud:
            score.miss("loud abort point where nothing stops", case, f"line {point['line']}: {point['cause']}: {point['reason']}")
        if fresh["outcome"] != "completes":
            fails_after_restart(score, case, binary, versions, said, fresh)
    return score


def failing_elsewhere(score, case, fresh):
    """The engine says that a fresh import fails in another module, before or after this one runs."""
    score.n["restarts"] += 1
    score.n["restarts decided"] += 1
    if fresh["outcome"] == "completes":
        score.n["false certain"] += 1
        score.miss("false certain: restart", case, "claimed to fail in another module")


def fails_after_restart(score, case, binary, versions, said, fresh):
    """The reload works, a fresh process would not: what this tool is for."""
    if fresh.get("inside"):
        found = said["restart"]["outcome"] in ("aborts", "syntax-error")
        what = "works, but a restart fails (here)"
    else:
        where = fresh.get("where") or ["", 0]
        checked = check(binary, case, versions)
        path = where[0].lstrip("/")
        there = tree(case["package"], case["old"]) / path
        text = versions[-1] if path == case["path"] else there.read_text("utf-8") if there.is_file() else ""
        # A name in an import of several lines is pointed to; CPython names the statement.
        found = any(d["path"].replace("\\", "/").removeprefix("./").endswith(path)
                    and same_statement(text, d["range"]["start"]["line"], where[1])
                    for d in checked.get("diagnostics", ()) if d["code"] in ("RS107", "RS201", "RS104"))
        what = "works, but a restart fails (elsewhere)"
    score.n[what, "hit" if found else "missed"] += 1
    if not found:
        score.miss(f"{what}: missed", case, f"{fresh.get('exception')} {fresh.get('message')} {fresh.get('where')}")


def outcome(score, what, case, stage, claim, text):
    real, claimed = stage["outcome"], claim["outcome"]
    abort = claim.get("abort") or {}
    line = stage.get("line")
    if real == "raises" and not stage.get("inside"):
        return  # stopped outside of the module's own code
    score.n[f"{what}s"] += 1
    score.n[f"{what}s decided"] += claimed != "may-abort"
    right = {"completes": real == "completes", "syntax-error": real == "syntax-error", "may-abort": real != "syntax-error",
             "aborts": real == "raises" and (same_statement(text, abort.get("line"), line)
                                             or abort.get("certainty") != "always")}[claimed]
    if not right:
        score.n["false certain"] += 1
        score.miss(f"false certain: {what}", case, f"claimed {claimed} {abort.get('line')} {abort.get('reason')}, "
                   f"was {real} {line} {stage.get('exception')}: {stage.get('message')}")
    if real == "raises":
        hit = claimed == "aborts" and same_statement(text, abort.get("line"), line)
        score.n[f"{what} aborts at the line", "hit" if hit else "missed"] += 1
        score.n[f"{what} aborts, first suspected there"] += same_statement(text, abort.get("line"), line)
        if not hit:
            score.miss(f"{what} abort not certain", case, f"line {line} {stage.get('exception')}: {stage.get('message')}; "
                       f"claimed {claimed} {abort.get('line')}")


def table(title, score):
    n = score.n
    print(f"== {title}: {n['edits']} edits ({n['unusable: version 0 cannot be imported']} could not be imported, "
          f"{n['unusable: no answer']} without an answer, {n['engine failed']} failed in the engine)")
    for what in ("orphans", "ghost reads"):
        print(f"  {what:44} {score.ratio(what)}")
    for what in ("ghost that stops a restart", "works, but a restart fails (here)",
                 "works, but a restart fails (elsewhere)", "stage aborts at the line", "restart aborts at the line"):
        whole = n[what, "hit"] + n[what, "missed"]
        print(f"  {what:44} {n[what, 'hit']} of {whole}")
    print(f"  {'namespaces exact':44} {n['namespaces exact']} of {n['namespaces']}")
    print(f"  {'decided: stages, restarts, names':44} {n['stages decided']} of {n['stages']}, {n['restarts decided']} "
          f"of {n['restarts']}, {n['names decided']} of {n['names']}")
    print(f"  {'false certain':44} {n['false certain']}")
    per = n["loud points"] / n["completing"] if n["completing"] else 0
    print(f"  {'loud abort points per completing reload':44} {per:.3f} ({n['loud points']} in {n['completing']})")


def cases(which, package, percent):
    for path in sorted((CORPUS / "truth" / which / package).glob("*.json")):
        truth = json.loads(path.read_text())
        for case in truth["results"]:
            case.update(package=package, old=truth["old"], new=truth["new"])
            if zlib.crc32(case["id"].encode()) % 100 < percent:
                yield case


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_list_options(parser)
    parser.add_argument("--set", choices=["releases", "seeded", "unchanged"], default="releases")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--sample", type=int, default=100, metavar="PERCENT", help="that share of the edits, the same ones every time")
    parser.add_argument("--by-package", action="store_true")
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--json", help="write the counts to a file, to compare runs")
    parser.add_argument("package", nargs="*")
    options = parser.parse_args()
    total = Score()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for package in packages(options.listed, options.package):
            score = Score()
            for one in pool.map(lambda case: judge(case, options.binary), cases(options.set, package, options.sample)):
                score.add(one)
            if options.by_package:
                table(package, score)
            total.add(score)
    table("all", total)
    suffix = ("" if options.set == "releases" else f"-{options.set}") + ("" if options.listed == "main" else f"-{options.listed}")
    misses = CORPUS / f"misses{suffix}.txt"
    misses.write_text("".join(line + "\n" for line in sorted(total.misses)))
    print(f"misses: {misses}")
    if options.json:
        counts = {" / ".join(key) if isinstance(key, tuple) else key: value for key, value in sorted(total.n.items(), key=str)}
        pathlib.Path(options.json).write_text(json.dumps(counts, indent=1))
    return 0 if total.n["edits"] else 2


if __name__ == "__main__":
    sys.exit(main())
