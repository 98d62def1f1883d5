"""Imports the committed handlers.py, reloads the one in the working tree, and sends a message."""

import importlib
import pathlib
import subprocess
import sys
import tempfile

old = subprocess.run(["git", "show", "HEAD:handlers.py"], capture_output=True, check=True).stdout
new = pathlib.Path("handlers.py").read_bytes()
with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    source = pathlib.Path(folder, "handlers.py")
    source.write_bytes(old)
    import handlers

    source.write_bytes(new)
    for what, action in [
        ("reload", lambda: importlib.reload(handlers)),
        ("message", lambda: handlers.on_message("hello")),
    ]:
        try:
            print(what, "gives", action())
        except Exception as error:
            print(what, "raises", type(error).__name__ + ":", error)
