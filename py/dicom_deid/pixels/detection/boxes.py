"""Boxes: the places of a picture that count as text, out of the chances that a model gives its pixels."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from dicom_deid.pixels.detection.components import components
from dicom_deid.pixels.detection.numbers import Limits
from dicom_deid.regions import Rectangle

if TYPE_CHECKING:
    from dicom_deid.pixels.detection.sizes import Picture


class Box(NamedTuple):
    """A place with text: what is to be made blank, and where the text itself is, both within the picture."""

    rectangle: Rectangle
    inner: Rectangle
    confidence: int
    """Of 255: the highest chance of its pixels."""
    text: str = ""
    """As it was read, where it was; likely to be an identifier: to be compared, and neither stored nor logged."""

    @property
    def height(self) -> int:
        """Pixels of the text's shorter side."""
        return shorter(self.inner)


def shorter(place: Rectangle) -> int:
    return min(place.right - place.left, place.bottom - place.top)


def places(chances: Picture, limit: float, limits: Limits) -> Iterator[tuple[Rectangle, int]]:
    """What counts as text in a tile, in its pixels, with its highest chance.

    ``limit``: pixels of the shorter side, above which a component is anatomy.
    """
    for component in components(chances > limits.low):
        if component.pixels < limits.least or shorter(component.rectangle) > limit:
            continue
        peak = max(int(chances[row, start:end].max()) for row, start, end in component.runs)
        if peak >= limits.peak:
            yield component.rectangle, peak


def turned_back(place: Rectangle, width: int) -> Rectangle:
    """A place in a picture of ``width`` columns, of a place in the same picture turned by `numpy.rot90`.

    Row r and column c of the turned one are row c and column width - 1 - r of the picture.
    """
    return Rectangle(width - place.bottom, place.left, width - place.top, place.right)


def grown(place: Rectangle, peak: int, scale: float, size: tuple[int, int], limits: Limits) -> Box:
    """The box of a place of the picture at ``scale``, in the picture itself, of ``size`` (rows, columns)."""
    short = shorter(place)
    lying = place.right - place.left >= place.bottom - place.top
    x, y = (limits.along, limits.across) if lying else (limits.across, limits.along)
    around = limits.around * short + 1
    return Box(
        _scaled(place, short * x, short * y, scale, limits.margin, size),
        _scaled(place, around, around, scale, 0, size),
        peak,
    )


def _scaled(place: Rectangle, x: float, y: float, scale: float, margin: int, size: tuple[int, int]) -> Rectangle:
    """The place with ``x`` and ``y`` pixels more at its sides, then ``margin`` pixels of the picture, within it."""
    rows, columns = size
    return Rectangle(
        max(0, floor((place.left - x) / scale) - margin),
        max(0, floor((place.top - y) / scale) - margin),
        min(columns, ceil((place.right + x) / scale) + margin),
        min(rows, ceil((place.bottom + y) / scale) + margin),
    )
