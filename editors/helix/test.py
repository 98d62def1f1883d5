"""usage: test.py HELIX SERVER DIRECTORY

Runs Helix in a terminal of its own (tmux) with the configuration of this folder, renames a
function where it is defined, applies the first fix where it is called, and saves.
Prints what became of it: one `key<tab>value` a line. Standard library only."""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

helix, server, directory = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
here = pathlib.Path(__file__).parent
socket = directory / "tmux"


def tmux(*arguments):
    command = ["tmux", "-S", socket, "-f", "/dev/null", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def screen():
    return tmux("capture-pane", "-p")


def wait(pattern, shown=True):
    end = time.monotonic() + 30
    while bool(found := re.search(pattern, screen())) != shown:
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {pattern}:\n{screen()}")
        time.sleep(0.1)
    return found


def keys(*keys):
    for key in keys:
        tmux("send-keys", key)
        time.sleep(0.1)


def say(key, value):
    print(f"{key}\t{value}", flush=True)


config = directory / "config" / "helix"
config.mkdir(parents=True)
text = (here / "languages.toml").read_text()
(config / "languages.toml").write_text(text.replace('"reloadsafe"\nargs', f'"{server}"\nargs'))
(config / "config.toml").write_text('[editor]\nend-of-line-diagnostics = "hint"\n')
environment = {"XDG_CONFIG_HOME": directory / "config", "XDG_CACHE_HOME": directory / "cache"}
file = directory / "shapes.py"
command = shlex.join([helix, str(file)])
for name, value in environment.items():
    os.environ[name] = str(value)
os.environ["TERM"] = "xterm-256color"
tmux("new-session", "-d", "-x", "160", "-y", "30", command)
try:
    wait("def area")
    # The second word of the first line is changed to another.
    keys("w", "w", "h", "b", "e", "c", "surface", "Escape")
    say("ghost", wait("`area` was renamed to `surface`.*").group().strip())
    keys("6", "G", "g", "s", "f", "a", ";", "Space", "a")
    say("title", wait("Read `surface` instead").group())
    keys("Enter")
    wait(r"sum\(surface\(w, h\)")
    keys("Escape", ":w", "Enter")
    wait("written")
    say("saved", file.read_text().splitlines()[5])
    say("orphan", wait("keeps the old function").group())
    keys(":lsp-workspace-command reloadsafe.markRestarted", "Enter")
    wait("keeps the old function", shown=False)
    say("restarted", "true")
finally:
    subprocess.run(["tmux", "-S", socket, "kill-server"], check=False, capture_output=True)
