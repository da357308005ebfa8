"""The ledger of what was sent: sent.csv in the run folder, one row for each thing that became known of an instance.

It only grows. Its head is on the disk before the first instance goes out, so where there is a ledger the PACS is asked
first what it has: what was sent when this program was killed is not sent again.
"""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from dicom_deid.errors import NoRun, SinkFailure
from dicom_deid.native.append_only import Appended
from dicom_deid.report import cell_text

NAME = "sent.csv"
COLUMNS = ("time", "destination", "sop_instance_uid", "state", "code")
HEAD = ",".join(COLUMNS) + "\n"
State = Literal["sent", "confirmed", "refused"]
"""The PACS has acknowledged it; says by itself that it has it; or has not taken it, for the reason in ``code``."""


class Known(NamedTuple):
    """The last that is known of an instance."""

    state: str
    code: str


class Ledger:
    """The ledger of a run, for one destination; open for writing. Its threads may write at the same time."""

    def __init__(self, root: Path, destination: str) -> None:
        """Raises NoRun: SEND_BUSY where another process sends this run, LEDGER_DAMAGED; SinkFailure."""
        self._destination, self._turn = destination, threading.Lock()
        path = root / NAME
        try:
            self._file = Appended(path)
        except OSError:
            raise SinkFailure("OUTPUT_LOST") from None
        try:
            if not self._file.lock():
                raise NoRun("SEND_BUSY")
            self._file.cut_torn_line()
            self.known = known(path, destination)
            """The last of each instance at the beginning, by SOP Instance UID."""
            self.is_new = path.stat().st_size == 0
            if self.is_new:
                self._file.write(HEAD)
                self._file.flush()
        except OSError:
            self._file.close()
            raise SinkFailure("OUTPUT_LOST") from None
        except BaseException:
            self._file.close()
            raise

    def write(self, rows: Iterable[tuple[str, State, str]]) -> None:
        """Appends SOP Instance UID, state and code of instances. Raises SinkFailure.

        They are with the operating system when this returns, and on the disk when the ledger is closed: of what a power
        cut takes away the PACS is asked.
        """
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        lines = [
            ",".join(map(cell_text, (now, self._destination, instance, state, code))) + "\n"
            for instance, state, code in rows
        ]
        if lines:
            with self._turn:
                self._file.write("".join(lines))

    def close(self) -> None:
        self._file.close()


def known(path: Path, destination: str) -> dict[str, Known]:
    """What a ledger says last of each instance. Raises NoRun for one that this program has not written."""
    found = dict[str, Known]()
    with path.open(encoding="utf-8", errors="replace", newline="") as lines:
        head = next(lines, "")
        if head not in ("", HEAD):
            raise NoRun("LEDGER_DAMAGED")
        try:
            for cells in csv.reader(lines, strict=True):
                if len(cells) != len(COLUMNS) or cells[3] not in get_args(State):
                    raise NoRun("LEDGER_DAMAGED")
                if cells[1] == cell_of(destination):
                    found[cells[2]] = Known(cells[3], cells[4])
        except csv.Error:
            raise NoRun("LEDGER_DAMAGED") from None
    return found


def cell_of(text: str) -> str:
    """A text as it is read back from a cell."""
    return next(csv.reader([cell_text(text)]))[0]
