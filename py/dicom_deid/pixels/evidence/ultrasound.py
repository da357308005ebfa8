"""Evidence of ultrasound regions (0018,6011): what lies outside of the calibrated ones is no image (PS3.3 C.8.5.5)."""

from __future__ import annotations

from itertools import pairwise

from dicom_deid.dicom.encoding import number
from dicom_deid.model import Instance, Item
from dicom_deid.pixels.alike import ULTRASOUND_REGIONS, size
from dicom_deid.pixels.evidence import boxes, clipped
from dicom_deid.regions import Box, Rectangle

SPATIAL_FORMAT, DATA_TYPE = 0x00186012, 0x00186014
LEFT, TOP, RIGHT, BOTTOM = 0x00186018, 0x0018601A, 0x0018601C, 0x0018601E
"""Region Location Min X0, Min Y0, Max X1, Max Y1: the last two are inside."""
MOST = 64
"""Regions of one instance; one with more tells nothing."""


def ultrasound_boxes(instance: Instance) -> list[Box]:
    """Boxes for what lies outside of the calibrated regions; none where the header has no such regions."""
    rows, columns = size(instance)
    sequence = instance.data.get(ULTRASOUND_REGIONS)
    items = (sequence.items if sequence is not None else None) or []
    kept = [region for item in items for region in [place(item, instance)] if region is not None]
    inside = [part for part in (clipped(region, rows, columns) for region in kept) if part is not None]
    if not inside or len(inside) > MOST:
        return []
    return boxes(outside(inside, rows, columns), rows, columns, "ultrasound")


def place(item: Item, instance: Instance) -> Rectangle | None:
    """The place of a calibrated region; format or type 0 is none: some equipment covers the screen with it."""

    def value(tag: int) -> int | None:
        return number(item.get(tag), instance.syntax)

    if not value(SPATIAL_FORMAT) or not value(DATA_TYPE):
        return None
    left, top, right, bottom = (value(tag) for tag in (LEFT, TOP, RIGHT, BOTTOM))
    if left is None or top is None or right is None or bottom is None or left > right or top > bottom:
        return None
    return Rectangle(left, top, right + 1, bottom + 1)


def outside(inside: list[Rectangle], rows: int, columns: int) -> list[Rectangle]:
    """Rectangles that cover exactly what none of some others covers, with as few cuts as rows of them need."""
    edges = sorted({0, rows, *(side for one in inside for side in (one.top, one.bottom))})
    found: list[Rectangle] = []
    for top, bottom in pairwise(edges):
        at = 0
        gaps: list[tuple[int, int]] = []
        for left, right in sorted((one.left, one.right) for one in inside if one.top <= top and bottom <= one.bottom):
            if left > at:
                gaps.append((at, left))
            at = max(at, right)
        if at < columns:
            gaps.append((at, columns))
        found += [Rectangle(left, top, right, bottom) for left, right in gaps]
    return stacked(found)


def stacked(rectangles: list[Rectangle]) -> list[Rectangle]:
    """The same with those made one that stand on each other and are as wide."""
    found: dict[tuple[int, int, int], Rectangle] = {}
    done: list[Rectangle] = []
    for one in rectangles:
        above = found.pop((one.left, one.right, one.top), None)
        whole = one if above is None else Rectangle(one.left, above.top, one.right, one.bottom)
        found[whole.left, whole.right, whole.bottom] = whole
    done += found.values()
    return sorted(done, key=lambda one: (one.top, one.left))
