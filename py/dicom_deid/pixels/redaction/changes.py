"""The header of an output whose pixel data have blank areas: what it has to say differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dicom_deid.model import Element
from dicom_deid.pixels.redaction.description import HALVED, Description

Change = dict[int, Element | None]
Changes = Mapping[int, Element | None]
"""Tag of the data set -> the element that stands there in the output, or None where there is none any more."""

PHOTOMETRIC, PLANAR = 0x00280004, 0x00280006
NO_LONGER_TRUE = (0x00280106, 0x00280107, 0x00280108, 0x00280109, 0x00280110, 0x00280111, 0x00880200)
"""Smallest and Largest Pixel Values of image, series and plane; Icon Image Sequence: it shows the image as it was."""


def plain() -> Change:
    """The changes that every redaction brings."""
    return dict.fromkeys(NO_LONGER_TRUE)


@dataclass
class Seen:
    """Facts that come up while frames are encoded again. ``mixed``: whether their codestreams transform colours."""

    mixed: set[bool] = field(default_factory=set)


def told_anew(described: Description, seen: Seen, *, moved: bool) -> Change:
    """Attributes of encapsulated pixel data that were encoded again. ``moved``: to another transfer syntax, as a whole.

    As long as frames of the source stand beside new ones, the header goes on telling what it told of all.
    """
    if not moved or described.samples != 3:
        return plain()
    photometric = described.photometric
    if seen.mixed == {True}:
        photometric = "YBR_RCT"
    elif photometric in ("YBR_ICT", "YBR_RCT"):
        photometric = "RGB"
    elif photometric in HALVED:
        photometric = "YBR_FULL"
    told = photometric.encode() + b" " * (len(photometric) % 2)
    return plain() | {PHOTOMETRIC: Element(PHOTOMETRIC, "CS", told), PLANAR: Element(PLANAR, "US", b"\0\0")}
