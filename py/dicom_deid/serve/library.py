"""The folders that a server was given, and their indexes as they are asked: search, series, files of a series."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from dicom_deid.errors import PolicyError, SourceFailure
from dicom_deid.index.images import standing
from dicom_deid.index.order import instances
from dicom_deid.index.search import FIELDS, order_of, search
from dicom_deid.native import index_file
from dicom_deid.native.run_folder import AUDIT, PLAN
from dicom_deid.policy import Plan, Policy
from dicom_deid.share.choice import Indexed, known

REMEMBERED = 4
"""Series whose files are remembered: a viewer asks for one after the other."""
KEPT_BACK = ("id", "patient", "thumbnail", "thumbnails")
"""Columns of a series that mean nothing outside the index."""


class Folder(NamedTuple):
    """A folder of the server, by its number; ``root`` is resolved."""

    number: int
    root: Path
    place: Path
    """Of its index."""
    is_run: bool

    @property
    def names_people(self) -> bool:
        """Whether its files say who the patient is: originals, and outputs of a run whose policy keeps that.

        It is looked up each time: another run, by another policy, may come to the place of one.
        """
        return not self.is_run or names_people(policy_of(self.root))

    @property
    def holds(self) -> str:
        """Whether its files are outputs of a run."""
        return "de-identified" if self.is_run else "originals"


class Series(NamedTuple):
    """A series of a folder: what the index says of it, and its files in the order of looking through."""

    folder: Folder
    row: dict[str, Any]
    files: list[Indexed]


Stamp = tuple[int, int, int, int]


class Known(NamedTuple):
    """A series, its files without those that a run has not written, and how many those are by reason."""

    series: Series
    files: list[Indexed]
    left_out: Counter[str]
    stamps: list[Stamp]


def stamped(folder: Folder) -> Stamp:
    """By what it shows that index and audit of a folder are still the same: their times and sizes."""
    times = list[int]()
    for place in (folder.place, folder.root / AUDIT):
        try:
            status = place.stat()
        except OSError:
            times += (0, 0)
        else:
            times += (status.st_mtime_ns, status.st_size)
    return times[0], times[1], times[2], times[3]


def folders_of(roots: list[Path]) -> list[Folder]:
    """The folders of a server, numbered from 1, each once."""
    return [folder_of(number, root) for number, root in enumerate(dict.fromkeys(root.resolve() for root in roots), 1)]


def folder_of(number: int, root: Path) -> Folder:
    """A folder of the server."""
    return Folder(number, root, index_file.place(root), index_file.is_run(root))


def policy_of(run: Path) -> Policy | None:
    """The policy of a run; None where its plan.json cannot be read."""
    try:
        return Policy.load(run / PLAN)
    except (OSError, PolicyError):
        return None


def names_people(policy: Policy | None) -> bool:
    """Whether outputs of a policy may say who the patient is: a rule keeps name or number, or nobody knows."""
    return policy is None or Plan(policy).claims.identity_removed != "YES"


@contextmanager
def asked(folder: Folder) -> Iterator[sqlite3.Connection | None]:
    """The index of a folder, while it may be made, as it is at one moment; None where there is none yet."""
    try:
        index = index_file.read_index(folder.place) if is_begun(folder.place) else None
    except (SourceFailure, sqlite3.OperationalError):  # of tables that are just being made, some are there
        index = None
    if index is None:
        yield None
        return
    with closing(index.database):
        index.database.execute("BEGIN")  # else a second query may tell of files that the first did not know
        yield index.database


class Library:
    """All folders of a server."""

    def __init__(self, folders: list[Folder]) -> None:
        self.folders = folders
        self._known, self._turn = dict[tuple[str, int | None], Known](), threading.Lock()

    def among(self, number: int | None) -> list[Folder]:
        """The folder of a number, or all. Raises KeyError."""
        found = [folder for folder in self.folders if number in (None, folder.number)]
        if number is not None and not found:
            raise KeyError
        return found

    def search(self, query: str, first: int, count: int, number: int | None = None) -> dict[str, Any]:
        """Series from number ``first`` on, the latest studies first; of several folders, in one order."""
        folders, total, rows = self.among(number), 0, list[dict[str, Any]]()
        unknown, alone = dict[str, None](), len(folders) == 1
        for folder in folders:
            with asked(folder) as database:
                if database is None:
                    continue
                page = search(database, query, *((first, count) if alone else (0, first + count)))
                total += page.total
                rows += [told(folder, row) for row in page.rows]
                unknown |= dict.fromkeys(page.unknown)
        rows = rows if alone else in_order(rows, order_of(query))[first : first + count]
        return {"total": total, "rows": rows, "unknown": list(unknown), "fields": FIELDS}

    def series(self, key: str, number: int | None = None) -> Series:
        """A series by its key, of the first folder that has it. Raises KeyError."""
        for folder in self.among(number):
            with asked(folder) as database:
                if database is None:
                    continue
                database.row_factory = sqlite3.Row
                row = database.execute("SELECT * FROM series WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    database.row_factory = None
                    return Series(folder, told(folder, dict(row)), files_of(database, key))
        raise KeyError

    def known(self, key: str, number: int | None = None) -> Known:
        """A series with those of its files that may be looked at; it is remembered while index and audit stay.

        Raises KeyError, and OSError where a run has no audit.csv any more.
        """
        stamps = [stamped(folder) for folder in self.among(number)]
        with self._turn:
            stood = self._known.get((key, number))
        if stood is not None and stood.stamps == stamps:
            return stood
        series = self.series(key, number)
        found = Known(series, *known(series.folder.root, series.files, is_run=series.folder.is_run), stamps)
        with self._turn:
            self._known[key, number] = found
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]
        return found

    def middle(self, key: str, number: int | None = None) -> tuple[Folder, str, int]:
        """Folder, path and frame, from 1, of the picture that stands for a series. Raises KeyError."""
        for folder in self.among(number):
            with asked(folder) as database:
                found = standing(database, key) if database is not None else None
                if found is not None:
                    return folder, found.path, found.frame
        raise KeyError


def in_order(rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Rows of several indexes in the order of SQL that each of them has: by bytes, or without the case of A to Z."""

    def placed(row: dict[str, Any], name: str, how: list[str]) -> int | bytes:
        value = row[name]
        if isinstance(value, int):
            return value
        text = str(value).encode()
        return text.lower() if "NOCASE" in how else text

    for term in reversed(order.split(", ")):
        name, *how = term.split()
        rows.sort(key=lambda row, name=name, how=how: placed(row, name, how), reverse="DESC" in how)  # type: ignore[misc]
    return rows


def told(folder: Folder, row: dict[str, Any]) -> dict[str, Any]:
    """A series as the server tells it."""
    plain = {name: value for name, value in row.items() if name not in KEPT_BACK}
    return {**plain, "folder": folder.number, "holds": folder.holds, "thumbnail": None}


def files_of(database: sqlite3.Connection, key: str) -> list[Indexed]:
    """The files of a series, in the order in which they are looked through."""
    found = database.execute(
        "SELECT path, size, modified, files.frames FROM files JOIN series ON series.id = files.series WHERE key = ?",
        (key,),
    )
    by_path = {path: Indexed(path, *rest) for path, *rest in found}
    return [by_path[file.path] for file in instances(database, key)]


def counted(left_out: Counter[str]) -> list[dict[str, Any]]:
    """Files that are left out, by reason, as it is told."""
    return [{"reason": reason, "files": files} for reason, files in sorted(left_out.items())]


def is_begun(place: Path) -> bool:
    """Whether an index is more than a name; whoever asks it must not be the one who makes its tables."""
    try:
        return place.stat().st_size > 0
    except OSError:
        return False
