"""Which files of a series may be shared: those that the index, and of a run its audit.csv, know as they are now."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from dicom_deid.errors import Failed
from dicom_deid.native.run_folder import AUDIT
from dicom_deid.report import AUDIT_COLUMNS
from dicom_deid.share.archive import Part
from dicom_deid.share.below import open_below
from dicom_deid.share.links import File


class Indexed(NamedTuple):
    """A file of a series as the index has it. ``modified``: milliseconds since 1970."""

    path: str
    size: int
    modified: int
    frames: int


class Choice(NamedTuple):
    """The files that go, and for which reasons how many do not."""

    files: list[File]
    left_out: Counter[str]


def written(run: Path, paths: Iterable[str]) -> dict[str, int]:
    """Bytes of those outputs of a run that its audit.csv calls written."""
    wanted, found = set(paths), dict[str, int]()
    status, place, size = map(AUDIT_COLUMNS.index, ("status", "output_path", "bytes_out"))
    with (run / AUDIT).open(encoding="utf-8", newline="", errors="replace") as lines:
        for cells in csv.reader(lines):
            if len(cells) == len(AUDIT_COLUMNS) and cells[status] == "written" and cells[place] in wanted:
                found[cells[place]] = int(cells[size]) if cells[size].isdecimal() else -1
    return found


def known(root: Path, files: list[Indexed], *, is_run: bool) -> tuple[list[Indexed], Counter[str]]:
    """The files of a series without those that a run has not written, of which nothing is opened."""
    if not is_run:
        return files, Counter()
    sizes, left_out, kept = written(root, (file.path for file in files)), Counter[str](), list[Indexed]()
    for file in files:
        if file.path not in sizes:
            left_out["NOT_IN_AUDIT"] += 1
        elif sizes[file.path] != file.size:
            left_out["SOURCE_CHANGED"] += 1
        else:
            kept.append(file)
    return kept, left_out


def choose(root: Path, files: list[Indexed], name: Callable[[int, str], str], *, is_run: bool) -> Choice:
    """The files of a series that are there, unchanged; ``name`` gives their names in the ZIP, by number and path."""
    kept, left_out = known(root, files, is_run=is_run)
    chosen = list[File]()
    for file in kept:
        try:
            with open_below(root, file.path) as source:
                if (source.size, source.modified // 1_000_000) != (file.size, file.modified):
                    left_out["SOURCE_CHANGED"] += 1
                    continue
                part = Part(root, file.path, name(len(chosen) + 1, file.path), source.size, source.modified)
        except Failed as failure:
            left_out[failure.reason] += 1
        else:
            chosen.append(File(part, file.frames))
    return Choice(chosen, left_out)


def output_name(_number: int, path: str) -> str:
    """The name of an output of a run: its path, of pseudonyms."""
    return path.removeprefix("out/")


def plain_names(series: int) -> Callable[[int, str], str]:
    """Names for originals, whose own may tell more than who gets them has to know."""
    return lambda number, _path: f"series-{series}/{number:05}.dcm"
