"""Headers of data elements that are not as PS3.5 has them, where what follows leaves no doubt about them.

Some writers store a VR of blanks, nulls or question marks before a length of two bytes (GE), a VR that is not in PS3.5,
UN before a length of two bytes, or one element in Implicit VR among explicit ones. Of all ways to read such a header
only one may lead to a next element that makes sense; else it is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dicom_deid.dicom.encoding import ITEM, ITEM_END, PAIR, SEQUENCE_END, U16, U32, UNDEFINED
from dicom_deid.dicom.header import VR_NAMES, Header
from dicom_deid.model import Syntax

NO_VRS = (b"  ", b"\0\0", b"??")
"""The bytes that stand in place of a VR where a writer knew none."""
LONGEST = 1024 * 1024
"""Bytes of a value behind which the next element is looked for, unless it is the last."""
FIRST_TAG = 0x00080000
"""No element of a data set has a lower one (PS3.5 7.1)."""


def has_reserved(buffer: bytes, at: int) -> bool:
    """Whether the two bytes that PS3.5 7.1.2 reserves before a long length are zero."""
    return buffer[at + 6 : at + 8] == b"\0\0"


def recovered(buffer: bytes, at: int, syntax: Syntax, limit: int, need: Callable[[int], None]) -> Header | None:
    """The header at ``at``; None where no reading of it makes sense, or more than one.

    ``limit`` is where the item or data set ends; ``need`` raises ShortRead unless the bytes before an offset are at
    hand. A VR of PS3.5 is believed, where nothing speaks for another reading.
    """
    if tag_at(buffer, at, syntax) < FIRST_TAG:
        return None
    need(min(at + 12, limit))
    found: dict[tuple[int, int], Header] = {}
    usual = None
    for reading in readings(buffer, at, syntax):
        if reading.vr and reading.value == at + 12:
            usual = reading
        if makes_sense(buffer, at, reading, syntax, limit, need):
            found.setdefault((reading.length, reading.value), reading)
    return next(iter(found.values())) if len(found) == 1 else usual


def readings(buffer: bytes, at: int, syntax: Syntax) -> Iterator[Header]:
    """The ways to read the header: with a long length, a short one, or as one of Implicit VR."""
    little = syntax.little
    group, number = PAIR[little].unpack_from(buffer, at)
    stored, tag = buffer[at + 4 : at + 6], group << 16 | number
    vr, none = VR_NAMES.get(stored, ""), stored in NO_VRS
    letters = stored.isalpha() and stored.isupper()  # of a VR that is known, or that a later edition may have
    if at + 12 <= len(buffer) and (vr or ((letters or none) and has_reserved(buffer, at))):
        yield Header(tag, vr, U32[little].unpack_from(buffer, at + 8)[0], at + 12)
    if vr or none:
        yield Header(tag, vr, U16[little].unpack_from(buffer, at + 6)[0], at + 8)
    yield Header(tag, "", U32[little].unpack_from(buffer, at + 4)[0], at + 8)


def makes_sense(
    buffer: bytes, at: int, reading: Header, syntax: Syntax, limit: int, need: Callable[[int], None]
) -> bool:
    """Whether a value of this length ends within its item, and before an element that may follow."""
    if reading.length == UNDEFINED:
        need(min(reading.value + 8, limit))
        return tag_at(buffer, reading.value, syntax) in (ITEM, SEQUENCE_END)
    end = reading.value + reading.length
    if end >= limit or reading.length > LONGEST:
        return end == limit
    need(min(end + 8, limit))
    following = buffer[end : min(end + 8, limit)]
    if not any(following):
        return True
    if len(following) < 8:
        return False
    tag, vr = tag_at(buffer, end, syntax), following[4:6]
    if tag >> 16 == 0xFFFE:
        return tag in (ITEM_END, SEQUENCE_END) and not any(following[4:])
    return tag > reading.tag and (vr in VR_NAMES or (vr in NO_VRS and vr == buffer[at + 4 : at + 6]))


def tag_at(buffer: bytes, at: int, syntax: Syntax) -> int:
    """The tag at an offset; 0 where the bytes end."""
    if at + 4 > len(buffer):
        return 0
    group, number = PAIR[syntax.little].unpack_from(buffer, at)
    return int(group << 16 | number)
