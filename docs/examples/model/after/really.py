"""Imports the committed shapes.py, reloads the one in the working tree, and looks at the module."""

import importlib
import pathlib
import subprocess
import sys
import tempfile

old = subprocess.run(["git", "show", "HEAD:shapes.py"], capture_output=True, check=True).stdout
new = pathlib.Path("shapes.py").read_bytes()
with tempfile.TemporaryDirectory() as folder:
    sys.path.insert(0, folder)
    source = pathlib.Path(folder, "shapes.py")
    source.write_bytes(old)
    import shapes

    source.write_bytes(new)
    try:
        importlib.reload(shapes)
    except Exception as error:
        print("the reload stops:", error)
    print("UNIT is", shapes.UNIT)
    print("names:", *[name for name in vars(shapes) if not name.startswith("__")])
    print("describe(2, 3) gives", shapes.describe(2, 3))
