"""A terminal of its own (tmux) for an editor that needs one. Standard library only."""

import os
import re
import shlex
import subprocess
import sys
import time


class Terminal:
    """Runs a command in 160 columns and 30 lines; ended by leaving the `with`."""

    def __init__(self, socket, command, environment):
        self.socket = socket
        tmux_environment = {**os.environ, **environment, "TERM": "xterm-256color"}
        start = [*self._tmux(), "new-session", "-d", "-x", "160", "-y", "30"]
        command = shlex.join(str(part) for part in command)
        subprocess.run([*start, command], env=tmux_environment, check=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        subprocess.run([*self._tmux(), "kill-server"], check=False, capture_output=True)

    def _tmux(self):
        return ["tmux", "-S", str(self.socket), "-f", "/dev/null"]

    def screen(self):
        command = [*self._tmux(), "capture-pane", "-p"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def wait(self, pattern, shown=True, again=()):
        """Until the screen shows something that matches, or no more. The keys `again` are pressed
        before each look: some editors take what has arrived only with the next key."""
        end = time.monotonic() + 30
        while bool(found := re.search(pattern, self.screen())) != shown:
            if time.monotonic() > end:
                sys.exit(f"waited in vain for {pattern}:\n{self.screen()}")
            self.keys(*again)
            time.sleep(0.1)
        return found

    def keys(self, *keys):
        """Names as tmux has them (`Enter`, `Escape`), or text."""
        for key in keys:
            subprocess.run([*self._tmux(), "send-keys", key], check=True)
            time.sleep(0.1)


def say(key, value):
    print(f"{key}\t{value}", flush=True)
