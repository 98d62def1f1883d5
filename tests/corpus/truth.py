"""Asks CPython what single-file edits of the corpus really do, and keeps the answers.

    python3 tests/corpus/truth.py [--list main|holdout|fresh|fresh2|fresh3|fresh4|fresh5|fresh6|fresh7|fresh8|fresh9|fresh10|fresh11|fresh12|fresh13|fresh14|fresh15] [--set releases|seeded|unchanged] [--jobs N] [PACKAGE…]

For every pair of releases and every module that changed between them: the old release is
copied, the old module imported, that one file overwritten by its new text and reloaded, all in
fresh child processes (see reload_server.py). `--set seeded` does the same for the seeded edits
of seeded.py, `--set unchanged` reloads modules of the newest release as they are: what does not
get through a second time. A finished pair is not asked again; delete its file under truth/ to do so.
"""

import argparse
import compileall
import concurrent.futures
import json
import shutil
import subprocess
import sys
import tempfile

from common import CORPUS, HERE, add_list_options, changed_modules, module_name, packages, pairs, python_files, sample, tree, venv_python
import seeded


def read(path):
    """The text of a source file, or None where it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None


def release_jobs(package, about, old, new):
    for path in changed_modules(package, about, old, new):
        versions = [read(tree(package, v) / path) for v in (old, new)]
        if None not in versions:
            yield {"id": f"{package} {old} {new} {path}", "module": module_name(path), "path": path,
                   "versions": versions}


def seeded_jobs(package, about, old, new):
    for path in changed_modules(package, about, old, new)[:12]:
        text = read(tree(package, old) / path)
        if text is None:
            continue
        for kind, versions in seeded.edits(text, f"{package} {old} {path}"):
            yield {"id": f"{package} {old} {path} {kind}", "module": module_name(path), "path": path,
                   "versions": versions, "kind": kind}


def unchanged_jobs(package, about, _, release):
    paths = python_files(tree(package, release), about["top"])
    for path in sample(paths, UNCHANGED_CAP, f"{package} {release}"):
        text = read(tree(package, release) / path)
        if text is not None:
            yield {"id": f"{package} {release} {path} unchanged", "module": module_name(path), "path": path,
                   "versions": [text, text], "kind": "unchanged"}


JOBS = {"releases": release_jobs, "seeded": seeded_jobs, "unchanged": unchanged_jobs}
# Modules of a package.
UNCHANGED_CAP = 40


def work(which, package, about, old, new):
    into = CORPUS / "truth" / which / package / f"{old}__{new}.json"
    if into.exists():
        return f"{package} {old} {new}: there"
    jobs = list(JOBS[which](package, about, old, new))
    results = []
    with tempfile.TemporaryDirectory(prefix="reloadsafe-") as scratch:
        copy = f"{scratch}/tree"
        shutil.copytree(tree(package, old), copy)
        compileall.compile_dir(copy, quiet=2)
        command = [str(venv_python(package)), str(HERE / "reload_server.py"), copy]
        given = "".join(json.dumps(job) + "\n" for job in jobs)
        try:
            done = subprocess.run(command, input=given, capture_output=True, text=True,
                                  timeout=120 + 10 * len(jobs))
            said, trouble = done.stdout, done.stderr[-300:]
        except subprocess.TimeoutExpired as late:
            said, trouble = (late.stdout or b"").decode(), "timed out"
        for line in said.splitlines():
            results.append(json.loads(line.replace(copy, "")))
    kinds = {job["id"]: job for job in jobs}
    for result in results:
        job = kinds[result["id"]]
        result.update(module=job["module"], path=job["path"], kind=job.get("kind"))
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(json.dumps({"package": package, "old": old, "new": new, "set": which,
                                "asked": len(jobs), "results": results}))
    lost = "" if len(results) == len(jobs) else f" LOST {len(jobs) - len(results)}: {trouble}"
    return f"{package} {old} {new}: {len(results)} modules{lost}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_list_options(parser)
    parser.add_argument("--set", choices=JOBS, default="releases")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("package", nargs="*")
    options = parser.parse_args()
    chosen = packages(options.listed, options.package)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        asked = []
        for package, about in chosen.items():
            if not venv_python(package).exists():
                print(f"{package}: not fetched", file=sys.stderr)
                continue
            couples = pairs(package, about)
            if options.set == "seeded":
                couples = couples[:1] + couples[len(couples) // 2 : len(couples) // 2 + 1]
            elif options.set == "unchanged":
                couples = [(new, new) for _, new in couples[-1:]]
            for old, new in dict.fromkeys(couples):
                asked.append(pool.submit(work, options.set, package, about, old, new))
        for future in concurrent.futures.as_completed(asked):
            print(future.result(), flush=True)


if __name__ == "__main__":
    main()
