"""The length of pixel data: neither less nor more than the image that the header describes."""

from __future__ import annotations

import re

from dicom_deid.dicom.encoding import ascii_text, number
from dicom_deid.dicom.in_common import Elements, in_common
from dicom_deid.errors import Failed, Withheld
from dicom_deid.model import Fragments, Instance, Item, Pixels, Syntax
from dicom_deid.source_and_sink import Source

MOST_PADDING = 64 * 1024
"""Zero bytes behind an image that are looked at and let pass."""
DELIMITER = b"\xfe\xff\xdd\xe0\0\0\0\0"
"""Sequence Delimitation Item, which ends fragments; encapsulated pixel data are little endian (PS3.5 A.4)."""
ITEM_DELIMITER = b"\xfe\xff\x0d\xe0\0\0\0\0"
END_OF_IMAGE = b"\xff\xd9"
JPEG_FAMILY = re.compile(r"1\.2\.840\.10008\.1\.2\.4\.([5-9][0-9]|20[1-3])")
"""Transfer syntaxes whose frames all end with END_OF_IMAGE: JPEG, JPEG-LS, JPEG 2000, HTJ2K."""
DESCRIPTION = (0x00280010, 0x00280011, 0x00280100, 0x00280002, 0x00280008, 0x00280004)
"""Rows, Columns, Bits Allocated, Samples per Pixel, Number of Frames, Photometric Interpretation."""
SUBSAMPLED = {"YBR_FULL_422": 2.0, "YBR_PARTIAL_422": 2.0, "YBR_PARTIAL_420": 1.5}
"""Photometric Interpretation -> samples that are stored of a pixel (PS3.3 C.7.6.3.1.2)."""


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
    if pixels.end - pixels.start == described_size(instance.data, instance.syntax, subsampled=False):
        return  # 4:4:4 in spite of what the header says: of each pixel all samples
    start, end = pixels.start + size, pixels.end
    if end - start > MOST_PADDING:
        raise Withheld("PIXELS_TOO_LONG")
    if any(source.read(start, end) if instance.inflated is None else instance.inflated[start:end]):
        raise Withheld("PIXELS_TOO_LONG")


def described_size(data: Item, syntax: Syntax, *, subsampled: bool = True) -> int | None:
    """Bytes of native pixel data as their description has them (PS3.3 C.7.6.3, PS3.5 8.1); None without one."""
    return size_of(data.some(DESCRIPTION), syntax, subsampled)


@in_common
def size_of(description: Elements, syntax: Syntax, subsampled: bool) -> int | None:
    """The same by the elements of DESCRIPTION."""
    *numbers, photometric = description
    rows, columns, bits, samples, frames = (number(element, syntax) for element in numbers)
    if not rows or not columns or not bits:
        return None
    stored: float = samples or 1
    if subsampled and samples == 3:
        stored = SUBSAMPLED.get(ascii_text(photometric), stored)
    return int(rows * columns * stored * (frames or 1) * bits + 7) // 8


def is_whole(fragments: Fragments, source: Source, frames: int, transfer_syntax: str) -> bool:
    """Whether fragments lack no more than the delimiter behind them, and nothing of the image was cut off.

    There have to be enough for all frames. Of JPEG and its like the last one ends the image; of another codec nobody
    can see whether one more should follow, unless each frame is one.
    """
    end = fragments.end
    if end + MOST_PADDING < source.size or (end < source.size and not is_end(source.read(end, source.size))):
        return False
    if JPEG_FAMILY.fullmatch(transfer_syntax):
        last = source.read(max(fragments.start, end - 4), end)
        return fragments.count > frames and last.rstrip(b"\0").endswith(END_OF_IMAGE)
    return fragments.count == frames + 1


def is_end(rest: bytes) -> bool:
    """Whether no more than a part of the delimiter, a wrong one, or zeros stand behind fragments."""
    return DELIMITER.startswith(rest) or not any(rest.removeprefix(ITEM_DELIMITER).removeprefix(DELIMITER))
