"""The size that a compressed frame says it has, read without decoding: a frame that lies about it is not decoded.

JPEG (ITU-T T.81 B.2.2) and JPEG-LS (T.87 C.2.2) say it in a frame header, JPEG 2000 and HTJ2K (T.800 A.5.1) in SIZ.
"""

from __future__ import annotations

from typing import NamedTuple

FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
"""Second bytes of the SOF markers; C4, C8 and CC are tables."""
ALONE = {0x01, *range(0xD0, 0xDA)}
"""Second bytes of markers without a length."""
SIZ = b"\xff\x4f\xff\x51"
SIZ_WITHIN = 4096
"""A codestream begins at once, or behind the boxes of a JP2 file that some writers put there."""


class Stated(NamedTuple):
    """The size that a codestream states; ``bits``: of a sample."""

    rows: int
    columns: int
    samples: int
    bits: int


def stated(frame: bytes) -> Stated | None:
    """The size of a compressed frame; None where it states none that can be found."""
    if frame[:2] == b"\xff\xd8":
        return of_jpeg(frame)
    start = frame.find(SIZ, 0, SIZ_WITHIN)
    return of_jpeg_2000(frame, start + 4) if start >= 0 else None


def of_jpeg(frame: bytes) -> Stated | None:
    """The size in the frame header of a JPEG or JPEG-LS image."""
    at = 2
    while at + 10 <= len(frame):
        if frame[at] != 0xFF:
            return None
        marker = frame[at + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
        elif marker in FRAME_HEADERS:
            return Stated(big(frame, at + 5), big(frame, at + 7), frame[at + 9], frame[at + 4])
        else:
            at += 2 if marker in ALONE else 2 + big(frame, at + 2)
    return None


def of_jpeg_2000(frame: bytes, at: int) -> Stated | None:
    """The size in a SIZ segment whose length stands at ``at``."""
    if at + 39 > len(frame):
        return None
    right, bottom, left, top = (int.from_bytes(frame[at + n : at + n + 4], "big") for n in (4, 8, 12, 16))
    return Stated(bottom - top, right - left, big(frame, at + 36), (frame[at + 38] & 0x7F) + 1)


def big(frame: bytes, at: int) -> int:
    """An unsigned number of two bytes."""
    return int.from_bytes(frame[at : at + 2], "big")


def is_bare(frame: bytes) -> bool:
    """Whether a frame is a codestream alone, as it has to be (PS3.5 A.4.4), and not within a file of its own."""
    return frame[:2] == b"\xff\xd8" or frame.startswith(SIZ)
