"""A file as a source of bytes, natively."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from dicom_deid.errors import SourceFailure
from dicom_deid.readable import Readable


class FileSource(Readable):
    """An open file. Raises SourceFailure READ_FAILED or SOURCE_CHANGED where an OSError would quote the path."""

    def __init__(self, path: Path) -> None:
        began = time.perf_counter()
        try:
            self._file = path.open("rb", buffering=0)
            size, self.modified = self.stamp()
        except OSError:
            raise SourceFailure("READ_FAILED") from None
        super().__init__(size)
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
            self._file.seek(start)
            while start < end:
                part = self._file.read(end - start)
                if not part:
                    raise SourceFailure("SOURCE_CHANGED")
                parts.append(part)
                start += len(part)
        except OSError:
            raise SourceFailure("READ_FAILED") from None
        self.seconds += time.perf_counter() - began
        return parts[0] if len(parts) == 1 else b"".join(parts)
