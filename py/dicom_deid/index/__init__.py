"""Store index: one row per series, made of headers alone, in SQLite; it knows which files it has seen.

The index of a source folder holds identifiers and is labelled so (``holds``). It is written as files come, so that what
is there already can be searched; a file that did not change is not read again. How it is asked is search.py's.

    about    name, value                            what it holds, when it was updated, running, to do
    files    path, size, modified, series, …        one row per file that was looked at, and its place in the series
    series   SeriesKey and what describes it        one row per series
    words    a full-text table over series          (FTS5, accents ignored)
    images   filename, study, path, frame, split    thumbnails
    counts   reason, files                          how many files have which reason code, "" those with a series
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from dicom_deid.errors import OtherVersion, reasons
from dicom_deid.index.entry import FIELDS, Entry
from dicom_deid.index.images import drawn, forget
from dicom_deid.index.order import Place
from dicom_deid.index.schema import MIGRATIONS, SCHEMA, SEEN, VERSION, WORDS, words_of

Holds = Literal["originals", "de-identified"]
NEVER = ""
AT_ONCE = 1000
"""Paths that are in memory while what is gone is taken out."""


class Seen(NamedTuple):
    """A file as the walk found it. ``modified``: milliseconds since 1970."""

    path: str
    size: int
    modified: int


class Status(NamedTuple):
    """How far an index is. ``last_updated``: ISO 8601, UTC, "" before the first time."""

    enumerated_files: int
    files_processed: int
    series_count: int
    errors: int
    last_updated: str
    running: bool


class Index:
    """An index in a SQLite connection; one of the version before is migrated.

    Raises OtherVersion for a database that is something else.
    """

    def __init__(self, database: sqlite3.Connection, holds: Holds = "originals") -> None:
        self.database = database
        self.replaced = False
        """Whether there was one of another version in its place."""
        self._touched: set[int] = set()
        """Series of which a file went, or that are described anew."""
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            database.executescript(SCHEMA)
            self.note("holds", holds)
        elif version in MIGRATIONS:
            database.executescript(MIGRATIONS[version])
        elif version != VERSION:
            raise OtherVersion
        database.executescript(SEEN)

    @property
    def holds(self) -> str:
        """Whether it is of originals, which it then names, or of de-identified files."""
        return self.noted("holds")

    def note(self, name: str, value: str) -> None:
        """Keeps a fact about the index."""
        self.database.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def noted(self, name: str) -> str:
        """A fact that was kept, or ""."""
        found = self.database.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else ""

    def begin(self) -> None:
        """A walk begins: what it does not find again will be gone at its end."""
        self.database.execute("DELETE FROM temp.seen")
        self.note("running", "1")
        self.database.commit()

    def stop(self) -> None:
        """A walk ends before its end: what it has not come by stays."""
        self.note("running", NEVER)
        self.commit()

    def wanted(self, found: Iterable[Seen]) -> list[Seen]:
        """Those of the files that are new or have changed; the others count as seen."""
        wanted = []
        for file in found:
            path = spelled(file.path)
            self.database.execute("INSERT OR IGNORE INTO temp.seen VALUES (?)", (path,))
            known = self.database.execute("SELECT size, modified FROM files WHERE path = ?", (path,)).fetchone()
            if known != (file.size, file.modified):
                wanted.append(file)
        return wanted

    def spare(self, folder: str) -> None:
        """A folder, as a path with its slash, could not be looked through: what is known below it counts as seen."""
        path = spelled(folder)
        self.database.execute(
            "INSERT OR IGNORE INTO temp.seen SELECT path FROM files WHERE path >= ? AND path < ?",
            (path, f"{path.removesuffix('/')}{chr(ord('/') + 1)}"),
        )

    def add(self, file: Seen, entry: Entry | None, reason: str = "") -> None:
        """Takes a file in: its entry, or the reason code for having none."""
        path = spelled(file.path)
        self._forget(path)
        series, new = (None, False) if entry is None else self._series(entry, path)
        frames, place = (0, Place()) if entry is None else (entry.frames, entry.place)
        self.database.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (path, file.size, file.modified, series, frames, reason, *place),
        )
        if series is not None and new:
            self._describe(series)

    def _series(self, entry: Entry, path: str) -> tuple[int, bool]:
        """The row of the series: a new one or, when this file is the first of its paths, described anew."""
        found = self.database.execute("SELECT id, first_path FROM series WHERE key = ?", (entry.key,)).fetchone()
        if found is None:
            columns = ", ".join(("key", "first_path", "patient", *FIELDS))
            marks = ", ".join("?" * (len(FIELDS) + 3))
            made = self.database.execute(
                f"INSERT INTO series ({columns}) VALUES ({marks})", (entry.key, path, entry.patient, *entry.fields)
            )
            return int(made.lastrowid or 0), True
        number = int(found[0])
        if path <= found[1]:
            changes = ", ".join(f"{name} = ?" for name in FIELDS)
            self.database.execute(
                f"UPDATE series SET first_path = ?, patient = ?, {changes} WHERE id = ?",
                (path, entry.patient, *entry.fields, number),
            )
            self._touched.add(number)
        return number, False

    def _forget(self, path: str) -> None:
        """Takes a file out."""
        found = self.database.execute("DELETE FROM files WHERE path = ? RETURNING series", (path,)).fetchone()
        if found is not None and found[0] is not None:
            self._touched.add(int(found[0]))
            gone = drawn(self.database, path)
            self.database.execute("UPDATE series SET thumbnails = thumbnails - ? WHERE id = ?", (gone, found[0]))
            forget(self.database, path)

    def commit(self) -> None:
        """Brings the series of the files that came and went up to date; from then on all of it can be found."""
        for number in sorted(self._touched):
            self._describe(number)
        self._touched.clear()
        self.database.commit()

    def _describe(self, number: int) -> None:
        """Writes down the first path and the words of a series; one without files goes."""
        run = self.database.execute
        run("DELETE FROM words WHERE rowid = ?", (number,))
        first = run("SELECT min(path) FROM files WHERE series = ?", (number,)).fetchone()[0]
        if first is None:
            run("DELETE FROM series WHERE id = ?", (number,))
            return
        run("UPDATE series SET first_path = ? WHERE id = ?", (first, number))
        row = run(f"SELECT {', '.join(FIELDS)} FROM series WHERE id = ?", (number,)).fetchone()
        texts = words_of(dict(zip(FIELDS, row, strict=True)))
        marks = ", ".join("?" * (len(WORDS) + 1))
        run(f"INSERT INTO words (rowid, {', '.join(WORDS)}) VALUES ({marks})", (number, *texts))

    def finish(self, when: str, *, complete: bool = True) -> None:
        """A walk ends at a time (ISO 8601). After a ``complete`` one, what it did not see is taken out."""
        if complete:
            for path in self._gone():
                self._forget(path)
            self.database.execute("DELETE FROM temp.seen")
        self.note("updated", when)
        self.note("running", NEVER)
        self.commit()

    def _gone(self) -> Iterator[str]:
        """The paths that the walk did not come by."""
        unseen = "SELECT path FROM files WHERE path > ? AND path NOT IN temp.seen ORDER BY path LIMIT ?"
        paths = [("",)]
        while paths := self.database.execute(unseen, (paths[-1][0], AT_ONCE)).fetchall():
            yield from (str(path) for (path,) in paths)

    def enumerated(self, files: int) -> None:
        """So many files were found by the walk so far."""
        self.note("enumerated", str(files))

    def status(self) -> Status:
        """How far the index is."""
        by_reason = dict(self.database.execute("SELECT reason, files FROM counts").fetchall())
        processed = sum(by_reason.values())
        errors = sum(files for code, files in by_reason.items() if code and reasons()[code]["status"] != "skipped")
        series = self.database.execute("SELECT count(*) FROM series").fetchone()[0]
        enumerated = int(self.noted("enumerated") or processed)
        return Status(enumerated, processed, series, errors, self.noted("updated"), bool(self.noted("running")))


def spelled(path: str) -> str:
    """A path as the index has it: bytes that are no text (surrogates, PEP 383) are spelled out, as \\udcff."""
    return path.encode("utf-8", "backslashreplace").decode()
