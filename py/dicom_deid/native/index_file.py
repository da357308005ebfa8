"""The index on disk: where it lies, and how it is brought up to date with a folder.

That of a source folder names patients. It lies in the user's data folder, readable by the user alone, until it is
deleted or put elsewhere. That of a run is ``index.sqlite`` in the run folder: what it says was de-identified.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path

from dicom_deid.errors import OtherVersion, SourceFailure
from dicom_deid.index import Holds, Index, Status
from dicom_deid.native import thumbnails
from dicom_deid.native.index_json import check_place, export
from dicom_deid.native.index_status import STATUS, Lock, Running, is_running, status_place, write_status
from dicom_deid.native.index_update import THREADS, Done, Tell, Update, now
from dicom_deid.native.index_walk import Found, below, listed
from dicom_deid.native.threads import Cancelled, Threads

IN_RUN, OUTPUTS = "index.sqlite", "out/"
SUFFIX = ".sqlite"
NAME_DIGITS = 16
WAIT_SECONDS = 30
"""So long a reader and a writer of one index wait for each other."""
CACHE_KIB = 32 * 1024
"""Of an index in memory while it is written: what comes between two commits fits in, so no reader is kept out."""


def place(*sources: Path) -> Path:
    """The usual place of the index of a folder, of several, or of a list."""
    if len(sources) == 1 and is_run(sources[0]):
        return sources[0] / IN_RUN
    names = b"\0".join(os.fsencode(source.resolve()) for source in sources)
    return home() / f"{hashlib.sha256(names).hexdigest()[:NAME_DIGITS]}{SUFFIX}"


def home() -> Path:
    """The folder of the indexes of source folders."""
    base = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "dicom-deid" / "index"


def is_run(folder: Path) -> bool:
    """Whether a folder is one that ``dicom-deid run`` has made."""
    with suppress(OSError):
        return (folder / "plan.json").is_file() and (folder / "audit.csv").is_file()
    return False


def latest() -> Path | None:
    """The index of a source folder that was brought up to date last."""
    with suppress(OSError):
        return max(home().glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, default=None)
    return None


def open_index(path: Path, *sources: Path) -> Index:
    """The index at a path, made where there is none; ``replaced`` says that one of another version was made anew.

    Raises SourceFailure NO_INDEX for a file that is something else, and leaves it alone.
    """
    if not path.exists():
        if path.parent == home():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    try:
        return connected(path, "de-identified" if sources and all(map(is_run, sources)) else "originals")
    except sqlite3.OperationalError:
        raise  # it is locked, or cannot be read
    except (OtherVersion, sqlite3.DatabaseError):
        if path.parent != home() and not is_index(path):
            raise SourceFailure("NO_INDEX") from None
        path.unlink()
        index = open_index(path, *sources)
        index.replaced = True
        return index


def read_index(path: Path) -> Index:
    """An index that is there, to be searched, also while it is brought up to date.

    A connection belongs to the thread that opened it. Raises SourceFailure NO_INDEX or INDEX_MISSING, sqlite3.Error.
    """
    if not path.is_file() or not path.stat().st_size:
        raise SourceFailure("INDEX_MISSING")  # or it is just being made
    try:
        return connected(path)
    except sqlite3.OperationalError:
        raise
    except (OtherVersion, sqlite3.DatabaseError):
        raise SourceFailure("NO_INDEX") from None


def connected(path: Path, holds: Holds = "originals") -> Index:
    """The index in a file. Raises OtherVersion, sqlite3.DatabaseError."""
    database = sqlite3.connect(path, timeout=WAIT_SECONDS)
    try:
        database.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        return Index(database, holds)
    except BaseException:
        database.close()
        raise


def is_index(path: Path) -> bool:
    """Whether a file is an index, of whatever version."""
    database = sqlite3.connect(path, timeout=WAIT_SECONDS)
    try:
        names = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {"about", "series", "files", "words"} <= names
    except sqlite3.DatabaseError:
        return False
    finally:
        database.close()


def delete(path: Path, *sources: Path) -> None:
    """Deletes an index with its thumbnails. Raises SourceFailure."""
    with Lock(path):
        index = open_index(path, *sources)
        thumbnails.delete(index)
        index.database.close()
        for name in (path, status_place(path)):
            name.unlink(missing_ok=True)


def status(path: Path) -> Status:
    """How far the index at a path is; one whose maker was killed is not running. Raises SourceFailure as read_index."""
    index = read_index(path)
    try:
        found = index.status()
        if found.running and not is_running(path):
            found = found._replace(running=False)
            index.stop()
            write_status([status_place(path)], found)
        return found
    finally:
        index.database.close()


def update(
    path: Path,
    folders: Sequence[Path] = (),
    *,
    files: Path | None = None,
    limit: int | None = None,
    out: Path | None = None,
    tell: Tell = lambda *_: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Done:
    """Makes the index at a path of folders, or of the ``files`` that a list names, or brings it up to date.

    ``out``: where it is written as JSON in the end, with index_status.json beside it.
    Of one folder, paths are relative to it; of several, and of a list alone, they are whole. Meanwhile ``read_index``
    finds what is there already, and ``status`` says how far it is. Raises SourceFailure with a reason code (INDEX_BUSY,
    NO_INDEX, what is wrong with the folder or its share), OSError and sqlite3.Error where the index cannot be written.
    """
    if out:
        check_place(out)
    index = open_index(path, *folders)
    root = folders[0] if len(folders) == 1 else Path()
    picked = listed(files, root if folders else None) if files else picked_in(*folders)
    whole = path == place(files) if files and not folders else not files and limit is None
    try:
        part, told = islice(picked, limit), out.with_name(STATUS) if out else None
        done = bring_up_to_date(index, root, part, whole=whole, tell=tell, cancelled=cancelled, told=told)
        if out and done.ended:
            export(index, out)
        return done
    finally:
        index.database.close()


def bring_up_to_date(
    index: Index,
    folder: Path,
    picked: Iterable[Found],
    *,
    whole: bool,
    tell: Tell,
    cancelled: Callable[[], bool] = lambda: False,
    told: Path | None = None,
) -> Done:
    """Reads the headers that are new or changed; ``whole``: what was not picked is no longer there.

    ``told``: another place of the status file. Raises SourceFailure. However it ends, it is not running afterwards.
    """
    path = Path(index.database.execute("PRAGMA database_list").fetchone()[2])
    began, ended = time.perf_counter(), False
    with Lock(path), Running(index, [place for place in (status_place(path), told) if place]) as running:
        index.note("root", str(folder.absolute()))

        def step(found: int, read: int) -> None:
            running.tell()
            tell(found, read)

        update = Update(index, folder, step)
        with Threads(THREADS, cancelled) as threads, suppress(Cancelled):
            update.take(picked, threads)
            if whole and not update.found and running.first.series_count and index.holds == "originals":
                raise SourceFailure("SHARE_GONE")  # an empty folder is left of a share that is not mounted
            index.finish(now(), complete=whole)
            ended = True
    rest = time.perf_counter() - began - update.discover - update.insert
    return Done(update.found, update.read, update.discover, rest, update.insert, ended)


def picked_in(*folders: Path) -> Iterator[Found]:
    """The files to index of a folder, with paths from there, or of several, with whole ones; of a run, its outputs.

    Raises SourceFailure where nothing can be listed; of several folders, one that cannot is told as a Found.
    """
    if len(folders) == 1:
        return chosen(folders[0])
    return chain.from_iterable(chosen(folder, f"{folder.absolute().as_posix().rstrip('/')}/") for folder in folders)


def chosen(folder: Path, prefix: str = "") -> Iterator[Found]:
    """The files to index of a folder, with ``prefix`` before their paths."""
    if is_run(folder) and not (folder / OUTPUTS).is_dir():
        return
    try:
        yield from below(folder, OUTPUTS if is_run(folder) else "", prefix)
    except SourceFailure as failure:
        if not prefix:
            raise
        yield Found(prefix, None, failure.reason)
