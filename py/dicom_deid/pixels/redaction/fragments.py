"""Which fragments of encapsulated pixel data (PS3.5 A.4) make each frame: sure, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from dicom_deid.dicom.fragments import ITEM_HEADER, Fragment, Read, fragments
from dicom_deid.errors import Withheld
from dicom_deid.model import Element, Instance, Pixels
from dicom_deid.pixels.redaction.description import CANNOT

EXTENDED_OFFSETS, EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002
STARTS = (b"\xff\xd8", b"\xff\x4f")
"""A frame of JPEG or JPEG-LS, and of JPEG 2000 or HTJ2K, begins so (SOI, SOC)."""
END = b"\xff\xd9"
FILLED, FILLING = 256, b"\0\xff "
"""Bytes at the end of a fragment in which its end is looked for, and those that writers fill up with."""


class Encapsulated(NamedTuple):
    """Encapsulated pixel data, frame by frame."""

    frames: Sequence[Sequence[Fragment]]
    offsets: bool
    """Whether there is a basic offset table that is not empty."""
    extended: bool
    """Whether the header has an extended offset table."""

    def compressed(self, read: Read, frame: int) -> bytes:
        """The bytes of a frame, counted from 0."""
        return b"".join(read(start, end) for start, end in self.frames[frame])


def encapsulated(read: Read, instance: Instance, pixels: Pixels, frames: int) -> Encapsulated:
    """The frames of encapsulated pixel data.

    Raises Withheld where offset tables, fragments and the Number of Frames do not agree: what a table calls a frame
    would be made blank, and a decoder that goes by the fragments would show another one. Raises Failed for damage.
    """
    table, *found = fragments(read, pixels.start, pixels.end)
    basic = numbers(read(*table), 4)
    extended = [instance.data.get(tag) for tag in (EXTENDED_OFFSETS, EXTENDED_LENGTHS)]
    starts = [fragment.start - ITEM_HEADER - table.end for fragment in found]
    groups = None
    if any(extended):
        check_extended(extended, found, starts, frames)
        groups = [[fragment] for fragment in found]
    if basic:
        by_basic = by_offsets(basic, found, starts, frames)
        if groups not in (None, by_basic):
            raise Withheld(CANNOT)
        groups = by_basic
    return Encapsulated(groups or by_content(read, found, frames), bool(basic), any(extended))


def numbers(table: bytes, size: int) -> list[int]:
    """The numbers of an offset table."""
    if len(table) % size:
        raise Withheld(CANNOT)
    return [int.from_bytes(table[at : at + size], "little") for at in range(0, len(table), size)]


def by_offsets(basic: list[int], found: list[Fragment], starts: list[int], frames: int) -> list[list[Fragment]]:
    """The frames as a basic offset table has them. Raises Withheld where it is not true of the fragments."""
    places = {start: place for place, start in enumerate(starts)}
    if len(basic) != frames or basic[0] != 0 or not all(offset in places for offset in basic):
        raise Withheld(CANNOT)
    cuts = [*(places[offset] for offset in basic), len(found)]
    if any(one >= other for one, other in pairwise(cuts)):
        raise Withheld(CANNOT)
    return [found[one:other] for one, other in pairwise(cuts)]


def check_extended(extended: Sequence[Element | None], found: list[Fragment], starts: list[int], frames: int) -> None:
    """Raises Withheld unless an extended offset table is true: one fragment a frame (PS3.3 C.7.6.3.1.8)."""
    offsets, lengths = (numbers(bytes(one.whole().value), 8) if one else [] for one in extended)
    sizes = [(fragment.end - fragment.start - 1, fragment.end - fragment.start) for fragment in found]
    if not len(offsets) == len(lengths) == len(found) == frames or offsets != starts:
        raise Withheld(CANNOT)
    if not all(length in size for length, size in zip(lengths, sizes, strict=True)):
        raise Withheld(CANNOT)


def by_content(read: Read, found: list[Fragment], frames: int) -> list[list[Fragment]]:
    """The frames where no table tells them: each a fragment, or from a start of a codestream to its end."""
    if len(found) == frames:
        return [[fragment] for fragment in found]
    if frames == 1:
        return [found]
    groups: list[list[Fragment]] = []
    for fragment in found:
        starts = read(fragment.start, min(fragment.start + 2, fragment.end)) in STARTS
        ended = not groups or has_end(read, groups[-1][-1])
        if starts != ended:
            raise Withheld(CANNOT)
        if starts:
            groups.append([])
        groups[-1].append(fragment)
    if len(groups) != frames or not has_end(read, found[-1]):
        raise Withheld(CANNOT)
    return groups


def has_end(read: Read, fragment: Fragment) -> bool:
    """Whether a fragment ends a codestream."""
    return is_ended(read(max(fragment.start, fragment.end - FILLED), fragment.end))


def is_ended(frame: bytes) -> bool:
    """Whether a codestream has its end; zeros or other bytes may fill it up."""
    return frame.rstrip(FILLING).endswith(END)
