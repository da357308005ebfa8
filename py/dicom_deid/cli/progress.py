"""The progress of a run where there is no terminal: a line on stderr now and then."""

from __future__ import annotations

import sys
import time
from typing import Self

from dicom_deid.cli.text import in_words
from dicom_deid.native.display import Display
from dicom_deid.wording import counted

PLAIN_SECONDS = 10.0
"""Pause between two lines."""


class Lines(Display):
    """A line now and then, where there is no terminal."""

    def __init__(self) -> None:
        self._files = self._size = self._total = self._bytes = 0
        self._is_listed = False
        self._began = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def scanned(self, files: int, size: int) -> None:
        self._total, self._bytes = files, size
        if not self._files:
            self.tell(f"{counted(files, 'file')} found")

    def listed(self, files: int, size: int) -> None:
        self._total, self._bytes, self._is_listed = files, size, True
        print(counted(files, "file") + (f", {in_words(size)}" if size else ""), file=sys.stderr)

    def advanced(self, files: int, size: int) -> None:
        if not self._files:
            self._began = time.monotonic()
        self._files += files
        self._size += size
        seconds = max(time.monotonic() - self._began, 0.001)
        of_all = f" of {in_words(self._bytes)}" if self._bytes else ""
        so_far = "" if self._is_listed else " found so far"
        done = f"{self._files} of {counted(self._total, 'file')}{so_far}, {in_words(self._size)}{of_all}"
        self.tell(f"{done}, {self._files / seconds:.0f} files/s")

    def tell(self, text: str) -> None:
        if time.monotonic() - self._told >= PLAIN_SECONDS:
            self._told = time.monotonic()
            print(text, file=sys.stderr)
