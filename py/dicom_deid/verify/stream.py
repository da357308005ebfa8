"""Pieces of a header read like a file, of which long values of numbers are not copied."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import accumulate, pairwise

Part = bytes | memoryview


class Joint(tuple[Part, ...]):
    """Bytes in several parts; its length is that of all of them."""

    def __len__(self) -> int:
        return sum(map(len, iter(self)))


class Stream:
    """Parts one behind the other, as far as pydicom needs a file: it reads, and goes to where it has been."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts, self._at = list(iter(parts)), 0
        self._ends = [0, *accumulate(map(len, self._parts))]

    def tell(self) -> int:
        """The offset."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Goes to an offset."""
        self._at = offset + (self._at if whence == io.SEEK_CUR else self._ends[-1] if whence == io.SEEK_END else 0)
        return self._at

    def read(self, count: int = -1) -> Part | Joint:
        """The next bytes, or all: not copied where they lie in long values."""
        end = self._ends[-1] if count < 0 else min(self._at + count, self._ends[-1])
        found = [
            part[max(self._at - start, 0) : end - start]
            for part, (start, stop) in zip(self._parts, pairwise(self._ends), strict=True)
            if start < end and stop > self._at
        ]
        self._at = max(self._at, end)
        if any(isinstance(part, memoryview) for part in found):
            return found[0] if len(found) == 1 else Joint(found)
        return b"".join(found)
