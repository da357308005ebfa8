"""A source of which any range can be read at once: the stages get the ranges they ask for, and no more is read."""

from __future__ import annotations

from abc import ABC, abstractmethod

from dicom_deid.dicom.asides import asides
from dicom_deid.dicom.fragments import ITEM, ITEM_HEADER, LONG_WINDOW, SEQUENCE_END, SHORT_WINDOW, fragments
from dicom_deid.model import Asides, Fragments, Pixels

HEAD_BYTES = 64 * 1024
"""Bytes read first of a file: enough for most headers."""


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

    def asides(self, pixels: Pixels) -> Asides:
        """What no picture shows. Raises Withheld PIXELS_NOT_FOLLOWED, and Failed PIXELS_DAMAGED."""
        return asides(self.read, fragments(self.read, pixels.start, pixels.end))
