"""The header of an output whose pixel data have blank areas: what it has to say differently."""

from __future__ import annotations

from collections.abc import Mapping

from dicom_deid.model import Element

Changes = Mapping[int, Element | None]
"""Tag of the data set -> the element that stands there in the output, or None where there is none any more."""

NO_LONGER_TRUE = (0x00280106, 0x00280107, 0x00280108, 0x00280109, 0x00280110, 0x00280111, 0x00880200)
"""Smallest and Largest Pixel Values of image, series and plane; Icon Image Sequence: it shows the image as it was."""


def plain() -> dict[int, Element | None]:
    """The changes that every redaction brings."""
    return dict.fromkeys(NO_LONGER_TRUE)
