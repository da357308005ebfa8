"""JPEG Baseline and Extended (sequential, Huffman): blocks are blanked in the entropy-coded data, nothing is decoded.

Blocks that no region touches keep their coefficients to the bit. A touched block becomes flat as a whole, so blank
areas end at the borders of blocks; chroma that is stored coarser has larger blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicom_deid.errors import Failed
from dicom_deid.pixels.redaction.jpeg.huffman import Table
from dicom_deid.pixels.redaction.jpeg.stream import DHT, EOI, RGB, SOI, Image, Scan, parsed, whole
from dicom_deid.pixels.redaction.jpeg.walk import Coder, Walk
from dicom_deid.regions import Rectangle

BLOCK = 8
Flags = NDArray[np.bool_]


class Blanked(NamedTuple):
    """A frame with blank blocks. ``blocks``: pixels that a block of each component covers, across and down."""

    frame: bytes
    blocks: tuple[tuple[int, int], ...]


def blank(frame: bytes, rectangles: Sequence[Rectangle], fill: Sequence[int]) -> Blanked:
    """A frame with all blocks flat that touch a rectangle. ``fill``: values of one sample, or of luma and chroma.

    Raises Withheld where the frame is of another process or its tables have no room, Failed where it is damaged.
    """
    image = parsed(frame)
    across, down = image.most
    blocks = tuple((BLOCK * across // one.across, BLOCK * down // one.down) for one in image.components)
    targets = [target(image, place, fill) for place in range(len(image.components))]
    parts = (
        piece if isinstance(piece, bytes) else scanned(image, piece, rectangles, targets) for piece in image.pieces
    )
    return Blanked(b"".join((bytes((0xFF, SOI)), *parts, bytes((0xFF, EOI)))), blocks)


def target(image: Image, place: int, fill: Sequence[int]) -> int:
    """The quantised DC that makes a block of a component flat and as near to the fill as its step allows.

    Where the stream says which colours it has, decoders follow that, else the header of the instance.
    """
    level = 1 << image.precision - 1
    value = fill[place] if place < len(fill) else level
    if len(image.components) == len(RGB) and image.is_rgb is not None:
        value = 0 if image.is_rgb or place == 0 else level
    step = image.steps.get(image.components[place].table)
    if step is None:
        raise Failed("PIXELS_DAMAGED")
    lowest, highest = -level, level - 1
    difference = min(max(value - level, lowest), highest)
    if difference in (lowest, highest):  # decoders cut off what is beyond black and white
        return BLOCK * lowest // step if difference == lowest else -(-BLOCK * highest // step)
    return round(BLOCK * difference / step)


def scanned(image: Image, scan: Scan, rectangles: Sequence[Rectangle], targets: Sequence[int]) -> bytes:
    """A scan with its touched blocks flat, and before it the tables that have more symbols now."""
    flags, order = touched(image, scan, rectangles)
    interval = scan.interval or len(flags)
    coders = [
        Coder(dc, ac, targets[place], image.precision)
        for place, (dc, ac) in zip(scan.components, scan.tables, strict=True)
    ]
    if len(scan.parts) != -(-len(flags) // interval):
        raise Failed("PIXELS_DAMAGED")
    parts: list[bytes] = []
    for number, part in enumerate(scan.parts):
        some = flags[number * interval : (number + 1) * interval]
        try:
            made = Walk(part, coders).blanked(some.tolist(), order) if some.any() else part
        except IndexError:
            raise Failed("PIXELS_DAMAGED") from None
        if number:
            parts.append(bytes((0xFF, 0xD0 + (number - 1) % 8)))
        parts.append(made.replace(b"\xff", b"\xff\0"))
    longer: dict[tuple[int, int], Table] = {}
    for coder in coders:
        longer |= {(kind, number): table for kind, number, table in coder.longer()}
    tables = (whole(DHT, table.content(kind, number)) for (kind, number), table in sorted(longer.items()))
    return b"".join((*tables, scan.header, *parts))


def touched(image: Image, scan: Scan, rectangles: Sequence[Rectangle]) -> tuple[Flags, list[int]]:
    """For each MCU of a scan and each block of it, whether a rectangle touches it; and the component of each block.

    A scan of one component has a block in each MCU, and only those that the component has (A.2.2).
    """
    most_across, most_down = image.most
    grids: list[Flags] = []
    order: list[int] = []
    single = len(scan.components) == 1
    for which, place in enumerate(scan.components):
        one = image.components[place]
        width, height = BLOCK * most_across // one.across, BLOCK * most_down // one.down
        step_across, step_down = (1, 1) if single else (one.across, one.down)
        covered = (width, height) if single else (BLOCK * most_across, BLOCK * most_down)
        wide, high = -(-image.columns // covered[0]), -(-image.rows // covered[1])
        grid = cover(rectangles, wide * step_across, high * step_down, width, height)
        for down in range(step_down):
            for across in range(step_across):
                grids.append(grid[down::step_down, across::step_across].reshape(-1))
                order.append(which)
    return np.stack(grids, 1), order


def cover(rectangles: Sequence[Rectangle], wide: int, high: int, width: int, height: int) -> Flags:
    """Which blocks of a grid rectangles touch."""
    grid = np.zeros((high, wide), bool)
    for left, top, right, bottom in rectangles:
        grid[top // height : -(-bottom // height), left // width : -(-right // width)] = True
    return grid
