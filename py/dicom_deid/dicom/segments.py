"""What segments and boxes of codestreams may hold: numbers, as many as they state, and what says how samples are meant.

ITU-T T.81 B.2 for JPEG, T.87 C.2 for JPEG-LS, T.800 I.5 for boxes. worker/dicom/segments.js says the same.
"""

from __future__ import annotations

import re

COM = 0xFE
"""Second byte of the marker of a comment."""
JFIF, PROFILE, ADOBE = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"
NUMBERS = 12
"""Bytes of a JFIF or an Adobe segment that say what the samples mean; in JFIF a small picture follows."""
SIGNATURE, SIGNATURE_AT = b"acsp", 36
"""What stands in every ICC profile (ICC.1:2022, 7.2.9), and where."""
PLAIN = re.compile(
    rb"mrfx[\x00-\x05]|\0\0\0\x01\xff\xd8"
    rb"|SPIFF\0[\x01\x02][\s\S][\0-\4][\s\S]\0[\s\S]{3}\0[\s\S]{3}[\0-\x0f][\0-\x20][\0-\6][\0-\2](?:\0[\s\S]{3}){2}"
)
"""In JPEG-LS: how colours were transformed; what says that nothing follows; a SPIFF header, which is small numbers."""
WRITERS = re.compile(
    rb"(?:\0\x01)?(?:Kakadu-v?|Created by (?:GDCM/)?OpenJPEG version |OpenJPH Ver |Creator: JasPer Version "
    rb"|Created by:? (?:JJ2000|Grok) +version |LEAD Technologies Inc\. V|CREATOR: gd-jpeg v)"
    rb"\d{1,2}(?:\.\d{1,3}){0,3}\0?"
    rb"|Created with GIMP\0?"
)
"""Comments that name a program and nothing else: nearly all codestreams of JPEG 2000 have one."""
SEGMENTS_2000 = frozenset((*range(0x50, 0x54), *range(0x55, 0x5A), *range(0x5C, 0x62), 0x63, *range(0x70, 0x7A)))
"""Second bytes of the markers of JPEG 2000, its second part and HTJ2K whose segments are numbers."""
SIZES = {b"jP  ": 4, b"JXL ": 4, b"ihdr": 14, b"jxll": 1, b"resc": 10, b"resd": 10}
"""Boxes of numbers -> their bytes."""
NUMERIC = frozenset((b"bpcc", b"pclr", b"cmap", b"cdef", b"jxlp", b"jxlc"))
"""Boxes that say what the samples mean, of any size, or are the codestream of JPEG XL."""
BRANDS = re.compile(rb"[\s\S]{4}\0\0\0[\0-\4](?:jp2 |jpx |jpxb|jpm |jph |jxl |J2P[0-2]|mjp2|mj2s)*")
MOST_BRANDS, FIRST_BRAND = 64, 12
"""Bytes of a file type box: at most, and its brand, version, and the first kind that it is compatible with."""
ENUMERATED, WITH_RANGES, CIELAB = 7, 35, b"\0\0\0\x0e"
"""Bytes of a box that names a colour space, of one for CIELab, and how that one is named."""
MOST_LOOKED_AT = 256
"""Bytes of a box that are looked at."""


def is_numbers(marker: int, content: bytes) -> bool:
    """Whether a segment of JPEG or JPEG-LS is a known one, and as long as its own numbers say."""
    size, first = len(content), content[0] if content else 0
    match marker:
        case 0xC4:  # Huffman tables
            at = 0
            while at + 17 <= size:
                at += 17 + sum(content[at + 1 : at + 17])
            return at == size
        case 0xDB:  # quantization tables
            at = 0
            while at < size:
                at += 129 if content[at] >> 4 else 65
            return at == size
        case 0xCC:  # conditioning of arithmetic coding: 16 tables at most
            return size % 2 == 0 and size <= 32
        case 0xDC | 0xDD | 0xDF:  # lines, restart interval (JPEG-LS: of up to 4 bytes), expansion
            return {0xDC: size == 2, 0xDD: 2 <= size <= 4, 0xDF: size == 1}[marker]
        case 0xDA:  # scan
            return size == 4 + 2 * first
        case 0xF8:  # parameters, mapping tables, size of an image of JPEG-LS
            return size == 11 if first == 1 else first in (2, 3) or (first == 4 and size in (6, 8, 10))
        case 0xC8:
            return False
    return (0xC0 <= marker < 0xD0 or marker in (0xDE, 0xF7)) and size > 5 and size == 6 + 3 * content[5]


def staying(marker: int, content: bytes) -> int:
    """Bytes that stay of an application segment or a comment."""
    if (marker == 0xE0 and content.startswith(JFIF)) or (marker == 0xEE and content.startswith(ADOBE)):
        return min(NUMBERS, len(content))
    profile = content[14 + SIGNATURE_AT :].startswith(SIGNATURE) or content[12:13] > b"\1"  # of its first part
    if (
        (marker == 0xE2 and content.startswith(PROFILE) and profile)
        or (marker == 0xE8 and PLAIN.fullmatch(content))
        or (marker == COM and WRITERS.fullmatch(content))
    ):
        return len(content)
    return 0


def staying_of_box(kind: bytes, start: bytes, size: int) -> int:
    """Bytes that stay of the content of a box, of whose ``size`` bytes the first ones are ``start``."""
    if kind in NUMERIC:
        return size
    if kind == b"ftyp":
        return size if size <= MOST_BRANDS and BRANDS.fullmatch(start) else min(FIRST_BRAND, size)
    if kind == b"colr":
        if start[:1] in (b"\2", b"\3"):
            return size if start[3 + SIGNATURE_AT :].startswith(SIGNATURE) else 0
        if start[:1] != b"\1":
            return 0
        return min(size, WITH_RANGES if start[3:ENUMERATED] == CIELAB else ENUMERATED)
    if kind == b"rreq":
        return size if size <= MOST_LOOKED_AT and is_required(start) else 0
    if kind == b"uuid":
        return size if 16 <= size <= 20 and is_uuid(start) and not any(start[16:-1]) else 0
    return min(size, SIZES.get(kind, 0))


def is_uuid(content: bytes) -> bool:
    """Whether 16 bytes are a UUID (RFC 9562, 4.1 and 4.2): letters of ASCII are none."""
    return len(content) >= 16 and 0x10 <= content[6] < 0x60 and content[8] >> 6 == 2


def is_required(content: bytes) -> bool:
    """Whether the content of a box tells what a reader has to know (T.801 I.7.1), as long as its own numbers say."""
    mask = content[0] if content else 0
    standard = 1 + 2 * mask
    vendor = standard + 2 + int.from_bytes(content[standard : standard + 2], "big") * (2 + mask)
    count, step = int.from_bytes(content[vendor : vendor + 2], "big"), 16 + mask
    features = range(standard + 2, vendor, 2 + mask)
    return (
        mask in (1, 2, 4, 8)
        and len(content) == vendor + 2 + count * step
        and not any(content[at] for at in features)
        and all(is_uuid(content[at : at + 16]) for at in range(vendor + 2, len(content), step))
    )
