"""What the corpus scripts share: where things lie, which releases, which modules.

The corpus lies in $RELOADSAFE_CORPUS_DIR (default: `.corpus` at the repository's root):

    archives/PACKAGE/VERSION/   what pip downloaded
    trees/PACKAGE/VERSION/      unpacked: a directory to put on sys.path
    venvs/PACKAGE/              the packages it depends on
    truth/SET/PACKAGE/A__B.json what CPython did; SET is `releases`, `seeded` or `unchanged`
"""

import hashlib
import json
import os
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
CORPUS = pathlib.Path(os.environ.get("RELOADSAFE_CORPUS_DIR") or REPOSITORY / ".corpus").resolve()
DEFAULT_CAP = 60

# Set by the import system or by the interpreter, never a finding.
MACHINERY = frozenset(
    "__name__ __doc__ __package__ __loader__ __spec__ __path__ __file__ __cached__ __builtins__"
    " __annotations__ __annotate__ __annotations_cache__ __conditional_annotations__"
    " __warningregistry__ __builtin__".split()
)


def add_list_options(parser):
    """`--list`, and `--holdout` for short."""
    parser.add_argument("--list", dest="listed", choices=["main", "holdout", "fresh", "fresh2", "fresh3", "fresh4", "fresh5", "fresh6", "fresh7", "fresh8", "fresh9", "fresh10", "fresh11", "fresh12", "fresh13", "fresh14", "fresh15"], default="main")
    parser.add_argument("--holdout", dest="listed", action="store_const", const="holdout", help="the same as --list holdout")


def packages(listed, only=None):
    """The pinned packages of one list: name -> {"versions", "top", "deps"?, "cap"}."""
    listed = json.loads((HERE / "packages.json").read_text())[listed]
    chosen = {}
    for name, about in listed.items():
        if only and name not in only:
            continue
        about.setdefault("top", [name.replace("-", "_")])
        about.setdefault("cap", DEFAULT_CAP)
        chosen[name] = about
    return chosen


def tree(package, version):
    return CORPUS / "trees" / package / version


def pairs(package, about):
    """(old, new) of releases that were fetched: neighbours, and the first with the last."""
    have = [v for v in about["versions"] if tree(package, v).is_dir()]
    found = list(zip(have, have[1:]))
    if len(have) > 2:
        found.append((have[0], have[-1]))
    return found


def python_files(root, tops):
    """Paths of modules below `root`, relative, without tests and `__main__`.

    What stands beside a package of the same name is left out: nothing can import it.
    """
    for top in tops:
        if (root / f"{top}.py").is_file():
            yield f"{top}.py"
        for path in sorted((root / top).rglob("*.py")):
            relative = path.relative_to(root)
            folders = set(relative.parts[:-1])
            if path.name == "__main__.py" or folders & {"tests", "test", "_vendor", "vendor", "packages"}:
                continue
            if (path.with_suffix("") / "__init__.py").is_file():
                continue
            if all(part.isidentifier() for part in relative.with_suffix("").parts):
                yield relative.as_posix()


def module_name(relative):
    parts = relative[: -len(".py")].split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sample(paths, cap, salt):
    """At most `cap` of the paths, the same ones every time."""
    ranked = sorted(paths, key=lambda p: hashlib.sha256(f"{salt}:{p}".encode()).digest())
    return sorted(ranked[:cap])


def changed_modules(package, about, old, new):
    """Modules of both releases whose text differs."""
    a, b = tree(package, old), tree(package, new)
    both = [p for p in python_files(a, about["top"]) if (b / p).is_file()]
    differ = [p for p in both if (a / p).read_bytes() != (b / p).read_bytes()]
    return sample(differ, about["cap"], f"{package} {old} {new}")


def venv_python(package):
    return CORPUS / "venvs" / package / "bin" / "python"
