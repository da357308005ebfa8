"""The command ``index``: the series of a folder or of a list, one row for each, from headers alone."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.text import Unusable
from dicom_deid.errors import SourceFailure, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from types import FrameType

    from dicom_deid.index import Index
    from dicom_deid.native.index_update import Done

NAMES_PEOPLE = "This index names patients: it is for you alone. --delete takes it away."
REPLACED = "The index that was there was of another version. It was made anew."
STOPPED = "Stopped. What was read is in the index; the same command goes on with it."
IndexFile = Annotated[
    Path | None, typer.Option("--index", metavar="FILE", help="The index file, if it is not at its usual place.")
]


def show_index(
    folder: Annotated[
        Path | None, typer.Argument(metavar="FOLDER", help="Folder of DICOM files, or a run folder.")
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option("--list", metavar="FILE", help="Only the files named there, one path in a line; UTF-8 or UTF-16."),
    ] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help="Look at no more than N files.")] = None,
    index: IndexFile = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the index as JSON there, too.")] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete the index of FOLDER, and its thumbnails.")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Print how far the index is, as JSON, and do nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the status as JSON.")] = False,
) -> None:
    """Makes an index of a folder or a list, one row per series, from headers alone, or brings it up to date.

    The index of a source folder names patients: it is kept for you alone, apart from all results. That of a run folder
    is its index.sqlite. Paths of a list are relative to FOLDER, or without one to the current folder. Meanwhile the
    index can be searched; how far it is stands in index_status.json beside --out, or in a file named after the index.
    Exit code: 0, or 2 for a wrong command, a folder or a share that cannot be read, or an index that cannot be written.
    """
    from dicom_deid.native import index_file

    source = folder or listed
    if source is None:
        raise Unusable("Say what to index: FOLDER, or --list FILE, or both.")
    if folder is not None and not folder.exists():
        raise Unusable(f"FOLDER is no folder: {folder}")
    path = index or index_file.place(source)
    folders = [folder] if folder else []
    try:
        if status:
            print(json.dumps(index_file.status(path)._asdict(), indent=2))
        elif delete:
            there = path.is_file()
            if there:
                index_file.delete(path, *folders)
            print("The index is deleted, and its thumbnails." if there else "There is no index to delete.")
        else:
            check_places(folder, path, out)
            kept, stop = index_file.open_index(path, *folders), Stop()
            done = index_file.update(
                path, folders, files=listed, limit=limit, out=out, tell=tell, cancelled=stop.is_asked
            )
            show(kept, path, done, as_json=as_json)
            sys.exit(128 + stop.signal if not done.ended else 0)
    except SourceFailure as failure:
        raise Unusable(f"{failure.reason}: {sentence(failure.reason)}") from None
    except (OSError, sqlite3.Error) as error:
        raise Unusable(f"The index cannot be written ({type(error).__name__}): {path}") from None


def check_places(folder: Path | None, *places: Path | None) -> None:
    """Raises Unusable for a place among the originals, or in no folder."""
    from dicom_deid.native import index_file

    for place in places:
        if place and place.parent != index_file.home() and not place.parent.is_dir():
            raise Unusable(f"There is no such folder: {place.parent}")
    if folder is None or index_file.is_run(folder):
        return
    if any(place and folder.resolve() in place.resolve().parents for place in places):
        raise Unusable("The index would lie among the files. A source folder is only read: choose another place.")


class Stop:
    """The user's wish to stop, by Ctrl-C or a signal; a second one ends the program at once."""

    def __init__(self) -> None:
        self.signal = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask)

    def ask(self, number: int, _: FrameType | None) -> None:
        self.signal = number
        signal.signal(number, signal.default_int_handler)

    def is_asked(self) -> bool:
        return bool(self.signal)


def show(index: Index, path: Path, done: Done, *, as_json: bool) -> None:
    """The result, for people or as JSON."""
    status = index.status()
    if as_json:
        print(json.dumps({"index": str(path), "holds": index.holds, **status._asdict()}, indent=2))
    else:
        files = counted(status.files_processed, "file")
        print(f"{status.series_count} series in {files}, {status.errors} of them without a readable header")
        print_seconds(done)
        print(f"Index: {path}")
        if index.holds == "originals":
            print(NAMES_PEOPLE)
    if index.replaced:
        print(REPLACED, file=sys.stderr)
    if not done.ended:
        print(STOPPED, file=sys.stderr)


def tell(found: int, read: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{counted(found, 'file')} found, {counted(read, 'header')} read", end="", file=sys.stderr)


def print_seconds(done: Done) -> None:
    """Items, seconds and rate of each step."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for step, items, seconds in (
        ("Discover", done.found, done.discover),
        ("Processing", done.read, done.processing),
        ("DB insert", done.read, done.insert),
    ):
        print(
            f"{step}: {counted(items, 'item', grouped=True)} in {seconds:.1f}s ({items / max(seconds, 0.001):,.0f}/sec)"
        )
