"""Sizes: a picture doubled, halved, turned, in tiles, and a line of it at the reader's height; in whole numbers.

`worker/detection/sizes.js` does the same, to the last bit: both ways get the same input for the models.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from math import floor
from operator import add
from typing import TYPE_CHECKING

import numpy as np

from dicom_deid.pixels.detection.numbers import Sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

CUBIC = ((-3, 29, 111, -9), (-9, 111, 29, -3))
"""Of 128: the weights of four neighbours, for a quarter of a pixel before a pixel's middle and after it (a = -0.5)."""
SHIFT = 14
"""Bits of the product of two weights of 128."""
UNIT = 1 << 12
"""The sum of the weights of a pixel of a line."""


def scales(rows: int, columns: int, sizes: Sizes) -> tuple[float, float]:
    """In which sizes a picture is looked at, the smaller first."""
    return (1, 2) if max(rows, columns) <= sizes.small_side else (0.5, 1)


def scaled(picture: Picture, scale: float) -> Picture:
    """A picture (rows, columns, samples) at a scale of 2, 1 or 0.5."""
    if scale == 1:
        return picture
    return _doubled(picture) if scale > 1 else _halved(picture)


def _doubled(picture: Picture) -> Picture:
    rows, columns, samples = picture.shape
    out = np.empty((2 * rows, 2 * columns, samples), np.uint8)
    for plane in range(samples):  # one at a time: the numbers between take eight times as much
        tall = _between(_between(picture[..., plane].astype(np.int32)).T).T
        out[..., plane] = np.clip((tall + (1 << SHIFT - 1)) >> SHIFT, 0, 255)
    return out


def _between(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Twice as many columns, bicubic, times 128."""
    rows, columns = values.shape
    filled = np.pad(values, ((0, 0), (2, 2)), "edge")
    out = np.empty((rows, 2 * columns), np.int32)
    for phase, weights in enumerate(CUBIC):
        near = (filled[:, phase + n : phase + n + columns] * weight for n, weight in enumerate(weights))
        out[:, phase::2] = sum(near)
    return out


def _halved(picture: Picture) -> Picture:
    """The mean of four pixels each; at an odd edge of what is there."""
    rows, columns = picture.shape[:2]
    even = np.pad(picture, ((0, rows % 2), (0, columns % 2), (0, 0)), "edge").astype(np.uint16)
    four = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    mean: Picture = ((four + 2) >> 2).astype(np.uint8)
    return mean


def parts(length: int, sizes: Sizes) -> list[tuple[int, int]]:
    """Where tiles begin and end along a side: as few as can be, all of one length."""
    if length <= sizes.tile:
        return [(0, length)]
    count = -(-(length - sizes.overlap) // (sizes.tile - sizes.overlap))
    each = -(-(length + (count - 1) * sizes.overlap) // count)
    size = min(length, -(-each // sizes.step) * sizes.step)
    return [(begin, begin + size) for begin in (number * (length - size) // (count - 1) for number in range(count))]


def tiles(picture: Picture, sizes: Sizes) -> Iterator[tuple[int, int, Picture]]:
    """Top, left and pixels of parts that overlap; sides are filled up to a whole step with what is at the edge."""
    for top, bottom in parts(picture.shape[0], sizes):
        for left, right in parts(picture.shape[1], sizes):
            part = picture[top:bottom, left:right]
            fill = ((0, -(bottom - top) % sizes.step), (0, -(right - left) % sizes.step), (0, 0))
            yield top, left, np.pad(part, fill, "edge")


def resized(picture: Picture, rows: int, columns: int) -> Picture:
    """A picture (rows, columns, samples) in another size: triangle filter, as wide as a pixel of the smaller size."""
    down = _weights(picture.shape[0], rows)
    across = _weights(picture.shape[1], columns)
    values = picture.astype(np.float64)  # whole numbers, which a product of matrices of this type keeps exactly
    tall = np.floor((np.einsum("or,rcs->ocs", down, values, optimize=True) + UNIT // 2) / UNIT)
    both = np.floor((np.einsum("oc,rcs->ros", across, tall, optimize=True) + UNIT // 2) / UNIT)
    out: Picture = np.clip(both, 0, 255).astype(np.uint8)
    return out


def _weights(length: int, wanted: int) -> NDArray[np.float64]:
    """Of each wanted pixel the weights of those that there are: whole numbers, of which a row adds up to UNIT."""
    out = np.zeros((wanted, length), np.float64)
    scale = length / wanted
    reach = max(scale, 1.0)
    for number in range(wanted):
        centre = (number + 0.5) * scale
        first, last = max(0, floor(centre - reach)), min(length, floor(centre + reach) + 1)
        shares = [max(0.0, 1 - abs((place + 0.5 - centre) / reach)) for place in range(first, last)]
        total = reduce(add, shares)  # `sum` is more exact from Python 3.12 on, and the page is not
        whole = [floor(share / total * UNIT + 0.5) for share in shares]
        whole[whole.index(max(whole))] += UNIT - sum(whole)
        out[number, first:last] = whole
    return out
