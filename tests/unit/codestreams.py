"""Compressed frames made byte by byte: with something that no picture shows, without, and such as go astray."""

from __future__ import annotations

NAME = b"OKONKWO^Adaeze 1961!"
SOF = b"\xff\xc0\0\x0b\x08\0\2\0\2\1\1\x11\0"
SOS = b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\x12\xff\0\x34\xff\xd0\x56"
SIZ = b"\xff\x51\0\x06\0\0\0\0"


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(early: bytes = b"", late: bytes = b"", behind: bytes = b"") -> bytes:
    return b"\xff\xd8" + early + SOF + SOS + late + b"\xff\xd9" + behind


def jpeg_2000(main: bytes = b"", tile: bytes = b"", behind: bytes = b"", *, open_end: bool = False) -> bytes:
    part = tile + b"\xff\x93" + b"\x12\xff\x4f\x34"
    length = b"\0\0\0\0" if open_end else (12 + len(part)).to_bytes(4, "big")
    return b"\xff\x4f" + SIZ + main + b"\xff\x90\0\x0a\0\0" + length + b"\0\1" + part + b"\xff\xd9" + behind


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def jp2(*boxes: bytes) -> bytes:
    return box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ") + b"".join(boxes)


NOTE = segment(0x64, b"\0\1" + NAME)
HIDING = {
    "a comment": jpeg(segment(0xFE, NAME)),
    "EXIF": jpeg(segment(0xE1, b"Exif\0\0" + NAME)),
    "a picture in JFIF": jpeg(segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\1\7" + NAME)),
    "behind what Adobe says": jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0" + NAME)),
    "a comment behind a scan": jpeg(late=segment(0xFE, NAME)),
    "a comment behind fill bytes": jpeg(b"\xff\xff" + segment(0xFE, NAME)),
    "bytes behind the image": jpeg(behind=b"\0" + NAME),
    "an image behind the image": jpeg(behind=jpeg(segment(0xFE, NAME))),
    "a comment that begins as one of a program": jpeg(segment(0xFE, b"LEAD Technologies Inc. V1.01 " + NAME)),
    "JPEG 2000": jpeg_2000(NOTE),
    "JPEG 2000, in a tile-part": jpeg_2000(tile=NOTE),
    "JPEG 2000, in a tile-part without length": jpeg_2000(tile=NOTE, open_end=True),
    "behind JPEG 2000": jpeg_2000(behind=NAME),
    "behind JPEG 2000 without length": jpeg_2000(behind=NAME, open_end=True),
    "a box of JP2": jp2(box(b"jp2c", jpeg_2000()), box(b"xml ", NAME)),
    "a box within a box": jp2(
        box(b"jp2h", box(b"ihdr", bytes(14)) + box(b"lbl ", NAME)), box(b"jp2c", jpeg_2000(NOTE))
    ),
    "what is no profile": jpeg(segment(0xE2, b"ICC_PROFILE\0\1\1" + NAME)),
    "a number that is no version": jpeg(segment(0xFE, b"Kakadu-v19610307") + segment(0xFE, NAME)),
    "a segment of no known kind": jpeg_2000(segment(0x6F, NAME)),
    "a tile-part that says too much": jpeg_2000(behind=NAME).replace(b"\0\0\0\x12", b"\0\0\xff\0"),
    "a box of somebody's own": jp2(box(b"uuid", NAME), box(b"jp2c", jpeg_2000())),
    "a file type": box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 " + NAME) + box(b"jp2c", jpeg_2000()),
    "behind a colour space": jp2(
        box(b"jp2h", box(b"colr", b"\1\0\0\0\0\0\x10" + NAME) + box(b"ihdr", bytes(14) + NAME)),
        box(b"jp2c", jpeg_2000()),
    ),
    "a second codestream": jp2(box(b"jp2c", jpeg_2000()), box(b"jp2c", jpeg_2000(tile=segment(0x58, NAME)))),
    "a box of JPEG XL": box(b"JXL ", b"\r\n\x87\n") + box(b"Exif", NAME) + box(b"jxlc", b"\xff\x0a\x12"),
}
STAYING = {
    "nothing else": jpeg(),
    "how colours are meant": jpeg(
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1") + segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(36) + b"acspAPPL")
    ),
    "a program": jpeg_2000(segment(0x64, b"\0\1Created by OpenJPEG version 2.5.0")),
    "filling": jpeg(behind=b"\0\0\xff\xff"),
    "cut off": jpeg()[:-2],
    "of another kind": b"\xff\xd8no picture\xff\xd9",
    "JP2": jp2(box(b"jp2h", box(b"colr", b"\1\0\0\0\0\0\x10")), box(b"jp2c", jpeg_2000())),
    "JPEG XL without boxes": b"\xff\x0a\x12\x34",
}
ASTRAY = {
    "a segment of no known kind": jpeg(segment(0x05, NAME)),
    "a segment longer than its numbers": jpeg(late=segment(0xDC, b"\0\2" + NAME)),
    "a restart outside of a scan": jpeg(b"\xff\xd0"),
    "fill bytes before an image": b"\xff" + jpeg(segment(0xFE, NAME)),
    "boxes without end": jp2(box(b"jp2h", box(b"jp2h", box(b"jp2h", box(b"jp2h", b""))))),
    "a segment longer than all": jpeg(b"\xff\xfe\x7f\xff" + NAME),
    "bytes between segments": jpeg(segment(0xFE, b"") + NAME),
    "a tile-part shorter than its header": jpeg_2000().replace(b"\0\0\0\x12", b"\0\0\0\1"),
    "a box longer than all": jp2(b"\0\0\1\0xml " + NAME),
}
