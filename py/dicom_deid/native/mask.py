"""A mask that somebody brings, read from a file: a segmentation object of DICOM. It needs the extra `pixels`."""

from __future__ import annotations

from pathlib import Path

from dicom_deid.errors import Refused, ShortRead, Unwritten
from dicom_deid.model import Instance
from dicom_deid.native.source import FileSource
from dicom_deid.pixels.evidence.mask import Mask, mask_of
from dicom_deid.preview.frames import Frames
from dicom_deid.scan import inspect


def read_mask(path: Path) -> Mask:
    """The mask of a file. Raises Refused BAD_MASK."""
    try:
        with FileSource(path) as source:
            frames = Frames(inspected(source), source)
            return mask_of(frames)
    except Unwritten:
        raise Refused("BAD_MASK") from None


def inspected(source: FileSource) -> Instance:
    """The instance of a file; more of it is read as asked for. Raises Unwritten."""
    while True:
        try:
            return inspect(source)
        except ShortRead as short:
            if not source.extend(short.end):
                raise Refused("BAD_MASK") from None
