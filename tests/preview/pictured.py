"""Frames of files as the preview paints them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from dicom_deid.browser import viewer
from dicom_deid.errors import Failed
from dicom_deid.native.source import FileSource
from dicom_deid.preview.frames import LARGEST, Frames
from dicom_deid.preview.painting import PLAIN, Painter, Tuning
from dicom_deid.preview.picture import Picture
from dicom_deid.readable import Readable
from dicom_deid.scan import located
from made import Stingy, to_bytes
from numpy.typing import NDArray
from pydicom.dataset import Dataset

Values = NDArray[Any]


def painted(picture: Picture, tuning: Tuning = PLAIN, painter: Painter | None = None) -> Values:
    """Grey levels, or red, green and blue."""
    out = np.zeros(picture.values.shape[:2], np.uint32)
    (painter or Painter()).paint(picture, out, tuning)
    channels = out.view(np.uint8).reshape(*out.shape, 4)
    assert (channels[..., 3] == 255).all()
    return channels[..., 0] if picture.is_grey else channels[..., :3]


def frames_of(path: Path) -> Iterator[Picture | Failed]:
    """All frames of a file. Raises Unwritten for files that have none."""
    with FileSource(path) as source:
        yield from viewer.frames_of(source, LARGEST)


class InMemory(Readable):
    """A file's bytes as a source."""

    def __init__(self, data: bytes) -> None:
        super().__init__(len(data))
        self._data = data

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]


def made_frames(dataset: Dataset, largest: int = LARGEST) -> Frames:
    """The frames of a data set made in a test."""
    data = to_bytes(dataset)
    source = Stingy(data, len(data))
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        source.walk(data.index(b"\xe0\x7f\x10\x00OB\0\0\xff\xff\xff\xff") + 12)
    return Frames(located(source), source, largest)
