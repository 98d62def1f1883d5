"""usage: test.py KATE SERVER DIRECTORY

Runs Kate on a screen of its own (Xvfb, dbus-run-session, xdotool, ImageMagick) with the settings of
this folder, renames a function where it is defined, applies the first fix where it is called, and
saves. Prints what became of it: one `key<tab>value` a line; DIRECTORY/screen.png is the last screen.
Standard library only."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

kate, server, directory = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
here = pathlib.Path(__file__).resolve().parent
file = directory / "shapes.py"


def say(key, value):
    print(f"{key}\t{value}", flush=True)


def wait(what, condition):
    end = time.monotonic() + 30
    while not (found := condition()):
        if time.monotonic() > end:
            picture(directory / "screen.png")
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.2)
    return found


def xdotool(*arguments):
    done = subprocess.run(["xdotool", *arguments], capture_output=True, text=True)
    return done.stdout.split()


def keys(*names):
    for name in names:
        xdotool("key", "--clearmodifiers", name)
        time.sleep(0.2)


def text(words):
    xdotool("type", "--delay", "40", words)


def picture(path):
    subprocess.run(["import", "-window", "root", "-depth", "8", path], check=True)


def has_an_error():
    """Whether a line is marked as one with an error: its background is mixed with red."""
    picture(directory / "now.ppm")
    points = (directory / "now.ppm").read_bytes().split(b"\n", 3)[3]
    mixed = 0
    for red, green, blue in zip(points[::3], points[1::3], points[2::3]):
        mixed += red >= 240 and 210 <= green <= 235 and abs(green - blue) <= 3
    return mixed > 3000


config = directory / "config"
(config / "kate" / "lspclient").mkdir(parents=True)
settings = json.loads((here / "settings.json").read_text())
settings["servers"]["python"]["command"] = [server, "server"]
(config / "kate" / "lspclient" / "settings.json").write_text(json.dumps(settings))
# The plugin is on, and Kate need not ask whether it may start the server.
(config / "katerc").write_text(
    "[General]\nShow welcome view for new window=false\n[Kate Plugins]\nlspclientplugin=true\n"
    f"[lspclient]\nAllowedServerCommandLines={server} server\n"
)
data = directory / "data" / "kate"
data.mkdir(parents=True)
(data / "anonymous.katesession").write_text((config / "katerc").read_text())
runtime = directory / "run"
runtime.mkdir(mode=0o700)
os.environ |= {
    "HOME": str(directory),
    "XDG_CONFIG_HOME": str(config),
    "XDG_DATA_HOME": str(directory / "data"),
    "XDG_CACHE_HOME": str(directory / "cache"),
    "XDG_RUNTIME_DIR": str(runtime),
    "QT_QPA_PLATFORM": "xcb",
}
reader, writer = os.pipe()
screen = subprocess.Popen(
    ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24"],
    pass_fds=[writer],
    stderr=subprocess.DEVNULL,
)
os.environ["DISPLAY"] = ":" + os.read(reader, 16).decode().strip()
editor = subprocess.Popen(
    ["dbus-run-session", "--", kate, "-n", "-b", file],
    stdout=subprocess.DEVNULL,
    stderr=open(directory / "kate.log", "w"),
    start_new_session=True,
)
try:
    find = ("search", "--onlyvisible", "--name", "shapes.py")
    window = wait("the window", lambda: xdotool(*find))[0]
    xdotool("windowfocus", "--sync", window)
    # A key before the server is there is only a key: the text goes to it when it is opened.
    time.sleep(2)
    assert not has_an_error()
    # The name is typed over where it is defined, and not where it is called.
    keys("ctrl+Home", *["Right"] * 4, *["shift+Right"] * 4)
    text("surface")
    wait("a line with an error", has_an_error)
    say("error", "marked")
    keys("ctrl+Home", *["Down"] * 5, *["Right"] * 16)
    keys("alt+Return")
    # A menu is a window of its own.
    menu = ("search", "--onlyvisible", "--class", "kate")
    wait("the menu", lambda: len(xdotool(*menu)) > 1)
    picture(directory / "menu.png")
    keys("Down", "Return")
    wait("the fix", lambda: not has_an_error())
    keys("ctrl+s")
    wait("the file", lambda: "area" not in file.read_text())
    say("saved", file.read_text().splitlines()[5])
    picture(directory / "screen.png")
finally:
    os.killpg(editor.pid, signal.SIGTERM)
    editor.wait()
    # Kate itself is a child of a child.
    while True:
        try:
            os.killpg(editor.pid, signal.SIGKILL)
        except ProcessLookupError:
            break
        time.sleep(0.1)
    screen.terminate()
    screen.wait()
