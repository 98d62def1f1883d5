"""Compares what the engine claims of random histories with what CPython did.

    cargo build --release --example simulate_batch
    python3 tests/histories/compare.py --seed 7 --count 100000 [--jobs 2] [--show 20] [--repro DIR]
    python3 tests/histories/compare.py --truth FILE --simulated FILE

Any interpreter from 3.8 on can run this; the engine is asked about that one.

Prints the shares that the engine decided, and the first contradictions; with --repro each of
those is made small and written to DIR as v0.py, v1.py, … and why.txt. The exit code is 1 if
anything certain is wrong or a share is under its minimum (--min-outcomes, --min-names).

What is checked: how every version and a restart end; the statement and the exception of a
certain abort; that a real abort of the last version is at a listed abort point; for names of
certainty `always` presence, absence, orphan or not, and for functions and classes version and
line; that no name is missing from the list; ghost reads.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import generate
from statements import statement_at

ENGINE = pathlib.Path(__file__).resolve().parents[2] / "target" / os.environ.get("PROFILE", "release") / "examples" / "simulate_batch"


class Tally:
    def __init__(self):
        self.histories = 0
        self.outcomes = collections.Counter()
        self.names = collections.Counter()
        self.kinds = collections.Counter()
        self.contradictions = []

    def add(self, other):
        self.histories += other.histories
        self.outcomes += other.outcomes
        self.names += other.names
        self.kinds += other.kinds
        self.contradictions += other.contradictions

    def share(self, counted):
        whole = counted["decided"] + counted["open"]
        return 100.0 * counted["decided"] / whole if whole else 100.0


def ending(claim, stage, text):
    """Why a claim on how a stage ends is wrong, or None."""
    claimed, real = (claim or {}).get("outcome"), stage["outcome"]
    if claimed == "may-abort":
        return "may-abort, but it does not compile" if real == "syntax-error" else None
    expected = {"completes": "completes", "aborts": "raises", "syntax-error": "syntax-error"}.get(claimed)
    if expected != real:
        return f"claimed {claimed}, but {real} {stage.get('exception', '')} line {stage.get('line')}"
    if real == "raises" and stage["line"]:
        abort = claim.get("abort") or {}
        if abort.get("certainty") != "always":
            return None
        if not at(abort, stage, text):
            return f"claimed to stop at line {abort.get('line')}, stopped at {stage['line']}"
        named = abort.get("exceptions") or []
        if named and not set(named) & set(stage["bases"]):
            return f"claimed {named}, raised {stage['exception']}"
    return None


def at(point, stage, text):
    """Whether a point is at the statement at which a stage stopped."""
    first, last = stage["statement"]
    return first <= (point.get("line") or 0) <= last or list(statement_at(text, point.get("line") or 0)) == [first, last]


def check(history, simulated):
    """(kind, text) of every contradiction; and what was decided."""
    truth, versions = history["truth"], history["versions"]
    tally = Tally()
    tally.histories = 1
    if "failed" in simulated:
        tally.kinds["failed"] += 1
        return [("failed", simulated["failed"])], tally
    wrong = []
    stages = simulated["stages"]
    if len(stages) != len(versions):
        wrong.append(("stages", f"{len(stages)} stages for {len(versions)} versions"))
    claims = [*zip(stages, truth["stages"], versions, range(len(versions))),
              (simulated["restart"], truth["restart"], versions[-1], "restart")]
    for claim, stage, text, which in claims:
        tally.outcomes["open" if claim["outcome"] == "may-abort" else "decided"] += 1
        reason = ending(claim, stage, text)
        if reason:
            wrong.append(("outcome", f"version {which}: {reason}"))
    last, restart = truth["stages"][-1], truth["restart"]
    # What `except*` leaves of a group has no line.
    if last["outcome"] == "raises" and last["line"]:
        points = simulated["abort_points"]
        if not any(at(point, last, versions[-1]) for point in points):
            wrong.append(("abort-point", f"stops at line {last['line']} ({last['exception']}), "
                          f"listed: {[point['line'] for point in points]}"))
    real, restarted = set(truth["names"]), set(truth["restart_names"])
    unlisted = set(real)
    for entry in simulated["namespace"]:
        name, origin = entry["name"], entry["origin"]
        unlisted.discard(name)
        certain = entry["certainty"] == "always"
        tally.names["decided" if certain else "open"] += 1
        if not certain:
            continue
        if (name in real) == (origin == "unbound"):
            wrong.append(("presence", f"{name} is {origin}, {'present' if name in real else 'absent'}"))
            continue
        if restart["outcome"] == "completes" and origin != "unbound" and (name in restarted) == (origin == "orphan"):
            wrong.append(("orphan", f"{name} is {origin}, after a restart {'present' if name in restarted else 'absent'}"))
        held = truth["holds"].get(name)
        if held and origin != "unbound" and entry["kind"] in ("function", "class"):
            if entry["version"] != held[0] or held[1] and entry["line"] not in held[1]:
                wrong.append(("holds", f"{name} is of version {entry['version']} line {entry['line']}, really {held}"))
    # Where something binds names that are not seen, that is said of a reload instead (RS900).
    is_seen = len(versions) > 1 and all(finding["code"] != "RS900" for finding in simulated["diagnostics"])
    for name in sorted(unlisted if is_seen else ()):
        wrong.append(("unlisted", f"{name} is in the namespace"))
    if last["outcome"] == "completes" and restart["outcome"] == "completes":
        lines = versions[-1].splitlines()
        for ghost in simulated["ghost_reads"]:
            if ghost.get("certainty", "always") != "always":
                continue
            name, line = ghost["name"], ghost["line"]
            there = 0 < line <= len(lines) and re.search(rf"\b{re.escape(name)}\b", lines[line - 1])
            if not there or name not in real or name in restarted:
                wrong.append(("ghost", f"{name} at line {line} is no ghost read"))
    for kind, _ in wrong:
        tally.kinds[kind] += 1
    return wrong, tally


def simulate(engine, histories):
    given = "".join(json.dumps({"id": h["id"], "versions": h["versions"]}) + "\n" for h in histories)
    done = subprocess.run([str(engine), sys.executable], input=given, capture_output=True, text=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    if len(said) != len(histories):
        said.append({"failed": f"the engine ended with {done.returncode}: {done.stderr[-300:]}"})
        said += [{"failed": "not reached"}] * (len(histories) - len(said))
    return said


def compare(histories, simulated, show):
    total = Tally()
    for history, claims in zip(histories, simulated):
        wrong, tally = check(history, claims)
        total.add(tally)
        if wrong:
            total.kinds["histories"] += 1
            if len(total.contradictions) < show:
                total.contradictions.append((history, wrong))
    return total


def generated(seed, count):
    """The histories of a seed. Those that CPython does not survive are left out, which is why
    a process of its own executes them."""
    done = []
    with tempfile.NamedTemporaryFile("r") as out:
        while len(done) < count:
            asked = ["--seed", seed, "--count", str(count), "--first", str(len(done)), "--each", "--out", out.name]
            ended = subprocess.run([sys.executable, generate.__file__, *asked], stdout=subprocess.DEVNULL)
            done += map(json.loads, pathlib.Path(out.name).read_text().splitlines())
            if ended.returncode < 0:
                done.append(None)
            elif ended.returncode:
                sys.exit(f"generate.py ended with {ended.returncode}")
    return [history for history in done if history]


def batch(engine, seed, count, show):
    histories = generated(seed, count)
    return compare(histories, simulate(engine, histories), show)


def stops_first(truth):
    executed = (stage["outcome"] for stage in truth["stages"] if stage["outcome"] != "syntax-error")
    return next(executed, None) == "raises"


def smaller(engine, history, kind):
    """The history with as many lines taken out as leave a contradiction of the same kind."""
    def contradicts(versions):
        truth = generate.limited(generate.truth, versions)
        if truth is None or stops_first(truth) and not stops_first(history["truth"]):
            return None
        candidate = {"id": history["id"], "versions": versions, "truth": truth}
        wrong, _ = check(candidate, simulate(engine, [candidate])[0])
        return candidate if any(k == kind for k, _ in wrong) else None

    best = history
    progress = True
    while progress:
        progress = False
        versions = best["versions"]
        trials = [versions[:i] + versions[i + 1:] for i in range(len(versions)) if len(versions) > 1]
        for index, text in enumerate(versions):
            lines = text.splitlines(keepends=True)
            for size in (8, 4, 2, 1):
                for start in range(0, len(lines), size):
                    cut = "".join(lines[:start] + lines[start + size:])
                    if generate.parses(cut) or not generate.parses(text):
                        trials.append([*versions[:index], cut, *versions[index + 1:]])
        for trial in trials:
            if trial != versions:
                found = contradicts(trial)
                if found:
                    best, progress = found, True
                    break
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--engine", default=ENGINE)
    parser.add_argument("--truth", help="histories that were generated before")
    parser.add_argument("--simulated", help="what the engine said of them")
    parser.add_argument("--show", type=int, default=10)
    parser.add_argument("--repro", help="a directory for small histories that contradict")
    parser.add_argument("--min-outcomes", type=float, default=0)
    parser.add_argument("--min-names", type=float, default=0)
    options = parser.parse_args()
    total = Tally()
    if options.truth:
        histories = [json.loads(line) for line in open(options.truth)]
        simulated = ([json.loads(line) for line in open(options.simulated)] if options.simulated
                     else simulate(options.engine, histories))
        if len(simulated) != len(histories):
            sys.exit(f"{len(histories)} histories, {len(simulated)} simulations")
        total = compare(histories, simulated, options.show)
    else:
        parts = [(f"{options.seed}.{i}", min(1000, options.count - i * 1000)) for i in range((options.count + 999) // 1000)]
        with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
            asked = [pool.submit(batch, options.engine, seed, count, options.show) for seed, count in parts]
            for future in asked:
                total.add(future.result())
    told = set()
    for history, wrong in total.contradictions[: options.show]:
        if options.repro:
            history = smaller(options.engine, history, wrong[0][0])
            wrong = check(history, simulate(options.engine, [history])[0])[0]
            place = pathlib.Path(options.repro) / history["id"]
            place.mkdir(parents=True, exist_ok=True)
            for number, text in enumerate(history["versions"]):
                (place / f"v{number}.py").write_text(text)
            (place / "why.txt").write_text("\n".join(f"{k}: {t}" for k, t in wrong) + f"\n\n{history['truth']}\n")
        print(f"\n=== {history['id']}")
        for kind, text in wrong:
            print(f"{kind}: {text}")
        if wrong[0][1] in told:
            continue
        told.add(wrong[0][1])
        for number, text in enumerate(history["versions"]):
            numbered = [f"{i:4} {line}" for i, line in enumerate(text.splitlines(), 1)]
            print(f"--- version {number}", *numbered, sep="\n")
    outcomes, names = total.share(total.outcomes), total.share(total.names)
    print(f"\n{total.histories} histories, {total.kinds.pop('histories', 0)} contradicted {dict(total.kinds)}")
    print(f"decided: outcomes {outcomes:.1f} % of {sum(total.outcomes.values())}, "
          f"names {names:.1f} % of {sum(total.names.values())}")
    good = not total.contradictions and outcomes >= options.min_outcomes and names >= options.min_names
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
