"""Thumbnails as an index has them: which files still want some, how they are named, and which are held out."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from typing import NamedTuple

from dicom_deid.index.order import instances
from dicom_deid.key import NEWEST, Key

NUMBERED = re.compile(r"_frame\d+$", re.ASCII)
FRAME_END = re.compile(r"(_frame\d+)?\.png$", re.ASCII)
STRANGE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 100
DIGEST_DIGITS = 8
FRAME_DIGITS = 4
FILES = "SELECT path, study_instance_uid, files.frames FROM files JOIN series ON series.id = files.series"
HELD_OUT, REST = "hold-out", "train"
STUDY = "study_instance_uid"


class Wanting(NamedTuple):
    """A file that has frames and no thumbnails yet."""

    path: str
    study: str
    """Study Instance UID."""
    frames: int


class Unshown(NamedTuple):
    """A frame, from 1, without a thumbnail, or with one that may be wrong; frame 0: the file, or what is left of it."""

    path: str
    frame: int
    reason: str


class Standing(NamedTuple):
    """The thumbnail that stands for a series, or of which frame of which file to make it."""

    key: str
    filename: str | None
    reason: str
    """Why there will be none; else ""."""
    path: str
    frame: int
    """From 1."""
    frames: int
    """Of the file."""


def in_the_middle(database: sqlite3.Connection, series: int, thumbnails: int) -> str | None:
    """The thumbnail that stands for a series, which has so many: that in the middle by path."""
    if not thumbnails:
        return None
    # The indexes of both tables give this order: nothing is sorted.
    found = database.execute(
        "SELECT filename FROM files CROSS JOIN images ON images.path = files.path WHERE files.series = ? "
        "ORDER BY files.path, filename LIMIT 1 OFFSET ?",
        (series, thumbnails // 2),
    ).fetchone()
    return str(found[0]) if found else None


def standing(database: sqlite3.Connection, key: str) -> Standing | None:
    """The picture for the series of that key: a thumbnail that is there, else the middle instance."""
    found = database.execute("SELECT id, thumbnails, first_path FROM series WHERE key = ?", (key,)).fetchone()
    if found is None:
        return None
    number, thumbnails, first = found
    filename = in_the_middle(database, number, thumbnails)
    if filename is not None:
        path, frame, frames = database.execute(
            "SELECT path, frame, frames FROM images JOIN files USING (path) WHERE filename = ?", (filename,)
        ).fetchone()
        return Standing(key, filename, "", path, frame, frames)
    files = [file for file in instances(database, key) if file.frames]
    if not files:
        return Standing(key, None, "NO_PIXELS", first, 1, 0)
    path, frames = files[len(files) // 2]
    frame = frames // 2 + 1
    why = database.execute("SELECT reason FROM unshown WHERE path = ? AND frame IN (0, ?)", (path, frame)).fetchone()
    return Standing(key, None, why[0] if why else "", path, frame, frames)


def wanting(database: sqlite3.Connection, after: str, count: int, keys: Iterable[str] | None = None) -> list[Wanting]:
    """The next files that want thumbnails, by path; ``keys``: of these series alone.

    A file of which some frames have theirs wants those of the others.
    """
    among = None if keys is None else json.dumps(list(keys))
    found = database.execute(
        f"{FILES} WHERE path > ?1 AND (?2 IS NULL OR series.key IN (SELECT value FROM json_each(?2))) "
        "AND NOT EXISTS (SELECT 1 FROM unshown WHERE unshown.path = files.path AND frame = 0) "
        "AND files.frames > (SELECT count(*) FROM (SELECT frame FROM images WHERE images.path = files.path "
        "UNION SELECT frame FROM unshown WHERE unshown.path = files.path)) ORDER BY path LIMIT ?3",
        (after, among, count),
    )
    return [Wanting(*row) for row in found]


def missing(database: sqlite3.Connection, keys: Iterable[str]) -> list[tuple[str, int]]:
    """(reason, files): what of these series has no thumbnail, or a doubtful one."""
    found = database.execute(
        "SELECT unshown.reason, count(DISTINCT path) FROM unshown JOIN files USING (path) "
        "JOIN series ON series.id = files.series WHERE series.key IN (SELECT value FROM json_each(?)) GROUP BY 1",
        (json.dumps(list(keys)),),
    )
    return [(str(reason), int(files)) for reason, files in found]


def file_of(database: sqlite3.Connection, path: str) -> Wanting:
    """A file that is in the index."""
    return Wanting(*database.execute(f"{FILES} WHERE path = ?", (path,)).fetchone())


def name_of(database: sqlite3.Connection, file: Wanting, under_way: Iterable[str]) -> str:
    """The name of a file's thumbnails, "study/stem", without its end; no other file's begin like it."""
    study = plain(file.study) or "no-study"
    stem = plain(file.path.rsplit("/", 1)[-1].removesuffix(".dcm").removesuffix(".DCM")) or "image"
    name = f"{study}/{stem}"
    if not NUMBERED.search(stem) and name.lower() not in under_way and not is_taken(database, name):
        return name
    return f"{name}-{hashlib.sha256(file.path.encode()).hexdigest()[:DIGEST_DIGITS]}"


def names_of(database: sqlite3.Connection, path: str, frames: Iterable[int]) -> list[str]:
    """The names of thumbnails of these frames of a file; one that has some already goes on with their name."""
    file = file_of(database, path)
    known = database.execute("SELECT filename FROM images WHERE path = ? LIMIT 1", (path,)).fetchone()
    name = FRAME_END.sub("", known[0]) if known else name_of(database, file, ())
    return [filename_of(name, frame, file.frames) for frame in frames]


def plain(text: str) -> str:
    """Characters that a name may have on every file system."""
    return STRANGE.sub("_", text).strip("._")[:LONGEST_NAME]


def is_taken(database: sqlite3.Connection, name: str) -> bool:
    """Whether there are thumbnails of that name."""
    found = database.execute(
        "SELECT 1 FROM images WHERE filename = ? OR (filename >= ? AND filename < ?) LIMIT 1",
        (f"{name}.png", f"{name}_frame", f"{name}_framf"),
    )
    return found.fetchone() is not None


def filename_of(name: str, frame: int, frames: int) -> str:
    """The name of the thumbnail of a frame, from 1, of a file that has so many."""
    return f"{name}_frame{frame:0{max(FRAME_DIGITS, len(str(frames)))}}.png" if frames > 1 else f"{name}.png"


def keep(database: sqlite3.Connection, file: Wanting, made: Iterable[tuple[str, int]], unshown: list[Unshown]) -> None:
    """Takes in what was made of a file: (filename, frame) of each thumbnail, and what has none."""
    rows = [(filename, file.study, file.path, frame) for filename, frame in made]
    before = drawn(database, file.path)
    database.executemany("DELETE FROM gone WHERE filename = ?", [row[:1] for row in rows])
    database.executemany("INSERT OR REPLACE INTO images VALUES (?, ?, ?, ?, '')", rows)
    database.executemany("DELETE FROM unshown WHERE path = ? AND frame = ?", [one[:2] for one in unshown])
    database.executemany("INSERT INTO unshown VALUES (?, ?, ?)", unshown)
    database.execute(
        "UPDATE series SET thumbnails = thumbnails + ? WHERE id = (SELECT series FROM files WHERE path = ?)",
        (drawn(database, file.path) - before, file.path),
    )


def drawn(database: sqlite3.Connection, path: str) -> int:
    """How many thumbnails a file has."""
    return int(database.execute("SELECT count(*) FROM images WHERE path = ?", (path,)).fetchone()[0])


def forget(database: sqlite3.Connection, path: str) -> None:
    """Takes out what was made of a file; the thumbnails themselves are to be deleted."""
    database.execute("INSERT OR IGNORE INTO gone SELECT filename FROM images WHERE path = ?", (path,))
    database.execute("DELETE FROM images WHERE path = ?", (path,))
    database.execute("DELETE FROM unshown WHERE path = ?", (path,))


def forget_all(database: sqlite3.Connection) -> None:
    """Takes out what was made of all files."""
    database.execute("INSERT OR IGNORE INTO gone SELECT filename FROM images")
    database.executescript("DELETE FROM images; DELETE FROM unshown; UPDATE series SET thumbnails = 0")


def unshown(database: sqlite3.Connection) -> list[Unshown]:
    """All that was met and has no thumbnail, or a doubtful one: files that cannot be read, and frames."""
    found = database.execute(
        "SELECT path, 0, reason FROM files WHERE reason != '' UNION ALL SELECT path, frame, reason FROM unshown "
        "ORDER BY reason, path, 2"
    )
    return [Unshown(*row) for row in found]


def split(database: sqlite3.Connection, is_held_out: Callable[[str], bool] | None, column: str = "patient") -> None:
    """Says of each thumbnail on which side it is, by patient: ``is_held_out`` gets what the ``column`` of a series has.

    None: nothing is held out.
    """
    database.execute("UPDATE images SET split = ''")
    if is_held_out is None:
        return
    found = database.execute(f"SELECT DISTINCT {column} FROM series WHERE thumbnails")
    for (patient,) in found.fetchall():
        database.execute(
            "UPDATE images SET split = ? WHERE path IN (SELECT path FROM files JOIN series ON series.id = files.series "
            f"WHERE {column} = ?)",
            (HELD_OUT if is_held_out(patient) else REST, patient),
        )


def hold_out(database: sqlite3.Connection, key: Key, part: float, holds: str, pseudonyms: int = NEWEST) -> None:
    """Holds out a part of the patients: the same among originals as among what was made of them with this key."""
    if holds != "originals":
        return split(database, lambda patient: key.is_held_out(patient, part), "patient_id")
    column = "patient" if pseudonyms == NEWEST else f"iif(patient_id = '', 'study' || char(0) || {STUDY}, patient_id)"
    return split(database, lambda patient: key.is_held_out(key.patient(patient), part), column)
