"""The command line in the process of the tests: what it said and its exit code.

A process of its own takes half a second to start. `native/test_cli.py` and whatever is about processes start them.
"""

import hashlib
import signal
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from functools import cache
from io import StringIO
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from dicom_deid.cli import app

derived = cache(hashlib.pbkdf2_hmac)
"""Most commands have the same passphrase, whose 600,000 rounds take a tenth of a second."""
HEEDED = (signal.SIGINT, signal.SIGTERM)
"""A run takes over these signals for the rest of its process."""


def command(*arguments: str | Path, folder: Path | None = None) -> CompletedProcess[str]:
    """`dicom-deid` with these arguments, in that folder."""
    line, told, wrong = [str(argument) for argument in arguments], StringIO(), StringIO()
    handlers, code = [signal.getsignal(number) for number in HEEDED], 0
    with (
        patch.object(sys, "argv", ["dicom-deid", *line]),
        patch.object(hashlib, "pbkdf2_hmac", derived),
        patch.object(app, "gc"),  # it arranges the memory of a process that ends
        chdir(folder or "."),
        redirect_stdout(told),
        redirect_stderr(wrong),
    ):
        try:
            app.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            for number, handler in zip(HEEDED, handlers, strict=True):
                signal.signal(number, handler)
            forkserver._forkserver._stop()  # what it has loaded is what this command needs, and not all do
    return CompletedProcess(line, code, told.getvalue(), wrong.getvalue())
