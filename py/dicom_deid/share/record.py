"""The record of sharing: a line for whatever was done with a link, by its number. It holds no token and no patient."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from dicom_deid.errors import SinkFailure
from dicom_deid.native.append_only import Appended
from dicom_deid.report import log_line
from dicom_deid.share.links import Links

OFTEN, SECONDS = ("busy", "looked", "refused"), 60.0


class Record:
    """Writes share.log, and beside it what the list of links tells. Raises BlockingIOError: another server does."""

    def __init__(self, path: Path, links: Links) -> None:
        path.touch(mode=0o600)
        self._file, self._links, self._turn = Appended(path), links, threading.Lock()
        self._often = dict[tuple[int | None, str], tuple[float, int]]()
        """When something was noted last, and how often it happened since."""
        if not self._file.lock():
            self._file.close()
            raise BlockingIOError
        self._file.cut_torn_line()

    def note(self, number: int | None, outcome: str, size: int = 0) -> None:
        """Notes the outcome of a request; None: for a link that is not there, or no more.

        What anybody can cause again and again is counted, and noted once a minute.
        """
        times = self._times(number, outcome) if outcome in OFTEN else 1
        if not times:
            return
        with self._turn, suppress(SinkFailure):  # a full disk ends no download
            often = f" {times} times" if times > 1 else ""
            self._file.write(log_line(f"share {number or '-'} {outcome}{often} {size} bytes"))
        if number is not None:
            self._links.note(number, outcome, size)

    def _times(self, number: int | None, outcome: str) -> int:
        """How many times it is to be noted that something happened; 0: later."""
        now = time.monotonic()
        with self._turn:
            noted, since = self._often.get((number, outcome), (-SECONDS, 0))
            is_due = now >= noted + SECONDS
            self._often[number, outcome] = (now, 0) if is_due else (noted, since + 1)
            return since + 1 if is_due else 0

    def close(self) -> None:
        self._file.close()
