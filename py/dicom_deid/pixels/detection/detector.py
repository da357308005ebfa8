"""The detector: the places of a picture that may be burned-in text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dicom_deid.errors import Withheld
from dicom_deid.pixels.detection.boxes import Box, grown, places, turned_back
from dicom_deid.pixels.detection.networks import Network, model
from dicom_deid.pixels.detection.numbers import Kind, numbers
from dicom_deid.pixels.detection.reader import Reader
from dicom_deid.pixels.detection.sizes import scaled, scales, tiles
from dicom_deid.regions import Rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dicom_deid.pixels.detection.sizes import Picture


class Detector:
    """Finds text in pictures. It holds up to 100 MB: one for each process, and none before it is needed.

    ``models``: the folder of the files of tables/detection.json; else they are those of the installed distributions.

    Raises Refused DETECTOR_MISSING where models or ONNX Runtime are not installed.
    """

    def __init__(self, models: Path | None = None) -> None:
        told = numbers()
        self._network = Network(model("detector.onnx", models))
        characters = model("characters.txt", models).decode("utf-8").replace("\r\n", "\n").rstrip("\n").split("\n")
        self._reader = Reader(Network(model("reader.onnx", models)), characters, told.reading)
        self._table = _normalised()

    def boxes(self, picture: Picture, kind: Kind, *, words: bool = False) -> list[Box]:
        """The places of a picture (rows, columns, or rows, columns, RGB; 8 bits) that may be text; they may overlap.

        ``kind``: "screen" for secondary capture, ultrasound, photographs and endoscopy: a small place counts unread.
        "anatomy" for CT, MR, PT, NM and X-ray: what does not read as text is none.
        ``words``: every box is read, for a comparison with the header; reading takes about 10 ms a box.

        Raises Withheld DETECTOR_LOST where the picture could not be looked at: an empty list says that it was.
        """
        blue = _blue_first(picture)
        try:
            return list(self._read(blue, self._found(blue), kind, words))
        except Exception:  # those of ONNX Runtime have no other class in common
            raise Withheld("DETECTOR_LOST") from None

    def _found(self, picture: Picture) -> Iterator[Box]:
        """Boxes of the picture in two sizes, and of the larger one turned."""
        told = numbers()
        rows, columns = picture.shape[:2]
        limit = max(float(told.limits.tallest_pixels), told.limits.tallest * min(rows, columns))
        for scale in scales(rows, columns, told.sizes):
            sized = scaled(picture, scale)
            for place, peak in self._places(sized, limit * scale):
                yield grown(place, peak, scale, (rows, columns), told.limits)
        for place, peak in self._places(np.rot90(sized), limit * scale):
            yield grown(turned_back(place, sized.shape[1]), peak, scale, (rows, columns), told.limits)

    def _places(self, picture: Picture, limit: float) -> Iterator[tuple[Rectangle, int]]:
        told = numbers()
        for top, left, tile in tiles(picture, told.sizes):
            for (a, b, c, d), peak in places(self._chances(tile), limit, told.limits):
                yield Rectangle(a + left, b + top, c + left, d + top), peak

    def _chances(self, tile: Picture) -> Picture:
        """How likely each pixel of a tile (rows, columns, BGR) is text, of 255."""
        planes = np.stack([self._table[plane][tile[..., plane]] for plane in range(3)])[None]
        chances = self._network(planes)[0]
        if chances.shape != tile.shape[:2] or not np.isfinite(chances).all():
            raise Withheld("DETECTOR_LOST")
        whole: Picture = np.floor(np.clip(chances, 0, 1) * np.float64(255) + 0.5).astype(np.uint8)
        return whole

    def _read(self, picture: Picture, found: Iterator[Box], kind: Kind, words: bool) -> Iterator[Box]:
        """Without those that have to read as text and do not."""
        unread = numbers().read_above[kind]
        for box in found:
            must = box.height > unread
            if not must and not words:
                yield box
                continue
            said = self._reader.read(picture, box.inner)
            if not must or self._reader.is_text(said, box.inner):
                yield box._replace(text=said[0])


def _blue_first(picture: Picture) -> Picture:
    """A grey or RGB picture as BGR, which the models were trained with."""
    sound = picture.dtype == np.uint8 and picture.ndim in (2, 3) and picture.size > 0
    if not sound or picture.shape[2:] not in ((), (3,)):
        raise Withheld("DETECTOR_LOST")
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, 2)
    return np.ascontiguousarray(picture[..., ::-1])


def _normalised() -> NDArray[np.float32]:
    """What each value of blue, green and red becomes: the model takes BGR with the means of RGB, in this order."""
    told = numbers()
    values = np.arange(256, dtype=np.float64)
    means, deviations = np.array(told.mean), np.array(told.deviation)
    table: NDArray[np.float32] = ((values[:, None] / 255 - means) / deviations).T.astype(np.float32)
    return table
