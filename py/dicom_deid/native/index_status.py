"""How far an index is, for whoever asks from outside: a small file of JSON, and a lock that ends with its process.

The file holds counts alone, under the names of ``Status``. A process that is killed leaves ``running`` in it; the lock,
which the system takes back from the dead, tells the truth.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from dicom_deid.errors import SourceFailure
from dicom_deid.index import Index, Status

STATUS = "index_status.json"
TRIES, TRY_SECONDS = 10, 0.02
"""Whoever asks whether an index is being made holds its lock for a moment."""


def status_place(index: Path) -> Path:
    """The status file of an index: index_status.json beside index.sqlite."""
    return index.with_name(f"{index.stem}_status.json")


def write_status(places: Iterable[Path], status: Status) -> None:
    """Writes the status whole, wherever that can be done: it is not what an index fails by."""
    for path in places:
        partial = path.with_name(f"{path.name}.part")
        with suppress(OSError):
            partial.write_text(json.dumps(status._asdict(), indent=2) + "\n", encoding="utf-8")
            partial.replace(path)


class Running:
    """While the context lasts, an index is brought up to date, and says so; however it ends, not afterwards."""

    def __init__(self, index: Index, places: Iterable[Path]) -> None:
        self._index, self._places = index, list(places)
        self.first = self._last = index.status()
        """How far it was before."""

    def __enter__(self) -> Self:
        self._index.begin()
        self.tell()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            if self._index.noted("running"):
                self._index.stop()  # what was read stays
            self._last = self._index.status()
        except sqlite3.Error:  # the disk takes no more
            self._index.database.rollback()
        write_status(self._places, self._last._replace(running=False))

    def tell(self) -> None:
        """Writes how far it is."""
        self._last = self._index.status()
        write_status(self._places, self._last)


class Lock:
    """Keeps a second update of an index out while the context lasts. Raises SourceFailure INDEX_BUSY."""

    def __init__(self, index: Path) -> None:
        self.path = index.with_name(f"{index.name}.lock")
        self._file = -1

    def __enter__(self) -> Self:
        for _ in range(TRIES):
            if self.take():
                return self
            time.sleep(TRY_SECONDS)
        raise SourceFailure("INDEX_BUSY")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()

    def take(self) -> bool:
        """Takes the lock; False when another process, or another part of this one, has it."""
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if is_locked_now(self._file) and is_same(self._file, self.path):
            return True
        os.close(self._file)
        return False

    def release(self) -> None:
        """Gives the lock back."""
        with suppress(OSError):  # Windows deletes no open file
            self.path.unlink()
        os.close(self._file)
        with suppress(OSError):
            if os.name != "posix":
                self.path.unlink()


def is_running(index: Path) -> bool:
    """Whether somebody is making an index, or bringing it up to date."""
    lock = Lock(index)
    if not lock.path.exists():
        return False
    try:
        taken = lock.take()
    except OSError:
        return False
    if taken:
        lock.release()
    return not taken


def is_locked_now(file: int) -> bool:
    """Locks a file until it is closed, or its process ends; False where somebody else has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True  # some network file systems have no locks
    return True


def is_same(file: int, path: Path) -> bool:
    """Whether the open file is still the one at its path: its last holder has deleted it."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False
