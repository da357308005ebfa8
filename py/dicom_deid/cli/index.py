"""The command ``index``: the series of a folder, one row for each, from headers alone."""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.text import Unusable, counted

if TYPE_CHECKING:
    from dicom_deid.native.index_file import Done

NAMES_PEOPLE = "This index names patients: it is for you alone. --delete takes it away."
IndexFile = Annotated[
    Path | None, typer.Option("--index", metavar="FILE", help="The index file, if it is not at its usual place.")
]


def show_index(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of DICOM files, or a run folder.")],
    listed: Annotated[
        Path | None, typer.Option("--list", metavar="FILE", help="Only the files named there, one path in a line.")
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Look at no more than N files.")] = None,
    index: IndexFile = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the index of FOLDER, and its thumbnails.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Makes an index of a folder, one row per series, from headers alone, or brings it up to date.

    The index of a source folder names patients: it is kept for you alone, apart from all results. That of a run folder
    is its index.sqlite. Exit code: 0, or 2 for a wrong command.
    """
    from itertools import islice

    from dicom_deid.native import index_file

    if not folder.is_dir():
        raise Unusable(f"FOLDER is no folder: {folder}")
    path = index or index_file.place(folder)
    if delete:
        if path.is_file():
            index_file.delete(path, folder)
        return
    if not index_file.is_run(folder) and folder.resolve() in path.resolve().parents:
        raise Unusable("The index would lie among the files. A source folder is only read: choose another place.")
    picked = index_file.listed(listed) if listed else index_file.picked_in(folder)
    try:
        kept = index_file.open_index(path, folder)
        picked = picked if limit is None else islice(picked, limit)
        done = index_file.bring_up_to_date(kept, folder, picked, whole=not listed and limit is None, tell=tell)
    except (OSError, sqlite3.Error) as error:
        raise Unusable(f"The index cannot be written ({type(error).__name__}): {path}") from None
    if as_json:
        print(json.dumps({"index": str(path), "holds": kept.holds, **kept.status()._asdict()}, indent=2))
        return
    status = kept.status()
    files = counted(status.processed, "file")
    print(f"{status.series} series in {files}, {status.errors} of them without a readable header")
    print_seconds(done)
    print(f"Index: {path}")
    if kept.holds == "originals":
        print(NAMES_PEOPLE)


def tell(found: int, read: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{found} files found, {read} headers read", end="", file=sys.stderr)


def print_seconds(done: Done) -> None:
    """Items, seconds and rate of each step."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for step, items, seconds in (
        ("Discover", done.found, done.discover),
        ("Processing", done.read, done.processing),
        ("DB insert", done.read, done.insert),
    ):
        print(f"{step}: {items:,} items in {seconds:.1f}s ({items / max(seconds, 0.001):,.0f}/sec)")
