"""Encapsulated pixel data with some frames made anew: offset tables, fragments and delimiter (PS3.5 A.4)."""

from __future__ import annotations

from collections.abc import Mapping

from dicom_deid.dicom.fragments import ITEM, ITEM_HEADER
from dicom_deid.dicom.pixel_length import DELIMITER
from dicom_deid.model import Element
from dicom_deid.pixels.redaction.fragments import EXTENDED_LENGTHS, EXTENDED_OFFSETS, Encapsulated
from dicom_deid.splice import Copy, Splice

LARGEST_OFFSET = 0xFFFFFFFF


def rebuilt(before: Encapsulated, anew: Mapping[int, bytes]) -> tuple[Splice, dict[int, Element | None]]:
    """The value of the pixel data element with some frames in place of the old ones, and changes of the header.

    Frames that stay are copied as they are, fragment for fragment; a new one is one fragment. There is a basic offset
    table where there was one or frames have several fragments, and an extended one where there was one.
    """
    parts: list[bytes | Copy] = []
    offsets, lengths, at = [], [], 0
    for number, fragments in enumerate(before.frames):
        offsets.append(at)
        frame = anew.get(number)
        if frame is None:
            start, end = fragments[0].start - ITEM_HEADER, fragments[-1].end
            append(parts, start, end)
            lengths.append(end - start - ITEM_HEADER)
            at += end - start
        else:
            frame += b"\0" * (len(frame) % 2)
            parts += (ITEM + len(frame).to_bytes(4, "little"), frame)
            lengths.append(len(frame))
            at += ITEM_HEADER + len(frame)
    wanted = before.offsets or any(len(fragments) > 1 for fragments in before.frames)
    basic = wanted and not before.extended and offsets[-1] <= LARGEST_OFFSET
    table = b"".join(offset.to_bytes(4, "little") for offset in offsets) if basic else b""
    changes: dict[int, Element | None] = {}
    if before.extended:
        changes = {EXTENDED_OFFSETS: very_long(EXTENDED_OFFSETS, offsets)}
        changes[EXTENDED_LENGTHS] = very_long(EXTENDED_LENGTHS, lengths)
    return (ITEM + len(table).to_bytes(4, "little") + table, *parts, DELIMITER), changes


def append(parts: list[bytes | Copy], start: int, end: int) -> None:
    """Copies a range of the source; a range behind the one before lengthens that."""
    last = parts[-1] if parts else None
    if isinstance(last, Copy) and last.end == start:
        parts[-1] = Copy(last.start, end)
    else:
        parts.append(Copy(start, end))


def very_long(tag: int, values: list[int]) -> Element:
    """An element of numbers of 64 bits; encapsulated pixel data are little endian."""
    return Element(tag, "OV", b"".join(value.to_bytes(8, "little") for value in values))
