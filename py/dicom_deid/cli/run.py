"""What a run looks like on the terminal: progress on stderr, the closing lines on stdout, and Ctrl-C."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from dicom_deid.errors import reasons
from dicom_deid.native.run import Run
from dicom_deid.native.scan import Display
from dicom_deid.report import STATUSES

PLAIN_SECONDS = 10.0
"""Pause between two lines on what is no terminal."""


class Rate(ProgressColumn):
    """Files per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed / max(task.elapsed or 0, 0.1):.0f} files/s")


class Size(ProgressColumn):
    """Bytes done of all bytes."""

    def render(self, task: Task) -> Text:
        done, size = task.fields["done"], task.fields["bytes"]
        return Text(f"{in_words(done)} of {in_words(size)}" if size else "")


class Bar(Display):
    """A progress bar, for a terminal."""

    def __init__(self) -> None:
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), Size(), Rate(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("Looking", total=None, done=0, bytes=0)
        self._done = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def scanned(self, files: int) -> None:
        self._progress.update(self._task, completed=files)

    def started(self, files: int, size: int) -> None:
        self._progress.reset(self._task, total=files, description="De-identifying", done=0, bytes=size)

    def advanced(self, files: int, size: int) -> None:
        self._done += size
        self._progress.update(self._task, advance=files, done=self._done)


class Lines(Display):
    """A line now and then, where there is no terminal."""

    def __init__(self) -> None:
        self._files = self._size = self._total = self._bytes = 0
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def scanned(self, files: int) -> None:
        self.tell(f"{files} files found")

    def started(self, files: int, size: int) -> None:
        self._total, self._bytes, self._began = files, size, time.monotonic()
        print(f"{files} files, {in_words(size)}", file=sys.stderr)

    def advanced(self, files: int, size: int) -> None:
        self._files += files
        self._size += size
        seconds = max(time.monotonic() - self._began, 0.001)
        done = f"{self._files} of {self._total} files, {in_words(self._size)} of {in_words(self._bytes)}"
        self.tell(f"{done}, {self._files / seconds:.0f} files/s")

    def tell(self, text: str) -> None:
        if time.monotonic() - self._told >= PLAIN_SECONDS:
            self._told = time.monotonic()
            print(text, file=sys.stderr)


def carry_out(run: Run, list_unwritten: bool) -> int:
    """Carries out an open run and shows its end; returns the exit code."""
    heed_signals(run)
    display: Bar | Lines = Bar() if sys.stderr.isatty() else Lines()
    with display:
        summary = run.go(display)
    show_end(summary)
    if list_unwritten:
        for number in run.unwritten:
            print(printable(run.sources.path(number)))
    if summary["end"] != "finished":
        print("The same command with --resume and --passphrase-file goes on from here.", file=sys.stderr)
    if summary["end"] == "cancelled":
        return 128 + run.stop.signal
    counts = summary["counts"]
    return 1 if summary["end"] == "stopped" or counts["withheld"] or counts["failed"] else 0


def heed_signals(run: Run) -> None:
    """Ctrl-C and a request to end stop the run between two files; asked a second time, at once."""

    def ask(number: int, _frame: FrameType | None) -> None:
        if run.stop():
            raise KeyboardInterrupt
        run.stop.signal = number

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)


def show_end(summary: dict[str, Any]) -> None:
    """The closing line and the reasons, on stdout; why the run stopped, on stderr."""
    print("Done: " + ", ".join(f"{summary['counts'][status]} {status}" for status in STATUSES))
    found = sorted(
        summary["reasons"].items(), key=lambda reason: (STATUSES.index(reasons()[reason[0]]["status"]), reason)
    )
    if sys.stdout.isatty() and found:
        table = Table("files", "outcome", "reason", "what to do", box=None, pad_edge=False)
        for code, files in found:
            reason = reasons()[code]
            table.add_row(f"{files}", reason["status"], f"{code}\n{reason['sentence']}", reason["remedy"])
        Console().print(table)
    else:
        for code, files in found:
            reason = reasons()[code]
            print(f"{files} {reason['status']} {code}: {reason['sentence']} {reason['remedy']}")
    if summary.get("error"):
        reason = reasons()[summary["error"]]
        print(f"The run stopped: {reason['sentence']} {reason['remedy']}", file=sys.stderr)


def printable(path: str) -> str:
    """A path that cannot command the terminal, whatever bytes are in it."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in path)


def in_words(size: int) -> str:
    """A number of bytes in the unit that suits it."""
    power = min(4, (len(str(size)) - 1) // 3)
    return f"{size / 1000**power:.{1 if power else 0}f} {('bytes', 'kB', 'MB', 'GB', 'TB')[power]}"
