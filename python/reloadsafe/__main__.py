"""`python -m reloadsafe`."""

import os
import subprocess
import sys

from reloadsafe import find_program


def main():
    arguments = [find_program(), *sys.argv[1:]]
    if sys.platform != "win32":
        # This process becomes the program: signals and standard streams are its own.
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(arguments[0], arguments)
    try:
        # Windows has no exec that keeps the process.
        sys.exit(subprocess.run(arguments).returncode)
    except KeyboardInterrupt:
        # The program has got it, too, and has said what there is to say.
        sys.exit(2)


if __name__ == "__main__":
    main()
