"""usage: test.py KAKOUNE KAK_LSP SERVER DIRECTORY

Runs Kakoune in a terminal of its own with the file of this folder, renames a function where it is
defined, applies the fix where it is called, and saves.
Prints what became of it: one `key<tab>value` a line. Both programs must be on the `PATH`, too, by
the names `kak` and `kak-lsp`. Standard library and tests/editors/terminal.py only."""

import os
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "tests" / "editors"))
from terminal import Terminal, say  # noqa: E402

kakoune, kak_lsp, server, directory = sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
# They call each other by name.
programs = directory / "bin"
programs.mkdir()
for name, place in (("kak", kakoune), ("kak-lsp", kak_lsp)):
    wrapper = programs / name
    wrapper.write_text(f'#!/bin/sh\nexec "{place}" "$@"\n')
    wrapper.chmod(0o755)
config = directory / "config" / "kak"
config.mkdir(parents=True)
text = (here / "reloadsafe.kak").read_text()
(config / "reloadsafe.kak").write_text(text.replace('"reloadsafe"\n        args', f'"{server}"\n        args'))
(config / "kakrc").write_text(
    "evaluate-commands %sh{ kak-lsp }\n"
    # The servers that kak-lsp would look for besides.
    "remove-hooks global lsp-filetype-python\n"
    f"source {config}/reloadsafe.kak\n"
    "hook global WinSetOption filetype=python %{\n"
    "    lsp-enable-window\n    lsp-inlay-diagnostics-enable window\n}\n"
)
file = directory / "shapes.py"
environment = {
    "XDG_CONFIG_HOME": str(directory / "config"),
    "XDG_RUNTIME_DIR": str(directory),
    "PATH": f"{programs}:{os.environ['PATH']}",
}
with Terminal(directory / "tmux", ["kak", file], environment) as kak:
    kak.wait("def area")
    # The second word of the first line is changed to another.
    kak.keys("g", "g", "4", "l", "e", "c", "surface", "Escape")
    say("ghost", kak.wait("`area` was renamed to `surface`.*").group().strip())
    kak.keys("6", "g", "1", "5", "l")
    kak.keys(":lsp-code-actions", "Enter")
    say("title", kak.wait("Read `surface` instead").group())
    kak.keys("Enter")
    kak.wait(r"sum\(surface\(w, h\)")
    kak.keys("Escape", ":w", "Enter")
    say("orphan", kak.wait("keeps the old function").group())
    say("saved", file.read_text().splitlines()[5])
    kak.keys(":reloadsafe-mark-restarted", "Enter")
    kak.wait("keeps the old function", shown=False)
    say("restarted", "true")
    kak.keys(":q!", "Enter")
