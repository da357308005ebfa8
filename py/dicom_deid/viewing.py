"""The viewer of one instance, whose file is in memory: its frames, painted one after another into one buffer.

What the browser's bridge calls. It needs the extra `preview`, and knows neither the browser nor files.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dicom_deid.model import Fragments
from dicom_deid.preview.display import Window, aspect_of, display_of
from dicom_deid.preview.frames import Frames
from dicom_deid.preview.painting import PLAIN, Painter, Range, Tuning
from dicom_deid.preview.picture import Picture
from dicom_deid.scan import located

LARGEST = 128 * 1024 * 1024
"""Bytes of a decoded frame: the heap of a worker has to hold it, its file, and what is painted of it."""
ITEM, SEQUENCE_END, ITEM_HEADER = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0", 8


class Viewer:
    """An instance that is looked at. Raises Unwritten for files that have no frames that can be shown."""

    def __init__(self, data: bytes) -> None:
        source = InMemory(data)
        self.frames = Frames(located(source), source, LARGEST)
        self._painter = Painter()
        self._out = np.empty((0, 0), np.uint32)
        self._number = -1
        self._picture: Picture | None = None

    def facts(self, number: int = 0) -> dict[str, Any]:
        """What is known of a frame before it is decoded; ``windows``: those that the data set proposes.

        ``aspect``: how high a pixel is, its width being 1.
        """
        dataset = self.frames.dataset
        display = display_of(dataset, number)
        size = {name: int(self.frames.options[name]) for name in ("rows", "columns")}
        windows = [window._asdict() for window in display.windows]
        shape = {**size, "aspect": aspect_of(dataset, number)}
        kind = {"photometric": display.photometric, "modality": str(dataset.get("Modality") or "")}
        return {"frames": self.frames.count, **shape, **kind, "windows": windows}

    def paint(self, number: int, tuning: Tuning = PLAIN) -> memoryview:
        """A frame, from 0, as red, green, blue and 255 of each pixel; good until the next one is painted.

        The frame that was painted last is not decoded again. Raises Failed.
        """
        picture = self.picture(number)
        shape = picture.values.shape[:2]
        if self._out.shape != shape:
            self._out = np.empty(shape, np.uint32)
        painted: memoryview = self._painter.paint(picture, self._out, tuning).view(np.uint8).reshape(-1).data
        return painted

    def shown(self, number: int) -> Window | None:
        """The window of a frame unless the user says otherwise; None where a table or colours decide."""
        picture = self.picture(number)
        found = self._painter.shown(picture, PLAIN) if picture.is_grey else None
        if isinstance(found, Range):
            return Window((found.low + found.high) / 2, found.high - found.low, "LINEAR_EXACT")
        return found if isinstance(found, Window) else None

    def warning(self, number: int) -> str:
        """The code of what may be wrong with a frame, or ""."""
        return self.picture(number).warning

    def picture(self, number: int) -> Picture:
        """A decoded frame. Raises Failed."""
        if self._picture is None or number != self._number:
            self._picture = None  # so that two are never held at once
            self._picture, self._number = self.frames[number], number
        return self._picture


class InMemory:
    """A file's bytes as a source."""

    def __init__(self, data: bytes) -> None:
        self._data, self.size = data, len(data)

    def head(self) -> bytes:
        return self._data

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]

    def fragments(self, start: int) -> Fragments:
        """Where the fragments that begin at ``start`` end (PS3.5 A.4)."""
        at, count = start, 0
        while self._data[at : at + 4] == ITEM:
            end = at + ITEM_HEADER + int.from_bytes(self._data[at + 4 : at + ITEM_HEADER], "little")
            if end > self.size:
                return Fragments(start, at, count, complete=False)
            at, count = end, count + 1
        complete = self._data[at : at + 4] == SEQUENCE_END
        return Fragments(start, at + ITEM_HEADER if complete else at, count, complete)
