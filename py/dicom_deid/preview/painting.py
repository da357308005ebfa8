"""Stored values into what is seen, in buffers that are used again: rescale, LUT or window, inversion, gamma.

Nothing as large as the frame is made: what samples of 8 and 16 bits become is worked out once for each pattern of bits
and looked up; wider and floating-point samples go through two short buffers in turns, part by part.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dicom_deid.preview.display import LINEAR, SIGMOID, Display, Table, Window
from dicom_deid.preview.picture import Picture

STEP = 65_536
"""Samples in a buffer: as many as 16 bits have patterns, few enough for the processor's cache."""
STEEPEST = 700.0
"""The exponential of more than this is no double."""
NARROWEST = 1e-9
"""A window of no width is a step."""
Values = NDArray[Any]


class Tuning(NamedTuple):
    """Choices of the user. ``window``: in place of the window of the data set."""

    window: Window | None = None
    gamma: float = 1.0
    invert: bool = False


class Range(NamedTuple):
    """Rescaled values that become black and white, where no window says so."""

    low: float
    high: float


PLAIN = Tuning()


class Painter:
    """Paints frames one after another; between them it keeps its buffers, and the last table."""

    def __init__(self) -> None:
        self._ping, self._pong, self._place = np.empty(STEP), np.empty(STEP), np.empty(STEP, np.intp)
        self._patterns = np.arange(STEP, dtype=np.uint16)

    def paint(self, picture: Picture, out: Values, tuning: Tuning = PLAIN) -> Values:
        """Fills ``out``, of the frame's rows and columns: grey as uint8, or anything as uint32: red, green, blue, 255.

        The bytes of a uint32 are in that order, as a canvas wants them.
        """
        values, display = picture.values, picture.display
        target = out.reshape(-1)
        with np.errstate(all="ignore"):  # what is not a number becomes black
            if values.ndim == 3:
                self.colours(values.reshape(-1, 3), target, picture.bits, tuning)
            elif display.palette is not None:
                self.look_up(values.reshape(-1), packed(tuned(display.palette, tuning)), target)
            else:
                self.greys(values.reshape(-1), target, display, self.shown(picture, tuning), tuning)
        return out

    def colours(self, values: Values, target: Values, bits: int, tuning: Tuning) -> None:
        """Red, green and blue, each by itself; windows are not for colours (C.11.2.1.2)."""
        channels = target.view(np.uint8).reshape(-1, 4)
        channels[:, 3] = 255
        for channel in range(3):
            self.greys(values[:, channel], channels[:, channel], AS_STORED, Range(0, 2.0**bits - 1), tuning)

    def greys(self, values: Values, target: Values, display: Display, shown: Any, tuning: Tuning) -> None:
        """Shades of grey."""
        levels = np.arange(256, dtype=np.uint8)
        inks = levels if target.dtype.itemsize == 1 else packed(np.stack([levels] * 3, axis=1))
        size = values.dtype.itemsize
        if size <= 2:
            patterns = self._patterns[: 1 << 8 * size].astype(f"u{size}").view(values.dtype)
            self.look_up(values, inks[self.levels(patterns, display, shown, tuning)], target)
            return
        for start in range(0, values.size, STEP):
            part = values[start : start + STEP]
            np.take(inks, self.levels(part, display, shown, tuning), out=target[start : start + STEP], mode="clip")

    def look_up(self, values: Values, table: Values, target: Values) -> None:
        """Entries of the table for the pattern of bits of each value."""
        patterns = values.view(f"u{values.dtype.itemsize}")
        for start in range(0, values.size, STEP):
            place = self._place[: min(STEP, values.size - start)]
            np.copyto(place, patterns[start : start + STEP])
            np.take(table, place, out=target[start : start + STEP], mode="clip")

    def levels(self, values: Values, display: Display, shown: Any, tuning: Tuning) -> NDArray[np.intp]:
        """Shades as whole numbers from 0 to 255, in a buffer of the painter."""
        shades = self.shades(values, display, shown, tuning)
        np.multiply(shades, 255, out=shades)
        np.add(shades, 0.5, out=shades)
        place = self._place[: values.size]
        np.copyto(place, shades, casting="unsafe")
        return place

    def shades(self, values: Values, display: Display, shown: Any, tuning: Tuning) -> NDArray[np.float64]:
        """Shades from 0 to 1 of at most STEP stored values, in a buffer of the painter."""
        here, there = self._ping[: values.size], self._pong[: values.size]
        slope, intercept = display.slope, display.intercept
        if display.modality is not None:
            np.copyto(here, values)
            self.apply(display.modality, here, there)
            values, slope, intercept = here, 1.0, 0.0
        if isinstance(shown, Table) or is_sigmoid(shown):
            np.multiply(values, slope, out=here, dtype=np.float64)
            np.add(here, intercept, out=here)
            if isinstance(shown, Table):
                self.apply(shown, here, there)
                np.divide(here, shown.top, out=here)
            else:
                sigmoid(shown, here, there)
        else:  # rescale and window are one line
            steepness, level = line_of(shown)
            np.multiply(values, slope * steepness, out=there, dtype=np.float64)
            np.add(there, intercept * steepness + level, out=there)
            np.clip(there, 0, 1, out=here)
        if display.inverse is not tuning.invert:
            np.subtract(1, here, out=here)
        if tuning.gamma != 1:
            np.power(here, 1 / tuning.gamma, out=here)
        return here

    def apply(self, table: Table, here: Values, there: Values) -> None:
        """Replaces the values by what a table has for them; its ends go on on both sides."""
        np.subtract(here, table.first, out=there)
        np.clip(there, 0, table.entries.size - 1, out=there)
        place = self._place[: here.size]
        np.copyto(place, there, casting="unsafe")
        np.take(table.entries, place, out=here, mode="clip")

    def shown(self, picture: Picture, tuning: Tuning) -> Window | Table | Range:
        """The range from black to white: the user's window, the data set's table or window, or all values."""
        display = picture.display
        if tuning.window is not None:
            return tuning.window
        if display.voi is not None:
            return display.voi
        return display.windows[0] if display.windows else self.extent(picture)

    def extent(self, picture: Picture) -> Range:
        """The lowest and the highest rescaled value, without those that pad the image out."""
        low, high = picture.extent()
        if picture.display.modality is None:
            ends = sorted(end * picture.display.slope + picture.display.intercept for end in (low, high))
            return Range(ends[0], ends[1])
        table = picture.display.modality
        first, last = (int(min(max(end - table.first, 0), table.entries.size - 1)) for end in (low, high))
        part = table.entries[first : last + 1]
        return Range(float(part.min()), float(part.max()))


