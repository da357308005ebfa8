"""Data elements behind Pixel Data: in order (PS3.5 7.1) they stand before it, but for private and padding ones."""

from __future__ import annotations

from collections.abc import Callable

from dicom_deid.dicom.encoding import ITEM_END, SEQUENCE_END, UNDEFINED, registered
from dicom_deid.dicom.order import in_order
from dicom_deid.dicom.read_cache import ReadCache
from dicom_deid.dicom.reader import Reader
from dicom_deid.errors import Failed, ShortRead
from dicom_deid.model import Item, Syntax

FIRST_BYTES = 4096
"""Bytes that are read first of what is behind Pixel Data."""
Read = Callable[[int, int], bytes]
"""Reads a range of the source, or raises ShortRead."""


def elements_behind(read: Read, at: int, size: int, most: int, syntax: Syntax, cache: ReadCache) -> tuple[Item, bool]:
    """The elements from ``at``, where Pixel Data end, up to ``size``, and whether bytes follow that are none.

    Zeros, Data Set Trailing Padding and what does not begin like an element are none; behind a few zeros, there may be
    some. Raises Failed where there are some that cannot be read with certainty, or more than ``most`` bytes of them,
    and what ``read`` raises.
    """
    length = min(size - at, FIRST_BYTES)
    zeros = leading_zeros(read(at, at + length), syntax)
    at, length = at + zeros, length - zeros
    while length:
        reader = Reader(read(at, at + length), size - at, syntax, cache)
        try:
            if not starts(reader):
                break
            data, end = reader.data_set(0)
        except ShortRead as short:
            if short.end > most:
                raise Failed("HEADER_TOO_LONG") from None
            length = min(size - at, max(short.end + FIRST_BYTES, 4 * length))
            continue
        if reader.pixels:  # Pixel Data a second time
            raise Failed("MALFORMED")
        return data, end < size - at
    return Item(), True


def leading_zeros(first: bytes, syntax: Syntax) -> int:
    """How many of the first bytes fill up the pixel data: zeros, but none that belong to the group of an element."""
    zeros = len(first) - len(first.lstrip(b"\0"))
    return max(0, zeros - (not syntax.little))


def starts(reader: Reader) -> bool:
    """Whether an element stands at the start, and not padding, or what else may be left behind a data set."""
    at = 0
    try:
        tag, _, length, start = reader.header(at, reader.syntax, reader.size)
        while tag in (ITEM_END, SEQUENCE_END) and not length:
            at = start
            tag, _, length, start = reader.header(at, reader.syntax, reader.size)
    except Failed:
        return False
    if not 0x0008 <= tag >> 16 < 0xFFFA:
        return False
    fits = length == UNDEFINED or start + length <= reader.size
    return reader.syntax.explicit or registered(tag) or (is_private(tag) and fits)


def is_private(tag: int) -> bool:
    """Whether a tag is that of a private element."""
    return bool(tag >> 16 & 1)


def joined(data: Item, behind: Item) -> Item:
    """A data set with its elements from behind Pixel Data in their place. Raises Failed as ``in_order`` does."""
    whole = Item([*data, *behind])
    whole.units = [*data.units, *behind.units] if data.units and behind.units else []
    return in_order(whole)
