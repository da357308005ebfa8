"""A mask that somebody brings, read from a file of this machine. It needs the extra `pixels`."""

from __future__ import annotations

from pathlib import Path

from dicom_deid.errors import Refused, Unwritten
from dicom_deid.native.source import FileSource
from dicom_deid.pixels.evidence import mask


def read_mask(path: Path) -> mask.Mask:
    """The mask of a file. Raises Refused BAD_MASK."""
    try:
        with FileSource(path) as source:
            return mask.read_mask(source)
    except Unwritten:
        raise Refused("BAD_MASK") from None
