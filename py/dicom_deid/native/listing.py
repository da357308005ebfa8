"""The listing of an origin, natively: in a thread of its own, while files that were found before are under way.

It is a few thousand files ahead at most, so that what is listed is held by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import perf_counter
from types import TracebackType
from typing import Self

from dicom_deid.errors import Failed
from dicom_deid.native.display import Display
from dicom_deid.source_and_sink import Candidate, Origin

FILES_AT_ONCE, SECONDS_AT_ONCE = 200, 0.1
"""What was found is handed over when it is so much, or so old."""
AHEAD = 50
"""Times FILES_AT_ONCE that the listing is ahead."""
TICK = 0.1
"""Seconds between two looks at whether to stop."""
JOIN_SECONDS = 2.0
"""How long the end waits for the thread: a store may take its time to answer, and what it answers is not taken."""
FEW_FILES, FEW_BYTES = 256, 512 * 1024 * 1024
"""So much one process has done before others would have started."""


def is_much(files: int, size: int) -> bool:
    """Whether files of so many bytes are worth more than one process."""
    return files > FEW_FILES or size > FEW_BYTES


class Listing:
    """The files of an origin, as they are found; in a ``with``, which ends the thread."""

    def __init__(self, origin: Origin) -> None:
        self._origin, self._given_up = origin, Event()
        self._found = Queue[list[Candidate] | Failed | None](AHEAD)
        self._thread = Thread(target=self._fill, name="listing", daemon=True)
        self.ended = False
        """Whether all was found and taken."""
        self.files = self.size = 0
        """Files that were taken, and their bytes."""
        self.seconds = 0.0
        """Time that the listing took, without waiting for those who take."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._given_up.set()
        self._thread.join(JOIN_SECONDS)

    def take(self, *, wait: bool = True) -> list[Candidate]:
        """What was found since, in the order of the origin; nothing after a moment. Raises SourceFailure.

        ``wait``: whether that moment is waited for where there is nothing yet.
        """
        if self.ended:
            return []
        try:
            found = self._found.get(timeout=TICK) if wait else self._found.get_nowait()
        except Empty:
            return []
        if isinstance(found, Failed):
            raise found
        if found is None:
            self.ended = True
            return []
        self.files += len(found)
        self.size += sum(candidate.size for candidate in found)
        return found

    def first(self) -> list[Candidate]:
        """The first files, until they are much, or all. Raises SourceFailure."""
        found: list[Candidate] = []
        while not (self.ended or is_much(self.files, self.size)):
            found += self.take()
        return found

    def told(self, first: list[Candidate], display: Display) -> Iterator[list[Candidate]]:
        """The ``first`` files, which were taken before, then the others as they are found; ``display`` is told.

        Raises SourceFailure.
        """
        display.scanned(self.files, self.size)
        yield first
        while not self.ended:
            if found := self.take():
                display.scanned(self.files, self.size)
                yield found
        display.listed(self.files, self.size)

    def _fill(self) -> None:
        """Lists all, and says how it ended."""
        some: list[Candidate] = []
        end: Failed | None = None
        began = since = perf_counter()
        try:
            for candidate in self._origin.list():
                some.append(candidate)
                now = perf_counter()
                if len(some) >= FILES_AT_ONCE or now - since >= SECONDS_AT_ONCE:
                    if not self._put(some):
                        return
                    some, since = [], perf_counter()
                    began += since - now
        except Failed as failure:
            end = failure
        except Exception:  # its text may quote a path
            end = Failed("INTERNAL_ERROR")
        self.seconds = perf_counter() - began
        if some:
            self._put(some)
        self._put(end)

    def _put(self, found: list[Candidate] | Failed | None) -> bool:
        """Hands over; False where nobody takes any more."""
        while not self._given_up.is_set():
            with suppress(Full):
                self._found.put(found, timeout=TICK)
                return True
        return False
