"""One update of an index: many threads read the first bytes of files, one takes what they say into the index.

A file of a share takes milliseconds to open and microseconds to read, so the threads wait for files side by side; each
file is looked at once, opened once, and closed by the thread that opened it.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.entries import Head, entry_of
from dicom_deid.errors import ShortRead, SourceFailure
from dicom_deid.index import Index, Seen
from dicom_deid.index.entry import Entry
from dicom_deid.native.index_walk import AGAIN, Found, Stamped, in_parts, stamped
from dicom_deid.native.read_failure import OF_SHARE, PASSING, reason_of
from dicom_deid.native.source import FOR_READING
from dicom_deid.native.threads import Threads

THREADS = 16
UNDER_WAY = 4 * THREADS
"""Files that are read ahead."""
LOOKED_AT_ONCE = 50
"""Files that one thread looks at, one after the other."""
FIRST_BYTES = 16 * 1024
"""Read first of a file: most headers are shorter."""
LONG = 256 * 1024
"""Headers that are longer are in memory one at a time."""
AT_ONCE, STEP_SECONDS = 500, 1.0
"""Files and time between two commits: then a search in another window finds them."""
MOST_FAILURES = 100
"""So many files after each other that fail by their share: it is lost, and the others need not be asked for."""
Tell = Callable[[int, int], None]
"""Is told how many files were found and how many read."""


class Done(NamedTuple):
    """Result of an update. Seconds: of finding files, of waiting for headers and reading them, of the database."""

    found: int
    read: int
    discover: float
    processing: float
    insert: float
    ended: bool = True
    """False: it was cancelled."""


class Wanted(NamedTuple):
    """A file of which so many first bytes are wanted."""

    seen: Seen
    length: int


class Update:
    """Takes files below ``root`` into an index. ``step`` is called after each commit."""

    def __init__(self, index: Index, root: Path, step: Callable[[int, int], object]) -> None:
        self.index, self.root, self._step = index, root, step
        self.found = self.read = self._uncommitted = self._failures = 0
        self.discover = self.insert = 0.0
        self._committed = time.monotonic()
        self._cache = ReadCache()
        self._longer: deque[Wanted] = deque()
        self._long: list[Wanted] = []

    def take(self, files: Iterable[Found], threads: Threads) -> None:
        """Looks at the files, and reads those that are new or have changed. Raises SourceFailure for a lost share."""
        wanted = self._wanted(in_parts(iter(files), LOOKED_AT_ONCE), threads)
        read = partial(first_bytes, self.root)
        while True:
            for one, head in threads.in_order(read, self._with_longer(wanted), UNDER_WAY):
                self._add(one, head)
                while self._long:
                    for long, whole in threads.in_order(read, [self._long.pop()], 1):
                        self._add(long, whole)
            if not self._longer:
                return
            wanted = iter(())

    def _wanted(self, parts: Iterator[list[Found]], threads: Threads) -> Iterator[Wanted]:
        """The files that are to be read."""
        looks = threads.in_order(partial(stamped, self.root), parts, 2 * threads.count)
        while True:
            begun = time.perf_counter()
            _, looked = next(looks, (None, None))
            self.discover += time.perf_counter() - begun
            if looked is None:
                return
            self.found += len(looked)
            files = {stamp.seen.path: stamp for stamp in looked}
            for seen in self._new(files.values()):
                if reason := files[seen.path].reason:
                    self._unread(seen, reason)
                else:
                    yield Wanted(seen, FIRST_BYTES)
            self._commit_sometimes()

    def _new(self, looked: Iterable[Stamped]) -> list[Seen]:
        """Those that are new or have changed."""
        begun = time.perf_counter()
        new = self.index.wanted(stamp.seen for stamp in looked)
        for stamp in looked:
            if stamp.reason and stamp.seen.path.endswith("/"):
                self.index.spare(stamp.seen.path)
        self.index.enumerated(self.found)
        self.insert += time.perf_counter() - begun
        return new

    def _with_longer(self, wanted: Iterator[Wanted]) -> Iterator[Wanted]:
        """The files to be read, and before each of them those of which more bytes are needed."""
        for one in chain(wanted, [None]):
            while self._longer:
                yield self._longer.popleft()
            if one is not None:
                yield one

    def _add(self, wanted: Wanted, head: bytes | str) -> None:
        """Takes in a file by its first bytes, or by the reason code for there being none."""
        seen, length = wanted
        if isinstance(head, str):
            self._unread(seen, head)
            return
        try:
            kept, reason = entry_of(Head(head, seen.size), self._cache)
        except ShortRead as short:
            if len(head) < min(length, seen.size):
                self._unread(seen, "SOURCE_CHANGED")
            elif short.end <= len(head):
                self._unread(seen, "INTERNAL_ERROR")
            else:
                (self._longer if short.end <= LONG else self._long).append(Wanted(seen, short.end))
            return
        self._failures = 0
        self._take(seen, kept, reason)

    def _unread(self, seen: Seen, reason: str) -> None:
        self._failures = self._failures + 1 if reason in OF_SHARE else 0
        if self._failures == MOST_FAILURES:
            raise SourceFailure(reason)
        self._take(seen._replace(modified=AGAIN) if reason in PASSING else seen, None, reason)

    def _take(self, seen: Seen, kept: Entry | None, reason: str) -> None:
        begun = time.perf_counter()
        self.index.add(seen, kept, reason)
        self.insert += time.perf_counter() - begun
        self.read += 1
        self._uncommitted += 1
        self._commit_sometimes()

    def _commit_sometimes(self) -> None:
        if self._uncommitted >= AT_ONCE or time.monotonic() - self._committed > STEP_SECONDS:
            self.commit()

    def commit(self) -> None:
        """From now on all that was taken in can be found."""
        begun = time.perf_counter()
        self.index.note("updated", now())
        self.index.commit()
        self.insert += time.perf_counter() - begun
        self._uncommitted, self._committed = 0, time.monotonic()
        self._step(self.found, self.read)


def first_bytes(root: Path, wanted: Wanted) -> bytes | str:
    """The first bytes of a file, or the reason code for there being none."""
    try:
        file = os.open(root / wanted.seen.path, FOR_READING)
        try:
            parts, left = [], min(wanted.length, wanted.seen.size)
            while left and (part := os.read(file, left)):
                parts.append(part)
                left -= len(part)
            return b"".join(parts)
        finally:
            os.close(file)
    except OSError as error:
        return reason_of(error)


def now() -> str:
    """The time, in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
