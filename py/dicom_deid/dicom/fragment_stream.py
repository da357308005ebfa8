"""The values of fragments as one stream: what of compressed frames is looked at, and where it stands in the source."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from dicom_deid.dicom.fragments import Fragment, Read
from dicom_deid.errors import Withheld

NOT_FOLLOWED = "PIXELS_NOT_FOLLOWED"
Range = tuple[int, int]
WINDOW = 1024 * 1024
"""Bytes that are read at a time."""
OPENING_BYTES = 64
"""Bytes of a fragment that show how it begins."""


class Stream:
    """The values of all fragments, one behind the other, of which any part can be read."""

    def __init__(self, read: Read, fragments: Sequence[Fragment]) -> None:
        self._read, self._fragments = read, fragments
        self._ends = list(accumulate(end - start for start, end in fragments))
        self.size = self._ends[-1] if self._ends else 0
        self._window, self._start = b"", 0

    def part(self, at: int, count: int) -> bytes:
        """So many bytes. Raises Withheld where there are fewer."""
        if at + count > self.size:
            raise Withheld(NOT_FOLLOWED)
        self.look(at, count)
        return self._window[at - self._start : at - self._start + count]

    def look(self, at: int, count: int) -> None:
        """Brings so many bytes into the window, and more."""
        if at < self._start or at + count > self._start + len(self._window):
            parts = self.ranges(at, min(at + max(count, WINDOW), self.size))
            self._window, self._start = b"".join(self._read(*part) for part in parts), at

    def number(self, at: int, size: int = 2) -> int:
        """An unsigned number, big endian."""
        return int.from_bytes(self.part(at, size), "big")

    def ranges(self, at: int, end: int) -> Iterator[Range]:
        """The ranges of the source in which a part stands."""
        place = bisect_right(self._ends, at)
        while at < end:
            stop = self._fragments[place].end
            first = stop - (self._ends[place] - at)
            last = min(stop, first + end - at)
            if last > first:
                yield first, last
            at, place = at + last - first, place + 1

    def boundary(self, at: int) -> int:
        """The end of the fragment that holds the byte before."""
        return self._ends[bisect_right(self._ends, at - 1)]

    def begins(self, opening: re.Pattern[bytes], at: int) -> bool:
        """Whether a fragment from ``at`` on begins so; of each one few bytes are read."""
        rest = self._fragments[bisect_right(self._ends, at) :]
        return any(opening.match(self._read(start, min(start + OPENING_BYTES, end))) for start, end in rest)

    def find(self, marker: re.Pattern[bytes], at: int, end: int | None = None) -> int:
        """Where the next one of such markers stands; ``end``, or the end of all, where there is none before it."""
        end = self.size if end is None else end
        while at + 1 < end:
            self.look(at, 2)
            found = marker.search(self._window, at - self._start, end - self._start)
            if found is not None:
                return self._start + found.start()
            at = min(self._start + len(self._window), end) - 1
        return end
