"""The files of a run by number: which an earlier one did, which share a SOP Instance UID, which have no output.

All of it is in a database without a name: in memory while it is small, then in the folder for temporary files, where
the system removes it with the process. So the memory of a run does not grow with its files. Paths are in clear in it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from dicom_deid.errors import Failed
from dicom_deid.report import STATUSES
from dicom_deid.source_and_sink import Candidate

CACHE_KIB = 16 * 1024
"""So much of it is in memory."""
BLOCK = 256
"""Files that are read from it at a time."""
SIGN = 1 << 63
"""A number of SQLite has a sign, a fingerprint has none."""
MADE = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    f"PRAGMA cache_size = -{CACHE_KIB}",
    "CREATE TABLE listed (number INTEGER PRIMARY KEY, path BLOB, size INTEGER, modified INTEGER, reason, done)",
    "CREATE TABLE firsts (instance INTEGER PRIMARY KEY, number INTEGER)",
    "CREATE TABLE earlier (source BLOB PRIMARY KEY, status INTEGER) WITHOUT ROWID",
    "CREATE TABLE unwritten (number INTEGER PRIMARY KEY)",
    "BEGIN",
)


class Listed(NamedTuple):
    """A file as it was listed; ``reason``: the code for which it is not handed to the core, or ""."""

    number: int
    path: str
    size: int
    """Bytes."""
    modified: int
    """Nanoseconds since 1970, or UNKNOWN."""
    reason: str = ""
    done: bool = False
    """Whether an earlier run did it."""


class Sources:
    """The files that a run has found. Each method raises Failed LIST_FULL where there is no room for them."""

    def __init__(self) -> None:
        self._files = self._done = 0
        self.kept = 0
        """How many files earlier runs did."""
        self._database = sqlite3.connect("", isolation_level=None)
        for statement in MADE:
            self._database.execute(statement)

    def __len__(self) -> int:
        return self._files

    @property
    def to_do(self) -> int:
        """How many of them an earlier run did not do."""
        return self._files - self._done

    def add(self, candidates: Iterable[Candidate], done: Iterable[str] = ()) -> list[Listed]:
        """Numbers files, in the order of the pick; ``done``: the paths of those that an earlier run did."""
        done = frozenset(done)
        found = [
            Listed(number, one.path, one.size, one.modified, one.reason, one.path in done)
            for number, one in enumerate(candidates, self._files)
        ]
        rows = ((one.number, os.fsencode(one.path), *one[2:]) for one in found)
        self._many("INSERT INTO listed VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._files += len(found)
        self._done += sum(one.done for one in found)
        return found

    def __getitem__(self, number: int) -> Listed:
        (found,) = self.between(number, number + 1)
        return found

    def between(self, start: int, end: int) -> Iterator[Listed]:
        """The files from one number up to another, a block at a time."""
        for at in range(start, end, BLOCK):
            rows = self._all("SELECT * FROM listed WHERE number >= ? AND number < ?", at, min(at + BLOCK, end))
            for number, path, size, modified, reason, done in rows:
                yield Listed(number, os.fsdecode(path), size, modified, reason, bool(done))

    def first(self, number: int, instance: int) -> int:
        """The number of the first file that has a SOP Instance UID, by its fingerprint: this one, or an earlier one.

        To be asked in the order of the pick. The fingerprint 0, of none, repeats nothing.
        """
        if not instance:
            return number
        key = instance - SIGN
        if self._changed("INSERT OR IGNORE INTO firsts VALUES (?, ?)", key, number):
            return number
        ((first,),) = self._all("SELECT number FROM firsts WHERE instance = ?", key)
        return int(first)

    def keep(self, source_id: str, status: str) -> None:
        """Notes a file that an earlier run did, by its id in the audit."""
        self._changed("INSERT OR REPLACE INTO earlier VALUES (?, ?)", bytes.fromhex(source_id), STATUSES.index(status))
        self.kept += 1

    def earlier(self, source_id: str) -> str:
        """The status of a file that an earlier run did; "" where it did not."""
        rows = self._all("SELECT status FROM earlier WHERE source = ?", bytes.fromhex(source_id))
        return str(STATUSES[rows[0][0]]) if rows else ""

    def _changed(self, statement: str, *values: Any) -> int:
        try:
            return self._database.execute(statement, values).rowcount
        except sqlite3.Error:
            raise Failed("LIST_FULL") from None

    def not_written(self, numbers: Iterable[int]) -> None:
        """Notes files that have no output."""
        self._many("INSERT OR IGNORE INTO unwritten VALUES (?)", ((number,) for number in numbers))

    def unwritten(self) -> Iterator[Listed]:
        """The files that have no output, in the order of the pick."""
        numbers = self._all("SELECT number FROM unwritten ORDER BY number")
        return (self[number] for (number,) in numbers)

    def _many(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        try:
            self._database.executemany(statement, rows)
        except sqlite3.Error:
            raise Failed("LIST_FULL") from None

    def _all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error:
            raise Failed("LIST_FULL") from None
