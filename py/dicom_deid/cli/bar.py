"""The progress of a run on a terminal: a bar on stderr."""

from __future__ import annotations

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
from dicom_deid.native.display import Display


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

    def __init__(self, doing: str = "De-identifying") -> None:
        columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), Size(), Rate(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._progress.add_task("Looking", total=None, done=0, bytes=0)
        self._doing, self._done = doing, 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def scanned(self, files: int, size: int) -> None:
        self._progress.update(self._task, description=f"{self._doing}, {files} found so far", bytes=size)

    def listed(self, files: int, size: int) -> None:
        self._progress.update(self._task, total=files, description=self._doing, bytes=size)

    def advanced(self, files: int, size: int) -> None:
        self._done += size
        self._progress.update(self._task, advance=files, done=self._done)
