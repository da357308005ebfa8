"""The index on disk: where it lies, and how it is brought up to date with a folder.

That of a source folder names patients. It lies in the user's data folder, readable by the user alone, until it is
deleted or put elsewhere. That of a run is ``index.sqlite`` in the run folder: what it says was de-identified.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.entries import entry_of
from dicom_deid.errors import Failed, OtherVersion, ShortRead
from dicom_deid.index import Index, Seen
from dicom_deid.index.entry import Entry
from dicom_deid.native import thumbnails
from dicom_deid.native.pick import Pick
from dicom_deid.native.source import FileSource
from dicom_deid.source_and_sink import Candidate

IN_RUN = "index.sqlite"
SUFFIX = ".sqlite"
AT_ONCE = 500
"""Files between two commits: then a search in another window finds them."""
NAME_DIGITS = 16
Tell = Callable[[int, int], None]
"""Is told how many files were found and how many read."""


class Done(NamedTuple):
    """Result of bringing an index up to date. Seconds: of finding files, of reading headers, of the database."""

    found: int
    read: int
    discover: float
    processing: float
    insert: float


def place(folder: Path) -> Path:
    """The usual place of the index of a folder."""
    if is_run(folder):
        return folder / IN_RUN
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:NAME_DIGITS]
    return home() / f"{name}{SUFFIX}"


def home() -> Path:
    """The folder of the indexes of source folders."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "dicom-deid" / "index"


def is_run(folder: Path) -> bool:
    """Whether a folder is one that ``dicom-deid run`` has made."""
    return (folder / "plan.json").is_file() and (folder / "audit.csv").is_file()


def latest() -> Path | None:
    """The index of a source folder that was brought up to date last."""
    with suppress(OSError):
        return max(home().glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, default=None)
    return None


def open_index(path: Path, folder: Path) -> Index:
    """The index at a path, made where there is none. One of another version is made anew."""
    if not path.exists():
        if path.parent == home():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    database = sqlite3.connect(path)
    try:
        return Index(database, "de-identified" if is_run(folder) else "originals")
    except (OtherVersion, sqlite3.DatabaseError):
        database.close()
        path.unlink()
        return open_index(path, folder)


def delete(path: Path, folder: Path) -> None:
    """Deletes an index with its thumbnails."""
    index = open_index(path, folder)
    thumbnails.delete(index)
    index.database.close()
    path.unlink()


def bring_up_to_date(index: Index, folder: Path, picked: Iterable[Candidate], *, whole: bool, tell: Tell) -> Done:
    """Reads the headers that are new or changed; ``whole``: what was not picked is no longer there."""
    clock, began = dict.fromkeys(("discover", "processing", "insert"), 0.0), time.perf_counter()
    found, read, cache = 0, 0, ReadCache()
    index.begin()
    files = stamped(folder, picked)
    while True:
        begun = time.perf_counter()
        batch = list(islice(files, AT_ONCE))
        clock["discover"] += time.perf_counter() - begun
        if not batch:
            break
        found += len(batch)
        for file in index.wanted(batch):
            begun = time.perf_counter()
            kept, reason = look(folder, file, cache)
            clock["processing"] += time.perf_counter() - begun
            index.add(file, kept, reason)
            read += 1
        index.enumerated(found)
        index.commit()
        tell(found, read)
    index.finish(datetime.now(UTC).isoformat(timespec="seconds"), complete=whole)
    clock["insert"] = time.perf_counter() - began - clock["discover"] - clock["processing"]
    return Done(found, read, **clock)


def picked_in(folder: Path) -> Iterator[Candidate]:
    """The files to index of a folder: of a run, its outputs."""
    if not is_run(folder):
        yield from Pick(folder)
    elif (folder / "out").is_dir():
        for candidate in Pick(folder / "out"):
            yield candidate._replace(path=f"out/{candidate.path}")


def listed(file: Path) -> Iterator[Candidate]:
    """The files that a list names, one path in a line, relative to the folder."""
    for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line.strip():
            yield Candidate(line.strip())


def stamped(folder: Path, picked: Iterable[Candidate]) -> Iterator[Seen]:
    """The files with size and time of change; one that is gone meanwhile has neither."""
    for candidate in picked:
        try:
            status = (folder / candidate.path).stat()
        except OSError:
            yield Seen(candidate.path, 0, 0)
        else:
            yield Seen(candidate.path, status.st_size, status.st_mtime_ns // 1_000_000)


def look(folder: Path, file: Seen, cache: ReadCache) -> tuple[Entry | None, str]:
    """The entry of a file, or the reason code for there being none."""
    try:
        with FileSource(folder / file.path) as source:
            while True:
                try:
                    return entry_of(source, cache)
                except ShortRead as short:
                    if not source.extend(short.end):
                        return None, "INTERNAL_ERROR"
    except Failed as end:
        return None, end.reason
