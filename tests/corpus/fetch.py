"""Fetches the corpus: the releases pinned in packages.json, and their dependencies.

    python3 tests/corpus/fetch.py [--list main|holdout|fresh|fresh2|fresh3|fresh4|fresh5|fresh6|fresh7|fresh8|fresh9|fresh10|fresh11|fresh12|fresh13|fresh14|fresh15] [PACKAGE…]

Downloads happen only here, only when asked for, through pip as it is configured, one at a
time; what is already there is not asked for again. A release that cannot be fetched is named
and left out, and the exit code says that something is missing.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

from common import CORPUS, add_list_options, packages, tree

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(command, timeout=600):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return "timed out"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["failed"])[-1]


def download(package, version, into):
    """Downloads a wheel of pure Python where there is one, else whatever there is."""
    into.mkdir(parents=True, exist_ok=True)
    if any(into.iterdir()):
        return None
    wanted = f"{package}=={version}"
    pure = ["--only-binary", ":all:", "--platform", "any", "--implementation", "py", "--abi", "none"]
    base = [*PIP, "download", "--no-deps", "--dest", str(into)]
    if run([*base, *pure, wanted]) is None:
        return None
    return run([*base, "--no-binary", ":none:", "--prefer-binary", wanted])


def unpack(archive, tops, into):
    """Puts the importable packages of an archive below `into`."""
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        if archive.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(root)
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(root, filter="data")
        into.mkdir(parents=True)
        for top in tops:
            homes = [p.parent for p in root.rglob("__init__.py") if p.parent.name == top]
            homes += [p for p in root.rglob(f"{top}.py")]
            if homes:
                home = min(homes, key=lambda p: (len(p.parts), str(p)))
                copy = shutil.copytree if home.is_dir() else shutil.copy2
                copy(home, into / home.name)
        for info in root.glob("*.dist-info"):
            shutil.copytree(info, into / info.name)


def environment(package, about):
    """A virtual environment with the dependencies; the newest release names them."""
    place = CORPUS / "venvs" / package
    done = place / "complete"
    if done.exists():
        return None
    shutil.rmtree(place, ignore_errors=True)
    failed = run([sys.executable, "-m", "venv", "--without-pip", str(place)])
    wanted = about.get("deps")
    if wanted is None:
        wanted = [f"{package}=={about['versions'][-1]}"]
    python = str(place / "bin" / "python")
    if wanted:
        failed = failed or run([sys.executable, "-m", "pip", "--python", python, "--quiet", "install",
                                "--no-compile", "--prefer-binary", *wanted])
    if failed is None:
        done.touch()
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_list_options(parser)
    parser.add_argument("package", nargs="*")
    options = parser.parse_args()
    missing = 0
    for package, about in packages(options.listed, options.package).items():
        for version in about["versions"]:
            into = tree(package, version)
            if into.is_dir():
                continue
            archives = CORPUS / "archives" / package / version
            failed = download(package, version, archives)
            if failed is None:
                try:
                    unpack(next(archives.iterdir()), about["top"], into)
                except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
                    shutil.rmtree(into, ignore_errors=True)
                    failed = str(error)
            if failed:
                missing += 1
                print(f"{package} {version}: {failed}", file=sys.stderr, flush=True)
        failed = environment(package, about)
        if failed:
            missing += 1
            print(f"{package}: dependencies: {failed}", file=sys.stderr, flush=True)
        print(f"{package}: {len(list((CORPUS / 'trees' / package).glob('*')))} releases", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
