"""The description of pixel data in a header: how samples are laid out, as far as blank ones need it."""

from __future__ import annotations

from typing import NamedTuple

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.errors import Withheld
from dicom_deid.model import Element, Instance, Item, Pixels

CANNOT = "PIXELS_CANNOT_BE_CLEANED"
PIXEL_DATA = 0x7FE00010
HALVED = ("YBR_FULL_422", "YBR_PARTIAL_422")
"""Photometric Interpretations whose chroma is stored once for two pixels of a row (PS3.3 C.7.6.3.1.2)."""
COLOURS = frozenset(("RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT", *HALVED))
GREYS = frozenset(("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"))
DEPTHS = (1, 8, 16, 32, 64)
OVERLAY_GROUPS = range(0x6000, 0x6020, 2)


class Description(NamedTuple):
    """Attributes of the Image Pixel Module (PS3.3 C.7.6.3), each as it is needed here."""

    rows: int
    columns: int
    samples: int
    allocated: int
    """Bits of the cell of a sample."""
    stored: int
    signed: bool
    photometric: str
    planar: bool
    """Whether each sample has a plane of its own, where pixel data are native."""
    frames: int

    @property
    def halved(self) -> bool:
        """Whether chroma is stored once for two pixels."""
        return self.photometric in HALVED

    @property
    def cells(self) -> int:
        """Samples of a frame."""
        return self.rows * self.columns * self.samples


def described(instance: Instance, pixels: Pixels) -> Description:
    """The description of an instance's pixel data. Raises Withheld where they are of a kind that is not made blank."""
    data, syntax = instance.data, instance.syntax

    def told(element: int, otherwise: int) -> int:
        found = number(data.get(0x00280000 | element), syntax)
        return otherwise if found is None else found

    allocated, samples = told(0x0100, 0), told(0x0002, 1)
    photometric = ascii_text(data.get(0x00280004)) or "MONOCHROME2"
    found = Description(
        told(0x0010, 0), told(0x0011, 0), samples, allocated, told(0x0101, allocated), told(0x0103, 0) == 1,
        photometric, told(0x0006, 0) == 1 and samples == 3, told(0x0008, 1),
    )  # fmt: skip
    high = told(0x0102, found.stored - 1)
    odd = found.halved and not pixels.encapsulated and (found.allocated != 8 or found.planar or found.columns % 2)
    if pixels.tag != PIXEL_DATA or not is_sound(found) or high != found.stored - 1 or odd:
        raise Withheld(CANNOT)
    if has_embedded_overlay(data, instance):
        raise Withheld("PIXELS_HIDE_OVERLAY")
    return found


def is_sound(described: Description) -> bool:
    """Whether the numbers go together and the colours are known."""
    rows, columns, samples, allocated, stored, signed, photometric, _, frames = described
    kinds = {1: GREYS, 3: COLOURS}.get(samples, frozenset())
    return (
        min(rows, columns, frames, stored) > 0
        and allocated in DEPTHS
        and stored <= allocated
        and photometric in kinds
        and not (photometric == "PALETTE COLOR" and allocated > 16)
        and not (signed and (samples == 3 or allocated == 1))
        and not (samples == 3 and allocated not in (8, 16, 32))
    )


def has_embedded_overlay(data: Item, instance: Instance) -> bool:
    """Whether the header speaks of an overlay in bits of the pixel data that are not those of the image.

    Overlays were stored so until 2004 (PS3.3 C.9.2, Overlay Bit Position). Nobody who looks at the image sees them.
    """
    for group in OVERLAY_GROUPS:
        position = data.get(group << 16 | 0x0102)
        allocated = data.get(group << 16 | 0x0100)
        if number(position, instance.syntax) or (number(allocated, instance.syntax) or 1) > 1:
            return True
    return False


def padding_value(element: Element | None, little: bool, signed: bool) -> int | None:
    """Pixel Padding Value (0028,0120), a US or SS by the sign of the samples; None where there is none."""
    if element is None or len(element.value) < 2:
        return None
    return int.from_bytes(element.value[:2], "little" if little else "big", signed=signed)
