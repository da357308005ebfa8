"""Frames without what no picture shows: comments, application segments, small pictures, and what follows the image.

Whoever reviews a picture sees none of it. Codestreams are cut at their markers, and nothing is decoded for it.
"""

from __future__ import annotations

import re

from dicom_deid.errors import Failed, Withheld
from dicom_deid.pixels.redaction.description import CANNOT
from dicom_deid.pixels.redaction.fragments import FILLING
from dicom_deid.pixels.redaction.jpeg.stream import ADOBE, APPLICATION, COM, EOI, JFIF, JFIF_LENGTH, PROFILE, SOI, SOS
from dicom_deid.pixels.redaction.jpeg.stream import whole as segment
from dicom_deid.preview.codestream import ALONE, SIZ, big

MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
"""What ends entropy-coded bytes of JPEG and JPEG-LS: in them FF stands before 00, a lower byte or a restart marker."""
PLAIN = re.compile(rb"mrfx[\x00-\x05]|SPIFF\0[\s\S]{24}|\0\0\0\x01\xff\xd8")
"""In JPEG-LS: how colours were transformed; a SPIFF header, which is numbers; and what says that nothing follows it."""
SOT, SOD, END, COMMENT = 0x90, 0x93, 0xD9, 0x64
"""Second bytes of markers of JPEG 2000 (ITU-T T.800 A.2)."""
WRITERS = re.compile(rb"\x00\x01(?:Kakadu-v?|Created by OpenJPEG version |OpenJPH Ver )[\d.]{1,8}\0?")
"""Comments that name a program: nearly all codestreams of JPEG 2000 have one."""


def bare(frame: bytes) -> bytes:
    """The frame without them; the very same where it has none. Raises Withheld where they cannot be cut out."""
    try:
        made = of_jpeg(frame) if frame[:2] == bytes((0xFF, SOI)) else of_jpeg_2000(frame)
    except IndexError:
        raise Failed("PIXELS_DAMAGED") from None
    return frame if frame.rstrip(FILLING) == made else made


def of_jpeg(frame: bytes) -> bytes:
    """JPEG of any process, or JPEG-LS."""
    at, parts = 2, [frame[:2]]
    while True:
        if frame[at] != 0xFF:
            raise Failed("PIXELS_DAMAGED")
        marker = frame[at + 1]
        if marker == 0xFF:  # fill bytes may stand before a marker
            at += 1
            continue
        if marker == EOI:
            return b"".join((*parts, frame[at : at + 2]))
        size = 0 if marker in ALONE else big(frame, at + 2)
        content = frame[at + 4 : at + 2 + size]
        if size != (len(content) + 2 if size else 0) or marker == SOI:
            raise Failed("PIXELS_DAMAGED")
        stays = content if marker not in (COM, *APPLICATION) else of_application(marker, content)
        if stays is content:
            parts.append(frame[at : at + 2 + size])
        elif stays:
            parts.append(segment(marker, stays))
        at += 2 + size
        if marker == SOS:
            found = MARKER.search(frame, at)
            if found is None:
                raise Failed("PIXELS_DAMAGED")
            parts.append(frame[at : found.start()])
            at = found.start()


def of_application(marker: int, content: bytes) -> bytes:
    """What stays of an application segment or a comment: what says how samples are meant."""
    if marker == APPLICATION[0] and content.startswith(JFIF):
        plain = content[:JFIF_LENGTH] + b"\0\0"
        return content if content == plain else plain
    if marker == APPLICATION[14] and content.startswith(ADOBE):
        return content if len(content) == JFIF_LENGTH else content[:JFIF_LENGTH]
    profile = marker == APPLICATION[2] and content.startswith(PROFILE)
    return content if profile or (marker == APPLICATION[8] and PLAIN.fullmatch(content)) else b""


def of_jpeg_2000(frame: bytes) -> bytes:
    """JPEG 2000 and HTJ2K: comments of the main header go; where tile-parts have some, lengths would be wrong."""
    if not frame.startswith(SIZ):
        raise Withheld(CANNOT)  # within a file of its own, which can hold whatever it likes
    at, parts = 2, [frame[:2]]
    while frame[at + 1] != SOT:
        size = 2 + big(frame, at + 2)
        part = frame[at : at + size]
        if frame[at] != 0xFF or len(part) != size:
            raise Failed("PIXELS_DAMAGED")
        if frame[at + 1] != COMMENT or WRITERS.fullmatch(part[4:]):
            parts.append(part)
        at += size
    end = tiles_end(frame, at)
    return b"".join((*parts, frame[at:end]))


def tiles_end(frame: bytes, at: int) -> int:
    """Where the codestream ends whose first tile-part begins at ``at`` (A.4.2)."""
    while frame[at + 1] == SOT:
        length = int.from_bytes(frame[at + 6 : at + 10], "big")
        inner = at + 12
        while frame[inner + 1] != SOD:
            if frame[inner] != 0xFF or frame[inner + 1] == COMMENT:
                raise Withheld(CANNOT)
            inner += 2 + big(frame, inner + 2)
        if not length:  # the last one, up to the end of the codestream
            end = frame.rstrip(FILLING)
            return len(end) if end.endswith(bytes((0xFF, END))) else broken()
        if length < inner - at:
            broken()
        at += length
    return at + 2 if frame[at : at + 2] == bytes((0xFF, END)) else broken()


def broken() -> int:
    """Raises Failed."""
    raise Failed("PIXELS_DAMAGED")
