"""The length of native pixel data: neither less nor more than the image that the header describes."""

from __future__ import annotations

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.errors import Failed, Withheld
from dicom_deid.model import Instance, Item, Pixels, Syntax
from dicom_deid.source_and_sink import Source

MOST_PADDING = 64 * 1024
"""Zero bytes behind an image that are looked at and let pass."""


def check_length(data: Item, syntax: Syntax, pixels: Pixels) -> None:
    """Raises Failed TRUNCATED when native pixel data are shorter than their description."""
    if pixels.end - pixels.start < (described_size(data, syntax) or 0):
        raise Failed("TRUNCATED")


def check_excess(instance: Instance, pixels: Pixels, source: Source) -> None:
    """Raises Withheld when something stands behind the image in native pixel data: they are copied, unseen.

    A byte that makes the length even may be there, and zeros, with which some writers fill up.
    """
    size = described_size(instance.data, instance.syntax)
    if size is None or pixels.end - pixels.start - size <= 1:
        return
    start, end = pixels.start + size, pixels.end
    if end - start > MOST_PADDING:
        raise Withheld("PIXELS_TOO_LONG")
    if any(source.read(start, end) if instance.inflated is None else instance.inflated[start:end]):
        raise Withheld("PIXELS_TOO_LONG")


def described_size(data: Item, syntax: Syntax) -> int | None:
    """Bytes of native pixel data as their description has them (PS3.3 C.7.6.3, PS3.5 8.1); None without one."""
    rows, columns = number(data.get(0x00280010), syntax), number(data.get(0x00280011), syntax)
    bits = number(data.get(0x00280100), syntax)
    if not rows or not columns or not bits:
        return None
    samples = number(data.get(0x00280002), syntax) or 1
    frames = number(data.get(0x00280008), syntax) or 1
    if ascii_text(data.get(0x00280004)) == "YBR_FULL_422":
        samples = 2
    return (rows * columns * samples * frames * bits + 7) // 8
