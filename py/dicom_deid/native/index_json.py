"""An index as JSON, for programs that read no SQLite: written as it is read, whole or not at all.

One object: ``holds``, the six names of ``Status``, ``series``, of each what ``search --json`` tells with ``files``, the
paths of all its files, and ``unread``, path and reason code of each file that has no readable header. Each series, each
path and each of the unread is a line, so that tools for lines find their way, too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dicom_deid.errors import SourceFailure, reasons
from dicom_deid.index import Index
from dicom_deid.index.search import ORDER

BEGIN = '{\n"holds": '
"""By this an export is known, which alone is overwritten."""
LEFT_OUT = ("id", "patient")
"""Columns for the index itself: the number of a row, and what a pseudonym is made of."""


def export(index: Index, path: Path) -> None:
    """Writes an index as JSON. Raises OSError."""
    partial = path.with_name(f"{path.name}.part")
    mode = 0o600 if index.holds == "originals" else 0o666
    try:
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8", newline="\n"
        ) as file:
            write(index, file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def check_place(path: Path) -> None:
    """Raises SourceFailure NO_INDEX where something else is in the place of an export."""
    if not path.exists():
        return
    with path.open("rb") as file:
        if file.read(len(BEGIN)) not in (b"", BEGIN.encode()):
            raise SourceFailure("NO_INDEX")


def write(index: Index, file: IO[str]) -> None:
    """Writes the object, part by part."""
    file.write(f"{BEGIN}{text(index.holds)},\n")
    for name, value in index.status()._asdict().items():
        file.write(f"{text(name)}: {text(value)},\n")
    run = index.database.execute
    found = run(f"SELECT * FROM series ORDER BY {ORDER}")
    columns = [column[0] for column in found.description]
    file.write('"series": [')
    for number, row in enumerate(found):
        series = dict(zip(columns, row, strict=True))
        described = {name: value for name, value in series.items() if name not in LEFT_OUT}
        file.write(f"{',' if number else ''}\n{text(described)[:-1]}, " + '"files": [')
        paths = run("SELECT path FROM files WHERE series = ? ORDER BY path", (series["id"],))
        write_lines(file, (path for (path,) in paths))
        file.write("]}")
    file.write('\n],\n"unread": [')
    skipped = json.dumps([code for code, reason in reasons().items() if reason["status"] == "skipped"])
    unread = run(
        "SELECT path, reason FROM files WHERE reason != '' AND reason NOT IN (SELECT value FROM json_each(?))",
        (skipped,),
    )
    write_lines(file, ({"path": path, "reason": reason} for path, reason in unread))
    file.write("]\n}\n")


def write_lines(file: IO[str], values: Iterable[object]) -> None:
    """Writes the members of a list, each in its line."""
    for number, value in enumerate(values):
        file.write(f"{',' if number else ''}\n{text(value)}")


def text(value: Any) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False)
