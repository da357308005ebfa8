"""Regions: parts of pictures that are to be made blank."""

from __future__ import annotations

from typing import NamedTuple


class Rectangle(NamedTuple):
    """Columns [left, right) and rows [top, bottom) of a frame, counted from 0 at its upper left corner."""

    left: int
    top: int
    right: int
    bottom: int


class Region(NamedTuple):
    """A rectangle in the frames ``first`` to ``last``, counted from 1; ``last`` 0: to the last one that there is."""

    rectangle: Rectangle
    first: int = 1
    last: int = 0
