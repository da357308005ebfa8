"""The command ``thumbnails``: each frame of a folder once, as a small PNG."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dicom_deid.cli.index import IndexFile, print_seconds
from dicom_deid.cli.index import tell as tell_headers
from dicom_deid.cli.passphrase import ProjectKey, SaltFile
from dicom_deid.cli.text import Unusable, printable
from dicom_deid.errors import NoThumbnails, SourceFailure, sentence
from dicom_deid.wording import counted

if TYPE_CHECKING:
    from dicom_deid.executors import Executor
    from dicom_deid.index import Index
    from dicom_deid.index.images import Unshown
    from dicom_deid.native.index_update import Done
    from dicom_deid.native.thumbnails import Draw, Drawn

EXTRA = ("numpy", "imagecodecs", "PIL")
MOST_NAMED = 20
"""Files named for one reason; JSON has all."""
OF_ORIGINALS = "These thumbnails are of originals, with all that can be seen in them: they are for you alone. "
DELETE = "dicom-deid index FOLDER --delete takes them away."


def show_thumbnails(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of DICOM files, or a run folder.")],
    output: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to put them, if not at their usual place.")
    ] = None,
    size: Annotated[int, typer.Option(metavar="N", min=16, max=4096, help="Pixels of the longest side.")] = 256,
    hold_out: Annotated[
        float | None, typer.Option(metavar="F", min=0, max=1, help="Part of the patients to hold out, as 0.2.")
    ] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File that holds the passphrase, which decides who is held out.")
    ] = None,
    salt_file: SaltFile = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Processes; one per core by default, 0: no other process.")
    ] = None,
    index: IndexFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was done as JSON.")] = False,
) -> None:
    """Makes a thumbnail of each frame, once, and brings the index of the folder up to date.

    The index has them in its table images: filename, study, path, frame, and, with --hold-out, on which side of a split
    by patient each one is. Those of a run lie in its folder previews; those of a source folder show originals and lie
    beside their index, for you alone. Exit code: 0, or 2 for a wrong command.
    """
    if not all(find_spec(name) for name in EXTRA):
        raise Unusable("Thumbnails need some more packages: pip install 'dicom-deid[preview]'")
    if not folder.is_dir():
        raise Unusable(f"FOLDER is no folder: {folder}")
    if (hold_out is None) != (passphrase_file is None):
        raise Unusable("--hold-out and --passphrase-file belong together: the passphrase decides who is held out.")
    from dicom_deid.native import index_file, thumbnails
    from dicom_deid.native.index_update import Done

    path = index or index_file.place(folder)
    for place in (path, output):
        if place and not index_file.is_run(folder) and folder.resolve() in (place / "x").resolve().parents:
            raise Unusable("They would lie among the files. A source folder is only read: choose another place.")
    try:
        kept = index_file.open_index(path, folder)
        target = (output or thumbnails.place(path, kept.holds)).resolve()
        began = time.perf_counter()
        found = index_file.bring_up_to_date(kept, folder, index_file.picked_in(folder), whole=True, tell=tell_headers)
        discover = time.perf_counter() - began
        made = thumbnails.make(kept, target, size, lambda: executor_for(folder, target, size, workers), tell)
        hold(kept, hold_out, ProjectKey(passphrase_file, salt_file))
    except SourceFailure as failure:
        raise Unusable(f"{failure.reason}: {sentence(failure.reason)}") from None
    except (OSError, sqlite3.Error, NoThumbnails) as error:
        raise Unusable(f"The index or the thumbnails cannot be written ({type(error).__name__}).") from None
    done = Done(found.found, made.thumbnails, discover, made.processing, made.insert)
    report = print_json if as_json else print_summary
    report(kept, path, target, done)


def executor_for(folder: Path, target: Path, size: int, workers: int | None) -> Executor[Draw, Drawn]:
    """The painter of the thumbnails."""
    from dicom_deid.executors import Inline
    from dicom_deid.executors.processes import Processes, prepare
    from dicom_deid.native.thumbnail_job import Drawing

    drawing = Drawing(folder, target, size)
    count = len(os.sched_getaffinity(0)) if workers is None else workers
    if not count:
        return Inline(drawing)
    prepare(Drawing.__module__)
    return Processes(drawing, count)


def hold(index: Index, part: float | None, project: ProjectKey) -> None:
    """Says of each thumbnail on which side of the split it is; without a salt as version 0.2 did."""
    from dicom_deid.index.images import hold_out, split
    from dicom_deid.key import Key

    if part is None:
        split(index.database, None)
    else:
        hold_out(index.database, Key(project.candidates()[0]), part, index.holds, project.version_of_file())
    index.database.commit()


def tell(done: int) -> None:
    """How far it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r{counted(done, 'file')} drawn", end="", file=sys.stderr)


def print_json(index: Index, path: Path, target: Path, done: Done) -> None:
    from dicom_deid.index.images import unshown

    total = index.database.execute("SELECT count(*) FROM images").fetchone()[0]
    facts = {"index": str(path), "thumbnails": str(target), "holds": index.holds, "made": done.read, "total": total}
    print(json.dumps({**facts, "unshown": [row._asdict() for row in unshown(index.database)]}, indent=2))


def print_summary(index: Index, path: Path, target: Path, done: Done) -> None:
    from dicom_deid.index.images import unshown

    total = index.database.execute("SELECT count(*) FROM images").fetchone()[0]
    print(f"{counted(total, 'thumbnail')}, {done.read} of them made now")
    print_unshown(unshown(index.database))
    print_seconds(done)
    print(f"Thumbnails: {target}\nIndex: {path}")
    if index.holds == "originals":
        print(OF_ORIGINALS + DELETE)


def print_unshown(rows: list[Unshown]) -> None:
    """The files that have no thumbnail, or a doubtful one, by reason."""
    from dicom_deid.errors import reasons

    for reason, group in groupby(rows, lambda row: row.reason):
        paths = sorted({row.path for row in group})
        print(f"{reason}: {reasons()[reason]['sentence']} {counted(len(paths), 'file')}:")
        for path in paths[:MOST_NAMED]:
            print(f"  {printable(path)}")
        if len(paths) > MOST_NAMED:
            print(f"  and {len(paths) - MOST_NAMED} more, which --json names")
