"""Reading: whether a place reads as text, by a recognition model of PP-OCR."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import floor
from typing import TYPE_CHECKING

import numpy as np

from dicom_deid.pixels.detection.numbers import Reading
from dicom_deid.pixels.detection.sizes import resized
from dicom_deid.regions import Rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dicom_deid.pixels.detection.sizes import Picture

    Planes = NDArray[np.float32]

SQUARE = 1.6
"""A standing place that is no taller than this times its width may also be a level line of a few letters."""
COUNTED = 3
"""Letters up to which a longer text is the better one."""


class Reader:
    """A network that reads lines, and the characters that it knows.

    ``network``: planes (1, 3, height, width) become chances (steps, classes); class 0 is the blank of CTC, the classes
    after the characters are spaces.
    """

    def __init__(self, network: Callable[[Planes], Planes], characters: list[str], numbers: Reading) -> None:
        self._network, self._characters, self._numbers = network, characters, numbers

    def read(self, picture: Picture, place: Rectangle) -> tuple[str, float]:
        """The text at a place of a picture (rows, columns, BGR), upright or turned, and how sure that is, 0 to 1."""
        crop = picture[place.top : place.bottom, place.left : place.right]
        if min(crop.shape[:2]) < 2:
            return "", 0.0
        return max((self._line(way) for way in ways(crop)), key=lambda said: said[1] * min(len(said[0]), COUNTED))

    def is_text(self, said: tuple[str, float], place: Rectangle) -> bool:
        """Whether a place that reads like this is text; a large one has to be surer, or a long line of many letters."""
        (text, sure), told = said, self._numbers
        if len(text) < told.letters or sure < told.certain:
            return False
        short, long = sorted((place.right - place.left, place.bottom - place.top))
        is_line = long >= told.large_long * short and len(text) * short >= told.large_letters * long
        return short <= told.large or sure >= told.large_certain or is_line

    def _line(self, crop: Picture) -> tuple[str, float]:
        return decoded(self._network(line(crop, self._numbers)), self._characters)


def ways(crop: Picture) -> Iterator[Picture]:
    """In which ways a crop may be a level line."""
    rows, columns = crop.shape[:2]
    if columns >= rows:
        yield crop
        return
    yield np.rot90(crop)
    yield np.rot90(crop, 3)
    if rows <= SQUARE * columns:
        yield crop


def line(crop: Picture, numbers: Reading) -> Planes:
    """Planes (1, 3, height, width) for the model, of -1 to 1, filled up with 0 at the right."""
    rows, columns = crop.shape[:2]
    width = min(numbers.widest, max(numbers.narrowest, floor(numbers.height * columns / rows + 0.5)))
    small = resized(crop, numbers.height, width)
    whole = max(numbers.padded, -(-width // numbers.step) * numbers.step)
    planes = np.zeros((1, 3, numbers.height, whole), np.float32)
    planes[0, :, :, :width] = ((small / 255 - 0.5) / 0.5).transpose(2, 0, 1)
    return planes


def decoded(chances: Planes, characters: list[str]) -> tuple[str, float]:
    """The text of (steps, classes), and the mean chance of its characters.

    A class that is the likeliest of several steps in a row counts once. Raises ValueError where one is no number: a
    place is not acquitted by that.
    """
    if not np.isfinite(chances).all():
        raise ValueError("no numbers")
    best = chances.argmax(1)
    begins = np.append([True], best[1:] != best[:-1]) & (best != 0)
    if not begins.any():
        return "", 0.0
    known = ["", *characters]
    said = "".join(known[number] if number < len(known) else " " for number in best[begins].tolist())
    return said.strip(), float(chances.max(1)[begins].astype(np.float64).mean())
