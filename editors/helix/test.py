"""usage: test.py HELIX SERVER DIRECTORY

Runs Helix in a terminal of its own (tmux) with the configuration of this folder, renames a
function where it is defined, applies the first fix where it is called, and saves.
Prints what became of it: one `key<tab>value` a line."""

import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent.parent / "tests" / "editors"))
from terminal import Terminal, say  # noqa: E402

helix, server, directory = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
config = directory / "config" / "helix"
config.mkdir(parents=True)
text = (here / "languages.toml").read_text()
(config / "languages.toml").write_text(text.replace('"reloadsafe"\nargs', f'"{server}"\nargs'))
(config / "config.toml").write_text('[editor]\nend-of-line-diagnostics = "hint"\n')
file = directory / "shapes.py"
environment = {
    "XDG_CONFIG_HOME": str(directory / "config"),
    "XDG_CACHE_HOME": str(directory / "cache"),
}
with Terminal(directory / "tmux", [helix, file], environment) as hx:
    hx.wait("def area")
    # The second word of the first line is changed to another.
    hx.keys("w", "w", "h", "b", "e", "c", "surface", "Escape")
    say("ghost", hx.wait("`area` was renamed to `surface`.*").group().strip())
    hx.keys("6", "G", "g", "s", "f", "a", ";", "Space", "a")
    say("title", hx.wait("Read `surface` instead").group())
    hx.keys("Enter")
    hx.wait(r"sum\(surface\(w, h\)")
    hx.keys("Escape", ":w", "Enter")
    hx.wait("written")
    say("saved", file.read_text().splitlines()[5])
    say("orphan", hx.wait("keeps the old function").group())
    hx.keys(":lsp-workspace-command reloadsafe.markRestarted", "Enter")
    hx.wait("keeps the old function", shown=False)
    say("restarted", "true")
