"""What the gateway remembers of instances that have left the spool: made of the key, and nothing of the original."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from dicom_deid.errors import PolicyError

BEGIN = """
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS spool (key_check TEXT NOT NULL, last_run INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS instances (
        instance TEXT PRIMARY KEY, digest TEXT NOT NULL, run INTEGER NOT NULL, status TEXT NOT NULL
    ) WITHOUT ROWID;
"""


class Instance(NamedTuple):
    """An instance with its end in a run. Its names are HMACs of its UID and a digest of its data set."""

    instance: str
    digest: str
    run: int
    status: str


class Memory:
    """A small database in the spool. Raises PolicyError WRONG_KEY for another key; sqlite3.Error."""

    def __init__(self, file: Path, key_check: str) -> None:
        self._lock = Lock()
        self._base = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._base.executescript(BEGIN)
        kept = self._base.execute("SELECT key_check FROM spool").fetchone()
        if kept is None:
            self._base.execute("INSERT INTO spool VALUES (?, 0)", (key_check,))
        elif kept[0] != key_check:
            self._base.close()
            raise PolicyError("WRONG_KEY")

    def digest(self, instance: str) -> str | None:
        """The digest of an instance that had its end; None for one that never came."""
        with self._lock, as_of_disk():
            found = self._base.execute("SELECT digest FROM instances WHERE instance = ?", (instance,)).fetchone()
        return found[0] if found else None

    def add(self, instances: Iterable[Instance]) -> None:
        """Remembers ends; they are on the disk when this returns."""
        with self._lock, as_of_disk(), self._base:
            self._base.execute("BEGIN")
            self._base.executemany("INSERT OR REPLACE INTO instances VALUES (?, ?, ?, ?)", instances)

    def next_run(self, at_least: int) -> int:
        """A number that no run has had, not even one that was taken elsewhere meanwhile."""
        with self._lock, as_of_disk():
            last = int(self._base.execute("SELECT last_run FROM spool").fetchone()[0])
            number = max(last + 1, at_least)
            self._base.execute("UPDATE spool SET last_run = ?", (number,))
        return number

    def close(self) -> None:
        with self._lock:
            self._base.close()


@contextmanager
def as_of_disk() -> Iterator[None]:
    """Makes an OSError of what the database meets when its disk is full or gone."""
    try:
        yield
    except sqlite3.Error:
        raise OSError("the database cannot be read or written") from None
