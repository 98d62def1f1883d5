"""Applies the fixes that are offered for real edits, and asks CPython what came of them.

    python3 tests/corpus/fixes.py [--list LIST] [--set releases|seeded] [--jobs N] [--edits N]
                                  [--fixes N] [--binary PATH] [--json FILE] [PACKAGE…]

Needs what fetch.py and truth.py made. Of each package `--edits` edits that could be imported are
taken, the same ones every time, and of each edit at most `--fixes` fixes besides one comment that
silences. A fix is refuted where a reload or a fresh import that worked no longer does, where the
hazard is still there, or where names or plain values of a fresh process are others than the
fix's title says. The same rules are in tests/mdtest/fixes.rs.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from common import CORPUS, HERE, MACHINERY, add_list_options, module_name, packages, sample, tree, venv_python
from measure import BINARY, simulate, texts


def cases(package, which, count):
    found = {}
    for path in sorted((CORPUS / "truth" / which / package).glob("*.json")):
        pair = json.loads(path.read_text())
        for case in pair["results"]:
            history = case["history"]
            usable = isinstance(history, list) and len(history) > 1 and history[0]["outcome"] == "completes"
            if usable and not any(stage.get("outcome") in ("timeout", "died") for stage in history):
                found[case["id"]] = {**case, "package": package, "old": pair["old"], "new": pair["new"]}
    return [found[key] for key in sample(list(found), count, package)]


def split_lines(text):
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)


def edited(text, edits):
    """A text with edits whose lines and columns count from 1, in code points."""
    lines = split_lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def offset(place):
        return min(starts[min(place["line"] - 1, len(starts) - 1)] + place["column"] - 1, len(text))

    spans = [(offset(e["range"]["start"]), offset(e["range"]["end"]), e["new_text"]) for e in edits]
    for start, end, new in sorted(spans, key=lambda span: span[:2], reverse=True):
        text = text[:start] + new + text[end:]
    return text


def names(stage):
    return set(stage.get("names", ())) - MACHINERY - set(stage.get("submodules", ()))


def quoted(text):
    return set(text.split("`")[1::2])


def verdict(finding, fix, before, after):
    """What CPython says against a fix, or None."""
    if isinstance(after["history"], dict) or "fresh" not in after:
        return None if isinstance(before["history"], dict) or "fresh" not in before else f"no answer: {after}"
    was, now = before["history"][-1], after["history"][-1]
    restart = lambda truth: truth.get("isolated", truth["fresh"])
    if now["outcome"] == "syntax-error":
        return "does not compile"
    if was["outcome"] == "completes" != now["outcome"]:
        return f"the reload completed before: {now.get('exception')} {now.get('message')}"
    if restart(before)["outcome"] == "completes" != restart(after)["outcome"]:
        return f"a fresh import worked before: {restart(after).get('exception')} {restart(after).get('message')}"
    said = quoted(fix["title"])
    if restart(before)["outcome"] == "completes":
        changed = (names(restart(before)) ^ names(restart(after))) - said
        if changed:
            return f"bound otherwise after a restart: {sorted(changed)}"
        restored = fix["title"].split()[0] in ("Restore", "Keep", "Begin")
        old, new = before["fresh"].get("values", {}), after["fresh"].get("values", {})
        for name in old.keys() & new.keys() - said - {"__annotations__"}:
            if old[name] != new[name] and old[name] != before["again"].get(name, old[name]):
                continue  # differs from one import to the next
            if old[name] != new[name] and not (restored and finding["code"] in ("RS104", "RS105")):
                return f"`{name}` was {old[name][:60]} after a restart and is {new[name][:60]}"
    if fix["title"].startswith("Silence"):
        return None if names(was) == names(now) else "the comment changes the program"
    about = quoted(finding["message"])
    orphans = lambda truth: names(truth["history"][-1]) - names(restart(truth))
    if finding["code"] in ("RS101", "RS102", "RS103", "RS106") and now["outcome"] == restart(after)["outcome"] == "completes":
        left = about & orphans(before) & orphans(after)
        return f"still an orphan: {left}" if left else None
    if finding["code"] in ("RS104", "RS105"):
        ghosts = lambda truth: [g for g in truth.get("ghosts", ()) if g["name"] in about]
        here_only = fix["title"].endswith("here only")
        done = len(ghosts(after)) < len(ghosts(before)) if here_only else not ghosts(after)
        return None if done or not ghosts(before) else f"still ghost reads: {ghosts(after)[:3]}"
    if finding["code"] == "RS107":
        # An importer may need what is not installed, or fail for another name.
        lacks = lambda how: any(f"import name '{name}'" in how for name in about)
        fails = lambda truth: {name for name, how in truth["fresh"].get("also", {}).items() if lacks(how)}
        left = fails(after)
        return f"cannot be imported afresh: {left}" if left else None
    if finding["code"] in ("RS201", "RS202", "RS205") and not fix["title"].startswith("Move line"):
        line = finding["range"]["start"]["line"]
        if not (was.get("line") and line <= was["line"] <= finding["range"]["end"]["line"]):
            return None  # it stopped elsewhere, or not at all
        same = now["outcome"] != "completes" and (now["exception"], now["message"]) == (was.get("exception"), was.get("message"))
        return f"it still stops: {now['exception']} {now['message']}" if same else None
    return None


def below(root, path):
    """A path relative to the tree; None for the versions, which lie elsewhere."""
    path = pathlib.Path(path).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def ask(package, old, jobs):
    with tempfile.TemporaryDirectory(prefix="reloadsafe-") as scratch:
        copy = f"{scratch}/tree"
        shutil.copytree(tree(package, old), copy)
        command = [str(venv_python(package)), str(HERE / "reload_server.py"), copy]
        given = "".join(json.dumps(job) + "\n" for job in jobs)
        try:
            done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=120 + 10 * len(jobs))
            said = done.stdout
        except subprocess.TimeoutExpired as late:
            said = (late.stdout or b"").decode()
        return {answer["id"]: answer for answer in map(json.loads, said.replace(copy, "").splitlines())}


def judge(case, options):
    versions = texts(case)
    said = simulate(options.binary, case, versions, fixes=True)
    if "failed" in said:
        return [("failed", case["id"], said["failed"])]
    offered, silences = [], 0
    for finding in said["diagnostics"]:
        for fix in finding["fixes"]:
            is_silence = fix["title"].startswith("Silence")
            silences += is_silence
            if not is_silence or silences == 1:
                offered.append((finding, fix))
    offered = sample_pairs(offered, options.fixes, case["id"])
    job = {"module": case["module"], "path": case["path"], "details": True}
    root = tree(case["package"], case["old"])
    importers = {place for finding, _ in offered if finding["code"] == "RS107"
                 for place in [below(root, finding["path"])] if place}
    job["also"] = sorted(module_name(place) for place in importers)
    jobs = [{**job, "id": key, "versions": versions} for key in ("before", "again")] if offered else []
    for number, (_, fix) in enumerate(offered):
        files = collections.defaultdict(list)
        for edit in fix["edits"]:
            files[below(root, edit["path"])].append(edit)
        fixed = versions[:-1] + [edited(versions[-1], files.pop(None, []))]
        after = {place: edited((root / place).read_bytes().decode(), edits) for place, edits in files.items()}
        jobs.append({**job, "id": str(number), "versions": fixed, "after": after})
    answers = ask(case["package"], case["old"], jobs) if jobs else {}
    results = [("finding", finding["code"], bool([f for f in finding["fixes"] if not f["title"].startswith("Silence")]))
               for finding in said["diagnostics"]]
    for number, (finding, fix) in enumerate(offered):
        kind = f"{finding['code']} {fix['title'].split()[0]}{' (safe)' if fix['safe'] else ''}"
        before, after = answers.get("before"), answers.get(str(number))
        if before is None or after is None:
            results.append(("unanswered", kind, case["id"]))
            continue
        before["again"] = answers.get("again", {}).get("fresh", {}).get("values", {})
        against = verdict(finding, fix, before, after)
        results.append(("refuted" if against else "confirmed", kind, f"{case['id']}\t{fix['title']}\t{finding['message'][:120]}\t{against}"))
    return results


def sample_pairs(offered, count, salt):
    """At most so many, one of each kind before the second of any."""
    kinds = collections.Counter()
    ranked = []
    for finding, fix in offered:
        kind = (finding["code"], fix["title"].split()[0])
        ranked.append((kinds[kind], len(ranked), finding, fix))
        kinds[kind] += 1
    ranked.sort(key=lambda item: item[:2])
    return [(finding, fix) for _, _, finding, fix in ranked[:count]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_list_options(parser)
    parser.add_argument("--set", choices=["releases", "seeded"], default="releases")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--edits", type=int, default=4)
    parser.add_argument("--fixes", type=int, default=8)
    parser.add_argument("--binary", default=BINARY)
    parser.add_argument("--json")
    parser.add_argument("package", nargs="*")
    options = parser.parse_args()
    chosen = packages(options.listed, options.package)
    work = [case for package in chosen if venv_python(package).exists()
            for case in cases(package, options.set, options.edits)]
    tally, log = collections.Counter(), []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for results in pool.map(lambda case: judge(case, options), work):
            for what, kind, detail in results:
                tally[what, kind] += 1
                if what == "finding":
                    tally["with a fix" if detail else "without a fix", kind] += 1
                elif what != "confirmed":
                    log.append((what, kind, detail))
                    print(what, kind, detail, sep="\t", flush=True)
    for what in ("finding", "with a fix", "without a fix", "confirmed", "refuted", "unanswered", "failed"):
        kinds = {kind: n for (outcome, kind), n in sorted(tally.items()) if outcome == what}
        print(f"{what}: {sum(kinds.values())} {kinds}")
    print(f"{len(work)} edits")
    if options.json:
        with open(options.json, "w") as out:
            json.dump({"edits": len(work), "tally": [[*key, n] for key, n in sorted(tally.items())], "log": log}, out)


if __name__ == "__main__":
    sys.exit(main())
