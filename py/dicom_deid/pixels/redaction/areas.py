"""Areas: which rectangles are made blank in which frames, and the rows and columns that they cover together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from dicom_deid.regions import Rectangle, Region


class Span(NamedTuple):
    """Frames ``first`` to ``last``, counted from 0, in which the same rectangles are made blank."""

    first: int
    last: int
    rectangles: tuple[Rectangle, ...]


class Band(NamedTuple):
    """Rows [top, bottom) of which the same columns are covered: [left, right) each, in order and apart."""

    top: int
    bottom: int
    columns: tuple[tuple[int, int], ...]


def spans_of(regions: Iterable[Region], rows: int, columns: int, frames: int) -> list[Span]:
    """The frames that regions touch, in their order; rectangles are cut to the frame."""
    found: list[tuple[int, int, Rectangle]] = []
    for (left, top, right, bottom), first, last in regions:
        inside = Rectangle(max(left, 0), max(top, 0), min(right, columns), min(bottom, rows))
        begin, end = max(first, 1) - 1, min(last or frames, frames)
        if inside.left < inside.right and inside.top < inside.bottom and begin < end:
            found.append((begin, end, inside))
    cuts = sorted({cut for begin, end, _ in found for cut in (begin, end)})
    spans = (
        Span(start, stop - 1, tuple(sorted({one for begin, end, one in found if begin <= start and stop <= end})))
        for start, stop in pairwise(cuts)
    )
    return [span for span in spans if span.rectangles]


def bands_of(rectangles: Iterable[Rectangle]) -> list[Band]:
    """What rectangles cover together, from the top; no pixel twice."""
    rectangles = list(rectangles)
    cuts = sorted({cut for one in rectangles for cut in (one.top, one.bottom)})
    bands: list[Band] = []
    for top, bottom in pairwise(cuts):
        columns = united((one.left, one.right) for one in rectangles if one.top <= top and bottom <= one.bottom)
        if bands and bands[-1].bottom == top and bands[-1].columns == columns:
            bands[-1] = Band(bands[-1].top, bottom, columns)
        elif columns:
            bands.append(Band(top, bottom, columns))
    return bands


def united(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges in order, with those that meet or overlap made one."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(end, out[-1][1])
        else:
            out.append((start, end))
    return tuple(out)


def grown(rectangles: Iterable[Rectangle], width: int, height: int, rows: int, columns: int) -> list[Rectangle]:
    """Rectangles enlarged to a grid of blocks, as far as the frame goes."""
    return [
        Rectangle(
            left // width * width, top // height * height,
            min(-(-right // width) * width, columns), min(-(-bottom // height) * height, rows),
        )
        for left, top, right, bottom in rectangles
    ]  # fmt: skip
