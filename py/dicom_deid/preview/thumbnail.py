"""A thumbnail: a frame as a small PNG, each of whose pixels is the mean of what it stands for."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dicom_deid.preview.painting import Painter
from dicom_deid.preview.picture import Picture

QUICK = 3
"""Of zlib's levels: twice as fast as its usual one, for a few percent of bytes."""


class Thumbnails:
    """Makes thumbnails one after another; ``size``: pixels of the longest side, at most."""

    def __init__(self, size: int) -> None:
        self.size, self._painter = size, Painter()
        self._grey: NDArray[Any] = np.empty((0, 0), np.uint8)
        self._colour: NDArray[Any] = np.empty((0, 0), np.uint32)

    def png(self, picture: Picture) -> bytes:
        """The PNG of a frame; it holds nothing but pixels."""
        out = BytesIO()
        self.image(picture).save(out, "PNG", compress_level=QUICK)
        return out.getvalue()

    def image(self, picture: Picture) -> Image.Image:
        """The thumbnail of a frame."""
        rows, columns = shape = picture.values.shape[:2]
        if picture.is_grey:
            if self._grey.shape != shape:
                self._grey = np.empty(shape, np.uint8)
            image = Image.fromarray(self._painter.paint(picture, self._grey))
        else:
            if self._colour.shape != shape:
                self._colour = np.empty(shape, np.uint32)
            painted = self._painter.paint(picture, self._colour)
            image = Image.frombuffer("RGBX", (columns, rows), painted, "raw", "RGBX", 0, 1)
        scale = self.size / max(rows, columns)
        if scale < 1:
            small = max(1, round(columns * scale)), max(1, round(rows * scale))
            image = image.resize(small, Image.Resampling.BOX)
        return image if picture.is_grey else image.convert("RGB")
