"""The fill: the stored values of a pixel that is blank, which is dark in every Photometric Interpretation."""

from __future__ import annotations

import numpy as np

from dicom_deid.errors import Failed, Withheld
from dicom_deid.model import Instance
from dicom_deid.pixels.redaction.description import CANNOT, Description, padding_value
from dicom_deid.preview.display import palette_of
from dicom_deid.preview.frames import header
from dicom_deid.source_and_sink import Source

PADDING = 0x00280120
LUMA = (0.299, 0.587, 0.114)
BLACK_OF_VIDEO = 16
"""The luma that is black in YBR_PARTIAL_422."""


def fill_of(source: Source, instance: Instance, described: Description) -> tuple[int, ...]:
    """The value of each sample: black, or the lowest value, or the value that already stands for no image.

    In MONOCHROME1 the highest, in PALETTE COLOR the darkest entry. Raises Withheld where a palette cannot be read.
    """
    if described.samples == 3:
        return colour(described)
    lowest, highest = limits(described)
    if described.photometric == "MONOCHROME1":
        return (highest,)
    if described.photometric == "PALETTE COLOR":
        return (darkest(source, instance, described),)
    padding = padding_value(instance.data.get(PADDING), instance.syntax.little, described.signed)
    return (padding if padding is not None and lowest <= padding <= highest else lowest,)


def limits(described: Description) -> tuple[int, int]:
    """The lowest and the highest value that a sample can have (PS3.3 C.7.6.3.1.1, Bits Stored)."""
    stored = described.stored
    return (-(1 << stored - 1), (1 << stored - 1) - 1) if described.signed else (0, (1 << stored) - 1)


def colour(described: Description) -> tuple[int, ...]:
    """Black as three samples. Those of YBR_RCT and YBR_ICT are red, green and blue once decoded."""
    if not described.photometric.startswith(("YBR_FULL", "YBR_PARTIAL")):
        return 0, 0, 0
    grey = 1 << described.stored - 1
    return BLACK_OF_VIDEO if described.photometric.startswith("YBR_PARTIAL") else 0, grey, grey


def darkest(source: Source, instance: Instance, described: Description) -> int:
    """The value whose colour in the palette is darkest; the lowest of them."""
    try:
        colours = palette_of(header(instance, source))
    except Failed:
        raise Withheld(CANNOT) from None
    lowest, highest = limits(described)
    values = np.arange(lowest, highest + 1)
    shades = colours[values & (len(colours) - 1)] @ np.array(LUMA)
    return int(values[np.argmin(shades)])
