"""Data elements behind Pixel Data or padding: in order (PS3.5 7.1) they stand before it, but for private ones."""

from __future__ import annotations

from collections.abc import Callable

from dicom_deid.dicom.encoding import U32, UNDEFINED, registered
from dicom_deid.dicom.header import VR_NAMES
from dicom_deid.dicom.order import in_order
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import SHORTEST_HEADER, Reader
from dicom_deid.dicom.recovery import tag_at
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Item, Syntax

FIRST_BYTES = 4096
"""Bytes that are read first of what is behind Pixel Data."""
LONGEST_ZEROS = 1024 * 1024
"""Bytes that are read at a time where zeros go on."""
LONGEST_REST = 64 * 1024
"""Bytes without an element that are searched for one."""
NEEDED = (0x00100020, 0x00080018)
"""Patient ID and SOP Instance UID: where one of them is missing, it may be among bytes that cannot be read."""
NO_PLACE = frozenset((0x0002, 0x0004, 0x0006, 0xFFFA, 0xFFFC))
"""Groups of file meta information, directories, digital signatures and padding: never part of an output."""
NEXT_FILE = b"DICM\2\0"
"""The start of another file, behind a preamble of zeros: its elements are none of this data set."""
Read = Callable[[int, int], bytes]
"""Reads a range of the source, or raises ShortRead."""


def elements_behind(
    read: Read, at: int, size: int, most: int, syntax: Syntax, cache: ReadCache, before: Item
) -> tuple[Item, bool]:
    """The elements from ``at``, where Pixel Data or padding end, up to ``size``, and whether there are other bytes.

    Zeros and elements that have no place in a data set are passed over. ``before``: the elements before that.
    Raises Failed where there are elements that cannot be read with certainty, or more than ``most`` bytes, where bytes
    that are none may hide some, and what ``read`` raises.
    """
    found, tail, last = Item(), False, at + most
    while at < size:
        start = past_zeros(read, at, size, last)
        if start == size:
            return found, True
        places = [start, start - 1] if start > at else [start]  # the group of an element may begin with a zero
        parts = (part_at(read, place, size, last, syntax, cache) for place in sorted(places, reverse=syntax.little))
        part = next(filter(None, parts), None)
        if part is None:
            check_rest(read, start, size, syntax, joined(before, found) if found else before)
            return found, True
        tail = tail or not part[0]
        if part[0]:
            found = joined(found, part[0]) if found else part[0]
        at = part[1]
    return found, tail


def past_zeros(read: Read, at: int, size: int, last: int) -> int:
    """The offset of the first byte that is not zero. Raises Failed where it is not before ``last``."""
    length = FIRST_BYTES
    while at < size:
        part = read(at, min(at + length, size))
        rest = part.lstrip(b"\0")
        if rest:
            return at + len(part) - len(rest)
        at += len(part)
        if at > last:
            raise Failed("HEADER_TOO_LONG")
        length = min(4 * length, LONGEST_ZEROS)
    return size


def part_at(read: Read, at: int, size: int, last: int, syntax: Syntax, cache: ReadCache) -> tuple[Item, int] | None:
    """The elements at an offset, none for one without a place in a data set, and where they end; None: no element."""
    length = min(size - at, FIRST_BYTES)
    while True:
        reader = Reader(read(at, at + length), size - at, syntax, cache)
        try:
            end = passed_over(reader)
            if end:
                return Item(), at + end
            if not starts(reader):
                return None
            data, end = reader.data_set(0)
        except ShortRead as short:
            if at + short.end > last:
                raise Failed("HEADER_TOO_LONG") from None
            length = min(size - at, max(short.end + FIRST_BYTES, 4 * length))
            continue
        if reader.pixels:  # Pixel Data a second time
            raise Failed("MALFORMED")
        return data, at + end


def passed_over(reader: Reader) -> int:
    """Where an element or a delimiter ends that stands at the start and has no place in a data set; 0: none does."""
    try:
        tag, vr, length, start = reader.header(0, reader.syntax, reader.size)
    except Failed:
        return 0
    if tag >> 16 == 0xFFFE:
        return 0 if length else start
    if tag >> 16 not in NO_PLACE:
        return 0
    if length == UNDEFINED:
        return reader.value(tag, vr, length, start, reader.size, reader.syntax, 0)[1]
    return start + length if start + length <= reader.size else 0


def starts(reader: Reader) -> bool:
    """Whether an element of a data set stands at the start."""
    try:
        tag, _, length, start = reader.header(0, reader.syntax, reader.size)
    except Failed:
        return False
    if not 0x0008 <= tag >> 16 < 0xFFFA:
        return False
    fits = length == UNDEFINED or start + length <= reader.size
    return reader.syntax.explicit or registered(tag) or (is_private(tag) and fits)


def check_rest(read: Read, at: int, size: int, syntax: Syntax, before: Item) -> None:
    """Raises Failed where an element may be among the bytes from ``at``, at the start of which none stands."""
    if size - at < SHORTEST_HEADER:
        return
    if any(before.get(tag) is None for tag in NEEDED):
        raise Failed("MALFORMED")
    if read(at, min(size, at + len(NEXT_FILE))) == NEXT_FILE:
        return
    if size - at > LONGEST_REST:
        raise Failed("MALFORMED")
    rest = read(at, size)
    if any(is_like_one(rest, place, syntax) for place in range(len(rest) - SHORTEST_HEADER + 1)):
        raise Failed("MALFORMED")


def is_like_one(rest: bytes, at: int, syntax: Syntax) -> bool:
    """Whether bytes look like the header of an element, in Explicit or Implicit VR."""
    tag = tag_at(rest, at, syntax)
    if not 0x0008 <= tag >> 16 < 0xFFFA:
        return False
    fits = at + SHORTEST_HEADER + U32[syntax.little].unpack_from(rest, at + 4)[0] <= len(rest)
    return (rest[at + 4 : at + 6] in VR_NAMES or fits) and registered(tag)


def is_private(tag: int) -> bool:
    """Whether a tag is that of a private element."""
    return bool(tag >> 16 & 1)


def joined(data: Item, behind: Item) -> Item:
    """A data set with its elements from behind Pixel Data in their place. Raises Failed as ``in_order`` does."""
    whole = Item([*data, *behind])
    whole.units = [*data.units, *behind.units] if data.units and behind.units else []
    return in_order(whole)
