"""A command on a terminal of its own, and what it shows there."""

import os
import pty
import subprocess
from collections.abc import Sequence
from pathlib import Path


def on_a_terminal(arguments: Sequence[str | Path], columns: int, typed: str = "") -> tuple[int, str]:
    """Exit code and all that the command has shown; ``typed`` waits for it on the terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "40"}
    with subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as running:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other side was closed
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return running.returncode, shown.decode()