def tuned(colours: NDArray[np.uint8], tuning: Tuning) -> NDArray[np.uint8]:
    """Colours with the user's inversion and gamma."""
    shades = colours / 255
    shades = 1 - shades if tuning.invert else shades
    return (shades ** (1 / tuning.gamma) * 255 + 0.5).astype(np.uint8)


def packed(colours: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Red, green, blue and 255 as the bytes of one number."""
    opaque = np.full((len(colours), 4), 255, np.uint8)
    opaque[:, :3] = colours
    return opaque.view(np.uint32)[:, 0]


AS_STORED = Display("RGB", None, 1.0, 0.0, None, (), inverse=False, padding=None, palette=None)


def is_sigmoid(shown: Window | Range) -> bool:
    """Whether the curve of a window is no line."""
    return isinstance(shown, Window) and shown.function == SIGMOID


def sigmoid(shown: Window, here: Values, there: Values) -> None:
    """Replaces rescaled values by shades from 0 to 1 (C.11.2.1.3.1)."""
    np.subtract(shown.center, here, out=there)
    np.multiply(there, 4 / shown.width, out=there)
    np.clip(there, -STEEPEST, STEEPEST, out=there)
    np.exp(there, out=here)
    np.add(here, 1, out=there)
    np.divide(1, there, out=here)


def line_of(shown: Window | Range) -> tuple[float, float]:
    """Slope and intercept of the line from rescaled values to shades; beyond 0 and 1 it is level (C.11.2.1.2)."""
    if isinstance(shown, Range):
        width = shown.high - shown.low
        return (1 / width, -shown.low / width) if width else (0.0, 0.0)
    center, width = shown.center, shown.width
    if shown.function == LINEAR and width >= 1:
        center, width = center - 0.5, width - 1
    if width < NARROWEST:  # a step, and what stands on it is black
        return 1 / NARROWEST, -center / NARROWEST
    return 1 / width, 0.5 - center / width
