"""The tables of links, in SQLite: what was promised to somebody is on the disk before anybody is told of it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = 1
SCHEMA = f"""
PRAGMA user_version = {VERSION};
CREATE TABLE links (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    token BLOB NOT NULL UNIQUE,
    passcode BLOB,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    one_time INTEGER NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    revoked INTEGER NOT NULL DEFAULT 0,
    wrong INTEGER NOT NULL DEFAULT 0,
    holds TEXT NOT NULL,
    note TEXT NOT NULL,
    series TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    staged TEXT NOT NULL
);
CREATE TABLE files (
    link INTEGER NOT NULL REFERENCES links (number),
    number INTEGER NOT NULL,
    root TEXT NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    frames INTEGER NOT NULL,
    PRIMARY KEY (link, number)
) WITHOUT ROWID;
CREATE TABLE tickets (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    ticket BLOB NOT NULL UNIQUE,
    link INTEGER NOT NULL REFERENCES links (number),
    purpose TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tickets_by_link ON tickets (link, number);
CREATE TABLE fetches (link INTEGER NOT NULL, moment INTEGER NOT NULL, outcome TEXT NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX fetches_by_link ON fetches (link, moment);
"""


class Store:
    """One SQLite file for the user alone; threads take turns. Raises OSError or sqlite3.Error where it cannot be."""

    def __init__(self, path: Path) -> None:
        self._turn = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._database = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA synchronous = FULL")
        with self.change() as database:
            if not database.execute("PRAGMA user_version").fetchone()[0]:
                for statement in filter(str.strip, SCHEMA.split(";\n")):
                    database.execute(statement)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is kept, or nothing."""
        with self._turn:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """The rows of a query that changes nothing."""
        with self._turn:
            return self._database.execute(query, values).fetchall()

    def close(self) -> None:
        with self._turn:
            self._database.close()
