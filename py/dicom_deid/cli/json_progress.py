"""The progress of a run for another program: one JSON object on a line of stdout, at most one a second but the last."""

from __future__ import annotations

import json
import time
from typing import Any, Self

from dicom_deid.native.display import Display

SECONDS = 1.0
"""Pause between two lines."""


class JsonLines(Display):
    """Lines of JSON: stage "scan", then "run", then "end". While ``listing``, all numbers of files are those so far."""

    def __init__(self) -> None:
        self._files = self._size = self._total = self._bytes = 0
        self._is_listed = False
        self._began, self._told = time.monotonic(), 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def scanned(self, files: int, size: int) -> None:
        self._total, self._bytes = files, size
        if not self._files:
            self._began = time.monotonic()
            self.tell({"stage": "scan", "files": files})

    def listed(self, files: int, size: int) -> None:
        self._total, self._bytes, self._is_listed, self._told = files, size, True, 0.0
        self.advanced(0, 0)

    def advanced(self, files: int, size: int) -> None:
        self._files += files
        self._size += size
        seconds = time.monotonic() - self._began
        is_known = self._files and self._is_listed
        left = seconds / self._files * (self._total - self._files) if is_known else None
        told = {"files": self._files, "of_files": self._total, "bytes": self._size, "of_bytes": self._bytes}
        told["listing"] = not self._is_listed
        self.tell({"stage": "run", **told, "seconds": round(seconds, 1), "seconds_left": left and round(left, 1)})

    def tell(self, told: dict[str, Any]) -> None:
        if time.monotonic() - self._told >= SECONDS:
            self._told = time.monotonic()
            print(json.dumps(told), flush=True)


def show_end(summary: dict[str, Any]) -> None:
    """The last line: how the run ended, and what came of its files."""
    told = {name: summary[name] for name in ("end", "counts", "reasons", "bytes_in", "bytes_out")}
    told |= {"error": summary.get("error", ""), "seconds": round(summary["seconds"], 1)}
    print(json.dumps({"stage": "end", **told}), flush=True)
