"""In which order the files of a series are looked through: by position along the normal of their slices.

That holds where all of them say where they lie and are parallel (PS3.3 C.7.6.2.1.1). Else the Instance Number decides,
and where that is the same, or there is none, the path.
"""

from __future__ import annotations

import math
import sqlite3
from typing import NamedTuple

STEPS = 100
"""Parts of a unit that the components of a normal are kept in: slices that differ by no more than one are parallel."""
SIDES = 2 * STEPS + 1
DIGITS = 3
"""Decimals of a position, in mm, that count: slices at one place are told apart by their number."""


class Place(NamedTuple):
    """Where a slice stands among others."""

    number: int = 0
    """Instance Number; 0: none."""
    normal: int | None = None
    """Its normal, each component as one of SIDES steps, in one number; None: it does not say."""
    position: float | None = None
    """In mm along that normal."""


class Filed(NamedTuple):
    """A file of a series."""

    path: str
    frames: int


def place_of(number: int, position: list[float], orientation: list[float]) -> Place:
    """The place by Instance Number, Image Position (Patient) and Image Orientation (Patient), as far as given."""
    if len(position) != 3 or len(orientation) != 6:
        return Place(number)
    (a, b, c), (d, e, f) = orientation[:3], orientation[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    length = math.hypot(*normal)
    if not 0 < length < math.inf or not all(map(math.isfinite, position)):
        return Place(number)
    unit = [component / length for component in normal]
    packed = 0
    for component in unit:
        packed = packed * SIDES + round(component * STEPS) + STEPS
    return Place(number, packed, round(sum(map(math.prod, zip(unit, position, strict=True))), DIGITS))


def parallel(normals: list[int | None]) -> bool:
    """Whether all slices have a normal, and it is the same."""
    known = [[normal // SIDES**2, normal // SIDES % SIDES, normal % SIDES] for normal in normals if normal is not None]
    return len(known) == len(normals) and all(max(one) - min(one) <= 1 for one in zip(*known, strict=True))


def instances(database: sqlite3.Connection, key: str) -> list[Filed]:
    """The files of the series of that key, in the order in which they are looked through."""
    found = database.execute(
        "SELECT path, files.frames, number, normal, position FROM files JOIN series ON series.id = files.series "
        "WHERE key = ? ORDER BY number, path",
        (key,),
    ).fetchall()
    if parallel([row[3] for row in found]):
        found.sort(key=lambda row: row[4])
    return [Filed(path, frames) for path, frames, *_ in found]
