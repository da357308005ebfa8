"""The progress of a run on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

from dicom_deid.cli.text import in_words
from dicom_deid.native.scan import Display

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
