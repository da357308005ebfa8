"""A file that only grows: all of what is appended arrives, or nothing of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import SinkFailure
from dicom_deid.native.write import code_of

LONGEST_LINE = 4096
"""Bytes of the longest line of output.log."""


class Appended:
    """A file that only grows, by whole lines or records."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b", buffering=0)

    def lock(self) -> bool:
        """Keeps a second run out, where the system has such locks; False when this is the second one."""
        try:
            import fcntl  # not on Windows
        except ImportError:
            return True
        try:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # some network file systems have no locks
        return True

    def cut_torn_line(self) -> None:
        """Takes off a last line without an end: the run that wrote it was cut off."""
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, size - LONGEST_LINE))
        last = self._file.read()
        torn = len(last) - 1 - last.rfind(b"\n")
        if torn:
            self._file.truncate(size - torn)

    def write(self, text: str) -> None:
        """Appends all of the text, or nothing."""
        self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Appends all of the bytes, or nothing: half a row would be read as a row."""
        if not data:
            return
        before = os.fstat(self._file.fileno()).st_size
        try:
            written = 0
            while written < len(data):
                written += self._file.write(data[written:]) or 0
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(before)
            code = code_of(error)
            raise SinkFailure("OUTPUT_LOST" if code == "WRITE_FAILED" else code) from None

    def flush(self) -> None:
        """Returns when all that was appended is on the disk."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SinkFailure(code_of(error)) from None

    def cut(self, size: int) -> None:
        """Takes off what is behind the first ``size`` bytes."""
        self._file.truncate(size)

    def close(self) -> None:
        """Closes the file when all that was appended is on the disk, not only on its way."""
        with suppress(OSError):
            os.fsync(self._file.fileno())
        self._file.close()
