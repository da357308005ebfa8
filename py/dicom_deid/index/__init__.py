"""Store index: one row per series, made of headers alone, in SQLite; it knows which files it has seen.

The index of a source folder holds identifiers and is labelled so (``holds``). It is written as files come, so that what
is there already can be searched; a file that did not change is not read again. How it is asked is search.py's.

    about    name, value                            version, what it holds, when it was updated, running, to do
    files    path, size, modified, series, …        one row per file that was looked at, and its place in the series
    series   SeriesKey and what describes it        one row per series
    words    a full-text table over series          (FTS5, accents ignored)
    images   filename, study, path, frame, split    thumbnails
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Literal, NamedTuple

from dicom_deid.errors import OtherVersion, reasons
from dicom_deid.index.entry import FIELDS, Entry
from dicom_deid.index.images import forget
from dicom_deid.index.order import Place
from dicom_deid.index.schema import SCHEMA, VERSION, WORDS, words_of

Holds = Literal["originals", "de-identified"]
NEVER = ""


class Seen(NamedTuple):
    """A file as the walk found it. ``modified``: milliseconds since 1970."""

    path: str
    size: int
    modified: int


class Status(NamedTuple):
    """How far an index is. ``updated``: ISO 8601, UTC, "" before the first time."""

    enumerated: int
    processed: int
    series: int
    errors: int
    updated: str
    running: bool


class Index:
    """An index in a SQLite connection. Raises OtherVersion for a database that is something else."""

    def __init__(self, database: sqlite3.Connection, holds: Holds = "originals") -> None:
        self.database = database
        self._seen: set[str] = set()
        self._touched: set[int] = set()
        """Series of which a file came or went."""
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            database.executescript(SCHEMA)
            self.note("holds", holds)
        elif version != VERSION:
            raise OtherVersion

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
        self._seen.clear()
        self.note("running", "1")
        self.database.commit()

    def wanted(self, found: Iterable[Seen]) -> list[Seen]:
        """Those of the files that are new or have changed; the others count as seen."""
        wanted = []
        for file in found:
            path = spelled(file.path)
            self._seen.add(path)
            known = self.database.execute("SELECT size, modified FROM files WHERE path = ?", (path,)).fetchone()
            if known != (file.size, file.modified):
                wanted.append(file)
        return wanted

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
            self._recount(series)  # so that no search meets a row of nothing
        elif series is not None:
            self._touched.add(series)

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
        return number, False

    def _forget(self, path: str) -> None:
        """Takes a file out."""
        found = self.database.execute("DELETE FROM files WHERE path = ? RETURNING series", (path,)).fetchone()
        if found is not None and found[0] is not None:
            self._touched.add(int(found[0]))
            forget(self.database, path)

    def commit(self) -> None:
        """Brings the series of the files that came and went up to date; from then on all of it can be found."""
        for number in sorted(self._touched):
            self._recount(number)
        self._touched.clear()
        self.database.commit()

    def _recount(self, number: int) -> None:
        """Counts the files of a series again, and writes down its words."""
        run = self.database.execute
        files, size, frames, first = run(
            "SELECT count(*), total(size), total(frames), min(path) FROM files WHERE series = ?", (number,)
        ).fetchone()
        images = run("SELECT count(*) FROM images JOIN files USING (path) WHERE series = ?", (number,)).fetchone()
        run("DELETE FROM words WHERE rowid = ?", (number,))
        if not files:
            run("DELETE FROM series WHERE id = ?", (number,))
            return
        run(
            "UPDATE series SET files = ?, bytes = ?, frames = ?, first_path = ?, thumbnails = ? WHERE id = ?",
            (files, int(size), int(frames), first, *images, number),
        )
        row = run(f"SELECT {', '.join(FIELDS)} FROM series WHERE id = ?", (number,)).fetchone()
        texts = words_of(dict(zip(FIELDS, row, strict=True)))
        marks = ", ".join("?" * (len(WORDS) + 1))
        run(f"INSERT INTO words (rowid, {', '.join(WORDS)}) VALUES ({marks})", (number, *texts))

    def finish(self, when: str, *, complete: bool = True) -> None:
        """A walk ends at a time (ISO 8601). After a ``complete`` one, what it did not see is taken out."""
        if complete:
            known = [str(path) for (path,) in self.database.execute("SELECT path FROM files")]
            for path in known:
                if path not in self._seen:
                    self._forget(path)
            self._seen.clear()
        self.note("updated", when)
        self.note("running", NEVER)
        self.commit()

    def enumerated(self, files: int) -> None:
        """So many files were found by the walk so far."""
        self.note("enumerated", str(files))

    def status(self) -> Status:
        """How far the index is."""
        by_reason = dict(self.database.execute("SELECT reason, count(*) FROM files GROUP BY reason").fetchall())
        processed = sum(by_reason.values())
        errors = sum(files for code, files in by_reason.items() if code and reasons()[code]["status"] != "skipped")
        series = self.database.execute("SELECT count(*) FROM series").fetchone()[0]
        enumerated = int(self.noted("enumerated") or processed)
        return Status(enumerated, processed, series, errors, self.noted("updated"), bool(self.noted("running")))


def spelled(path: str) -> str:
    """A path as the index has it: bytes that are no text (surrogates, PEP 383) are spelled out, as \\udcff."""
    return path.encode("utf-8", "backslashreplace").decode()
