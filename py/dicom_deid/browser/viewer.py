"""The viewer of one instance: its frames, painted one after another into one buffer.

What the imaging worker of the page shows. It needs the extra `preview`, and knows neither the browser nor files.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dicom_deid.errors import Failed
from dicom_deid.frames import frames_of
from dicom_deid.preview.display import GREY, Window, aspect_of, display_of
from dicom_deid.preview.painting import PLAIN, Painter, Range, Tuning
from dicom_deid.preview.picture import Picture
from dicom_deid.readable import Readable

LARGEST = 128 * 1024 * 1024
"""Bytes of a decoded frame: the heap of a worker has to hold it, its compressed bytes, and what is painted of it."""
WIDEST = 64 * 1024 * 1024
"""Pixels of a frame that is painted, at four bytes each."""


class Canvas:
    """A buffer in which one instance after the other is painted; only another shape needs a new one."""

    def __init__(self) -> None:
        self.painter = Painter()
        self._out = np.empty((0, 0), np.uint32)

    def paint(self, picture: Picture, tuning: Tuning) -> memoryview:
        """Red, green, blue and 255 of each pixel; good until the next picture is painted."""
        shape = picture.values.shape[:2]
        if self._out.shape != shape:
            self._out = np.empty((0, 0), np.uint32)  # so that two are never held at once
            self._out = np.empty(shape, np.uint32)
        painted: memoryview = self.painter.paint(picture, self._out, tuning).view(np.uint8).reshape(-1).data
        return painted


class Viewer:
    """An instance that is looked at. Raises Unwritten for files that have no frames that can be shown."""

    def __init__(self, source: Readable, canvas: Canvas | None = None) -> None:
        self.frames = frames_of(source, LARGEST)
        if self.frames.options["rows"] * self.frames.options["columns"] > WIDEST:
            raise Failed("PIXELS_TOO_LARGE")
        self._canvas = canvas or Canvas()
        self._number = -1
        self._picture: Picture | None = None

    def facts(self, number: int = 0) -> dict[str, Any]:
        """The facts about a frame before it is decoded; ``windows``: those that the data set proposes.

        ``aspect``: how high a pixel is, its width being 1.
        """
        dataset = self.frames.dataset
        display = display_of(dataset, number)
        size = {name: int(self.frames.options[name]) for name in ("rows", "columns")}
        windows = [window._asdict() for window in display.windows]
        shape = {**size, "aspect": aspect_of(dataset, number)}
        kind = {
            "photometric": display.photometric,
            "isGrey": display.photometric in GREY,
            "modality": str(dataset.get("Modality") or ""),
        }
        return {"frames": self.frames.count, **shape, **kind, "windows": windows}

    def paint(self, number: int, tuning: Tuning = PLAIN) -> memoryview:
        """A frame, from 0, as red, green, blue and 255 of each pixel; good until the next one is painted.

        The frame that was painted last is not decoded again. Raises Failed.
        """
        return self._canvas.paint(self.picture(number), tuning)

    def shown(self, number: int) -> Window | None:
        """The window of a frame unless the user says otherwise; None where a table or colours decide."""
        picture = self.picture(number)
        found = self._canvas.painter.shown(picture, PLAIN) if picture.is_grey else None
        if isinstance(found, Range):
            return Window((found.low + found.high) / 2, found.high - found.low, "LINEAR_EXACT")
        return found if isinstance(found, Window) else None

    def range(self, number: int) -> Range | None:
        """The lowest and the highest rescaled value of a frame; None in colour."""
        picture = self.picture(number)
        return self._canvas.painter.extent(picture) if picture.is_grey else None

    def warning(self, number: int) -> str:
        """The code of what may be wrong with a frame, or ""."""
        return self.picture(number).warning

    def picture(self, number: int) -> Picture:
        """A decoded frame. Raises Failed."""
        if self._picture is None or number != self._number:
            self._picture = None  # so that two are never held at once
            self._picture, self._number = self.frames[number], number
        return self._picture
