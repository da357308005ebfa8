"""A file as a source of bytes, natively: the stages get the ranges they ask for, and pixel data are not read."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from dicom_deid.errors import Failed
from dicom_deid.model import Fragments

HEAD_BYTES = 64 * 1024
"""Bytes read first of a file: enough for most headers."""
LONG_WINDOW = 256 * 1024
"""Bytes read at a time while fragments are short, so that many item headers come with one read."""
SHORT_WINDOW = 4 * 1024
"""Bytes read at a time while fragments are longer than that: one item header, and little more."""
ITEM_HEADER = 8
ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"


class FileSource:
    """An open file. Raises Failed READ_FAILED or SOURCE_CHANGED where an OSError would quote the path."""

    def __init__(self, path: Path) -> None:
        began = time.perf_counter()
        try:
            self._file = path.open("rb", buffering=0)
            self.size, self.modified = self.stamp()
        except OSError:
            raise Failed("READ_FAILED") from None
        self._head = b""
        self.seconds = time.perf_counter() - began
        """Time spent reading."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def fileno(self) -> int:
        """The descriptor, from which the operating system can copy."""
        return self._file.fileno()

    def stamp(self) -> tuple[int, int]:
        """Bytes, and when it was modified in nanoseconds: by these it shows that a file is still the same."""
        status = os.fstat(self._file.fileno())
        return status.st_size, status.st_mtime_ns

    def head(self) -> bytes:
        """The bytes at hand from offset 0 on."""
        if not self._head:
            self.extend(HEAD_BYTES)
        return self._head

    def extend(self, end: int) -> bool:
        """Brings the bytes before ``end`` to hand; False when they were there before."""
        end = min(end, self.size)
        if end <= len(self._head):
            return False
        self._head += self.read(len(self._head), end)
        return True

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        began = time.perf_counter()
        parts: list[bytes] = []
        try:
            self._file.seek(start)
            while start < end:
                part = self._file.read(end - start)
                if not part:
                    raise Failed("SOURCE_CHANGED")
                parts.append(part)
                start += len(part)
        except OSError:
            raise Failed("READ_FAILED") from None
        self.seconds += time.perf_counter() - began
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def fragments(self, start: int) -> Fragments:
        """Where the fragments that begin at ``start`` end, by their headers (PS3.5 A.4) (worker/fragments.js)."""
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
