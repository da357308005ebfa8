"""A source that comes from a PACS and stands in memory; one that is too long for that is asked for again as it is read.

A PACS says of no instance how long it is, and gives no ranges of one. So what comes is cut into blocks, and each gets a
digest. A short object stays as a whole. Of a long one the first blocks stay and the last ones that were read; where
others are wanted, the object comes anew from its beginning, and each block has to have the digest that it had.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

from dicom_deid.errors import SourceFailure
from dicom_deid.pacs.instance import LOOK_BYTES, Instance, objection
from dicom_deid.readable import Readable
from dicom_deid.source_and_sink import UNKNOWN

BLOCK = 1024 * 1024
MOST_BLOCKS, FIRST_BLOCKS, LAST_BLOCKS = 48, 8, 4
"""Blocks in memory, and those of them at the beginning and at the end of an object that stay."""
MOST_PASSES = 16
"""Times that one object is asked for: a source that is read here and there would go on for ever."""
Content = Callable[[], Iterator[bytes]]


class StreamedSource(Readable):
    """An open instance of a PACS. Raises SourceFailure."""

    def __init__(self, wanted: Instance, content: Content) -> None:
        began = time.perf_counter()
        self._content, self._passes = content, 0
        self._digests: list[bytes] = []
        self._held: dict[int, bytes] = {}
        self._coming: Iterator[bytes] = iter(())
        self._next = 0
        """The number of the block that comes next."""
        self._size = 0
        for number, block in enumerate(self._blocks()):
            self._digests.append(digest(block))
            self._keep(number, block)
            self._size += len(block)
        self.close()
        super().__init__(self._size)
        code = objection(wanted, self.read(0, min(LOOK_BYTES, self._size)), self._size)
        if code:
            raise SourceFailure(code)
        self.modified = UNKNOWN
        self.seconds = time.perf_counter() - began
        """Time spent reading."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
        self._held.clear()

    def close(self) -> None:
        """Ends what is coming."""
        coming, self._coming = self._coming, iter(())
        if hasattr(coming, "close"):
            coming.close()

    def unchanged(self) -> bool:
        """Each block was the one that came first: there is nothing else to be looked at."""
        return True

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        if end > self.size:
            raise SourceFailure("SOURCE_CHANGED")
        found = []
        for number in range(start // BLOCK, -(-end // BLOCK)):
            first = number * BLOCK
            found.append(self._block(number)[max(0, start - first) : end - first])
        return found[0] if len(found) == 1 else b"".join(found)

    def _block(self, number: int) -> bytes:
        """A block, which comes anew if it is not held."""
        if number in self._held:
            return self._held[number]
        began = time.perf_counter()
        if not 0 < self._next <= number:
            self.close()
            self._coming = self._blocks()
        for block in self._coming:
            at, self._next = self._next, self._next + 1
            if at >= len(self._digests) or digest(block) != self._digests[at]:
                raise SourceFailure("SOURCE_CHANGED")
            if at >= number:
                self._keep(at, block)
                self.seconds += time.perf_counter() - began
                return block
        raise SourceFailure("SOURCE_CHANGED")

    def _blocks(self) -> Iterator[bytes]:
        """The object anew, block by block."""
        self._passes += 1
        self._next = 0
        if self._passes > MOST_PASSES:
            raise SourceFailure("OBJECT_TOO_LARGE")
        return blocks_of(self._content())

    def _keep(self, number: int, block: bytes) -> None:
        """Holds a block, and lets go of the one that was held longest and is neither of the first nor of the last."""
        self._held[number] = block
        if len(self._held) > MOST_BLOCKS:
            last = len(self._digests) - LAST_BLOCKS
            del self._held[next(one for one in self._held if FIRST_BLOCKS <= one < last)]


def blocks_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Pieces of any length as blocks of one length, but for the last."""
    held = bytearray()
    try:
        for piece in pieces:
            held += piece
            while len(held) >= BLOCK:
                yield bytes(held[:BLOCK])
                del held[:BLOCK]
        if held:
            yield bytes(held)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()


def digest(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16).digest()
