"""The scan of a whole folder, natively: every file is found, looked at once, and has a row among the sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dicom_deid.executors import Executor
from dicom_deid.native.job import Look, Looked
from dicom_deid.native.pick import Sources
from dicom_deid.source_and_sink import Origin

LOOKS_AT_ONCE = 200
"""Files in a batch."""


class Display:
    """Listener to the progress of a run. This one does nothing."""

    def scanned(self, files: int) -> None:
        """So many files were found so far."""

    def started(self, files: int, size: int) -> None:
        """The scan is over; so many files and bytes are to do."""

    def advanced(self, files: int, size: int) -> None:
        """So many more files and bytes are done."""


class Survey:
    """Fills ``sources`` with the files of an origin."""

    def __init__(self, origin: Origin, sources: Sources, display: Display) -> None:
        self._origin, self._sources, self._display = origin, sources, display
        self._numbers: dict[str, int] = {}
        """Path -> number of the files that are being looked at."""

    def run(self, executor: Executor[Look, Looked], stopped: Callable[[], bool]) -> None:
        """Looks at every file. Raises SourceFailure SOURCE_LOST when they cannot be listed."""
        sources = self._sources
        for answers in executor.run(self.batches(), stopped):
            for task, looked in answers:
                number = self._numbers.pop(task.path)
                found = looked or Looked(reason="WORKER_ERROR")
                sources.sizes[number], sources.modified[number] = found.size, found.modified
                sources.instances[number] = found.instance
                sources.set_reason(number, found.reason)
        # Only now, in the order of the pick: processes answer in any order.
        sources.find_repeats()

    def batches(self) -> Iterator[list[Look]]:
        """The picked files; one that cannot even be opened has its reason already."""
        batch: list[Look] = []
        for path, reason in self._origin.list():
            number = self._sources.add(path)
            self._sources.set_reason(number, reason)
            if reason:
                continue
            self._numbers[path] = number
            batch.append(Look(path))
            if len(batch) == LOOKS_AT_ONCE:
                self._display.scanned(len(self._sources))
                yield batch
                batch = []
        if batch:
            yield batch
