"""The items of encapsulated pixel data (PS3.5 A.4): the basic offset table, then the fragments."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from dicom_deid.errors import Failed, Withheld

LONG_WINDOW = 256 * 1024
"""Bytes read at a time while fragments are short, so that many item headers come with one read."""
SHORT_WINDOW = 4 * 1024
"""Bytes read at a time while fragments are longer than that: one item header, and little more."""
ITEM_HEADER = 8
MOST_ITEMS = 1_000_000
"""Items that are kept in memory, 300 bytes each; a whole slide has fewer."""
ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
Read = Callable[[int, int], bytes]


class Fragment(NamedTuple):
    """The value of an item: bytes [start, end) of the source. Its header stands before it."""

    start: int
    end: int


def fragments(read: Read, start: int, end: int) -> list[Fragment]:
    """All items of bytes [start, end): the basic offset table, then the fragments.

    Raises Failed PIXELS_DAMAGED, and Withheld where there are more items than images have.
    """
    at, length, out = start, 0, list[Fragment]()
    window, window_start = b"", at
    while at + ITEM_HEADER <= end:
        if at + ITEM_HEADER > window_start + len(window):
            step = SHORT_WINDOW if length > LONG_WINDOW else LONG_WINDOW
            window, window_start = read(at, min(at + step, end)), at
        here = at - window_start
        tag = window[here : here + 4]
        if tag == SEQUENCE_END:
            break
        length = int.from_bytes(window[here + 4 : here + ITEM_HEADER], "little")
        at += ITEM_HEADER + length
        if tag != ITEM or at > end:
            raise Failed("PIXELS_DAMAGED")
        out.append(Fragment(at - length, at))
        if len(out) > MOST_ITEMS:
            raise Withheld("PIXELS_NOT_FOLLOWED")
    if len(out) < 2:
        raise Failed("PIXELS_DAMAGED")
    return out
