"""A source of which any range can be read at once: the stages get the ranges they ask for, and no more is read."""

from __future__ import annotations

from abc import ABC, abstractmethod

from dicom_deid.model import Fragments

HEAD_BYTES = 64 * 1024
"""Bytes read first of a file: enough for most headers."""
LONG_WINDOW = 256 * 1024
"""Bytes read at a time while fragments are short, so that many item headers come with one read."""
SHORT_WINDOW = 4 * 1024
"""Bytes read at a time while fragments are longer than that: one item header, and little more."""
ITEM_HEADER = 8
ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


class Readable(ABC):
    """A file that is open. ``size`` in bytes."""

    def __init__(self, size: int, head_bytes: int = HEAD_BYTES) -> None:
        self.size, self._head_bytes = size, head_bytes
        self._head = b""

    @abstractmethod
    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end). Raises Failed where they cannot be read."""

    def head(self) -> bytes:
        """The bytes at hand from offset 0 on."""
        if not self._head:
            self.extend(self._head_bytes)
        return self._head

    def extend(self, end: int) -> bool:
        """Brings the bytes before ``end`` to hand; False when they were there before."""
        end = min(end, self.size)
        if end <= len(self._head):
            return False
        if end > 2 * len(self._head):
            self._head = b""  # a long header is read anew, so that there is no moment with two of it
        self._head += self.read(len(self._head), end)
        return True

    def fragments(self, start: int) -> Fragments:
        """The end of fragments that begin at ``start``, by their headers (PS3.5 A.4, worker/dicom/fragments.js)."""
        at, count, length = start, 0, 0
        window, window_start = b"", start
        while at + ITEM_HEADER <= self.size:
            if at + ITEM_HEADER > window_start + len(window):
                step = SHORT_WINDOW if length > LONG_WINDOW else LONG_WINDOW
                window, window_start = self.read(at, min(at + step, self.size)), at
            here = at - window_start
            tag = window[here : here + 4]
            if tag == SEQUENCE_END:
                return Fragments(start, at + ITEM_HEADER, count, complete=True)
            length = int.from_bytes(window[here + 4 : here + ITEM_HEADER], "little")
            if tag != ITEM or at + ITEM_HEADER + length > self.size:
                break
            at += ITEM_HEADER + length
            count += 1
        return Fragments(start, at, count, complete=False)
