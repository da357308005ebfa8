"""A file as a source of bytes, natively."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from dicom_deid.errors import SourceFailure
from dicom_deid.readable import Readable

FOR_READING = os.O_RDONLY | getattr(os, "O_BINARY", 0)
"""How a file is opened; Windows has texts beside."""


class FileSource(Readable):
    """An open file. Raises SourceFailure READ_FAILED or SOURCE_CHANGED where an OSError would quote the path."""

    def __init__(self, path: Path | str | int) -> None:
        """Opens a file; a descriptor of one that is open already belongs to this object from now on."""
        began = time.perf_counter()
        self._file = path if isinstance(path, int) else -1
        try:
            if not isinstance(path, int):
                self._file = os.open(path, FOR_READING)
            size, self.modified = self.stamp()
        except OSError:
            self.close()
            raise SourceFailure("READ_FAILED") from None
        super().__init__(size)
        self.seconds = time.perf_counter() - began
        """Time spent reading."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def fileno(self) -> int:
        """The descriptor, from which the operating system can copy."""
        return self._file

    def stamp(self) -> tuple[int, int]:
        """Bytes, and when it was modified in nanoseconds: by these it shows that a file is still the same."""
        status = os.fstat(self._file)
        return status.st_size, status.st_mtime_ns

    def unchanged(self) -> bool:
        """Whether the file is still as it was opened."""
        try:
            return self.stamp() == (self.size, self.modified)
        except OSError:
            raise SourceFailure("READ_FAILED") from None

    def read(self, start: int, end: int) -> bytes:
        """The bytes [start, end)."""
        began = time.perf_counter()
        parts: list[bytes] = []
        try:
            while start < end:
                part = read_at(self._file, end - start, start)
                if not part:
                    raise SourceFailure("SOURCE_CHANGED")
                parts.append(part)
                start += len(part)
        except OSError:
            raise SourceFailure("READ_FAILED") from None
        self.seconds += time.perf_counter() - began
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def read_into(self, target: memoryview, start: int) -> int:
        """Reads bytes from ``start`` on into a memory that is there already, where the system can; how many, or 0."""
        if not hasattr(os, "preadv"):
            return 0
        began = time.perf_counter()
        try:
            count = os.preadv(self._file, [target], start)
        except OSError:
            raise SourceFailure("READ_FAILED") from None
        self.seconds += time.perf_counter() - began
        return count


def read_at(file: int, count: int, start: int) -> bytes:
    """At most ``count`` bytes from ``start`` on."""
    if hasattr(os, "pread"):
        return os.pread(file, count, start)
    os.lseek(file, start, os.SEEK_SET)
    return os.read(file, count)
